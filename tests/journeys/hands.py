"""Mouse and keys in the editor, wherever its frame stands."""
from typing import Any

from playwright.sync_api import Frame, Page, expect

from tests.stack.waiting import until

Place = tuple[float, float]


class Hands:
    """Somebody at the editor; places are pixels of the image."""

    def __init__(self, page: Page, editor: Frame | None = None) -> None:
        self.page, self.editor = page, editor or page.main_frame
        until(self.editor, "() => window.ed?.ready.then(() => true)")
        # The strip opens by itself and moves the image: from then on it stays where it is.
        expect(self.editor.locator(".ed-thumb").first).to_be_visible()
        self.loaded()

    def loaded(self) -> None:
        """The frame's image is here."""
        expect(self.editor.locator(".ed-loading")).to_have_count(0)

    def at(self, place: Place) -> Place:
        """Where the page's mouse has to be."""
        shown = self.editor.evaluate("([x, y]) => window.ed.page(x, y)", list(place))
        around = self.editor.frame_element().bounding_box() if self.editor.parent_frame else {"x": 0, "y": 0}
        assert around, "the editor's frame is not shown"
        return shown["x"] + around["x"], shown["y"] + around["y"]

    def click(self, *places: Place, **options: Any) -> None:
        for place in places:
            self.page.mouse.click(*self.at(place), **options)

    def drag(self, start: Place, end: Place) -> None:
        self.page.mouse.move(*self.at(start))
        self.page.mouse.down()
        self.page.mouse.move(*self.at(((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)))
        self.page.mouse.move(*self.at(end))
        self.page.mouse.up()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def tool(self, name: str, *, by_key: bool = False) -> None:
        """Choose a tool of the bar: a click, or Enter where the focus is on it."""
        button = self.editor.get_by_role("toolbar", name="Tools").get_by_role("button", name=name)
        if by_key:
            button.press("Enter")
        else:
            button.click()

    def content(self, frame: int) -> dict[str, Any]:
        """What the editor has on a frame: `{"shapes": [...], "tags": [...]}`."""
        return self.editor.evaluate("() => window.ed.document()")["frames"].get(str(frame), {"shapes": [], "tags": []})

    def types(self, frame: int) -> list[str]:
        """Types of the shapes on a frame, then "tag" for each tag."""
        content = self.content(frame)
        return [shape["type"] for shape in content["shapes"]] + ["tag" for _ in content["tags"]]

    def saved(self) -> None:
        """The server holds what the editor has, and the editor says so (it says so a moment too long after a change)."""
        until(self.editor, "() => window.ed.app.saver.clean")
        expect(self.editor.locator(".ed-save")).to_have_text("Saved")
