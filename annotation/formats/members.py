"""The files of an archive that readers of many files see: nothing is unpacked to disk, each is read within bounds."""
import stat
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import IO, Any

from django.conf import settings

from annotation.formats.found import Unreadable, shown
from annotation.ingest.archives import METHODS

# Of a file about one image.
SMALL = 8 * 1024 * 1024


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


class Members:
    """Files by name; `tell(0..1)` is called while they are read once. `openers` open a file from its beginning."""

    def __init__(self, openers: dict[str, tuple[int, Callable[[], IO[bytes]]]]) -> None:
        self._openers = openers
        self._done = 0
        self._total = max(sum(size for size, _ in openers.values()), 1)
        # Names of the pictures beside them.
        self.pictures: list[str] = []
        self.tell: Callable[[float], None] = lambda done: None

    @property
    def names(self) -> list[str]:
        return list(self._openers)

    def open(self, name: str) -> AbstractContextManager[Any]:
        """As a stream. Unreadable while it is read."""
        size, opener = self._openers[name]
        before, self._done = self._done, self._done + size
        return Followed(_opened(opener), size, lambda done: self.tell(min((before + done * size) / self._total, 1.0)))

    def read(self, name: str) -> bytes:
        """All of a small file. Unreadable."""
        if self._openers[name][0] > SMALL:
            raise Unreadable(f"has a file of more than {SMALL // 2**20} MB about one image ({shown(name)}).")
        with self.open(name) as file:
            return bytes(file.read())

    def text(self, name: str) -> str:
        """The same in UTF-8, with or without a byte order mark."""
        try:
            return self.read(name).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Unreadable(f"has a file that is not text in UTF-8 ({shown(name)}).") from error


def _opened(opener: Callable[[], IO[bytes]]) -> IO[bytes]:
    try:
        return opener()
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise Unreadable("is damaged inside the archive.") from error


def members_of(archive: zipfile.ZipFile, wanted: list[zipfile.ZipInfo]) -> Members:
    """Of these entries, after each was looked at. Unreadable."""
    total = 0
    for entry in wanted:
        refuse_traps(entry)
        total += entry.file_size
    if total > settings.IMPORT_MAX_BYTES:
        raise Unreadable(f"has {total:,} bytes of annotations; at most {settings.IMPORT_MAX_BYTES:,} are allowed. Import it in parts.")
    return Members({entry.filename.replace("\\", "/"): (entry.file_size, lambda entry=entry: archive.open(entry))  # type: ignore[misc]
                    for entry in wanted})


def refuse_traps(entry: zipfile.ZipInfo) -> None:
    """The name leads nowhere: nothing is unpacked to disk, only its bytes are read."""
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Unreadable("has a link where the annotations should be.")
    if entry.flag_bits & 0x1:
        raise Unreadable("is encrypted: pack it without a password.")
    if entry.compress_type not in METHODS:
        raise Unreadable("is packed by a method that cannot be unpacked here: use ordinary zip compression.")
