"""News that a platform tells without being asked."""
import uuid
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from crowdsourcing import tasks
from crowdsourcing.models import Pool, WebhookEvent
from crowdsourcing.statuses import PoolStatus

# A ring that nobody answered for so long is lost.
_LOST = timedelta(seconds=60)
MAX_EVENTS = 1_000


class NotEvents(Exception):
    """The body is not a list of events."""


@transaction.atomic(durable=True)
def receive(*, pool: Pool, body: Any) -> int:
    """Keep the events of this pool that were not seen before, and ring for one sync if there are any. How many there are.

    `body` is parsed JSON: `{"events": [{"uuid", "type", "pool_id", ...}]}`. NotEvents.
    """
    fresh = {key: kind for key, kind, pool_id in _read(body) if pool_id == pool.remote_id}
    seen = set(WebhookEvent.objects.filter(uuid__in=fresh).values_list("uuid", flat=True))
    rows = [WebhookEvent(uuid=key, pool=pool, type=kind) for key, kind in fresh.items() if key not in seen]
    # Of two deliveries at once both may find it new: then two rings, which are one sync anyway.
    WebhookEvent.objects.bulk_create(rows, ignore_conflicts=True)
    if any(row.type != "TEST_EVENT" for row in rows):
        _ring(pool)
    return len(rows)


def _read(body: Any) -> list[tuple[uuid.UUID, str, str]]:
    events = body.get("events") if isinstance(body, Mapping) else None
    if not isinstance(events, list) or len(events) > MAX_EVENTS or not all(isinstance(event, Mapping) for event in events):
        raise NotEvents
    try:
        return [(uuid.UUID(str(event["uuid"])), str(event["type"])[:64], str(event.get("pool_id", ""))) for event in events]
    except (KeyError, ValueError):
        raise NotEvents from None


def _ring(pool: Pool) -> None:
    """Once until the sync begins: news gathers for a second. An archived pool has no news."""
    now = timezone.now()
    waiting = Q(news_wanted_at=None) | Q(news_wanted_at__lt=now - _LOST)
    rung = Pool.objects.filter(waiting, pk=pool.pk).exclude(status=PoolStatus.ARCHIVED).update(news_wanted_at=now)
    if rung:
        # Robust: with the broker away the schedule looks.
        transaction.on_commit(partial(tasks.ring_for_news, pool.pk), robust=True)
