"""Resumable uploads: a file comes in pieces, each stored at once, so that a broken line costs one piece."""
import io
import tempfile
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction

from annotation.errors import Refused
from annotation.ingest.names import base_name
from annotation.models import Job, PartialUpload, Project, Task, Upload
from annotation.services.files import partial_folder, remove_tree
from annotation.services.guards import require_edit
from annotation.services.tasks import add_upload, require_empty, upload_limit

PIECE_BYTES = 32 * 1024 * 1024


class WrongOffset(Refused):
    """A piece for another place than the next; `offset` is where the next begins. HTTP 409."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"The next piece begins at byte {offset}.", "wrong_offset")
        self.offset = offset


def begin(*, actor: Any, purpose: str, name: str, length: int, task: Task | None = None, job: Job | None = None,
          project: Project | None = None) -> PartialUpload:
    """An upload of `length` bytes for a task, a job or a project; for none of them when it is a backup.

    Whoever may change the thing may send; a backup anybody who may make projects. ValidationError with "file"; Refused when it is for a
    task that has its images.
    """
    around: Project | None = project
    if task is not None:
        around = task.project
    elif job is not None:
        around = job.task.project
    if around is not None:
        require_edit(actor, around)
    elif purpose != PartialUpload.Purpose.BACKUP:
        raise ValueError("Only a backup is for nothing that is there.")
    name = base_name(name)
    if not name:
        raise ValidationError({"file": ["Upload-Metadata names no file."]})
    if purpose == PartialUpload.Purpose.DATA and task is not None:
        require_empty(task, "This task has its images already: make a new task for more.")
    limit = _limit(purpose, name)
    if not 0 < length <= limit:
        raise ValidationError({"file": [f"{name} has {length:,} bytes; from 1 to {limit:,} are allowed."]})
    waiting = PartialUpload.objects.filter(task=task) if task is not None else PartialUpload.objects.filter(task=None, owner=actor)
    if waiting.count() >= settings.INGEST_MAX_FILES:
        raise ValidationError({"file": [f"At most {settings.INGEST_MAX_FILES} files are taken at once. Finish those that were begun."]})
    return PartialUpload.objects.create(task=task, job=job, project=project, owner=actor, purpose=purpose, name=name, length=length)


def _limit(purpose: str, name: str) -> int:
    """Bytes."""
    if purpose == PartialUpload.Purpose.ANNOTATIONS:
        return int(settings.IMPORT_MAX_BYTES)
    if purpose == PartialUpload.Purpose.BACKUP:
        return int(settings.BACKUP_MAX_BYTES)
    return int(settings.INGEST_MAX_TOTAL_BYTES) if purpose == PartialUpload.Purpose.DATASET else upload_limit(name)


@transaction.atomic
def append(*, upload: PartialUpload, offset: int, piece: bytes) -> int:
    """Store the piece; where the next begins. WrongOffset; ValidationError with "file" when it is more than was announced."""
    locked = PartialUpload.objects.select_for_update().get(pk=upload.pk)
    if offset != locked.offset:
        raise WrongOffset(locked.offset)
    if offset + len(piece) > locked.length:
        raise ValidationError({"file": [f"{locked.name} was announced with {locked.length:,} bytes; more came."]})
    if piece:
        path = _path(locked, offset)
        # Of a piece whose transaction was lost.
        default_storage.delete(path)
        default_storage.save(path, ContentFile(piece))
        locked.offset += len(piece)
        locked.save(update_fields=["offset"])
    return locked.offset


def whole(upload: PartialUpload) -> File:
    """The file, put together in an unnamed temporary one. Refused(code="half_upload") while bytes are missing."""
    require_whole(upload)
    out: IO[bytes] = tempfile.TemporaryFile()
    folder = _folder(upload)
    for piece in sorted(default_storage.listdir(folder)[1]):
        with default_storage.open(f"{folder}/{piece}", "rb") as source:
            while chunk := source.read(1 << 20):
                out.write(chunk)
    out.seek(0)
    return File(out, name=upload.name)


def take_data(*, actor: Any, task: Task, position: int) -> list[Upload]:
    """Make the task's uploads of those that came in pieces; they take their places from `position` on. Refused(code="half_upload")."""
    made: list[Upload] = []
    for upload in list(task.partial_uploads.filter(purpose=PartialUpload.Purpose.DATA)):
        with whole(upload) as file:
            made.append(add_upload(actor=actor, task=task, name=upload.name, file=file, position=position + len(made)))
        forget(upload)
    return made


def receive(*, actor: Any, purpose: str, file: File, project: Project | None = None) -> PartialUpload:
    """The same of a file that came in one request."""
    upload = begin(actor=actor, purpose=purpose, name=file.name or "", length=file.size, project=project)
    try:
        while piece := file.read(PIECE_BYTES):
            append(upload=upload, offset=upload.offset, piece=piece)
            upload.refresh_from_db(fields=["offset"])
    except BaseException:
        forget(upload)
        raise
    return upload


@contextmanager
def kept(upload: PartialUpload, *, came_at_once: bool) -> Iterator[PartialUpload]:
    """Around what begins the work on it: one that came in the same request goes when that is refused; others wait for another try."""
    try:
        yield upload
    except BaseException:
        if came_at_once:
            forget(upload)
        raise


def require_whole(upload: PartialUpload) -> None:
    """Refused(code="half_upload") while bytes are missing."""
    if upload.offset < upload.length:
        raise Refused(f"Of {upload.name} {upload.offset:,} of {upload.length:,} bytes came. Send the rest first.", "half_upload")


class Pieces(io.RawIOBase):
    """A whole upload as one file that can be read from any place; nothing is put together on disk. FileNotFoundError when it is gone."""

    def __init__(self, upload: PartialUpload) -> None:
        self._folder, self._size, self._at = _folder(upload), upload.length, 0
        self._names = sorted(default_storage.listdir(self._folder)[1])
        self._starts = [int(name) for name in self._names]
        self._open: tuple[int, IO[bytes]] | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = max(0, offset + (0, self._at, self._size)[whence])
        return self._at

    def readinto(self, buffer: Any) -> int:
        """As raw files do: at most to the end of the piece."""
        if self._at >= self._size:
            return 0
        number = bisect_right(self._starts, self._at) - 1
        if self._open is None or self._open[0] != number:
            self._close_piece()
            self._open = number, default_storage.open(f"{self._folder}/{self._names[number]}", "rb")
        piece = self._open[1]
        piece.seek(self._at - self._starts[number])
        chunk = piece.read(len(buffer))
        buffer[:len(chunk)] = chunk
        self._at += len(chunk)
        return len(chunk)

    def _close_piece(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def close(self) -> None:
        self._close_piece()
        super().close()


def forget_by_id(key: Any) -> None:
    """No error when it is gone."""
    upload = PartialUpload.objects.filter(pk=key).first()
    if upload is not None:
        forget(upload)


def forget(upload: PartialUpload) -> None:
    """Remove it with its pieces."""
    folder = _folder(upload)
    upload.delete()
    transaction.on_commit(lambda: remove_tree(folder), robust=True)


def _folder(upload: PartialUpload) -> str:
    return partial_folder(upload.task_id, upload.pk)


def _path(upload: PartialUpload, offset: int) -> str:
    return f"{_folder(upload)}/{offset:020d}"
