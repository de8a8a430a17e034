"""The server's share: a folder of the administrator's that everybody with an account may make tasks from. Only read.

Links inside it may point to places inside it; whatever leads out is as if it were not there.
"""
import mimetypes
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from annotation.ingest.kinds import is_wanted

MAX_LISTED = 10_000


class NotShared(Exception):
    """The sentence says what is wrong with a name; the caller puts it in front."""


def is_on() -> bool:
    """Whether the server has a share."""
    return bool(settings.SHARE_ROOT)


def open_file(path: str) -> IO[bytes]:
    """A file of the share. NotShared."""
    found = _inside(path)
    if found is None or not found.is_file():
        raise NotShared("is not on the server's share.")
    try:
        # The resolved name has no links; one that was put there since is not followed.
        return open(os.open(found, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
    except OSError as error:
        raise NotShared(f"cannot be read on the server's share ({error.strerror}).") from error


def listing(directory: str, search: str = "") -> list[dict[str, Any]]:
    """{name, type ("DIR" or "REG"), mime_type} of one folder, folders first; those whose names begin with `search`. NotShared."""
    found = _inside(directory)
    if found is None or not found.is_dir():
        raise NotShared("is not a folder of the server's share.")
    rows = [row for entry in os.scandir(found) if entry.name.startswith(search) and (row := _row(directory, entry)) is not None]
    return sorted(rows, key=lambda row: (row["type"] != "DIR", row["name"]))[:MAX_LISTED]


def _row(directory: str, entry: os.DirEntry[str]) -> dict[str, Any] | None:
    if entry.name.startswith("."):
        return None
    found = _inside(f"{directory}/{entry.name}")
    if found is None:
        return None
    if found.is_dir():
        return {"name": entry.name, "type": "DIR", "mime_type": "DIR"}
    if not found.is_file():
        return None
    kind = (mimetypes.guess_type(entry.name)[0] or "").partition("/")[0]
    archived = entry.name.lower().endswith(".zip")
    return {"name": entry.name, "type": "REG", "mime_type": "archive" if archived else kind if kind in ("image", "video") else "unknown"}


def files_of(names: list[str], exclude: list[str], limit: int) -> list[str]:
    """Paths of files below the share, in the order of `names`; a folder (with or without a slash at its end) stands for the images,
    videos and archives in and below it, sorted. NotShared for a name that is not there; at most `limit` + 1 paths."""
    left_out = [_plain(name) for name in exclude]
    found: dict[str, None] = {}
    for name in names:
        place = _inside(name)
        if place is None or not place.exists():
            raise NotShared(f"“{name}” is not on the server's share.")
        below = _walk(_plain(name)) if place.is_dir() else iter([_plain(name)])
        for path in below:
            if not any(path == other or path.startswith(f"{other}/") for other in left_out):
                found.setdefault(path)
            if len(found) > limit:
                return list(found)
    return list(found)


def _walk(directory: str) -> Iterator[str]:
    rows = listing(directory)
    for row in rows:
        path = f"{directory}/{row['name']}".lstrip("/")
        if row["type"] == "DIR":
            # A link to a folder above would go round for ever.
            if not (Path(settings.SHARE_ROOT) / path).is_symlink():
                yield from _walk(path)
        elif is_wanted(row["name"]):
            yield path


def _plain(path: str) -> str:
    return "/".join(part for part in path.split("/") if part not in ("", "."))


def _inside(path: str) -> Path | None:
    """The resolved place, or None where there is none on the share. Absolute paths count from the share's root, as at CVAT."""
    plain = _plain(path)
    if not is_on() or "\0" in path or ".." in plain.split("/"):
        return None
    root = Path(settings.SHARE_ROOT).resolve()
    try:
        place = (root / plain).resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    return place if place == root or root in place.parents else None
