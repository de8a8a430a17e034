"""Movements of money that an assignment's status means."""
from collections.abc import Set
from datetime import datetime
from typing import Any

from django.utils import timezone

from annotation.rows import copy_in
from crowdsourcing.models import LedgerEntry, Pool
from crowdsourcing.providers.base import RemoteAssignment
from crowdsourcing.statuses import AssignmentStatus

_KIND = LedgerEntry.Kind
_NOTHING: frozenset[str] = frozenset()


def movements(status: str, rejected_before: bool, booked: Set[str]) -> list[str]:
    """Kinds to book for an assignment that is now `status`, given what is booked. Pure, and each kind once at most.

    The platform never takes a payment back, so neither do we when news goes backwards.
    """
    paid = _KIND.CHARGE in booked or _KIND.CHARGE_AFTER_RELEASE in booked
    wanted: list[str] = []
    if status in (AssignmentStatus.SUBMITTED, AssignmentStatus.ACCEPTED, AssignmentStatus.REJECTED):
        wanted.append(_KIND.RESERVE.value)
    if status == AssignmentStatus.REJECTED and not paid:
        wanted.append(_KIND.RELEASE.value)
    if status == AssignmentStatus.ACCEPTED and not paid:
        late = rejected_before or _KIND.RELEASE in booked
        wanted += [_KIND.RELEASE.value, _KIND.CHARGE_AFTER_RELEASE.value] if late else [_KIND.CHARGE.value]
    return [kind for kind in wanted if kind not in booked]


def book(pool: Pool, rows: list[Any]) -> None:
    """Book what is missing for these assignments (mirror.assignments.Fresh). Under the pool's lock."""
    booked: dict[int, set[str]] = {}
    known = [row.pk for row in rows if row.old is not None]
    if known:
        for assignment_id, kind in LedgerEntry.objects.filter(assignment__id__any_of=known).values_list("assignment_id", "kind"):
            booked.setdefault(assignment_id, set()).add(kind)
    now = timezone.now()
    copy_in(LedgerEntry, ("pool_id", "assignment_id", "kind", "amount", "at", "created_at"), (
        (pool.pk, row.pk, kind, row.item.reward, _at(row.item, kind), now)
        for row in rows for kind in movements(row.status, row.item.rejected is not None, booked.get(row.pk, _NOTHING))))


def _at(item: RemoteAssignment, kind: str) -> datetime:
    moment = {_KIND.RESERVE.value: item.submitted, _KIND.RELEASE.value: item.rejected}.get(kind, item.accepted)
    return moment or item.submitted or item.created
