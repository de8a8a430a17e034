"""Waiting for what a page's own script says. Playwright's `wait_for_function` evaluates strings inside the page, which our Content
Security Policy forbids from the second look on: it works only where what it waits for is already there."""
import time
from typing import Any

from playwright.sync_api import Frame, Page

SECONDS, LOOK = 30.0, 50  # milliseconds


def until(place: Page | Frame, expression: str, arg: Any = None) -> Any:
    """What `expression` (JavaScript, or a function of `arg`) gives as soon as it is true; fails after 30 seconds with what it gave."""
    end = time.monotonic() + SECONDS
    while not (given := place.evaluate(expression, arg)):
        assert time.monotonic() < end, f"still {given!r} after {SECONDS:.0f} s: {expression}"
        place.wait_for_timeout(LOOK)
    return given
