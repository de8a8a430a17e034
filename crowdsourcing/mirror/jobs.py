"""What the newest attempt means for its job (transitions.JOB_VERB), told to room 1."""
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from annotation.models import Job, JobStage, JobState
from annotation.services import jobs
from crowdsourcing.models import Assignment, Pool, TaskSuite
from crowdsourcing.statuses import AssignmentStatus
from crowdsourcing.transitions import CONSUMES_OVERLAP, JOB_VERB

# Verb -> where the job is afterwards, so that a job that is there already is left alone.
_WHERE: dict[str, tuple[str, str]] = {
    "begin": (JobStage.ANNOTATION, JobState.IN_PROGRESS),
    "release": (JobStage.ANNOTATION, JobState.NEW),
    "submitted": (JobStage.VALIDATION, JobState.COMPLETED),
    "accepted": (JobStage.ACCEPTANCE, JobState.COMPLETED),
    "rejected": (JobStage.VALIDATION, JobState.REJECTED),
}
_MARKS = {"submitted": jobs.mark_submitted, "accepted": jobs.mark_accepted, "rejected": jobs.mark_rejected}


@dataclass
class Newest:
    """The newest attempt of one suite, and whether the platform offers the job to one more Toloker."""

    attempt: str
    worker: str
    status: str
    offered_again: bool


def drive_jobs(pool: Pool, suite_ids: Iterable[int]) -> None:
    """Bring the jobs of these suites where their newest attempts say. Inside the mirror's transaction."""
    newest = newest_attempts(suite_ids)
    suites = TaskSuite.objects.filter(pk__in=newest).select_related("job").order_by("job_id")
    for suite in suites:
        found = newest[suite.pk]
        verb = verb_of(found)
        if verb is not None and not _is_there(suite.job, found, verb):
            _drive(suite.job, found, verb)


def verb_of(newest: Newest) -> str | None:
    """None for a status nobody taught us: the job stays where it is."""
    if newest.status == AssignmentStatus.REJECTED and newest.offered_again:
        return "release"
    return JOB_VERB.get(newest.status)


def newest_attempts(suite_ids: Iterable[int]) -> dict[int, Newest]:
    """Suite id -> its newest attempt by the platform's time of taking, then id."""
    rows = (Assignment.objects.filter(task_suite__in=list(suite_ids)).order_by("created", "remote_id")
            .values_list("task_suite_id", "remote_id", "toloker__user_id", "status", "task_suite__overlap"))
    found: dict[int, Newest] = {}
    used: dict[int, int] = {}
    for suite_id, attempt, worker, status, overlap in rows:
        used[suite_id] = used.get(suite_id, 0) + (status in CONSUMES_OVERLAP)
        found[suite_id] = Newest(attempt, worker, status, overlap > used[suite_id])
    return found


def _is_there(job: Any, newest: Newest, verb: str) -> bool:
    wanted_attempt = "" if verb == "release" else newest.attempt
    return (job.stage, job.state) == _WHERE[verb] and job.attempt == wanted_attempt


def _drive(job: Job, newest: Newest, verb: str) -> None:
    if verb == "release":
        # Whoever holds it: the newest attempt may be over before we heard that it took the job from an older one.
        jobs.release_job(job=job, attempt=job.attempt or newest.attempt)
        return
    if job.attempt != newest.attempt:
        jobs.begin_attempt(job=job, attempt=newest.attempt, worker=newest.worker)
    if verb in _MARKS:
        _MARKS[verb](job=job)
