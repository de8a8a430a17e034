"""`python -m cvatoloka.demo`: what `bin/demo` runs once .venv is ready."""
import json
import shutil
import signal
import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from cvatoloka.demo import room
from cvatoloka.demo.addresses import Addresses
from cvatoloka.demo.errors import DemoError
from cvatoloka.demo.options import Options, parse
from cvatoloka.demo.progress import Progress
from cvatoloka.demo.stack import Stack
from cvatoloka.embedded import EmbeddedError
from cvatoloka.embedded.processes import free_port, port_is_free

PHOTOGRAPHS = "photos"


class Stop(BaseException):
    """Ctrl-C, or a polite signal. No error: nothing may catch it by accident."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a demo until it is stopped. 0 after Ctrl-C or a --once in which every step held, 1 and one sentence otherwise."""
    options = parse(sys.argv[1:] if arguments is None else arguments)
    warnings.filterwarnings("ignore", "pkg_resources is deprecated", UserWarning)  # toloka-kit's; nothing for the person at the terminal
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, _stop)
    try:
        return _once(options) if options.once else _stay(options)
    except Stop:
        return 130 if options.once else 0
    except Exception as error:
        sentence = _sentence(error, options)
        if sentence is None:  # a fault of ours: its trace is what helps
            raise
        print(f"bin/demo: {sentence}", file=sys.stderr)
    return 1


def _sentence(error: Exception, options: Options) -> str | None:
    """What to tell the person at the terminal; None when there is nothing better than the trace."""
    if room.ran_out(error):
        return f"The disk is full: about {room.NEEDED_BYTES >> 20} MB are needed in {options.data}."
    if isinstance(error, (DemoError, EmbeddedError)):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
    return None


def _stop(signum: int, frame: FrameType | None) -> None:
    raise Stop


def _stay(options: Options) -> int:
    progress = Progress(sys.stderr if options.json else sys.stdout)
    for port, option in ((options.port, "--port"), (options.sandbox_port, "--sandbox-port")):
        if not port_is_free(port):
            raise DemoError(f"Port {port} is in use: stop what listens there, or choose another one with {option}.")
    if options.reset:
        _reset(options.data)
    room.require(options.data)
    stack = Stack(Addresses(options.port, options.sandbox_port), options.data, progress, photographs_directory=options.data / PHOTOGRAPHS)
    progress.say("Starting cvatoloka")
    try:
        summary = stack.start(with_sample=True)
        if options.json:
            print(json.dumps(summary), flush=True)
        else:
            _announce(progress, summary)
        while True:
            time.sleep(1)
            assert stack.supervisor is not None
            stack.supervisor.watch()
    finally:
        stack.stop()
        progress.say(f"Everything is stopped; the data is kept in {options.data}.")


def _announce(progress: Progress, summary: dict[str, object]) -> None:
    users = summary["users"]
    assert isinstance(users, dict)
    progress.say("")
    progress.say(f"  cvatoloka  {summary['app']}")
    for user in users.values():
        progress.say(f"             log in as {user['username']} with the password {user['password']}")
    progress.say(f"  admin      {summary['app']}/admin/")
    progress.say(f"  API        {summary['app']}/api/swagger")
    progress.say(f"  sandbox    {summary['sandbox']}/   (the crowd's side, where you can play a Toloker)")
    progress.say(f"             API key for “Setup crowdsourcing project”: {summary['toloka_token']}")
    progress.say("")
    progress.say("  Ctrl-C stops everything.")


def _reset(directory: Path) -> None:
    """Delete what earlier demos kept, photographs excepted. EmbeddedError while a demo still runs there."""
    if not directory.is_dir():
        return
    from cvatoloka.demo.supervisor import end_leftovers
    from cvatoloka.embedded import EmbeddedServices

    with EmbeddedServices(directory).exclusive():
        end_leftovers(directory)
        for path in directory.iterdir():
            if path.name in (PHOTOGRAPHS, "lock"):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def _once(options: Options) -> int:
    from cvatoloka.demo.once import run

    return run(Addresses(free_port(), free_port()), options.data / "once", photographs_directory=options.data / PHOTOGRAPHS)


if __name__ == "__main__":
    sys.exit(main())
