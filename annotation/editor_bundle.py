"""The editor's modules, and the bundle that assets/editor.mjs makes of them at set-up.

bin/assets reads this file, too: Python's own library only.
"""
import hashlib
from pathlib import Path

EDITOR_FOLDER = Path(__file__).resolve().parent / "static" / "annotation" / "editor"
# In the folder of static files: what the bundle was made from, in a file that is not served.
MADE_FROM = "editor/.sources"


def module_paths() -> list[str]:
    """Paths of the editor's modules below its folder, e.g. "canvas/canvas.js"."""
    return sorted(file.relative_to(EDITOR_FOLDER).as_posix() for file in EDITOR_FOLDER.rglob("*.js"))


def sources_digest() -> str:
    """SHA-256, hex, over names and contents of all modules; assets/editor.mjs counts the same."""
    digest = hashlib.sha256()
    for path in module_paths():
        digest.update(path.encode() + b"\0" + (EDITOR_FOLDER / path).read_bytes() + b"\0")
    return digest.hexdigest()
