"""Movements of money that an assignment's status means."""
from collections.abc import Sequence

from crowdsourcing.models import Assignment, LedgerEntry, Pool
from crowdsourcing.statuses import AssignmentStatus

_KIND = LedgerEntry.Kind


def movements(status: str, rejected_before: bool, booked: set[str]) -> list[str]:
    """Kinds to book for an assignment that is now `status`, given what is booked. Pure, and each kind once at most.

    The platform never takes a payment back, so neither do we when news goes backwards.
    """
    paid = _KIND.CHARGE in booked or _KIND.CHARGE_AFTER_RELEASE in booked
    wanted: list[str] = []
    if status in (AssignmentStatus.SUBMITTED, AssignmentStatus.ACCEPTED, AssignmentStatus.REJECTED):
        wanted.append(_KIND.RESERVE)
    if status == AssignmentStatus.REJECTED and not paid:
        wanted.append(_KIND.RELEASE)
    if status == AssignmentStatus.ACCEPTED and not paid:
        late = rejected_before or _KIND.RELEASE in booked
        wanted += [_KIND.RELEASE, _KIND.CHARGE_AFTER_RELEASE] if late else [_KIND.CHARGE]
    return [kind for kind in wanted if kind not in booked]


def book(pool: Pool, assignments: Sequence[Assignment]) -> None:
    """Book what is missing for these assignments. Under the pool's lock."""
    booked: dict[int, set[str]] = {}
    for assignment_id, kind in LedgerEntry.objects.filter(assignment__in=assignments).values_list("assignment_id", "kind"):
        booked.setdefault(assignment_id, set()).add(kind)
    entries = []
    for row in assignments:
        for kind in movements(row.status, row.rejected is not None, booked.get(row.pk, set())):
            entries.append(LedgerEntry(pool=pool, assignment=row, kind=kind, amount=row.reward, at=_at(row, kind)))
    LedgerEntry.objects.bulk_create(entries, batch_size=2000)


def _at(row: Assignment, kind: str) -> object:
    moment = {_KIND.RESERVE: row.submitted, _KIND.RELEASE: row.rejected}.get(kind, row.accepted)
    return moment or row.submitted or row.created
