"""A pool's money and how far its jobs are."""
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from crowdsourcing.models import Assignment, LedgerEntry, Pool, TaskSuite
from crowdsourcing.selectors.consensus import HERE
from crowdsourcing.statuses import AssignmentStatus

_CENT = Decimal("0.001")
_KIND = LedgerEntry.Kind


def balances(sums: dict[str, Decimal]) -> dict[str, Decimal]:
    """{budget, reserved, spent, free} from the sum of each kind of movement; reserved + spent + free == budget."""
    added, withdrawn, reserve, release, charge, late = (sums.get(kind) or Decimal(0) for kind in (
        _KIND.BUDGET, _KIND.WITHDRAW, _KIND.RESERVE, _KIND.RELEASE, _KIND.CHARGE, _KIND.CHARGE_AFTER_RELEASE))
    budget = added - withdrawn
    return {
        "budget": budget,
        "reserved": reserve - release - charge,
        "spent": charge + late,
        "free": budget - reserve + release - late,
    }


def pool_money(pool: Pool) -> dict[str, Decimal]:
    """{budget, reserved, spent, free, fee_estimate}, USD. Prices without the platform's fee; `fee_estimate` is the fee on what
    is spent so far, by PLATFORM_FEE_PERCENT."""
    rows = pool.ledger.order_by().values("kind").annotate(total=Sum("amount"))
    money = balances({row["kind"]: row["total"] for row in rows})
    fee = money["spent"] * settings.PLATFORM_FEE_PERCENT / 100
    return {**money, "fee_estimate": fee.quantize(_CENT, rounding=ROUND_HALF_UP)}


def rejected_suites(pool: Pool) -> QuerySet[TaskSuite]:
    """Jobs on which somebody's work was rejected and nobody else has come yet. Of a job that several do a rejected place stays one; the
    job is none of these once as many as are wanted have it or handed in."""
    if pool.overlap == 1:
        return pool.task_suites.filter(job__state="rejected").order_by("pk")
    full = (Assignment.objects.filter(task_suite=OuterRef("pk"), status__in=HERE).order_by().values("task_suite")
            .annotate(people=Count("pk")).filter(people__gte=pool.overlap))
    return pool.task_suites.filter(job__replicas__state="rejected").exclude(Exists(full)).distinct().order_by("pk")


def pool_counts(pool: Pool) -> dict[str, int]:
    """How many jobs the pool has, how many are published, and assignments by status (lower case keys). Three queries."""
    rows = pool.assignments.order_by().values("status").annotate(number=Count("pk"), empty=Count("pk", filter=Q(snapshot=None)))
    by_status = {row["status"]: row for row in rows}
    return {
        **pool.task_suites.order_by().aggregate(
            jobs=Count("pk"), published=Count("pk", filter=~Q(remote_task_id="")),
            completed=Count("pk", filter=Q(job__stage="acceptance", job__state="completed"))),
        "rejected_jobs": rejected_suites(pool).count(),
        "submitted_without_work": sum(
            by_status[status]["empty"] for status in (AssignmentStatus.SUBMITTED, AssignmentStatus.REJECTED) if status in by_status),
        **{status.lower(): by_status[status]["number"] if status in by_status else 0 for status in AssignmentStatus.values},
    }
