"""One request of images into one task: check everything, then write everything, or nothing.

Files go to a folder of this run (`tasks/<id>/frames-<request>-<run>/`) or stay where they were received; rows come in one transaction at
the end, so there is no half-filled task to see at any moment. What is done is written down in batches (`journal`): the run after a killed
one goes on behind them.
"""
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q

from annotation import buckets, copies, rows
from annotation.ingest import videos
from annotation.ingest.casting import Cast, cast_of
from annotation.ingest.journal import BATCH, Journal, Result, run_name
from annotation.ingest.making import GROUP, Made, Maker, in_threads
from annotation.ingest.names import UniqueNames, in_order
from annotation.ingest.options import Options
from annotation.ingest.sources import Entry, Sources
from annotation.models import Frame, Job, Request, Task, Upload
from annotation.runner import Run, RunFailed, RunLost
from annotation.segments import cut
from annotation.services.files import remove_tree, task_folder
from annotation.services.ground_truth import add_ground_truth_job
from annotation.webhooks.announcing import announce, changing

# Decoding releases the interpreter; more threads than this only cost memory. Addresses and buckets wait for the network.
THREADS_LOCAL, THREADS_FAR = 2, 6
MAX_PROBLEMS = 200
ROWS = 1000

__all__ = ["Made", "Maker", "forget_uploads", "in_threads", "ingest"]


@dataclass
class Filling:
    """What the sources gave: `results` in the order of the frames, `mapped` the files of each job where those were named."""

    results: list[Result]
    problems: list[str]
    origin: dict[str, Any] = field(default_factory=dict)
    mapped: list[int] = field(default_factory=list)

    @property
    def made(self) -> list[Made]:
        return [one for one in self.results if isinstance(one, Made)]

    def files(self) -> set[str]:
        """Names in the storage."""
        video = self.origin.get("video", {}).get("file", "")
        return {video}.union(*(one.files for one in self.made))


def ingest(run: Run) -> None:
    """Fill the run's task (Request.params: urls, shared, cloud, options, skip_bad). RunFailed with every bad input; RunLost."""
    task = run.request.task
    assert task is not None
    journal, maker = Journal(run, task.pk), Maker(task.pk, run_name(run))
    try:
        filling = _make_all(run, task, journal, maker)
        if filling.problems and (not run.request.params.get("skip_bad") or not filling.made):
            raise RunFailed(_sentence(len(filling.problems)), filling.problems)
        if not filling.made:
            raise RunFailed("There is no image in what was sent.")
        _write(run, task, filling)
    except RunLost:
        maker.forget()
        if not Request.objects.filter(pk=run.request.pk, status__in=(Request.Status.QUEUED, Request.Status.STARTED)).exists():
            journal.remove_own()
        raise
    except (OperationalError, InterfaceError):
        # The next run goes on.
        maker.forget()
        raise
    except Exception:
        journal.remove_all()
        raise
    except BaseException:
        maker.forget()
        raise
    journal.remove_unused(filling.files())


def forget_uploads(task_id: int, until: datetime | None) -> None:
    """Remove what was received for the task until then, rows and files: what came after a cancelled request is for the next.

    Frames' originals stay.
    """
    received = Upload.objects.filter(task=task_id)
    folder = f"{task_folder(task_id)}/uploads"
    film = Task.objects.filter(pk=task_id, origin__video__file__startswith=f"{folder}/")
    if until is None and not Frame.objects.filter(task=task_id, original__startswith=f"{folder}/").exists() and not film.exists():
        received.delete()
        remove_tree(folder)
        return
    for upload in received if until is None else received.filter(created_date__lte=until):
        upload.file.delete(save=False)
        upload.delete()


def _sentence(count: int) -> str:
    noun = "1 file" if count == 1 else f"{count} files"
    return f"{noun} cannot be used, so the task stays empty. Correct the list below and send everything again."


def _make_all(run: Run, task: Task, journal: Journal, maker: Maker) -> Filling:
    params = run.request.params
    options = Options.of(params)
    bucket = _bucket(run)
    keys = _keys(run, bucket, options) if bucket is not None else []
    with Sources(list(task.uploads.all()), params.get("urls", []), params.get("shared", []), bucket, keys) as sources:
        if sources.videos and (len(sources.videos) > 1 or sources.entries):
            sources.problems += [f"{video.label} is a video: make a task of it alone." for video in sources.videos]
        elif sources.videos:
            return _of_video(run, task, options, sources, journal, maker)
        entries = _ordered(task, options, sources.entries)
        if len(entries) > settings.INGEST_MAX_FILES:
            raise RunFailed(f"These are {len(entries)} images; a task takes at most {settings.INGEST_MAX_FILES}.")
        results = journal.resume(entries)
        far = bool(params.get("urls") or bucket)
        coming = in_threads(maker, entries, THREADS_FAR if far else THREADS_LOCAL, len(results), 1 if far else GROUP)
        filling = Filling(results, list(sources.problems), _origin(run, options), [len(names) for names in options.job_file_mapping])
        _collect(run, filling, coming, journal, maker, len(entries))
        return filling


def _bucket(run: Run) -> buckets.Bucket | None:
    try:
        return buckets.of_request(run.request.params)
    except buckets.BucketProblem as problem:
        raise RunFailed(problem.sentence) from problem


