"""Jobs that several people do, each for themselves at a replica of it, and the merged work on the job itself."""
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from annotation.errors import Refused
from annotation.locks import lock_labels
from annotation.models import Job, JobStage, JobState, JobType, Snapshot
from annotation.services.shapes import frames_of, validate_frames, write_frames
from annotation.services.snapshots import take_snapshot
from annotation.webhooks.announcing import announce, announces, changing


@dataclass(frozen=True, slots=True)
class Progress:
    """How far those who do one job are: somebody has begun; as many as are wanted have handed in."""

    job_id: int
    begun: bool
    submitted: bool


@transaction.atomic
def add_replica(*, job: Job) -> Job:
    """One more place at an annotation job: the same frames, nothing on them. Refused(code="no_work") for any other job."""
    locked = Job.objects.select_for_update(of=("self",)).select_related("task").get(pk=job.pk)
    if locked.type != JobType.ANNOTATION:
        raise Refused("Only a job that is annotated can be done by several people.", "no_work")
    made = Job.objects.create(
        task=locked.task, parent_job=locked, type=JobType.CONSENSUS_REPLICA, start_frame=locked.start_frame, stop_frame=locked.stop_frame)
    announce("create", "job", [made.pk], projects=[locked.task.project_id])
    return made


@transaction.atomic
def settle_parents(*, parents: Sequence[Progress]) -> None:
    """Bring jobs where those who do them are: in progress, or handed in and to be looked at. A job whose work is merged stays there."""
    if not parents:
        return
    rows = {job.pk: job for job in Job.objects.select_for_update(of=("self",)).select_related("task").filter(
        pk__in=[one.job_id for one in parents]).exclude(stage=JobStage.ACCEPTANCE).order_by("pk")}
    for one in parents:
        job = rows.get(one.job_id)
        wanted = _where(one)
        if job is None or (job.stage, job.state) == wanted:
            continue
        with changing("job", [job.pk], projects=[job.task.project_id]):
            job.stage, job.state = wanted
            job.save(update_fields=["stage", "state", "updated_date"])


def _where(one: Progress) -> tuple[str, str]:
    if one.submitted:
        return JobStage.VALIDATION, JobState.COMPLETED
    return JobStage.ANNOTATION, JobState.IN_PROGRESS if one.begun else JobState.NEW


@announces("update", "job")
@transaction.atomic
def put_merged(*, job: Job, frames: dict[int, Any], complete: bool, revision: int | None, replace: bool = False) -> int:
    """Put merged work in the place of what is on the job; the new revision.

    `frames`: number -> {"shapes", "tags"}, every frame of the job that is not named becomes empty. `complete`: acceptance / completed,
    else it waits for a person at validation / new. `revision`: what the last merging left, None if there was none: a job that somebody
    changed since is left alone, Refused(code="changed_since"), unless `replace`: then what somebody made of it is kept as a snapshot.
    """
    lock_labels(job.task.project_id, exclusive=False)
    locked = Job.objects.select_for_update(of=("self",)).select_related("task__project").get(pk=job.pk)
    present = frames_of(job=locked)
    by_hand = locked.revision != (revision or 0)
    # Empty again counts as changed where merged work was taken off, not where there never was any.
    if by_hand and (present or revision is not None) and not replace:
        raise Refused("Somebody changed this job by hand. Merge again to put the merged work in its place; what is there is kept.",
                      "changed_since")
    nothing: dict[str, Any] = {"shapes": [], "tags": []}
    content = validate_frames(job=locked, frames={str(number): frames.get(number) or nothing for number in locked.numbers})
    if present and by_hand:
        take_snapshot(locked, Snapshot.Reason.REPLACED, present, attempt="", worker="")
    write_frames(locked, content)
    locked.revision += 1
    locked.stage, locked.state = (JobStage.ACCEPTANCE, JobState.COMPLETED) if complete else (JobStage.VALIDATION, JobState.NEW)
    locked.save(update_fields=["revision", "last_object_id", "stage", "state", "updated_date"])
    for field in ("revision", "last_object_id", "stage", "state", "updated_date"):
        setattr(job, field, getattr(locked, field))
    return locked.revision
