"""The sandbox's one clock: the machine's time plus an offset that the control API can push forward."""
from datetime import datetime, timedelta

from django.db import connection, transaction

from sandbox.models import Clock
from sandbox.times import machine_now


def tick() -> tuple[datetime, timedelta]:
    """(the sandbox's time, its offset), after everything that fell due by then has happened."""
    from sandbox.engine import due

    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT \"offset\" FROM sandbox_clock WHERE id = 1), (SELECT min(at) FROM sandbox_due)")
        offset, next_due = cursor.fetchone()
    now = machine_now() + offset
    if next_due is not None and next_due <= now:
        due.run(now)
    return now, offset


def advance(seconds: float) -> tuple[datetime, timedelta]:
    """Push the clock forward and let everything between then and now happen, in order. Never backward."""
    with transaction.atomic():
        row = Clock.objects.select_for_update().get(id=1)
        row.offset += timedelta(milliseconds=round(seconds * 1000))
        row.save(update_fields=["offset"])
    return tick()
