"""Template Builder pages that toloka-kit's own classes describe, drawn and answered in a browser."""
import json
from typing import Any

import pytest
import toloka.client.project.template_builder as tb
from playwright.sync_api import expect
from toloka.client.project.template_builder import TemplateBuilder

from tests.sandbox.desk.conftest import Desk, Shop, picture, template_builder

v, f, c, a, d, lay = tb.view, tb.fields, tb.conditions, tb.actions, tb.data, tb.layouts
SMALL = picture(40, 20)
LOOSE = {"result": {"type": "json", "required": False}}


def view_spec(view: Any, *plugins: Any, **variables: Any) -> dict[str, Any]:
    """What toloka-kit would send for this view."""
    config = TemplateBuilder(view=view, plugins=list(plugins), vars=variables or None).unstructure()
    return template_builder(config.pop("view"), **{name: value for name, value in config.items() if value})


def loose(*names: str) -> dict[str, Any]:
    """An output spec with these optional fields."""
    return {name: {"type": "json", "required": False} for name in names}


def out(path: str, **more: Any) -> Any:
    return d.OutputData(path=path, **more)


def sent(desk: Desk, shop: Shop) -> dict[str, Any]:
    """Submit; the output values of the page's only task."""
    desk.submit()
    desk.page.get_by_role("heading", name="Submitted, now in review").wait_for()
    (work,) = shop.assignments(shop.made[-1], "SUBMITTED")
    values: dict[str, Any] = work["solutions"][0]["output_values"]
    return values


def test_every_view_and_layout_is_drawn(desk: Desk, shop: Shop) -> None:
    def text(words: str) -> Any:
        return v.TextViewV1(content=words)

    items = [
        text("plain"), v.MarkdownViewV1(content="# Head\n**bold** and [a link](https://example.org/md)"), v.ImageViewV1(url=SMALL,
                                                                                                                        rotatable=True),
        v.LinkViewV1(url="https://example.org/", content="Read"),
        v.LinkGroupViewV1(links=[v.LinkGroupViewV1.Link(content="One", url="https://example.org/1", theme="primary")]),
        *(v.AlertViewV1(content=text(f"{theme} alert"), theme=theme) for theme in ("info", "warning", "danger", "success")),
        v.CollapseViewV1(label="Details", content=text("folded away")), v.DividerViewV1(label="half way"),
        v.GroupViewV1(label="Group", content=text("framed")),
        v.LabeledListViewV1(items=[v.LabeledListViewV1.Item(label="Colour", content=text("green"))]),
        v.IframeViewV1(url="about:blank", ratio=[4, 1]), v.DeviceFrameViewV1(content=text("on a phone")),
        v.AudioViewV1(url="data:audio/wav;base64,UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA="),
        lay.BarsLayoutV1(content=text("between"), bar_before=text("above"), bar_after=text("below")),
        lay.ColumnsLayoutV1(items=[text("left column"), text("right column")], ratio=[1, 2]),
        lay.SideBySideLayoutV1(items=[text("side one"), text("side two")], controls=text("side controls")),
        lay.SidebarLayoutV1(content=text("main part"), controls=text("sidebar controls"), extra_controls=text("extra")),
        lay.CompareLayoutV1(items=[lay.CompareLayoutItem(content=text("compare this"), controls=text("its controls")),
                                   lay.CompareLayoutItem(content=text("with that"))], common_controls=text("for both")),
    ]
    frame = desk.take(shop.pool(shop.project(view_spec(v.ListViewV1(items=items)), output=LOOSE), ["x"]))
    expect(frame.locator(".placeholder")).to_have_count(0)
    for words in ("plain", "bold", "danger alert", "half way", "framed", "green", "on a phone", "above", "between", "below", "right column",
                  "side two", "side controls", "sidebar controls", "extra", "with that", "for both"):
        expect(frame.get_by_text(words, exact=True)).to_be_visible()
    expect(frame.get_by_text("folded away")).to_be_hidden()
    frame.get_by_text("Details").click()
    expect(frame.get_by_text("folded away")).to_be_visible()
    expect(frame.get_by_role("link", name="One")).to_have_attribute("href", "https://example.org/1")
    frame.get_by_role("button", name="Turn right").click()
    expect(frame.locator(".tb-media").first).to_have_attribute("data-turns", "1")
    frame.get_by_role("button", name="Show the picture in full size").click()
    frame.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(frame.get_by_role("dialog")).to_have_count(0)
    left, right = (frame.get_by_text(words).bounding_box() for words in ("left column", "right column"))
    assert left and right
    assert left["y"] == right["y"]
    assert left["x"] < right["x"]


