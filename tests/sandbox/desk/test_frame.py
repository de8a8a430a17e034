"""The task frame: what runs in it, what it cannot reach, and which views it draws."""
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.sandbox.desk.conftest import STRING, Desk, Shop, classic, template_builder
from tests.stack.sandbox import SandboxServer

EDITOR_PAGE = b"""<!doctype html><title>editor</title><p>assignment <b></b></p>
<button id="save">Save</button><button id="give-up">Give up</button><script>
document.querySelector("b").textContent = location.hash.slice(1);
const say = (message) => parent.postMessage(message, "*");
say({type: "test:ready"});
document.getElementById("save").onclick = () => say({type: "test:done", revision: 4});
document.getElementById("give-up").onclick = () => say({type: "test:skip"});
</script>"""

# The shape that an external editor's task has: a frame of its own inside the task, whose messages become the solution.
EDITOR_SCRIPT = """
exports.Task = extend(TolokaHandlebarsTask, function (options) { TolokaHandlebarsTask.call(this, options); }, {
  onRender: function () {
    var task = this, place = this.getDOMElement().querySelector("[data-base]"), base = place.dataset.base;
    var frame = document.createElement("iframe");
    frame.src = base + "editor#" + this.getAssignment().getId();
    place.appendChild(frame);
    this.listen = function (event) {
      if (event.origin !== new URL(base).origin || event.source !== frame.contentWindow) return;
      if (event.data.type === "test:done") {
        task.setSolutionOutputValue("revision", event.data.revision);
        task.getAssignment().submit();
      }
      if (event.data.type === "test:skip") task.getAssignment().skip();
    };
    window.addEventListener("message", this.listen);
  },
  onDestroy: function () { window.removeEventListener("message", this.listen); },
  validate: function (solution) {
    return solution.output_values.revision ? null
      : {task_id: this.getTask().id, errors: {revision: {code: "NOT_SAVED", message: "Press Save in the editor first."}}};
  }
});
"""


