"""Jobs: attempts from outside, their stage and state. Every verb may be repeated and then changes nothing."""
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from annotation import selectors
from annotation.errors import Forbidden, Refused
from annotation.models import EditorSession, FrameAnnotation, Job, JobStage, JobState, Snapshot
from annotation.services.guards import require_annotate, require_edit
from annotation.services.imports import lock_starting_point, put_starting_point
from annotation.services.shapes import frames_of, write_frames
from annotation.services.snapshots import submitted_snapshot, take_snapshot
from annotation.webhooks.announcing import announces


@announces("update", "job")
@transaction.atomic
def begin_attempt(*, job: Job, attempt: str, worker: str, starting_point: bool = True) -> Job:
    """Somebody from outside takes the job: annotation / in progress, empty frames, or those of the task's pre-annotations if it shows them.

    `starting_point` False leaves them out: late news of somebody who worked elsewhere must not look like their work.
    What another attempt (or one of our users) left on the job becomes a Snapshot first. An attempt that is over (submitted or abandoned)
    stays over: late news of it change nothing. An attempt that was replaced and comes back gets its frames again.
    """
    starts_filled = starting_point and lock_starting_point(job=job)
    locked = _lock(job)
    if locked.attempt == attempt:
        if locked.stage == JobStage.ANNOTATION and locked.state == JobState.NEW:
            _move(locked, JobStage.ANNOTATION, JobState.IN_PROGRESS)
        return _told(job, locked)
    before = Snapshot.objects.filter(job=locked, attempt=attempt).order_by("-pk").first()
    if before is not None and before.reason != Snapshot.Reason.REPLACED:
        return _told(job, locked)
    _clear(locked, Snapshot.Reason.REPLACED)
    if before is not None:
        write_frames(locked, {int(number): content for number, content in before.data["frames"].items()})
    elif starts_filled:
        put_starting_point(job=locked)
    locked.attempt, locked.worker, locked.assignee = attempt, worker, None
    locked.revision += 1
    locked.save(update_fields=["attempt", "worker", "assignee", "revision", "last_object_id"])
    _move(locked, JobStage.ANNOTATION, JobState.IN_PROGRESS)
    return _told(job, locked)


@transaction.atomic
def begin_own_work(*, job: Job) -> Job:
    """One of our own users opens the job: one that is new and empty starts with the task's pre-annotations if it shows them."""
    starts_filled = lock_starting_point(job=job)
    locked = _lock(job)
    fresh = not locked.attempt and (locked.stage, locked.state) == (JobStage.ANNOTATION, JobState.NEW)
    if starts_filled and fresh and not FrameAnnotation.objects.filter(job=locked).exists() and put_starting_point(job=locked):
        locked.revision += 1
        locked.save(update_fields=["revision", "last_object_id", "updated_date"])
    return _told(job, locked)


@announces("update", "job")
@transaction.atomic
def release_job(*, job: Job, attempt: str) -> Snapshot | None:
    """The attempt is over without a submission (expired, skipped), or its rejected work makes place for another.

    Its shapes are kept as an ABANDONED snapshot (none if it was submitted: that snapshot stands), the job is annotation / new and nobody's.
    None when the job is not at this attempt; a repeat returns the same snapshot.
    """
    locked = _lock(job)
    if not attempt or locked.attempt != attempt:
        _told(job, locked)
        return Snapshot.objects.filter(job=locked, attempt=attempt, reason=Snapshot.Reason.ABANDONED).last() if attempt else None
    snapshot = _clear(locked, Snapshot.Reason.ABANDONED)
    locked.attempt, locked.worker, locked.assignee = "", "", None
    locked.revision += 1
    locked.save(update_fields=["attempt", "worker", "assignee", "revision"])
    _move(locked, JobStage.ANNOTATION, JobState.NEW)
    _told(job, locked)
    return snapshot


@announces("update", "job")
def mark_submitted(*, job: Job) -> Job:
    """annotation -> validation / completed. A job that is further stays where it is."""
    return _mark(job, JobStage.VALIDATION, JobState.COMPLETED, only_from=JobStage.ANNOTATION)


@announces("update", "job")
def mark_accepted(*, job: Job) -> Job:
    """acceptance / completed, from anywhere: an observation, never refused."""
    return _mark(job, JobStage.ACCEPTANCE, JobState.COMPLETED)


@announces("update", "job")
def mark_rejected(*, job: Job) -> Job:
    """validation / rejected, from anywhere: an observation, never refused."""
    return _mark(job, JobStage.VALIDATION, JobState.REJECTED)


