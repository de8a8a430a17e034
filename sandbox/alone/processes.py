"""Child processes that do not outlive their parent, however it ends."""
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox.alone.errors import AloneError

Process = subprocess.Popen[bytes]
_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def spawn(command: Sequence[str], log: Path, *, cwd: Path, env: Mapping[str, str] | None = None, user: str | None = None,
          when_orphaned: int = signal.SIGKILL) -> Process:
    """Start it in a session of its own, so that Ctrl-C reaches only the starter, with its output appended to `log`.

    Linux sends it `when_orphaned` when the starter dies. `user` is for root, who lends it another account.
    """
    as_user: dict[str, Any] = {"user": user, "group": user, "extra_groups": []} if user else {}
    with open(log, "ab") as output:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=cwd, env=env,
                                start_new_session=True, preexec_fn=_orphan_signal(when_orphaned), **as_user)


def _orphan_signal(signum: int) -> Callable[[], None]:
    parent = os.getpid()

    def ask() -> None:
        """Between fork and exec: no imports, nothing large."""
        if _libc is not None:
            _libc.prctl(_SET_PARENT_DEATH_SIGNAL, signum, 0, 0, 0)
            if os.getppid() != parent:  # it died before it could be asked
                os.kill(os.getpid(), signal.SIGKILL)

    return ask


def stop(process: Process, signum: int = signal.SIGTERM, seconds: float = 10) -> None:
    """Ask, wait, and kill what does not hear."""
    if process.poll() is not None:
        return
    process.send_signal(signum)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


def wait_until(ready: Callable[[], bool], process: Process, what: str, log: Path, seconds: float) -> None:
    """Poll `ready`. AloneError with the log's last line when the process ended or the time is up."""
    until = time.monotonic() + seconds
    while not ready():
        ended = process.poll() is not None
        if ended or time.monotonic() > until:
            how = "ended while starting" if ended else f"did not answer within {seconds:.0f} s"
            raise AloneError(f"{what} {how}: {last_line(log)} (whole log: {log})")
        time.sleep(0.05)


def last_line(log: Path) -> str:
    """What a log ends with, in words if there is nothing."""
    text = log.read_text(errors="replace").strip() if log.is_file() else ""
    return text.rsplit("\n", 1)[-1] or "it said nothing"


def is_free(port: int) -> bool:
    """Whether a server could listen on the loopback port now, as servers do it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """One that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
