"""Times as Toloka writes and reads them: UTC, no zone, milliseconds.

Everything is cut to milliseconds when it happens, so that a client that asks for `_gte` what it was shown finds it.
"""
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.dateparse import parse_datetime


def machine_now() -> datetime:
    """The machine's time, to the millisecond."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


@dataclass(frozen=True)
class Course:
    """How the sandbox's time follows from the machine's: `offset` ahead of it at the machine's time `since`, then `speed` times as fast."""

    offset: timedelta
    speed: float = 1.0
    since: datetime | None = None

    def at(self, machine: datetime) -> datetime:
        """The sandbox's time, to the millisecond, when the machine's is `machine`. Never earlier for a later moment."""
        ahead = self.offset
        if self.since is not None and self.speed != 1:
            # When the machine's clock is set back, the sandbox's follows it, but not `speed` times as far.
            ahead += max(machine - self.since, timedelta()) * (self.speed - 1)
        time = machine + ahead
        return time.replace(microsecond=time.microsecond // 1000 * 1000)


def show(at: datetime | None) -> str | None:
    """Toloka's form of a time: UTC, no zone, milliseconds."""
    if at is None:
        return None
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")


def read(text: object) -> datetime | None:
    """A time in ISO form, UTC if it names no zone; None if it is not one, or far from any calendar of ours."""
    if not isinstance(text, str):
        return None
    try:
        value = parse_datetime(text if "T" in text or " " in text else f"{text}T00:00:00")
    except ValueError:
        return None
    if value is None or not 1970 <= value.year <= 9000:
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