def test_every_field_writes_its_answer(desk: Desk, shop: Shop) -> None:
    options = [f.GroupFieldOption(value="a", label="Option A"), f.GroupFieldOption(value="b", label="Option B")]
    required = c.RequiredConditionV1()
    items = [
        f.TextFieldV1(data=out("text"), label="A text", validation=required), f.TextareaFieldV1(data=out("area"), label="An area", rows=2),
        f.NumberFieldV1(data=out("number"), label="A number", minimum=1, maximum=9), f.EmailFieldV1(data=out("email"), label="An email"),
        f.PhoneNumberFieldV1(data=out("phone"), label="A phone"),
        f.DateFieldV1(data=out("date"), label="A date", format=False, block_list=["2026-12-24"]),
        f.RadioGroupFieldV1(data=out("radio"), label="Radio", options=options),
        f.ButtonRadioGroupFieldV1(data=out("buttons"), label="Buttons", options=options),
        f.ButtonRadioFieldV1(data=out("single"), label="Just this", value_to_set={"deep": 1}),
        f.CheckboxFieldV1(data=out("tick"), label="Tick me"), f.CheckboxFieldV1(data=out("no"), label="Leave me", preserve_false=True),
        f.CheckboxGroupFieldV1(data=out("group"), label="Several", options=options),
        f.SelectFieldV1(data=out("chosen"), label="Select", options=options, placeholder="Pick"),
        f.ListFieldV1(data=out("people"), label="People", button_label="Add a person", max_length=2,
                      render=f.TextFieldV1(data=d.RelativeData(path="name"), label="Name")),
    ]
    names = ("text", "area", "number", "email", "phone", "date", "radio", "buttons", "single", "tick", "no", "group", "chosen", "people")
    frame = desk.take(shop.pool(shop.project(view_spec(v.ListViewV1(items=items)), output=loose(*names)), ["x"]))
    desk.submit()
    expect(frame.get_by_role("alert")).to_have_text("Answer this before you submit.")
    for label, words in (("A text", "word"), ("An area", "two\nlines"), ("A number", "12"), ("An email", "half"), ("A phone", "what?"),
                         ("A date", "2026-12-24")):
        frame.get_by_label(label, exact=True).fill(words)
    desk.submit()
    expect(frame.get_by_role("alert")).to_have_count(4)
    for label, words in (("A number", "4.5"), ("An email", "a@example.org"), ("A phone", "+44 20 7946 0000"), ("A date", "2026-12-25")):
        frame.get_by_label(label, exact=True).fill(words)
    frame.get_by_role("radiogroup", name="Radio").get_by_label("Option B").check()
    frame.get_by_role("radiogroup", name="Buttons").get_by_role("radio", name="Option A").click()
    frame.get_by_role("button", name="Just this").click()
    frame.get_by_label("Tick me").check()
    frame.get_by_label("Leave me").check()
    frame.get_by_label("Leave me").uncheck()
    several = frame.get_by_role("group", name="Several")
    for label in ("Option A", "Option B"):
        several.get_by_label(label).check()
    several.get_by_label("Option A").uncheck()
    frame.get_by_label("Select").select_option("Option A")
    for name in ("Ann", "Bob"):
        frame.get_by_role("button", name="Add a person").click()
        frame.get_by_label("Name").last.fill(name)
    expect(frame.get_by_role("button", name="Add a person")).to_have_count(0)
    frame.get_by_role("button", name="Remove item 1").click()
    assert sent(desk, shop) == {
        "text": "word", "area": "two\nlines", "number": 4.5, "email": "a@example.org", "phone": "+44 20 7946 0000", "date": "2026-12-25",
        "radio": "b", "buttons": "a", "single": {"deep": 1}, "tick": True, "no": False, "group": {"b": True}, "chosen": "a",
        "people": [{"name": "Bob"}]}


