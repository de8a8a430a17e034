"""Telling what is due: claim -> send -> settle, several at once in threads. A killed worker costs a repeat with the same delivery id."""
import logging
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from annotation.models import WebhookDelivery
from annotation.sealed import Unreadable, unseal
from annotation.webhooks import claims
from annotation.webhooks.sending import Outcome, Post, body_of, send

log = logging.getLogger(__name__)

# A run takes nothing new after so long: other work of this worker has its turn, and the bell is rung again.
RUN_SECONDS = 30.0
# How long a run looks away from the table while everything it has is on its way.
_LOOK_SECONDS = 1.0
_TELLING = 0x7774  # "wt"
_UNREADABLE = "The secret cannot be read any more: the server's keys changed. Enter it again in the webhook's form, then redeliver."


def tell() -> bool:
    """Tell what is due, unless another worker does; whether the time of this run was over before the work was."""
    while claims.is_due():
        with _only_one() as mine:
            if not mine:
                # Whoever has the lock finds what is new, or looks again after letting it go.
                return False
            told, in_time = _run()
        if not told:
            # Every place belongs to workers that died: the sweep looks again when their claims end.
            return False
        if not in_time:
            return claims.is_due()
        # Something may have come between the last look and the end of the lock.
    return False


def _run() -> tuple[int, bool]:
    """How many were tried, and whether nothing claimable was left when it ended."""
    end = time.monotonic() + RUN_SECONDS
    coming: dict[Future[Outcome], WebhookDelivery] = {}
    told = 0
    with ThreadPoolExecutor(settings.WEBHOOKS_PARALLEL, thread_name_prefix="webhooks") as pool:
        while True:
            in_time = time.monotonic() < end
            for delivery in claims.claim(settings.WEBHOOKS_PARALLEL - len(coming)) if in_time else ():
                coming[pool.submit(_told, delivery)] = delivery
            if not coming:
                return told, in_time
            done, _ = wait(coming, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                _settle(coming.pop(future), future)
                told += 1


def _told(delivery: WebhookDelivery) -> Outcome:
    """In a thread: touches no database."""
    webhook = delivery.webhook
    try:
        secret = unseal(webhook.secret)
    except Unreadable:
        # Unsigned would be worse than not at all.
        return Outcome(None, _UNREADABLE, 0, again=False)
    return send(Post(webhook.target_url, body_of(delivery.payload), secret, str(delivery.key), webhook.enable_ssl))


def _settle(delivery: WebhookDelivery, future: Future[Outcome]) -> None:
    try:
        outcome = future.result()
    except Exception:
        log.exception("Telling delivery %s failed", delivery.pk)
        outcome = Outcome(None, "Something went wrong on our side; it is written in the log.", 0, again=True)
    if not claims.settle(delivery, outcome):
        log.warning("Delivery %s was taken over by another worker or deleted.", delivery.pk)


@contextmanager
def _only_one() -> Iterator[bool]:
    """Whether this process tells. A session lock: no transaction is held, and a dead worker's ends with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, 0)", [_TELLING])
        got = bool(cursor.fetchone()[0])
    try:
        yield got
    finally:
        if got:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [_TELLING])
