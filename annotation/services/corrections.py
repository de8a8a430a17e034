"""A reviewer's own version of submitted work: begin, save, keep, throw away. The attempt's snapshot is never touched.

What is changed is a draft beside the job. Only keeping it puts it on the job, where exports and everybody else see it, together with a
CORRECTED snapshot that says who made it. Whether the attempt may be judged at all is for the room above to say.
"""
from typing import Any

from django.db import transaction
from django.db.models import F, Prefetch, QuerySet

from annotation import selectors
from annotation.errors import Forbidden, ReadOnly, Refused, RevisionConflict
from annotation.locks import lock_labels
from annotation.models import CorrectedFrame, Correction, EditorSession, Job, JobStage, JobState, Snapshot
from annotation.services.shapes import FrameContent, frames_of, give_ids, ids_elsewhere, present_on, validate_frames, write_frames
from annotation.services.snapshots import submitted_snapshot, take_snapshot
from annotation.shapes import digest_of

# Of jobs that are listed: one query a page.
KEPT_CORRECTIONS = Prefetch("corrections", Correction.objects.filter(snapshot__isnull=False).select_related(
    "snapshot__author").defer("snapshot__data"))
_NOTHING = "Nobody is fixing this job. Press Fix to begin."


def correction_of(*, job: Job, attempt: str = "") -> Correction | None:
    """That of the attempt, else of the one that holds the job; `snapshot` comes without its data. One query."""
    wanted = attempt or job.attempt
    return Correction.objects.select_related("owner", "snapshot__author").defer("snapshot__data").filter(
        job=job, attempt=wanted).first() if wanted else None


def in_force(*, jobs: Any) -> QuerySet[Correction]:
    """Kept corrections of the attempts that hold these jobs: what is on those jobs is a reviewer's version."""
    return Correction.objects.filter(job__in=jobs, attempt=F("job__attempt"), snapshot__isnull=False)


def draft_of(*, correction: Correction) -> dict[str, FrameContent]:
    """What the job would hold if the draft were kept, in the form of `services.shapes.frames_of`."""
    return _over(frames_of(job=correction.job), dict(correction.frames.values_list("frame", "content")))


def open_draft(*, job: Job) -> dict[str, FrameContent] | None:
    """The same of the open draft of the attempt that holds the job; None without one. Two queries."""
    open_one = Correction.objects.filter(job=job, attempt=job.attempt, open=True).order_by()
    rows = list(open_one.values_list("frames__frame", "frames__content"))
    # A draft without changes is one row of nothing.
    return _over(frames_of(job=job), {number: content for number, content in rows if number is not None}) if rows else None


@transaction.atomic
def begin_correction(*, actor: Any, job: Job, attempt: str, take_over: bool = False) -> Correction:
    """Open a draft of the submitted attempt, or go on with one's own; what was kept before is where a new one starts.

    Refused: "being_corrected" while somebody else has it open (unless `take_over`: it goes on in the actor's name), "not_possible" when
    the attempt does not wait for its review or left no work.
    """
    _require_review(actor, job)
    locked = Job.objects.select_for_update().get(pk=job.pk)
    if reason := closed_reason(locked, attempt):
        raise Refused(reason, "not_possible")
    if submitted_snapshot(job=locked, attempt=attempt) is None:
        raise Refused("This attempt was submitted without work: there is nothing to fix. Reject it, or give the job to somebody else.",
                      "not_possible")
    digest = digest_of({"frames": frames_of(job=locked)})
    correction, made = Correction.objects.select_for_update(of=("self",)).select_related("owner").get_or_create(
        job=locked, attempt=attempt, defaults={"owner": actor, "base_digest": digest})
    if made:
        return correction
    if correction.open:
        _refuse_another(correction, actor, take_over=take_over)
    else:
        correction.open, correction.base_digest = True, digest
        correction.revision += 1
    correction.owner = actor
    correction.save(update_fields=["open", "owner", "base_digest", "revision", "updated_date"])
    return correction


