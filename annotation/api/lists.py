"""What each list may be filtered by, under CVAT's names. Names of things that are the same for everything here stand for constants."""
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Q, TextField, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, NullIf

from annotation.api.terms import Kind, Term, Terms, flag, moment, number, text
from annotation.models import Job, JobStage, JobState, JobType, LabelType, Request, Task, ValidationMode

_COMPLETED = Q(stage=JobStage.ACCEPTANCE, state=JobState.COMPLETED)


def _constant(value: str | None) -> Any:
    return lambda: Value(value, output_field=CharField())


def _chosen(*cases: tuple[Any, str], default: str) -> Any:
    return lambda: Case(*(When(condition, then=Value(word)) for condition, word in cases), default=Value(default),
                        output_field=CharField())


def _nothing(kind: Kind = Kind.TEXT) -> Term:
    """A name of CVAT's for something that nothing has here."""
    return Term(kind, expression=_constant(None))


_DIMENSION = text(expression=_constant("2d"), choices=("2d", "3d"))
_WORDS = ("annotation", "validation", "completed")
_JOBS_OF_PROJECT = Job.objects.filter(task__project=OuterRef("pk"), type=JobType.ANNOTATION)
_JOBS_OF_TASK = Job.objects.filter(task=OuterRef("pk"), type=JobType.ANNOTATION)

PROJECTS: Terms = {
    "id": number("id"), "name": text("name"), "owner": text("owner__username"), "assignee": _nothing(),
    "status": text(choices=_WORDS, expression=_chosen(
        (Exists(Task.objects.filter(project=OuterRef("pk"))) & ~Exists(_JOBS_OF_PROJECT.exclude(stage=JobStage.ACCEPTANCE)), "completed"),
        default="annotation")),
    "dimension": _DIMENSION, "tracker_link": text("bug_tracker"),
    "created_date": moment("created_date"), "updated_date": moment("updated_date"),
}
TASKS: Terms = {
    "id": number("id"), "name": text("name"), "owner": text("owner__username"), "assignee": _nothing(),
    "status": text(choices=_WORDS, expression=_chosen(
        (Exists(_JOBS_OF_TASK) & ~Exists(_JOBS_OF_TASK.exclude(_COMPLETED)), "completed"),
        (Exists(_JOBS_OF_TASK) & ~Exists(_JOBS_OF_TASK.exclude(_COMPLETED | Q(stage=JobStage.VALIDATION))), "validation"),
        default="annotation")),
    "mode": text(expression=_chosen((Q(size=0), ""), (Q(from_video=True), "interpolation"), default="annotation"),
                 choices=("annotation", "interpolation", "")),
    "dimension": _DIMENSION, "subset": text("subset"), "size": number("size"), "project_id": number("project"),
    "project_name": text("project__name"), "tracker_link": text("project__bug_tracker"),
    "validation_mode": text(choices=tuple(ValidationMode.values), expression=lambda: NullIf("validation_mode", Value(""))),
    "created_date": moment("created_date"), "updated_date": moment("updated_date"),
}
JOBS: Terms = {
    "id": number("id"), "task_id": number("task"), "task_name": text("task__name"), "project_id": number("task__project"),
    "project_name": text("task__project__name"), "assignee": text("assignee__username"),
    "stage": text("stage", choices=tuple(JobStage.values)), "state": text("state", choices=tuple(JobState.values)),
    "status": text(choices=_WORDS, expression=_chosen(
        (Q(stage=JobStage.ANNOTATION), "annotation"), (_COMPLETED, "completed"), default="validation")),
    "dimension": _DIMENSION,
    "type": text("type", choices=tuple(JobType.values)),
    "parent_job_id": number("parent_job"), "start_frame": number("start_frame"),
    "stop_frame": number("stop_frame"), "created_date": moment("created_date"), "updated_date": moment("updated_date"),
}
LABELS: Terms = {
    "id": number("id"), "name": text("name"), "type": text("type", choices=tuple(LabelType.values)), "color": text("color"),
    "project_id": number("project"), "parent": _nothing(),
    "task_id": number("project__tasks", simple_only=True, help="labels of the project around this task"),
    "job_id": number("project__tasks__jobs", simple_only=True, help="labels of the project around this job"),
}
ISSUES: Terms = {
    "id": number("id"), "job_id": number("job"), "task_id": number("job__task"), "frame_id": number("frame"),
    "owner": text("owner__username"), "assignee": _nothing(), "resolved": flag(Q(resolved_date__isnull=False)), "attempt": text("attempt"),
    "created_date": moment("created_date"), "updated_date": moment("updated_date"),
}
COMMENTS: Terms = {
    "id": number("id"), "issue_id": number("issue"), "job_id": number("issue__job"), "frame_id": number("issue__frame"),
    "owner": text("owner__username"), "created_date": moment("created_date"), "updated_date": moment("updated_date"),
}
REQUESTS: Terms = {
    "status": text("status", choices=tuple(Request.Status.values)), "action": text("action", choices=tuple(Request.Action.values)),
    "target": text(expression=_chosen((Q(job__isnull=False), "job"), (Q(task__isnull=False), "task"), default="project"),
                   choices=("project", "task", "job")),
    "subresource": text(choices=("annotations", "dataset", "backup"), expression=_chosen(
        (Q(params__subject="backup"), "backup"), (Q(params__save_images=True) | Q(params__subject="dataset"), "dataset"),
        (Q(action=Request.Action.CREATE), ""), default="annotations")),
    "format": Term(Kind.TEXT, expression=lambda: KeyTextTransform("format", "params", output_field=TextField())),
    "project_id": Term(Kind.NUMBER, expression=lambda: Coalesce("project_id", "task__project_id")), "task_id": number("task"),
    "job_id": number("job"), "created_date": moment("created_date"),
}
USERS: Terms = {
    "id": number("id"), "username": text("username"), "first_name": text("first_name"), "last_name": text("last_name"),
    "is_active": flag(Q(is_active=True)),
}
ACCESS_TOKENS: Terms = {
    "id": number("id"), "name": text("name"), "read_only": flag(Q(read_only=True)), "created_date": moment("created_date"),
    "expiry_date": moment("expiry_date"), "last_used_date": moment("last_used_date"),
}
CLOUD_STORAGES: Terms = {
    "id": number("id"), "name": text("display_name"), "display_name": text("display_name"), "resource": text("resource"),
    "provider_type": text("provider_type"), "credentials_type": text("credentials_type"), "description": text("description"),
    "owner": text("owner__username"), "created_date": moment("created_date"), "updated_date": moment("updated_date"),
}
