"""Exports of projects and tasks."""
from typing import Any

from django.core.exceptions import ValidationError

from annotation import selectors
from annotation.errors import Forbidden, Refused
from annotation.formats import EXPORT_FORMATS
from annotation.models import Project, Request, Task
from annotation.services.requests import create_request


def start_export(*, actor: Any, project_or_task: Project | Task, format: str, save_images: bool = False,
                 only_accepted: bool | None = None, filename: str = "") -> Request:
    """Write a file in the background. `only_accepted` None: accepted jobs only where somebody from outside worked, else all jobs.

    ValidationError with "format"; Refused(code="busy") while the same export is queued or running.
    """
    project = project_or_task.project if isinstance(project_or_task, Task) else project_or_task
    if not selectors.may_edit(actor, project):
        raise Forbidden("Your role in this project does not allow exports. Ask its owner to share it with you as a requester.")
    if format not in EXPORT_FORMATS:
        raise ValidationError({"format": [f"“{format}” is not one of {', '.join(EXPORT_FORMATS)}."]})
    params = {"format": format, "save_images": bool(save_images), "only_accepted": only_accepted, "filename": filename}
    target: dict[str, Any] = {"task": project_or_task} if isinstance(project_or_task, Task) else {"project": project_or_task}
    running = Request.objects.filter(
        owner=actor, action=Request.Action.EXPORT, params=params, status__in=[Request.Status.QUEUED, Request.Status.STARTED], **target)
    if running.exists():
        raise Refused("This very export is already being made. Wait until it is done.", "busy")
    return create_request(owner=actor, action=Request.Action.EXPORT, params=params, **target)
