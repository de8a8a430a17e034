"""What happened to a job."""
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from annotation.models import Job
from crowdsourcing.models import Assignment, ProviderCommand, StatusChange, TaskSuite
from crowdsourcing.selectors.consensus import people_wanted, places_missing
from crowdsourcing.statuses import AssignmentStatus
from crowdsourcing.transitions import CONSUMES_OVERLAP


def attempts_of(job: Job) -> QuerySet[Assignment]:
    """All attempts at a job, those at its replicas too, newest first, each with its snapshot and Toloker."""
    return (Assignment.objects.filter(Q(job=job) | Q(job__parent_job=job))
            .select_related("toloker", "snapshot", "pool", "truth_score").order_by("-created", "-remote_id"))


def latest_assignment(task_suite: TaskSuite) -> Assignment | None:
    """The newest attempt. It drives the job, unless it came to nothing and an earlier one was accepted."""
    return task_suite.assignments.order_by("-created", "-remote_id").first()


def suite_of(job: Job) -> TaskSuite | None:
    """By which the job is offered; a replica is offered with the job that it is a place at."""
    return TaskSuite.objects.select_related("pool__crowd_project__account", "pool__task__project", "job", "consensus").filter(
        job=job.parent_job_id or job.pk).first()


def timeline_of(job: Job) -> QuerySet[StatusChange]:
    """Status changes of the job's suite, its attempts and its pool, oldest first."""
    suite = suite_of(job)
    if suite is None:
        return StatusChange.objects.none()
    return changes_of(suite, attempts_of(job).order_by().values_list("pk", flat=True))


def changes_of(suite: TaskSuite, attempts: Iterable[int]) -> QuerySet[StatusChange]:
    """The same of a suite, its pool and these attempts (ids)."""
    target = ProviderCommand.Target
    return (StatusChange.objects.filter(
        Q(target_type=target.ASSIGNMENT, target_id__in=list(attempts))
        | Q(target_type=target.TASK_SUITE, target_id=suite.pk)
        | Q(target_type=target.POOL, target_id=suite.pool_id))
        .select_related("actor", "command").order_by("at", "id"))


def is_accepted(task_suite: TaskSuite) -> bool:
    """Whether as many attempts at the job were accepted as people are wanted: nobody else is."""
    return task_suite.assignments.filter(status=AssignmentStatus.ACCEPTED).count() >= people_wanted(task_suite)


def consuming_attempts(task_suite: TaskSuite) -> int:
    """How much of the overlap is used up."""
    return task_suite.assignments.filter(status__in=CONSUMES_OVERLAP).count()


def is_offered_again(task_suite: TaskSuite) -> bool:
    """The platform gives the job to somebody else, and to as many as are still wanted."""
    return task_suite.overlap > consuming_attempts(task_suite) and places_missing(task_suite) <= 0
