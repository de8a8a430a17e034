"""Things that happen by themselves at a time: one queue, in order, whoever looks first runs it.

A kind is registered with `@on("KIND")`. Handlers check the object's state themselves: a row may be stale. One that plans itself again
must name another time than the one it was called for.
"""
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from django.db import InterfaceError, connection, transaction

from sandbox.models import Due

log = logging.getLogger(__name__)
Handler = Callable[[str, datetime], None]
HANDLERS: dict[str, Handler] = {}
_LOCK = 7_205_759
_RETRY = timedelta(seconds=60)


def on(kind: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return register


def schedule(kind: str, target: object, at: datetime) -> None:
    """Make `kind` happen to `target` at `at`, replacing what was planned before."""
    Due.objects.bulk_create([Due(kind=kind, target=str(target), at=at)], update_conflicts=True,
                            update_fields=["at"], unique_fields=["kind", "target"])


def schedule_all(kind: str, moments: Mapping[int, datetime]) -> None:
    """The same for many targets at once."""
    rows = [Due(kind=kind, target=str(target), at=at) for target, at in sorted(moments.items())]
    Due.objects.bulk_create(rows, batch_size=2_000, update_conflicts=True, update_fields=["at"], unique_fields=["kind", "target"])


def schedule_unless_planned(kind: str, target: object, at: datetime) -> None:
    Due.objects.bulk_create([Due(kind=kind, target=str(target), at=at)], ignore_conflicts=True)


def cancel(kind: str, target: object) -> None:
    Due.objects.filter(kind=kind, target=str(target)).delete()


def run(until: datetime) -> int:
    """Let everything due by `until` happen in order of time; how many things did. Waits for another runner."""
    happened = 0
    with _one_runner():
        while (row := Due.objects.filter(at__lte=until).order_by("at", "id").first()) is not None:
            happened += _happen(row, until)
    return happened


def _happen(row: Due, until: datetime) -> int:
    session = connection.connection
    try:
        with transaction.atomic():
            if not Due.objects.filter(pk=row.pk, at=row.at).exists():
                return 0
            HANDLERS[row.kind](row.target, row.at)
            # Last, as everybody who plans or cancels does it: whoever has locked the object already must not wait for its due row here.
            Due.objects.filter(pk=row.pk, at=row.at).delete()
            return 1
    except Exception:
        if connection.connection is not session:
            # The database ended the session, and with it the lock: nothing more may be done here.
            raise
        # One broken row must not stop the calendar: it is said aloud and tried again later.
        log.exception("%s of %s failed", row.kind, row.target)
        Due.objects.filter(pk=row.pk, at=row.at).update(at=until + _RETRY)
        return 0


@contextmanager
def _one_runner() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            yield
        finally:
            # A session that has ended has let go of it already; why it ended is on its way up.
            with suppress(InterfaceError):
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
