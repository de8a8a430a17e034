"""Which review policy is in force, and verdicts."""
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Count, Exists, OuterRef, Q

from crowdsourcing.models import Assignment, Pool, ReviewPolicy, Verdict
from crowdsourcing.statuses import PoolStatus

# Source of verdicts that people gave.
BY_HAND = "hand"


def policy_of(pool: Pool) -> ReviewPolicy | None:
    """The newest version; None where the pool's jobs were always reviewed by hand. One with {} is by hand again."""
    return ReviewPolicy.objects.filter(pool=pool).order_by("-version").first()


def policy_comes() -> Q:
    """Of submitted work: its pool's policy is still to say something about it, so nobody need look at it yet."""
    newer = ReviewPolicy.objects.filter(pool=OuterRef("pool"), version__gt=OuterRef("version"))
    in_force = ReviewPolicy.objects.filter(pool=OuterRef("pool")).exclude(config={}).exclude(Exists(newer)).exclude(
        pool__status=PoolStatus.ARCHIVED).filter(Q(stopped_at=None) | Q(resumed_at__isnull=False))
    return Q(Exists(in_force)) & ~Q(Exists(Verdict.objects.filter(assignment=OuterRef("pk"))))


def versions_of(pool: Pool) -> list[ReviewPolicy]:
    """Newest first, each with `accepted`, `rejected` and `asked`: what it decided so far, and left to a person. One query."""
    ours = ~Q(verdicts__source=BY_HAND)
    counts = {name: Count("verdicts", filter=ours & Q(verdicts__outcome=outcome)) for name, outcome in (
        ("accepted", Verdict.Outcome.ACCEPT), ("rejected", Verdict.Outcome.REJECT), ("asked", Verdict.Outcome.ASK))}
    return list(ReviewPolicy.objects.filter(pool=pool).select_related("created_by", "resumed_by").annotate(**counts).order_by("-version"))


def verdicts_of(attempts: Iterable[Assignment]) -> dict[int, list[Verdict]]:
    """Assignment -> its verdicts, the newest first. One query."""
    found: dict[int, list[Verdict]] = defaultdict(list)
    rows = Verdict.objects.filter(assignment__in=[row.pk for row in attempts]).select_related(
        "policy", "guide_version", "actor", "command")
    for row in rows.order_by("-pk"):
        found[row.assignment_id].append(row)
    return found
