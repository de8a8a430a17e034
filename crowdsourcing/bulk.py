"""Carrying a bulk decision on: job after job becomes a command of its own, a few at a time.

The rows say how far it is. Each job is asked for in one short transaction that writes its command and its row together, so a process may
die between any two lines and nothing is asked twice or forgotten. Only WINDOW of a decision are on their way at once: other commands are
not kept waiting behind thousands, and Stop still finds most of them unasked.

One chain of task runs works on a decision: a run goes on only if `moved_at` is still what the ring before it left (`take_turn`).
"""
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from annotation.errors import Refused
from crowdsourcing.intents import insert_decision
from crowdsourcing.models import BulkDecision, BulkItem, ProviderCommand
from crowdsourcing.statuses import OPEN_COMMAND_STATUSES, CommandKind

log = logging.getLogger(__name__)

WINDOW = 40
# A chain that did not move for so long is dead, or its bell was lost.
RESTING = timedelta(seconds=20)
_NOBODY = "Whoever decided this has no account any more."
_OUR_FAULT = "Something went wrong on our side; it is written in the log. Try again."


def take_turn(bulk_id: UUID, moved_at: datetime) -> datetime | None:
    """The new `moved_at`, to be rung with next; None where another run has gone on from there, or nothing is left to do."""
    now = timezone.now()
    taken = _going_on().filter(pk=bulk_id, moved_at=moved_at).update(moved_at=now)
    return now if taken else None


def carry_on(bulk_id: UUID) -> Iterator[UUID]:
    """Ask for what comes next until the window is full, the decision is stopped or all is asked; the new commands' ids, each after its
    commit."""
    on_their_way = BulkItem.objects.filter(bulk=bulk_id, state=BulkItem.State.ASKED, command__status__in=OPEN_COMMAND_STATUSES).count()
    while on_their_way < WINDOW:
        item = _ask_next(bulk_id)
        if item is None:
            return
        if item.command_id is not None:
            on_their_way += 1
            yield item.command_id


def is_going_on(bulk_id: UUID) -> bool:
    """Whether something is left to ask for."""
    return _going_on().filter(pk=bulk_id).exists()


def resting() -> list[tuple[UUID, datetime]]:
    """Decisions that nobody carries on, with the `moved_at` to ring with."""
    return list(_going_on().filter(moved_at__lt=timezone.now() - RESTING).values_list("pk", "moved_at"))


def _going_on() -> QuerySet[BulkDecision]:
    return BulkDecision.objects.filter(stopped_at=None, all_asked_at=None)


def _ask_next(bulk_id: UUID) -> BulkItem | None:
    """The next item, asked or refused; None at the end, when stopped, or when another process is at it."""
    item = None
    try:
        with transaction.atomic(durable=True):
            # The lock is what Stop waits for: after it nothing more is asked.
            bulk = _going_on().select_for_update(skip_locked=True, of=("self",)).select_related("actor").filter(pk=bulk_id).first()
            if bulk is None:
                return None
            item = bulk.items.filter(state=BulkItem.State.WAITING).select_related("assignment").order_by("pk").first()
            if item is None:
                bulk.all_asked_at = timezone.now()
                bulk.save(update_fields=["all_asked_at"])
                return None
            _settle(item, *_asked(bulk, item))
    except DatabaseError:
        # The database's own trouble is nobody's verdict on the job: the next run tries again.
        raise
    except Exception:
        if item is None:
            raise
        log.exception("Bulk decision %s: assignment %s could not be asked for", bulk_id, item.assignment_id)
        _settle(item, None, "internal", _OUR_FAULT)
    return item


def _asked(bulk: BulkDecision, item: BulkItem) -> tuple[ProviderCommand | None, str, str]:
    if bulk.actor is None:
        return None, "forbidden", _NOBODY
    try:
        with transaction.atomic():
            return insert_decision(actor=bulk.actor, assignment=item.assignment, kind=CommandKind(bulk.verb), comment=bulk.comment,
                                   overrule=False), "", ""
    except Refused as refusal:
        return None, refusal.code, refusal.sentence


def _settle(item: BulkItem, command: ProviderCommand | None, code: str, sentence: str) -> None:
    item.state = BulkItem.State.ASKED if command is not None else BulkItem.State.REFUSED
    item.command, item.code, item.sentence = command, code[:64], sentence
    BulkItem.objects.filter(pk=item.pk, state=BulkItem.State.WAITING).update(
        state=item.state, command=command, code=item.code, sentence=sentence)
