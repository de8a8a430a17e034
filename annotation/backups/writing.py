"""One backup request: a zip in CVAT's layout from which the task or the project can be made again. Memory is that of a few frames."""
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import IO, Any

import orjson
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Sum, TextField
from django.db.models.functions import Cast

from annotation.backups import layout
from annotation.backups.describing import Names, issues_of, manifest_lines, project_description, task_description
from annotation.models import Asset, Frame, FrameAnnotation, ImportedFrame, Job, Label, Project, Request, Task
from annotation.runner import Run, RunFailed, RunLost
from annotation.services.files import remove_tree

ROWS_AT_ONCE = 20


def back_up(run: Run) -> None:
    """Write the archive of the request's task or project. RunFailed, RunLost."""
    request = run.request
    folder = f"exports/{request.pk}"
    remove_tree(folder)
    name = _file_name(request)
    try:
        # Unlinked at once: a killed worker leaves nothing behind.
        with tempfile.TemporaryFile() as out:
            _Writer(run, out).write()
            out.seek(0)
            stored = default_storage.save(f"{folder}/{request.run}/{name}", File(out))
        with transaction.atomic():
            run.finish("The backup is ready.", result=stored, result_name=name)
    except RunLost:
        remove_tree(f"{folder}/{request.run}")
        raise
    except FileNotFoundError as error:
        raise RunFailed("An image is gone from the server: the task was deleted meanwhile, or its files are damaged.") from error
    except OSError:
        remove_tree(folder)
        raise


