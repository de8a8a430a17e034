"""The sandbox's clock for a whole Python process: what tells the time tells the sandbox's, what waits waits by it.

Streaming asks for "everything until a minute ago" by the program's clock, and programs sleep between two looks: with a sandbox that
runs thirty times as fast, both make sense only by its own clock. Monotonic clocks and time limits of connections stay the machine's.
"""
import asyncio
import ctypes
import datetime
import gc
import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.request import Request, urlopen

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class SandboxClock:
    """`time()` is the sandbox's Unix time; `speed` of its seconds pass in one of the machine's."""

    def __init__(self, now: float, speed: float) -> None:
        self.speed = speed
        self._machine, self._now = time.monotonic(), now

    @classmethod
    def of(cls, url: str) -> "SandboxClock":
        """The clock of the sandbox at this address. OSError if it does not answer; where its control API is off, by its Date header."""
        with urlopen(Request(f"{url}/healthz"), timeout=30) as answer:
            said, speed = answer.headers["Date"], float(answer.headers.get("X-Clock-Speed") or 1)
        now = datetime.datetime.strptime(said, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=datetime.UTC)
        # Without its control API the header will do, to the second.
        with suppress(OSError), urlopen(Request(f"{url}/control/v1/clock"), timeout=30) as answer:
            found = json.load(answer)
            now, speed = datetime.datetime.fromisoformat(found["now"]).replace(tzinfo=datetime.UTC), float(found["speed"])
        return cls((now - _EPOCH).total_seconds(), speed)

    def time(self) -> float:
        return self._now + (time.monotonic() - self._machine) * self.speed


def live_by(clock: SandboxClock) -> None:
    """From now on, for every module of this process."""
    sleep, wait = time.sleep, asyncio.sleep

    def sleeps(seconds: float) -> None:
        sleep(seconds / clock.speed)

    async def waits(delay: float, result: Any = None) -> Any:
        return await wait(delay / clock.speed, result)

    def nanoseconds() -> int:
        return int(clock.time() * 1e9)

    for module, names in ((time, {"time": clock.time, "time_ns": nanoseconds, "sleep": sleeps}), (asyncio, {"sleep": waits}),
                          (asyncio.tasks, {"sleep": waits})):
        for name, replacement in names.items():
            setattr(module, name, replacement)

    def now(cls: type[datetime.datetime], tz: datetime.tzinfo | None = None) -> datetime.datetime:
        return cls.fromtimestamp(clock.time(), tz)

    def utcnow(cls: type[datetime.datetime]) -> datetime.datetime:
        return cls.fromtimestamp(clock.time(), datetime.UTC).replace(tzinfo=None)

    def today(cls: type[datetime.date]) -> datetime.date:
        return cls.fromtimestamp(clock.time())

    _replace(datetime.datetime, now=now, utcnow=utcnow, today=today)
    _replace(datetime.date, today=today)


def _replace(cls: type, **methods: Callable[..., Any]) -> None:
    """Class methods of a type that is written in C, in place: modules that hold the type already are to see them too."""
    (namespace,) = (found for found in gc.get_referents(cls.__dict__) if isinstance(found, dict))
    for name, method in methods.items():
        namespace[name] = classmethod(method)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(cls))
