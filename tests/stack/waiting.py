"""Waiting for what is to come: tests wait for conditions, never for times."""
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page

SECONDS, PATIENCE = 30.0, 60.0  # of a page; of processes
LOOK = 50  # milliseconds
Seen = TypeVar("Seen")


def comes_true(look: Callable[[], Seen], *, seconds: float = PATIENCE, said: Callable[[], object] = str) -> Seen:
    """What `look` gives as soon as it is true; fails after `seconds` with what `said` gives then."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, f"still {seen!r} after {seconds:.0f} s: {said()}"
        time.sleep(LOOK / 1_000)
    return seen


def until(place: "Page | Frame", expression: str, arg: Any = None) -> Any:
    """For what a page's own script says. Playwright's `wait_for_function` evaluates strings inside the page, which our Content Security
    Policy forbids from the second look on: it works only where what it waits for is already there.

    What `expression` (JavaScript, or a function of `arg`) gives as soon as it is true; fails after 30 seconds with what it gave.
    """
    end = time.monotonic() + SECONDS
    while not (given := place.evaluate(expression, arg)):
        assert time.monotonic() < end, f"still {given!r} after {SECONDS:.0f} s: {expression}"
        place.wait_for_timeout(LOOK)
    return given
