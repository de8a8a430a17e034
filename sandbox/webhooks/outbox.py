"""Which events are to be called out next, and what became of them.

A subscription's events go out in their order: nothing passes one that waits for its next try. A claim moves `next_try` past the longest
call, so a ticker that is killed in between only means that the same events, with the same uuids, are sent again.
"""
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from sandbox import times
from sandbox.models import WebhookEvent, WebhookSubscription
from sandbox.webhooks.push import TIMEOUT_SECONDS, Outcome

LEASE = timedelta(seconds=TIMEOUT_SECONDS * 6)
MOST_EVENTS = 100
KEPT = timedelta(days=30)
_CANDIDATES = 1_000
_READY = """
SELECT s.id, s.webhook_url FROM sandbox_webhooksubscription s JOIN LATERAL (
    SELECT e.next_try FROM sandbox_webhookevent e WHERE e.subscription_id = s.id AND e.next_try IS NOT NULL ORDER BY e.id LIMIT 1
) head ON head.next_try <= %s ORDER BY head.next_try LIMIT %s"""


@dataclass(frozen=True)
class Batch:
    """Events of one subscription that go in one call. `tries` has how often each was sent, this time included."""

    url: str
    secret: str
    events: list[dict[str, Any]]
    tries: dict[int, int]


def ready() -> list[tuple[str, str]]:
    """(id, url) of subscriptions whose oldest waiting event is due, longest waiting first."""
    if not WebhookEvent.objects.filter(next_try__isnull=False).exists():
        return []
    with connection.cursor() as cursor:
        cursor.execute(_READY, [times.machine_now(), _CANDIDATES])
        return cursor.fetchall()


@transaction.atomic
def claim(key: str) -> Batch | None:
    """What to call out for this subscription; None if another ticker has it, or had it. The lock lets events be added meanwhile."""
    subscription = WebhookSubscription.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=key).first()
    if subscription is None:
        return None
    now = times.machine_now()
    rows = list(subscription.events.filter(next_try__isnull=False).order_by("id")[:MOST_EVENTS])
    if not rows or not _is_due(rows[0], now):
        return None
    for row in rows:
        row.tries, row.next_try = row.tries + 1, now + LEASE
    WebhookEvent.objects.bulk_update(rows, ["tries", "next_try"])
    return Batch(subscription.webhook_url, subscription.secret_key, [row.body for row in rows], {row.id: row.tries for row in rows})


def _is_due(row: WebhookEvent, now: datetime) -> bool:
    return row.next_try is not None and row.next_try <= now


@transaction.atomic
def settle(batch: Batch, outcome: Outcome) -> None:
    """Delivered, or planned again by SANDBOX_WEBHOOK_RETRY_SECONDS, or given up and kept with the reason."""
    now, waits = times.machine_now(), settings.SANDBOX_WEBHOOK_RETRY_SECONDS
    if not outcome.error:
        WebhookEvent.objects.filter(pk__in=batch.tries).update(delivered=now, next_try=None, last_error="")
        return
    for tries in set(batch.tries.values()):
        keys = [key for key, made in batch.tries.items() if made == tries]
        wait = timedelta(seconds=waits[tries - 1]) if tries <= len(waits) else None
        # With the count of tries as a condition: a call that outlived its claim says nothing about a later one.
        WebhookEvent.objects.filter(pk__in=keys, tries=tries, delivered=None).update(
            next_try=None if wait is None else now + wait, last_error=str(outcome))


def forget_old() -> None:
    """Events that are done with are kept for a month."""
    WebhookEvent.objects.filter(next_try=None, written__lt=times.machine_now() - KEPT).delete()
