"""The zip archive that an export becomes: many small members, one large one, lists that grow while others are written."""
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.core.files.storage import default_storage

# Lists above this many bytes wait on disk.
_IN_MEMORY = 64 * 1024
_EARLIEST = (1980, 1, 1, 0, 0, 0)


class Archive:
    """Use as a context; members are written one after another."""

    def __init__(self, out: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._lists: dict[str, IO[bytes]] = {}

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *arguments: object) -> None:
        for file in self._lists.values():
            file.close()
        self._zip.close()

    @contextmanager
    def member(self, name: str) -> Iterator[IO[bytes]]:
        """A large file, as a stream."""
        with self._zip.open(name, "w", force_zip64=True) as file:
            yield file

    def put(self, name: str, data: bytes) -> None:
        """A small file. What deflate would not make smaller is stored."""
        info = zipfile.ZipInfo(name, date_time=_EARLIEST)
        info.external_attr = 0o644 << 16
        self._zip.writestr(info, data, zipfile.ZIP_STORED if len(data) < 100 else zipfile.ZIP_DEFLATED, 1)

    def append(self, name: str, data: bytes) -> None:
        """To a list that becomes a member in the end."""
        if name not in self._lists:
            self._lists[name] = tempfile.SpooledTemporaryFile(_IN_MEMORY)
        self._lists[name].write(data)

    def put_lists(self) -> None:
        """Write what was appended."""
        for name, file in self._lists.items():
            file.seek(0)
            with self.member(name) as member:
                while chunk := file.read(1 << 20):
                    member.write(chunk)
            file.close()
        self._lists.clear()

    def copy(self, stored: str, name: str) -> None:
        """A file of the storage; pictures are packed already."""
        info = zipfile.ZipInfo(name, date_time=_EARLIEST)
        info.external_attr = 0o644 << 16
        with default_storage.open(stored, "rb") as source, self._zip.open(info, "w", force_zip64=True) as member:
            while chunk := source.read(1 << 20):
                member.write(chunk)