@transaction.atomic
def save_correction(*, session: EditorSession, revision: int, frames: Any) -> int:
    """As `services.shapes.save_frames`, for the draft: all or nothing, the new revision. RevisionConflict, ReadOnly, InvalidAnnotations."""
    lock_labels(session.job.task.project_id, exclusive=False)
    cleaned = validate_frames(job=session.job, frames=frames)
    job = Job.objects.select_for_update().get(pk=session.job_id)
    correction = _locked(job, session.attempt)
    if reason := reason_of(session, job, correction):
        raise ReadOnly(reason)
    assert correction is not None
    if correction.revision != revision:
        raise RevisionConflict(correction.revision)
    drafted = dict(correction.frames.values_list("frame", "content"))
    known = [*present_on(job, cleaned).items(), *((number, content) for number, content in drafted.items() if number in cleaned)]
    others = [content for number, content in drafted.items() if number not in cleaned]
    give_ids(job, cleaned, known, lambda: ids_elsewhere(job, set(cleaned)) | {
        thing["id"] for content in others for thing in (*content["shapes"], *content["tags"])})
    CorrectedFrame.objects.bulk_create(
        [CorrectedFrame(correction=correction, frame=number, content=content) for number, content in cleaned.items()], batch_size=200,
        update_conflicts=True, unique_fields=["correction", "frame"], update_fields=["content", "updated_date"])
    job.save(update_fields=["last_object_id"])
    correction.revision += 1
    correction.save(update_fields=["revision", "updated_date"])
    return correction.revision


@transaction.atomic
def keep_correction(*, actor: Any, job: Job, attempt: str) -> Snapshot | None:
    """Put the actor's draft on the job and record it as a CORRECTED snapshot; a repeat returns the same one.

    None where the draft says what was submitted: then there is no correction, and one that was kept before no longer counts.
    Refused: "nothing_to_keep", "being_corrected" (it is somebody else's), "not_possible" (the work was rejected, or somebody else has the
    job), "changed" (somebody changed the job since the draft began).
    """
    _require_review(actor, job)
    lock_labels(job.task.project_id, exclusive=False)
    locked = Job.objects.select_for_update().get(pk=job.pk)
    correction = _locked(locked, attempt)
    if correction is None:
        raise Refused(_NOTHING, "nothing_to_keep")
    if not correction.open:
        return correction.snapshot
    _refuse_another(correction, actor)
    accepted = (locked.stage, locked.state) == (JobStage.ACCEPTANCE, JobState.COMPLETED) and locked.attempt == attempt
    if (reason := closed_reason(locked, attempt)) and not accepted:
        raise Refused(reason, "not_possible")
    before = frames_of(job=locked)
    if digest_of({"frames": before}) != correction.base_digest:
        raise Refused("Somebody changed this job since you began to fix it. Throw your draft away and begin again.", "changed")
    _put(locked, draft_of(correction=correction), before)
    correction.snapshot = _snapshot(locked, correction, before, actor)
    _close(correction, actor)
    return correction.snapshot


@transaction.atomic
def discard_correction(*, actor: Any, job: Job, attempt: str) -> None:
    """Throw away the draft, and the kept version too while the work still waits for its review: what was submitted counts again.

    The CORRECTED snapshot stays as a record. A repeat changes nothing. Refused: "being_corrected", "not_possible" (accepted or rejected
    work keeps the version that it has).
    """
    _require_review(actor, job)
    locked = Job.objects.select_for_update().get(pk=job.pk)
    correction = _locked(locked, attempt)
    if correction is None:
        return
    if correction.open:
        _refuse_another(correction, actor)
    kept = correction.snapshot
    if kept is not None and (reason := closed_reason(locked, attempt)):
        if not correction.open:
            raise Refused(f"{reason} The correction stays with it.", "not_possible")
    elif kept is not None:
        submitted = submitted_snapshot(job=locked, attempt=attempt)
        assert submitted is not None
        _put(locked, submitted.data["frames"], frames_of(job=locked))
        correction.snapshot = None
    if correction.open or kept is not None:
        _close(correction, actor)


