"""News of one pool."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from crowdsourcing import mirror, offers
from crowdsourcing.mirror.locks import SYNC, only_one
from crowdsourcing.models import Pool
from crowdsourcing.providers.base import STREAMS, Provider, RemoteAssignment
from crowdsourcing.providers.errors import ProviderError

# Key among the cursors: when everything was read last, the platform's time.
FULL = "full"
# A net under the cursors, for what a platform might change without moving a time.
FULL_EVERY = timedelta(hours=24)


@dataclass
class PoolReport:
    """What a sync saw. `busy`: another worker is at it, nothing was done."""

    busy: bool = False
    full: bool = False
    seen: int = 0
    made: int = 0
    changed: int = 0


def sync_pool(pool: Pool, provider: Provider) -> PoolReport:
    """Status, overlaps and assignments of one pool. The first time everything, then each time stream from its cursor less
    SYNC_OVERLAP_SECONDS. Raises ProviderError, after writing its sentence on the pool."""
    with only_one(SYNC, pool.pk) as got:
        if not got:
            return PoolReport(busy=True)
        began = timezone.now()
        pool.refresh_from_db(fields=["cursors", "remote_id"])
        try:
            report = _look(pool, provider)
        except ProviderError as error:
            Pool.objects.filter(pk=pool.pk).update(sync_error=error.sentence)
            raise
        Pool.objects.filter(pk=pool.pk).update(synced_at=began, sync_error="", cursors=pool.cursors)
        return report


def _look(pool: Pool, provider: Provider) -> PoolReport:
    mirror.mirror_pool(pool, provider.pool(pool.remote_id))
    started = timezone.now() + timedelta(seconds=provider.clock_offset or 0)
    # Only tasks that were given to more than are wanted: few, and their overlap may have been raised elsewhere.
    raised = offers.offered(provider, pool, overlap_from=pool.overlap + 1)
    if pool.task_suites.filter(overlap__gt=pool.overlap).exclude(remote_task_id__in=[task.id for task in raised]).exists():
        # Lowered elsewhere: it is not among them any more.
        raised = offers.offered(provider, pool)
    if raised:
        mirror.mirror_tasks(pool, raised)
    last_full = pool.cursors.get(FULL)
    report = PoolReport(full=last_full is None or started - datetime.fromisoformat(last_full) > FULL_EVERY)
    newest: dict[str, datetime] = {}
    if report.full:
        _read(pool, provider, report, newest)
        # What was read early may have changed while the rest was read: nothing after the beginning counts as seen.
        newest = {stream: min(at, started) for stream, at in newest.items()}
    else:
        for stream in STREAMS:
            _read(pool, provider, report, newest, stream, _since(pool.cursors, stream))
    pool.cursors = _moved(pool.cursors, newest) | ({FULL: started.isoformat()} if report.full else {})
    return report


def _since(cursors: dict[str, str], stream: str) -> datetime | None:
    """None, which is everything, for a stream that never brought anything: the last full reading found nothing in it either."""
    if stream not in cursors:
        return None
    return datetime.fromisoformat(cursors[stream]) - timedelta(seconds=settings.SYNC_OVERLAP_SECONDS)


def _moved(cursors: dict[str, str], newest: dict[str, datetime]) -> dict[str, str]:
    """Cursors only go forward."""
    ahead = {stream: at.isoformat() for stream, at in newest.items()
             if stream not in cursors or datetime.fromisoformat(cursors[stream]) < at}
    return cursors | ahead


def _read(pool: Pool, provider: Provider, report: PoolReport, newest: dict[str, datetime], stream: str = "",
          since: datetime | None = None) -> None:
    for page in provider.assignment_pages(pool.remote_id, stream=stream, since=since):
        done = mirror.mirror_assignments(pool, page)
        report.seen += done.seen
        report.made += done.made
        report.changed += done.changed
        _advance(newest, page, [stream] if stream else STREAMS)


def _advance(newest: dict[str, datetime], page: list[RemoteAssignment], streams: Sequence[str]) -> None:
    """The cursor is the largest time seen in a field. A stream moves its own only: another one's may have been over for a while."""
    for stream in streams:
        at = max((moment for item in page if (moment := getattr(item, stream)) is not None), default=None)
        if at is not None and (stream not in newest or newest[stream] < at):
            newest[stream] = at
