"""Drawing on a picture: every shape of field.image-annotation as a person draws it, and the JSON that arrives at the requester."""
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.sandbox.desk.conftest import Desk, Shop, picture, template_builder
from tests.stack.sandbox import SandboxServer

WIDTH, HEIGHT = 400, 200
PICTURE = picture(WIDTH, HEIGHT)
LABELS = [{"label": "Car", "value": "car"}, {"label": "Traffic sign", "value": "sign"}]
OUTPUT = {"result": {"type": "json", "required": True}}


def field(**more: Any) -> dict[str, Any]:
    """The drawing component on the picture that the task's title holds."""
    return {"type": "field.image-annotation", "label": "Mark the cars", "image": {"type": "data.input", "path": "title"},
            "data": {"type": "data.output", "path": "result"}, "validation": {"type": "condition.required"}, **more}


@dataclass
class Canvas:
    """The picture in a task frame; places are fractions of the picture."""

    page: Page
    frame: FrameLocator
    number: int = 0

    @property
    def stage(self) -> Any:
        return self.frame.locator(".ia-stage").nth(self.number)

    def at(self, left: float, top: float) -> tuple[float, float]:
        """Pixels in the window; the stage has the picture's proportions."""
        box = self.frame.locator(".ia-picture").nth(self.number).bounding_box()
        return box["x"] + left * box["width"], box["y"] + top * box["height"]

    def drag(self, *places: tuple[float, float]) -> None:
        """Press at the first place, move over the others, let go."""
        self.page.mouse.move(*self.at(*places[0]))
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*self.at(*place), steps=4)
        self.page.mouse.up()

    def click(self, left: float, top: float) -> None:
        self.page.mouse.click(*self.at(left, top))

    def tool(self, name: str) -> None:
        self.frame.get_by_role("button", name=name, exact=True).nth(self.number).click()

    def key(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)


@pytest.fixture
def draw(desk: Desk, shop: Shop) -> Callable[..., Canvas]:
    """Sign up, take a task with this component (and others), and wait for the picture."""

    def start(component: dict[str, Any], *others: dict[str, Any], title: str = PICTURE, **more: Any) -> Canvas:
        view = {"type": "view.list", "items": [component, *others]}
        frame = desk.take(shop.pool(shop.project(template_builder(view, **more), output=OUTPUT), [title]))
        frame.locator(".ia.ready").first.wait_for()
        return Canvas(desk.page, frame)

    return start


def answer(desk: Desk, shop: Shop) -> Any:
    """Submit; what the requester then reads."""
    desk.submit()
    desk.page.get_by_role("heading", name="Submitted, now in review").wait_for()
    (work,) = shop.assignments(shop.made[-1], "SUBMITTED")
    return work["solutions"][0]["output_values"].get("result")


