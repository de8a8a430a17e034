"""Writes what happened into the outbox, in the transaction in which it happened."""
import uuid
from datetime import datetime
from typing import Any

from django.db import connection

from sandbox import times
from sandbox.engine import events
from sandbox.engine.events import Event
from sandbox.models import Pool, WebhookEvent

_DETAIL = {"POOL_CLOSED": ("close_reason",), "DYNAMIC_OVERLAP_COMPLETED": ("task_id", "confidence", "assignment_ids", "output_values")}


@events.on(*events.ASSIGNMENT_EVENTS, *_DETAIL)
def _write(event: Event) -> None:
    """One row for each subscription of this pool to this kind of event: usually none, by the index of `one_subscription`."""
    now = times.machine_now()
    rows = []
    for key in _followers(event):
        body = body_of(event.kind, event.pool, key, event.at, **_particulars(event))
        rows.append(WebhookEvent(uuid=body["uuid"], subscription_id=key, body=body, next_try=now, written=now))
    if rows:
        WebhookEvent.objects.bulk_create(rows)


def _followers(event: Event) -> list[str]:
    """Ids of subscriptions, which nobody takes back before this transaction has ended: its rows will name them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM sandbox_webhooksubscription WHERE pool_id = %s AND event_type = %s ORDER BY id FOR KEY SHARE",
                       [event.pool.id, event.kind])
        return [key for key, in cursor.fetchall()]


def _particulars(event: Event) -> dict[str, Any]:
    if event.assignment is not None:
        return {"task_suite_id": event.assignment.suite_id, "assignment_id": event.assignment.id}
    return {name: event.detail[name] for name in _DETAIL.get(event.kind, ()) if name in event.detail}


def body_of(kind: str, pool: Pool, subscription_id: str, at: datetime, **more: Any) -> dict[str, Any]:
    """The event as its subscriber reads it, in the documents' order of keys; `event_time` is the sandbox's time."""
    return {"event_time": times.show(at), "project_id": str(pool.project_id), "pool_id": str(pool.id), "uuid": str(uuid.uuid4()), **more,
            "webhook_subscription_id": subscription_id, "type": kind}
