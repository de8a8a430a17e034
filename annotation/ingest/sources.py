"""Where the images of one request come from: uploads, the server's share, a bucket, addresses; archives among them."""
import lzma
import os
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import IO, Protocol

from django.conf import settings

from annotation.ingest import share
from annotation.ingest.archives import BadArchive, images_in, is_zip, open_zip
from annotation.ingest.fetch import Fetcher, FetchFailed
from annotation.ingest.kinds import has_image_suffix, is_video, may_be_archive, may_be_video
from annotation.ingest.names import clean_name
from annotation.ingest.pictures import BadImage
from annotation.ingest.received import Received, TooLarge, chunks_of, measure, receive
from annotation.ingest.urls import name_of_url
from annotation.models import Upload
from annotation.stored import on_disk, open_seekable

HEAD_BYTES = 64


@dataclass(frozen=True)
class Entry:
    """One image to come. `label` names it in sentences; `read` may raise BadImage and may run in any thread."""

    name: str
    label: str
    read: Callable[[], Received]
    source_url: str = ""


@dataclass(frozen=True)
class Video:
    """A video to come; `stored` is its name in the storage, "" where it lies elsewhere. `open` gives a file that can be read anywhere."""

    name: str
    label: str
    open: Callable[[], IO[bytes]]
    stored: str = ""


class Bucket(Protocol):
    """A registered bucket (annotation.buckets); both raise BadImage with a sentence."""

    def receive(self, key: str) -> Received: ...

    def open(self, key: str) -> IO[bytes]: ...


class Sources:
    """Plans the entries of a request and keeps what they read from open. Use as a context manager."""

    def __init__(self, uploads: list[Upload], urls: list[str], shared: list[str] | tuple[()] = (),
                 bucket: Bucket | None = None, keys: list[str] | tuple[()] = ()) -> None:
        self.entries: list[Entry] = []
        self.videos: list[Video] = []
        self.problems: list[str] = []
        self._stack = ExitStack()
        self._seen: set[str] = set()
        try:
            for upload in uploads:
                self._add_upload(upload)
            for path in shared:
                self._add_elsewhere(path, partial(self._add_file, path, partial(share.open_file, path), partial(_from_share, path)))
            for key in keys:
                assert bucket is not None
                self._add_elsewhere(key, partial(self._add_key, bucket, key))
            if urls:
                self._add_urls(urls)
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> "Sources":
        return self

    def __exit__(self, *details: object) -> None:
        self._stack.close()

    def _add_upload(self, upload: Upload) -> None:
        stored = str(upload.file.name)
        read, opened = partial(_from_upload, stored), partial(open_seekable, stored)
        if not on_disk() and has_image_suffix(upload.name):
            # Looking into ten thousand files of a bucket takes minutes; one that is no image is found when it is read.
            self._add(Entry(clean_name(upload.name), upload.name, read))
        else:
            self._add_file(upload.name, opened, read, stored)

    def _add_elsewhere(self, name: str, add: Callable[[], None]) -> None:
        """What was there when it was asked for may be gone."""
        try:
            add()
        except (share.NotShared, BadImage) as problem:
            self.problems.append(f"{name} {problem}")

    def _add_file(self, name: str, opened: Callable[[], IO[bytes]], read: Callable[[], Received], stored: str = "") -> None:
        """By its content."""
        with opened() as file:
            archived = is_zip(file)
            film = not archived and is_video(file.read(HEAD_BYTES))
        if archived:
            self._add_archive(name, opened)
        elif film:
            self.videos.append(Video(clean_name(name), name, opened, stored))
        else:
            self._add(Entry(clean_name(name), name, read))

    def _add_key(self, bucket: Bucket, key: str) -> None:
        """By its name, because looking costs a request each."""
        if may_be_archive(key) or may_be_video(key):
            self._add_file(key, partial(bucket.open, key), partial(bucket.receive, key))
        else:
            self._add(Entry(clean_name(key), key, partial(bucket.receive, key)))

    def _add_archive(self, name: str, opened: Callable[[], IO[bytes]]) -> None:
        file = self._stack.enter_context(opened())
        try:
            archive = self._stack.enter_context(open_zip(file))
        except BadArchive as refusal:
            self.problems.append(f"{name} {refusal}")
            return
        found = False
        for member, inner, problem in images_in(archive):
            found = True
            label = f"{name}/{clean_name(member.filename)}"
            if problem:
                self.problems.append(f"{label} {problem}")
            else:
                self._add(Entry(inner, label, partial(from_zip, archive, member)))
        if not found:
            self.problems.append(f"{name} contains no files.")

    def _add_urls(self, urls: list[str]) -> None:
        fetcher = Fetcher()
        self._stack.callback(fetcher.close)
        for url in urls:
            self.entries.append(Entry(name_of_url(url), url, partial(_from_url, fetcher, url), url))

    def _add(self, entry: Entry) -> None:
        if entry.name in self._seen:
            self.problems.append(f"{entry.label} has the same name as another file: rename one of them.")
            return
        self._seen.add(entry.name)
        self.entries.append(entry)


def _from_url(fetcher: Fetcher, url: str) -> Received:
    try:
        return fetcher.fetch(url)
    except FetchFailed as failure:
        raise BadImage(str(failure)) from failure


def _from_upload(stored: str) -> Received:
    """It stays where it is and becomes the frame's original."""
    file = open_seekable(stored)
    if on_disk():
        return _measured(file, stored)
    try:
        with file:
            received = receive(chunks_of(file), settings.INGEST_MAX_FILE_BYTES)
    except TooLarge:
        raise BadImage(too_large()) from None
    received.stored = stored
    return received


def _measured(file: IO[bytes], stored: str) -> Received:
    try:
        if os.fstat(file.fileno()).st_size > settings.INGEST_MAX_FILE_BYTES:
            raise BadImage(too_large())
        return measure(file, stored)
    except BaseException:
        file.close()
        raise


def _from_share(path: str) -> Received:
    try:
        with share.open_file(path) as file:
            return receive(chunks_of(file), settings.INGEST_MAX_FILE_BYTES)
    except TooLarge:
        raise BadImage(too_large()) from None
    except share.NotShared as refusal:
        raise BadImage(str(refusal)) from None


def from_zip(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Received:
    """The member's content. BadImage."""
    try:
        with archive.open(member) as file:
            return receive(chunks_of(file), settings.INGEST_MAX_FILE_BYTES)
    except TooLarge:
        raise BadImage(too_large()) from None
    except NotImplementedError:
        raise BadImage("is packed by a method that cannot be unpacked here: use ordinary zip compression.") from None
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, OSError) as error:
        raise BadImage(f"is damaged inside its archive ({str(error)[:120]}).") from error


def too_large() -> str:
    """What is wrong with a file beyond the limit."""
    return f"is larger than {settings.INGEST_MAX_FILE_BYTES:,} bytes."
