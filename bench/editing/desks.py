"""The same work at two desks: our editor and Annotorious. Places are pixels of the picture."""
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Error

from bench.editing import scene
from bench.editing.hands import Hands, Place

Timed = dict[str, Callable[[], float]]
BOX_CENTRE = (160.0, 140.0)
BOX_END = (1500.0, 800.0)
POLYGON_CENTRE = (350.0, 170.0)
CORNER = (scene.POLYGON[4], scene.POLYGON[5])
MOVES = 60
SELECTED = "document.querySelector('.a9s-annotation.selected')"


class Desk:
    """What both have. `scale`: how much larger than FULL_HD the picture is."""

    adapter = ""
    ours = False

    def __init__(self, hands: Hands, address: str, scale: float = 1) -> None:
        self.hands, self.address, self.scale = hands, address, scale

    def at(self, place: Place) -> Place:
        return self.hands.at(place[0] * self.scale, place[1] * self.scale)

    def open(self) -> float:
        """Milliseconds from the start of the navigation to the first shape on the screen."""
        self.hands.page.goto(self.address, wait_until="commit")
        return self.hands.seen("desk.firstShape()")

    def tool(self) -> None:
        """Takes the tool for boxes."""

    def draw(self) -> tuple[dict[str, Any], float]:
        """A box across the picture: its frames, and the time from letting go to the new shape; it is taken back afterwards."""
        self.tool()
        frames = self.hands.drag(self.at(scene.DRAWN_FROM), self.at(BOX_END), MOVES)
        self.remember()
        done = self.hands.timed("pointerup", self.grown, lambda: self.hands.release(self.at(BOX_END)))
        self.take_back()
        return frames, done

    def drag_box(self) -> dict[str, Any]:
        return self._drag(BOX_CENTRE, BOX_CENTRE, BOX_END)

    def drag_corner(self) -> dict[str, Any]:
        return self._drag(POLYGON_CENTRE, CORNER, BOX_END)

    def _drag(self, on: Place, start: Place, end: Place) -> dict[str, Any]:
        self.select(on)
        frames = self.hands.drag(self.at(start), self.at(end), MOVES)
        self.hands.release(self.at(end))
        self.take_back()
        return frames

    def take_back(self) -> None:
        """The last change."""
        self.hands.key("Control+z")
        self.settle()

    def remember(self) -> None:
        self.hands.run("() => desk.remember()")

    grown = ""

    def select(self, place: Place) -> None:
        raise NotImplementedError

    def settle(self) -> None:
        raise NotImplementedError

    def actions(self) -> Timed:
        """Name -> one doing of it, in milliseconds from the input to the frame that shows it. In this order, again and again."""
        raise NotImplementedError


