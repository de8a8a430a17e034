"""The file with the annotations: as it came, or in a zip the way exports write it."""
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings

from annotation.formats.found import Unreadable, shown
from annotation.formats.registry import IMPORT_FORMATS
from annotation.ingest.archives import METHODS, BadArchive, is_zip, open_zip

# What our own archives hold beside the annotations.
_REPORT = "report.json"
_COCO, _CVAT = "COCO 1.0", "CVAT 1.1"


class Followed:
    """Reads through, telling how far it is; has just what parsers ask for."""

    def __init__(self, file: IO[bytes], size: int, tell: Callable[[float], None]) -> None:
        self._file = file
        self._size = max(size, 1)
        self._tell = tell
        self._read = 0

    def __enter__(self) -> "Followed":
        return self

    def __exit__(self, *arguments: Any) -> None:
        self._file.close()

    def read(self, size: int = -1) -> bytes:
        """As files do. Unreadable for a damaged archive."""
        try:
            chunk = self._file.read(size)
        except (zipfile.BadZipFile, EOFError, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise Unreadable("is damaged inside the archive.") from error
        except zipfile.zlib.error as error:  # type: ignore[attr-defined]
            raise Unreadable("is damaged inside the archive.") from error
        self._read += len(chunk)
        self._tell(min(self._read / self._size, 1.0))
        return chunk

    def seek(self, position: int) -> int:
        """Back to the beginning only matters."""
        return self._file.seek(position)


@dataclass
class Opened:
    """`format` is a key of IMPORT_FORMATS; `name` what the report calls the file."""

    format: str
    name: str
    size: int
    _open: Callable[[], IO[bytes]]

    def open(self, tell: Callable[[float], None]) -> Followed:
        """From its beginning. `tell(0..1)` while it is read."""
        return Followed(self._open(), self.size, tell)


def find_annotations(open_stored: Callable[[], IO[bytes]], name: str, wanted: str) -> Opened:
    """What to read in a stored file; `wanted` is a key of IMPORT_FORMATS or "" for what its content says. Unreadable."""
    file = open_stored()
    if is_zip(file):
        return _in_zip(file, wanted)
    with file:
        size = file.seek(0, 2)
        file.seek(0)
        return Opened(_checked(_format_of(file.read(256)), wanted), name, _bounded(size), open_stored)


def _bounded(size: int) -> int:
    if size > settings.IMPORT_MAX_BYTES:
        raise Unreadable(f"has {size:,} bytes of annotations; at most {settings.IMPORT_MAX_BYTES:,} are allowed. Import it in parts.")
    if not size:
        raise Unreadable("is empty.")
    return size


def _format_of(head: bytes) -> str:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] == b"{" or text[:1] == b"[":
        return _COCO
    if text[:1] == b"<" or head[:4] in (b"\xff\xfe<\x00", b"\xfe\xff\x00<"):
        return _CVAT
    raise Unreadable("is neither COCO JSON nor CVAT XML, nor a zip archive with one of them.")


def _checked(found: str, wanted: str) -> str:
    if wanted and wanted != found:
        raise Unreadable(f"holds {found}, not {wanted}. Choose that format, or none: then the content decides.")
    return found


def _in_zip(file: IO[bytes], wanted: str) -> Opened:
    try:
        archive = open_zip(file)
    except BadArchive as problem:
        raise Unreadable(str(problem)) from problem
    suffixes = {known.suffix: name for name, known in IMPORT_FORMATS.items() if wanted in ("", name)}
    members = [(member, suffix) for member in archive.infolist() for suffix in suffixes if _is_candidate(member, suffix)]
    if not members:
        raise Unreadable(f"has no file with annotations inside ({' or '.join(suffixes)}).")
    if len(members) > 1:
        names = ", ".join(shown(member.filename) for member, _ in members[:3])
        raise Unreadable(f"has several files that may hold annotations ({names}): send the one that is meant.")
    member, suffix = members[0]
    _refuse_traps(member)
    return Opened(suffixes[suffix], shown(member.filename), _bounded(member.file_size), lambda: archive.open(member))


def _is_candidate(member: zipfile.ZipInfo, suffix: str) -> bool:
    parts = member.filename.replace("\\", "/").split("/")
    hidden = parts[0] == "__MACOSX" or parts[-1].startswith(".")
    return not member.is_dir() and not hidden and member.filename != _REPORT and parts[-1].lower().endswith(suffix)


def _refuse_traps(member: zipfile.ZipInfo) -> None:
    """The name leads nowhere: nothing is unpacked to disk, only its bytes are read."""
    if stat.S_ISLNK(member.external_attr >> 16):
        raise Unreadable("has a link where the annotations should be.")
    if member.flag_bits & 0x1:
        raise Unreadable("is encrypted: pack it without a password.")
    if member.compress_type not in METHODS:
        raise Unreadable("is packed by a method that cannot be unpacked here: use ordinary zip compression.")
