"""Jobs as the list shows them, written out by hand: a page has hundreds. A test holds this against JobSerializer's fields."""
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone

from annotation.models import Job, JobStage, JobState

_SAME_FOR_ALL = {"dimension": "2d", "bug_tracker": "", "data_chunk_size": 1, "data_original_chunk_type": "imageset",
                 "data_compressed_chunk_type": "imageset", "source_storage": None, "target_storage": None}

# All that a row needs of the job, its task, project and assignee. Guides are long: whether there is one is `has_guide`.
COLUMNS = (*(f.attname for f in Job._meta.concrete_fields), "task__name", "task__from_video", "task__project", "task__project__name",
           "task__project__owner", "task__project__organization", "assignee__username", "assignee__first_name", "assignee__last_name")


def job_row(job: Any, link: Callable[[str], str], correction: Any) -> dict[str, Any]:
    """What JobSerializer says of a job with `task.project`, `assignee`, `issue_count` and `replica_count` at hand; `link` makes absolute
    addresses."""
    key, task = job.pk, job.task
    project, assignee = task.project, job.assignee
    return {
        "id": key, "url": link(f"jobs/{key}"), "task_id": job.task_id, "task_name": task.name, "project_id": task.project_id,
        "project_name": project.name, "assignee": assignee and {
            "id": assignee.pk, "username": assignee.username, "first_name": assignee.first_name, "last_name": assignee.last_name},
        "mode": "interpolation" if task.from_video else "annotation", "status": job_status(job), "stage": job.stage, "state": job.state,
        "start_frame": job.start_frame, "stop_frame": job.stop_frame, "frame_count": job.frame_count, "type": job.type,
        "parent_job_id": job.parent_job_id, "replicas_count": job.replica_count,
        "revision": job.revision, "organization": project.organization_id, "organization_id": project.organization_id,
        "guide_id": task.project_id if has_guide(job) else None, "issues": {"count": job.issue_count, "url": link(f"issues?job_id={key}")},
        "labels": {"url": link(f"labels?job_id={key}")}, "correction": correction, "created_date": shown(job.created_date),
        "updated_date": shown(job.updated_date), **_SAME_FOR_ALL}


def has_guide(job: Any) -> bool:
    """Whether its project has one: as the list's query found, else as the project says."""
    found = getattr(job, "has_guide", None)
    return bool(job.task.project.guide) if found is None else found


def job_status(job: Any) -> str:
    """CVAT's older word, derived from stage and state."""
    if job.stage == JobStage.ANNOTATION:
        return "annotation"
    return "completed" if job.stage == JobStage.ACCEPTANCE and job.state == JobState.COMPLETED else "validation"


def shown(moment: datetime) -> str:
    """As REST framework writes it: ISO 8601 in the current zone, Z for UTC."""
    text = moment.astimezone(timezone.get_current_timezone()).isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text
