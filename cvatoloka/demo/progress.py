"""What a person sees while the demo starts: one line a step, with the time it took."""
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Progress:
    """Lines to `stream`. With --json the stream is standard error, so that standard output holds the JSON line alone."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stdout

    def say(self, text: str) -> None:
        """A line of its own."""
        print(text, file=self.stream, flush=True)

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """`what ...` now, its seconds when it is done."""
        started = time.monotonic()
        print(f"  {what} ... ", end="", file=self.stream, flush=True)
        try:
            yield
        except BaseException:
            print("failed", file=self.stream, flush=True)
            raise
        print(f"{time.monotonic() - started:.1f} s", file=self.stream, flush=True)
