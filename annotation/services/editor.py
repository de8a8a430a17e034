"""Editor sessions: a key to one job for one attempt."""
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from annotation import selectors
from annotation.access import given_reason, read_only_reason
from annotation.errors import ReadOnly, RevisionConflict
from annotation.models import EditorSession, Job, JobStage, JobState, Snapshot
from annotation.services import corrections
from annotation.services.jobs import begin_own_work, mark_submitted
from annotation.services.shapes import FrameContent, frames_of, save_frames
from annotation.services.snapshots import submitted_snapshot, take_snapshot
from annotation.webhooks.announcing import changing

# How long the key of one of our own people opens the editor. A crowd's key ends with its attempt.
OWN_SESSION = timedelta(hours=12)


def token_digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(*, job: Job, mode: str, expires_at: datetime, attempt: str = "", worker: str = "", user: Any = None,
                 deadline: datetime | None = None, context: dict[str, Any] | None = None) -> tuple[EditorSession, str]:
    """A new session and its token, which is shown only here. `context` is what the editor shows: title, price, currency, job_key.

    A requester's first session on a new job puts the task's pre-annotations there, if it shows them.
    """
    if mode not in EditorSession.Mode.values:
        raise ValueError(f"No such mode: {mode}")
    if mode == EditorSession.Mode.REQUESTER:
        begin_own_work(job=job)
    token = secrets.token_urlsafe(32)
    session = EditorSession.objects.create(
        job=job, token_digest=token_digest(token), mode=mode, attempt=attempt, worker=worker, user=user, context=context or {},
        deadline=deadline, expires_at=expires_at)
    return session, token


def session_of(token: str) -> EditorSession | None:
    """The live session of a token with its job, task and project; None when unknown, revoked or out of time, or when its user was
    closed or lost the role in the project that the session needs."""
    now = timezone.now()
    session = EditorSession.objects.select_related("job__task__project", "user").filter(
        token_digest=token_digest(token), revoked_at=None, expires_at__gt=now).first()
    if session is None or (session.deadline is not None and session.deadline <= now):
        return None
    if session.user is not None:
        reviewing = session.mode in (EditorSession.Mode.REVIEW, EditorSession.Mode.CORRECTION)
        allowed = selectors.may_review if reviewing else selectors.may_edit
        if not allowed(session.user, session.job.task.project) and not _is_for_assignee(session):
            return None
    return session


def _is_for_assignee(session: EditorSession) -> bool:
    return session.mode != EditorSession.Mode.CORRECTION and selectors.is_given(session.user, session.job)


def _reason_of(session: EditorSession, job: Job) -> str | None:
    """Why the session may not change the job now."""
    reason = read_only_reason(job, session.mode, session.attempt)
    if reason is None and session.user is not None and not selectors.may_annotate(session.user, job):
        reason = given_reason(job) or "This job was given to somebody else."
    return reason


def revoke_sessions(*, job: Job, attempt: str) -> int:
    """End the attempt's sessions on the job ("" : those of our own users); how many were open."""
    return EditorSession.objects.filter(job=job, attempt=attempt, revoked_at=None).update(revoked_at=timezone.now())


@dataclass(frozen=True)
class Work:
    """What a session sees: `frames` as `services.shapes.frames_of`, the `revision` they are at, and why they cannot be changed or None."""

    frames: dict[str, FrameContent]
    revision: int
    read_only_reason: str | None


def work_of(session: EditorSession) -> Work:
    """The draft for a correction; what they submitted for somebody from outside, whatever a reviewer made of it since; else the job's."""
    job = session.job
    if session.mode == EditorSession.Mode.CORRECTION:
        correction = corrections.correction_of(job=job, attempt=session.attempt)
        reason = corrections.reason_of(session, job, correction)
        if correction is not None and correction.open:
            return Work(corrections.draft_of(correction=correction), correction.revision, reason)
        return Work(frames_of(job=job), job.revision, reason)
    reason = _reason_of(session, job)
    if session.mode == EditorSession.Mode.TOLOKER and (job.stage != JobStage.ANNOTATION or job.attempt != session.attempt):
        submitted = submitted_snapshot(job=job, attempt=session.attempt)
        if submitted is not None:
            return Work(submitted.data["frames"], submitted.revision, reason)
        if job.attempt != session.attempt:
            # What is on the job now is somebody else's.
            return Work({}, job.revision, reason)
    return Work(frames_of(job=job), job.revision, reason)


def save(*, session: EditorSession, revision: int, frames: Any) -> int:
    """Replace what is on the named frames, of the job or of the correction's draft; the new revision. Raises as `shapes.save_frames`."""
    if session.mode == EditorSession.Mode.CORRECTION:
        return corrections.save_correction(session=session, revision=revision, frames=frames)
    if session.user is not None and (reason := _reason_of(session, session.job)):
        raise ReadOnly(reason)
    return save_frames(job=session.job, revision=revision, frames=frames, session=session)


@transaction.atomic
def submit(*, session: EditorSession, revision: int) -> Snapshot:
    """Keep the frames as an immutable snapshot and finish the job: validation / completed for an attempt from outside, else completed.

    A repeat with the same revision returns the same snapshot. RevisionConflict when the job (or the submission) is at another revision;
    ReadOnly when the job was taken away or the session only looks.
    """
    job = Job.objects.select_for_update().get(pk=session.job_id)
    if session.mode == EditorSession.Mode.CORRECTION:
        raise ReadOnly("A correction is not submitted. Go back to the job and keep it, or keep it and accept the work.")
    before = submitted_snapshot(job=job, attempt=session.attempt) if session.mode != EditorSession.Mode.REVIEW else None
    if before is not None and before.revision == revision:
        _finish_again(job, session, before)
        return before
    if before is not None and session.attempt:
        raise RevisionConflict(before.revision)
    if reason := _reason_of(session, job):
        raise ReadOnly(reason)
    if job.revision != revision:
        raise RevisionConflict(job.revision)
    snapshot = take_snapshot(job, Snapshot.Reason.SUBMITTED, frames_of(job=job), attempt=session.attempt, worker=session.worker)
    if session.attempt:
        mark_submitted(job=job)
    else:
        _finish(job, session)
    return snapshot


def _finish_again(job: Job, session: EditorSession, before: Snapshot) -> None:
    """One's own job that was reopened and needed no change is finished by the same snapshot."""
    if not session.attempt and job.revision == before.revision and job.state != JobState.COMPLETED \
            and _reason_of(session, job) is None:
        _finish(job, session)


def _finish(job: Job, session: EditorSession) -> None:
    with changing("job", [job.pk], actor=session.user):
        job.state = JobState.COMPLETED
        job.save(update_fields=["state", "updated_date"])
