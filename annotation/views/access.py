"""Fetch with permission: what a user may not see is 404, what they may see but not change is 403 with the reason."""
from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from annotation import selectors
from annotation.models import Job, Project, Task

NO_CHANGES = "Your role in this project does not allow changes. Ask its owner to share it with you as a requester."


def project_or_404(user: Any, project_id: int, *, edit: bool = False) -> Project:
    project = get_object_or_404(selectors.projects_for(user).select_related("owner", "organization"), pk=project_id)
    return _allowed(user, project, project, edit)


def task_or_404(user: Any, task_id: int, *, edit: bool = False) -> Task:
    task = get_object_or_404(selectors.tasks_for(user).select_related("project", "owner"), pk=task_id)
    return _allowed(user, task.project, task, edit)


def job_or_404(user: Any, job_id: int, *, edit: bool = False, given: bool = False) -> Job:
    """`given`: also a job that is the user's only because it was given to them."""
    visible = selectors.jobs_open_to if given else selectors.jobs_for
    job = get_object_or_404(visible(user).select_related("task__project", "assignee"), pk=job_id)
    return _allowed(user, job.task.project, job, edit)


def _allowed(user: Any, project: Project, thing: Any, edit: bool) -> Any:
    if edit and not selectors.may_edit(user, project):
        raise PermissionDenied(NO_CHANGES)
    return thing
