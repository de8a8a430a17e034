"""One job or task and whether somebody sees it, asked as cheaply as the answer allows: for doors that are asked very often.

The rules are those of `annotation.selectors`; what can be told from the row itself is not asked of the database.
"""
from typing import Any

from annotation import selectors
from annotation.models import Job, Project, Task
from annotation.rows import Joined

_JOB = Joined({"j": Job, "t": Task, "p": Project}, "FROM annotation_job j JOIN annotation_task t ON t.id = j.task_id "
              "JOIN annotation_project p ON p.id = t.project_id WHERE j.id = %s")
_TASK = Joined({"t": Task, "p": Project}, "FROM annotation_task t JOIN annotation_project p ON p.id = t.project_id WHERE t.id = %s")
_BIGGEST = 2**63 - 1


def job_seen(user: Any, key: int, *, given: bool) -> Job | None:
    """The job with its task and project, None for somebody who does not see it. `given`: also one given to them as a worker."""
    row = _JOB.first([key]) if key <= _BIGGEST else None
    if row is None:
        return None
    job, job.task, job.task.project = row[0], row[1], row[2]
    if _obvious(user, job.task.project):
        return job
    visible = selectors.jobs_open_to(user) if given else selectors.jobs_for(user)
    return job if visible.filter(pk=key).exists() else None


def task_seen(user: Any, key: int) -> Task | None:
    """The task with its project, None for somebody who does not see it."""
    row = _TASK.first([key]) if key <= _BIGGEST else None
    if row is None:
        return None
    task, task.project = row
    if _obvious(user, task.project):
        return task
    return task if selectors.tasks_for(user).filter(pk=key).exists() else None


def _obvious(user: Any, project: Project) -> bool:
    """Admins see everything, owners what is theirs and no organization's."""
    return selectors.is_admin(user) or bool(user.is_active and project.organization_id is None and project.owner_id == user.pk)
