"""What the attempts mean for their job (transitions.JOB_VERB), told to room 1."""
from collections.abc import Iterable
from dataclasses import dataclass

from annotation.services.attempts import Move, settle_attempts
from crowdsourcing.models import Assignment
from crowdsourcing.statuses import AssignmentStatus
from crowdsourcing.transitions import CAME_TO_NOTHING, CONSUMES_OVERLAP, JOB_VERB


@dataclass(slots=True)
class Newest:
    """The attempt that decides about one job, and whether the platform offers the job to one more Toloker."""

    job_id: int
    attempt: str
    worker: str
    status: str
    offered_again: bool


def drive_jobs(suite_ids: Iterable[int]) -> None:
    """Bring the jobs of these suites where their attempts say. Inside the mirror's transaction."""
    moves = [Move(found.job_id, found.attempt, found.worker, verb)
             for found in deciding_attempts(suite_ids).values() if (verb := verb_of(found)) is not None]
    settle_attempts(moves=moves)


def verb_of(newest: Newest) -> str | None:
    """None for a status nobody taught us: the job stays where it is."""
    if newest.status == AssignmentStatus.REJECTED and newest.offered_again:
        return "release"
    return JOB_VERB.get(newest.status)


def deciding_attempts(suite_ids: Iterable[int]) -> dict[int, Newest]:
    """Suite id -> its newest attempt by the platform's time of taking, then id. A newest one that came to nothing gives way to one that
    was accepted: that work is paid, and nobody else is wanted."""
    rows = (Assignment.objects.filter(task_suite__id__any_of=list(suite_ids)).order_by("created", "remote_id").values_list(
        "task_suite_id", "task_suite__job_id", "remote_id", "toloker__user_id", "status", "task_suite__overlap"))
    found: dict[int, Newest] = {}
    accepted: dict[int, Newest] = {}
    used: dict[int, int] = {}
    for suite_id, job_id, attempt, worker, status, overlap in rows:
        used[suite_id] = used.get(suite_id, 0) + (status in CONSUMES_OVERLAP)
        found[suite_id] = Newest(job_id, attempt, worker, status, overlap > used[suite_id])
        if status == AssignmentStatus.ACCEPTED:
            accepted[suite_id] = found[suite_id]
    return {suite_id: accepted.get(suite_id, newest) if newest.status in CAME_TO_NOTHING else newest for suite_id, newest in found.items()}
