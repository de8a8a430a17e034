"""Reading stored files by parts, wherever they lie: a folder of this machine, or a bucket that answers ranges."""
import io
import posixpath
from collections.abc import Callable, Iterator
from typing import IO, Any

from django.core.files.storage import FileSystemStorage, default_storage

BLOCK_BYTES = 64 * 1024
# What one request to a bucket brings while an archive is read.
RANGE_BYTES = 4 * 1024 * 1024


def on_disk() -> bool:
    """Whether stored files are files of this machine."""
    return isinstance(default_storage, FileSystemStorage)


class Stored:
    """One stored file. `size` in bytes. FileNotFoundError when it is not there."""

    def __init__(self, name: str) -> None:
        self.name = name
        if on_disk():
            self._file: IO[bytes] | None = open(default_storage.path(name), "rb")
            self.size = self._file.seek(0, io.SEEK_END)
        else:
            self._file = None
            self.size = int(default_storage.size(name))

    def close(self) -> None:
        """Idempotent."""
        if self._file is not None:
            self._file.close()

    def read(self, start: int, stop: int) -> bytes:
        """Bytes from `start` up to and without `stop`."""
        return b"".join(self.blocks(start, stop))

    def blocks(self, start: int, stop: int) -> Iterator[bytes]:
        """The same in pieces; the file is closed after the last."""
        try:
            yield from self._from_disk(start, stop) if self._file is not None else _from_bucket(self.name, start, stop)
        finally:
            self.close()

    def _from_disk(self, start: int, stop: int) -> Iterator[bytes]:
        assert self._file is not None
        self._file.seek(start)
        left = stop - start
        while left > 0 and (block := self._file.read(min(left, BLOCK_BYTES))):
            left -= len(block)
            yield block


def _from_bucket(name: str, start: int, stop: int) -> Iterator[bytes]:
    if start >= stop:
        return
    body = _bucket_object(name).get(Range=f"bytes={start}-{stop - 1}")["Body"]
    try:
        yield from body.iter_chunks(BLOCK_BYTES)
    finally:
        body.close()


def _bucket_object(name: str) -> Any:
    storage: Any = default_storage
    return storage.bucket.Object(posixpath.join(storage.location, name))


class Ranges(io.RawIOBase):
    """A file somewhere else, read by ranges: `fetch(start, stop)` gives bytes."""

    def __init__(self, size: int, fetch: Callable[[int, int], bytes]) -> None:
        self._size = size
        self._fetch = fetch
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError("before the file's beginning")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        stop = min(self._position + len(buffer), self._size)
        came = self._fetch(self._position, stop) if stop > self._position else b""
        buffer[:len(came)] = came
        self._position += len(came)
        return len(came)


def open_seekable(name: str) -> IO[bytes]:
    """For archives: only what is read of the file travels, never the whole. FileNotFoundError."""
    if on_disk():
        return open(default_storage.path(name), "rb")
    stored = Stored(name)
    return buffered(Ranges(stored.size, stored.read))


def buffered(ranges: Ranges) -> IO[bytes]:
    """Few long ranges instead of many short ones."""
    return io.BufferedReader(ranges, RANGE_BYTES)


def remove_tree(folder: str) -> None:
    """Delete a folder with everything in it; no error when it is not there."""
    if not on_disk():
        storage: Any = default_storage
        storage.bucket.objects.filter(Prefix=posixpath.join(storage.location, folder) + "/").delete()
        return
    try:
        folders, files = default_storage.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in files:
        default_storage.delete(f"{folder}/{name}")
    for name in folders:
        remove_tree(f"{folder}/{name}")
    default_storage.delete(folder)
