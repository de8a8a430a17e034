"""Child processes that cannot outlive their parent, and the ones an earlier parent left behind."""
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import psutil

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class EmbeddedError(RuntimeError):
    """An embedded server could not do its work; the message is a whole sentence for a person."""


def die_with_parent(signum: int) -> Callable[[], None]:
    """A preexec_fn that asks Linux to send `signum` to the child when the parent dies, however it dies.

    Elsewhere it does nothing and the next start cleans up. Runs between fork and exec: it must not allocate much or import.
    """
    parent = os.getpid()

    def ask() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, signum, 0, 0, 0)
            if os.getppid() != parent:  # the parent died before the request was in place
                os.kill(os.getpid(), signal.SIGKILL)

    return ask


def spawn(command: Sequence[str], *, log: Path | IO[Any] | None, death_signal: int = signal.SIGTERM, user: str | None = None,
          env: Mapping[str, str] | None = None, cwd: Path | None = None, stdin: int = subprocess.DEVNULL) -> "subprocess.Popen[bytes]":
    """Start `command` in a process group of its own, output appended to `log` (a path, a file, or None for the terminal's).

    The own group keeps a Ctrl-C in the terminal from reaching it: the parent decides the order of stopping. `user` is only for root.
    """
    options: dict[str, Any] = {"user": user, "group": user, "extra_groups": []} if user else {}
    handle: IO[Any] | None = open(log, "ab") if isinstance(log, Path) else log
    try:
        return subprocess.Popen(
            list(command), stdin=stdin, stdout=handle, stderr=None if handle is None else subprocess.STDOUT,
            env=dict(env) if env is not None else None, cwd=cwd, start_new_session=True,
            preexec_fn=die_with_parent(death_signal), **options)
    finally:
        if isinstance(log, Path) and handle is not None:
            handle.close()


def stop(process: "subprocess.Popen[bytes]", signum: int, seconds: float) -> None:
    """Ask with `signum`, wait, and kill the whole group when it takes longer than `seconds`."""
    if process.poll() is None:
        process.send_signal(signum)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            kill_group(process.pid)
            process.wait(5)


def kill_group(pgid: int) -> None:
    """SIGKILL to every process of a group that `spawn` made; a group that is gone is no error."""
    try:
        os.killpg(pgid, signal.SIGKILL)
    except ProcessLookupError:
        return


def end_leftover(pid: int, mark: str, signum: int, seconds: float = 20.0) -> bool:
    """End the process `pid` of an earlier run if its command line holds `mark`; True when there was one.

    The mark is our own data directory, so that a number reused by a stranger's process is left alone.
    """
    try:
        process = psutil.Process(pid)
        if not any(mark in word for word in process.cmdline()):
            return False
        process.send_signal(signum)
        try:
            process.wait(seconds)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(5)
    except psutil.NoSuchProcess:
        return False
    return True


def read_pid(path: Path) -> int | None:
    """The number on the first line of a pid file, None when there is no usable one."""
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on the port now (as servers do, with SO_REUSEADDR)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def free_port(host: str = "127.0.0.1") -> int:
    """A TCP port nobody listens on now. Somebody else may take it before its use: callers retry or report."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def wait_until(ready: Callable[[], bool], process: "subprocess.Popen[bytes]", *, what: str, log: Path, seconds: float) -> None:
    """Poll `ready` until it holds. EmbeddedError with the log's last line when the process ends or time is up."""
    end = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None:
            # A negative status is the signal of whoever killed it, who leaves no word in the log.
            raise EmbeddedError(f"{what} ended while starting, with status {process.returncode}: {last_line(log)} (whole log: {log})")
        if time.monotonic() > end:
            raise EmbeddedError(f"{what} did not answer within {seconds:.0f} s: {last_line(log)} (whole log: {log})")
        time.sleep(0.05)


def last_line(log: Path) -> str:
    """The last non-empty line of a log, or a word saying there is none."""
    try:
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    except FileNotFoundError:
        return "no log was written"
    return lines[-1].strip() if lines else "its log is empty"
