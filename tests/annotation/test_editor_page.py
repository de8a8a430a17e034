"""The editor's page in a real Chromium: refusals, faults, widths, fingers."""
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.editor.desk import Desk, desk, editor_libraries, fake, near
from tests.editor.fake_api import ASSIGNMENT, FakeEditorApi
from tests.stack.waiting import until

# Fixtures reach this file's tests by being named here.
__all__ = ["desk", "editor_libraries", "fake"]
pytestmark = pytest.mark.journey


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
    until(frame, "() => window.ed.app.canvas.zoom > 0.5")
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
    until(page, "(before) => window.ed.app.canvas.zoom > 1.5 * before", arg=before)
    assert len(desk.shapes()) == 1


def test_at_the_start_nothing_is_asked_for_twice(desk: Desk) -> None:
    desk.open()
    scripts = [line for line in desk.fake.requests if line.endswith(".js")]
    assert len(scripts) == len(set(scripts)), "a module that was asked for ahead is the one that is imported"
    for wanted in ("GET /api/editor/job", "GET /api/editor/frames/10?quality=work"):
        assert desk.fake.requests.count(wanted) == 1, wanted
