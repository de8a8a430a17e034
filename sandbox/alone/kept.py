"""What the starter keeps in its folder: a lock while it runs, and what it has to remember, for its owner's eyes only."""
import fcntl
import json
import os
from pathlib import Path
from typing import IO, Any

from sandbox.alone.errors import AloneError


class Lock:
    """One sandbox at a time over a folder. The system lets go of it when its process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "lock"
        self._handle: IO[str] | None = None

    def take(self) -> None:
        """AloneError while another process holds it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = open(self._path, "a+")  # open for as long as it is held
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            owner = handle.read().strip()
            handle.close()
            raise AloneError(f"A sandbox already runs over {self._path.parent} (process {owner or 'unknown'}): "
                             "stop it first, or choose another folder with --data.") from None
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n")
        handle.flush()
        self._handle = handle

    def is_held(self) -> bool:
        """Whether a sandbox runs over the folder now."""
        try:
            with open(self._path) as handle:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def let_go(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None


class Kept:
    """A JSON object in `folder`/sandbox.json, mode 600: secret_key, token, robots, url, migrations."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "sandbox.json"

    def read(self) -> dict[str, Any]:
        return dict(json.loads(self._path.read_text())) if self._path.is_file() else {}

    def put(self, **values: Any) -> None:
        """Add to it; the file is never half written."""
        fresh = self._path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            json.dump(self.read() | values, handle, indent=1)
            handle.flush()
            os.fsync(handle.fileno())
        fresh.replace(self._path)
