"""One request of images into one task: check everything, then write everything, or nothing.

Files go to a folder of this run (`tasks/<id>/frames-<run>/`), rows come in one transaction at the end. A killed run leaves a folder,
which the next run removes before it begins; there is no half-filled task to see at any moment.
"""
import errno
import threading
from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction

from annotation.ingest.names import UniqueNames, in_order
from annotation.ingest.pictures import FORMATS, BadImage, examine, pixels_of
from annotation.ingest.sources import Entry, Sources
from annotation.models import Frame, Job, Task, Upload
from annotation.models.tasks import frame_path
from annotation.runner import Run, RunFailed
from annotation.segments import cut
from annotation.services.files import remove_tree, task_folder
from annotation.webhooks.announcing import announce, changing

# Decoding releases the interpreter; more threads than this only cost memory. Addresses wait for the network.
THREADS_LOCAL, THREADS_URLS = 2, 6
# Pictures above this size are decoded one at a time: 200 million pixels are 800 MB while decoded.
LARGE_PIXELS = 40_000_000
MAX_PROBLEMS = 200
_SUFFIXES = {suffix for _, suffix in FORMATS.values()} | {".jpeg", ".tiff", ".jpe", ".jfif"}


@dataclass(frozen=True)
class Made:
    """A checked image whose files are stored; becomes a Frame."""

    entry: Entry
    frame: Frame


def ingest(run: Run) -> None:
    """Fill the run's task (Request.params: urls, skip_bad). RunFailed with every bad input; RunLost."""
    task = run.request.task
    assert task is not None
    _remove_leftovers(task.pk)
    try:
        made, problems = _make_all(run, task)
        if problems and (not run.request.params.get("skip_bad") or not made):
            raise RunFailed(_sentence(len(problems)), problems)
        if not made:
            raise RunFailed("There is no image in what was sent.")
        _write(run, task, made, problems)
    except OSError as error:
        remove_tree(_run_folder(task.pk, run))
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise RunFailed("The server's disk is full. Tell the administrator, then try again.") from error
        raise
    except BaseException:
        remove_tree(_run_folder(task.pk, run))
        raise


def forget_uploads(task_id: int, until: datetime | None) -> None:
    """Remove what was received for the task until then, rows and files: what came after a cancelled request is for the next."""
    received = Upload.objects.filter(task=task_id)
    if until is None:
        received.delete()
        remove_tree(f"{task_folder(task_id)}/uploads")
        return
    for upload in received.filter(created_date__lte=until):
        upload.file.delete(save=False)
        upload.delete()


def _run_name(run: Run) -> str:
    """Of this run only: a cancelled one may still be writing while the next request begins."""
    return f"{run.request.pk.hex[:8]}-{run.request.run}"


def _run_folder(task_id: int, run: Run) -> str:
    return f"{task_folder(task_id)}/frames-{_run_name(run)}"


def _remove_leftovers(task_id: int) -> None:
    """Folders of runs that died. The task has no frames yet, so no row names anything in them."""
    try:
        folders = default_storage.listdir(task_folder(task_id))[0]
    except FileNotFoundError:
        return
    for name in folders:
        if name.startswith("frames-"):
            remove_tree(f"{task_folder(task_id)}/{name}")


def _sentence(count: int) -> str:
    noun = "1 file" if count == 1 else f"{count} files"
    return f"{noun} cannot be used, so the task stays empty. Correct the list below and send everything again."


def _make_all(run: Run, task: Task) -> tuple[list[Made], list[str]]:
    urls = list(run.request.params.get("urls", []))
    with Sources(list(task.uploads.all()), urls) as sources:
        if len(sources.entries) > settings.INGEST_MAX_FILES:
            raise RunFailed(f"These are {len(sources.entries)} images; a task takes at most {settings.INGEST_MAX_FILES}.")
        entries = in_order(sources.entries, task.sorting_method, lambda entry: entry.name, seed=task.pk)
        made: list[Made] = []
        problems = list(sources.problems)
        maker = Maker(task.pk, _run_name(run))
        results = in_threads(maker, entries, THREADS_URLS if urls else THREADS_LOCAL)
        for number, result in enumerate(results, start=1):
            if isinstance(result, Made):
                made.append(result)
            else:
                problems.append(result)
            if len(problems) >= MAX_PROBLEMS and not run.request.params.get("skip_bad"):
                problems.append("There may be more: the search ended here.")
                results.close()
                break
            run.progress(0.98 * number / len(entries), f"{number} of {len(entries)} images")
        return made, problems


