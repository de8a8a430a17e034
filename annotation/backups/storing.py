"""Files of a backup on their way into the storage."""
import threading
import zipfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from copy import copy
from functools import partial
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage

from annotation.backups.opening import BadBackup, PlannedFrame, PlannedTask
from annotation.copies import save_copies
from annotation.formats.found import shown
from annotation.ingest.pictures import BadImage, examine, pixels_of
from annotation.ingest.sources import from_zip
from annotation.models import Frame
from annotation.models.tasks import frame_path

THREADS = 2
# Decoded one at a time: 200 million pixels are 800 MB.
LARGE_PIXELS = 40_000_000


class Storing:
    """Pictures of one task into the folder of this run; runs in threads and touches no database."""

    def __init__(self, archive: zipfile.ZipFile, task_id: int, folder: str) -> None:
        self._archive, self._task_id, self._folder = archive, task_id, folder
        self._large = threading.Lock()

    def frames(self, task: PlannedTask) -> Iterator[Frame]:
        """Frame by frame, their files stored, never more than a few ahead of the reader; without honeypots. BadBackup."""
        if len(task.frames) > settings.INGEST_MAX_FILES:
            raise BadBackup(f"has a task of {len(task.frames):,} images; at most {settings.INGEST_MAX_FILES:,} are taken.")
        waiting: deque[Future[Frame]] = deque()
        pool = ThreadPoolExecutor(THREADS, thread_name_prefix="restore")
        coming = ((number, planned) for number, planned in enumerate(task.frames) if planned.honeypot_of is None)
        try:
            for number, planned in coming:
                waiting.append(pool.submit(partial(self._frame, number, planned)))
                if len(waiting) > 2 * THREADS:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _frame(self, number: int, planned: PlannedFrame) -> Frame:
        try:
            received = from_zip(self._archive, planned.member)
            with received.file:
                if planned.sha256 and received.sha256 != planned.sha256:
                    raise BadBackup(f"is damaged: {shown(planned.name)} is not the image it was.")
                frame = Frame(task_id=self._task_id, number=number, name=planned.name, source_url=planned.source_url,
                              byte_size=received.byte_size, sha256=received.sha256)
                suffix = self._look(frame, planned, received.file, number)
                received.file.seek(0)
                path = frame_path(f"{self._folder}/original", self._task_id, number, suffix)
                frame.original.name = default_storage.save(path, File(received.file))
                return frame
        except BadImage as problem:
            raise BadBackup(f"cannot be used: {shown(planned.name)} {problem}") from problem

    def _look(self, frame: Frame, planned: PlannedFrame, file: IO[bytes], number: int) -> str:
        """Fill in what the image tells, store its copies; its suffix."""
        if planned.damaged is not None:
            for name, value in planned.damaged.items():
                setattr(frame, name, value)
            return ".bin"
        if pixels_of(file) > LARGE_PIXELS:
            with self._large:
                picture = examine(file)
        else:
            picture = examine(file)
        frame.width, frame.height, frame.orientation = picture.width, picture.height, picture.orientation
        frame.media_type, frame.needs_work_copy = picture.media_type, bool(picture.work_copy)
        thumbnail, work_copy = save_copies(self._task_id, self._folder, number, picture)
        frame.thumbnail.name, frame.work_copy.name = thumbnail, work_copy
        return picture.suffix


def with_honeypots(task: PlannedTask, stored: list[Frame]) -> list[Frame]:
    """The stored frames with those between them that show one of their pictures again, from the same files."""
    real = {frame.number: frame for frame in stored}
    rows = []
    for number, planned in enumerate(task.frames):
        row = real.get(number)
        if row is None:
            row = copy(real[planned.honeypot_of or 0])
            row._state = copy(row._state)
            row.number, row.honeypot_of = number, planned.honeypot_of
        rows.append(row)
    return rows