def near(found: Any, wanted: Any) -> bool:
    """Equal, numbers within a screen pixel or two of the picture."""
    if isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(near(found[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(near(one, other) for one, other in zip(found, wanted, strict=True))
    return abs(found - wanted) < 0.006 if isinstance(wanted, float) else bool(found == wanted)


def spot(left: float, top: float) -> dict[str, float]:
    return {"left": left, "top": top}


def test_every_shape_arrives_as_tolokas_json_in_the_order_of_drawing(desk: Desk, shop: Shop, draw: Callable[..., Canvas]) -> None:
    canvas = draw(field(labels=LABELS))
    canvas.drag((0.1, 0.2), (0.35, 0.6))
    canvas.key("2")
    canvas.tool("Polygon")
    for place in [(0.5, 0.1), (0.9, 0.1), (0.7, 0.5)]:
        canvas.click(*place)
    canvas.click(0.5, 0.1)
    canvas.tool("Point")
    canvas.frame.get_by_role("button", name="Car", exact=False).first.click()
    canvas.click(0.25, 0.9)
    expect(canvas.frame.get_by_role("list", name="Regions").get_by_role("listitem")).to_have_count(3)
    found = answer(desk, shop)
    assert near(found, [
        {"shape": "rectangle", **spot(0.1, 0.2), "width": 0.25, "height": 0.4, "label": "sign"},
        {"shape": "polygon", "points": [spot(0.5, 0.1), spot(0.9, 0.1), spot(0.7, 0.5)], "label": "sign"},
        {"shape": "point", **spot(0.25, 0.9), "label": "car"},
    ]), found


def test_without_labels_there_is_no_label_and_nothing_leaves_the_picture(desk: Desk, shop: Shop, draw: Callable[..., Canvas]) -> None:
    canvas = draw(field(shapes={"rectangle": True, "polygon": True}, ratio=[1, 1]))
    expect(canvas.frame.get_by_role("button", name="Point")).to_have_count(0)
    canvas.drag((0.8, 0.7), (1.005, 1.02))
    found = answer(desk, shop)
    assert near(found, [{"shape": "rectangle", **spot(0.8, 0.7), "width": 0.2, "height": 0.3}]), found
    assert found[0]["left"] + found[0]["width"] <= 1


def test_a_region_is_moved_reshaped_relabelled_deleted_and_brought_back(desk: Desk, shop: Shop, draw: Callable[..., Canvas]) -> None:
    canvas = draw(field(labels=LABELS))
    canvas.drag((0.1, 0.1), (0.3, 0.3))
    canvas.drag((0.6, 0.6), (0.8, 0.8))
    canvas.tool("Select")
    canvas.drag((0.2, 0.2), (0.3, 0.3))
    canvas.drag((0.4, 0.4), (0.5, 0.6))
    canvas.key("2")
    canvas.click(0.7, 0.7)
    canvas.key("Delete")
    expect(canvas.frame.get_by_role("listitem")).to_have_count(1)
    canvas.key("Control+z")
    expect(canvas.frame.get_by_role("listitem")).to_have_count(2)
    canvas.key("Control+Shift+z")
    expect(canvas.frame.get_by_role("listitem")).to_have_count(1)
    canvas.tool("Undo")
    found = answer(desk, shop)
    assert near(found, [{"shape": "rectangle", **spot(0.2, 0.2), "width": 0.3, "height": 0.4, "label": "sign"},
                        {"shape": "rectangle", **spot(0.6, 0.6), "width": 0.2, "height": 0.2, "label": "car"}]), found


def test_a_polygon_closes_by_enter_and_its_points_come_and_go(desk: Desk, shop: Shop, draw: Callable[..., Canvas]) -> None:
    canvas = draw(field(shapes={"polygon": True}))
    for place in [(0.2, 0.2), (0.6, 0.2), (0.9, 0.9)]:
        canvas.click(*place)
    canvas.key("Backspace")
    canvas.click(0.6, 0.8)
    canvas.click(0.2, 0.8)
    canvas.key("Enter")
    canvas.drag((0.4, 0.2), (0.4, 0.1))
    canvas.click(0.2, 0.8)
    canvas.key("Delete")
    found = answer(desk, shop)
    assert near(found, [{"shape": "polygon", "points": [spot(0.2, 0.2), spot(0.4, 0.1), spot(0.6, 0.2), spot(0.6, 0.8)]}]), found


def test_nothing_drawn_or_half_drawn_is_not_sent(desk: Desk, shop: Shop, draw: Callable[..., Canvas]) -> None:
    canvas = draw(field())
    desk.submit()
    expect(canvas.frame.get_by_role("alert")).to_have_text("Answer this before you submit.")
    canvas.tool("Polygon")
    canvas.click(0.2, 0.2)
    canvas.click(0.4, 0.2)
    desk.submit()
    expect(canvas.frame.get_by_role("alert")).to_contain_text("A region is not finished")
    canvas.key("Escape")
    canvas.tool("Rectangle")
    canvas.click(0.2, 0.2)
    canvas.click(0.4, 0.4)
    assert near(answer(desk, shop), [{"shape": "rectangle", **spot(0.2, 0.2), "width": 0.2, "height": 0.2}])


def test_given_regions_are_shown_read_only(desk: Desk, shop: Shop, draw: Callable[..., Canvas]) -> None:
    """The verification task of the seed notebook: regions from the input through internal data, and a question about them."""
    given = [{"shape": "rectangle", **spot(0.1, 0.2), "width": 0.2, "height": 0.3, "label": "car"},
             {"shape": "polygon", "points": [spot(0.5, 0.5), spot(0.8, 0.5), spot(0.7, 0.9)], "label": "sign"}]
    data = {"type": "data.internal", "path": "selection", "default": given}
    question = {"type": "field.button-radio-group", "label": "All correct?", "data": {"type": "data.output", "path": "result"},
                "options": [{"label": "Yes", "value": "OK"}, {"label": "No", "value": "BAD"}], "validation": {"type": "condition.required"}}
    canvas = draw(field(disabled=True, data=data, labels=LABELS, validation=None), question)
    expect(canvas.frame.locator(".ia-region")).to_have_count(2)
    expect(canvas.frame.get_by_role("button", name="Rectangle", exact=True)).to_have_count(0)
    canvas.drag((0.2, 0.3), (0.6, 0.3))
    canvas.key("Delete")
    expect(canvas.frame.locator(".ia-region")).to_have_count(2)
    canvas.frame.get_by_role("radio", name="No").click()
    assert answer(desk, shop) == "BAD"


def test_a_zoomed_and_panned_picture_keeps_its_coordinates(desk: Desk, shop: Shop, draw: Callable[..., Canvas]) -> None:
    canvas = draw(field())
    canvas.click(0.5, 0.5)
    canvas.key("Escape")
    canvas.page.mouse.wheel(0, -300)
    before = canvas.at(0.5, 0.5)
    canvas.page.keyboard.down("Space")
    canvas.drag((0.5, 0.5), (0.45, 0.55))
    canvas.page.keyboard.up("Space")
    assert canvas.at(0.5, 0.5) != before
    assert canvas.frame.locator(".ia-region").count() == 0
    canvas.drag((0.45, 0.5), (0.55, 0.6))
    canvas.tool("Whole picture")
    found = answer(desk, shop)
    assert near(found, [{"shape": "rectangle", **spot(0.45, 0.5), "width": 0.1, "height": 0.1}]), found


def test_a_region_can_be_made_without_a_mouse(desk: Desk, shop: Shop, draw: Callable[..., Canvas]) -> None:
    canvas = draw(field(labels=LABELS))
    canvas.stage.focus()
    canvas.key("Enter", "Shift+ArrowRight", "ArrowDown", "Alt+ArrowRight", "2")
    found = answer(desk, shop)
    assert near(found, [{"shape": "rectangle", "left": 0.4 + 10 / WIDTH, "top": 0.4 + 1 / HEIGHT, "width": 0.2 + 1 / WIDTH, "height": 0.2,
                         "label": "sign"}]), found
    assert found[0]["left"] > 0.42


def test_the_plugins_hotkeys_choose_tools_and_labels(desk: Desk, shop: Shop, draw: Callable[..., Canvas]) -> None:
    keys = {"type": "plugin.field.image-annotation.hotkeys", "labels": ["q", "w"], "modes": {"point": "x"}, "confirm": "c", "cancel": "z"}
    canvas = draw(field(labels=LABELS), plugins=[keys])
    canvas.key("x", "w")
    canvas.click(0.5, 0.5)
    assert near(answer(desk, shop), [{"shape": "point", **spot(0.5, 0.5), "label": "sign"}])


def test_a_picture_that_does_not_load_says_so(quiet_page: Callable[..., Page], sandbox: SandboxServer, shop: Shop) -> None:
    desk = Desk(quiet_page(refusals=True), sandbox.url)
    frame = desk.take(shop.pool(shop.project(template_builder(field()), output=OUTPUT), [f"{sandbox.url}/nothing.png"]))
    expect(frame.get_by_role("alert")).to_contain_text("The picture cannot be loaded")
    expect(frame.get_by_role("alert")).to_contain_text("/nothing.png")
    expect(frame.locator(".ia-stage")).to_be_hidden()
    frame.get_by_role("button", name="Load it again").click()
    expect(frame.get_by_role("alert")).to_contain_text("The picture cannot be loaded")


def test_a_finger_draws_and_two_fingers_zoom(quiet_page: Callable[..., Page], sandbox: SandboxServer, shop: Shop) -> None:
    desk = Desk(quiet_page(viewport={"width": 390, "height": 780}, has_touch=True), sandbox.url)
    frame = desk.take(shop.pool(shop.project(template_builder(field()), output=OUTPUT), [picture(2000, 1500)]))
    frame.locator(".ia.ready").wait_for()
    canvas = Canvas(desk.page, frame)
    submit = desk.page.get_by_role("button", name="Submit").bounding_box()
    assert submit
    assert submit["x"] + submit["width"] <= 390
    session = desk.page.context.new_cdp_session(desk.page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", canvas.at(0.2, 0.2))
    touch("touchMove", canvas.at(0.4, 0.5))
    touch("touchMove", canvas.at(0.6, 0.7))
    touch("touchEnd")
    expect(frame.locator(".ia-region")).to_have_count(1)
    before = canvas.frame.locator(".ia-picture").bounding_box()
    a, b = canvas.at(0.4, 0.5), canvas.at(0.6, 0.5)
    touch("touchStart", a)
    touch("touchStart", a, b)
    touch("touchMove", (a[0] - 40, a[1]), (b[0] + 40, b[1]))
    touch("touchEnd")
    after = canvas.frame.locator(".ia-picture").bounding_box()
    assert before and after and after["width"] > before["width"] * 1.3
    assert near(answer(desk, shop), [{"shape": "rectangle", **spot(0.2, 0.2), "width": 0.4, "height": 0.5}])


def test_given_values_are_read_with_care_and_regions_stay_inside_the_picture(desk: Desk) -> None:
    desk.page.goto(desk.url)
    found = json.loads(desk.page.evaluate("""async () => {
      const geometry = await import('/static/sandbox/frame/tb/annotation/geometry.js');
      const read = (value) => { const {regions, unreadable} = geometry.readRegions(value); return [regions.length, unreadable]; };
      const box = geometry.rectangleBetween({left: 1.2, top: 0.9}, {left: 0.7, top: -1});
      return JSON.stringify({
        read: [null, [], "nonsense", [{shape: "circle"}, {shape: "point", left: 0.1, top: 0.2}],
          [{shape: "rectangle", left: "0", top: 0, width: 1, height: 1}], [{shape: "polygon", points: []}]].map(read),
        box, moved: geometry.moved({...box, label: "car"}, {left: 0.5, top: 0.5}),
        turned: geometry.withVertex(box, 0, {left: 2, top: 0.95}),
        line: geometry.rectangleBetween({left: 0.1, top: 0.1}, {left: 0.1, top: 0.4}),
        least: geometry.withoutPoint({shape: "polygon", points: [{}, {}, {}]}, 0),
      });
    }"""))
    box = {"shape": "rectangle", "left": 0.7, "top": 0, "width": 0.3, "height": 0.9}
    assert found["read"] == [[0, 0], [0, 0], [0, 1], [1, 1], [0, 1], [0, 1]]
    assert (found["box"], found["moved"]) == (box, {**box, "top": 0.1, "label": "car"})
    assert (found["turned"], found["line"], found["least"]) == (None, None, None)
