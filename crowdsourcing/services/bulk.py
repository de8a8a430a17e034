"""Deciding about many assignments at once. What is asked when, and by whom it is carried on: crowdsourcing.bulk."""
import uuid
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from annotation import selectors as room1
from crowdsourcing import tasks
from crowdsourcing.models import Assignment, BulkDecision, BulkItem
from crowdsourcing.selectors.bulk import items_of
from crowdsourcing.selectors.queue import QueueFilters, queue_of, undecided
from crowdsourcing.services.assignments import MAX_COMMENT, checked_comment
from crowdsourcing.transitions import Refused

__all__ = ["MAX_COMMENT", "MOST", "NotConfirmed", "decide_many", "matching", "resume_bulk", "retry_bulk", "stop_bulk"]
MOST = 50_000
_BATCH = 2_000
Row = tuple[int, Decimal]


class NotConfirmed(Refused):
    """Nobody agreed to what matches now: `count` assignments, prices `amount` in all, USD without the fee."""

    def __init__(self, sentence: str, code: str, count: int, amount: Decimal) -> None:
        super().__init__(sentence, code)
        self.count, self.amount = count, amount


def matching(*, actor: Any, assignments: Iterable[int] | None = None, filters: QueueFilters | None = None,
             seen: Iterable[int] | None = None) -> list[Row]:
    """(id, price) of those with these ids, or of all that match the filters and about which no decision is on its way; of these only
    what was `seen`, if that is said.

    ValidationError with "assignments": an id that is not the actor's, or more than MOST.
    """
    if (assignments is None) == (filters is None):
        raise ValidationError({"assignments": "Name either assignments or filters."})
    if filters is not None:
        rows = list(undecided(queue_of(actor, filters)).values_list("pk", "reward")[:MOST + 1])
        known = None if seen is None else set(seen)
        rows = [row for row in rows if known is None or row[0] in known]
    else:
        wanted = list(dict.fromkeys(assignments or ()))
        rows = list(_of_ids(actor, wanted[:MOST + 1]))
        if len(wanted) <= MOST and len(rows) < len(wanted):
            missing = sorted(set(wanted) - {pk for pk, _ in rows})[:5]
            raise ValidationError({"assignments": f"There is no such assignment, or it is not yours: {', '.join(map(str, missing))}."})
    if len(rows) > MOST:
        raise ValidationError({"assignments": f"More than {MOST:,} at once is not possible. Narrow the filters."})
    return rows


def _of_ids(actor: Any, ids: Sequence[int]) -> Iterable[Row]:
    rows = Assignment.objects.filter(pk__in=ids)
    if not room1.is_admin(actor):
        rows = rows.filter(pool__task__project__in=room1.projects_for(actor).order_by().values("pk"))
    return rows.order_by("submitted", "pk").values_list("pk", "reward")


@transaction.atomic(durable=True)
def decide_many(*, actor: Any, verb: str, comment: str = "", assignments: Iterable[int] | None = None, filters: QueueFilters | None = None,
                seen: Iterable[int] | None = None, confirmed: tuple[int, Decimal] | None = None,
                id: uuid.UUID | None = None) -> BulkDecision:
    """Accept or reject (`verb`: BulkDecision.Verb) what `matching` finds; each becomes a command of its own, soon.

    `seen`: what matched when a person was asked; what came later is left out. `confirmed`: number and sum of prices that they saw; more
    than that is refused, since nobody agreed to it, and so are filters without it: they may mean all that waits. `id`: the asker's own,
    so that a repeat makes no second one. ValidationError with "verb", "comment", "assignments"; Refused, NotConfirmed.
    """
    if verb not in BulkDecision.Verb.values:
        raise ValidationError({"verb": f"“{verb}” is not one of {', '.join(BulkDecision.Verb.values)}."})
    text = checked_comment(comment, required=verb == BulkDecision.Verb.REJECT)
    if id is not None and (known := _known(actor, id)) is not None:
        return known
    rows = matching(actor=actor, assignments=assignments, filters=filters, seen=seen)
    amount = sum((price for _, price in rows), Decimal(0))
    _agreed(len(rows), amount, confirmed, by_filters=filters is not None)
    bulk, made = BulkDecision.objects.get_or_create(id=id or uuid.uuid4(), defaults={
        "actor": actor, "verb": verb, "comment": text, "filters": filters.given() if filters is not None else None,
        "count": len(rows), "amount": amount, "moved_at": timezone.now()})
    if made:
        BulkItem.objects.bulk_create((BulkItem(bulk=bulk, assignment_id=pk) for pk, _ in rows), batch_size=_BATCH)
        _ring_after_commit(bulk)
    return bulk


