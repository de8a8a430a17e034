"""The editor in a real Chromium against a scripted /api/editor: what is drawn is read from the document, not from pixels."""
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.editor.bundles import bundles
from tests.editor.fake_api import ASSIGNMENT, JOB_KEY, FakeEditorApi

pytestmark = pytest.mark.journey

DOCUMENT = "() => window.ed.document()"


@pytest.fixture(scope="module", autouse=True)
def _libraries() -> None:
    bundles()


@pytest.fixture
def fake() -> Iterator[FakeEditorApi]:
    with FakeEditorApi() as server:
        yield server


class Desk:
    """The editor as its user has it: hands on the mouse, in pixels of the image."""

    def __init__(self, page: Page, fake: FakeEditorApi) -> None:
        self.page = page
        self.fake = fake
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, address: str | None = None, *, start: bool = True) -> "Desk":
        self.page.goto(address or self.fake.editor_address)
        self.page.evaluate("() => window.ed.ready")
        if start and self.fake.guide_html and self.fake.context["mode"] == "toloker" and not self.fake.read_only:
            self.page.get_by_role("button", name="Start annotating").click()
        self.loaded()
        return self

    def loaded(self) -> None:
        expect(self.page.locator(".ed-loading")).to_have_count(0)

    def at(self, x: float, y: float) -> tuple[float, float]:
        place = self.page.evaluate("([x, y]) => window.ed.page(x, y)", [x, y])
        return place["x"], place["y"]

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.page.mouse.move(*self.at(*start))
        self.page.mouse.down()
        self.page.mouse.move(*self.at((start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
        self.page.mouse.move(*self.at(*end))
        self.page.mouse.up()

    def click(self, x: float, y: float, **options: Any) -> None:
        self.page.mouse.click(*self.at(x, y), **options)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def tool(self, name: str) -> None:
        self.page.get_by_role("toolbar", name="Tools").get_by_role("button", name=name).click()

    def draw_box(self, start: tuple[float, float] = (50, 280), end: tuple[float, float] = (180, 360)) -> None:
        self.tool("Rectangle")
        self.drag(start, end)

    def document(self) -> dict[str, Any]:
        return self.page.evaluate(DOCUMENT)

    def shapes(self, frame: int = 10) -> list[dict[str, Any]]:
        return self.document()["frames"].get(str(frame), {"shapes": []})["shapes"]

    def points(self, frame: int = 10) -> list[list[float]]:
        return [shape["points"] for shape in self.shapes(frame)]

    def saved(self) -> None:
        expect(self.page.locator(".ed-save")).to_have_text("Saved")


@pytest.fixture
def desk(page: Page, fake: FakeEditorApi) -> Iterator[Desk]:
    opened = Desk(page, fake)
    yield opened
    assert opened.errors == []


def near(points: list[float], expected: list[float]) -> None:
    """Mouse events come in whole screen pixels: one and a half pixels of the image are close enough."""
    assert len(points) == len(expected), (points, expected)
    assert all(abs(a - b) <= 1.5 for a, b in zip(points, expected, strict=True)), (points, expected)


def test_a_box_is_drawn_moved_resized_undone_redone_and_deleted(desk: Desk) -> None:
    desk.open().draw_box()
    near(desk.points()[0], [50, 280, 180, 360])
    desk.drag((120, 320), (150, 340))
    near(desk.points()[0], [80, 300, 210, 380])
    desk.drag((210, 380), (260, 420))
    near(desk.points()[0], [80, 300, 260, 420])
    desk.drag((80, 360), (60, 330))  # the left side: only x changes
    near(desk.points()[0], [60, 300, 260, 420])
    desk.press("Control+z", "Control+z")
    near(desk.points()[0], [80, 300, 210, 380])
    desk.press("Control+y")
    near(desk.points()[0], [80, 300, 260, 420])
    desk.press("Control+Shift+Z")
    near(desk.points()[0], [60, 300, 260, 420])
    desk.click(150, 350)
    desk.press("Delete")
    assert desk.shapes() == []
    desk.press("Control+z")
    assert len(desk.shapes()) == 1


def test_a_box_is_drawn_with_two_clicks_as_well(desk: Desk) -> None:
    desk.open().tool("Rectangle")
    desk.click(100, 100)
    desk.click(200, 150)
    near(desk.points()[0], [100, 100, 200, 150])


def test_a_box_dragged_beyond_the_image_ends_at_its_edge(desk: Desk) -> None:
    desk.open().draw_box((600, 440), (660, 500))
    near(desk.points()[0], [600, 440, 640, 480])
    assert max(desk.points()[0]) <= 640
    desk.drag((620, 460), (300, 900))
    near(desk.points()[0], [280, 440, 320, 480])


def test_a_slip_of_the_hand_makes_no_box_and_says_so(desk: Desk) -> None:
    desk.open().tool("Rectangle")
    desk.drag((100, 100), (101, 140))
    assert desk.shapes() == []
    expect(desk.page.get_by_text("smaller than 3 × 3 pixels")).to_be_visible()


def test_a_polygon_is_drawn_its_vertices_moved_added_and_taken_away(desk: Desk) -> None:
    desk.open().tool("Polygon")
    for corner in [(100, 300), (300, 300), (300, 420)]:
        desk.click(*corner)
    desk.click(100, 420)
    desk.page.mouse.dblclick(*desk.at(80, 360))
    near(desk.points()[0], [100, 300, 300, 300, 300, 420, 100, 420, 80, 360])
    shape = desk.shapes()[0]
    assert (shape["type"], shape["label_id"]) == ("polygon", 4), "the label follows the tool"
    desk.drag((300, 300), (340, 280))
    near(desk.points()[0], [100, 300, 340, 280, 300, 420, 100, 420, 80, 360])
    desk.drag((200, 420), (200, 460))  # the mark in the middle of an edge
    near(desk.points()[0], [100, 300, 340, 280, 300, 420, 200, 460, 100, 420, 80, 360])
    desk.page.keyboard.down("Alt")
    desk.click(200, 460)
    desk.page.keyboard.up("Alt")
    near(desk.points()[0], [100, 300, 340, 280, 300, 420, 100, 420, 80, 360])


def test_a_polygon_closes_at_its_first_corner_and_needs_three(desk: Desk) -> None:
    desk.open().tool("Polygon")
    desk.click(100, 300)
    desk.click(300, 300)
    desk.press("n")
    assert desk.shapes() == []
    expect(desk.page.get_by_text("A polygon needs at least 3 points; this one has 2.")).to_be_visible()
    desk.click(300, 420)
    desk.click(500, 420)
    desk.press("Backspace")
    desk.click(101, 301)
    near(desk.points()[0], [100, 300, 300, 300, 300, 420])


def test_two_quick_clicks_at_different_places_are_two_corners(desk: Desk) -> None:
    desk.open().tool("Polygon")
    places = [desk.at(*corner) for corner in [(100, 300), (300, 300), (300, 420), (200, 460), (100, 420)]]
    for place in places:
        desk.page.mouse.click(*place)
    assert desk.shapes() == [], "still being drawn"
    desk.press("Enter")
    assert len(desk.points()[0]) == 10


def test_escape_drops_the_sketch_then_the_tool_then_the_selection(desk: Desk) -> None:
    desk.open().tool("Polygon")
    desk.click(100, 300)
    desk.click(300, 300)
    desk.press("Escape")
    expect(desk.page.get_by_role("button", name="Polygon", exact=True)).to_have_attribute("aria-pressed", "true")
    desk.press("Escape")
    expect(desk.page.get_by_role("button", name="Select", exact=True)).to_have_attribute("aria-pressed", "true")
    desk.draw_box()
    expect(desk.page.locator(".ed-object.is-selected")).to_have_count(1)
    desk.press("Escape")
    expect(desk.page.locator(".ed-object.is-selected")).to_have_count(0)


def test_points_lines_and_ellipses_are_drawn(desk: Desk) -> None:
    desk.open().tool("Points")
    desk.click(100, 100)
    desk.click(200, 120)
    desk.press("Enter")
    desk.tool("Line")
    desk.click(50, 50)
    desk.page.mouse.dblclick(*desk.at(150, 90))
    desk.tool("Ellipse")
    desk.drag((300, 200), (400, 260))
    types = [(shape["type"], shape["label_id"]) for shape in desk.shapes()]
    assert types == [("points", 5), ("polyline", 6), ("ellipse", 6)]
    near(desk.points()[0], [100, 100, 200, 120])
    near(desk.points()[1], [50, 50, 150, 90])
    near(desk.points()[2], [350, 230, 400, 200])


def test_a_drag_beside_objects_pans_and_the_wheel_zooms_at_the_pointer(desk: Desk) -> None:
    desk.open().draw_box()
    desk.press("Escape")
    before = desk.at(320, 100)
    desk.drag((320, 100), (360, 120))
    moved = desk.at(320, 100)
    assert moved[0] > before[0] and moved[1] > before[1]
    near(desk.points()[0], [50, 280, 180, 360])
    place = desk.at(400, 200)
    desk.page.mouse.move(*place)
    desk.page.mouse.wheel(0, -400)
    desk.page.wait_for_function("() => window.ed.app.canvas.zoom > 2")
    desk.page.wait_for_timeout(400)
    near(list(desk.at(400, 200)), list(place))
    desk.press("0")
    assert desk.page.evaluate("() => window.ed.app.canvas.zoom") < 2.5


def test_frames_are_changed_by_keys_and_what_is_on_them_stays(desk: Desk) -> None:
    desk.open().draw_box()
    desk.press("f")
    desk.loaded()
    expect(desk.page.get_by_role("spinbutton", name="Frame")).to_have_value("2")
    desk.draw_box((10, 10), (100, 100))
    desk.press("d")
    desk.loaded()
    near(desk.points(10)[0], [50, 280, 180, 360])
    near(desk.points(11)[0], [10, 10, 100, 100])
    expect(desk.page.locator(".ed-progress")).to_contain_text("2 of 3 frames done")
    desk.press("Control+z")  # of the other frame: the editor goes there to show it
    expect(desk.page.get_by_role("spinbutton", name="Frame")).to_have_value("2")
    assert desk.points(11) == []


def test_a_copy_lands_beside_its_original_and_in_its_place_on_another_frame(desk: Desk) -> None:
    desk.open().draw_box()
    desk.press("Control+c", "Control+v")
    assert len(desk.shapes(10)) == 2 and desk.points(10)[0] != desk.points(10)[1]
    desk.press("f")
    desk.loaded()
    desk.press("Control+v")
    near(desk.points(11)[0], [50, 280, 180, 360])
    assert len({shape["client_id"] for frame in (10, 11) for shape in desk.shapes(frame)}) == 3


def test_labels_and_attributes_are_changed_from_the_list_and_by_key(desk: Desk) -> None:
    desk.open().draw_box()
    row = desk.page.locator(".ed-object.is-selected")
    row.get_by_label("parked").check()
    row.get_by_label("colour").select_option("red")
    assert desk.shapes()[0]["attributes"] == [{"spec_id": 9, "value": "true"}, {"spec_id": 10, "value": "red"}]
    desk.page.locator(".ed-canvas").focus()
    desk.press("Control+2")  # a polygon's label does not fit a box
    assert desk.shapes()[0]["label_id"] == 3
    expect(desk.page.get_by_text('The label "road" is not for this kind of object')).to_be_visible()
    desk.click(120, 320)
    desk.press("Control+4")
    assert desk.shapes()[0]["label_id"] == 6


def test_tags_are_put_on_the_image_once(desk: Desk) -> None:
    desk.open()
    desk.page.get_by_role("button", name="night").click()
    desk.saved()
    tags = desk.fake.annotations["10"]["tags"]
    assert [(tag["label_id"], tag["attributes"]) for tag in tags] == [(7, [])]
    desk.page.get_by_role("button", name="Remove tag night").click()
    assert desk.document()["frames"]["10"]["tags"] == []


def test_keys_are_off_while_a_text_field_has_focus(desk: Desk) -> None:
    desk.open().draw_box()
    desk.page.get_by_role("spinbutton", name="Frame").focus()
    desk.press("Delete", "n", "f")
    assert len(desk.shapes()) == 1
    expect(desk.page.get_by_role("button", name="Rectangle", exact=True)).to_have_attribute("aria-pressed", "false")


def test_only_tools_of_the_jobs_labels_are_offered(desk: Desk) -> None:
    desk.fake.labels = [label for label in desk.fake.labels if label["type"] in ("rectangle", "tag")]
    desk.open()
    tools = desk.page.get_by_role("toolbar", name="Tools").get_by_role("button")
    assert tools.all_inner_texts() == ["Select", "Rectangle"]


def test_the_object_list_is_the_way_by_keyboard(desk: Desk) -> None:
    desk.open().draw_box()
    desk.press("Escape")
    row = desk.page.get_by_role("button", name="1. car, rectangle", exact=True)
    row.focus()
    desk.press("Enter")
    expect(row).to_have_attribute("aria-pressed", "true")
    desk.page.get_by_role("button", name="Delete 1. car, rectangle").focus()
    desk.press("Enter")
    assert desk.shapes() == []


def test_changes_are_saved_by_themselves_in_the_shape_of_the_protocol(desk: Desk) -> None:
    desk.open().draw_box()
    expect(desk.page.locator(".ed-save")).to_have_text("Saving…")
    desk.page.wait_for_timeout(2000)
    desk.saved()
    [body] = desk.fake.saves
    assert body["revision"] == 0 and set(body["frames"]) == {"10"}
    [shape] = body["frames"]["10"]["shapes"]
    near(shape.pop("points"), [50, 280, 180, 360])
    assert shape.pop("client_id")
    assert shape == {"type": "rectangle", "label_id": 3, "rotation": 0, "occluded": False, "z_order": 0, "group": 0, "source": "manual",
                     "attributes": [{"spec_id": 9, "value": "false"}, {"spec_id": 10, "value": "dark"}]}
    assert body["frames"]["10"]["tags"] == []


def test_when_another_tab_saved_the_same_image_the_person_chooses(desk: Desk) -> None:
    desk.open()
    theirs = {"type": "rectangle", "label_id": 3, "points": [1, 1, 30, 30], "attributes": []}
    desk.fake.annotations = {"10": {"shapes": [theirs], "tags": []}, "12": {"shapes": [theirs], "tags": []}}
    desk.fake.revision = 5
    desk.draw_box()
    expect(desk.page.get_by_role("heading", name="Changed in two places")).to_be_visible()
    expect(desk.page.locator(".ed-save")).to_have_text("Not saved")
    desk.page.get_by_role("button", name="Keep mine").click()
    desk.saved()
    near(desk.fake.annotations["10"]["shapes"][0]["points"], [50, 280, 180, 360])
    assert desk.points(12) == [[1, 1, 30, 30]], "what only the other tab changed is taken over"


def test_work_done_without_a_connection_is_offered_again_after_a_reload(desk: Desk) -> None:
    desk.open()
    desk.fake.down = True
    desk.draw_box()
    banner = desk.page.get_by_role("alert").filter(has_text="Not saved: There is no connection to the server.")
    expect(banner).to_contain_text("Your work is kept in this browser.")
    desk.fake.down = False
    desk.fake.save_refusals = [(503, {"code": "server", "detail": "Restarting."})] * 9  # so that no retry is faster than the reload
    desk.page.on("dialog", lambda dialog: dialog.accept())
    desk.page.reload()
    desk.page.evaluate("() => window.ed.ready")
    desk.fake.save_refusals = []
    expect(desk.page.get_by_role("heading", name="Work that was not saved")).to_be_visible()
    assert desk.fake.saves == []
    desk.page.get_by_role("button", name="Take them back").click()
    desk.saved()
    near(desk.fake.annotations["10"]["shapes"][0]["points"], [50, 280, 180, 360])
    desk.page.reload()
    desk.page.evaluate("() => window.ed.ready")
    expect(desk.page.get_by_role("heading", name="Work that was not saved")).to_have_count(0)


def test_saving_goes_on_by_itself_when_the_connection_is_back(desk: Desk) -> None:
    desk.open()
    desk.fake.down = True
    desk.draw_box()
    expect(desk.page.locator(".ed-save")).to_have_text("Not saved")
    desk.fake.down = False
    desk.page.get_by_role("button", name="Try now").click()
    desk.saved()
    assert len(desk.fake.saves) == 1


def test_a_session_that_ended_is_opened_again_without_a_word(desk: Desk) -> None:
    desk.open()
    desk.fake.token = "token-2"
    desk.draw_box()
    desk.saved()
    assert desk.fake.requests.count(f"POST /editor/{JOB_KEY}/session") == 2


def test_submitting_tells_the_platforms_page_and_ends_the_work(new_context: Callable[..., BrowserContext]) -> None:
    with FakeEditorApi(frames=2) as fake:
        page = new_context().new_page()
        page.goto(fake.platform_address)
        frame = page.frames[1]
        frame.wait_for_url("**/editor/**")
        frame.evaluate("() => window.ed.ready")
        frame.get_by_role("button", name="Start annotating").click()
        frame.get_by_role("button", name="Rectangle", exact=True).click()
        for x, y in [(50, 280), (180, 360)]:
            place = frame.evaluate("([x, y]) => window.ed.page(x, y)", [x, y])
            page.mouse.click(place["x"], place["y"])
        frame.get_by_role("button", name="Submit").click()
        expect(frame.get_by_text("One image has nothing on it.")).to_be_visible()
        frame.get_by_role("button", name="Submit anyway").click()
        expect(frame.get_by_role("heading", name="Submitted")).to_be_visible()
        page.wait_for_function("() => window.messages.length === 2")
        ready, done = page.evaluate("() => window.messages")
        assert ready == {"origin": fake.address, "data": {"type": "cvatoloka:ready"}}
        digest = done["data"].pop("digest")
        assert done == {"origin": fake.address, "data": {"type": "cvatoloka:done", "job_key": JOB_KEY, "revision": 1}}
        assert len(digest) == 64 and fake.submits == [{"revision": 1}]
        assert len(fake.annotations["10"]["shapes"]) == 1, "the last change went before the submission"
        assert frame.get_by_role("button", name="Submit").count() == 0


def test_a_task_page_reloaded_after_the_submission_is_told_again(new_context: Callable[..., BrowserContext]) -> None:
    with FakeEditorApi() as fake:
        fake.read_only, fake.revision = True, 4
        page = new_context().new_page()
        page.goto(fake.platform_address)
        page.wait_for_function("() => window.messages.length === 2")
        done = page.evaluate("() => window.messages[1].data")
        assert (done["type"], done["job_key"], done["revision"]) == ("cvatoloka:done", JOB_KEY, 4)
        expect(page.frames[1].get_by_role("heading", name="Submitted")).to_be_visible()


def test_a_page_that_is_not_listed_is_told_nothing(new_context: Callable[..., BrowserContext]) -> None:
    with FakeEditorApi() as fake:
        fake.read_only = True
        fake.parent_origins = "https://elsewhere.example"
        page = new_context().new_page()
        page.goto(fake.platform_address)
        expect(page.frames[1].get_by_text("The page around this one is not known here")).to_be_visible()
        assert page.evaluate("() => window.messages") == []


def test_giving_up_asks_first_and_tells_the_platforms_page(new_context: Callable[..., BrowserContext]) -> None:
    with FakeEditorApi() as fake:
        page = new_context().new_page()
        page.goto(fake.platform_address)
        frame = page.frames[1]
        frame.wait_for_url("**/editor/**")
        frame.evaluate("() => window.ed.ready")
        frame.get_by_role("button", name="Start annotating").click()
        frame.get_by_role("button", name="Give up").click()
        frame.get_by_role("button", name="Keep working").click()
        assert len(page.evaluate("() => window.messages")) == 1
        frame.get_by_role("button", name="Give up").click()
        frame.get_by_role("dialog").get_by_role("button", name="Give up").click()
        page.wait_for_function("() => window.messages.length === 2")
        assert page.evaluate("() => window.messages[1].data") == {"type": "cvatoloka:skip"}


def test_nothing_is_submitted_while_the_last_change_is_not_saved(desk: Desk) -> None:
    desk.open().draw_box()
    desk.fake.save_refusals = [(503, {"code": "server", "detail": "Restarting."})] * 9
    desk.page.get_by_role("button", name="Submit").click()
    desk.page.get_by_role("button", name="Submit anyway").click()
    expect(desk.page.get_by_text("Not submitted: your last changes are not saved yet.")).to_be_visible()
    assert desk.fake.submits == []


def test_after_the_submission_everything_is_read_only(desk: Desk) -> None:
    box = {"id": 1, "type": "rectangle", "label_id": 3, "points": [50, 280, 180, 360], "attributes": []}
    desk.fake.annotations = {"10": {"shapes": [box], "tags": []}}
    desk.fake.read_only = True
    desk.open()
    before = desk.document()
    desk.click(120, 320)
    expect(desk.page.locator(".ed-object.is-selected")).to_have_count(1)
    desk.drag((120, 320), (200, 350))
    desk.press("Delete", "n", "Control+v", "Control+z", "q", "Control+4")
    assert desk.document() == before
    assert desk.fake.saves == []
    expect(desk.page.get_by_role("toolbar", name="Tools")).to_have_count(0)
    expect(desk.page.get_by_role("button", name="Submit")).to_have_count(0)
    expect(desk.page.get_by_text("This job is read-only")).to_be_visible()


def test_a_reviewer_sees_everything_and_changes_nothing(page: Page) -> None:
    with FakeEditorApi(mode="review", seconds_left=None, price=None) as fake:
        road = {"id": 1, "type": "polygon", "label_id": 4, "points": [50, 280, 180, 360, 40, 400], "attributes": []}
        fake.annotations = {"10": {"shapes": [road], "tags": [{"id": 2, "label_id": 7, "attributes": []}]}}
        desk = Desk(page, fake).open(f"{fake.address}/requester")
        expect(page.get_by_text("Review", exact=True)).to_be_visible()
        expect(page.get_by_role("button", name="1. road, polygon", exact=True)).to_be_visible()
        desk.drag((90, 340), (200, 300))
        assert desk.points() == [[50, 280, 180, 360, 40, 400]]
        assert f"POST /editor/{JOB_KEY}/session" not in fake.requests


def test_the_deadline_warns_and_ends_the_work(page: Page) -> None:
    with FakeEditorApi(seconds_left=62) as fake:
        desk = Desk(page, fake).open()
        expect(page.locator(".ed-clock")).to_have_class("ed-fact ed-clock is-soon")
        expect(page.get_by_text("Less than one minute is left.")).to_be_visible(timeout=5000)
        desk.draw_box()
        page.evaluate("() => { window.ed.app.deadline.end = Date.now() - 1; }")
        expect(page.get_by_role("heading", name="Time is over")).to_be_visible()
        assert page.get_by_role("button", name="Submit").count() == 0
        page.wait_for_timeout(500)
        assert len(fake.annotations["10"]["shapes"]) == 1, "the last change was still sent"


@pytest.mark.parametrize(("status", "code", "sentence"), [
    (403, "not_active", "This assignment is no longer active."), (503, "platform_unavailable", "The platform does not answer. Try again.")])
def test_a_refused_session_says_why(page: Page, fake: FakeEditorApi, status: int, code: str, sentence: str) -> None:
    fake.session_refusal = (status, {"code": code, "detail": sentence})
    page.goto(fake.editor_address)
    expect(page.get_by_role("alert")).to_contain_text(sentence)
    fake.session_refusal = None
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="Start annotating")).to_be_visible()


def test_an_address_without_an_assignment_says_where_to_start(page: Page, fake: FakeEditorApi) -> None:
    page.goto(fake.editor_address.removesuffix(f"#{ASSIGNMENT}"))
    expect(page.get_by_role("alert")).to_contain_text("does not say which task it is for")


def test_an_image_that_fails_can_be_asked_for_again(desk: Desk) -> None:
    desk.fake.missing = {11}
    desk.open()
    desk.press("f")
    expect(desk.page.get_by_text("This image could not be loaded. This frame is not in the job.")).to_be_visible()
    desk.fake.missing = set()
    desk.page.get_by_role("button", name="Try again").click()
    desk.loaded()
    expect(desk.page.get_by_text("This image could not be loaded.")).to_have_count(0)


def test_a_strict_content_security_policy_and_the_token_stay_whole(desk: Desk) -> None:
    refused: list[str] = []
    desk.page.on("console", lambda message: refused.append(message.text) if "Content Security Policy" in message.text else None)
    desk.open().draw_box()
    desk.saved()
    assert refused == []
    assert desk.page.context.cookies() == []
    stored = desk.page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.documentElement.outerHTML])")
    assert desk.fake.token not in stored


