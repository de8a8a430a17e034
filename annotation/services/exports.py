"""Exports of projects, tasks and jobs."""
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from annotation import selectors
from annotation.errors import Forbidden, Refused
from annotation.formats import EXPORT_FORMATS
from annotation.formats.registry import why_not
from annotation.models import Job, Project, Request, Task
from annotation.services.requests import ACTIVE, create_request

# Which shapes: as they are now, with what reviewers corrected, or as people submitted them.
VERSIONS = ("now", "submitted")


def start_export(*, actor: Any, project_or_task: Project | Task | Job, format: str, save_images: bool = False,
                 only_accepted: bool | None = None, version: str = "now", skip_unchecked: bool = False, provenance: bool = False,
                 filename: str = "") -> Request:
    """Write a file in the background. `only_accepted` None: accepted jobs only where somebody from outside worked, else all jobs; one job
    that is asked for always.

    `version` is one of VERSIONS; `skip_unchecked` leaves out frames whose starting point nobody changed or confirmed; `provenance` adds
    who made each shape. What the format cannot hold is counted in the request's warnings and in the archive's report.json.
    ValidationError with "format" or "version"; Refused(code="busy") while the same export is queued or running.
    """
    task = project_or_task.task if isinstance(project_or_task, Job) else project_or_task
    project = task.project if isinstance(task, Task) else task
    if not selectors.may_edit(actor, project):
        raise Forbidden("Your role in this project does not allow exports. Ask its owner to share it with you as a requester.")
    if format not in EXPORT_FORMATS:
        raise ValidationError({"format": [f"“{format}” is not one of {', '.join(EXPORT_FORMATS)}."]})
    if problem := why_not(format, EXPORT_FORMATS[format]):
        raise ValidationError({"format": [problem]})
    if version not in VERSIONS:
        raise ValidationError({"version": [f"“{version}” is not one of {', '.join(VERSIONS)}."]})
    params = {"format": format, "save_images": bool(save_images), "only_accepted": only_accepted, "version": version,
              "skip_unchecked": bool(skip_unchecked), "provenance": bool(provenance), "filename": filename}
    target: dict[str, Any] = {type(project_or_task).__name__.lower(): project_or_task}
    with transaction.atomic():
        # Of two that ask at once the second finds the first's request.
        type(project_or_task).objects.select_for_update(no_key=True).get(pk=project_or_task.pk)
        same = Request.objects.filter(owner=actor, action=Request.Action.EXPORT, params=params, status__in=ACTIVE, **target)
        if same.filter(job=target.get("job")).exists():
            raise Refused("This very export is already being made. Wait until it is done.", "busy")
        return create_request(owner=actor, action=Request.Action.EXPORT, params=params, **target)