@announces("update", "job")
@transaction.atomic
def update_job(*, actor: Any, job: Job, stage: str | None = None, state: str | None = None, assignee: Any = ...) -> Job:
    """Change stage, state and assignee by hand (CVAT's rule: a new stage without a state starts as `new`).

    Whom the job is given to may change its state while it is being annotated, nothing else. Forbidden; Refused(code="held") while
    somebody from outside holds the job; ValidationError with "stage", "state", "assignee".
    """
    locked = _lock(job)
    if not selectors.may_edit(actor, job.task.project):
        _require_own_state(actor, locked, stage, state, assignee)
    if locked.attempt:
        raise Refused("This job is done by a crowd: its stage and state follow the platform's.", "held")
    if stage is not None and stage not in JobStage.values:
        raise ValidationError({"stage": [f"“{stage}” is not one of {', '.join(JobStage.values)}."]})
    if state is not None and state not in JobState.values:
        raise ValidationError({"state": [f"“{state}” is not one of {', '.join(JobState.values)}."]})
    if assignee is not ...:
        if assignee is not None and not selectors.may_be_given(assignee, job.task.project):
            raise ValidationError({"assignee": ["Share the project with this user first, or invite them to its organization."]})
        locked.assignee = assignee
        locked.save(update_fields=["assignee", "updated_date"])
    if stage is not None and stage != locked.stage and state is None:
        state = JobState.NEW
    _move(locked, stage or locked.stage, state or locked.state)
    return _told(job, locked)


@transaction.atomic
def reopen_job(*, actor: Any, job: Job) -> Job:
    """A finished job of our own users may be changed again; one that is not finished stays as it is. Refused(code="held") for a crowd's."""
    require_annotate(actor, job)
    locked = _lock(job)
    if not locked.attempt and locked.state != JobState.COMPLETED:
        return _told(job, locked)
    return update_job(actor=actor, job=job, state=JobState.IN_PROGRESS)


def _require_own_state(actor: Any, job: Job, stage: str | None, state: str | None, assignee: Any) -> None:
    """The job is the actor's to annotate, and no more than its state is to change."""
    if not selectors.is_given(actor, job):
        require_edit(actor, job.task.project)
    if stage not in (None, job.stage) or (assignee is not ... and assignee != job.assignee):
        raise Forbidden("You may change the state of this job. Its stage and its assignee are for those who may change the project.")
    if state == JobState.REJECTED:
        raise Forbidden("A job is rejected by whoever reviews it.")
    require_annotate(actor, job)


def _lock(job: Job) -> Job:
    return Job.objects.select_for_update(of=("self",)).select_related("task__project", "assignee").get(pk=job.pk)


def _move(job: Job, stage: str, state: str) -> None:
    if (job.stage, job.state) != (stage, state):
        job.stage, job.state = stage, state
        job.save(update_fields=["stage", "state", "updated_date"])


@transaction.atomic
def _mark(job: Job, stage: str, state: str, *, only_from: str | None = None) -> Job:
    locked = _lock(job)
    if only_from is None or locked.stage == only_from:
        _move(locked, stage, state)
    return _told(job, locked)


def _clear(job: Job, reason: str) -> Snapshot | None:
    """Keep what is on the job as a snapshot of its attempt, then empty it. Submitted and corrected work have theirs already."""
    snapshot = None
    frames = frames_of(job=job)
    if (job.attempt or frames) and not _is_kept(job, frames):
        snapshot = take_snapshot(job, reason, frames, attempt=job.attempt, worker=job.worker)
    FrameAnnotation.objects.filter(job=job).delete()
    EditorSession.objects.filter(job=job, attempt=job.attempt, revoked_at=None).update(revoked_at=timezone.now())
    return snapshot


def _is_kept(job: Job, frames: dict[str, Any]) -> bool:
    corrected = Snapshot.objects.filter(job=job, attempt=job.attempt, reason=Snapshot.Reason.CORRECTED).order_by("pk").last()
    known = (submitted_snapshot(job=job, attempt=job.attempt), corrected if job.attempt else None)
    return any(snapshot is not None and snapshot.data["frames"] == frames for snapshot in known)


def _told(job: Job, locked: Job) -> Job:
    """The caller's object learns what was written."""
    for field in ("stage", "state", "attempt", "worker", "revision", "last_object_id", "assignee_id", "updated_date"):
        setattr(job, field, getattr(locked, field))
    return job