def test_a_frame_that_is_hidden_while_it_loads_shows_the_whole_image_later(page: Page, fake: FakeEditorApi) -> None:
    page.goto(f"{fake.address}/hidden")
    frame = page.frames[1]
    frame.wait_for_url("**/editor/**")
    frame.evaluate("() => window.ed.ready")
    page.evaluate("() => { document.querySelector('iframe').style.display = 'block'; }")
    frame.get_by_role("button", name="Start annotating").click()
    expect(frame.locator(".ed-loading")).to_have_count(0)
    frame.wait_for_function("() => window.ed.app.canvas.zoom > 0.5")
    corners = frame.evaluate("() => [window.ed.page(0, 0), window.ed.page(640, 480)]")
    stage = frame.locator(".ed-canvas").bounding_box()
    assert stage and stage["width"] > 300
    for corner in corners:
        assert stage["x"] <= corner["x"] <= stage["x"] + stage["width"]
        assert stage["y"] <= corner["y"] <= stage["y"] + stage["height"]


@pytest.mark.parametrize("width", [1440, 1100, 800])
def test_nothing_is_cut_off_at_common_widths(new_context: Callable[..., BrowserContext], fake: FakeEditorApi, width: int) -> None:
    page = new_context(viewport={"width": width, "height": 700}).new_page()
    desk = Desk(page, fake).open()
    desk.draw_box()
    desk.saved()
    for name in ("Submit", "Give up", "Instructions", "Show the whole image (0)", "Objects panel", "Delete 1. car, rectangle"):
        box = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= width, name
    stage = page.locator(".ed-canvas").bounding_box()
    assert stage and stage["width"] > 0.5 * width
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    unnamed = page.evaluate("""() => [...document.querySelectorAll("button, input, select")]
        .filter((element) => !(element.ariaLabel || element.innerText?.trim() || element.labels?.length))
        .map((element) => element.outerHTML)""")
    assert unnamed == []


def test_fingers_draw_a_box_and_a_pinch_zooms_without_drawing(new_context: Callable[..., BrowserContext], fake: FakeEditorApi) -> None:
    page = new_context(viewport={"width": 800, "height": 900}, has_touch=True).new_page()
    desk = Desk(page, fake).open()
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def move(*steps: tuple[tuple[float, float], ...]) -> None:
        for step in steps:
            touch("touchMove", *(desk.at(*place) for place in step))

    desk.tool("Rectangle")
    touch("touchStart", desk.at(50, 280))
    move(((100, 300),), ((180, 360),))
    touch("touchEnd")
    near(desk.points()[0], [50, 280, 180, 360])

    desk.tool("Rectangle")
    before = page.evaluate("() => window.ed.app.canvas.zoom")
    left, right = desk.at(300, 200), desk.at(340, 200)
    touch("touchStart", left)
    touch("touchStart", left, right)
    for step in range(1, 8):
        touch("touchMove", (left[0] - 12 * step, left[1]), (right[0] + 12 * step, right[1]))
    touch("touchEnd")
    page.wait_for_timeout(500)
    assert page.evaluate("() => window.ed.app.canvas.zoom") > 1.5 * before
    assert len(desk.shapes()) == 1
