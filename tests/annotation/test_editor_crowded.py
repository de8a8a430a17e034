"""A frame with thousands of objects, in a real Chromium: what is in the page and what is drawn. Times: bench/editor.py."""
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.editor.desk import Desk, desk, editor_libraries, fake
from tests.stack.waiting import until

# Fixtures reach this file's tests by being named here.
__all__ = ["desk", "editor_libraries", "fake"]
pytestmark = pytest.mark.journey
COUNT = 5000
ROWS = ".ed-rows [role=listitem]"
DRAWN = """([x, y]) => {
  const canvas = document.querySelector(".ed-layer-rest canvas");
  if (getComputedStyle(canvas).visibility === "hidden") return false;
  const box = canvas.getBoundingClientRect();
  const place = window.ed.page(x, y);
  const scale = canvas.width / box.width;
  const [left, top] = [(place.x - box.left) * scale, (place.y - box.top) * scale].map(Math.round);
  return canvas.getContext("2d").getImageData(left, top, 1, 1).data[3] > 0;
}"""


def boxes(count: int) -> list[dict[str, Any]]:
    """Side by side, a hundred in a line, six pixels apart."""
    return [{"type": "rectangle", "label_id": 3, "attributes": [],
             "points": [4 + number % 100 * 6, 4 + number // 100 * 8, 8 + number % 100 * 6, 9 + number // 100 * 8]}
            for number in range(count)]


def test_of_five_thousand_objects_only_those_in_view_have_rows(desk: Desk) -> None:
    desk.fake.annotations = {"10": {"shapes": boxes(COUNT), "tags": []}}
    desk.open()
    page = desk.page
    expect(page.locator(ROWS).first).to_have_attribute("aria-setsize", str(COUNT))
    assert page.locator(ROWS).count() < 120
    page.evaluate("() => { const panel = document.querySelector('.ed-side'); panel.scrollTop = panel.scrollHeight / 2; }")
    expect(page.locator(f"{ROWS}[aria-posinset='2500']")).to_have_count(1)
    assert page.locator(ROWS).count() < 120

    # Selected on the canvas: its row comes into view, and stays in the page when the list is scrolled away from it.
    desk.press("Escape")
    desk.click(6 + 50 * 6, 6 + 30 * 8)
    row = page.locator(f"{ROWS}[aria-posinset='3051']")
    expect(row.locator("[aria-pressed=true]").first).to_be_attached()
    expect(row).to_be_in_viewport()
    page.evaluate("() => { document.querySelector('.ed-side').scrollTop = 0; }")
    expect(page.locator(f"{ROWS}[aria-posinset='1']")).to_be_in_viewport()
    expect(row).to_have_count(1)
    expect(row).not_to_be_in_viewport()


def test_deleted_and_brought_back_among_thousands_is_seen_on_the_image(desk: Desk) -> None:
    desk.fake.annotations = {"10": {"shapes": boxes(COUNT), "tags": []}}
    desk.open()
    place, neighbour = [6 + 50 * 6, 6.5 + 30 * 8], [6 + 52 * 6, 6.5 + 30 * 8]
    desk.click(6 + 50 * 6, 6 + 30 * 8)
    desk.press("Delete", "Escape")
    expect(desk.page.locator(".ed-objects .badge")).to_have_text(str(COUNT - 1))
    desk.page.mouse.move(5, 5)
    until(desk.page, f"() => !({DRAWN})({place})")
    assert desk.page.evaluate(DRAWN, neighbour), "only the place of what went is drawn again, with what else is there"
    desk.press("Control+z")
    until(desk.page, f"() => ({DRAWN})({place})")
    assert len(desk.shapes()) == COUNT
    desk.press("Shift+h")
    until(desk.page, f"() => !({DRAWN})({neighbour})")
    desk.press("Shift+h")
    until(desk.page, f"() => ({DRAWN})({neighbour})")


def test_hiding_all_and_showing_them_draws_nothing_anew(desk: Desk) -> None:
    desk.fake.annotations = {"10": {"shapes": boxes(COUNT), "tags": []}}
    desk.open()
    place = [6 + 52 * 6, 6.5 + 30 * 8]
    until(desk.page, f"() => ({DRAWN})({place})")
    desk.page.evaluate("""() => {
      window.strokes = 0;
      const { stroke } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.stroke = function (...given) { window.strokes += 1; return stroke.apply(this, given); };
    }""")
    desk.press("Shift+h")
    until(desk.page, f"() => !({DRAWN})({place})")
    desk.press("Shift+h")
    until(desk.page, f"() => ({DRAWN})({place})")
    assert desk.page.evaluate("() => window.strokes") < 50
