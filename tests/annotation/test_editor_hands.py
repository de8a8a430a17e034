"""Hands other than the mouse, and copies: keyboard, finger and pen, paste, propagate, groups, locks. In a real Chromium."""
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.editor.desk import Desk, desk, editor_libraries, fake, near
from tests.editor.fake_api import FakeEditorApi
from tests.stack.waiting import until

# Fixtures reach this file's tests by being named here.
__all__ = ["desk", "editor_libraries", "fake"]
pytestmark = pytest.mark.journey
FIRE = """(kinds) => { const target = document.querySelector(".ed-canvas .ol-viewport"); const seen = [];
  for (const name of ["pointerdown", "pointercancel"]) target.addEventListener(name, (event) => seen.push(`${event.pointerType} ${name}`));
  for (const [pointerType, name, pointerId] of kinds) target.dispatchEvent(new PointerEvent(name,
    { pointerType, pointerId, bubbles: true, cancelable: true, clientX: 300, clientY: 300, isPrimary: true }));
  return seen; }"""


def box(number: int, points: list[float], **more: Any) -> dict[str, Any]:
    return {"id": number, "client_id": f"box-{number}", "type": "rectangle", "label_id": 3, "points": points,
            "attributes": [{"spec_id": 9, "value": "true"}, {"spec_id": 10, "value": "red"}], **more}


def said(page: Page, words: str) -> None:
    expect(page.locator(".ed-said")).to_have_text(words)


def test_a_rectangle_is_drawn_moved_and_resized_by_keys_alone(desk: Desk) -> None:
    desk.open().page.locator(".ed-canvas").focus()
    desk.press("n", "Enter", "Enter")
    said(desk.page, "First corner at 320, 240. Move to the opposite corner and press Enter.")
    desk.press("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown", "ArrowDown")
    said(desk.page, "340, 251")
    desk.press("Space")
    said(desk.page, "car, rectangle 20 × 11 at 320, 240 added")
    assert desk.points() == [[320, 240, 340, 251]]
    desk.press("Control+ArrowLeft", "Control+Shift+ArrowUp", "Alt+Shift+ArrowRight", "Alt+ArrowUp")
    said(desk.page, "rectangle 30 × 10 at 319, 230")
    assert desk.points() == [[319, 230, 349, 240]]
    desk.press("a")
    expect(desk.page.get_by_label("parked")).to_be_focused()
    desk.press("Space", "Tab", "r", "Escape")
    assert [entry["value"] for entry in desk.shapes()[0]["attributes"]] == ["true", "red"]
    expect(desk.page.locator(".ed-canvas")).to_be_focused()
    desk.press("Control+z", "Control+z", "Control+z")
    assert desk.points() == [[319, 230, 349, 241]], "two answers and a change of size, one step each"


def test_a_polygon_is_drawn_by_keys_alone(desk: Desk) -> None:
    desk.open().tool("Polygon")
    desk.press("Enter", "Space", "Control+ArrowRight", "Space", "Control+ArrowDown", "Space", "Enter")
    assert desk.points() == [[320, 240, 420, 240, 420, 340]]


def test_a_copy_hangs_at_the_pointer_also_on_the_next_frame(desk: Desk) -> None:
    desk.fake.annotations = {"10": {"shapes": [box(1, [50, 280, 180, 360])], "tags": []}}
    desk.open().page.locator(".ed-canvas").focus()
    desk.press("Tab", "Control+c", "f")
    desk.loaded()
    desk.page.mouse.move(*desk.at(300, 200))
    desk.press("Control+v")
    expect(desk.page.locator(".ed")).to_have_attribute("data-mode", "paste")
    desk.page.keyboard.down("Control")
    desk.click(300, 200)
    desk.page.keyboard.up("Control")
    desk.click(635, 475)
    expect(desk.page.locator(".ed")).to_have_attribute("data-mode", "edit")
    near(desk.points(11)[0], [235, 160, 365, 240])
    near(desk.points(11)[1], [510, 400, 640, 480])
    assert all(shape["attributes"] == box(1, [])["attributes"] and "id" not in shape for shape in desk.shapes(11))
    desk.press("Control+v", "Escape", "Control+z", "Control+z")
    assert desk.shapes(11) == []