def _known(actor: Any, id: uuid.UUID) -> BulkDecision | None:
    known = BulkDecision.objects.filter(pk=id).first()
    if known is not None and known.actor_id != actor.pk:
        raise Refused("This number is taken. Choose another id.", "id_taken")
    return known


def _agreed(count: int, amount: Decimal, confirmed: tuple[int, Decimal] | None, *, by_filters: bool) -> None:
    if not count:
        raise Refused("Nothing is left to decide here: it was decided meanwhile, or nothing matches. Look at the queue again.", "nothing")
    if confirmed is None:
        if by_filters:
            raise NotConfirmed(f"{_matching(count)}, for {amount} USD without the platform's fee. If all of that is meant, send the same "
                               f"again with count {count} and amount {amount}.", "unconfirmed", count, amount)
    elif count > confirmed[0]:
        raise NotConfirmed(f"More jobs match now: {count} instead of {confirmed[0]}. Look at the numbers and confirm again.",
                           "changed", count, amount)
    elif amount > confirmed[1]:
        raise NotConfirmed(f"What matches costs more than was confirmed: {amount} USD instead of {confirmed[1]}. Look at the numbers and "
                           "confirm again.", "changed", count, amount)


def _matching(count: int) -> str:
    return f"{count:,} jobs match" if count > 1 else "1 job matches"


@transaction.atomic(durable=True)
def stop_bulk(*, actor: Any, bulk: BulkDecision) -> BulkDecision:
    """Ask for nothing more; what is on its way goes on. Refused when everything was asked."""
    locked = _lock(bulk)
    if locked.stopped_at is None:
        if not locked.items.filter(state=BulkItem.State.WAITING).exists():
            raise Refused("Everything was asked already; nothing is left to stop.", "not_possible")
        locked.stopped_at, locked.stopped_by = timezone.now(), actor
        locked.save(update_fields=["stopped_at", "stopped_by"])
    return locked


@transaction.atomic(durable=True)
def resume_bulk(*, actor: Any, bulk: BulkDecision) -> BulkDecision:
    """Ask for what was left alone, after all."""
    locked = _lock(bulk)
    if locked.stopped_at is not None:
        _go_on(locked)
    return locked


@transaction.atomic(durable=True)
def retry_bulk(*, actor: Any, bulk: BulkDecision, items: Iterable[int] | None = None) -> BulkDecision:
    """Ask again for what failed or was not possible (`items`: only these), with every check again. Refused."""
    locked = _lock(bulk)
    if locked.stopped_at is not None:
        raise Refused("This decision is stopped. Go on with it first, or decide about single jobs on their pages.", "stopped")
    rows = items_of(locked).filter(Q(outcome="failed") | Q(outcome="refused"))
    ids = list((rows if items is None else rows.filter(pk__in=list(items))).values_list("pk", flat=True))
    if not ids:
        raise Refused("Nothing of it can be tried again.", "nothing")
    locked.items.filter(pk__in=ids).update(state=BulkItem.State.WAITING, command=None, code="", sentence="")
    _go_on(locked)
    return locked


def _lock(bulk: BulkDecision) -> BulkDecision:
    return BulkDecision.objects.select_for_update(of=("self",)).get(pk=bulk.pk)


def _go_on(bulk: BulkDecision) -> None:
    bulk.stopped_at = bulk.stopped_by = bulk.all_asked_at = None
    bulk.moved_at = timezone.now()
    bulk.save(update_fields=["stopped_at", "stopped_by", "all_asked_at", "moved_at"])
    _ring_after_commit(bulk)


def _ring_after_commit(bulk: BulkDecision) -> None:
    # Robust: with the broker away the rows stay, and the sweep rings again.
    transaction.on_commit(partial(tasks.ring_for_bulk, bulk.pk, bulk.moved_at), robust=True)
