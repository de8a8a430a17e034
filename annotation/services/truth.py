"""What is right on the frames of a task: what its finished ground truth job holds, and for other frames what was imported.

A honeypot has the truth of the frame whose picture it is. Disabled frames have none.
"""
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from annotation.models import Frame, FrameAnnotation, ImportedFrame, Job, JobState, JobType, Task, ValidationMode
from annotation.services.shapes import FrameContent, content_of
from annotation.shapes import digest_of

# Being changed, it is not the truth: nobody is measured by half of it.
FINISHED = Q(type=JobType.GROUND_TRUTH, state=JobState.COMPLETED)


def pictures_of(job: Job) -> dict[int, int]:
    """Number of each of the job's frames -> number of the frame that says what is right for its picture; the same but for honeypots."""
    numbers = dict(zip(job.numbers, job.numbers, strict=True))
    if job.task.validation_mode == ValidationMode.GT_POOL:
        mixed = Frame.objects.filter(job.frames_within(), task=job.task_id, honeypot_of__isnull=False)
        numbers.update({number: real for number, real in mixed.values_list("number", "honeypot_of") if real is not None})
    return numbers


def truth_of(*, job: Job) -> dict[str, FrameContent]:
    """What is right on the job's frames, in the form of `services.shapes.frames_of`; frames of which nothing is known are missing, one
    that needs nothing is "nothing_here". A ground truth job is held against what was imported. At most four
    queries beside the job's task.
    """
    pictures = pictures_of(job)
    wanted = set(pictures.values()) - set(job.task.disabled_frames)
    drawn = bool(job.task.validation_mode) and not job.is_ground_truth
    known = _imported(job.task_id, wanted) | (_drawn(job.task_id, wanted) if drawn else {})
    return {str(number): known[picture] for number, picture in pictures.items() if picture in known}


def _imported(task_id: int, wanted: Iterable[int]) -> dict[int, FrameContent]:
    rows = ImportedFrame.objects.filter(task=task_id, kind=ImportedFrame.Kind.GROUND_TRUTH, frame__in=list(wanted))
    return {frame: content_of(shapes, tags, not shapes and not tags) for frame, shapes, tags in rows.values_list("frame", "shapes", "tags")}


def _drawn(task_id: int, wanted: set[int]) -> dict[int, FrameContent]:
    job = Job.objects.filter(FINISHED, task=task_id).first()
    if job is None:
        return {}
    wanted = wanted & set(job.numbers)
    rows = FrameAnnotation.objects.filter(job=job, frame__in=list(wanted)).values_list("frame", "shapes", "tags")
    there = {frame: (shapes, tags) for frame, shapes, tags in rows}
    return {frame: content_of(shapes, tags, not shapes and not tags) for frame in wanted for shapes, tags in [there.get(frame, ([], []))]}


def with_truth(frames: QuerySet[Frame], *, drawn: bool = True) -> QuerySet[Any]:
    """Each frame with `truth`: whether something is known to be right on it. Without `drawn`: what was imported only."""
    here = {"task": OuterRef("task")}
    found: Any = Exists(ImportedFrame.objects.filter(kind=ImportedFrame.Kind.GROUND_TRUTH, frame=OuterRef("picture"), **here))
    if drawn:
        found |= Exists(Job.objects.filter(FINISHED, included_frames__contains=[OuterRef("picture")], **here))
    disabled = Exists(Task.objects.filter(pk=OuterRef("task"), disabled_frames__contains=[OuterRef("picture")]))
    return frames.alias(picture=Coalesce("honeypot_of", "number")).annotate(truth=found & ~disabled)


def has_truth(*, job: Job) -> bool:
    """Whether something is known to be right on a frame of the job."""
    frames = Frame.objects.filter(job.frames_within(), task=job.task_id)
    return with_truth(frames, drawn=not job.is_ground_truth).filter(truth=True).exists()


def truth_version(task_id: int) -> str:
    """SHA-256 of which truth the task has now, "" for none; another one after every change of it. Three queries."""
    imported = ImportedFrame.objects.filter(task=task_id, kind=ImportedFrame.Kind.GROUND_TRUTH).order_by().aggregate(
        frames=Count("pk"), changed=Max("updated_date"))
    drawn = Job.objects.filter(FINISHED, task=task_id).values_list("pk", "revision", "included_frames").first()
    if not imported["frames"] and drawn is None:
        return ""
    disabled = Task.objects.values_list("disabled_frames", flat=True).get(pk=task_id)
    return digest_of({"imported": f"{imported['frames']} {imported['changed']}", "drawn": drawn, "disabled": disabled})
