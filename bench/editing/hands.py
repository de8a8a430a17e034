"""A person at a real Chromium: events go in through the browser's own input, a mouse move every 60th of a second."""
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

HERE = Path(__file__).resolve().parent
WINDOW = {"width": 1600, "height": 900}
BEAT = 1 / 60
Place = tuple[float, float]


class Hands:
    """One page of a fresh profile. Times are milliseconds."""

    def __init__(self, browser: Browser, adapter: str, cookies: list[Any]) -> None:
        self.browser = browser
        self.context = browser.new_context(viewport=WINDOW, locale="en-GB")  # type: ignore[arg-type]
        self.context.add_cookies(cookies)
        self.context.set_default_timeout(60_000)
        self.context.add_init_script(script=(HERE / "probe.js").read_text() + (HERE / adapter).read_text())
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.line: CDPSession = self.context.new_cdp_session(self.page)
        # Processor time of the main thread, not the clock: another program on the machine does not count.
        self.line.send("Performance.enable", {"timeDomain": "threadTicks"})

    def close(self) -> None:
        self.context.close()

    # --- looking -------------------------------------------------------------------------------------------------------------------

    def run(self, script: str, argument: Any = None) -> Any:
        return self.page.evaluate(script, argument)

    def at(self, x: float, y: float) -> Place:
        """A place of the picture on the page."""
        place = self.run("([x, y]) => desk.at(x, y)", [x, y])
        return place["x"], place["y"]

    def seen(self, expression: str) -> float:
        """When the page first showed it."""
        return self.run(f"() => probe.until(() => {expression})")

    def timed(self, event: str, expression: str, act: Callable[[], Any], limit: int = 30_000) -> float:
        """From the input that `act` makes to the frame that shows its result, which must come within `limit`."""
        self.run(f"() => probe.arm({event!r}, () => {expression}, {limit})")
        act()
        return self.run("() => probe.answer")

    def metrics(self) -> dict[str, float]:
        return {entry["name"]: entry["value"] for entry in self.line.send("Performance.getMetrics")["metrics"]}

    def heap(self) -> float:
        """Megabytes of JavaScript after a collection."""
        self.line.send("HeapProfiler.collectGarbage")
        return self.metrics()["JSHeapUsedSize"] / 1e6

    def memory(self) -> float:
        """Megabytes that only the browser's page processes hold, decoded pictures included."""
        self.line.send("HeapProfiler.collectGarbage")
        root = self.browser.new_browser_cdp_session()
        found = [entry["id"] for entry in root.send("SystemInfo.getProcessInfo")["processInfo"] if entry["type"] in ("renderer", "GPU")]
        root.detach()
        return sum(psutil.Process(int(pid)).memory_full_info().uss for pid in found) / 1e6

    # --- acting --------------------------------------------------------------------------------------------------------------------

    def mouse(self, kind: str, place: Place, *, button: str = "none", held: int = 0, clicks: int = 0) -> None:
        event = {"type": kind, "x": place[0], "y": place[1], "button": button, "buttons": held, "clickCount": clicks}
        self.line.send("Input.dispatchMouseEvent", event)

    def press(self, place: Place, button: str = "left") -> None:
        self.mouse("mouseMoved", place)
        self.mouse("mousePressed", place, button=button, held=4 if button == "middle" else 1, clicks=1)

    def release(self, place: Place, button: str = "left") -> None:
        self.mouse("mouseReleased", place, button=button, clicks=1)

    def click(self, place: Place) -> None:
        self.press(place)
        self.release(place)

    def key(self, name: str) -> None:
        self.page.keyboard.press(name)

    def wheel(self, place: Place, delta: float) -> None:
        self.line.send("Input.dispatchMouseEvent", {"type": "mouseWheel", "x": place[0], "y": place[1], "deltaX": 0, "deltaY": delta})

    def beats(self, count: int, act: Callable[[float], None]) -> dict[str, Any]:
        """`act(0 … 1)` so many times, in time; the frames meanwhile and the main thread's work for each."""
        self.run("() => probe.startFrames()")
        before, start = self.metrics()["TaskDuration"], time.perf_counter()
        for number in range(1, count + 1):
            act(number / count)
            if (rest := start + number * BEAT - time.perf_counter()) > 0:
                time.sleep(rest)
        work = self.metrics()["TaskDuration"] - before
        return {"frames": self.run("() => probe.stopFrames()"), "work": work / count * 1000}

    def drag(self, start: Place, end: Place, count: int, button: str = "left") -> dict[str, Any]:
        """Pressed and moved; the button is still down afterwards."""
        held = 4 if button == "middle" else 1
        self.press(start, button)

        def move(part: float) -> None:
            place = start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part
            self.mouse("mouseMoved", place, button=button, held=held)

        return self.beats(count, move)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of the tests, with their flags."""
    from tests.stack.browser import ARGUMENTS
    from tests.stack.chromium import ensure

    path = ensure()
    with sync_playwright() as driver:
        # Ctrl+C is ours to handle: the browser ends when this block does.
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS, headless=True, handle_sigint=False)
        try:
            yield browser
        finally:
            browser.close()
