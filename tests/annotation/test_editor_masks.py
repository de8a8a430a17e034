"""Brush masks in a real Chromium: what is painted is read from the document as run lengths."""
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.editor.desk import Desk, desk, editor_libraries, fake

__all__ = ["desk", "editor_libraries", "fake"]
pytestmark = pytest.mark.journey


def pixels(points: list[float]) -> set[tuple[int, int]]:
    """The set pixels of a stored mask."""
    *runs, left, top, right, _bottom = (int(value) for value in points)
    found, at = set(), 0
    for number, run in enumerate(runs):
        if number % 2:
            found |= {(left + i % (right - left + 1), top + i // (right - left + 1)) for i in range(at, at + run)}
        at += run
    return found


def masks(desk: Desk) -> list[dict[str, Any]]:
    return [shape for shape in desk.shapes() if shape["type"] == "mask"]


def bar(desk: Desk, name: str) -> None:
    desk.page.get_by_role("toolbar", name="Brush").get_by_role("radio", name=name).click()


def test_a_mask_is_painted_rubbed_filled_cut_and_undone_stroke_by_stroke(desk: Desk) -> None:
    desk.open().tool("Mask")
    desk.drag((100, 100), (200, 100))
    [mask] = masks(desk)
    assert mask["label_id"] == 6
    painted = pixels(mask["points"])
    assert {(100, 100), (150, 100), (199, 100), (150, 92), (150, 108)} <= painted
    assert not {(150, 80), (150, 120), (70, 100)} & painted
    assert min(x for x, _ in painted) >= 85 and max(x for x, _ in painted) <= 215
    desk.drag((150, 100), (150, 200))
    assert len(masks(desk)) == 1, "the second stroke is of the same mask"
    assert (150, 190) in pixels(masks(desk)[0]["points"])
    bar(desk, "Eraser")
    desk.drag((100, 60), (100, 140))
    rubbed = pixels(masks(desk)[0]["points"])
    assert (100, 100) not in rubbed and (150, 100) in rubbed
    bar(desk, "Polygon +")
    for corner in [(250, 80), (300, 80), (300, 130)]:
        desk.click(*corner)
    desk.press("Enter")
    assert {(290, 90), (299, 120)} <= pixels(masks(desk)[0]["points"])
    bar(desk, "Polygon −")
    for corner in [(280, 70), (310, 70), (310, 140), (280, 140)]:
        desk.click(*corner)
    desk.press("n")
    cut = pixels(masks(desk)[0]["points"])
    assert (290, 90) not in cut and (270, 90) in cut
    for expected in [(290, 90), (150, 100), (100, 100)]:
        desk.press("Control+z")
        assert expected in pixels(masks(desk)[0]["points"]), "one step a stroke"
    desk.press("Control+z", "Control+z")
    assert masks(desk) == []
    desk.press("Control+y")
    assert pixels(masks(desk)[0]["points"]) == painted
    bar(desk, "Brush")
    desk.drag((100, 300), (120, 300))
    assert len(masks(desk)) == 1 and (110, 300) in pixels(masks(desk)[0]["points"]), "what redo brought back is painted on"
    desk.press("n")
    expect(desk.page.get_by_role("toolbar", name="Brush")).to_have_count(0)
    desk.saved()
    assert [shape["type"] for shape in desk.fake.annotations["10"]["shapes"]] == ["mask"]


def test_a_stored_mask_is_selected_continued_emptied_and_deleted(desk: Desk) -> None:
    stored = {"type": "mask", "label_id": 6, "points": [0, 40 * 30, 200, 100, 239, 129], "z_order": 2, "attributes": []}
    hole = {"type": "mask", "label_id": 6, "points": [0, 10, 80, 10, 300, 300, 309, 309], "attributes": []}
    desk.fake.annotations = {"10": {"shapes": [stored, hole], "tags": []}}
    desk.open()
    expect(desk.page.locator(".ed-object")).to_have_count(2)
    expect(desk.page.locator(".ed-thumb")).to_have_count(3)  # the strip has taken its room
    desk.click(220, 115)
    expect(desk.page.locator(".ed-object.is-selected")).to_contain_text("1. anything")
    desk.drag((220, 115), (260, 140))
    assert masks(desk)[0]["points"] == stored["points"], "a mask is not moved by the pointer"
    desk.page.mouse.dblclick(*desk.at(220, 115))
    expect(desk.page.get_by_role("toolbar", name="Brush")).to_be_visible()
    desk.drag((240, 115), (280, 115))
    assert (275, 115) in pixels(masks(desk)[0]["points"]) and masks(desk)[0]["z_order"] == 2 and len(masks(desk)) == 2
    bar(desk, "Eraser")
    desk.page.get_by_role("slider", name="Brush's size in pixels").fill("250")
    desk.drag((200, 110), (280, 120))
    expect(desk.page.get_by_text("Nothing is left of this mask, so it is gone.")).to_be_visible()
    assert [mask["points"] for mask in masks(desk)] == [hole["points"]]
    desk.press("Control+z")
    assert len(masks(desk)) == 2
    desk.press("Escape", "Escape")
    desk.click(305, 305)
    expect(desk.page.locator(".ed-object.is-selected")).to_have_count(0, timeout=2000)
    desk.click(305, 300.5)
    desk.press("Delete")
    assert len(masks(desk)) == 1


def test_the_brush_has_sizes_forms_and_keys_and_stops_at_the_images_edge(desk: Desk) -> None:
    desk.open().press("Shift+Digit2")
    desk.drag((50, 50), (60, 50))
    expect(desk.page.get_by_text("There is nothing to take away yet.")).to_be_visible()
    assert desk.shapes() == []
    desk.press("b")
    bar(desk, "Square")
    slider = desk.page.get_by_role("slider", name="Brush's size in pixels")
    slider.fill("20")
    desk.press("]", "[", "[")
    expect(slider).to_have_value("18")
    desk.page.mouse.move(*desk.at(100, 100))
    desk.page.keyboard.down("Shift")
    desk.page.mouse.wheel(0, -120)
    desk.page.keyboard.up("Shift")
    expect(slider).to_have_value("20")
    desk.click(100.4, 100.4)
    assert masks(desk)[0]["points"] == [0, 400, 90, 90, 109, 109]
    desk.drag((630, 470), (700, 520))
    assert masks(desk)[0]["points"][-2:] == [639, 479]
    desk.press("Escape")
    assert len(masks(desk)) == 1, "what is painted stays"
    desk.saved()
    desk.page.reload()
    desk.page.evaluate("() => window.ed.ready")
    desk.page.get_by_role("button", name="Start annotating").click()
    desk.press("b")
    expect(slider).to_have_value("20")
    desk.page.locator(".ed-canvas").focus()
    desk.page.mouse.move(5, 5)
    desk.press("ArrowRight", "Shift+ArrowRight", "Space", "Enter")
    assert len(masks(desk)) == 2 and len(pixels(masks(desk)[1]["points"])) == 400, "a dab by key"
    expect(desk.page.get_by_role("toolbar", name="Brush")).to_have_count(0)
