"""Jobs that several Tolokers do: their work, how far each is, and what is to be merged."""
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Greatest, Least

from annotation.models import Correction, JobStage
from crowdsourcing.models import Assignment, Consensus, Pool, ProviderCommand, TaskSuite
from crowdsourcing.statuses import AssignmentStatus, CommandKind, CommandStatus, ReissuePolicy
from crowdsourcing.transitions import CONSUMES_OVERLAP

# Work that counts: who is still to be decided about, and whose was accepted.
COUNTS = (AssignmentStatus.SUBMITTED, AssignmentStatus.ACCEPTED)
# Those who have a place now.
HERE = (AssignmentStatus.ACTIVE, *COUNTS)


class Piece(NamedTuple):
    """One person's work on a job: ids of the assignment, of the snapshot, and of the replica it lies on."""

    assignment: int
    snapshot: int
    job: int


def work_of(pool: Pool, *, accepted: bool = False, rejected: bool = False,
            suites: Iterable[int] | None = None) -> dict[int, list[Piece]]:
    """Suite -> work that counts, oldest first; of all suites that have any, or of these. With `accepted`: accepted work only, and where a
    reviewer corrected it the correction. With `rejected`: rejected work too, as it was before somebody decided."""
    counts = (AssignmentStatus.ACCEPTED,) if accepted else (*COUNTS, AssignmentStatus.REJECTED) if rejected else COUNTS
    rows = Assignment.objects.filter(pool=pool, snapshot__isnull=False, status__in=counts)
    if suites is not None:
        rows = rows.filter(task_suite__in=list(suites))
    pieces = list(rows.order_by("created", "pk").values_list("task_suite", "pk", "snapshot", "job", "remote_id"))
    kept = _corrections([row[3] for row in pieces]) if accepted else {}
    found: dict[int, list[Piece]] = defaultdict(list)
    for suite, pk, snapshot, job, attempt in pieces:
        found[suite].append(Piece(pk, kept.get((job, attempt), snapshot), job))
    return found


def _corrections(jobs: Sequence[int]) -> dict[tuple[int, str], int]:
    rows = Correction.objects.filter(job__in=jobs, snapshot__isnull=False).values_list("job", "attempt", "snapshot")
    return {(job, attempt): snapshot for job, attempt, snapshot in rows}


def to_merge(pool: Pool) -> QuerySet[TaskSuite]:
    """Suites with as many accepted as are wanted whose merged work is of fewer, and that nobody has to look at first. Who was accepted
    without work counts as a person: nobody else is asked for."""
    accepted = Q(assignments__status=AssignmentStatus.ACCEPTED)
    rows = pool.task_suites.annotate(
        accepted=Count("assignments", filter=accepted),
        with_work=Count("assignments", filter=accepted & Q(assignments__snapshot__isnull=False)))
    corrected = Correction.objects.filter(
        job__parent_job=OuterRef("job"), job__assignments__remote_id=F("attempt"), job__assignments__status=AssignmentStatus.ACCEPTED,
        snapshot__created_date__gt=OuterRef("consensus__merged_at"))
    fresh = ~Q(with_work=Coalesce(F("consensus__merged_people"), Value(0))) | Exists(corrected)
    return (rows.filter(fresh, accepted__gte=pool.overlap)
            .exclude(~Q(consensus__note=""), consensus__isnull=False))


def people_at(task_suite: TaskSuite) -> list[str]:
    """Statuses of those who have a place at the job now: they have it, handed in, or were accepted."""
    return list(task_suite.assignments.filter(status__in=HERE).order_by("pk").values_list("status", flat=True))


def is_enough(task_suite: TaskSuite) -> bool:
    """As many are accepted as the pool wants for a job, whether they agree or not."""
    return people_at(task_suite).count(AssignmentStatus.ACCEPTED) >= task_suite.pool.overlap


def nobody_else_wanted(task_suite: TaskSuite) -> bool:
    """Enough were accepted, so that who was asked because people do not agree is wanted no more, unless a person asked for the last."""
    if not is_enough(task_suite):
        return False
    last = _asked_for(task_suite).exclude(status=CommandStatus.FAILED).order_by("created_at", "pk").last()
    return last is None or last.actor_id is None


