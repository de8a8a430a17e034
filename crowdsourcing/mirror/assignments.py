"""News of assignments: a page of them or one, the same code."""
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from annotation.services.editor import revoke_sessions
from crowdsourcing.job_keys import BadKey, suite_id_of
from crowdsourcing.mirror.history import history_of, own_decisions
from crowdsourcing.mirror.jobs import drive_jobs
from crowdsourcing.mirror.ledger import book
from crowdsourcing.mirror.locks import lock_pool
from crowdsourcing.mirror.snapshots import attach_snapshots
from crowdsourcing.models import Assignment, Pool, ProviderCommand, StatusChange, TaskSuite, Toloker
from crowdsourcing.providers.base import RemoteAssignment
from crowdsourcing.statuses import AssignmentStatus

log = logging.getLogger(__name__)

# Observed fields, the same name on both sides.
TIMES = ("submitted", "accepted", "rejected", "skipped", "expired")
FIELDS = ("status", "reward", "public_comment", "solution", "created", *TIMES)
_GAVE_UP = (AssignmentStatus.SKIPPED, AssignmentStatus.EXPIRED)
_RANK = {status: rank for rank, status in enumerate(("ACTIVE", "SKIPPED", "EXPIRED", "SUBMITTED", "REJECTED", "ACCEPTED"))}


@dataclass
class Page:
    """What a page of news did."""

    seen: int = 0
    made: int = 0
    changed: int = 0
    # Items that belong to no suite of ours.
    foreign: int = 0
    assignments: list[Assignment] = field(default_factory=list)


def mirror_assignment(pool: Pool, news: RemoteAssignment, command: ProviderCommand | None = None) -> Assignment | None:
    """One assignment; None where it is not of a task of ours."""
    mirror_assignments(pool, [news], command)
    return Assignment.objects.filter(pool=pool, remote_id=news.id).select_related("task_suite__job", "toloker").first()


def mirror_assignments(pool: Pool, news: Sequence[RemoteAssignment], command: ProviderCommand | None = None) -> Page:
    """A page of news in one transaction; nothing is locked and nothing written where nothing is new."""
    page = Page(seen=len(news))
    newest = _newest_of_each(news)
    if not _anything_new(pool, newest):
        return page
    with transaction.atomic():
        lock_pool(pool)
        _mirror(pool, newest, page, command)
    return page


def _newest_of_each(news: Sequence[RemoteAssignment]) -> dict[str, RemoteAssignment]:
    """By remote id; of two news of one assignment the later one, whatever their order."""
    found: dict[str, RemoteAssignment] = {}
    for item in news:
        other = found.get(item.id)
        if other is None or _age(item) >= _age(other):
            found[item.id] = item
    return found


def _age(item: RemoteAssignment) -> tuple[Any, int]:
    return item.seen_at, _RANK.get(item.status, len(_RANK))


def _rows(pool: Pool, ids: Sequence[str]) -> dict[str, Assignment]:
    return {row.remote_id: row for row in Assignment.objects.filter(pool=pool, remote_id__in=ids)}


def _anything_new(pool: Pool, newest: dict[str, RemoteAssignment]) -> bool:
    """A look without a lock: most of what an overlap window brings again is known."""
    rows = _rows(pool, list(newest))
    return any(_is_news(rows.get(remote_id), item) for remote_id, item in newest.items())


def _is_news(row: Assignment | None, item: RemoteAssignment) -> bool:
    if row is None:
        return True
    if row.mirrored_at is not None and item.seen_at < row.mirrored_at:
        return False
    return _lacks_work(row) or any(getattr(row, name) != getattr(item, name) for name in FIELDS)


def _lacks_work(row: Assignment) -> bool:
    return row.snapshot_id is None and row.submitted is not None


