"""Counts and previews for the rows of one page: a fixed number of queries, however many rows."""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum

from annotation.models import Frame, Job, Request, Task
from annotation.models.jobs import JobStage, JobState, JobType


@dataclass(frozen=True)
class Progress:
    """Jobs by where they are: accepted, waiting for review (validation/completed), and all."""

    jobs: int = 0
    accepted: int = 0
    to_review: int = 0
    in_progress: int = 0
    tasks: int = 0
    frames: int = 0


_COUNTS = {
    "jobs": Count("pk"),
    "accepted": Count("pk", filter=Q(stage=JobStage.ACCEPTANCE, state=JobState.COMPLETED)),
    "to_review": Count("pk", filter=Q(stage=JobStage.VALIDATION, state=JobState.COMPLETED)),
    "in_progress": Count("pk", filter=Q(state=JobState.IN_PROGRESS)),
}


def _job_counts(path: str, ids: list[int]) -> dict[int, dict[str, int]]:
    rows = Job.objects.filter(**{f"{path}__in": ids}, type=JobType.ANNOTATION).order_by().values(path).annotate(**_COUNTS)
    return {row.pop(path): row for row in rows}


def progress_of(places: Sequence[tuple[str, str]]) -> Progress:
    """Of jobs whose (stage, state) are at hand."""
    done = JobState.COMPLETED.value
    return Progress(jobs=len(places), accepted=places.count((JobStage.ACCEPTANCE.value, done)),
                    to_review=places.count((JobStage.VALIDATION.value, done)),
                    in_progress=sum(state == JobState.IN_PROGRESS for _, state in places))


def task_progress(ids: Iterable[int]) -> dict[int, Progress]:
    ids = list(ids)
    counts = _job_counts("task_id", ids)
    return {task_id: Progress(**counts.get(task_id, {})) for task_id in ids}


def project_progress(ids: Iterable[int]) -> dict[int, Progress]:
    ids = list(ids)
    jobs = _job_counts("task__project_id", ids)
    rows = Task.objects.filter(project__in=ids).order_by().values("project_id")
    counted = rows.annotate(task_count=Count("pk"), frame_count=Sum("size"))
    tasks = {
        row["project_id"]: {"tasks": row["task_count"], "frames": row["frame_count"] or 0}
        for row in counted
    }
    return {project_id: Progress(**jobs.get(project_id, {}), **tasks.get(project_id, {})) for project_id in ids}


def task_previews(ids: Iterable[int]) -> dict[int, Frame]:
    """First frame of every task that has one."""
    return {frame.task_id: frame for frame in Frame.objects.filter(task__in=list(ids), number=0)}


def project_previews(ids: Iterable[int]) -> dict[int, Frame]:
    """First frame of the newest filled task of every project."""
    first = Frame.objects.filter(task__project__in=list(ids), number=0).select_related("task")
    return {frame.task.project_id: frame for frame in first.order_by("task__project_id", "-task_id").distinct("task__project_id")}


def task_fillings(ids: Iterable[int]) -> dict[int, Request]:
    """The request that puts images into a task right now, or the failed one that left it empty."""
    wanted = Request.objects.filter(task__in=list(ids), action=Request.Action.CREATE).exclude(status=Request.Status.FINISHED)
    rows = wanted.defer("params", "errors", "warnings").order_by("created_date")
    return {request.task_id: request for request in rows if request.task_id}


def dress(rows: Iterable[Any], progress: dict[int, Progress], previews: dict[int, Frame]) -> list[Any]:
    """The rows with `.progress` and `.preview` for the template."""
    dressed = list(rows)
    for row in dressed:
        row.progress, row.preview = progress[row.pk], previews.get(row.pk)
    return dressed


def dress_tasks(rows: Iterable[Task]) -> list[Any]:
    """Tasks with `.progress`, `.preview` and `.filling`."""
    rows = list(rows)
    ids = [task.pk for task in rows]
    fillings = task_fillings(task.pk for task in rows if not task.size)
    for task in dress(rows, task_progress(ids), task_previews(ids)):
        task.filling = fillings.get(task.pk)
    return rows
