"""One request to make a task of a project out of an archive with images and annotations, as CVAT's programs send them.

The images become its frames, in one job; the annotations go onto it. Labels are those of the project: one that it does not have fails the
request, as at CVAT. Files are stored first, below the id that the task will have; all rows are written in one transaction.
"""
import io
import zipfile
from typing import IO, Any, cast

from django.conf import settings
from django.db import transaction

from annotation.backups.opening import BadBackup, PlannedFrame, PlannedTask
from annotation.backups.storing import Storing
from annotation.formats.found import Unreadable, shown
from annotation.formats.importing import Reading, refuse_misfits
from annotation.formats.jobs import put_on_jobs
from annotation.formats.spool import Spool
from annotation.ingest.archives import BadArchive, images_in, open_zip
from annotation.ingest.names import NAME_LENGTH, UniqueNames, natural_key
from annotation.models import Frame, Job, PartialUpload, Project, Task
from annotation.rows import insert
from annotation.runner import Run, RunFailed
from annotation.services.files import remove_tree, task_folder
from annotation.services.imports import ON_JOBS
from annotation.services.partial_uploads import Pieces
from annotation.shapes import Vocabulary

SUFFIXES = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff")


def import_dataset(run: Run) -> None:
    """Request.params: upload (a PartialUpload), filename, format. RunFailed, RunLost."""
    params, project = run.request.params, run.request.project
    assert project is not None
    name = shown(params["filename"])
    upload = PartialUpload.objects.filter(pk=params["upload"]).first()
    if upload is None:
        raise RunFailed("The file is gone from the server. Send it again.")
    received: PartialUpload = upload

    def open_file() -> IO[bytes]:
        return cast(IO[bytes], io.BufferedReader(Pieces(received), 1 << 18))

    try:
        _Making(run, project, open_file).make()
    except (BadArchive, BadBackup, Unreadable) as problem:
        raise RunFailed(f"{name} {problem}") from problem
    except zipfile.BadZipFile as error:
        raise RunFailed(f"{name} is damaged inside the archive.") from error
    except FileNotFoundError as error:
        raise RunFailed("The file is gone from the server. Send it again.") from error


class _Making:
    def __init__(self, run: Run, project: Project, open_file: Any) -> None:
        self._run, self._project, self._open = run, project, open_file
        # Of this run only: another one may begin while this is not over yet.
        self._folder = f"frames-{run.request.pk.hex[:8]}-{run.request.run}"

    def make(self) -> None:
        """The task, or nothing."""
        task_id, = self._run.reserve_tasks(1)
        remove_tree(task_folder(task_id))
        try:
            with self._open() as file:
                archive = open_zip(file)
                planned = self._planned(archive)
                frames = []
                for frame in Storing(archive, task_id, self._folder).frames(planned):
                    frames.append(frame)
                    self._run.progress(0.8 * len(frames) / len(planned.frames), f"{len(frames)} of {len(planned.frames)} images")
            self._write(task_id, planned, frames)
        except BaseException:
            remove_tree(f"{task_folder(task_id)}/{self._folder}")
            raise

    def _planned(self, archive: zipfile.ZipFile) -> PlannedTask:
        found = []
        for member, name, problem in images_in(archive):
            if name.lower().endswith(SUFFIXES):
                if problem:
                    raise BadBackup(f"cannot be used: {shown(name)} {problem}")
                found.append((name.removeprefix("images/"), member))
        if not found:
            raise BadBackup("has no images inside. For annotations alone, import them into a task.")
        if len(found) > settings.INGEST_MAX_FILES:
            raise BadBackup(f"has {len(found):,} images; a task takes at most {settings.INGEST_MAX_FILES:,}.")
        names = UniqueNames()
        frames = [PlannedFrame(names.give(name), member) for name, member in sorted(found, key=lambda one: natural_key(one[0]))]
        title = self._run.request.params["filename"].rpartition(".")[0] or "Dataset"
        return PlannedTask("", title[:min(256, NAME_LENGTH)], {}, frames, [])

    def _write(self, task_id: int, planned: PlannedTask, frames: list[Frame]) -> None:
        run = self._run
        with transaction.atomic(), Spool() as spool:
            if not Project.objects.select_for_update(no_key=True).filter(pk=self._project.pk).exists():
                raise RunFailed("The project was deleted meanwhile.")
            task = Task.objects.create(pk=task_id, project=self._project, owner=run.request.owner, name=planned.name, size=len(frames))
            insert(frames)
            Job.objects.create(task=task, start_frame=0, stop_frame=len(frames) - 1)
            vocabulary = Vocabulary.of_project(self._project.pk)
            reading = Reading(task, vocabulary, ON_JOBS, spool)
            reading.read(run, self._open)
            refuse_misfits(reading, leave_out=False)
            put_on_jobs(run, task, vocabulary, spool, [*reading.notes, f"The new task is #{task_id}, “{shown(planned.name)}”."])