def _mirror(pool: Pool, newest: dict[str, RemoteAssignment], page: Page, command: ProviderCommand | None) -> None:
    rows = _rows(pool, list(newest))
    fresh = [item for remote_id, item in newest.items() if remote_id not in rows]
    known = [(rows[remote_id], item) for remote_id, item in newest.items() if remote_id in rows and _is_news(rows[remote_id], item)]
    own = own_decisions([row.pk for row, _ in known], command)
    changes: list[StatusChange] = []
    for row, item in known:
        changes += history_of(pool, row, item, own.get(row.pk))
    made = _make(pool, fresh, page)
    for row, item in made:
        changes += history_of(pool, None, item, None, row.pk)
    touched = [row for row, item in known if _apply(row, item)]
    StatusChange.objects.bulk_create(changes, batch_size=2000)
    everyone = touched + [row for row, _ in made]
    attached = attach_snapshots([row for row, _ in known] + [row for row, _ in made])
    to_save = {row.pk: row for row in touched} | {row.pk: row for row in attached}
    Assignment.objects.bulk_update(to_save.values(), [*FIELDS, "snapshot", "mirrored_at"], batch_size=500)
    book(pool, everyone)
    drive_jobs(pool, {row.task_suite_id for row in everyone})
    for row in everyone:
        if row.status in _GAVE_UP:
            revoke_sessions(job=row.task_suite.job, attempt=row.remote_id)
    page.made, page.changed, page.assignments = len(made), len(touched), everyone


def _apply(row: Assignment, item: RemoteAssignment) -> bool:
    changed = [name for name in FIELDS if getattr(row, name) != getattr(item, name)]
    for name in changed:
        setattr(row, name, getattr(item, name))
    if "status" in changed:
        row.status = item.status[:32]
    if changed:
        row.mirrored_at = item.seen_at
    return bool(changed)


def _make(pool: Pool, fresh: Sequence[RemoteAssignment], page: Page) -> list[tuple[Assignment, RemoteAssignment]]:
    """Rows of assignments seen for the first time."""
    suites = _suites(pool, fresh)
    ours = [(item, suite) for item in fresh if (suite := suites.get(item.task_id) or suites.get(item.job_key)) is not None]
    page.foreign = len(fresh) - len(ours)
    if page.foreign:
        log.warning("Pool %s: passed over %s assignments of tasks that are not ours.", pool.pk, page.foreign)
    if not ours:
        return []
    tolokers = _tolokers(pool, {item.user_id for item, _ in ours})
    rows = [Assignment(
        pool=pool, task_suite=suite, toloker=tolokers[item.user_id], remote_id=item.id, mirrored_at=item.seen_at,
        **{name: getattr(item, name) for name in FIELDS} | {"status": item.status[:32]}) for item, suite in ours]
    Assignment.objects.bulk_create(rows, batch_size=2000)
    return [(row, item) for row, (item, _) in zip(rows, ours, strict=True)]


def _suites(pool: Pool, news: Sequence[RemoteAssignment]) -> dict[str, TaskSuite]:
    """By the platform's task id; where publishing has not been read back yet, by job key."""
    found = {suite.remote_task_id: suite for suite in
             pool.task_suites.filter(remote_task_id__in={item.task_id for item in news} - {""}).select_related("job")}
    for item in news:
        if item.task_id not in found:
            suite = _suite_by_key(pool, item.job_key)
            if suite is not None:
                found[item.job_key] = suite
    return found


def _suite_by_key(pool: Pool, job_key: str) -> TaskSuite | None:
    try:
        return pool.task_suites.select_related("job").filter(pk=suite_id_of(job_key)).first()
    except BadKey:
        return None


def _tolokers(pool: Pool, user_ids: set[str]) -> dict[str, Toloker]:
    account_id = pool.crowd_project.account_id
    known = {row.user_id: row for row in Toloker.objects.filter(account_id=account_id, user_id__in=user_ids)}
    missing = user_ids - known.keys()
    if missing:
        Toloker.objects.bulk_create([Toloker(account_id=account_id, user_id=user_id) for user_id in sorted(missing)], ignore_conflicts=True)
        known |= {row.user_id: row for row in Toloker.objects.filter(account_id=account_id, user_id__in=missing)}
    return known
