"""Drawing in a real Chromium: what is drawn is read from the document, not from pixels."""

import pytest
from playwright.sync_api import expect

from tests.editor.desk import Desk, desk, editor_libraries, fake, near
from tests.stack.waiting import until

# Fixtures reach this file's tests by being named here.
__all__ = ["desk", "editor_libraries", "fake"]
pytestmark = pytest.mark.journey


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
    until(desk.page, "() => window.ed.app.canvas.zoom > 2")
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
    desk.press("Control+c", "Control+Shift+V")
    assert len(desk.shapes(10)) == 2 and desk.points(10)[0] != desk.points(10)[1]
    desk.press("f")
    desk.loaded()
    desk.press("Control+Shift+V")
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
    others = desk.page.get_by_role("combobox", name="Label for the whole image")
    assert others.locator("option").all_text_contents() == ["Other label…", "anything"], "labels for any kind of object"
    others.select_option("anything")
    desk.page.get_by_role("button", name="Add as a tag").click()
    expect(others).to_have_count(0)
    desk.saved()
    assert [tag["label_id"] for tag in desk.fake.annotations["10"]["tags"]] == [6]
    desk.page.locator(".ed-canvas").focus()
    desk.press("Control+z")
    expect(others).to_be_visible()


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
    row = desk.page.get_by_role("button", name="1. car, rectangle 130 × 80 at 50, 280")
    row.focus()
    desk.press("Enter")
    expect(row).to_have_attribute("aria-pressed", "true")
    desk.page.get_by_role("button", name="Delete 1. car, rectangle").focus()
    desk.press("Enter")
    assert desk.shapes() == []
