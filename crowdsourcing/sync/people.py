"""What the platform keeps of our Tolokers: values of skills, and bans."""
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from crowdsourcing import mirror
from crowdsourcing.mirror.locks import PEOPLE, only_one
from crowdsourcing.models import ProviderAccount, Toloker
from crowdsourcing.providers.base import Provider
from crowdsourcing.providers.errors import ProviderError
from crowdsourcing.sync.skills import sync_skills

# Cursors: the largest time seen in a stream; beside each, when all of it was read last (the platform's time).
VALUES, BANS, WHOLE = "values", "bans", "_whole"
# What was taken away, or a ban made longer, is in no stream: only reading everything shows it. Bans are few and matter at once.
_WHOLE_EVERY = {VALUES: timedelta(hours=24), BANS: timedelta(minutes=30)}
# Tolokers whom we met since the last look may have had their values before: so many are asked about one by one.
_MOST_NEWCOMERS = 50


def sync_people(account: ProviderAccount, provider: Provider) -> bool:
    """Skills, their values and bans of the account's Tolokers; False if another worker is at it. Raises ProviderError, after writing its
    sentence on the account."""
    try:
        sync_skills(account, provider)
        with only_one(PEOPLE, account.pk) as got:
            if got:
                _look(account, provider)
            return got
    except ProviderError as error:
        ProviderAccount.objects.filter(pk=account.pk).update(people_error=error.sentence)
        raise


def _look(account: ProviderAccount, provider: Provider) -> None:
    account.refresh_from_db(fields=["people_cursors", "people_read_at"])
    began = timezone.now()
    started = began + timedelta(seconds=provider.clock_offset or 0)
    cursors = account.people_cursors
    newcomers = _newcomers(account)
    whole = {stream: _is_due(cursors, stream, started) for stream in _WHOLE_EVERY}
    whole[VALUES] = whole[VALUES] or len(newcomers) > _MOST_NEWCOMERS
    values = _read(lambda since: provider.user_skill_pages(since=since), mirror.mirror_user_skills, account,
                   None if whole[VALUES] else _since(cursors, VALUES), "modified")
    bans = _read(lambda since: provider.ban_pages(since=since), mirror.mirror_bans, account,
                 None if whole[BANS] else _since(cursors, BANS), "created")
    if whole[VALUES]:
        mirror.forget_user_skills(account, values.seen, began)
    else:
        _look_at_newcomers(account, provider, newcomers)
    if whole[BANS]:
        mirror.forget_bans(account, bans.seen, began)
    moved = {stream: _moved(cursors, stream, newest, started) for stream, newest in ((VALUES, values.newest), (BANS, bans.newest))}
    read = {stream + WHOLE: started.isoformat() for stream, is_whole in whole.items() if is_whole}
    account.people_cursors = cursors | moved | read
    account.people_read_at, account.people_error = began, ""
    account.save(update_fields=["people_cursors", "people_read_at", "people_error"])


class _Seen:
    """What a stream brought: rows that it is about, and the largest time in it."""

    def __init__(self) -> None:
        self.seen: set[int] = set()
        self.newest: datetime | None = None


def _read(pages: Callable[[datetime | None], Any], write: Callable[[ProviderAccount, Any], set[int]], account: ProviderAccount,
          since: datetime | None, field: str) -> _Seen:
    found = _Seen()
    for page in pages(since):
        found.seen |= write(account, page)
        newest = max(getattr(told, field) for told in page)
        found.newest = newest if found.newest is None else max(found.newest, newest)
    return found


def _newcomers(account: ProviderAccount) -> list[Toloker]:
    """Whom we met since the last look; one more than are asked about alone."""
    if account.people_read_at is None:
        return []
    since = account.people_read_at - timedelta(seconds=settings.SYNC_OVERLAP_SECONDS)
    return list(account.tolokers.filter(first_seen_at__gte=since).order_by("pk")[:_MOST_NEWCOMERS + 1])


def _look_at_newcomers(account: ProviderAccount, provider: Provider, newcomers: list[Toloker]) -> None:
    for toloker in newcomers:
        asked_at, seen = timezone.now(), set()
        for page in provider.user_skill_pages(user_id=toloker.user_id):
            seen |= mirror.mirror_user_skills(account, page)
        mirror.forget_user_skills(account, seen, asked_at, toloker)


def _is_due(cursors: dict[str, str], stream: str, started: datetime) -> bool:
    last = cursors.get(stream + WHOLE)
    return last is None or started - datetime.fromisoformat(last) > _WHOLE_EVERY[stream]


def _since(cursors: dict[str, str], stream: str) -> datetime | None:
    """None, which is everything, for a stream that never brought anything."""
    if not cursors.get(stream):
        return None
    return datetime.fromisoformat(cursors[stream]) - timedelta(seconds=settings.SYNC_OVERLAP_SECONDS)


def _moved(cursors: dict[str, str], stream: str, newest: datetime | None, started: datetime) -> str:
    """Only forward, and never past the moment at which this look began."""
    known = [datetime.fromisoformat(cursors[stream])] if cursors.get(stream) else []
    return max([*known, *([min(newest, started)] if newest else [])]).isoformat() if known or newest else ""
