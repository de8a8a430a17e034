"""Files that no row names any more: left by killed workers and interrupted uploads."""
from datetime import timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Q
from django.utils import timezone

from annotation.models import Asset, Frame, PartialUpload, Request, Task, Upload
from annotation.services import partial_uploads
from annotation.services.files import PARTIAL, remove_tree, task_folder
from annotation.services.guides import FOLDER

UPLOAD_DAYS = 2
RESULT_DAYS = 14
ACTIVE = (Request.Status.QUEUED, Request.Status.STARTED)


def tidy() -> int:
    """Delete them; how many folders, uploads and results went. Safe while requests run: those of an active request are left alone."""
    return _uploads() + _task_folders() + _results() + _pictures()


def _active_tasks() -> set[int]:
    return set(Request.objects.filter(status__in=ACTIVE, task__isnull=False).values_list("task_id", flat=True))


def _active_params(key: str) -> list[dict[str, Any]]:
    """Of active requests that have the parameter."""
    return list(Request.objects.filter(status__in=ACTIVE, params__has_key=key).values_list("params", flat=True))


def _uploads() -> int:
    old = Upload.objects.filter(created_date__lt=timezone.now() - timedelta(days=UPLOAD_DAYS)).exclude(task__in=_active_tasks())
    count = 0
    for upload in old.iterator():
        upload.file.delete(save=False)
        upload.delete()
        count += 1
    needed = {named["upload"] for named in _active_params("upload")}
    for partial in PartialUpload.objects.filter(created_date__lt=timezone.now() - timedelta(days=UPLOAD_DAYS)).exclude(pk__in=needed):
        partial_uploads.forget(partial)
        count += 1
    for name in _folders(PARTIAL):
        # Of a project that was deleted meanwhile. The folder is seen first: an upload has its row before its first piece.
        if not PartialUpload.objects.filter(pk=name).exists():
            remove_tree(f"{PARTIAL}/{name}")
            count += 1
    return count


def _folders(path: str) -> list[str]:
    try:
        return default_storage.listdir(path)[0]
    except FileNotFoundError:
        return []


def _task_folders() -> int:
    count = 0
    for name in _folders("tasks"):
        # The folder is seen first and the row asked for after it: a task that is born meanwhile is found. What a request reserved
        # is asked for before the row: once it is over, the row is there.
        reserved = any(name in map(str, named["reserved_tasks"]) for named in _active_params("reserved_tasks"))
        task = Task.objects.filter(pk=int(name)).first() if name.isdigit() else None
        if task is None and reserved:
            continue
        if task is None:
            remove_tree(f"tasks/{name}")
            count += 1
        elif task.pk not in _active_tasks():
            count += sum(_leftover(task, inner) for inner in _folders(task_folder(task.pk)))
    return count


def _leftover(task: Task, inner: str) -> int:
    """Remove a run's folder that the task's frames do not live in, and files whose import never began. 1 when something went."""
    if inner == "imports":
        return _imports(f"{task_folder(task.pk)}/{inner}")
    if not inner.startswith("frames-"):
        return 0
    folder = f"{task_folder(task.pk)}/{inner}"
    if _is_lived_in(task, folder):
        return 0
    remove_tree(folder)
    return 1


def _is_lived_in(task: Task, folder: str) -> bool:
    """Originals of uploads stay where they were received; the run's folder then holds the small copies alone."""
    inside = f"{folder}/"
    named = Q(original__startswith=inside) | Q(thumbnail__startswith=inside) | Q(work_copy__startswith=inside)
    return str(task.origin.get("video", {}).get("file", "")).startswith(inside) or Frame.objects.filter(named, task=task).exists()


def _imports(folder: str) -> int:
    old = timezone.now() - timedelta(days=UPLOAD_DAYS)
    lost = [name for name in default_storage.listdir(folder)[1] if default_storage.get_modified_time(f"{folder}/{name}") < old]
    for name in lost:
        default_storage.delete(f"{folder}/{name}")
    return int(bool(lost))


def _results() -> int:
    count = 0
    for request in Request.objects.filter(finished_date__lt=timezone.now() - timedelta(days=RESULT_DAYS)).exclude(result="").iterator():
        request.result.delete(save=False)
        Request.objects.filter(pk=request.pk).update(result="")
        count += 1
    for name in _folders("exports"):
        if not Request.objects.filter(pk=name).exists():
            remove_tree(f"exports/{name}")
            count += 1
    return count


def _pictures() -> int:
    """Of guides, whose rows were never written."""
    try:
        names = default_storage.listdir(FOLDER)[1]
    except FileNotFoundError:
        return 0
    old = timezone.now() - timedelta(days=UPLOAD_DAYS)
    # The storage may have given another name than asked for.
    lost = [name for name in names if not Asset.objects.filter(file=f"{FOLDER}/{name}").exists()
            and default_storage.get_modified_time(f"{FOLDER}/{name}") < old]
    for name in lost:
        default_storage.delete(f"{FOLDER}/{name}")
    return len(lost)
