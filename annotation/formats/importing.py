"""One import request: read the file, check everything, then replace what is there of its kind in one transaction, or nothing.

Nothing is written before the end: a killed run leaves the old rows and no file.
"""
import importlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction

from annotation.formats.counting import counted, number_of
from annotation.formats.found import Found, FoundImage, FoundObject, Hints, Misfit, Unreadable, shown
from annotation.formats.jobs import put_on_jobs
from annotation.formats.matching import UNKNOWN, Frames, Labels
from annotation.formats.opening import Opened, find_annotations
from annotation.formats.registry import IMPORT_FORMATS
from annotation.formats.report import Report
from annotation.formats.spool import Spool
from annotation.formats.yolo_reader import turned_box
from annotation.locks import lock_labels
from annotation.models import ImportedFrame, Job, JobType, Task, ValidationMode
from annotation.runner import Run, RunFailed, RunLost
from annotation.services.imports import ON_JOBS
from annotation.shapes import FrameSize, Vocabulary
from annotation.shapes.validation import MAX_SHAPES_A_FRAME

ROWS_AT_ONCE = 50


def import_annotations(run: Run) -> None:
    """Carry out Request.params: file (path in the storage), filename, kind, format, leave_out. RunFailed with the report; RunLost."""
    task, params = run.request.task, run.request.params
    assert task is not None
    vocabulary = Vocabulary.of_project(task.project_id)
    try:
        with Spool() as spool:
            reading = Reading(task, vocabulary, params["kind"], spool, run.request.job)
            reading.read(run)
            refuse_misfits(reading, leave_out=bool(params["leave_out"]))
            if params["kind"] == ON_JOBS:
                put_on_jobs(run, task, vocabulary, spool, reading.notes)
            else:
                _replace(run, task, vocabulary, reading)
    except Unreadable as problem:
        raise RunFailed(f"{shown(params['filename'])} {problem}") from problem
    except FileNotFoundError as error:
        raise RunFailed("The file is gone from the server. Send it again.") from error


class Reading:
    """Puts what fits into the spool and what does not into the report."""

    def __init__(self, task: Task, vocabulary: Vocabulary, kind: str, spool: Spool, job: Job | None = None) -> None:
        self._job = job
        self._beside = self._of_truth = 0
        # With honeypots the ground truth's frames are in no other job.
        truth = job is None and kind == ON_JOBS and task.validation_mode == ValidationMode.GT_POOL
        self._truth = set(task.jobs.get(type=JobType.GROUND_TRUTH).numbers) if truth else set()
        self.report = Report()
        self.notes: list[str] = []
        self.spool = spool
        self._frames = Frames(task)
        self._labels = Labels(vocabulary)
        # A start says where it came from; the ground truth keeps what the file says.
        self.kind = kind
        self._source = "file" if kind == ImportedFrame.Kind.PREANNOTATION else None
        self._images: dict[Any, int | None] = {}
        self._elsewhere = 0
        self._unknown: list[str] = []
        self._objects = 0

    def read(self, run: Run, open_file: Callable[[], IO[bytes]] | None = None) -> None:
        """The whole file; `open_file` where it is not Request.params["file"]. Unreadable, RunLost."""
        params = run.request.params
        opened = find_annotations(open_file or (lambda: default_storage.open(params["file"], "rb")), params["filename"], params["format"])
        hints = Hints(self._labels.types, self._labels.attribute_names, settings.IMPORT_MAX_MASK_PIXELS, settings.INGEST_MAX_PIXELS,
                      ground_truth=self.kind == ImportedFrame.Kind.GROUND_TRUTH)
        self._take_all(_found(run, opened, hints))
        self._tell_unknown()
        self.notes += hints.notes
        if self._elsewhere:
            self.notes.append(counted("{n} images of other tasks of this project were passed over.", self._elsewhere))
        if self._beside:
            self.notes.append(counted("{n} images of the task's other jobs were passed over.", self._beside))
        if self._of_truth:
            self.notes.append(counted(
                "{n} images of the ground truth were passed over: import the file as ground truth for them.", self._of_truth))

    def _take_all(self, found: Iterator[Found]) -> None:
        for thing in found:
            if isinstance(thing, FoundImage):
                self._image(thing)
                continue
            number = self._images.get(thing.image)
            if number is None and thing.image is not None:
                continue  # its image is in the report, or another task's
            self._count()
            where = thing.where if number is None else f"{shown(self._frames.names[number])}, {thing.where}"
            if isinstance(thing, Misfit):
                self.report.note(where, thing.reason)
            elif number is not None:
                self._object(_in_pixels(thing, self._frames.sizes[number]) if thing.relative else thing, number, where)

    def _count(self) -> None:
        self._objects += 1
        if self._objects > settings.IMPORT_MAX_SHAPES:
            raise Unreadable(f"has more than {settings.IMPORT_MAX_SHAPES:,} shapes and tags. Import it in parts, by task.")

    def _image(self, image: FoundImage) -> None:
        matched = self._frames.match(image)
        if matched.elsewhere:
            self._elsewhere += 1
            return
        if self._job is not None and matched.number is not None and not self._job.holds(matched.number):
            self._beside += 1
            return
        if matched.number in self._truth:
            self._of_truth += 1
            return
        self._images[image.key] = matched.number
        if matched.unknown:
            self._unknown.append(image.name)
        elif matched.number is None:
            self.report.note(f"“{shown(image.name)}”", matched.reason)
        else:
            self.spool.name_frame(matched.number)

    def _tell_unknown(self) -> None:
        elsewhere = self._frames.elsewhere(self._unknown)
        self._elsewhere += sum(name in elsewhere for name in self._unknown)
        for name in self._unknown:
            if name not in elsewhere:
                self.report.note(f"“{shown(name)}”", UNKNOWN)

    def _object(self, found: FoundObject, number: int, where: str) -> None:
        if self.spool.on_frame(number) >= MAX_SHAPES_A_FRAME:
            self.report.note(where, f"a frame takes at most {MAX_SHAPES_A_FRAME:,} shapes and tags.")
            return
        stored, reasons = self._labels.stored(found, self._frames.sizes[number], source=self._source)
        for reason in reasons:
            self.report.note(where, reason)
        if stored is not None:
            self.spool.add(number, "tags" if found.type == "tag" else "shapes", stored)


