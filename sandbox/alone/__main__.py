"""`python -m sandbox.alone`: what `bin/sandbox` runs once .venv is ready."""
import json
import signal
import sys
import time
from collections.abc import Sequence
from functools import partial
from types import FrameType
from typing import TextIO

from sandbox.alone import household, program
from sandbox.alone.errors import AloneError
from sandbox.alone.household import Household
from sandbox.alone.options import PORT, RUN_ROBOTS, RUN_SPEED, Options, parse
from sandbox.alone.processes import free_port, is_free

_POLITE = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop(BaseException):
    """Ctrl-C, or a polite signal. No error: nothing may catch it by accident."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 after a polite stop, 1 and one sentence when it cannot go on; of `run` the program's."""
    options = parse(sys.argv[1:] if arguments is None else arguments)
    for signum in _POLITE:
        signal.signal(signum, _stop)
    try:
        return _stay(options) if options.program is None else _run(options)
    except Stop:
        if options.program is not None:
            return 130
        print(f"The sandbox is stopped; its data is kept in {options.data}.", file=sys.stderr)
        return 0
    except AloneError as error:
        print(f"bin/sandbox: {error}", file=sys.stderr)
    except OSError as error:
        print(f"bin/sandbox: {error.strerror or error}{f': {error.filename}' if error.filename else ''}", file=sys.stderr)
    return 1


def _stop(signum: int, frame: FrameType | None) -> None:
    raise Stop


def _say(stream: TextIO, text: str) -> None:
    print(text, file=stream, flush=True)


def _end(home: Household) -> None:
    """Not interrupted by a second Ctrl-C: it is bounded in time."""
    for signum in _POLITE:
        signal.signal(signum, signal.SIG_IGN)
    home.stop()


def _stay(options: Options) -> int:
    say = partial(_say, sys.stderr if options.json else sys.stdout)
    port = PORT if options.port is None else options.port
    if not is_free(port):
        raise AloneError(f"Port {port} is in use: stop what listens there, or choose another one with --port.")
    home = Household(options.data, port, say)
    try:
        home.start(options.robots, options.speed or 1.0, reset=options.reset)
        if options.json:
            print(json.dumps({"url": home.url, "token": home.token}), flush=True)
        else:
            _announce(home, options, say)
        while True:
            time.sleep(1)
            home.watch()
    finally:
        _end(home)


def _announce(home: Household, options: Options, say: partial[None]) -> None:
    robots = f"{home.robots} robots are" if home.robots != 1 else "1 robot is"
    pace = "the clock runs as fast as yours" if options.speed in (None, 1) else f"the clock runs {options.speed:g} times as fast as yours"
    say(f"""
  sandbox     {home.url}/             the Tolokers' desk: play one yourself
  requester   {home.url}/requester/   projects, pools, answers
  token       {home.token}

      from toloka.client import TolokaClient
      client = TolokaClient("{home.token}", url="{home.url}")
      print(client.get_requester())

  {robots} at work; {pace}.
  bin/sandbox run PROGRAM runs your toloka-kit program or notebook against it, unchanged.
  Ctrl-C stops everything.""")


def _run(options: Options) -> int:
    """Against the sandbox that is named, or runs over the folder, or is started for it."""
    say = partial(_say, sys.stderr)
    found = {"url": options.url, "token": options.token} if options.url else household.running(options.data)
    if found is not None:
        return program.run(options, str(found["url"]), str(found["token"]))
    port = options.port or (PORT if is_free(PORT) else free_port())
    if not is_free(port):
        raise AloneError(f"Port {port} is in use: choose another one with --port.")
    home = Household(options.data, port, say)
    try:
        home.start(RUN_ROBOTS if options.robots is None else options.robots, options.speed or RUN_SPEED)
        return program.run(options, home.url, home.token, home.watch)
    finally:
        _end(home)


if __name__ == "__main__":
    sys.exit(main())
