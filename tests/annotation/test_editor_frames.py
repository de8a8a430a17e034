"""Frames and the picture in a real Chromium: nothing here, thumbnails, going to a frame, prefetch, how the picture is shown."""
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.editor.desk import Desk, desk, editor_libraries, fake
from tests.editor.fake_api import FakeEditorApi
from tests.stack.waiting import until

# Fixtures reach this file's tests by being named here.
__all__ = ["desk", "editor_libraries", "fake"]
pytestmark = pytest.mark.journey

BOX = {"id": 1, "type": "rectangle", "label_id": 3, "points": [50, 280, 180, 360], "attributes": []}
NOTHING = {"shapes": [], "tags": [], "nothing_here": True}
REST = "() => window.ed.app.canvas.rest.layer.getRevision()"
COUNT_DRAWINGS = """() => { const { app } = window.ed; const draw = app.draw; window.drawn = 0;
    app.draw = () => { window.drawn += 1; draw.call(app); }; }"""
SMOOTH = "document.querySelector('.ed-layer-image canvas').getContext('2d').imageSmoothingEnabled"
FILTER = "() => getComputedStyle(document.querySelector('.ed-layer-image')).filter"


def place(page: Page) -> Locator:
    return page.get_by_role("spinbutton", name="Frame")


def thumb(page: Page, number: int) -> Locator:
    return page.get_by_role("option", name=re.compile(rf"^Frame {number}, "))


def slide(page: Page, name: str, value: int) -> None:
    page.get_by_role("slider", name=name, exact=True).fill(str(value))


def test_nothing_here_is_said_saved_shown_and_taken_back(desk: Desk) -> None:
    desk.open().press("e")
    expect(desk.page.locator(".ed-progress")).to_contain_text("1 of 3 frames done")
    expect(thumb(desk.page, 1)).to_have_attribute("aria-label", "Frame 1, street_1.jpg, nothing here")
    expect(desk.page.get_by_role("button", name="Nothing here")).to_have_attribute("aria-pressed", "true")
    expect(desk.page.locator(".ed-prompt")).to_contain_text("takes that back.")
    desk.saved()
    assert desk.fake.saves[-1]["frames"] == {"10": NOTHING}
    desk.press("e")
    expect(desk.page.locator(".ed-progress")).to_contain_text("0 of 3 frames done")
    desk.saved()
    assert desk.fake.saves[-1]["frames"] == {"10": {"shapes": [], "tags": []}}


def test_drawing_on_such_a_frame_clears_the_mark_and_undo_brings_it_back(desk: Desk) -> None:
    desk.fake.annotations = {"10": NOTHING}
    desk.open().draw_box()
    button = desk.page.get_by_role("button", name="Nothing here")
    expect(button).to_be_disabled()
    assert "nothing_here" not in desk.document()["frames"]["10"]
    desk.press("e")
    expect(desk.page.get_by_text("There is something on this image.")).to_be_visible()
    assert len(desk.shapes()) == 1 and "nothing_here" not in desk.document()["frames"]["10"]
    desk.press("Control+z")
    expect(button).to_have_attribute("aria-pressed", "true")
    assert desk.document()["frames"]["10"] == NOTHING
    desk.press("Control+y")
    expect(button).to_be_disabled()
    desk.saved()
    assert set(desk.fake.annotations["10"]) == {"shapes", "tags"}


def test_a_tag_clears_the_mark_too(desk: Desk) -> None:
    desk.fake.annotations = {"10": NOTHING}
    desk.open().page.get_by_role("button", name="night").click()
    assert "nothing_here" not in desk.document()["frames"]["10"]


def test_nothing_here_waits_for_a_shape_in_the_making(desk: Desk) -> None:
    desk.open().tool("Polygon")
    desk.click(100, 100)
    desk.press("e")
    expect(desk.page.get_by_text("A shape is still being drawn.")).to_be_visible()
    assert desk.document()["frames"] == {}


def test_arrows_go_from_one_unfinished_frame_to_the_next_and_submit_asks_for_those_only(page: Page) -> None:
    with FakeEditorApi(frames=5) as fake:
        fake.annotations = {"11": {"shapes": [BOX], "tags": []}, "12": NOTHING}
        desk = Desk(page, fake).open()
        for key, expected in [("ArrowRight", "4"), ("ArrowRight", "5"), ("ArrowRight", "1"), ("ArrowLeft", "5"), ("ArrowLeft", "4")]:
            desk.press(key)
            expect(place(page)).to_have_value(expected)
        page.get_by_role("button", name="Submit").click()
        expect(page.get_by_text("3 of 5 images have nothing on them.")).to_be_visible()
        expect(page.locator(".ed-empty-frames button")).to_have_text(["1", "4", "5"])
        page.locator(".ed-empty-frames button").first.click()
        for _ in range(3):
            desk.press("e", "ArrowRight")
        expect(page.get_by_text("Every frame is finished.")).to_be_visible()
        page.get_by_role("button", name="Submit").click()
        expect(page.get_by_role("heading", name="Submit this work?")).to_be_visible()
        page.get_by_role("dialog").get_by_role("button", name="Submit").click()
        expect(page.get_by_role("heading", name="Submitted")).to_be_visible()
        assert [number for number, content in fake.annotations.items() if content.get("nothing_here")] == ["12", "10", "13", "14"]