def test_an_object_is_propagated_in_one_step_within_the_job(desk: Desk) -> None:
    desk.fake.annotations = {"11": {"shapes": [box(1, [50, 280, 180, 360], group=3)], "tags": []},
                             "12": {"shapes": [], "tags": [], "nothing_here": True}}
    desk.open().press("f")
    desk.loaded()
    desk.press("Tab", "Control+b")
    dialog = desk.page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 copy, on frame 3.")
    dialog.get_by_label("Frames").fill("2")
    expect(dialog).to_contain_text("There is 1 frame after this one: choose 1.")
    expect(dialog.get_by_role("button", name="Propagate")).to_be_disabled()
    dialog.get_by_role("button", name="Backward").click()
    expect(dialog).to_contain_text("1 copy, on frame 1.")
    dialog.get_by_role("button", name="Forward").click()
    dialog.get_by_label("Until frame").press("Enter")
    expect(dialog).to_have_count(0)
    [copy] = desk.shapes(12)
    assert (copy["points"], copy["group"], copy["source"]) == ([50, 280, 180, 360], 0, "manual")
    desk.saved()
    assert set(desk.fake.saves[-1]["frames"]) == {"12"}
    desk.press("Control+z")
    assert desk.document()["frames"]["12"] == {"shapes": [], "tags": [], "nothing_here": True}
    expect(desk.page.get_by_role("spinbutton", name="Frame")).to_have_value("2")


def test_groups_are_of_one_label_and_move_one_by_one_locks_hold(desk: Desk) -> None:
    desk.fake.annotations = {"10": {"shapes": [box(1, [50, 280, 180, 360]), box(2, [300, 280, 430, 360]),
                                               box(3, [300, 50, 430, 150], label_id=6, attributes=[])], "tags": []},
                             "11": {"shapes": [box(4, [1, 1, 9, 9], group=7)], "tags": []}}
    desk.open().page.locator(".ed-canvas").focus()
    desk.press("Tab", "g")
    desk.click(365, 100)
    expect(desk.page.get_by_text('A group holds objects of one label, here "car".')).to_be_visible()
    desk.click(365, 320)
    desk.press("g")
    assert [shape["group"] for shape in desk.shapes()] == [8, 8, 0], "a number of the job"
    expect(desk.page.locator(".ed-mark-group")).to_have_text(["G8", "G8"])
    desk.click(115, 320)
    desk.press("Control+Shift+ArrowUp", "PageUp", "l", "Control+ArrowUp", "Delete")
    expect(desk.page.get_by_text("This object is locked.")).to_be_visible()
    assert [(shape["points"][1], shape["z_order"]) for shape in desk.shapes()] == [(270, 1), (280, 0), (50, 0)]
    desk.press("Shift+Delete", "Control+z", "Tab", "Shift+G")
    expect(desk.page.locator(".ed-mark-group")).to_have_count(0)
    desk.page.locator(".ed-canvas").dispatch_event("contextmenu", {"button": 0})  # as the menu key does
    expect(desk.page.get_by_role("menu", name="Object")).to_be_visible()


@pytest.fixture
def phone(page: Page, fake: FakeEditorApi) -> Desk:
    """A phone in landscape."""
    assert page.context.browser
    context = page.context.browser.new_context(viewport={"width": 844, "height": 390}, has_touch=True, is_mobile=True)
    fake.annotations = {"10": {"shapes": [box(1, [50, 280, 180, 360])], "tags": []}}
    return Desk(context.new_page(), fake).open()


def touches(desk: Desk) -> Any:
    wire = desk.page.context.new_cdp_session(desk.page)
    return lambda kind, *places: wire.send("Input.dispatchTouchEvent", {
        "type": f"touch{kind}", "touchPoints": [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(places)]})


