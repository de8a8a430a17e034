"""Who has a delivery. Every write is conditional on the claim: a worker that was given up for dead cannot settle another's."""
import random
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from annotation.models import WebhookDelivery
from annotation.webhooks.sending import Outcome

# After the first try; with the eighth retry about a day has passed.
WAITS = (60, 180, 540, 1_620, 4_860, 14_580, 28_800, 28_800)
MAX_TRIES = 1 + len(WAITS)
# Of one webhook at a time: a slow receiver does not take every place.
MOST_OF_ONE = 2
# Beyond the time of a try: looking up a name cannot be cut short.
_MARGIN_SECONDS = 60
_CLAIMS = 0x7768  # "wh"
DIED = "The workers that told this stopped in the middle of it. Redeliver it; if it happens again, ask your administrator to read the log."
_WAITING = WebhookDelivery.State.WAITING.value
# Pings and redeliveries were asked for by a person: also while the webhook is switched off.
_DUE = """
SELECT due.id FROM annotation_webhook w CROSS JOIN LATERAL (
    SELECT d.id, d.next_attempt_at FROM annotation_webhookdelivery d
    WHERE d.webhook_id = w.id AND d.state = 'waiting' AND d.next_attempt_at <= %(now)s
        AND (d.claimed_until IS NULL OR d.claimed_until < %(now)s) AND (w.is_active OR d.redelivery OR d.event = 'ping')
    ORDER BY d.next_attempt_at, d.id
    LIMIT GREATEST(0, %(most)s - (SELECT count(*) FROM annotation_webhookdelivery busy
        WHERE busy.webhook_id = w.id AND busy.state = 'waiting' AND busy.claimed_until >= %(now)s))
) due ORDER BY due.next_attempt_at, due.id LIMIT %(places)s
"""


def claim(places: int) -> list[WebhookDelivery]:
    """Take what is due, the longest waiting first: as many as may be told at once by all workers together, `places` at most.

    What was tried too often, its workers dying every time, is settled as failed on the way.
    """
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        # One at a time, or two would fill the same places.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_CLAIMS])
        WebhookDelivery.objects.filter(state=_WAITING, attempts__gte=MAX_TRIES, claimed_until__lt=now).update(
            state=WebhookDelivery.State.FAILED, response=DIED, claimed_until=None, next_attempt_at=None, updated_date=now)
        busy = WebhookDelivery.objects.filter(state=_WAITING, claimed_until__gte=now).count()
        free = min(places, settings.WEBHOOKS_PARALLEL - busy)
        if free <= 0:
            return []
        cursor.execute(_DUE, {"now": now, "most": MOST_OF_ONE, "places": free})
        keys = [row[0] for row in cursor.fetchall()]
        until = now + timedelta(seconds=settings.WEBHOOKS_TIMEOUT_SECONDS + _MARGIN_SECONDS)
        WebhookDelivery.objects.filter(pk__in=keys).update(
            claimed_until=until, attempts=F("attempts") + 1, written_by=None, updated_date=now)
        return list(WebhookDelivery.objects.select_related("webhook").filter(pk__in=keys).order_by("next_attempt_at", "pk"))


def settle(delivery: WebhookDelivery, outcome: Outcome) -> bool:
    """Write what came of a try; False when the claim was lost meanwhile."""
    now = timezone.now()
    fields = {"status_code": outcome.status, "response": outcome.text, "duration_ms": outcome.duration_ms, "claimed_until": None,
              "updated_date": now, "next_attempt_at": None}
    if outcome.told:
        fields["state"] = WebhookDelivery.State.DELIVERED
    elif not outcome.again or delivery.attempts >= MAX_TRIES or delivery.event == "ping":
        # Somebody waits for a ping now: another one is a click.
        fields["state"] = WebhookDelivery.State.FAILED
    else:
        fields["next_attempt_at"] = now + wait_after(delivery.attempts)
    mine = WebhookDelivery.objects.filter(pk=delivery.pk, state=_WAITING, claimed_until=delivery.claimed_until)
    return bool(mine.update(**fields))


def wait_after(tries: int) -> timedelta:
    """Back-off, a fifth up or down so that a crowd of deliveries spreads."""
    return timedelta(seconds=WAITS[min(tries, len(WAITS)) - 1] * random.uniform(0.8, 1.2))


def is_due(now: datetime | None = None) -> bool:
    """Whether something may be told that nobody tells."""
    moment = now or timezone.now()
    asked = Q(webhook__is_active=True) | Q(redelivery=True) | Q(event="ping")
    return WebhookDelivery.objects.filter(asked, state=_WAITING, next_attempt_at__lte=moment).filter(
        Q(claimed_until=None) | Q(claimed_until__lt=moment)).exists()


def forget_old() -> int:
    """Delete deliveries older than WEBHOOKS_KEEP_DAYS, told or not; how many."""
    old = timezone.now() - timedelta(days=settings.WEBHOOKS_KEEP_DAYS)
    count = 0
    while keys := list(WebhookDelivery.objects.filter(created_date__lt=old).order_by().values_list("pk", flat=True)[:5_000]):
        count += WebhookDelivery.objects.filter(pk__in=keys).delete()[0]
    return count
