"""The editor as its user has it, against a scripted /api/editor: what the editor's browser tests share."""
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.editor.bundles import bundles
from tests.editor.fake_api import FakeEditorApi
from tests.stack.waiting import until

DOCUMENT = "() => window.ed.document()"


@pytest.fixture(scope="module", autouse=True)
def editor_libraries() -> None:
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
        """The server holds what the editor has, and the editor says so (it says so a moment too long after a change)."""
        until(self.page, "() => window.ed.app.saver.clean")
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
