"""The command line of `bin/demo`."""
import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cvatoloka.embedded.services import DATA_DIR

APP_PORT = 8000
SANDBOX_PORT = 8090


@dataclass(frozen=True)
class Options:
    """What was asked for. Ports are TCP ports on the loopback interface; `data` is absolute."""

    port: int
    sandbox_port: int
    reset: bool
    json: bool
    once: bool
    data: Path


def parse(arguments: Sequence[str]) -> Options:
    """Read the command line; argparse's own message and exit code 2 where it makes no sense."""
    parser = argparse.ArgumentParser(
        prog="bin/demo", epilog="Ctrl-C stops everything. Data is kept until --reset.",
        description="Start cvatoloka with its own PostgreSQL, Redis and a Toloka-compatible sandbox, and print where it is.")
    parser.add_argument("--port", type=port, default=APP_PORT, help=f"the application's port (default {APP_PORT})")
    parser.add_argument("--sandbox-port", type=port, default=SANDBOX_PORT, help=f"the sandbox's port (default {SANDBOX_PORT})")
    parser.add_argument("--reset", action="store_true", help="delete everything an earlier demo kept, then start")
    parser.add_argument("--json", action="store_true",
                        help="print one line of JSON with addresses and passwords once everything answers")
    parser.add_argument("--once", action="store_true", help="on free ports and a fresh database, run the whole main job without a browser, "
                        "print a line for each step and a JSON summary, and end (exit code 0 only if every step held)")
    parser.add_argument("--data", type=Path, default=DATA_DIR, metavar="FOLDER",
                        help=f"where everything is kept (default {os.path.relpath(DATA_DIR)})")
    found = parser.parse_args(arguments)
    if found.port == found.sandbox_port:
        parser.error("--port and --sandbox-port must differ")
    if found.once and (found.json or found.reset):
        parser.error("--once has its own fresh data and always ends with JSON: leave out --json and --reset")
    return Options(found.port, found.sandbox_port, found.reset, found.json, found.once, found.data.resolve())


def port(text: str) -> int:
    """A TCP port an ordinary user may listen on. argparse shows the sentence of the error."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: a number from 1 to 65535 is needed")
    return int(text)
