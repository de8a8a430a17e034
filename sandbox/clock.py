"""The sandbox's one clock: the machine's time plus an offset that the control API can push forward.

Times are cut to milliseconds, as they are printed, so that a client that asks for `_gte` what it was shown finds it.
"""
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.utils.dateparse import parse_datetime

from sandbox.models import Clock


def machine_now() -> datetime:
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


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


def show(at: datetime | None) -> str | None:
    """Toloka's form of a time: UTC, no zone, milliseconds."""
    if at is None:
        return None
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")


def read(text: object) -> datetime | None:
    """A time in ISO form, UTC if it names no zone; None if it is not one."""
    if not isinstance(text, str):
        return None
    try:
        value = parse_datetime(text if "T" in text or " " in text else f"{text}T00:00:00")
    except ValueError:
        return None
    if value is None:
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
