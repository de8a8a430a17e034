"""Running somebody's toloka-kit program against a sandbox: in a process of its own, by the interpreter that has its packages."""
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable

from sandbox.alone.errors import AloneError
from sandbox.alone.options import ROOT, Options
from sandbox.alone.processes import stop

_LOOK_SECONDS = 1.0


def run(options: Options, url: str, token: str, watch: Callable[[], None] = lambda: None) -> int:
    """The program's exit status, 128 + the signal's number if one ended it. `watch` is called about once a second meanwhile."""
    command = [options.python or sys.executable, str(ROOT / "sandbox" / "programs" / "host.py"), json.dumps({"url": url, "token": token}),
               str(options.program), *options.arguments]
    try:
        # In our session: the terminal is the program's, and a Ctrl-C reaches it.
        process = subprocess.Popen(command, env=_environment())
    except OSError as error:
        raise AloneError(f"{command[0]} cannot be run: {error.strerror}.") from None
    try:
        while True:
            try:
                status = process.wait(_LOOK_SECONDS)
                return 128 - status if status < 0 else status
            except subprocess.TimeoutExpired:
                watch()
    finally:
        stop(process, signal.SIGINT)


def _environment() -> dict[str, str]:
    """As it was where the program was called from."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DJANGO_SETTINGS_MODULE", "SANDBOX_PROGRAM_PYTHONPATH")}
    path = os.environ.get("SANDBOX_PROGRAM_PYTHONPATH")
    return {**kept, "PYTHONPATH": path} if path else kept