class Ours(Desk):
    adapter = "ours.js"
    ours = True
    grown = "desk.still() && desk.shapes.length === desk.count + 1"

    def open(self) -> float:
        shown = super().open()
        self.hands.seen("desk.still() && desk.app.state.image === 'ready' && desk.picture()")
        self.hands.page.locator(".ed-canvas").focus()
        return shown

    def tool(self) -> None:
        self.hands.page.get_by_role("button", name="Rectangle", exact=True).click()
        self.settle()

    def settle(self) -> None:
        self.hands.seen("desk.still()")

    def select(self, place: Place) -> None:
        self.hands.key("Escape")
        self.hands.click(self.at(place))
        self.hands.seen("desk.still() && desk.app.selected")

    def actions(self) -> Timed:
        far = self.at((1700, 1000))

        def key(name: str, seen: str) -> Callable[[], float]:
            def act() -> float:
                self.remember()
                taken = self.hands.timed("keydown", seen, lambda: self.hands.key(name))
                self.settle()
                return taken

            return act

        def choose() -> float:
            self.hands.key("Escape")
            self.settle()
            place = self.at(BOX_CENTRE)
            self.hands.mouse("mouseMoved", place)
            self.settle()
            return self.hands.timed("pointerdown", "desk.still() && desk.app.selected && document.querySelector('.ed-object.is-selected')",
                                    lambda: self.hands.click(place))

        def pan() -> float:
            self.hands.press(far, "middle")
            self.hands.mouse("mouseMoved", (far[0] - 8, far[1] - 8), button="middle", held=4)  # from here on it is no click
            self.settle()
            self.remember()
            moved = (far[0] - 60, far[1] - 40)
            taken = self.hands.timed("pointermove", "desk.centre !== desk.centreBefore",
                                     lambda: self.hands.mouse("mouseMoved", moved, button="middle", held=4))
            self.hands.mouse("mouseMoved", far, button="middle", held=4)
            self.hands.release(far, "middle")
            self.settle()
            return taken

        changed, zoomed = "desk.still() && desk.shapes !== desk.before", "desk.resolution !== desk.resolutionBefore"
        return {
            "select": choose, "change label": key("Control+2", changed), "undo label": key("Control+z", changed),
            "delete": key("Delete", changed), "undo delete": key("Control+z", changed),
            "hide all": key("Shift+H", "desk.still() && desk.app.state.hideAll"),
            "show all": key("Shift+H", "desk.still() && !desk.app.state.hideAll"),
            "zoom step": key("+", zoomed), "zoom back": key("-", zoomed), "first move of a pan": pan}

    def pan(self) -> dict[str, Any]:
        frames = self.hands.drag(self.at((1500, 900)), self.at((700, 400)), MOVES, "middle")
        self.hands.release(self.at((700, 400)), "middle")
        self.hands.key("0")
        self.settle()
        return frames

    def wheel(self) -> dict[str, Any]:
        """In and out again under the pointer."""
        place = self.at((960, 540))
        self.hands.mouse("mouseMoved", place)
        frames = self.hands.beats(MOVES, lambda part: self.hands.wheel(place, -40 if part <= 0.5 else 40))
        self.hands.key("0")
        self.settle()
        return frames

    def next_frame(self, number: int) -> float:
        """From the key to the picture of frame `number` on the screen."""
        return self.hands.timed("keydown", f"desk.marked({list(scene.mark_of(number))})", lambda: self.hands.key("f"))

    def fetched(self) -> None:
        """The frames ahead are there; what they are decoded to is not waited for by anything else."""
        self.hands.seen("desk.fetched()")


class Annotorious(Desk):
    adapter = "peer/peer.js"
    grown = "desk.shapes >= desk.count && anno.getSelected().length"

    def tool(self) -> None:
        self.hands.run("() => { anno.setDrawingTool('rectangle'); anno.setDrawingEnabled(true); }")
        self.settle()

    def take_back(self) -> None:
        self.hands.run("() => desk.restore()")
        self.settle()

    def settle(self) -> None:
        self.hands.seen("true")

    def select(self, place: Place) -> None:
        self._choose(place)

    def _choose(self, place: Place, tries: int = 8) -> float:
        """A click that came up after more than 250 ms, on a busy machine, is no click to Annotorious: it is made once more."""
        self.hands.run("() => anno.cancelSelected()")
        there = self.at(place)
        for last in (number == tries for number in range(1, tries + 1)):
            self.hands.mouse("mouseMoved", there)
            self.hands.seen("true")
            try:
                return self.hands.timed("pointerup", SELECTED, lambda: self.hands.click(there), 1500)
            except Error:
                if last:
                    raise
        raise AssertionError("unreachable")

    def actions(self) -> Timed:
        def key(name: str, seen: str) -> Callable[[], float]:
            def act() -> float:
                self.remember()
                return self.hands.timed("keydown", seen, lambda: self.hands.key(name), 5000)

            return act

        def relabelled(name: str) -> Callable[[], float]:
            def act() -> float:
                self.remember()
                return self.hands.timed("keydown", "desk.label !== desk.labelBefore", lambda: self.hands.key(name), 5000)

            return act

        def delete() -> float:
            self.select(BOX_CENTRE)
            return key("Delete", "desk.shapes < desk.count")()

        hidden = "document.querySelector('.a9s-annotationlayer.hidden')"
        return {
            "select": lambda: self._choose(BOX_CENTRE),
            "change label": relabelled("l"), "undo label": relabelled("Control+z"), "delete": delete,
            "undo delete": key("Control+z", "desk.shapes > desk.count"), "hide all": key("h", hidden), "show all": key("h", f"!{hidden}")}
