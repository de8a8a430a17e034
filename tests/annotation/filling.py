"""Filling tasks in the test's own process, and looking at what is stored."""
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from annotation import runner
from annotation.models import Request, Task
from annotation.services import tasks


def ingest(actor: Any, task: Task, files: dict[str, bytes] | None = None, **arguments: Any) -> Request:
    """Upload, start, run here, and give back the settled request."""
    for position, (name, content) in enumerate((files or {}).items()):
        tasks.add_upload(actor=actor, task=task, name=name, file=ContentFile(content, name=name), position=position)
    request = tasks.start_ingest(actor=actor, task=task, **arguments)
    runner.run(str(request.pk))
    request.refresh_from_db()
    return request


def stored_files(folder: str = "tasks") -> list[str]:
    """Every file below a folder of the storage."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return []
    return [f"{folder}/{name}" for name in files] + [path for name in folders for path in stored_files(f"{folder}/{name}")]
