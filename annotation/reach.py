"""One job or task and whether somebody sees it, asked as cheaply as the answer allows: for doors that are asked very often.

The rules are those of `annotation.selectors`; what can be told from the row itself is not asked of the database.
"""
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet

from annotation import selectors
from annotation.models import Frame, Job, Project, Task
from annotation.rows import Joined

_JOB_TABLES: dict[str, type[Model]] = {"j": Job, "t": Task, "p": Project}
_JOB_ROWS = ("FROM annotation_job j JOIN annotation_task t ON t.id = j.task_id JOIN annotation_project p ON p.id = t.project_id "
             "WHERE j.id = %s")
# A guide is long, and few who ask for a job want it.
_SHORT = {"p": ("id", "name", "owner_id", "organization_id")}
_JOB = Joined(_JOB_TABLES, _JOB_ROWS, only=_SHORT)
_JOB_SHOWN = Joined(_JOB_TABLES, _JOB_ROWS, [
    "(SELECT count(*) FROM annotation_issue i WHERE i.job_id = j.id)",
    "(SELECT count(*) FROM annotation_job r WHERE r.parent_job_id = j.id)", "p.guide <> ''"], only=_SHORT)
_ALONE = """SELECT NOT EXISTS (SELECT 1 FROM annotation_organizationmember WHERE user_id = %s)
    AND NOT EXISTS (SELECT 1 FROM annotation_projectmember WHERE user_id = %s)"""
_TASK = Joined({"t": Task, "p": Project}, "FROM annotation_task t JOIN annotation_project p ON p.id = t.project_id WHERE t.id = %s")
_FRAME = Joined({"f": Frame}, "FROM annotation_frame f WHERE f.task_id = %s AND f.number = %s")
_BIGGEST = 2**63 - 1


def jobs_seen(user: Any, *, given: bool) -> QuerySet[Job]:
    """Jobs for a list. Who is in no organization and was shared nothing sees what is theirs: a plain join, no subquery."""
    if not selectors.is_admin(user) and user.is_active and _is_alone(user):
        return Job.objects.filter(task__project__owner=user, task__project__organization=None)
    return selectors.jobs_open_to(user) if given else selectors.jobs_for(user)


def job_shown(user: Any, key: int) -> Job | None:
    """`job_seen`, also as a worker, with what the job's own answer tells besides: `assignee`, `issue_count` and `replica_count`."""
    job = job_seen(user, key, given=True, joined=_JOB_SHOWN)
    if job is not None and job.assignee_id == user.pk:
        job.assignee = user
    return job


def job_seen(user: Any, key: int, *, given: bool, joined: Joined = _JOB) -> Job | None:
    """The job with its task and project, None for somebody who does not see it. `given`: also one given to them as a worker."""
    row = joined.first([key]) if key <= _BIGGEST else None
    if row is None:
        return None
    job, job.task, job.task.project = row[:3]
    if joined is _JOB_SHOWN:
        job.issue_count, job.replica_count, job.has_guide = row[3:]
    if obvious(user, job.task.project):
        return job
    visible = selectors.jobs_open_to(user) if given else selectors.jobs_for(user)
    return job if visible.filter(pk=key).exists() else None


def task_seen(user: Any, key: int) -> Task | None:
    """The task with its project, None for somebody who does not see it."""
    row = _TASK.first([key]) if key <= _BIGGEST else None
    if row is None:
        return None
    task, task.project = row
    if obvious(user, task.project):
        return task
    return task if selectors.tasks_for(user).filter(pk=key).exists() else None


def _is_alone(user: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_ALONE, [user.pk, user.pk])
        return bool(cursor.fetchone()[0])


def frame_of(job: Job, number: int) -> Frame | None:
    """The job's frame of this number in the task, None for another's."""
    row = _FRAME.first([job.task_id, number]) if job.holds(number) else None
    return row[0] if row is not None else None


def obvious(user: Any, project: Project) -> bool:
    """Admins see everything, owners what is theirs and no organization's."""
    return selectors.is_admin(user) or bool(user.is_active and project.organization_id is None and project.owner_id == user.pk)
