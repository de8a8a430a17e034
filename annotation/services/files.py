"""Files of tasks in the default storage."""
import uuid

from django.core.files.storage import default_storage

from annotation.stored import remove_tree as remove_tree


def task_folder(task_id: int) -> str:
    """Everything of a task lies below it."""
    return f"tasks/{task_id}"


def import_path(task_id: int, request_id: uuid.UUID) -> str:
    """Where a file waits for its import."""
    return f"{task_folder(task_id)}/imports/{request_id}"


PARTIAL = "partial"


def partial_folder(task_id: int | None, upload_id: uuid.UUID) -> str:
    """Where the pieces of an unfinished upload lie: with its task, or in a folder of its own."""
    return f"{task_folder(task_id)}/partial/{upload_id}" if task_id is not None else f"{PARTIAL}/{upload_id}"


def forget_import(path: str) -> None:
    """Remove what was received for an import; no error when it is gone."""
    default_storage.delete(path)


def remove_task_files(task_id: int) -> None:
    """Delete all files of a task."""
    remove_tree(task_folder(task_id))
