"""Files that Tolokers upload: bytes on the disk by the attachment's id. Names are only data, no part of any path."""
import os
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings

from sandbox.errors import ApiError

MAX_BYTES = 100 * 1024 * 1024
_CHUNK = 256 * 1024


def path_of(key: UUID) -> Path:
    """Where the bytes lie; in one of 256 folders, so that none gets huge."""
    return Path(settings.SANDBOX_FILES) / key.hex[-2:] / key.hex


def _part_of(key: UUID) -> Path:
    return path_of(key).with_suffix(".part")


def write(key: UUID, stream: BinaryIO) -> int:
    """Keep a stream under this id; its size in bytes. 413 beyond MAX_BYTES, 503 if the disk refuses.

    The name appears at once with the last byte, or never: what was written so far has another name.
    """
    try:
        _part_of(key).parent.mkdir(parents=True, exist_ok=True)
        with open(_part_of(key), "xb") as part:
            size = _copy(stream, part)
            part.flush()
            os.fsync(part.fileno())
        os.replace(_part_of(key), path_of(key))
    except OSError as error:
        raise ApiError("REMOTE_SERVICE_UNAVAILABLE", f"The file could not be stored: {error.strerror}") from error
    return size


def _copy(stream: BinaryIO, part: BinaryIO) -> int:
    size = 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > MAX_BYTES:
            raise ApiError("CONTENT_TOO_LARGE", f"A file has at most {MAX_BYTES} bytes")
        part.write(chunk)
    return size


def forget(key: UUID) -> None:
    """Remove the bytes, half written ones too; nothing happens if there are none."""
    for path in (path_of(key), _part_of(key)):
        path.unlink(missing_ok=True)
