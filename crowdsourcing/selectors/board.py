"""What the platform will accept by itself soon, by pool."""
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, Q, Sum, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from crowdsourcing.models import Pool
from crowdsourcing.selectors.policies import policy_comes
from crowdsourcing.selectors.queue import LEVELS, QueueFilters, queue_of

# Hours ahead: how far the board looks, and what is pressing.
FAR, NEAR = 48, 24
# How many pools are listed, and how many jobs of each are named.
MOST_POOLS, MOST_JOBS = 50, 5


def due_soon(user: Any) -> list[dict[str, Any]]:
    """Pools with work that the platform accepts by itself within FAR hours, the most suspicious first. Two queries.

    Each {"pool", "near", "near_amount", "far", "far_amount", "suspicious", "worst", "soonest", "jobs"}: numbers of jobs and sums of their
    prices (USD without the fee) within NEAR and FAR hours, how many of them are highly suspicious, and the most suspicious jobs.
    """
    rows: Any = queue_of(user, QueueFilters(due=FAR))
    groups: dict[int, dict[str, Any]] = {group["pool"]: dict(group) for group in rows.order_by().values("pool").annotate(
        **_sums(), worst=Max("suspicion"), soonest=Min("accepted_by_itself_at"),
    ).order_by("-worst", "-near", "soonest", "pool")[:MOST_POOLS]}
    if not groups:
        return []
    rank = Window(RowNumber(), partition_by=F("pool"), order_by=("-suspicion", "submitted", "pk"))
    jobs = (rows.filter(pool__in=list(groups)).annotate(rank=rank).filter(rank__lte=MOST_JOBS)
            .select_related("pool__task__project", "task_suite", "toloker").order_by("-suspicion", "submitted", "pk"))
    for job in jobs:
        group = groups[job.pool_id]
        group.setdefault("jobs", []).append(job)
        group["pool"] = job.pool
    # A pool whose last job was decided between the two queries has nothing to show.
    return [group for group in groups.values() if isinstance(group["pool"], Pool)]


def due_soon_sums(user: Any) -> dict[str, Any]:
    """The same numbers and sums over all pools, those beyond MOST_POOLS too, and how many pools they are: `pools`. One query."""
    return queue_of(user, QueueFilters(due=FAR)).order_by().aggregate(**_sums(), pools=Count("pool", distinct=True))


def _sums() -> dict[str, Any]:
    near = Q(accepted_by_itself_at__lte=timezone.now() + timedelta(hours=NEAR))
    return {"far": Count("pk"), "far_amount": Sum("reward", default=0), "near": Count("pk", filter=near),
            "near_amount": Sum("reward", filter=near, default=0), "suspicious": Count("pk", filter=Q(suspicion__gte=LEVELS["high"]))}


def waiting_counts(user: Any) -> dict[str, int]:
    """{"waiting", "due"}: submitted work that waits for people, not for a review policy, and what is accepted by itself within NEAR hours.
    One query, for every page's head."""
    near = Q(accepted_by_itself_at__lte=timezone.now() + timedelta(hours=NEAR))
    return queue_of(user, QueueFilters()).order_by().aggregate(
        waiting=Count("pk", filter=~policy_comes()), due=Count("pk", filter=near))
