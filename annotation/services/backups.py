"""Backups of tasks and projects, and making them again."""
from typing import Any

from django.db import transaction

from annotation.errors import Forbidden, Refused
from annotation.models import Organization, PartialUpload, Project, Request, Task
from annotation.services.guards import require_edit
from annotation.services.organizations import require_creation
from annotation.services.partial_uploads import require_whole
from annotation.services.requests import ACTIVE, create_request

SUBJECT = "backup"
KINDS = ("task", "project")


@transaction.atomic
def start_backup(*, actor: Any, project_or_task: Project | Task, filename: str = "") -> Request:
    """Write the archive in the background. Refused(code="busy") while the same is queued or running, "no_frames" for an empty task."""
    task = project_or_task if isinstance(project_or_task, Task) else None
    project = task.project if task is not None else project_or_task
    require_edit(actor, project)  # type: ignore[arg-type]
    if task is not None and not task.size:
        raise Refused("This task has no images yet: there is nothing to back up.", "no_frames")
    # Of two that ask at once the second finds the first's request.
    type(project_or_task).objects.select_for_update(no_key=True).get(pk=project_or_task.pk)
    target: dict[str, Any] = {"task": task} if task is not None else {"project": project}
    params = {"subject": SUBJECT, "filename": filename}
    if Request.objects.filter(owner=actor, action=Request.Action.EXPORT, params=params, status__in=ACTIVE, **target).exists():
        raise Refused("This very backup is already being made. Wait until it is done.", "busy")
    return create_request(owner=actor, action=Request.Action.EXPORT, params=params, **target)


@transaction.atomic
def start_restore(*, actor: Any, upload: PartialUpload, kind: str, organization: Organization | None = None) -> Request:
    """Make a task (with a project of its name around it) or a project of the actor's out of what was sent, in the background.

    In the organization, else in the personal space. Forbidden; Refused(code="half_upload" or "busy").
    """
    if not actor.is_authenticated or not actor.is_active:
        raise Forbidden("Log in to restore a backup.")
    if organization is not None:
        require_creation(actor, organization)
    locked = PartialUpload.objects.select_for_update().get(pk=upload.pk)
    require_whole(locked)
    if Request.objects.filter(status__in=ACTIVE, params__upload=str(locked.pk)).exists():
        raise Refused("This backup is being restored already. Wait until it is done.", "busy")
    params = {"subject": SUBJECT, "kind": kind, "upload": str(locked.pk), "filename": locked.name,
              "organization": organization.pk if organization is not None else None}
    return create_request(owner=actor, action=Request.Action.IMPORT, params=params)
