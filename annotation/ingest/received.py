"""A file on its way in: measured while it is read, without a name on disk, so that a killed worker leaves nothing behind."""
import hashlib
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

MEMORY_BYTES = 8 * 1024 * 1024
CHUNK_BYTES = 256 * 1024


@dataclass
class Received:
    """`file` stands in memory up to 8 MiB, beyond that in an unlinked temporary file. Close it. `stored`: its name if it is stored."""

    file: IO[bytes]
    byte_size: int
    sha256: str
    stored: str = ""


class TooLarge(Exception):
    """More bytes came than are allowed."""


def receive(chunks: Iterable[bytes], limit: int | None = None) -> Received:
    """Read all chunks. TooLarge beyond `limit` bytes."""
    file = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)
    digest, size = hashlib.sha256(), 0
    try:
        for chunk in chunks:
            size += len(chunk)
            if limit is not None and size > limit:
                raise TooLarge
            digest.update(chunk)
            file.write(chunk)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return Received(file, size, digest.hexdigest())


def measure(file: IO[bytes], stored: str = "") -> Received:
    """Of an open file that can be read again: nothing is copied."""
    digest, size = hashlib.sha256(), 0
    for chunk in chunks_of(file):
        size += len(chunk)
        digest.update(chunk)
    file.seek(0)
    return Received(file, size, digest.hexdigest(), stored)


def chunks_of(file: IO[bytes]) -> Iterable[bytes]:
    """The rest of an open file."""
    return iter(lambda: file.read(CHUNK_BYTES), b"")