def test_actions_triggers_and_hotkeys_change_the_page(desk: Desk, shop: Shop) -> None:
    folded = v.CollapseViewV1(label="More", content=v.TextViewV1(content="opened"))
    hidden = {"type": "helper.if", "condition": {"type": "condition.equals", "data": {"type": "data.output", "path": "result"},
                                                 "to": "yes"},
              "then": {"type": "view.text", "content": "because yes"}}
    set_yes = a.SetActionV1(data=out("result"), payload="yes")
    notify = a.NotifyActionV1(payload=a.NotifyActionV1.Payload(content="Well done", theme="success", delay=0, duration=60000))
    items = [
        v.ActionButtonViewV1(label="Say yes", action=a.BulkActionV1(payload=[set_yes, notify])),
        v.ActionButtonViewV1(label="Unfold", action=a.OpenCloseActionV1(view=folded)), folded,
        v.ActionButtonViewV1(label="Switch", action=a.ToggleActionV1(data=out("switch"))),
        f.TextFieldV1(data=out("result"), label="Result"), f.CheckboxFieldV1(data=out("switch"), label="Switched"),
        tb.base.BaseComponent.structure(hidden),
    ]
    trigger = tb.plugins.TriggerPluginV1(on_change_of=out("result"), condition=c.EqualsConditionV1(data=out("result"), to="maybe"),
                                         action=a.SetActionV1(data=out("seen"), payload="maybe was there"))
    first = tb.plugins.TriggerPluginV1(fire_immediately=True, action=a.SetActionV1(data=out("started"), payload=True))
    keys = tb.plugins.HotkeysPluginV1(key_m=a.SetActionV1(data=out("result"), payload="maybe"), key_s=a.ToggleActionV1(data=out("switch")))
    view = view_spec(v.ListViewV1(items=items), trigger, first, keys)
    frame = desk.take(shop.pool(shop.project(view, output=loose("result", "switch", "seen", "started")), ["x"]))
    frame.get_by_role("button", name="Say yes").click()
    expect(frame.get_by_text("because yes")).to_be_visible()
    expect(frame.get_by_text("Well done")).to_be_visible()
    expect(frame.get_by_label("Result")).to_have_value("yes")
    frame.get_by_role("button", name="Unfold").click()
    expect(frame.get_by_text("opened")).to_be_visible()
    desk.page.keyboard.press("m")
    expect(frame.get_by_label("Result")).to_have_value("maybe")
    expect(frame.get_by_text("because yes")).to_have_count(0)
    desk.page.keyboard.press("s")
    expect(frame.get_by_label("Switched")).to_be_checked()
    frame.get_by_role("button", name="Switch", exact=True).click()
    frame.get_by_label("Result").press_sequentially("s")
    assert sent(desk, shop) == {"result": "smaybe", "seen": "maybe was there", "started": True}


def test_a_link_must_be_followed_and_media_played_where_the_view_asks_for_it(desk: Desk, shop: Shop) -> None:
    url = f"{desk.url}/healthz"
    link = v.LinkViewV1(url=url, content="The page", validation=c.LinkOpenedConditionV1(url=url, hint="Look at the page first."))
    sound = v.AudioViewV1(url="data:audio/wav;base64,AAAA", validation=c.PlayedConditionV1())
    frame = desk.take(shop.pool(shop.project(view_spec(v.ListViewV1(items=[link, sound])), output=LOOSE), ["x"]))
    expect(frame.get_by_text("The sound cannot be loaded")).to_be_visible()
    desk.submit()
    expect(frame.locator(".field-error")).to_have_text("Look at the page first.")
    with desk.page.context.expect_page():
        frame.get_by_role("link", name="The page").click()
    assert sent(desk, shop) == {}


def test_files_are_uploaded_by_the_desk_and_reach_the_requester(desk: Desk, shop: Shop) -> None:
    one = f.FileFieldV1(data=out("one"), accept=["text/plain"], label="A note", validation=c.RequiredConditionV1())
    many = f.MediaFileFieldV1(data=out("many"), multiple=True, label="Photographs", accept=f.MediaFileFieldV1.Accept(gallery=True))
    output = {"one": {"type": "file", "required": True}, "many": {"type": "array_file", "required": False}}
    pool = shop.pool(shop.project(view_spec(v.ListViewV1(items=[one, many])), output=output), ["x"])
    frame = desk.take(pool)
    frame.get_by_label("Choose a file").set_input_files({"name": "note.txt", "mimeType": "text/plain", "buffer": b"Hello from Ada"})
    expect(frame.get_by_role("button", name="Remove note.txt")).to_be_visible()
    photographs = [{"name": f"{n}.png", "mimeType": "image/png", "buffer": b"not really"} for n in range(3)]
    frame.get_by_label("Choose from the gallery").set_input_files(photographs)
    expect(frame.get_by_role("listitem")).to_have_count(4)
    frame.get_by_role("button", name="Remove 1.png").click()
    expect(frame.locator(".sending")).to_have_count(0)
    values = sent(desk, shop)
    found = shop.requester.call("GET", f"/api/v1/attachments?pool_id={pool}")["items"]
    names = {item["id"]: item["name"] for item in found}
    assert names[values["one"]] == "note.txt"
    assert sorted(names[key] for key in values["many"]) == ["0.png", "2.png"]


