"""Work that was done somewhere else and comes whole, when it is submitted."""
from typing import Any

from django.db import transaction

from annotation.models import Job, Snapshot
from annotation.services import jobs
from annotation.services.shapes import FrameContent, frames_of, give_ids, write_frames
from annotation.services.snapshots import submitted_snapshot, take_snapshot


@transaction.atomic
def keep_submission(*, job: Job, attempt: str, worker: str, frames: dict[int, FrameContent], current: bool) -> Snapshot:
    """The attempt's work as its submitted snapshot; a repeat returns the one there is.

    `frames` are in stored form (annotation.shapes.clean_frame). `current`: this attempt decides about the job, so the work goes onto the
    job, too, in the place of whatever another attempt left there (which is kept as a snapshot of its own); else the job is left alone.
    The job's stage and state are the caller's to settle (services.attempts).
    """
    before = submitted_snapshot(job=job, attempt=attempt)
    if before is not None:
        return before
    if current:
        jobs.begin_attempt(job=job, attempt=attempt, worker=worker, starting_point=False)
    locked = Job.objects.select_for_update().get(pk=job.pk)
    content: dict[str, Any]
    if current and locked.attempt == attempt:
        write_frames(locked, {number: frames.get(number) or {"shapes": [], "tags": []} for number in locked.numbers})
        locked.revision += 1
        locked.save(update_fields=["revision", "last_object_id", "updated_date"])
        content = frames_of(job=locked)
    else:
        give_ids(locked, frames, [], set)
        locked.save(update_fields=["last_object_id", "updated_date"])
        content = {str(number): one for number, one in sorted(frames.items()) if any(one.values())}
    return take_snapshot(locked, Snapshot.Reason.SUBMITTED, content, attempt=attempt, worker=worker)
