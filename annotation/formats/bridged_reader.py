"""Formats that Datumaro reads: the archive's files go into a folder that is gone afterwards, its JSON comes back."""
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from annotation.formats import bridge, datumaro_reader
from annotation.formats.found import Found, Hints, Unreadable, shown
from annotation.formats.members import Members
from annotation.formats.opening import Opened


def read(opened: Opened, hints: Hints, variant: str, beat: Callable[[], None]) -> Iterator[Found]:
    """Each image before its objects; images are called without their suffixes. Unreadable."""
    with tempfile.TemporaryDirectory(prefix="formats-") as folder:
        source, target = Path(folder, "in"), Path(folder, "out")
        _unpack(opened.members, source)
        try:
            bridge.run(["import", variant, str(source), str(target)], beat)
        except bridge.BridgeFailed as problem:
            raise Unreadable(f"could not be read by Datumaro as this format: {shown(problem)}") from problem
        made = {path.name: path for path in sorted(target.glob("annotations/*.json"))}
        members = Members({name: (path.stat().st_size, lambda path=path: path.open("rb"))  # type: ignore[misc]
                           for name, path in made.items()})
        yield from datumaro_reader.read(members, hints, "bridged")


def _unpack(members: Members, folder: Path) -> None:
    """Every path stays below the folder: what leads out of it is refused before anything is written there."""
    for name in members.names:
        parts = name.split("/")
        if any(part in ("", ".", "..") or ":" in part or "\x00" in part or len(part.encode()) > 250 for part in parts):
            raise Unreadable(f"has a path that leads out of the archive, or cannot be a file's ({shown(name)}).")
    for name in members.names:
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with members.open(name) as file, path.open("xb") as out:
                while chunk := file.read(1 << 20):
                    out.write(chunk)
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise Unreadable(f"has two entries for one file ({shown(name)}).") from error
