"""toloka-kit's clients, turned to the sandbox whatever address and token the program names; and questions at the keyboard."""
import builtins
import functools
import getpass
import inspect
import sys
from typing import Any

# The least time-out of a client; the kit's own is 10 s.
PATIENCE_SECONDS = 90.0


def point_clients(url: str, token: str) -> None:
    """Every TolokaClient made from now on, also by AsyncTolokaClient, which makes one. ImportError without toloka-kit."""
    from toloka.client import TolokaClient

    original = TolokaClient.__init__
    signature = inspect.signature(original)

    @functools.wraps(original)
    def to_the_sandbox(self: Any, *arguments: Any, **named: Any) -> None:
        # "PRODUCTION", or a url: whichever it is, one of the two is enough, and the token may be missing in a copied program.
        given = signature.bind_partial(self, *arguments, **named).arguments
        given.pop("environment", None)
        given.pop("self")
        # A busy machine may answer late; giving up on an answer and asking again would do things twice.
        original(self, **{**given, "token": token, "url": url, "timeout": _patient(given.get("timeout", 0.0))})

    TolokaClient.__init__ = to_the_sandbox  # type: ignore[method-assign]


def _patient(timeout: Any) -> Any:
    """A time-out in the kit's forms: seconds, (to connect, to read), or None for no limit."""
    if isinstance(timeout, (tuple, list)):
        return tuple(_patient(part) for part in timeout)
    return None if timeout is None else max(timeout, PATIENCE_SECONDS)


def answer_questions(token: str) -> None:
    """Programs ask for their token: `input` and `getpass` answer with it, after saying what was asked."""

    def answer(prompt: object = "", *_: object, **__: object) -> str:
        sys.stdout.write(f"{prompt}[the sandbox's token]\n")
        return token

    builtins.input = getpass.getpass = answer
