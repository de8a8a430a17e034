"""A task's ground truth job: what a requester draws on some of its frames is what others' work on them is measured by."""
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from annotation.errors import Refused
from annotation.models import Frame, Job, JobType, Task, ValidationMode
from annotation.sampling import GT, Choice
from annotation.services.guards import require_edit
from annotation.webhooks.announcing import announce, changing, deleting


@dataclass(frozen=True)
class Layout:
    """CVAT's validation layout. `honeypots`: number of a frame in a job -> number of the ground truth's frame whose picture it is."""

    mode: str
    frames_per_job: int
    frames: list[int] = field(default_factory=list)
    disabled: list[int] = field(default_factory=list)
    honeypots: dict[int, int] = field(default_factory=dict)


def ground_truth_job_of(task: Task) -> Job | None:
    return task.jobs.filter(type=JobType.GROUND_TRUTH).select_related("assignee").first()


def layout_of(*, task: Task, job: Job | None = None) -> Layout:
    """Of the task, or the honeypots of one of its jobs. Two queries."""
    truth = ground_truth_job_of(task)
    mixed = Frame.objects.filter(task=task, honeypot_of__isnull=False)
    if job is not None:
        # The ground truth's own frames are real.
        mixed = mixed.none() if job.is_ground_truth else mixed.filter(job.frames_within())
    if task.validation_mode != ValidationMode.GT_POOL:
        mixed = mixed.none()
    honeypots = {number: real for number, real in mixed.order_by("number").values_list("number", "honeypot_of") if real is not None}
    return Layout(task.validation_mode, task.validation_frames_per_job, list(truth.numbers) if truth else [],
                  list(task.disabled_frames), honeypots)


@transaction.atomic
def create_ground_truth_job(*, actor: Any, task: Task, choice: Choice, assignee: Any = None) -> Job:
    """Choose frames of a filled task for its ground truth (`choice.frames` are numbers). Forbidden; Refused(code="no_frames");
    ValidationError with "type" for a second one, "frame_count", "frames_per_job_count", "frames".
    """
    require_edit(actor, task.project)
    # Not no_key: a second request waits here.
    locked = Task.objects.select_for_update().get(pk=task.pk)
    if not locked.size:
        raise Refused("This task has no images yet: add them first, then choose some for the ground truth.", "no_frames")
    if choice.mode != GT:
        raise ValidationError({"mode": ["Honeypots are mixed in while a task is made: send validation_params with its images."]})
    if ground_truth_job_of(locked) is not None:
        raise ValidationError({"type": ["This task has a ground truth job: a task takes one. Delete it to choose other frames."]})
    spans = list(locked.annotation_jobs.order_by("start_frame", "pk").values_list("start_frame", "stop_frame"))
    try:
        frames = choice.chosen(locked.size, spans, choice.generator())
    except ValueError as problem:
        name = {"random_uniform": "frame_count", "random_per_job": "frames_per_job_count"}.get(choice.method, "frames")
        raise ValidationError({name: [str(problem)]}) from problem
    with changing("task", [locked.pk], actor=actor):
        job = add_ground_truth_job(locked, frames, actor=actor, assignee=assignee)
        locked.save(update_fields=["validation_mode", "updated_date"])
    task.validation_mode = locked.validation_mode
    return job


def add_ground_truth_job(locked: Task, frames: list[int], *, actor: Any, assignee: Any = None, mode: str = ValidationMode.GT) -> Job:
    """The row; the caller holds the task and saves its `validation_mode`."""
    job = Job.objects.create(task=locked, type=JobType.GROUND_TRUTH, included_frames=sorted(frames), start_frame=0,
                             stop_frame=locked.size - 1, assignee=assignee)
    locked.validation_mode = mode
    announce("create", "job", [job.pk], actor=actor, projects=[locked.project_id])
    return job


@transaction.atomic
def delete_ground_truth_job(*, actor: Any, job: Job) -> None:
    """With all that was drawn on it; what was measured by it is measured anew. Forbidden; Refused(code="not_ground_truth" or
    "has_honeypots")."""
    require_edit(actor, job.task.project)
    if not job.is_ground_truth:
        raise Refused("Only a ground truth job can be deleted: a task keeps its other jobs, or is deleted whole.", "not_ground_truth")
    locked = Task.objects.select_for_update().get(pk=job.task_id)
    if locked.validation_mode == ValidationMode.GT_POOL:
        raise Refused("The frames of this job are mixed into the task’s other jobs: it goes with its task only.", "has_honeypots")
    with deleting("job", [job.pk], actor=actor, projects=[locked.project_id]), changing("task", [locked.pk], actor=actor):
        Job.objects.filter(pk=job.pk).delete()
        locked.validation_mode, locked.disabled_frames = "", []
        locked.save(update_fields=["validation_mode", "disabled_frames", "updated_date"])


@transaction.atomic
def disable_frames(*, actor: Any, task: Task, frames: list[int]) -> Layout:
    """These of the ground truth's frames measure nobody from now on, the others do. Forbidden; ValidationError with "disabled_frames"."""
    require_edit(actor, task.project)
    locked = Task.objects.select_for_update().get(pk=task.pk)
    job = ground_truth_job_of(locked)
    if job is None:
        raise ValidationError({"disabled_frames": ["This task has no ground truth job: create one first."]})
    if beyond := [number for number in frames if not job.holds(number)]:
        raise ValidationError({"disabled_frames": [f"Frame {beyond[0]} is not one of the ground truth’s: {job.frames_in_words}."]})
    locked.disabled_frames = sorted(set(frames))
    locked.save(update_fields=["disabled_frames", "updated_date"])
    task.disabled_frames = locked.disabled_frames
    return layout_of(task=locked)
