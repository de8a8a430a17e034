"""A requester imports what a model found, shows it, and corrects it: the page and the editor in a real Chromium."""
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from annotation import runner
from annotation.models import FrameAnnotation, Request
from tests.annotation.test_imports import coco
from tests.cast import PASSWORD
from tests.editor.bundles import bundles

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
IMAGES = [{"id": n + 1, "file_name": f"detector/{n}.jpg", "width": 100, "height": 80} for n in range(2)]


@pytest.fixture(autouse=True)
def _database_beside_playwright(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright's own event loop runs in this thread; Django would take our look at the database for a mistake."""
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def task(fill: Callable[..., Any]) -> Any:
    bundles()
    return fill(count=3)


@pytest.fixture
def at(live_server: Any, page: Page, alice: Any) -> Iterator[Callable[[str], Any]]:
    """at("/projects"): Alice opens a page. What breaks in the browser fails the test."""
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.goto(f"{live_server.url}/login")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/projects")
    yield lambda path: page.goto(f"{live_server.url}{path}")
    assert broken == []


def shot(page: Page, name: str) -> None:
    """For eyes, where somebody asks for them."""
    if folder := os.environ.get("H3_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def sources(page: Page, frame: int) -> list[str]:
    return [shape["source"] for shape in page.evaluate("() => window.ed.document()")["frames"][str(frame)]["shapes"]]


def test_what_a_model_found_is_imported_shown_checked_corrected_and_submitted(
        at: Callable[[str], Any], page: Page, task: Any, tmp_path: Path) -> None:
    file = tmp_path / "found.json"
    file.write_bytes(coco({"bbox": [10, 10, 30, 30]}, {"bbox": [60, 40, 30, 30]}, {"bbox": [20, 20, 30, 30], "image_id": 2}, images=IMAGES))
    at(f"/tasks/{task.pk}/imports")
    shot(page, "imports-empty")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Import of found.json")).to_be_visible()
    runner.run(str(Request.objects.get(action="import").pk))
    expect(page.get_by_text("2 of 3")).to_be_visible(timeout=15_000)  # the page reloads itself
    page.get_by_role("button", name="Let jobs start with them").click()
    expect(page.get_by_text("Jobs start with them")).to_be_visible()
    shot(page, "imports-there")

    at(f"/jobs/{task.jobs.get().pk}/editor")
    page.evaluate("() => window.ed.ready")
    expect(page.locator(".ed-loading")).to_have_count(0)
    expect(page.locator(".ed-prompt")).to_contain_text("Starting point: check and correct")
    expect(page.locator(".ed-progress")).to_contain_text("0 of 3 frames done")
    expect(page.get_by_role("option", name=re.compile("^Frame 2, .*starting point, not checked"))).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^1. .*, from the file$"))).to_be_visible()
    shot(page, "editor-start")

    page.get_by_role("button", name=re.compile("^1. ")).click()
    page.keyboard.press("q")
    expect(page.locator(".ed-progress")).to_contain_text("1 of 3 frames done")
    assert sources(page, 0) == ["manual", "file"]
    page.keyboard.press("Control+z")
    expect(page.locator(".ed-progress")).to_contain_text("0 of 3 frames done")
    assert sources(page, 0) == ["file", "file"]
    page.keyboard.press("Control+y")

    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("dialog")).to_contain_text("One image is as the file left it")
    expect(page.get_by_role("dialog")).to_contain_text("One image has nothing on it.")
    shot(page, "editor-submit")
    page.get_by_role("button", name="Go to frame 2").click()
    expect(page.locator(".ed-loading")).to_have_count(0)
    page.get_by_role("button", name="It is right as it is").click()
    expect(page.locator(".ed-progress")).to_contain_text("2 of 3 frames done")
    expect(page.locator(".ed-save")).to_have_text("Saved", timeout=10_000)
    assert list(FrameAnnotation.objects.values_list("frame", "starting_point")) == [(0, False), (1, False)]

    page.reload()
    page.evaluate("() => window.ed.ready")
    expect(page.locator(".ed-progress")).to_contain_text("2 of 3 frames done")
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("button", name="Submit anyway").click()
    expect(page.get_by_role("heading", name="Submitted")).to_be_visible()
