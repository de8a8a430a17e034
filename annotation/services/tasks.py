"""Tasks and how images get into them."""
import fnmatch
import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction

from annotation.errors import Refused
from annotation.extensions import deletion_obstacles
from annotation.ingest import share
from annotation.ingest.kinds import may_be_archive, may_be_video
from annotation.ingest.names import base_name
from annotation.ingest.options import Options
from annotation.ingest.tables import urls_of_table
from annotation.ingest.urls import clean_urls
from annotation.models import CloudStorage, Project, Request, SortingMethod, Task, Upload
from annotation.sampling import GT_POOL
from annotation.services.files import remove_task_files, task_folder
from annotation.services.guards import require_edit
from annotation.services.projects import clean_name
from annotation.services.requests import create_request
from annotation.webhooks.announcing import announces, deleting

ACTIVE = (Request.Status.QUEUED, Request.Status.STARTED)


@announces("create", "task")
def create_task(*, actor: Any, project: Project, name: str, segment_size: int = 0, frame_overlap: int = 0,
                sorting_method: str = SortingMethod.NATURAL) -> Task:
    """An empty task. ValidationError with "name", "segment_size", "frame_overlap", "sorting_method"."""
    require_edit(actor, project)
    task = Task(project=project, owner=actor, name=clean_name(name))
    _set_cutting(task, segment_size, frame_overlap, sorting_method)
    task.save()
    return task


@announces("update", "task")
def update_task(*, actor: Any, task: Task, name: str | None = None, segment_size: int | None = None, frame_overlap: int | None = None,
                sorting_method: str | None = None, show_preannotations: bool | None = None) -> Task:
    """Change what is given. Refused(code="has_frames") when jobs are cut already and the cutting shall change.

    `show_preannotations` counts for jobs that are begun from then on.
    """
    require_edit(actor, task.project)
    changed = ["name", "segment_size", "frame_overlap", "sorting_method", "updated_date"]
    if show_preannotations is not None:
        task.show_preannotations = show_preannotations
        changed.append("show_preannotations")
    if name is not None:
        task.name = clean_name(name)
    wanted = (task.segment_size if segment_size is None else segment_size, task.frame_overlap if frame_overlap is None else frame_overlap,
              task.sorting_method if sorting_method is None else sorting_method)
    if wanted != (task.segment_size, task.frame_overlap, task.sorting_method):
        require_empty(task, "The images are already cut into jobs: make a new task for another cut.")
        _set_cutting(task, *wanted)
    task.save(update_fields=changed)
    return task


def delete_task(*, actor: Any, task: Task) -> None:
    """Delete the task with its jobs and files. Refused(code="in_use") while a room above still needs it."""
    require_edit(actor, task.project)
    if obstacles := deletion_obstacles(task):
        raise Refused(" ".join(obstacles), "in_use")
    task_id = task.pk
    job_ids = list(task.jobs.values_list("pk", flat=True))
    with transaction.atomic(), deleting("job", job_ids, actor=actor, projects=[task.project_id]), \
            deleting("task", [task_id], actor=actor, projects=[task.project_id]):
        task.delete()
        transaction.on_commit(lambda: remove_task_files(task_id), robust=True)


def add_upload(*, actor: Any, task: Task, name: str, file: File, position: int = 0) -> Upload:
    """Keep a received file (image or zip) until `start_ingest`. `name` may be a path; only its last part counts.

    ValidationError with "file" for an empty or too large file or too many files; Refused when the task is filled or being filled.
    """
    return add_uploads(actor=actor, task=task, files=[(name, file)], position=position)[0]


def add_uploads(*, actor: Any, task: Task, files: Sequence[tuple[str, File]], position: int = 0) -> list[Upload]:
    """The same for many (name, file) at once, which take their places from `position` on. All or none."""
    require_edit(actor, task.project)
    require_empty(task, "This task has its images already: make a new task for more.")
    if task.uploads.count() + len(files) > settings.INGEST_MAX_FILES:
        raise ValidationError({"file": [f"A task takes at most {settings.INGEST_MAX_FILES} files."]})
    made = [Upload(task=task, name=_checked_upload(name, file), position=position + place) for place, (name, file) in enumerate(files)]
    try:
        for upload, (_, file) in zip(made, files, strict=True):
            upload.file.save(f"{task_folder(task.pk)}/uploads/{uuid.uuid4().hex}", file, save=False)
        return Upload.objects.bulk_create(made, batch_size=1000)
    except BaseException:
        for upload in made:
            if upload.file:
                upload.file.delete(save=False)
        raise


def _checked_upload(name: str, file: File) -> str:
    name = base_name(name)
    if not name:
        raise ValidationError({"file": ["The file has no name."]})
    if not file.size:
        raise ValidationError({"file": [f"{name} is empty."]})
    limit = upload_limit(name)
    if file.size > limit:
        raise ValidationError({"file": [f"{name} has {file.size} bytes; at most {limit} are allowed."]})
    return name