def _found(run: Run, opened: Opened, hints: Hints) -> Iterator[Found]:
    known = IMPORT_FORMATS[opened.format]
    reader = importlib.import_module(f"annotation.formats.{known.module}")

    def tell(done: float, number: int = 0, passes: int = 1) -> None:
        run.progress(0.9 * (number + done) / passes, "Reading annotations")

    def open_file(number: int, passes: int) -> IO[bytes]:
        return opened.open(lambda done: tell(done, number, passes))  # type: ignore[return-value]

    if known.bridged:
        found: Iterator[Found] = reader.read(opened, hints, known.variant, lambda: run.progress(0.4, "Datumaro reads the archive"))
    elif known.many:
        opened.members.tell = tell
        found = reader.read(opened.members, hints, known.variant)
    elif known.variant:
        found = reader.read(open_file, hints, known.variant)
    else:
        found = reader.read(open_file, hints)
    return found


def refuse_misfits(reading: Reading, *, leave_out: bool) -> None:
    """RunFailed with the report when something does not fit, or nothing does."""
    problems = reading.report.count
    if problems and not leave_out:
        things = "1 thing does" if problems == 1 else f"{problems:,} things do"
        raise RunFailed(f"{things} not fit, so nothing was imported and what was there stays. Correct the file and import it again, "
                        "or import it without what does not fit.", reading.report.sentences())
    if not reading.spool.frame_count:
        raise RunFailed("No image of the file is a frame of this task, so nothing was imported and what was there stays. "
                        "Images are matched by their names.", reading.report.sentences())
    if problems and not sum(reading.spool.counts.values()):
        raise RunFailed("Nothing in the file fits, so nothing was imported and what was there stays.", reading.report.sentences())


def _replace(run: Run, task: Task, vocabulary: Vocabulary, reading: Reading) -> None:
    spool = reading.spool
    rows = (ImportedFrame(task=task, kind=reading.kind, frame=number, **content) for number, content in spool.frames())
    with transaction.atomic():
        lock_labels(task.project_id, exclusive=False)
        if Vocabulary.of_project(task.project_id).described() != vocabulary.described():
            raise RunFailed("The project's labels were changed while the file was read. Import it again.")
        run.lock()
        if not Task.objects.select_for_update(no_key=True).filter(pk=task.pk).exists():
            raise RunLost
        ImportedFrame.objects.filter(task=task, kind=reading.kind).delete()
        while batch := list(islice(rows, ROWS_AT_ONCE)):
            ImportedFrame.objects.bulk_create(batch)
        problems = reading.report.count
        left = f" {problems:,} {'thing' if problems == 1 else 'things'} did not fit and {'is' if problems == 1 else 'are'} left out." \
            if problems else ""
        shapes, tags = spool.counts["shapes"], spool.counts["tags"]
        run.finish(f"{number_of(shapes, 'shape')} and {number_of(tags, 'tag')} on {number_of(spool.frame_count, 'frame')}.{left}",
                   warnings=[*reading.report.sentences(), *reading.notes][:1000])


def _in_pixels(found: FoundObject, size: FrameSize) -> FoundObject:
    """Fractions of the picture as pixels, to ten thousandths; four corners of a turned box as that box."""
    points = [value * size[place % 2] for place, value in enumerate(found.points)]
    if found.type != "oriented":
        return replace(found, relative=False, points=[round(value, 4) for value in points])
    box = turned_box(points)
    return replace(found, relative=False, type="rectangle" if box else "polygon", rotation=box[1] if box else 0,
                   points=box[0] if box else [round(value, 4) for value in points])
