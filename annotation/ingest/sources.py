"""Where the images of one request come from: uploads, archives among them, addresses."""
import lzma
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from django.conf import settings

from annotation.ingest.archives import BadArchive, images_in, is_zip, open_zip
from annotation.ingest.fetch import Fetcher, FetchFailed
from annotation.ingest.names import clean_name
from annotation.ingest.pictures import BadImage
from annotation.ingest.received import Received, TooLarge, chunks_of, receive
from annotation.ingest.urls import name_of_url
from annotation.models import Upload


@dataclass(frozen=True)
class Entry:
    """One image to come. `label` names it in sentences; `read` may raise BadImage and may run in any thread."""

    name: str
    label: str
    read: Callable[[], Received]
    source_url: str = ""


class Sources:
    """Plans the entries of a request and keeps what they read from open. Use as a context manager."""

    def __init__(self, uploads: list[Upload], urls: list[str]) -> None:
        self.entries: list[Entry] = []
        self.problems: list[str] = []
        self._stack = ExitStack()
        self._fetcher = Fetcher()
        self._stack.callback(self._fetcher.close)
        self._total = 0
        self._seen: set[str] = set()
        try:
            for upload in uploads:
                self._add_upload(upload)
            for url in urls:
                self.entries.append(Entry(name_of_url(url), url, partial(self._from_url, url), url))
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> "Sources":
        return self

    def __exit__(self, *details: object) -> None:
        self._stack.close()

    def _add_upload(self, upload: Upload) -> None:
        with upload.file.open("rb") as file:
            archived = is_zip(file)
        if archived:
            self._add_archive(upload)
        else:
            self._add(Entry(clean_name(upload.name), upload.name, partial(_from_upload, upload)))

    def _add_archive(self, upload: Upload) -> None:
        file = self._stack.enter_context(upload.file.storage.open(str(upload.file.name), "rb"))
        try:
            archive = self._stack.enter_context(open_zip(file))
        except BadArchive as refusal:
            self.problems.append(f"{upload.name} {refusal}")
            return
        found = False
        for member, name, problem in images_in(archive):
            found = True
            label = f"{upload.name}/{clean_name(member.filename)}"
            if problem:
                self.problems.append(f"{label} {problem}")
            else:
                self._add(Entry(name, label, partial(from_zip, archive, member)))
        if not found:
            self.problems.append(f"{upload.name} contains no files.")

    def _add(self, entry: Entry) -> None:
        if entry.name in self._seen:
            self.problems.append(f"{entry.label} has the same name as another file: rename one of them.")
            return
        self._seen.add(entry.name)
        self.entries.append(entry)

    def _from_url(self, url: str) -> Received:
        try:
            return self._fetcher.fetch(url)
        except FetchFailed as failure:
            raise BadImage(str(failure)) from failure


def _from_upload(upload: Upload) -> Received:
    try:
        with upload.file.storage.open(str(upload.file.name), "rb") as file:
            return receive(chunks_of(file), settings.INGEST_MAX_FILE_BYTES)
    except TooLarge:
        raise BadImage(_too_large()) from None


def from_zip(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Received:
    """The member's content. BadImage."""
    try:
        with archive.open(member) as file:
            return receive(chunks_of(file), settings.INGEST_MAX_FILE_BYTES)
    except TooLarge:
        raise BadImage(_too_large()) from None
    except NotImplementedError:
        raise BadImage("is packed by a method that cannot be unpacked here: use ordinary zip compression.") from None
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, OSError) as error:
        raise BadImage(f"is damaged inside its archive ({str(error)[:120]}).") from error


def _too_large() -> str:
    return f"is larger than {settings.INGEST_MAX_FILE_BYTES:,} bytes."
