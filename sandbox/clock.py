"""The sandbox's one clock: the machine's time plus an offset that the control API can push forward, running `speed` times as fast."""
from datetime import datetime, timedelta

from django.db import connection, transaction

from sandbox.models import Clock
from sandbox.times import Course, machine_now

SLOWEST, FASTEST = 1.0, 10_000.0


def tick() -> tuple[datetime, Course]:
    """(the sandbox's time, how it goes on), after everything that fell due by then has happened."""
    from sandbox.engine import due

    with connection.cursor() as cursor:
        cursor.execute("SELECT \"offset\", speed, since, (SELECT min(at) FROM sandbox_due) FROM sandbox_clock WHERE id = 1")
        offset, speed, since, next_due = cursor.fetchone()
    course = Course(offset, speed, since)
    now = course.at(machine_now())
    if next_due is not None and next_due <= now:
        due.run(now)
    return now, course


def advance(seconds: float) -> tuple[datetime, Course]:
    """Push the clock forward and let everything between then and now happen, in order. Never backward."""
    with transaction.atomic():
        row = Clock.objects.select_for_update().get(id=1)
        row.offset += timedelta(milliseconds=round(seconds * 1000))
        row.save(update_fields=["offset"])
    return tick()


def set_speed(speed: float) -> tuple[datetime, Course]:
    """Let the clock run `speed` (SLOWEST to FASTEST) times as fast as the machine's from now on; it does not jump."""
    if not SLOWEST <= speed <= FASTEST:
        raise ValueError(f"a speed from {SLOWEST:g} to {FASTEST:g} is expected")
    with transaction.atomic():
        row = Clock.objects.select_for_update().get(id=1)
        machine = machine_now()
        if row.since is not None:
            # What the machine's clock was set back by must not come back as a jump.
            machine = max(machine, row.since)
        row.offset = Course(row.offset, row.speed, row.since).at(machine) - machine
        row.speed, row.since = speed, machine
        row.save(update_fields=["offset", "speed", "since"])
    return tick()
