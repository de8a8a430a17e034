"""The command line of `bin/sandbox`."""
import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.alone.crowd import MOST

ROOT = Path(__file__).resolve().parents[2]
PORT = 8090
# What a program meets that brings no crowd and says nothing about the pace.
RUN_ROBOTS, RUN_SPEED = 60, 30.0


@dataclass(frozen=True)
class Options:
    """What was asked for. None: not said."""

    data: Path
    port: int | None = None
    robots: int | None = None
    speed: float | None = None
    reset: bool = False
    json: bool = False
    program: Path | None = None
    arguments: list[str] = field(default_factory=list)
    python: str | None = None
    url: str | None = None
    token: str | None = None


def parse(arguments: Sequence[str]) -> Options:
    """Read the command line; argparse's own message and status 2 where it makes no sense."""
    if arguments and arguments[0] == "run":
        return _parse_run(arguments[1:])
    parser = argparse.ArgumentParser(
        prog="bin/sandbox", epilog="bin/sandbox run PROGRAM runs a toloka-kit program or notebook against it; see bin/sandbox run -h.",
        description="Start a Toloka of your own: requester API, desk for Tolokers, robots. Ctrl-C stops it; the data is kept.")
    _add_common(parser, "(as many as last time; at first none)", "(1)")
    parser.add_argument("--reset", action="store_true", help="delete everything an earlier start kept, then start")
    parser.add_argument("--json", action="store_true", help='print one line {"url", "token"} once it answers; all else goes to stderr')
    return Options(**vars(parser.parse_args(arguments)))


def _parse_run(arguments: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(
        prog="bin/sandbox run", usage="%(prog)s [option ...] PROGRAM [argument ...]",
        description="Run a .py or .ipynb that uses toloka-kit, unchanged, against the sandbox that runs over the data folder, "
                    "or against one that is started for it. Its TolokaClient meets the sandbox whatever address and token it names, "
                    "and it lives by the sandbox's clock. The exit status is the program's.")
    _add_common(parser, f"for a sandbox that is started ({RUN_ROBOTS})", f"for a sandbox that is started ({RUN_SPEED:g})")
    parser.add_argument("--python", help="the interpreter with the program's packages, toloka-kit among them (the sandbox's own)")
    parser.add_argument("--url", help="another sandbox, by its address; needs --token")
    parser.add_argument("--token", help="of a requester there")
    parser.add_argument("program", metavar="PROGRAM", type=Path)
    parser.add_argument("arguments", metavar="argument", nargs=argparse.REMAINDER)
    options = Options(**vars(parser.parse_args(arguments)))
    if (options.url is None) != (options.token is None):
        parser.error("--url and --token go together")
    if options.program is None or options.program.suffix not in (".py", ".ipynb"):
        parser.error("PROGRAM has to be a .py or an .ipynb")
    if not options.program.is_file():
        parser.error(f"{options.program} is no file")
    return options


def _add_common(parser: argparse.ArgumentParser, robots: str, speed: str) -> None:
    parser.add_argument("--port", type=_port, help=f"where it answers ({PORT})")
    parser.add_argument("--robots", type=_count, metavar="N", help=f"simulated Tolokers at work, at most {MOST} {robots}")
    parser.add_argument("--speed", type=_speed, metavar="X", help=f"its clock runs X times as fast as the machine's {speed}")
    parser.add_argument("--data", type=_folder, default=ROOT / ".sandbox", metavar="FOLDER", help="where everything is kept (.sandbox)")


def _folder(text: str) -> Path:
    return Path(text).resolve()


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: a number from 1 to 65535 is needed")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST:
        raise argparse.ArgumentTypeError(f"{text!r}: a number from 0 to {MOST} is needed")
    return int(text)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 1 <= speed <= 10_000:
        raise argparse.ArgumentTypeError(f"{text!r}: a number from 1 to 10000 is needed")
    return speed