def test_one_finger_draws_two_zoom_and_a_long_press_opens_the_menu(phone: Desk) -> None:
    page, touch = phone.page, touches(phone)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth && document.body.scrollHeight <= innerHeight")
    expect(page.get_by_role("button", name="Objects panel")).to_be_in_viewport()
    expect(page.locator(".ed-side")).to_have_count(0)
    phone.tool("Rectangle")
    start, end = phone.at(300, 60), phone.at(460, 160)
    touch("Start", start)
    touch("Move", ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
    touch("Move", end)
    touch("End")
    expect(page.locator(".ed")).to_have_attribute("data-mode", "edit")
    near(phone.points()[1], [300, 60, 460, 160])
    phone.tool("Rectangle")
    x, y = phone.at(320, 240)
    zoom = page.evaluate("() => window.ed.app.canvas.zoom")
    touch("Start", (x - 30, y))
    touch("Start", (x - 30, y), (x + 30, y))
    for step in range(1, 6):
        touch("Move", (x - 30 - 12 * step, y), (x + 30 + 12 * step, y))
    touch("End")
    until(page, "(zoom) => window.ed.app.canvas.zoom > zoom * 1.5", arg=zoom)
    assert len(phone.shapes()) == 2, "a pinch draws nothing"
    phone.tool("Select")
    page.get_by_role("button", name="Show the whole image (0)").click()
    touch("Start", phone.at(115, 320))
    expect(page.get_by_role("menu", name="Object")).to_be_visible()
    touch("End")
    page.get_by_role("menuitem", name="Duplicate").click()
    assert len(phone.shapes()) == 3
    phone.tool("Polygon")
    for place in [(480, 300), (600, 300), (600, 400)]:
        page.touchscreen.tap(*phone.at(*place))
    page.get_by_role("button", name="Finish", exact=True).click()
    assert phone.shapes()[3]["type"] == "polygon" and phone.errors == []
    page.context.close()


def test_a_finger_redraws_from_a_point_deletes_one_and_adds_one(phone: Desk) -> None:
    page, touch = phone.page, touches(phone)
    road = [100, 100, 300, 100, 300, 200, 100, 200]
    phone.fake.annotations = {"10": {"tags": [], "shapes": [
        {"client_id": "road", "type": "polygon", "label_id": 4, "points": road, "attributes": []}]}}
    page.goto("about:blank")
    phone.open()

    def chosen(place: tuple[float, float], item: str) -> None:
        touch("Start", phone.at(*place))
        expect(page.get_by_role("menu", name="Object")).to_be_visible()
        touch("End")
        page.get_by_role("menuitem", name=item).click()

    tap = lambda *place: page.touchscreen.tap(*phone.at(*place))  # noqa: E731
    tap(200, 150)
    chosen((304, 97), "Draw again from this point")
    tap(350, 150)
    page.get_by_role("button", name="Other side").click()
    tap(303, 203)
    near(phone.points()[0], [300, 100, 300, 200, 350, 150])
    page.get_by_role("button", name="Undo").click()
    assert phone.points()[0] == road
    tap(200, 150)
    chosen((200, 40), "One point more, here")
    near(phone.points()[0], [100, 100, 200, 40, 300, 100, 300, 200, 100, 200])
    chosen((100, 200), "Delete this point")
    assert len(phone.points()[0]) == 8 and phone.errors == []
    page.context.close()


def test_a_palm_is_nobody_while_the_pen_is_down(desk: Desk) -> None:
    desk.open()
    kinds = [["touch", "pointerdown", 5], ["pen", "pointerdown", 6], ["touch", "pointerdown", 7], ["touch", "pointerup", 7],
             ["pen", "pointerup", 6], ["touch", "pointerup", 5], ["touch", "pointerdown", 8], ["touch", "pointerup", 8]]
    seen = desk.page.evaluate(FIRE, kinds)
    assert seen == ["touch pointerdown", "touch pointercancel", "pen pointerdown", "touch pointerdown"]