def test_a_reviewer_sees_nothing_here_and_cannot_change_it(page: Page) -> None:
    with FakeEditorApi(mode="review", seconds_left=None, price=None) as fake:
        fake.annotations = {"10": NOTHING}
        desk = Desk(page, fake).open(f"{fake.address}/requester")
        expect(page.get_by_text("The annotator says that this frame needs no object.")).to_be_visible()
        expect(page.get_by_role("button", name="Nothing here")).to_have_count(0)
        desk.press("e")
        assert desk.document()["frames"]["10"] == NOTHING and fake.saves == []


def thumbnails_asked(fake: FakeEditorApi) -> set[int]:
    return {int(match[1]) for line in fake.requests if (match := re.search(r"frames/(\d+)\?quality=thumbnail", line))}


def test_of_a_thousand_thumbnails_only_those_in_view_are_made_and_fetched(page: Page) -> None:
    with FakeEditorApi(frames=1000) as fake:
        fake.annotations = {"10": {"shapes": [BOX], "tags": []}}
        desk = Desk(page, fake).open()
        expect(thumb(page, 1).locator("img")).to_be_visible()
        assert page.get_by_role("option").count() < 30
        strip = page.get_by_role("listbox", name="Frames")
        strip.focus()
        desk.press("End")
        expect(place(page)).to_have_value("1000")
        expect(thumb(page, 1000)).to_be_in_viewport()
        expect(thumb(page, 1000)).to_have_attribute("aria-selected", "true")
        expect(strip).to_have_attribute("aria-activedescendant", "ed-thumb-999")
        expect(thumb(page, 1000).locator("img")).to_be_visible()
        desk.press("ArrowLeft", "PageUp")
        expect(place(page)).to_have_value("989")
        expect(thumb(page, 989)).to_be_in_viewport()
        asked = thumbnails_asked(fake)
        assert len(asked) < 70 and not asked & set(range(60, 950)), sorted(asked)


def test_a_thumbnail_leads_to_its_frame_and_the_strip_is_put_away_for_good(desk: Desk) -> None:
    desk.open()
    thumb(desk.page, 3).click()
    expect(place(desk.page)).to_have_value("3")
    desk.press("t")
    expect(desk.page.get_by_role("listbox", name="Frames")).to_have_count(0)
    desk.page.reload()
    desk.page.evaluate("() => window.ed.ready")
    desk.page.get_by_role("button", name="Start annotating").click()
    expect(desk.page.get_by_role("listbox", name="Frames")).to_have_count(0)
    desk.page.get_by_role("button", name="Show the thumbnails (T)").click()
    expect(thumb(desk.page, 1).locator("img")).to_be_visible()


def test_a_job_of_one_frame_needs_no_strip_and_has_none_to_go_to(page: Page) -> None:
    with FakeEditorApi(frames=1) as fake:
        desk = Desk(page, fake).open()
        expect(page.get_by_role("listbox", name="Frames")).to_have_count(0)
        desk.press("t")
        expect(page.get_by_role("listbox", name="Frames").get_by_role("option")).to_have_count(1)
        desk.press("ArrowRight")
        expect(page.get_by_text("Every other frame is finished.")).to_be_visible()


