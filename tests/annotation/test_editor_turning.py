"""Turned boxes, edges that attract, and points of lines and polygons, in a real Chromium."""
import math

import pytest
from playwright.sync_api import expect

from tests.editor.desk import Desk, desk, editor_libraries, fake, near

__all__ = ["desk", "editor_libraries", "fake"]
pytestmark = pytest.mark.journey


def corner(desk: Desk, along: float, across: float) -> tuple[float, float]:
    """Where a place of the first box is seen: `along`, `across` from -1 to 1 over its half width and height."""
    shape = desk.shapes()[0]
    left, top, right, bottom = shape["points"]
    angle = math.radians(shape["rotation"])
    dx, dy = along * (right - left) / 2, across * (bottom - top) / 2
    cos, sin = math.cos(angle), math.sin(angle)
    return (left + right) / 2 + dx * cos - dy * sin, (top + bottom) / 2 + dx * sin + dy * cos


def test_a_box_is_turned_by_its_handle_resized_moved_and_undone(desk: Desk) -> None:
    desk.open().draw_box((200, 200), (320, 260))
    zoom = desk.page.evaluate("() => window.ed.app.canvas.zoom")
    desk.drag((260, 200 - 26 / zoom), (360, 230))  # from above its middle to its right
    assert 88 <= desk.shapes()[0]["rotation"] <= 92
    near(desk.points()[0], [200, 200, 320, 260])
    desk.page.keyboard.down("Shift")
    desk.drag((260 + 30 + 26 / zoom, 230), (330, 296))
    desk.page.keyboard.up("Shift")
    assert desk.shapes()[0]["rotation"] == 135, "steps of 15 degrees"
    opposite, dragged = corner(desk, -1, -1), corner(desk, 1, 1)
    desk.drag(dragged, (dragged[0] - 20, dragged[1] + 30))
    near(list(corner(desk, -1, -1)), list(opposite))
    near(list(corner(desk, 1, 1)), [dragged[0] - 20, dragged[1] + 30])
    middle = corner(desk, 0, 0)
    desk.drag(middle, (middle[0] + 40, middle[1] + 20))
    near(list(corner(desk, 0, 0)), [middle[0] + 40, middle[1] + 20])
    desk.press("Control+z", "Control+z", "Control+z", "Control+z")
    assert desk.shapes()[0]["rotation"] == 0


def test_a_box_is_turned_by_keys_and_by_number_and_stays_inside_the_image(desk: Desk) -> None:
    desk.open().draw_box((0, 0), (200, 40))
    desk.press("r", "r", "Shift+R", "Alt+r")
    assert desk.shapes()[0]["rotation"] == 16
    places = [corner(desk, along, across) for along in (-1, 1) for across in (-1, 1)]
    assert min(x for x, _ in places) >= -0.1 and min(y for _, y in places) >= -0.1, "pushed inwards, not cut"
    field = desk.page.get_by_role("spinbutton", name="Turned by")
    field.fill("-90")
    field.press("Tab")
    assert desk.shapes()[0]["rotation"] == 270
    desk.page.locator(".ed-canvas").focus()
    desk.press("Escape")
    desk.draw_box((10, 300), (630, 340))
    desk.press("Shift+R", "Shift+R", "Shift+R", "Shift+R")
    expect(desk.page.get_by_text("Turned like that it does not fit into the image.")).to_be_visible()
    desk.saved()
    assert desk.fake.annotations["10"]["shapes"][0]["rotation"] == 270


def test_points_jump_to_the_edge_and_with_ctrl_along_a_neighbour(desk: Desk) -> None:
    desk.open().draw_box((100, 100), (200, 200))
    desk.press("Escape")
    desk.tool("Polygon")
    desk.page.keyboard.down("Control")
    desk.click(202, 110)  # near the right side
    desk.click(110, 203)  # near the lower side: the corner between them is taken over
    desk.page.keyboard.up("Control")
    desk.click(110, 478)
    desk.click(637, 478)
    desk.press("Enter")
    near(desk.points()[1], [200, 110, 200, 200, 110, 200, 110, 480, 640, 480])
    assert desk.points()[1][7] == 480 and desk.points()[1][8:] == [640, 480] and desk.points()[1][2:4] == desk.points()[0][2:]