def test_every_task_of_a_page_has_its_own_answers_and_a_pager_shows_one(desk: Desk, shop: Shop) -> None:
    title = v.TextViewV1(content=d.InputData(path="title"))
    answer = f.TextFieldV1(data=out("result"), label="Answer", validation=c.RequiredConditionV1())
    pager = tb.plugins.TolokaPluginV1(kind="pager", task_width=500)
    view = view_spec(v.ListViewV1(items=[title, answer]), pager)
    pool = shop.pool(shop.project(view), ["one", "two", "three"], mixer_config={"real_tasks_count": 3})
    frame = desk.take(pool)
    expect(frame.locator(".task:visible")).to_have_count(1)
    shown = []
    for number in range(3):
        shown.append(frame.locator(".task:visible .tb-text").inner_text())
        if number != 1:
            frame.locator(".task:visible").get_by_label("Answer").fill(f"to {shown[-1]}")
        if number < 2:
            frame.get_by_role("button", name="Next").click()
    desk.submit()
    expect(frame.get_by_text("Task 2 of 3")).to_be_visible()
    expect(frame.get_by_role("alert")).to_have_text("Answer this before you submit.")
    frame.locator(".task:visible").get_by_label("Answer").fill(f"to {shown[1]}")
    desk.submit()
    desk.page.get_by_role("heading", name="Submitted, now in review").wait_for()
    (work,) = shop.assignments(pool)
    inputs = [task["input_values"]["title"] for task in work["tasks"]]
    assert [solution["output_values"]["result"] for solution in work["solutions"]] == [f"to {title}" for title in inputs]


def test_what_the_sandbox_cannot_draw_shows_its_data_and_the_rest_works(desk: Desk, shop: Shop) -> None:
    items = [{"type": "view.hologram", "depth": {"type": "data.input", "path": "title"}},
             {"type": "view.labeled-list", "items": 7}, {"type": "field.text-annotation", "content": "words",
                                                         "data": {"type": "data.output", "path": "marks"}},
             {"no": "type"}, {"type": "field.text", "label": "Still here", "data": {"type": "data.output", "path": "result"}}]
    frame = desk.take(shop.pool(shop.project(template_builder({"type": "view.list", "items": items})), ["twelve metres"]))
    placeholder = frame.locator(".placeholder")
    expect(placeholder.first).to_contain_text("view.hologram")
    expect(placeholder.first).to_contain_text("twelve metres")
    expect(placeholder).to_have_count(3)
    frame.get_by_label("Still here").fill("yes")
    assert sent(desk, shop) == {"result": "yes"}


STATE = """
const {resolve, at, unwrap} = await import('/static/sandbox/frame/tb/values.js');
const {holds} = await import('/static/sandbox/frame/tb/conditions.js');
const state = {config: {vars: {one: {type: 'data.input', path: 'n'}}}, input: {n: 3, list: ['a', 'b'], url: 'https://www.example.org/x',
                                                                               deep: {k: 'v'},
  there: '51.5007,-0.1246'}, output: {no: false, empty: [], text: ''}, internal: {}, local: {}, opened: new Set(['https://o.org/']),
  assignmentId: 'A1', translate: (key) => `~${key}`, media: () => [], location: () => undefined};
state.at = (reference) => at(state.config, reference);
"""


def _input(path: str) -> dict[str, str]:
    return {"type": "data.input", "path": path}


def _output(path: str) -> dict[str, str]:
    return {"type": "data.output", "path": path}