def _keys(run: Run, bucket: buckets.Bucket, options: Options) -> list[str]:
    """Listed once: the next run goes on with the same files."""
    cloud = run.request.params["cloud"]
    if "keys" not in cloud:
        try:
            keys = bucket.keys(cloud["names"], cloud["exclude"], options.filename_pattern, settings.INGEST_MAX_FILES)
        except buckets.BucketProblem as problem:
            raise RunFailed(problem.sentence) from problem
        if not keys:
            raise RunFailed("No image, video or archive is in that part of the bucket.")
        cloud = {**cloud, "keys": keys}
        run.note(cloud=cloud)
    return list(cloud["keys"])


def _of_video(run: Run, task: Task, options: Options, sources: Sources, journal: Journal, maker: Maker) -> Filling:
    video = sources.videos[0]
    try:
        film = videos.Film(video, options, maker, task.pk)
        results = journal.resume(film.entries)
        filling = Filling(results, list(sources.problems), _origin(run, options))
        _collect(run, filling, film.frames(len(results)), journal, maker, film.expected)
        filling.origin["video"] = film.keep(len(filling.made))
    except videos.BadVideo as problem:
        raise RunFailed(f"{video.label} {problem}") from problem
    return filling


def _ordered(task: Task, options: Options, entries: list[Entry]) -> list[Entry]:
    if options.job_file_mapping or options.upload_file_order:
        try:
            return options.chosen(options.by_name(entries, lambda entry: entry.name))
        except ValueError as problem:
            raise RunFailed(str(problem)) from problem
    return options.chosen(in_order(entries, task.sorting_method, lambda entry: entry.name, seed=task.pk))


def _origin(run: Run, options: Options) -> dict[str, Any]:
    """For Task.origin: what is not as usual."""
    params = run.request.params
    origin: dict[str, Any] = {name: value for name, value in (("start_frame", options.start_frame), ("step", options.step))
                              if value != getattr(Options(), name)}
    if params.get("shared"):
        origin["storage"] = "share"
    if params.get("cloud"):
        origin |= {"storage": "cloud_storage", "cloud_storage_id": params["cloud"]["id"]}
    return origin


def _collect(run: Run, filling: Filling, coming: Iterator[Result], journal: Journal, maker: Maker, expected: int) -> None:
    """All results that come, written down batch by batch as long as more follow."""
    waiting: list[Result] = []
    problems = sum(isinstance(one, str) for one in filling.results) + len(filling.problems)
    for result in coming:
        if len(waiting) >= BATCH:
            journal.keep(waiting)
            maker.settled_up_to(waiting)
            waiting = []
        waiting.append(result)
        filling.results.append(result)
        problems += isinstance(result, str)
        if problems >= MAX_PROBLEMS and not run.request.params.get("skip_bad"):
            filling.results.append("There may be more: the search ended here.")
            break
        number = len(filling.results)
        run.progress(0.98 * min(number / max(expected, 1), 1), f"{number} of {max(expected, number)} images")
    coming.close()  # type: ignore[attr-defined]
    filling.problems += [one for one in filling.results if isinstance(one, str)]


def _write(run: Run, task: Task, filling: Filling) -> None:
    names, made = UniqueNames(), filling.made
    for number, item in enumerate(made):
        item.frame.number = number
        item.frame.name = names.give(item.frame.name)
    cast = _cast(task, filling, Options.of(run.request.params))
    actor = run.request.owner
    with transaction.atomic(), changing("task", [task.pk], actor=actor):
        run.lock()
        locked = Task.objects.select_for_update().get(pk=task.pk)
        rows.insert(cast.frames)
        # What became an original is received no more.
        video = filling.origin.get("video", {}).get("file", "")
        Upload.objects.filter(Q(file__in=Frame.objects.filter(task=task).values("original")) | Q(file=video), task=task).delete()
        locked.size, locked.origin, locked.from_video = len(cast.frames), filling.origin, "video" in filling.origin
        jobs = Job.objects.bulk_create(
            [Job(task=locked, start_frame=start, stop_frame=stop) for start, stop in cast.spans], batch_size=ROWS)
        announce("create", "job", [job.pk for job in jobs], actor=actor, projects=[locked.project_id])
        if cast.truth:
            add_ground_truth_job(locked, cast.truth, actor=actor, mode=cast.mode)
        locked.validation_frames_per_job = cast.per_job
        locked.save(update_fields=["size", "origin", "from_video", "validation_mode", "validation_frames_per_job", "updated_date"])
        problems = filling.problems
        skipped = f"; {len(problems)} were left out" if problems else ""
        run.finish(f"{len(made)} image{'s' if len(made) != 1 else ''} added{skipped}.", warnings=problems[:1000])
        if any(not item.frame.thumbnail for item in made):
            transaction.on_commit(lambda: copies.ring(task.pk), robust=True)


def _cast(task: Task, filling: Filling, options: Options) -> Cast:
    try:
        return cast_of([item.frame for item in filling.made], _segments(task, filling), task.segment_size, options.validation)
    except ValueError as problem:
        raise RunFailed(str(problem)) from problem


def _segments(task: Task, filling: Filling) -> list[tuple[int, int]]:
    if not filling.mapped:
        return cut(len(filling.made), task.segment_size, task.frame_overlap)
    coming, start, pairs = iter(filling.results), 0, []
    for files in filling.mapped:
        # Files that were left out make their job shorter.
        count = sum(isinstance(next(coming), Made) for _ in range(files))
        if count:
            pairs.append((start, start + count - 1))
        start += count
    return pairs
