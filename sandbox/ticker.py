"""Lets what falls due happen when nobody asks: deadlines, closings, acceptances. Every request does the same first,
so a ticker that is late or gone only means that things wait for the next request."""
import logging
import time

from django.db import InterfaceError, OperationalError, connection
from django.db.models import Max

from sandbox import clock
from sandbox.models import AssignmentChange, RequestRecord
from sandbox.webhooks import outbox
from sandbox.webhooks.courier import Courier

log = logging.getLogger(__name__)
_KEPT_REQUESTS = 200_000
_SWEEP_EVERY = 600
# A fast clock is looked at as often as its own seconds ask for, but not more often than a machine should be asked.
_SHORTEST_PAUSE = 0.1


def run(pause: float) -> None:
    """Look every `pause` seconds of the sandbox's time until interrupted; beside it webhooks are called out."""
    courier = Courier()
    courier.start()
    try:
        _look_for_ever(pause)
    finally:
        courier.stop()


def _look_for_ever(pause: float) -> None:
    looks, speed = 0, 1.0
    while True:
        try:
            speed = clock.tick()[1].speed
            if looks % _SWEEP_EVERY == 0:
                forget_old_requests()
                outbox.forget_old()
        except (InterfaceError, OperationalError):
            log.warning("The database did not answer; trying again", exc_info=True)
            connection.close()
        looks += 1
        time.sleep(max(pause / speed, min(pause, _SHORTEST_PAUSE)))


def forget_old_requests() -> None:
    """Keep the logs of calls and of changes from growing for ever."""
    for log_of in (RequestRecord, AssignmentChange):
        newest = log_of.objects.aggregate(newest=Max("id"))["newest"] or 0
        log_of.objects.filter(id__lte=newest - _KEPT_REQUESTS).delete()
