"""What a demo remembers between starts: passwords it made and the sandbox requester's token, in a file only its owner reads."""
import json
import os
from pathlib import Path
from typing import Any


class Kept:
    """A small JSON object in `directory`/demo.json, mode 600."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "demo.json"

    def read(self) -> dict[str, Any]:
        """Everything kept; empty before the first start."""
        return dict(json.loads(self.path.read_text())) if self.path.is_file() else {}

    def put(self, **values: Any) -> None:
        """Add to what is kept."""
        fresh = self.path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            json.dump(self.read() | values, handle, indent=1)
        fresh.replace(self.path)