def test_a_frame_is_gone_to_by_number_or_name(page: Page) -> None:
    with FakeEditorApi(frames=120) as fake:
        desk = Desk(page, fake).open()
        field = page.get_by_role("textbox", name="Number or name of a frame")
        for text, expected in [("77", "77"), ("reet_119", "119")]:
            desk.press("`")
            expect(field).to_be_focused()
            field.fill(text)
            desk.press("Enter")
            expect(place(page)).to_have_value(expected)
        desk.press("`")
        expect(field).to_be_focused()
        field.fill("no such frame")
        expect(page.get_by_text("No frame of this job has this number or name.")).to_be_visible()
        desk.press("Enter", "Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(place(page)).to_have_value("119")


def test_two_frames_ahead_are_here_before_they_are_asked_for(page: Page) -> None:
    with FakeEditorApi(frames=30) as fake:
        Desk(page, fake).open()
        page.wait_for_timeout(500)
        work = [line for line in fake.requests if "quality=work" in line]
        assert sorted(int(re.findall(r"frames/(\d+)", line)[0]) for line in work) == [10, 11, 12]
        asked = len(fake.requests)
        page.evaluate("() => window.ed.app.goTo(1)")
        assert page.evaluate("() => window.ed.app.state.image") == "ready"
        assert not [line for line in fake.requests[asked:] if "frames/11?" in line], "it was here already"


def test_sliders_change_the_picture_without_painting_a_shape_again(desk: Desk) -> None:
    desk.fake.annotations = {"10": {"shapes": [BOX], "tags": []}}
    desk.fake.context["seconds_left"] = None  # the clock draws the panels twice a second
    desk.open().press("F2")
    desk.page.evaluate(COUNT_DRAWINGS)
    desk.page.wait_for_timeout(600)
    before: Any = [desk.page.evaluate(REST), desk.page.evaluate("() => window.drawn")]
    for value in (110, 150, 200):
        slide(desk.page, "Brightness", value)
    slide(desk.page, "Objects' opacity", 30)
    expect(desk.page.locator(".ed-picture-row output").first).to_have_text("200 %")
    assert desk.page.evaluate(FILTER) == "brightness(2)"
    assert desk.page.evaluate("() => getComputedStyle(document.querySelector('.ed-layer-rest')).opacity") == "0.3"
    after = [desk.page.evaluate(REST), desk.page.evaluate("() => window.drawn")]
    assert after == before


def test_the_picture_is_kept_in_this_browser_and_reset(desk: Desk) -> None:
    desk.open().press("F2")
    slide(desk.page, "Contrast", 150)
    slide(desk.page, "Saturation", 0)
    desk.page.get_by_label("Crosshair while drawing").uncheck()
    desk.page.get_by_label("Smooth when zoomed in").uncheck()
    desk.page.reload()
    desk.page.evaluate("() => window.ed.ready")
    desk.page.get_by_role("button", name="Start annotating").click()
    desk.loaded()
    assert desk.page.evaluate(FILTER) == "contrast(1.5) saturate(0)"
    until(desk.page, f"() => !{SMOOTH}")
    desk.tool("Rectangle")
    desk.page.mouse.move(*desk.at(100, 100))
    expect(desk.page.locator(".ed-cross-x")).to_be_hidden()
    desk.press("F2")
    desk.page.get_by_role("button", name="Reset").click()
    assert desk.page.evaluate(FILTER) == "none"
    expect(desk.page.get_by_role("slider", name="Contrast")).to_have_value("100")
    desk.press("Escape")
    expect(desk.page.get_by_role("dialog", name="Picture")).to_have_count(0)
    desk.page.mouse.move(*desk.at(120, 120))
    expect(desk.page.locator(".ed-cross-x")).to_be_visible()
    until(desk.page, f"() => {SMOOTH}")


def test_cvats_keys_turn_the_picture(desk: Desk) -> None:
    desk.open()
    for letter in ("B", "C", "S"):
        desk.page.keyboard.down("Shift")
        desk.page.keyboard.down(letter)
        desk.press("+", "+", "_")
        desk.page.keyboard.up(letter)
        desk.page.keyboard.up("Shift")
    assert desk.page.evaluate(FILTER) == "brightness(1.1) contrast(1.1) saturate(1.1)"
    expect(desk.page.get_by_text("Brightness: 110 %")).to_have_count(1)
    desk.press("F1")
    keys = desk.page.get_by_role("dialog")
    for words in ("Brighter", "Next unfinished frame", "Zoom to the selected object", "The picture's settings"):
        expect(keys).to_contain_text(words)


def test_z_brings_the_selected_object_near(desk: Desk) -> None:
    desk.fake.annotations = {"10": {"shapes": [BOX], "tags": []}}
    desk.open()
    button = desk.page.get_by_role("button", name="Zoom to the selected object")
    expect(button).to_be_disabled()
    before = desk.page.evaluate("() => window.ed.app.canvas.zoom")
    desk.press("Tab")
    expect(button).to_be_enabled()
    desk.page.locator(".ed-canvas").focus()
    desk.press("z")
    until(desk.page, "(before) => window.ed.app.canvas.zoom > before * 1.5", arg=before)
    middle = desk.page.locator(".ed-canvas").bounding_box()
    assert middle is not None
    desk.page.wait_for_timeout(300)
    x, y = desk.at(115, 320)
    assert abs(x - middle["x"] - middle["width"] / 2) < 3 and abs(y - middle["y"] - middle["height"] / 2) < 3


@pytest.mark.parametrize("width, height", [(800, 600), (844, 390), (640, 360)])
def test_small_windows_hold_the_strip_and_the_picture(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    with FakeEditorApi(frames=12) as fake:
        desk = Desk(page, fake).open()
        expect(page.get_by_role("listbox", name="Frames")).to_have_count(0)
        desk.press("t", "F2")
        expect(thumb(page, 1).locator("img")).to_be_visible()
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth && document.body.scrollHeight <= innerHeight")
        panel, stage = page.get_by_role("dialog", name="Picture").bounding_box(), page.locator(".ed-stage").bounding_box()
        assert panel and stage and stage["height"] > 120
        assert panel["x"] >= stage["x"] and panel["y"] + panel["height"] <= stage["y"] + stage["height"]
        slide(page, "Brightness", 150)
        page.get_by_role("button", name="Reset").click()
        assert page.evaluate(FILTER) == "none"
        desk.press("Escape")
        expect(page.get_by_role("dialog", name="Picture")).to_have_count(0)