class _EditorPage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(EDITOR_PAGE)))
        self.end_headers()
        self.wfile.write(EDITOR_PAGE)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def editor() -> Iterator[str]:
    """Address of an editor on a third site, with a final slash."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _EditorPage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


def _editor_pool(shop: Shop, editor: str) -> str:
    view = classic(f'<div data-base="{editor}"></div>', EDITOR_SCRIPT)
    return shop.pool(shop.project(view, output={"revision": {"type": "integer", "required": True}}), ["A street"])


def test_an_editor_on_a_third_site_submits_by_itself(desk: Desk, shop: Shop, editor: str) -> None:
    pool = _editor_pool(shop, editor)
    desk.sign_up()
    frame = desk.start()
    inner = frame.frame_locator("iframe")
    (active,) = shop.assignments(pool)
    expect(inner.locator("b")).to_have_text(active["id"])
    desk.submit()
    expect(frame.get_by_role("alert")).to_have_text("Press Save in the editor first.")
    inner.get_by_role("button", name="Save").click()
    expect(desk.page.get_by_role("heading", name="Submitted, now in review")).to_be_visible()
    (submitted,) = shop.assignments(pool, "SUBMITTED")
    assert submitted["solutions"] == [{"output_values": {"revision": 4}}]


def test_an_editor_that_gives_up_asks_like_the_skip_button(desk: Desk, shop: Shop, editor: str) -> None:
    pool = _editor_pool(shop, editor)
    desk.sign_up()
    desk.start().frame_locator("iframe").get_by_role("button", name="Give up").click()
    desk.page.get_by_role("button", name="Skip the task").click()
    desk.page.get_by_role("heading", name="Open tasks").wait_for()
    assert [work["status"] for work in shop.assignments(pool)] == ["SKIPPED"]


def test_the_desk_the_task_and_the_editor_are_three_origins(desk: Desk, shop: Shop, editor: str) -> None:
    _editor_pool(shop, editor)
    desk.sign_up()
    desk.start().frame_locator("iframe").get_by_role("button", name="Save").wait_for()
    origins = [frame.evaluate("location.origin") for frame in desk.page.frames]
    assert len(set(origins)) == 3


def test_a_script_cannot_reach_the_desk_or_its_tokens(desk: Desk, shop: Shop) -> None:
    # The frame's own storage is empty, or denied altogether where the browser keeps other sites' storage shut.
    script = """exports.Task = extend(TolokaHandlebarsTask, null, {onRender: function () {
      function attempt(read) { try { return String(read()); } catch (error) { return error.name; } }
      var said = [attempt(function () { return parent.localStorage.length; }), attempt(function () { return parent.document.title; }),
        attempt(function () { return Object.keys(localStorage).join() || "SecurityError"; })];
      this.getDOMElement().querySelector("p").textContent = said.join(" ");
    }});"""
    shop.pool(shop.project(classic("<p></p>", script)), ["A sofa"])
    desk.sign_up()
    expect(desk.start().locator("p")).to_have_text("SecurityError SecurityError SecurityError")


def test_only_the_desk_may_frame_a_task_and_tasks_stay_on_their_origin(sandbox: SandboxServer) -> None:
    tasks = {"Host": sandbox.environment["SANDBOX_FRAME_ORIGIN"].partition("//")[2]}
    frame = httpx.get(f"{sandbox.url}/frame", headers=tasks)
    assert frame.status_code == 200
    policy = frame.headers["Content-Security-Policy"]
    assert policy == f"frame-ancestors {sandbox.environment['SANDBOX_PUBLIC_URL']} {sandbox.url}"
    assert "X-Frame-Options" not in frame.headers
    assert httpx.get(f"{sandbox.url}/frame").status_code == 404
    desk = httpx.get(f"{sandbox.url}/", headers=tasks)
    assert desk.status_code == 302
    assert desk.headers["Location"].startswith(sandbox.environment["SANDBOX_PUBLIC_URL"])
    assert "frame-ancestors 'none'" in httpx.get(f"{sandbox.url}/").headers["Content-Security-Policy"]


def test_messages_of_strangers_are_not_heard(desk: Desk, shop: Shop) -> None:
    pool = shop.pool(shop.project(classic()), ["A sofa"])
    desk.sign_up()
    frame = desk.start()
    # The desk's own window is not the frame's: as far as the desk knows, this comes from a stranger.
    desk.page.evaluate("window.postMessage({type: 'sandbox:submit', solutions: [{output_values: {result: 'NO'}}]}, location.origin)")
    # And the frame hears only its parent.
    task = next(found for found in desk.page.frames if "/frame" in found.url)
    task.evaluate("window.postMessage({type: 'sandbox:submit'}, location.origin)")
    desk.page.wait_for_timeout(300)
    expect(frame.get_by_role("alert")).to_have_count(0)
    assert [work["status"] for work in shop.assignments(pool)] == ["ACTIVE"]


def test_a_script_that_breaks_is_reported_and_the_task_can_be_skipped(desk: Desk, shop: Shop) -> None:
    shop.pool(shop.project(classic("<p>{{title}}</p>", "this is not JavaScript")), ["A sofa"])
    desk.sign_up()
    desk.page.get_by_role("button", name="Start: Is there a cat?").click()
    desk.page.get_by_role("button", name="Got it").click()
    expect(desk.page.locator(".task-trouble")).to_contain_text("reports a fault")
    expect(desk.page.get_by_role("button", name="Submit")).to_be_disabled()
    desk.page.get_by_role("button", name="Skip").click()
    desk.page.get_by_role("button", name="Skip the task").click()
    expect(desk.page.get_by_role("heading", name="Open tasks")).to_be_visible()


def test_a_view_may_hide_the_bars_buttons_and_bring_its_own(desk: Desk, shop: Shop) -> None:
    script = """exports.Task = extend(TolokaHandlebarsTask, null, {onRender: function () {
      var assignment = this.getAssignment();
      this.getDOMElement().querySelector("button").addEventListener("click", function () { assignment.submit(); });
    }});"""
    markup = '{{field type="input" name="result" placeholder="Colour"}}<button>Send</button>'
    settings = {"showSubmit": False, "showSkip": False, "showTimer": False}
    pool = shop.pool(shop.project(classic(markup, script, settings=settings)), ["A sofa"])
    desk.sign_up()
    desk.page.get_by_role("button", name="Start: Is there a cat?").click()
    desk.page.get_by_role("button", name="Got it").click()
    frame = desk.page.frame_locator("iframe.task-frame")
    expect(frame.get_by_role("button", name="Send")).to_be_visible()
    expect(desk.page.get_by_role("button")).to_have_count(1)
    expect(desk.page.get_by_role("timer")).to_have_count(0)
    frame.get_by_role("button", name="Send").click()
    expect(desk.page.locator(".task-trouble")).to_contain_text("Answer this before you submit.")
    frame.get_by_label("Colour").fill("blue")
    frame.get_by_role("button", name="Send").click()
    desk.page.get_by_role("heading", name="Submitted, now in review").wait_for()
    assert shop.assignments(pool)[0]["solutions"] == [{"output_values": {"result": "blue"}}]


def test_what_the_server_refuses_is_shown_at_its_field(quiet_page: Callable[..., Page], sandbox: SandboxServer, shop: Shop) -> None:
    script = "exports.Task = extend(TolokaHandlebarsTask, null, {validate: function () { return null; }});"
    view = classic('{{field type="input" name="result" placeholder="Colour"}}', script)
    pool = shop.pool(shop.project(view, output={"result": {**STRING, "min_length": 3}}), ["A sofa"])
    desk = Desk(quiet_page(refusals=True), sandbox.url)
    desk.sign_up()
    frame = desk.start()
    frame.get_by_label("Colour").fill("ab")
    desk.submit()
    expect(frame.locator(".field-error")).to_be_visible()
    expect(desk.page.locator(".task-trouble")).to_contain_text("Not submitted yet.")
    frame.get_by_label("Colour").fill("azure")
    desk.submit()
    desk.page.get_by_role("heading", name="Submitted, now in review").wait_for()
    assert shop.assignments(pool)[0]["solutions"] == [{"output_values": {"result": "azure"}}]


def test_a_page_of_several_tasks_answers_each(desk: Desk, shop: Shop) -> None:
    mixer = {"real_tasks_count": 3, "golden_tasks_count": 0, "training_tasks_count": 0}
    pool = shop.pool(shop.project(classic()), ["One", "Two", "Three"], mixer_config=mixer)
    desk.sign_up()
    frame = desk.start()
    for number in range(3):
        frame.locator(".task").nth(number).get_by_label("Yes" if number else "No").check()
    desk.submit()
    desk.page.get_by_role("heading", name="Submitted, now in review").wait_for()
    (work,) = shop.assignments(pool)
    assert [answer["output_values"]["result"] for answer in work["solutions"]] == ["NO", "YES", "YES"]


@pytest.mark.parametrize(("markup", "shown"), [
    ("{{title}}", "&lt;b&gt; &amp; &quot;"),
    ("{{{title}}}", '<b> & "'),
    ("{{! gone }}{{!-- {{gone}} --}}a", "a"),
    ("{{person.name}}/{{missing.name}}", "Ann/"),
    ("{{#if none}}x{{else if person}}y{{else}}z{{/if}}", "y"),
    ("{{#unless none}}x{{/unless}}", "x"),
    ("{{#each list}}{{@index}}:{{this}}{{#unless @last}},{{/unless}}{{else}}-{{/each}}", "0:a,1:b"),
    ("{{#each none}}x{{else}}-{{/each}}", "-"),
    ("{{#with person}}{{name}} of {{../list.[0]}}{{/with}}", "Ann of a"),
    ("{{#if (and (equal person.name 'Ann') (gt 3 2) (not none))}}yes{{/if}}", "yes"),
    ("{{concat 'a' 1 person.name}}", "a1Ann"),
    ("{{get person 'name'}}", "Ann"),
])
def test_markup_is_filled_like_handlebars(desk: Desk, markup: str, shown: str) -> None:
    data = {"title": '<b> & "', "person": {"name": "Ann"}, "list": ["a", "b"], "none": []}
    desk.page.goto(desk.url)
    filled = desk.page.evaluate(
        "async ([markup, data]) => (await import('/static/sandbox/frame/handlebars.js')).fill(markup, data)", [markup, data])
    assert filled == shown


@pytest.mark.parametrize(("markup", "sentence"), [
    ("{{#if title}}x", "The markup never closes {{#if}}."),
    ("{{#if title}}x{{/each}}", "The markup closes {{/each}} where {{/if}} is open."),
    ("{{hologram src=title}}", 'The markup uses the component or helper "hologram"'),
])
def test_markup_that_cannot_be_filled_says_why(desk: Desk, markup: str, sentence: str) -> None:
    desk.page.goto(desk.url)
    said = desk.page.evaluate(
        "async (markup) => { try { (await import('/static/sandbox/frame/handlebars.js')).fill(markup, {}); return ''; }"
        " catch (error) { return error.message; } }", markup)
    assert sentence in said


def test_components_of_classic_markup_are_drawn(desk: Desk, shop: Shop) -> None:
    picture = "data:image/gif;base64,R0lGODlhAQABAIAAAMLCwgAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="
    markup = f"""{{{{img src="{picture}" width="50%" height="80px"}}}} {{{{iframe src="{desk.url}/frame" width="200px"}}}}
      {{{{field type="checkbox" name="sure" label="Sure" checked=true}}}}{{{{field type="textarea" name="shape.note" placeholder="Note"}}}}
      {{{{#field type="select" name="result"}}}}{{{{select_item value="YES" text="Yes!"}}}}{{{{/field}}}}
      {{{{button href="https://example.org/" label="Read"}}}}{{{{field type="hologram" name="h"}}}}"""
    markup = markup.replace(f'{{{{iframe src="{desk.url}/frame" width="200px"}}}}', '{{iframe src="about:blank" width="200px"}}')
    output = {"result": STRING, "sure": {"type": "boolean", "required": True}, "shape": {"type": "json", "required": False}}
    pool = shop.pool(shop.project(classic(markup, ""), output=output), ["A sofa"])
    desk.sign_up()
    frame = desk.start()
    box: Any = frame.locator("img").bounding_box()
    assert box["height"] == 80
    assert frame.locator("iframe").get_attribute("sandbox") == "allow-scripts allow-same-origin"
    expect(frame.get_by_role("link", name="Read")).to_have_attribute("href", "https://example.org/")
    expect(frame.locator(".placeholder")).to_contain_text("hologram")
    desk.submit()
    expect(frame.get_by_role("alert")).to_have_text("Answer this before you submit.")
    frame.get_by_label("Note").fill("round")
    frame.get_by_role("combobox").select_option("Yes!")
    desk.submit()
    desk.page.get_by_role("heading", name="Submitted, now in review").wait_for()
    assert shop.assignments(pool)[0]["solutions"][0]["output_values"] == {"sure": True, "shape": {"note": "round"}, "result": "YES"}


def test_a_classic_task_uploads_a_file(desk: Desk, shop: Shop) -> None:
    view = classic('{{field type="file-img" name="result" label="Your photograph"}}', "")
    pool = shop.pool(shop.project(view, output={"result": {"type": "file", "required": True}}), ["A sofa"])
    frame = desk.take(pool)
    desk.submit()
    expect(frame.get_by_role("alert")).to_have_text("Answer this before you submit.")
    frame.get_by_label("Your photograph").set_input_files({"name": "cat.png", "mimeType": "image/png", "buffer": b"meow"})
    expect(frame.get_by_role("status")).to_have_text("cat.png")
    desk.submit()
    desk.page.get_by_role("heading", name="Submitted, now in review").wait_for()
    (file,) = shop.requester.call("GET", f"/api/v1/attachments?pool_id={pool}")["items"]
    assert shop.assignments(pool)[0]["solutions"] == [{"output_values": {"result": file["id"]}}]


def _out(path: str) -> dict[str, str]:
    return {"type": "data.output", "path": path}


def test_template_builder_fields_conditions_and_hotkeys_work(desk: Desk, shop: Shop) -> None:
    required = {"type": "condition.required"}
    other = {"type": "condition.equals", "data": _out("result"), "to": "other"}
    which = {"type": "field.textarea", "label": "Which?", "data": _out("which"), "validation": {**required, "hint": "Say which."}}
    options = [{"label": "Cat", "value": "cat"}, {"label": "Other", "value": "other"}]
    view = {"type": "view.list", "items": [
        {"type": "view.text", "label": "Title", "content": {"type": "data.input", "path": "title"}},
        {"type": "view.markdown", "content": "# Look\nat the **photo**, <script>not</script> here\n\n- one\n- two"},
        {"type": "field.radio-group", "label": "What?", "data": _out("result"), "options": options, "validation": required},
        {"type": "helper.if", "condition": other, "then": which},
        {"type": "field.number", "label": "How many", "minimum": 1, "data": _out("count")},
        {"type": "field.checkbox", "label": "Sure", "data": {**_out("sure"), "default": False}},
        {"type": "field.text", "label": "Id", "data": {**_out("id"), "default": {"type": "@toloka/data.assignment-id"}}},
        {"type": "field.map", "label": "Where", "center": {"type": "data.input", "path": "title"}, "data": _out("place")},
    ]}
    keys = [{"type": "plugin.hotkeys", "1": {"type": "action.set", "data": _out("result"), "payload": "cat"}}]
    output = {"result": STRING, "which": {"type": "string", "required": False}, "count": {"type": "integer", "required": False},
              "sure": {"type": "boolean"}, "id": STRING}
    pool = shop.pool(shop.project(template_builder(view, plugins=keys), output=output), ["<i>A sofa"])
    desk.sign_up()
    frame = desk.start()
    expect(frame.get_by_text("<i>A sofa", exact=True)).to_be_visible()
    expect(frame.get_by_text("<script>not</script>")).to_be_visible()
    expect(frame.locator(".placeholder")).to_contain_text("field.map")
    desk.submit()
    expect(frame.get_by_role("alert")).to_have_text("Answer this before you submit.")
    frame.get_by_label("How many").fill("0")
    frame.get_by_label("Other").check()
    desk.submit()
    expect(frame.get_by_role("alert")).to_have_count(2)
    expect(frame.get_by_text("Say which.")).to_be_visible()
    frame.get_by_label("How many").fill("3")
    frame.get_by_role("heading", name="Look").click()
    desk.page.keyboard.press("1")
    expect(frame.get_by_label("Cat")).to_be_checked()
    expect(frame.get_by_label("Which?")).to_have_count(0)
    expect(frame.get_by_label("How many")).to_have_value("3")
    desk.submit()
    desk.page.get_by_role("heading", name="Submitted, now in review").wait_for()
    (work,) = shop.assignments(pool)
    assert work["solutions"] == [{"output_values": {"result": "cat", "count": 3, "sure": False, "id": work["id"]}}]