VALUES: list[tuple[Any, Any]] = [
    ({"$ref": "vars.one"}, 3), ({"type": "@toloka/data.assignment-id"}, "A1"), ({**_output("none"), "default": 5}, 5),
    ({"type": "helper.join", "items": ["x", _input("n")], "by": "-"}, "x-3"),
    ({"type": "helper.replace", "data": "a.b.c", "find": ".", "replace": "$&"}, "a$&b$&c"),
    ({"type": "helper.concat-arrays", "items": [_input("list"), ["c"]]}, ["a", "b", "c"]),
    ({"type": "helper.object2entries", "data": _input("deep")}, [{"key": "k", "value": "v"}]),
    ({"type": "helper.entries2object", "entries": [{"key": "k", "value": 1}]}, {"k": 1}),
    ({"type": "helper.text-transform", "data": "two words", "transformation": "capitalize"}, "Two Words"),
    ({"type": "helper.transform", "items": _input("list"), "into": {"label": {"type": "data.local", "path": "item"}}}, [{"label": "a"},
                                                                                                                        {"label": "b"}]),
    ({"type": "helper.switch", "cases": [{"condition": {"type": "condition.equals", "data": _input("n"), "to": 3}, "result": "three"}]},
     "three"),
    ({"type": "helper.if", "condition": {"type": "condition.empty", "data": _output("none")}, "then": 1, "else": 2}, 1),
    ({"type": "helper.search-query", "query": "a b", "engine": "bing"}, "https://www.bing.com/search?q=a%20b"),
    ({"type": "helper.translate", "key": "hi"}, "~hi"), ({"type": "helper.sum", "items": [1, _input("n")]}, 4),
]
CONDITIONS: list[tuple[Any, bool]] = [
    ({"type": "condition.required", "data": _output("no")}, True), ({"type": "condition.required", "data": _output("none")}, False),
    ({"type": "condition.empty", "data": _output("no")}, False), ({"type": "condition.empty", "data": _output("empty")}, True),
    ({"type": "condition.equals", "data": {"a": 1, "b": 2}, "to": {"b": 2, "a": 1}}, True),
    ({"type": "condition.not", "condition": {"type": "condition.equals", "data": _input("n"), "to": 3}}, False),
    ({"type": "condition.all", "conditions": [True, {"type": "condition.more", "data": _input("n"), "then": 2}]}, True),
    ({"type": "condition.any", "conditions": [False, {"type": "condition.less", "data": _input("n"), "then": 2}]}, False),
    ({"type": "condition.contains", "data": "b", "in": _input("list")}, True),
    ({"type": "condition.sub-array", "data": ["a"], "parent": _input("list")}, True),
    ({"type": "condition.sub-array", "data": ["z"], "parent": _input("list")}, False),
    ({"type": "condition.same-domain", "data": "http://example.org/y", "original": _input("url")}, True),
    ({"type": "condition.same-domain", "data": "https://other.org", "original": _input("url")}, False),
    ({"type": "condition.link-opened", "url": "https://o.org/"}, True), ({"type": "condition.link-opened", "url": "https://p.org/"}, False),
    ({"type": "condition.distance", "from": "51.5014,-0.1419", "to": _input("there"), "max": 1250}, True),
    ({"type": "condition.distance", "from": "51.5014,-0.1419", "to": _input("there"), "max": 1150}, False),
    ({"type": "condition.played"}, False), ({"type": "condition.unheard-of"}, True),
    *(({"type": "condition.schema", "data": data, "schema": schema}, fits) for data, schema, fits in [
        (5, {"type": "integer", "minimum": 5}, True), (5, {"type": "number", "exclusiveMinimum": 5}, False), ("ab", {"pattern": "^a",
            "maxLength": 1}, False),
        ([1, 1], {"type": "array", "uniqueItems": True}, False), ({"a": 1}, {"required": ["a"], "properties": {"a": {"enum": [1, 2]}}},
                                                                  True),
        ({"a": 1, "b": 2}, {"properties": {"a": True}, "additionalProperties": False}, False), ("x", {"oneOf": [{"const": "x"},
            {"type": "string"}]}, False)]),
]


@pytest.mark.parametrize(("cases", "ask"), [(VALUES, "resolve(spec, state)"), (CONDITIONS, "holds(spec, state)")], ids=["helpers",
                                                                                                                        "conditions"])
def test_helpers_and_conditions_say_what_the_platform_says(desk: Desk, cases: list[tuple[Any, Any]], ask: str) -> None:
    desk.page.goto(desk.url)
    found = desk.page.evaluate(f"async (specs) => {{ {STATE} return JSON.stringify(specs.map((spec) => {ask})); }}", [spec for spec,
                                                                                                                      _ in cases])
    wrong = [(spec, said, wanted) for (spec, wanted), said in zip(cases, json.loads(found), strict=True) if said != wanted]
    assert not wrong
