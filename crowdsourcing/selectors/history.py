"""What happened to a job."""
from django.db.models import Q, QuerySet

from annotation.models import Job
from crowdsourcing.models import Assignment, ProviderCommand, StatusChange, TaskSuite
from crowdsourcing.statuses import AssignmentStatus, ReissuePolicy
from crowdsourcing.transitions import CONSUMES_OVERLAP


def attempts_of(job: Job) -> QuerySet[Assignment]:
    """All attempts at a job, newest first, each with its snapshot and Toloker."""
    return (Assignment.objects.filter(job=job)
            .select_related("toloker", "snapshot", "pool", "truth_score").order_by("-created", "-remote_id"))


def latest_assignment(task_suite: TaskSuite) -> Assignment | None:
    """The newest attempt. It drives the job, unless it came to nothing and an earlier one was accepted."""
    return task_suite.assignments.order_by("-created", "-remote_id").first()


def timeline_of(job: Job) -> QuerySet[StatusChange]:
    """Status changes of the job's suite, its attempts and its pool, oldest first."""
    suite = TaskSuite.objects.filter(job=job).first()
    if suite is None:
        return StatusChange.objects.none()
    attempts = list(suite.assignments.values_list("pk", flat=True))
    target = ProviderCommand.Target
    return (StatusChange.objects.filter(
        Q(target_type=target.ASSIGNMENT, target_id__in=attempts)
        | Q(target_type=target.TASK_SUITE, target_id=suite.pk)
        | Q(target_type=target.POOL, target_id=suite.pool_id))
        .select_related("actor", "command").order_by("at", "id"))


def is_accepted(task_suite: TaskSuite) -> bool:
    """Whether any attempt at the job was accepted: nobody else is wanted for it."""
    return task_suite.assignments.filter(status=AssignmentStatus.ACCEPTED).exists()


def consuming_attempts(task_suite: TaskSuite) -> int:
    """How much of the overlap is used up."""
    return task_suite.assignments.filter(status__in=CONSUMES_OVERLAP).count()


def is_offered_again(task_suite: TaskSuite) -> bool:
    """More overlap than attempts that use it up: the platform gives the job to somebody (else)."""
    return task_suite.overlap > consuming_attempts(task_suite)


def reissues_at_once(task_suite: TaskSuite) -> bool:
    return task_suite.pool.reissue_policy == ReissuePolicy.AT_ONCE