def test_shift_and_click_adds_points_and_a_needed_one_is_not_deleted(desk: Desk) -> None:
    desk.open().tool("Points")
    desk.click(100, 100)
    desk.press("n")
    desk.page.keyboard.down("Shift")
    desk.click(200, 100)
    desk.page.keyboard.up("Shift")
    near(desk.points()[0], [100, 100, 200, 100])
    desk.page.keyboard.down("Alt")
    desk.click(200, 100)
    desk.click(100, 100)
    desk.page.keyboard.up("Alt")
    near(desk.points()[0], [100, 100])
    expect(desk.page.get_by_text("This shape has no point to spare.")).to_be_visible()
    desk.press("Escape")
    desk.tool("Line")
    desk.click(300, 300)
    desk.click(400, 300)
    desk.press("Enter")
    desk.page.keyboard.down("Shift")
    desk.click(250, 320)
    desk.click(350, 340)
    desk.page.keyboard.up("Shift")
    near(desk.points()[1][:6], [250, 320, 300, 300, 400, 300])
    assert len(desk.points()[1]) == 8


def test_a_part_of_a_polygon_or_a_line_is_drawn_again_from_a_point(desk: Desk) -> None:
    road, line = [100, 100, 300, 100, 300, 200, 100, 200], [400, 300, 450, 300, 500, 300, 600, 300]
    desk.fake.annotations = {"10": {"tags": [], "shapes": [
        {"client_id": "road", "type": "polygon", "label_id": 4, "points": road, "attributes": []},
        {"client_id": "line", "type": "polyline", "label_id": 6, "points": line, "attributes": []}]}}
    page = desk.open().page

    def begun(x: float, y: float) -> None:
        page.keyboard.down("Shift")
        desk.click(x, y)
        page.keyboard.up("Shift")
        expect(page.locator(".ed")).to_have_attribute("data-mode", "sketch")

    desk.click(200, 150)
    begun(300, 100)
    desk.click(350, 120)
    desk.press("Enter")
    expect(page.get_by_text("Click a point of the polygon: there the new part ends.")).to_be_visible()
    desk.press("Delete", "Escape")
    expect(page.locator(".ed")).to_have_attribute("data-mode", "edit")
    assert desk.points()[0] == road, "Esc leaves it"
    begun(300, 100)
    desk.click(300, 100)
    expect(page.get_by_text("The new part begins at this point.")).to_be_visible()
    desk.click(700, 120)  # beside the image: clipped
    desk.click(350, 190)
    desk.click(300, 200)
    near(desk.points()[0], [100, 100, 300, 100, 640, 120, 350, 190, 300, 200, 100, 200])
    begun(100, 100)
    desk.click(60, 150)
    page.keyboard.down("Alt")
    desk.click(100, 200)
    page.keyboard.up("Alt")
    near(desk.points()[0], [100, 100, 60, 150, 100, 200])
    desk.press("Control+z")
    assert len(desk.points()[0]) == 12, "one step"
    desk.press("Control+z", "Escape")
    assert desk.points()[0] == road
    desk.click(425, 300)
    begun(500, 300)
    desk.press("Enter")
    expect(page.get_by_text("The new part begins at this point.")).to_be_visible()
    desk.click(520, 350)
    desk.press("Backspace", "Backspace")
    expect(page.locator(".ed")).to_have_attribute("data-mode", "edit")
    begun(500, 300)
    desk.click(540, 350)
    desk.press("n")
    near(desk.points()[1], [400, 300, 450, 300, 500, 300, 540, 350])
    desk.saved()
    assert [(shape["label_id"], len(shape["points"])) for shape in desk.fake.annotations["10"]["shapes"]] == [(4, 8), (6, 8)]
    desk.press("n")
    expect(page.get_by_role("radio", name="car")).to_be_checked()  # the tool and the label of before
