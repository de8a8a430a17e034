"""How far a bulk decision is, and what became of each of its jobs."""
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, Count, Q, Sum, Value, When

from annotation import selectors as room1
from crowdsourcing.models import BulkDecision, BulkItem
from crowdsourcing.statuses import AssignmentStatus, CommandKind, CommandStatus

# Word -> what it means of one job, for people; `done` is worded by the verb.
OUTCOMES = {
    "waiting": "not asked yet", "asked": "on the way", "done": "done", "refused": "not possible", "failed": "failed", "left": "left alone"}
_HAPPENED = (Q(command__kind=CommandKind.ACCEPT_ASSIGNMENT, assignment__status=AssignmentStatus.ACCEPTED)
             | Q(command__kind=CommandKind.REJECT_ASSIGNMENT, assignment__status=AssignmentStatus.REJECTED))
OUTCOME = Case(
    When(state=BulkItem.State.REFUSED, then=Value("refused")),
    When(state=BulkItem.State.WAITING, bulk__stopped_at__isnull=False, then=Value("left")),
    When(state=BulkItem.State.WAITING, then=Value("waiting")),
    # A command whose answer was lost fails here, and still happened there.
    When(Q(command__status=CommandStatus.DONE) | (Q(command__status=CommandStatus.FAILED) & _HAPPENED), then=Value("done")),
    When(command__status=CommandStatus.FAILED, then=Value("failed")),
    default=Value("asked"), output_field=CharField())


@dataclass(frozen=True)
class BulkProgress:
    """How many jobs came to which outcome, all words present; `amount` is the price of those that are done, USD without the fee."""

    counts: dict[str, int]
    amount: Decimal

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def settled(self) -> int:
        return self.total - self.counts["waiting"] - self.counts["asked"]

    @property
    def going_on(self) -> bool:
        return self.settled < self.total

    @property
    def again(self) -> int:
        """How many can be tried again."""
        return self.counts["failed"] + self.counts["refused"]


def items_of(bulk: BulkDecision) -> Any:
    """A query of its items in the order in which they are asked, each with its `outcome`."""
    return bulk.items.annotate(outcome=OUTCOME).select_related(
        "assignment__task_suite", "assignment__pool__task", "assignment__toloker", "command").order_by("pk")


def items_seen(user: Any, bulk: BulkDecision) -> Any:
    """`items_of` without those of projects that the user left meanwhile."""
    items = items_of(bulk)
    return items if room1.is_admin(user) else items.filter(
        assignment__pool__task__project__in=room1.projects_for(user).order_by().values("pk"))


def bulk_progress(bulk: BulkDecision) -> BulkProgress:
    return progress_of_many([bulk.pk])[bulk.pk]


def progress_of_many(ids: list[Any]) -> dict[Any, BulkProgress]:
    """In one query."""
    found: dict[Any, tuple[dict[str, int], Decimal]] = {pk: (dict.fromkeys(OUTCOMES, 0), Decimal(0)) for pk in ids}
    rows = BulkItem.objects.filter(bulk__in=ids).order_by().annotate(outcome=OUTCOME).values("bulk", "outcome").annotate(
        number=Count("pk"), price=Sum("assignment__reward"))
    for row in rows:
        counts, amount = found[row["bulk"]]
        counts[row["outcome"]] = row["number"]
        if row["outcome"] == "done":
            found[row["bulk"]] = counts, amount + row["price"]
    return {pk: BulkProgress(counts, amount) for pk, (counts, amount) in found.items()}