def closed_reason(job: Job, attempt: str) -> str | None:
    """Why the attempt's work cannot be changed in review, or None: it is submitted and waits."""
    if job.attempt != attempt or not attempt:
        return "This attempt does not hold the job any more."
    if (job.stage, job.state) == (JobStage.VALIDATION, JobState.COMPLETED):
        return None
    if (job.stage, job.state) == (JobStage.ACCEPTANCE, JobState.COMPLETED):
        return "This work is accepted already."
    return "This work was rejected." if job.stage == JobStage.VALIDATION else "This work is not submitted."


def reason_of(session: EditorSession, job: Job, correction: Correction | None) -> str | None:
    """Why the session's draft cannot be changed now, or None. `correction` is that of the session's attempt."""
    if correction is None or not correction.open:
        return "This correction was kept or thrown away. Go back to the job and press Fix to begin another."
    if correction.owner_id != session.user_id:
        return f"{_name(correction)} took this correction over. What you saved is in it."
    reason = closed_reason(job, session.attempt)
    return f"{reason} What you changed is kept as a draft: go back to the job to keep it or throw it away." if reason else None


def _over(frames: dict[str, FrameContent], changed: dict[int, FrameContent]) -> dict[str, FrameContent]:
    merged = {int(number): content for number, content in frames.items()} | changed
    return {str(number): merged[number] for number in sorted(merged) if any(merged[number].values())}


def _require_review(actor: Any, job: Job) -> None:
    if actor is None or not selectors.may_review(actor, job.task.project):
        raise Forbidden("Your role in this project does not allow that. Ask the project's owner.")


def _locked(job: Job, attempt: str) -> Correction | None:
    correction = Correction.objects.select_for_update(of=("self",)).select_related("owner").filter(job=job, attempt=attempt).first()
    if correction is not None:
        correction.job = job
    return correction


def _refuse_another(correction: Correction, actor: Any, *, take_over: bool = False) -> None:
    if correction.owner_id not in (None, actor.pk) and not take_over:
        raise Refused(f"{_name(correction)} is fixing this job. Wait until they finish, or take it over on the job's page.",
                      "being_corrected")


def _name(correction: Correction) -> str:
    return correction.owner.get_username() if correction.owner else "Somebody"


def _put(job: Job, frames: dict[str, FrameContent], before: dict[str, FrameContent]) -> None:
    """Make `frames` what is on the locked job; a new revision where that is a change."""
    differing = [number for number in {*frames, *before} if frames.get(number) != before.get(number)]
    changed: dict[int, FrameContent] = {int(number): frames.get(number, {"shapes": [], "tags": []}) for number in differing}
    if not changed:
        return
    write_frames(job, changed)
    job.revision += 1
    job.save(update_fields=["revision", "last_object_id", "updated_date"])


def _snapshot(job: Job, correction: Correction, before: dict[str, FrameContent], actor: Any) -> Snapshot | None:
    """The record of what is on the job now; the one before where nothing changed since."""
    frames = frames_of(job=job)
    submitted = submitted_snapshot(job=job, attempt=correction.attempt)
    if submitted is not None and submitted.data["frames"] == frames:
        return None
    if frames == before and correction.snapshot is not None:
        return correction.snapshot
    return take_snapshot(job, Snapshot.Reason.CORRECTED, frames, attempt=correction.attempt, worker=job.worker, author=actor)


def _close(correction: Correction, actor: Any) -> None:
    correction.frames.all().delete()
    correction.open, correction.owner = False, actor
    correction.revision += 1
    correction.save(update_fields=["open", "owner", "snapshot", "revision", "updated_date"])