class _Writer:
    def __init__(self, run: Run, out: IO[bytes]) -> None:
        self._run, self._out = run, out
        request = run.request
        self._tasks = [request.task] if request.task is not None else list(
            Task.objects.filter(project=request.project, size__gt=0).order_by("pk").select_related("project"))
        self._project: Project = request.project or self._tasks[0].project
        self._whole = request.task is None
        self._names = Names(Label.objects.filter(project=self._project).prefetch_related("attributes"))
        self._done = self._things = 0
        known = Frame.objects.filter(task__in=self._tasks).aggregate(size=Sum("byte_size"))
        self._total = sum(task.size for task in self._tasks)
        if self._total > settings.BACKUP_MAX_FRAMES or (known["size"] or 0) > settings.BACKUP_MAX_BYTES:
            raise RunFailed(f"This is too large for one backup: {self._total:,} images of {known['size'] or 0:,} bytes; at most "
                            f"{settings.BACKUP_MAX_FRAMES:,} and {settings.BACKUP_MAX_BYTES:,} are allowed. Back its tasks up one by one.")

    def write(self) -> None:
        """The whole archive."""
        with zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            assets = list(Asset.objects.filter(project=self._project))
            described = [{"id": str(asset.pk), "filename": asset.filename} for asset in assets]
            if self._whole:
                _put(archive, layout.PROJECT, {**project_description(self._project), "assets": described})
            if self._project.guide:
                archive.writestr(layout.GUIDE, self._project.guide)
            for asset in assets:
                copy_stored(archive, str(asset.file.name), f"{layout.ASSETS}/{asset.pk}")
            for number, task in enumerate(self._tasks):
                self._task(archive, task, layout.task_folder(number) if self._whole else "", [] if self._whole else described)

    def _task(self, archive: zipfile.ZipFile, task: Task, prefix: str, assets: list[dict[str, Any]]) -> None:
        # Replicas are a crowd's, as attempts are: what of their work counts is on their parents.
        jobs = list(Job.objects.filter(task=task, parent_job=None).order_by("start_frame", "pk"))
        description = {**task_description(task, jobs), **({} if self._whole else {"assets": assets})}
        _put(archive, prefix + layout.TASK, description)
        with archive.open(prefix + layout.ANNOTATIONS, "w", force_zip64=True) as member:
            member.write(b"[")
            for part in self._job_parts(task, jobs):
                member.write(part)
            member.write(b"]")
        for name, kind in layout.IMPORTED.items():
            rows = ImportedFrame.objects.filter(task=task, kind=kind).order_by("frame").values_list("frame", "shapes", "tags")
            if rows.exists():
                with archive.open(prefix + name, "w", force_zip64=True) as member:
                    _list(member, rows.iterator(chunk_size=ROWS_AT_ONCE), lambda row: orjson.dumps(
                        {"frame": row[0], "shapes": self._named(row[1]), "tags": self._named(row[2])}))
        with archive.open(prefix + layout.ISSUES, "w", force_zip64=True) as member:
            _list(member, issues_of(task, {job.pk: place for place, job in enumerate(jobs)}), orjson.dumps)
        self._pictures(archive, task, prefix)

    def _pictures(self, archive: zipfile.ZipFile, task: Task, prefix: str) -> None:
        with archive.open(prefix + layout.MANIFEST, "w", force_zip64=True) as member:
            member.write(b'{"version":"1.1"}\n{"type":"images"}\n')
            for line, _, _ in manifest_lines(task):
                member.write(orjson.dumps(line) + b"\n")
        for line, name, stored in manifest_lines(task):
            # A honeypot's picture is its real frame's.
            if "honeypot_of" not in line:
                copy_stored(archive, stored, f"{prefix}{layout.DATA}/{name}")
            self._done += 1
            self._run.progress(0.98 * self._done / max(self._total, 1), f"Adding image {self._done} of {self._total}")

    def _named(self, things: list[dict[str, Any]]) -> list[dict[str, Any]]:
        self._things += len(things)
        if self._things > settings.BACKUP_MAX_SHAPES:
            raise RunFailed(f"There are more than {settings.BACKUP_MAX_SHAPES:,} shapes and tags: too many for one backup. "
                            "Back up its tasks one by one, or let the administrator raise BACKUP_MAX_SHAPES.")
        return [named for thing in things if (named := self._names.named(thing)) is not None]

    def _job_parts(self, task: Task, jobs: list[Job]) -> Iterator[bytes]:
        """One object a job, job after job; one statement reads them all, so that they are of one moment."""
        rows = FrameAnnotation.objects.filter(job__task=task).order_by("job__start_frame", "job_id", "frame").annotate(
            shapes_text=Cast("shapes", TextField()), tags_text=Cast("tags", TextField())).values_list(
            "job_id", "frame", "shapes_text", "tags_text", "nothing_here", "starting_point").iterator(chunk_size=ROWS_AT_ONCE)
        coming = next(rows, None)
        for place, job in enumerate(jobs):
            yield (b"," if place else b"") + b'{"version":0,"tracks":[],"shapes":['
            tags: list[bytes] = []
            marked: dict[str, list[int]] = {"nothing_here": [], "starting_point": []}
            separator = b""
            while coming is not None and coming[0] == job.pk:
                _, frame, shapes, tagged, *marks = coming
                for shape in self._named(orjson.loads(shapes)):
                    yield separator + orjson.dumps({**shape, "frame": frame, "outside": False, "elements": []})
                    separator = b","
                tags += [orjson.dumps({**tag, "frame": frame}) for tag in self._named(orjson.loads(tagged))]
                for name, mark in zip(marked, marks, strict=True):
                    if mark:
                        marked[name].append(frame)
                self._run.progress(0.98 * self._done / max(self._total, 1), "Writing annotations")
                coming = next(rows, None)
            yield b'],"tags":[' + b",".join(tags) + b"]," + orjson.dumps(marked)[1:]


def _file_name(request: Request) -> str:
    """Letters that every program takes in Content-Disposition."""
    wanted = re.sub(r"[^A-Za-z0-9_.-]+", "_", request.params.get("filename", "")).strip("._").removesuffix(".zip")[:200]
    target = f"task_{request.task_id}" if request.task_id else f"project_{request.project_id}"
    return f"{wanted or f'{target}_backup_{datetime.now(UTC):%Y-%m-%d}'}.zip"


def _put(archive: zipfile.ZipFile, name: str, thing: dict[str, Any]) -> None:
    archive.writestr(name, orjson.dumps(thing, option=orjson.OPT_INDENT_2))


def _list(member: IO[bytes], things: Any, encoded: Callable[[Any], bytes]) -> None:
    """A JSON list."""
    member.write(b"[")
    separator = b""
    for thing in things:
        member.write(separator + encoded(thing))
        separator = b","
    member.write(b"]")


def copy_stored(archive: zipfile.ZipFile, stored: str, path: str) -> None:
    """A file of the storage as it is: pictures are packed already."""
    info = zipfile.ZipInfo(path, date_time=(1980, 1, 1, 0, 0, 0))
    info.external_attr = 0o644 << 16
    with default_storage.open(stored, "rb") as source, archive.open(info, "w", force_zip64=True) as member:
        while chunk := source.read(1 << 20):
            member.write(chunk)
