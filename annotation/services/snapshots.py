"""Immutable records of a job's frames."""
from typing import Any

from annotation.models import Job, Snapshot
from annotation.shapes import digest_of


def submitted_snapshot(*, job: Job, attempt: str) -> Snapshot | None:
    """What the attempt submitted, or None."""
    return Snapshot.objects.filter(job=job, attempt=attempt, reason=Snapshot.Reason.SUBMITTED).order_by("pk").last()


def take_snapshot(job: Job, reason: str, frames: dict[str, Any], *, attempt: str, worker: str, author: Any = None) -> Snapshot:
    """Record `frames` (as `services.shapes.frames_of` gives them) at the job's revision. The job is locked.

    `attempt` is whose work it is ("": our own users'); `author` the reviewer who corrected it.
    """
    data = {"frames": frames}
    return Snapshot.objects.create(
        job=job, attempt=attempt, worker=worker, reason=reason, author=author, revision=job.revision, digest=digest_of(data), data=data,
        shape_count=sum(len(content["shapes"]) for content in frames.values()),
        tag_count=sum(len(content["tags"]) for content in frames.values()))
