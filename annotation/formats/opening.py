"""The file with the annotations: as it came, or in a zip the way exports write it."""
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from django.conf import settings

from annotation.formats.found import Unreadable, shown
from annotation.formats.members import Followed, Members, members_of, refuse_traps
from annotation.formats.registry import IMPORT_FORMATS
from annotation.ingest.archives import BadArchive, is_zip, open_zip

# What our own archives hold beside the annotations.
_OURS = ("report.json", "provenance.csv", "provenance.parquet")
_COCO, _CVAT, _DATUMARO, _VOC, _YOLO = "COCO 1.0", "CVAT 1.1", "Datumaro 1.0", "PASCAL VOC 1.1", "YOLO 1.1"
_ULTRALYTICS = "Ultralytics YOLO Detection 1.0"
_IMAGENET = "ImageNet 1.0"
_TOLOKA_TABLE, _TOLOKA_JSON = "Toloka assignments 1.0", "Toloka image annotation 1.0"
_KNOWN = "COCO, Datumaro or Toloka JSON, CVAT or Pascal VOC XML, a table of Toloka's assignments"
_HEAD = 64 * 1024
# COCO's categories are a list.
_IS_DATUMARO = re.compile(rb'"dm_format_version"|"categories"\s*:\s*\{')
_IS_VOC = re.compile(rb"<annotation[\s>]")
_IS_TABLE = re.compile(rb"[^\n]*(?:INPUT|OUTPUT|GOLDEN|ASSIGNMENT):")
_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff")
_TEXTS = (".txt", ".names", ".data", ".yaml", ".yml")
_SUFFIXES: dict[str, tuple[str, ...]] = {
    _DATUMARO: (".json",), _VOC: (".xml", ".txt"), _IMAGENET: (".txt",),
    **{name: _TEXTS for name in IMPORT_FORMATS if "YOLO" in name}}


@dataclass
class Opened:
    """`format` is a key of IMPORT_FORMATS; `name` what the report calls the file."""

    format: str
    name: str
    size: int
    _open: Callable[[], IO[bytes]]
    # What readers of many files get.
    members: Members

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
        format = _checked(_format_of(file.read(_HEAD), name), wanted)
    return Opened(format, name, _bounded(size), open_stored, Members({name: (size, open_stored)}))


def _bounded(size: int) -> int:
    if size > settings.IMPORT_MAX_BYTES:
        raise Unreadable(f"has {size:,} bytes of annotations; at most {settings.IMPORT_MAX_BYTES:,} are allowed. Import it in parts.")
    if not size:
        raise Unreadable("is empty.")
    return size


def _format_of(head: bytes, name: str) -> str:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] == b"{":
        return _DATUMARO if _IS_DATUMARO.search(text) else _COCO
    if text[:1] == b"[":
        return _TOLOKA_JSON
    if text[:1] == b"<" or head[:4] in (b"\xff\xfe<\x00", b"\xfe\xff\x00<"):
        return _VOC if _IS_VOC.search(text) else _CVAT
    if name.lower().endswith(".tsv") or _IS_TABLE.match(text):
        return _TOLOKA_TABLE
    raise Unreadable(f"is neither {_KNOWN}, nor a zip archive with such a file.")


def _checked(found: str, wanted: str) -> str:
    if wanted and wanted != found:
        raise Unreadable(f"holds {found}, not {wanted}. Choose that format, or none: then the content decides.")
    return found


def _in_zip(file: IO[bytes], wanted: str) -> Opened:
    try:
        # An image, its labels and a mask of it, each an entry, and lists: what exports hold for each image.
        archive = open_zip(file, most_images=2 * settings.INGEST_MAX_FILES)
    except BadArchive as problem:
        raise Unreadable(str(problem)) from problem
    entries = [entry for entry in archive.infolist() if not _is_litter(entry)]
    format = wanted or _format_by_names(entries)
    if format and IMPORT_FORMATS[format].many:
        return _many(archive, entries, format)
    known = IMPORT_FORMATS[format] if format else None
    suffixes = (known.suffix,) if known else (".json", ".xml", ".tsv")
    candidates = [entry for entry in entries if entry.filename.lower().endswith(suffixes)]
    if not candidates:
        raise Unreadable(f"has no file with annotations inside ({' or '.join(suffixes)}). YOLO is known by its obj.names or data.yaml, "
                         "Pascal VOC by its folder Annotations; choose the format for others.")
    if len(candidates) > 1:
        names = ", ".join(shown(entry.filename) for entry in candidates[:3])
        raise Unreadable(f"has several files that may hold annotations ({names}): send the one that is meant.")
    [entry] = candidates
    refuse_traps(entry)
    size = _bounded(entry.file_size)
    members = members_of(archive, [entry])
    with members.open(members.names[0]) as member:
        found = _checked(_format_of(member.read(_HEAD), entry.filename), wanted)
    return Opened(found, shown(entry.filename), size, lambda: archive.open(entry), members_of(archive, [entry]))


def _many(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], format: str) -> Opened:
    """All files that may say something; pictures stay where they are, unless Datumaro wants to look at them."""
    suffixes = _SUFFIXES.get(format)
    # Masks are pictures of the kind PNG; photographs are of no use to a reader.
    wanted = [entry for entry in entries if (entry.filename.lower().endswith(suffixes) if suffixes
                                             else not entry.filename.lower().endswith((".jpg", ".jpeg")))]
    suffix = IMPORT_FORMATS[format].suffix
    if suffix and not any(entry.filename.lower().endswith(suffix) for entry in wanted):
        raise Unreadable(f"has no file with annotations of {format} inside.")
    members = members_of(archive, wanted)
    members.pictures = [entry.filename.replace("\\", "/") for entry in entries if entry.filename.lower().endswith(_PICTURES)]
    return Opened(format, "the archive", sum(entry.file_size for entry in wanted), lambda: archive.open(wanted[0]), members)


def _format_by_names(entries: list[zipfile.ZipInfo]) -> str:
    """What the names of an archive's files tell without a doubt, else ""."""
    paths = [entry.filename.replace("\\", "/").split("/") for entry in entries]
    names = {path[-1].lower() for path in paths}
    if names & {"obj.names", "obj.data"}:
        return _YOLO
    if names & {"data.yaml", "data.yml"}:
        return _ULTRALYTICS
    if "synsets.txt" in names:
        return _IMAGENET
    if any("Annotations" in path[:-1] and path[-1].lower().endswith(".xml") for path in paths):
        return _VOC
    return _DATUMARO if sum(path[-2:-1] == ["annotations"] and path[-1].lower().endswith(".json") for path in paths) > 1 else ""


def _is_litter(entry: zipfile.ZipInfo) -> bool:
    parts = entry.filename.replace("\\", "/").split("/")
    return entry.is_dir() or parts[0] == "__MACOSX" or parts[-1].startswith(".") or entry.filename in _OURS
