"""Guessing passwords is slow: whoever was wrong too often waits, at every door that takes one. Right passwords are not counted."""
from typing import Any

from django.core.cache import cache
from rest_framework.throttling import BaseThrottle

FAILURES = 60
WINDOW_SECONDS = 60
SENTENCE = "Too many wrong passwords came from this address. Wait a minute, then try again."


def must_wait(request: Any) -> bool:
    """Whether FAILURES wrong passwords came from the request's address within WINDOW_SECONDS."""
    return int(cache.get(_key(request), 0)) >= FAILURES


def count_wrong(request: Any) -> None:
    """One more. The window begins with the first; one that ended just now begins anew."""
    if not cache.add(_key(request), 1, WINDOW_SECONDS):
        try:
            cache.incr(_key(request))
        except ValueError:
            cache.set(_key(request), 1, WINDOW_SECONDS)


def _key(request: Any) -> str:
    # An address of the network only: whoever guesses may change the name every time.
    return f"wrong-passwords:{BaseThrottle().get_ident(request)}"
