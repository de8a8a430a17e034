"""News of assignments: a page of them or one, the same code."""
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from annotation.models import Job
from annotation.rows import copy_in
from annotation.services.editor import revoke_sessions
from annotation.webhooks.announcing import announce
from crowdsourcing.job_keys import BadKey, suite_id_of
from crowdsourcing.mirror.drawn import keep_drawn
from crowdsourcing.mirror.history import History
from crowdsourcing.mirror.jobs import drive_jobs
from crowdsourcing.mirror.ledger import book
from crowdsourcing.mirror.locks import lock_pool
from crowdsourcing.mirror.places import give_places
from crowdsourcing.mirror.rows import new_ids, update_rows
from crowdsourcing.mirror.snapshots import snapshots_of
from crowdsourcing.models import Assignment, Pool, ProviderCommand, Toloker
from crowdsourcing.providers.base import RemoteAssignment
from crowdsourcing.statuses import AssignmentStatus

log = logging.getLogger(__name__)

# Observed fields, the same name on both sides.
FIELDS = ("status", "reward", "public_comment", "solution", "created", "submitted", "accepted", "rejected", "skipped", "expired")
_GAVE_UP = (AssignmentStatus.SKIPPED, AssignmentStatus.EXPIRED)
_RANK = {status: rank for rank, status in enumerate(("ACTIVE", "SKIPPED", "EXPIRED", "SUBMITTED", "REJECTED", "ACCEPTED"))}
# What webhooks are told (crowdsourcing.news).
_TOLD: dict[str, str] = {
    AssignmentStatus.SUBMITTED: "submitted", AssignmentStatus.ACCEPTED: "accepted", AssignmentStatus.REJECTED: "rejected"}
# Longest status a table keeps; an unknown word may be longer.
_STATUS_LENGTH = 32


@dataclass(slots=True)
class Known:
    """What the table says of an assignment."""

    pk: int
    suite_id: int
    job_id: int
    snapshot_id: int | None
    mirrored_at: datetime | None
    values: tuple[Any, ...]

    @property
    def status(self) -> str:
        return str(self.values[0])

    def value(self, name: str) -> Any:
        return self.values[FIELDS.index(name)]


@dataclass(slots=True)
class Fresh:
    """News that is about to be written: `old` is None for an assignment never seen."""

    pk: int
    suite_id: int
    job_id: int
    item: RemoteAssignment
    status: str
    old: Known | None
    snapshot_id: int | None


@dataclass
class Page:
    """What a page of news did."""

    seen: int = 0
    made: int = 0
    changed: int = 0
    # Items that belong to no suite of ours.
    foreign: int = 0


def mirror_assignment(pool: Pool, news: RemoteAssignment, command: ProviderCommand | None = None) -> Assignment | None:
    """One assignment; None where it is not of a task of ours."""
    mirror_assignments(pool, [news], command)
    return Assignment.objects.filter(pool=pool, remote_id=news.id).select_related("task_suite", "job", "toloker").first()


def mirror_assignments(pool: Pool, news: Sequence[RemoteAssignment], command: ProviderCommand | None = None) -> Page:
    """A page of news in one transaction; nothing is locked and nothing written where nothing is new."""
    page = Page(seen=len(news))
    newest = _newest_of_each(news)
    known = _known(pool, list(newest))
    if not any(_is_news(known.get(remote_id), item) for remote_id, item in newest.items()):
        return page
    with transaction.atomic():
        lock_pool(pool)
        # Somebody may have written between the look and the lock.
        known = _known(pool, list(newest))
        changed = [_fresh(old, item) for remote_id, item in newest.items() if (old := known.get(remote_id)) and _is_news(old, item)]
        made = _unseen(pool, [item for remote_id, item in newest.items() if remote_id not in known], page)
        _write(pool, made, changed, command)
    page.made, page.changed = len(made), sum(1 for row in changed if _differs(row))
    return page


def _newest_of_each(news: Sequence[RemoteAssignment]) -> dict[str, RemoteAssignment]:
    """By remote id; of two news of one assignment the later one, whatever their order."""
    found: dict[str, RemoteAssignment] = {}
    for item in news:
        other = found.get(item.id)
        if other is None or _age(item) >= _age(other):
            found[item.id] = item
    return found


def _age(item: RemoteAssignment) -> tuple[datetime, int]:
    return item.seen_at, _RANK.get(item.status, len(_RANK))


def _known(pool: Pool, ids: Sequence[str]) -> dict[str, Known]:
    rows = Assignment.objects.filter(pool=pool, remote_id__any_of=ids).order_by().values_list(
        "remote_id", "pk", "task_suite_id", "job_id", "snapshot_id", "mirrored_at", *FIELDS)
    return {row[0]: Known(row[1], row[2], row[3], row[4], row[5], row[6:]) for row in rows}


def _values(item: RemoteAssignment) -> tuple[Any, ...]:
    return (item.status[:_STATUS_LENGTH], item.reward, item.public_comment, item.solution, item.created, item.submitted, item.accepted,
            item.rejected, item.skipped, item.expired)


