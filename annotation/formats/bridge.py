"""Datumaro in a Python of its own (docs/decisions/0009): folders in, folders out, nothing of ours imported there.

Its pins are not ours, it takes half a gigabyte, and it holds a whole dataset in memory: a process that can be killed is the right place.
"""
import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from django.conf import settings

SCRIPT = Path(__file__).with_name("datumaro_process.py")
_POLL_SECONDS = 0.5
_SAID = 2000


class BridgeFailed(Exception):
    """The sentence of the process, for people."""


def is_installed() -> bool:
    """Whether bin/formats was run, or DATUMARO_PYTHON names a Python with Datumaro."""
    return _has_datumaro(settings.DATUMARO_PYTHON)


@cache
def _has_datumaro(python: str) -> bool:
    folder = Path(python).absolute().parent.parent
    return Path(python).is_file() and any(folder.glob("lib/python3*/site-packages/datumaro"))


def run(arguments: Sequence[str], beat: Callable[[], None]) -> None:
    """`datumaro_process.py arguments…` to its end; `beat` is called about twice a second and may raise, which kills it. BridgeFailed."""
    environment = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen([settings.DATUMARO_PYTHON, "-I", str(SCRIPT), *arguments], stdout=said, stderr=said,
                                   stdin=subprocess.DEVNULL, env={**environment, "HOME": tempfile.gettempdir()}, start_new_session=True)
        try:
            while True:
                try:
                    code = process.wait(_POLL_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    beat()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if code:
            said.seek(max(0, said.seek(0, 2) - _SAID))
            lines = said.read().decode("utf-8", "replace").strip().splitlines()
            raise BridgeFailed(lines[-1][:300] if lines else f"it ended with code {code}")
