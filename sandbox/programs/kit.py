"""toloka-kit's clients, turned to the sandbox whatever address and token the program names; and questions at the keyboard."""
import builtins
import functools
import getpass
import inspect
import sys
from typing import Any


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
        original(self, **{**given, "token": token, "url": url})

    TolokaClient.__init__ = to_the_sandbox  # type: ignore[method-assign]


def answer_questions(token: str) -> None:
    """Programs ask for their token: `input` and `getpass` answer with it, after saying what was asked."""

    def answer(prompt: object = "", *_: object, **__: object) -> str:
        sys.stdout.write(f"{prompt}[the sandbox's token]\n")
        return token

    builtins.input = getpass.getpass = answer
