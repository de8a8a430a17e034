"""What the pages' scripts do, in a real Chromium and under a strict content security policy."""
import json
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.annotation.pictures import picture
from tests.cast import PASSWORD
from tests.stack.waiting import until

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'"


@pytest.fixture(autouse=True)
def _database_beside_playwright(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright's own event loop runs in this thread; Django would take our look at the database for a mistake."""
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def at(live_server: Any, page: Page, alice: Any) -> Iterator[Any]:
    """at("/projects"): Alice opens a page. Complaints of the browser, also about the policy, fail the test."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None)

    def strict(route: Route) -> None:
        if route.request.resource_type != "document" or route.request.method != "GET":
            route.continue_()
            return
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": POLICY})

    page.goto(f"{live_server.url}/login")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/projects")
    page.route("**/*", strict)
    yield lambda path: page.goto(f"{live_server.url}{path}")
    assert complaints == []


def raw(page: Page) -> Any:
    return json.loads(page.locator("#id_labels").input_value())


def test_the_constructor_and_the_raw_json_are_two_views_of_one_thing(at, page):
    at("/projects/create")
    page.get_by_role("button", name="Add label").click()
    page.keyboard.type("car")
    page.keyboard.press("Enter")
    page.keyboard.type("sign")
    page.get_by_label("Shape").nth(1).select_option("polygon")
    page.get_by_role("button", name="Add attribute").first.click()
    page.keyboard.type("make")
    page.get_by_label("Kind of answer").select_option("select")
    page.get_by_label("Values").fill("VW, Lada")
    page.get_by_label("Move down").first.click()
    labels = raw(page)
    assert [(label["name"], label["type"]) for label in labels] == [("sign", "polygon"), ("car", "any")]
    assert labels[0]["color"] != labels[1]["color"]
    make = {"name": "make", "input_type": "select", "mutable": False, "values": ["VW", "Lada"], "default_value": ""}
    assert labels[1]["attributes"] == [make]

    page.get_by_role("tab", name="Raw JSON").click()
    kind = {"name": "kind", "input_type": "radio", "values": ["oak, red", "elm"]}
    page.locator("#id_labels").fill(json.dumps([{"name": "tree", "attributes": [kind]}]))
    page.get_by_role("tab", name="Constructor").click()
    expect(page.get_by_label("Values")).to_have_value("oak, red | elm")
    page.get_by_label("Name of the attribute").fill("species")
    assert raw(page)[0]["attributes"][0] == {**kind, "name": "species"}


def test_json_that_is_no_list_of_labels_stays_in_the_raw_tab_with_the_reason(at, page):
    at("/projects/create")
    page.get_by_role("tab", name="Raw JSON").click()
    page.locator("#id_labels").fill('["car"]')
    page.get_by_role("tab", name="Constructor").click()
    expect(page.get_by_text("it must be a list of objects")).to_be_visible()
    expect(page.locator("#id_labels")).to_have_value('["car"]')


def test_an_error_of_a_label_stands_in_its_row(at, page):
    at("/projects/create")
    page.get_by_label("Name").first.fill("Cars")
    page.get_by_role("button", name="Add label").click()
    page.get_by_role("button", name="Create project").click()
    expect(page.locator("[data-label] [data-error=name]")).to_have_text("Give a name.")


def test_files_are_sent_with_what_is_wrong_shown_and_no_second_choice_needed(at, page, project):
    from annotation import runner
    from annotation.models import Request, Task

    at(f"/projects/{project.pk}/tasks/create")
    files = [{"name": name, "mimeType": "image/jpeg", "buffer": content} for name, content in (
        ("1.jpg", picture()), ("2.jpg", picture(50, 50)), ("empty.jpg", b""))]
    page.locator("input[name=files]").set_input_files(files)
    page.get_by_role("button", name="Create task").click()
    expect(page.get_by_text("empty.jpg is empty.")).to_be_visible()
    page.get_by_label("Remove empty.jpg").click()
    page.get_by_role("button", name="Create task").click()
    expect(page.locator("#id_name_error")).to_have_text("This field is required.")
    page.get_by_label("Name").fill("Monday")
    page.get_by_role("button", name="Create task").click()
    page.wait_for_url(re.compile(r"/tasks/\d+$"))
    runner.run(str(Request.objects.get().pk))
    expect(page.get_by_role("link", name=re.compile(r"^(Job )?#\d+"))).to_be_visible()
    assert list(Task.objects.get().frames.values_list("name", flat=True)) == ["1.jpg", "2.jpg"]


def test_the_columns_of_a_picked_table_become_a_choice(at, page, project):
    at(f"/projects/{project.pk}/tasks/create")
    page.get_by_role("tab", name="TSV / CSV").click()
    content = b'\xef\xbb\xbfcity;"INPUT:image"\nOslo;"https://a.example/1.jpg"\n'
    page.get_by_label("TSV or CSV file").set_input_files({"name": "d.csv", "mimeType": "text/csv", "buffer": content})
    expect(page.get_by_label("Column with the addresses")).to_have_value("INPUT:image")
    expect(page.locator("[data-table-preview] td.is-chosen")).to_have_text("https://a.example/1.jpg")


def test_a_question_comes_before_sharing_ends_and_escape_means_no(at, page, project, alice, rita):
    from annotation.services import members

    members.share_project(actor=alice, project=project, user=rita, role="reviewer")
    at(f"/projects/{project.pk}")
    page.get_by_label("Stop sharing with rita", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Stop sharing with rita?")
    page.keyboard.press("Escape")
    assert project.members.count() == 1
    page.get_by_label("Stop sharing with rita", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Stop sharing").click()
    expect(page.get_by_text("rita no longer sees this project.")).to_be_visible()
    assert project.members.count() == 0


def test_the_guide_is_previewed_while_it_is_typed(at, page, project):
    at(f"/projects/{project.pk}/guide")
    page.locator("textarea").fill("draw **all** <script>alert(1)</script>")
    expect(page.locator("#preview strong")).to_have_text("all")


def test_a_tokens_value_is_gone_after_a_reload(at, page):
    at("/tokens")
    page.get_by_label("Name").fill("script")
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_label("Value of the token")).to_have_value(re.compile("^cvt_"))
    page.reload()
    expect(page.get_by_label("Value of the token")).to_have_count(0)
    expect(page.get_by_text("Active")).to_have_count(1)


def _press_and_see(page: Page, key: str, place: str) -> None:
    """A person presses a key when the page stands still; htmx takes a moment after the new picture is there."""
    until(page, "!document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added')")
    page.keyboard.press(key)
    expect(page.locator(".viewer-place")).to_have_text(place)


def test_keys_walk_the_frames_and_zoom_the_picture(at, page, fill):
    job = fill(count=3).jobs.get()
    at(f"/jobs/{job.pk}")
    svg = page.locator(".viewer-stage svg")
    _press_and_see(page, "f", "2 / 3")
    _press_and_see(page, "ArrowRight", "3 / 3")
    _press_and_see(page, "d", "2 / 3")
    assert page.url.endswith("?frame=1")
    page.keyboard.press("+")
    expect(svg).to_have_attribute("viewBox", "10 8 80 64")
    page.keyboard.press("0")
    expect(svg).to_have_attribute("viewBox", "0 0 100 80")
    page.keyboard.press("h")
    expect(page.get_by_label("Hide shapes")).to_have_attribute("aria-pressed", "true")


def test_a_running_request_moves_by_itself_until_the_page_is_new(at, page, alice, project):
    from annotation.models import Request, Task

    task = Task.objects.create(project=project, owner=alice, name="Monday")
    request = Request.objects.create(owner=alice, action="create", task=task, status="started", progress=0.25)
    at(f"/tasks/{task.pk}")
    expect(page.get_by_text("25 %")).to_be_visible()
    Request.objects.filter(pk=request.pk).update(progress=0.5)
    expect(page.get_by_text("50 %")).to_be_visible()
    Request.objects.filter(pk=request.pk).update(status="failed", message="1 file cannot be used.", errors=["a.jpg is damaged."])
    expect(page.get_by_role("link", name="Try again with other images")).to_be_visible()


def test_a_page_that_would_reload_waits_for_words_that_are_not_sent_yet(at, page):
    page.route("**/news", lambda route: route.fulfill(body="", headers={"HX-Refresh": "true"}))
    at("/projects/create")
    page.get_by_label("Name", exact=True).first.fill("Half a na")
    page.evaluate("htmx.ajax('GET', '/news', {swap: 'none'})")
    expect(page.get_by_text("This page has news")).to_be_visible()
    expect(page.get_by_label("Name", exact=True).first).to_have_value("Half a na")
    page.get_by_label("Name", exact=True).first.fill("")
    with page.expect_navigation():
        page.evaluate("htmx.ajax('GET', '/news', {swap: 'none'})")
    expect(page.get_by_text("This page has news")).to_have_count(0)