def upload_limit(name: str) -> int:
    """Bytes of one uploaded file of that name: archives and videos hold many images."""
    large = may_be_archive(name) or may_be_video(name)
    return int(settings.INGEST_MAX_TOTAL_BYTES if large else settings.INGEST_MAX_FILE_BYTES)


def start_ingest(*, actor: Any, task: Task, urls: list[str] | tuple[()] = (), table: File | None = None, column: str = "",
                 skip_bad: bool = False, server_files: list[str] | tuple[()] = (), server_files_exclude: list[str] | tuple[()] = (),
                 cloud_storage: CloudStorage | None = None, options: Options | None = None) -> Request:
    """Fill the task in the background from its uploads, then `urls`, then the addresses in `column` of a TSV or CSV `table`, then
    `server_files` of the server's share or, with `cloud_storage`, of that bucket: names, or folders with a slash at their end.

    A bad file fails the whole request (its `errors` name every one, the task stays empty, uploads are removed);
    with `skip_bad` the good ones go in and `warnings` names the others.
    ValidationError with "urls", "table", "column", "server_files"; Refused(code="busy" or "has_frames" or "nothing_to_ingest").
    """
    require_edit(actor, task.project)
    options = options or Options()
    far = _server_files(list(server_files), list(server_files_exclude), cloud_storage, options)
    addresses = clean_urls(list(urls)) + (urls_of_table(table, column) if table is not None else [])
    with transaction.atomic():
        locked = Task.objects.select_for_update(no_key=True).get(pk=task.pk)
        require_empty(locked, "This task has its images already: make a new task for more.")
        _refuse_honeypots(locked, options)
        count = locked.uploads.count() + len(addresses) + len(far.get("shared", [])) + ("cloud" in far)
        if not count:
            raise Refused("Choose images, a zip archive, or give addresses first.", "nothing_to_ingest")
        if count > settings.INGEST_MAX_FILES:
            raise ValidationError({"urls": [f"A task takes at most {settings.INGEST_MAX_FILES} images, not {count}."]})
        params = {"urls": addresses, "skip_bad": skip_bad, "options": options.params(), **far}
        return create_request(owner=actor, action=Request.Action.CREATE, params=params, task=locked)


def _refuse_honeypots(task: Task, options: Options) -> None:
    """ValidationError where they would show by their place or their name."""
    if options.validation.get("mode") != GT_POOL:
        return
    if task.sorting_method != SortingMethod.RANDOM:
        raise ValidationError({"validation_params": ["Honeypots need the sorting method random: in any other order they would stand out."]})
    if task.frame_overlap:
        raise ValidationError({"validation_params": ["Honeypots need jobs that share no frames: set the overlap to 0."]})


def _server_files(names: list[str], exclude: list[str], cloud_storage: CloudStorage | None, options: Options) -> dict[str, Any]:
    """For Request.params: paths on the share as they are now; a bucket is listed in the background."""
    if cloud_storage is not None:
        return {"cloud": {"id": cloud_storage.pk, "names": names, "exclude": exclude}}
    if not names:
        return {}
    if not share.is_on():
        raise ValidationError({"server_files": ["This server has no share. Upload the files, or ask the administrator for one."]})
    try:
        paths = share.files_of(names, exclude, settings.INGEST_MAX_FILES)
    except share.NotShared as refusal:
        raise ValidationError({"server_files": [str(refusal)]}) from refusal
    paths = [path for path in paths if not options.filename_pattern or fnmatch.fnmatchcase(path, options.filename_pattern)]
    if not paths:
        raise ValidationError({"server_files": ["No image, video or archive is there."]})
    return {"shared": paths}


def require_empty(task: Task, sentence: str) -> None:
    """Refused(code="has_frames", `sentence`) when the task has images, Refused(code="busy") while they come."""
    if task.size:
        raise Refused(sentence, "has_frames")
    if Request.objects.filter(task=task, action=Request.Action.CREATE, status__in=ACTIVE).exists():
        raise Refused("Images are being put into this task right now. Wait until that is done.", "busy")


def _set_cutting(task: Task, segment_size: Any, frame_overlap: Any, sorting_method: str) -> None:
    errors: dict[str, list[str]] = {}
    for field, value in (("segment_size", segment_size), ("frame_overlap", frame_overlap)):
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1_000_000:
            errors[field] = ["Give a whole number from 0 to 1,000,000."]
    if not errors and frame_overlap and (segment_size == 0 or frame_overlap >= segment_size):
        errors["frame_overlap"] = ["The overlap must be smaller than the segment size, and needs one."]
    if sorting_method not in SortingMethod.values:
        errors["sorting_method"] = [f"“{sorting_method}” is not one of {', '.join(SortingMethod.values)}."]
    if errors:
        raise ValidationError(errors)
    task.segment_size, task.frame_overlap, task.sorting_method = segment_size, frame_overlap, sorting_method
