"""Zip archives: which members are images, and which archives are traps."""
import stat
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from typing import IO

from django.conf import settings

from annotation.ingest.names import clean_name

SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
# Above this many bytes the unpacked size may be this many times the packed one. Photographs stay below 2; deflate can reach 1032.
SUSPICIOUS_BYTES = 100 * 1024 * 1024
MAX_RATIO = 200
# What the standard library unpacks in bounded pieces; its bzip2 and LZMA give everything at once: a kilobyte becomes gigabytes.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# A generous entry of an archive's directory: 46 bytes, a name, extra fields. Beside it some room for notes.
ENTRY_BYTES = 1024
DIRECTORY_BYTES = 4096
_DIRECTORY_SIZE = 5  # position in the record of the standard library
# What operating systems put beside the pictures.
_LITTER = ("thumbs.db", "desktop.ini")


class BadArchive(Exception):
    """The whole archive is refused; the sentence says why, the caller puts its name in front."""


def is_zip(file: IO[bytes]) -> bool:
    """By its first bytes, so that an image with a zip glued to its end stays an image."""
    file.seek(0)
    head = file.read(4)
    file.seek(0)
    return head in SIGNATURES


def open_zip(file: IO[bytes], *, most_images: int | None = None, most_bytes: int | None = None) -> zipfile.ZipFile:
    """The archive, after its directory was checked for bombs; limits are those of a task unless others are given. BadArchive."""
    most_images = settings.INGEST_MAX_FILES if most_images is None else most_images
    most_bytes = settings.INGEST_MAX_TOTAL_BYTES if most_bytes is None else most_bytes
    try:
        _refuse_long_directory(file, most_images)
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, UnicodeError) as error:
        raise BadArchive(f"is a damaged zip archive ({str(error)[:120]}).") from error
    members = archive.infolist()
    if len(members) > 2 * most_images:
        raise BadArchive(f"has {len(members)} entries; at most {most_images} images are taken.")
    total = sum(member.file_size for member in members)
    if total > most_bytes:
        raise BadArchive(f"unpacks to {total:,} bytes; at most {most_bytes:,} are allowed.")
    packed = sum(member.compress_size for member in members)
    if total > SUSPICIOUS_BYTES and total > MAX_RATIO * max(packed, 1):
        raise BadArchive(f"unpacks to {total:,} bytes from {packed:,}: that is not an archive of photographs.")
    _refuse_overlaps(members)
    return archive


def _refuse_long_directory(file: IO[bytes], most_images: int) -> None:
    """Before the directory is read: each of its entries becomes an object, and millions of them fit into a small archive."""
    # The standard library's own reader of the last record, with everything it knows about comments and 64 bits.
    record = zipfile._EndRecData(file)  # type: ignore[attr-defined]
    if record and record[_DIRECTORY_SIZE] > DIRECTORY_BYTES + 2 * most_images * ENTRY_BYTES:
        raise BadArchive(f"has more entries than the {most_images} images a task takes.")


def _refuse_overlaps(members: list[zipfile.ZipInfo]) -> None:
    """Entries that share their packed bytes are the trick of the best known bombs."""
    ordered = sorted(members, key=lambda member: member.header_offset)
    for before, after in pairwise(ordered):
        if before.header_offset + before.compress_size > after.header_offset:
            raise BadArchive("has entries that lie on top of each other: it is broken or a trap.")


def images_in(archive: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, str, str | None]]:
    """(member, name, problem) for every member that claims to be a file; folders and litter of operating systems are left out."""
    for member in archive.infolist():
        parts = member.filename.replace("\\", "/").split("/")
        if member.is_dir() or parts[0] == "__MACOSX" or parts[-1].startswith(".") or parts[-1].lower() in _LITTER:
            continue
        yield member, clean_name("/".join(part for part in parts if part not in ("", "."))), _problem(member, parts)


def problem_of(member: zipfile.ZipInfo, most_bytes: int) -> str | None:
    """Why a member is not read as a file, or None."""
    return _problem(member, member.filename.replace("\\", "/").split("/"), most_bytes)


def _problem(member: zipfile.ZipInfo, parts: list[str], most_bytes: int | None = None) -> str | None:
    if ".." in parts or parts[0] == "" or ":" in parts[0]:
        return "has a path that leads out of the archive."
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a link, not a file."
    if member.flag_bits & 0x1:
        return "is encrypted: pack the archive without a password."
    if member.compress_type not in METHODS:
        return "is packed by a method that cannot be unpacked here: use ordinary zip compression."
    most = settings.INGEST_MAX_FILE_BYTES if most_bytes is None else most_bytes
    if member.file_size > most:
        return f"has {member.file_size:,} bytes; at most {most:,} are allowed."
    return None