def _is_news(old: Known | None, item: RemoteAssignment) -> bool:
    if old is None:
        return True
    if old.mirrored_at is not None and item.seen_at < old.mirrored_at:
        return False
    # Its work may have arrived after the platform's news of it.
    return (old.snapshot_id is None and item.submitted is not None) or old.values != _values(item)


def _differs(row: Fresh) -> bool:
    return row.old is None or row.old.values != _values(row.item)


def _fresh(old: Known, item: RemoteAssignment) -> Fresh:
    return Fresh(old.pk, old.suite_id, old.job_id, item, item.status[:_STATUS_LENGTH], old, old.snapshot_id)


def _unseen(pool: Pool, news: Sequence[RemoteAssignment], page: Page) -> list[Fresh]:
    """Those of tasks of ours; the rest is passed over with a line in the log."""
    suites = _suites(pool, news)
    ours = [(item, suite_id) for item in news
            if (suite_id := suites.get(item.task_id) or suites.get(item.suite_id) or suites.get(item.job_key)) is not None]
    page.foreign = len(news) - len(ours)
    if page.foreign:
        log.warning("Pool %s: passed over %s assignments of tasks that are not ours.", pool.pk, page.foreign)
    ids = new_ids(Assignment, len(ours)) if ours else []
    made = [Fresh(pk, suite_id, 0, item, item.status[:_STATUS_LENGTH], None, None) for pk, (item, suite_id) in zip(ids, ours, strict=True)]
    give_places(pool, made)
    return made


def _suites(pool: Pool, news: Sequence[RemoteAssignment]) -> dict[str, int]:
    """Suite id by the platform's id of the task or of the page; where publishing has not been read back yet, by job key."""
    ids = sorted({key for item in news for key in (item.task_id, item.suite_id)} - {""})
    found = dict(pool.task_suites.filter(remote_task_id__any_of=ids).order_by().values_list(
        "remote_task_id", "pk"))
    by_key = {}
    for item in news:
        if item.task_id not in found and item.suite_id not in found:
            try:
                by_key[item.job_key] = suite_id_of(item.job_key)
            except BadKey:
                continue
    real = set(pool.task_suites.filter(pk__any_of=list(by_key.values())).values_list("pk", flat=True)) if by_key else set()
    return found | {key: pk for key, pk in by_key.items() if pk in real}


def _write(pool: Pool, made: list[Fresh], changed: list[Fresh], command: ProviderCommand | None) -> None:
    everyone = made + changed
    for row, snapshot_id in snapshots_of(everyone):
        row.snapshot_id = snapshot_id
    _insert(pool, made)
    update_rows(Assignment, [*FIELDS, "snapshot_id", "mirrored_at"], [
        (row.pk, *_values(row.item), row.snapshot_id, row.item.seen_at) for row in changed])
    keep_drawn(pool, everyone)
    History(pool, command).write(everyone)
    book(pool, everyone)
    drive_jobs({row.suite_id for row in everyone})
    _tell(pool, everyone, command)
    for row in everyone:
        if row.status in _GAVE_UP and (row.old is None or row.old.status != row.status):
            revoke_sessions(job=Job(pk=row.job_id), attempt=row.item.id)


def _tell(pool: Pool, rows: list[Fresh], command: ProviderCommand | None) -> None:
    """To webhooks: of several steps that are news at once, the last."""
    moved: dict[str, list[int]] = {}
    for row in rows:
        if (verb := _TOLD.get(row.status)) is not None and (row.old is None or row.old.status != row.status):
            moved.setdefault(verb, []).append(row.pk)
    for verb, keys in moved.items():
        announce(verb, "assignment", keys, actor=command.actor if command else None, projects=[pool.task.project_id])


def _insert(pool: Pool, made: Sequence[Fresh]) -> None:
    if not made:
        return
    tolokers = _tolokers(pool, {row.item.user_id for row in made})
    now = timezone.now()
    names = ["id", "pool_id", "task_suite_id", "job_id", "toloker_id", "remote_id", *FIELDS, "snapshot_id", "first_seen_at", "mirrored_at"]
    copy_in(Assignment, names, (
        (row.pk, pool.pk, row.suite_id, row.job_id, tolokers[row.item.user_id], row.item.id, *_values(row.item), row.snapshot_id, now,
         row.item.seen_at)
        for row in made))


def _tolokers(pool: Pool, user_ids: set[str]) -> dict[str, int]:
    account_id = pool.crowd_project.account_id
    mine = Toloker.objects.filter(account_id=account_id).values_list("user_id", "pk")
    known = dict(mine.filter(user_id__any_of=sorted(user_ids)))
    missing = user_ids - known.keys()
    if missing:
        Toloker.objects.bulk_create([Toloker(account_id=account_id, user_id=user_id) for user_id in sorted(missing)], ignore_conflicts=True)
        known |= dict(mine.filter(user_id__any_of=sorted(missing)))
    return known
