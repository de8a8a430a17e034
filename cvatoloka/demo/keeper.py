"""Ends what a killed demo leaves behind: `python keeper.py DATA_FOLDER`, a small process beside the demo's own.

Linux asks the demo's children to end when the demo dies, but a Celery worker that is asked waits for its broker, which has just died
too, and nobody asks children's children. The keeper reads one JSON line [pid, Unix time of its start] for each process group from a
pipe whose other end only the demo holds. However the demo ends, the pipe is closed then: groups that are still there GRACE_SECONDS
later are killed. It is run by its path and imports nothing of ours, so that it costs little and starts at once.
"""
import json
import os
import signal
import sys
import time

import psutil

GRACE_SECONDS = 5.0


def is_there(pid: int, created: float) -> bool:
    """Whether the process group that was started as `pid` at `created` has members. A number that now is a stranger's does not count."""
    try:
        is_another = abs(psutil.Process(pid).create_time() - created) >= 1
    except psutil.NoSuchProcess:
        # The leader is gone, children may be left in its group: while they are, Linux gives the number to nobody.
        is_another = False
    if is_another:
        return False
    try:
        os.killpg(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def kill(pid: int, created: float) -> None:
    """SIGKILL to every member of the group, if it is there."""
    if is_there(pid, created):
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            return  # it ended by itself in between


def main() -> None:
    """Collect groups until the pipe is closed, give them time, kill what is left."""
    groups: dict[int, float] = {}
    for line in sys.stdin:
        pid, created = json.loads(line)
        groups[pid] = created
    end = time.monotonic() + GRACE_SECONDS
    while any(is_there(*group) for group in groups.items()) and time.monotonic() < end:
        time.sleep(0.1)
    for group in groups.items():
        kill(*group)


if __name__ == "__main__":
    main()
