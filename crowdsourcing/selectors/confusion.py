"""Which attempts can be held against something better, which were, and what came of it."""
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields import CharField
from django.db.models.functions import Cast

from annotation.models import Correction
from annotation.services.truth import truth_version
from crowdsourcing.models import Assignment, LabelConfusion, Pool
from crowdsourcing.selectors.truth import truth_of_suite
from crowdsourcing.statuses import AssignmentStatus

_CAME_IN = (AssignmentStatus.SUBMITTED, AssignmentStatus.ACCEPTED, AssignmentStatus.REJECTED)
_KINDS = LabelConfusion.Against


@dataclass
class Counted:
    """`cells`: (true label, given label) -> shapes, None for a side without; of `attempts`, while `waiting` are still to be counted."""

    attempts: int = 0
    waiting: int = 0
    cells: dict[tuple[int | None, int | None], int] = field(default_factory=dict)


def comparable(pool: Pool) -> QuerySet[Any]:
    """The pool's submitted work, each with `corrected` (the snapshot of its reviewer's version as text, or None) and `has_truth`."""
    kept = Correction.objects.filter(
        job=OuterRef("job"), attempt=OuterRef("remote_id"), snapshot__isnull=False).values("snapshot")[:1]
    return Assignment.objects.filter(pool=pool, status__in=_CAME_IN, snapshot__isnull=False).order_by().annotate(
        corrected=Cast(Subquery(kept), CharField()), has_truth=Exists(truth_of_suite()))


def uncounted(pool: Pool, against: str, version: str) -> QuerySet[Any]:
    """Those of `comparable` that nobody has held against the version that counts now; `version`: the truth's."""
    rows = comparable(pool)
    if against == _KINDS.TRUTH:
        done = LabelConfusion.objects.filter(assignment=OuterRef("pk"), against=against, version=version)
        return rows.filter(has_truth=True).exclude(Exists(done)) if version else rows.none()
    done = LabelConfusion.objects.filter(assignment=OuterRef("pk"), against=against, version=OuterRef("corrected"))
    return rows.filter(corrected__isnull=False).exclude(Exists(done))


def confusions_of(pool: Pool) -> dict[str, Counted]:
    """"truth" and "correction" -> what was counted against the versions that count now. Four queries."""
    truth = truth_version(pool.task_id)
    found = {kind.value: Counted() for kind in _KINDS}
    seen: set[int] = set()
    rows = comparable(pool).filter(Q(has_truth=True) | Q(corrected__isnull=False)).values_list(
        "pk", "has_truth", "corrected", "confusions__against", "confusions__version", "confusions__cells")
    for pk, has_truth, corrected, against, version, cells in rows:
        if pk not in seen:
            # An attempt with two counts comes twice.
            seen.add(pk)
            found[_KINDS.TRUTH].waiting += has_truth
            found[_KINDS.CORRECTION].waiting += corrected is not None
        if against and version == (truth if against == _KINDS.TRUTH else corrected):
            _add(found[against], cells)
    return found


def _add(sums: Counted, cells: dict[str, int]) -> None:
    sums.attempts += 1
    sums.waiting -= 1
    for key, count in cells.items():
        true, _, given = key.partition(":")
        pair = (int(true) if true else None, int(given) if given else None)
        sums.cells[pair] = sums.cells.get(pair, 0) + count