def in_threads(maker: "Maker", entries: list[Entry], threads: int) -> Generator[Made | str, None, None]:
    """Results in the order of the entries, never more than a few ahead of the reader."""
    coming: Iterable[Entry] = iter(entries)
    waiting: deque[Future[Made | str]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="ingest")
    try:
        waiting.extend(pool.submit(maker.make, number, entry) for number, entry in enumerate(islice(coming, 2 * threads)))
        number = len(waiting)
        while waiting:
            yield waiting.popleft().result()
            for entry in islice(coming, 1):
                waiting.append(pool.submit(maker.make, number, entry))
                number += 1
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class Maker:
    """Turns entries into stored files; runs in several threads and touches no database."""

    def __init__(self, task_id: int, run: str) -> None:
        self._task_id = task_id
        self._run = run
        self._large = threading.Lock()
        self._count = threading.Lock()
        self._bytes = 0

    def make(self, number: int, entry: Entry) -> Made | str:
        """The stored image, or a sentence that names it."""
        try:
            received = entry.read()
            with received.file:
                self._weigh(received.byte_size)
                if pixels_of(received.file) > LARGE_PIXELS:
                    with self._large:
                        picture = examine(received.file)
                else:
                    picture = examine(received.file)
                received.file.seek(0)
                original = self._save("original", number, picture.suffix, File(received.file))
        except BadImage as problem:
            return f"{entry.label} {problem}"
        thumbnail = self._save("thumbnail", number, ".jpg", ContentFile(picture.thumbnail))
        work_copy = self._save("work", number, picture.work_copy_suffix, ContentFile(picture.work_copy)) if picture.work_copy else ""
        return Made(entry, Frame(
            task_id=self._task_id, name=_named(entry.name, picture.suffix), source_url=entry.source_url, width=picture.width,
            height=picture.height, orientation=picture.orientation, media_type=picture.media_type, byte_size=received.byte_size,
            sha256=received.sha256, original=original, thumbnail=thumbnail, work_copy=work_copy))

    def _save(self, kind: str, number: int, suffix: str, content: File) -> str:
        return default_storage.save(frame_path(f"frames-{self._run}/{kind}", self._task_id, number, suffix), content)

    def _weigh(self, size: int) -> None:
        if not size:
            raise BadImage("is empty.")
        with self._count:
            self._bytes += size
            if self._bytes > settings.INGEST_MAX_TOTAL_BYTES:
                raise BadImage(f"is beyond the {settings.INGEST_MAX_TOTAL_BYTES:,} bytes that a task takes in all.")


def _named(name: str, suffix: str) -> str:
    """Names without a picture's suffix get one, so that exported files open with a double click."""
    return name if name.lower().endswith(tuple(_SUFFIXES)) else f"{name[:500]}{suffix}"


def _write(run: Run, task: Task, made: list[Made], problems: list[str]) -> None:
    names = UniqueNames()
    for number, item in enumerate(made):
        item.frame.number = number
        item.frame.name = names.give(item.frame.name)
    actor = run.request.owner
    with transaction.atomic(), changing("task", [task.pk], actor=actor):
        run.lock()
        locked = Task.objects.select_for_update().get(pk=task.pk)
        Frame.objects.bulk_create([item.frame for item in made], batch_size=1000)
        locked.size = len(made)
        jobs = Job.objects.bulk_create([
            Job(task=locked, start_frame=start, stop_frame=stop)
            for start, stop in cut(locked.size, locked.segment_size, locked.frame_overlap)], batch_size=1000)
        announce("create", "job", [job.pk for job in jobs], actor=actor, projects=[locked.project_id])
        locked.save(update_fields=["size", "updated_date"])
        skipped = f"; {len(problems)} were left out" if problems else ""
        run.finish(f"{len(made)} image{'s' if len(made) != 1 else ''} added{skipped}.", warnings=problems[:1000])
