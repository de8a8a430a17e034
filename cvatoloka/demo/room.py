"""Room on the disk: asked for before anything starts, and found to be the cause when something fails."""
import errno
import shutil
from pathlib import Path

from cvatoloka.demo.errors import DemoError

# A new data folder with its first photographs, and what a folder that is there already grows by in a start (write-ahead log).
NEEDED_BYTES = 300 * 2**20
NEEDED_AGAIN_BYTES = 60 * 2**20
WORDS = ("No space left on device", "Disk quota exceeded", "Check free disk space")


def free_bytes(directory: Path) -> int:
    """Free bytes where the folder is, or will be made."""
    return shutil.disk_usage(next(path for path in (directory, *directory.parents) if path.exists())).free


def require(directory: Path) -> None:
    """DemoError when a demo over the folder would soon meet a full disk."""
    needed = NEEDED_AGAIN_BYTES if (directory / "postgres" / "data" / "PG_VERSION").exists() else NEEDED_BYTES
    free = free_bytes(directory)
    if free < needed:
        raise DemoError(f"The disk is full: {free >> 20} MB are free for {directory}, {needed >> 20} MB are needed.")


def ran_out(error: BaseException | None) -> bool:
    """Whether an error, or what caused it, is a full disk. PostgreSQL's and Redis's arrive as words."""
    while error is not None:
        if (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)) or any(word in str(error) for word in WORDS):
            return True
        error = error.__cause__ or error.__context__
    return False