def _asked_for(task_suite: TaskSuite) -> QuerySet[ProviderCommand]:
    return ProviderCommand.objects.filter(
        target_type=ProviderCommand.Target.TASK_SUITE, target_id=task_suite.pk, kind=CommandKind.REISSUE_JOB)


def people_wanted(task_suite: TaskSuite) -> int:
    """How many Tolokers may do the job in all: one more than have, as long as they do not agree."""
    wanted = task_suite.pool.overlap
    if wanted > 1:
        torn = (Consensus.Outcome.MORE, Consensus.Outcome.REQUESTER)
        found = Consensus.objects.filter(pk=task_suite.pk, outcome__in=torn, people__gte=wanted).first()
        if found is not None:
            wanted = max(wanted, found.people + 1)
    return wanted


def places_missing(task_suite: TaskSuite, *, enough: bool = False) -> int:
    """How many more places than the platform offers are wanted; negative: it offers more than that. `enough`: nobody is wanted because
    those who did the job do not agree."""
    counts = task_suite.assignments.aggregate(
        here=Count("pk", filter=Q(status__in=HERE)), used=Count("pk", filter=Q(status__in=CONSUMES_OVERLAP)))
    wanted = task_suite.pool.overlap if enough else people_wanted(task_suite)
    return wanted - counts["here"] - (task_suite.overlap - counts["used"])


def spare_places(task_suite: TaskSuite) -> int:
    """How many places nobody has taken yet are offered although nobody is wanted for them.

    What neither rejections nor our own asking explain was raised by somebody in the platform's pages, and is theirs.
    """
    more = task_suite.overlap - task_suite.pool.overlap
    if more <= 0:
        return 0
    asked = _asked_for(task_suite).filter(status=CommandStatus.DONE).count()
    at_once = task_suite.pool.reissue_policy == ReissuePolicy.AT_ONCE
    if more > asked + (task_suite.assignments.filter(rejected__isnull=False).count() if at_once else 0):
        return 0
    unused = task_suite.overlap - task_suite.assignments.filter(status__in=CONSUMES_OVERLAP).count()
    return max(0, min(unused, -places_missing(task_suite, enough=nobody_else_wanted(task_suite))))


def progress_of(jobs: Any) -> dict[int, dict[str, int]]:
    """Job that several do -> {"wanted", "here", "submitted", "accepted"}. `jobs`: ids or a subquery. One query.

    More than the pool wants for a job are `wanted` only as far as it is offered to more, or more came."""
    counts = {name: Count("assignments", filter=Q(assignments__status__in=statuses)) for name, statuses in (
        ("here", HERE), ("submitted", COUNTS), ("accepted", (AssignmentStatus.ACCEPTED,)), ("used", CONSUMES_OVERLAP))}
    more = Case(When(consensus__outcome=Consensus.Outcome.MORE, then=F("consensus__people") + 1), default=Value(0))
    rows: Any = TaskSuite.objects.filter(job__in=jobs, pool__overlap__gt=1).order_by().annotate(**counts).annotate(
        wanted=Greatest(F("pool__overlap"), F("here"), Least(more, F("here") + F("overlap") - F("used"))))
    return {row.pop("job"): row for row in rows.values("job", "wanted", "here", "submitted", "accepted")}


def agreement_in(pool: Pool) -> dict[str, list[float]]:
    """Word of an outcome -> how those who did one job agree, 0..1, a job each; jobs that two at least handed in. No query where one
    Toloker does a job."""
    found: dict[str, list[float]] = {"agreed": [], "not agreed yet": []}
    if pool.overlap > 1:
        rows = Consensus.objects.filter(task_suite__pool=pool, people__gte=2, score__isnull=False)
        for outcome, score in rows.order_by("pk").values_list("outcome", "score"):
            found["agreed" if outcome == Consensus.Outcome.DECIDED else "not agreed yet"].append(score or 0.0)
    return found


def merged_in_part(pool: Pool) -> list[TaskSuite]:
    """Jobs whose merged work holds what nobody can tell, or that somebody changed before it could be merged: they wait for the requester.
    No query where one Toloker does a job."""
    if pool.overlap < 2:
        return []
    waiting = Q(consensus__merged_at__isnull=False, job__stage=JobStage.VALIDATION, consensus__merged_people__gte=pool.overlap)
    return list(pool.task_suites.filter(waiting | (Q(consensus__isnull=False) & ~Q(consensus__note=""))).order_by("pk"))
