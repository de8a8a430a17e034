"""What the attempts mean for their jobs (transitions.JOB_VERB), told to room 1."""
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from annotation.services.attempts import Move, settle_attempts
from annotation.services.replicas import Progress, settle_parents
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
    offered_again: bool = False


@dataclass(slots=True)
class _Suite:
    """Its jobs in the order in which they were taken: one, or a replica a person."""

    job_id: int
    wanted: int
    overlap: int
    newest: dict[int, Newest]
    accepted: dict[int, Newest]
    used: int = 0


def drive_jobs(suite_ids: Iterable[int]) -> None:
    """Bring the jobs of these suites where their attempts say. Inside the mirror's transaction."""
    suites = _suites(suite_ids)
    moves = [Move(found.job_id, found.attempt, found.worker, verb)
             for suite in suites for found in _deciding(suite).values() if (verb := verb_of(found)) is not None]
    settle_attempts(moves=moves)
    settle_parents(parents=[_progress(suite) for suite in suites if suite.wanted > 1])


def verb_of(newest: Newest) -> str | None:
    """None for a status nobody taught us: the job stays where it is."""
    if newest.status == AssignmentStatus.REJECTED and newest.offered_again:
        return "release"
    return JOB_VERB.get(newest.status)


def deciding_attempts(suite_ids: Iterable[int]) -> dict[int, Newest]:
    """Job id -> its newest attempt by the platform's time of taking, then id. A newest one that came to nothing gives way to one that
    was accepted: that work is paid, and nobody else is wanted."""
    return {job_id: found for suite in _suites(suite_ids) for job_id, found in _deciding(suite).items()}


def _suites(suite_ids: Iterable[int]) -> list[_Suite]:
    rows = (Assignment.objects.filter(task_suite__id__any_of=list(suite_ids)).order_by("created", "remote_id").values_list(
        "task_suite_id", "task_suite__job_id", "pool__overlap", "task_suite__overlap", "job_id", "remote_id", "toloker__user_id", "status"))
    found: dict[int, _Suite] = {}
    for suite_id, suite_job, wanted, overlap, job_id, attempt, worker, status in rows:
        suite = found.setdefault(suite_id, _Suite(suite_job, wanted, overlap, {}, {}))
        suite.used += status in CONSUMES_OVERLAP
        suite.newest.pop(job_id, None)
        suite.newest[job_id] = Newest(job_id, attempt, worker, status)
        if status == AssignmentStatus.ACCEPTED:
            suite.accepted[job_id] = suite.newest[job_id]
    return list(found.values())


def _deciding(suite: _Suite) -> dict[int, Newest]:
    """Who comes next takes a place that nobody had first; what the platform offers beyond those are rejected ones, oldest first."""
    taken = sum(newest.status in CONSUMES_OVERLAP for newest in suite.newest.values())
    spare = suite.overlap - suite.used - max(0, suite.wanted - taken)
    for newest in suite.newest.values():
        if newest.status == AssignmentStatus.REJECTED:
            newest.offered_again, spare = spare > 0, spare - 1
    return {job_id: suite.accepted.get(job_id, newest) if newest.status in CAME_TO_NOTHING else newest
            for job_id, newest in suite.newest.items()}


def _progress(suite: _Suite) -> Progress:
    counts = Counter(found.status for found in _deciding(suite).values())
    done = counts[AssignmentStatus.SUBMITTED] + counts[AssignmentStatus.ACCEPTED]
    return Progress(suite.job_id, begun=bool(done + counts[AssignmentStatus.ACTIVE]), submitted=done >= suite.wanted)
