"""Pages that the requester put together, in pools without smart mixing. Overlap is counted on the page; its tasks carry the same numbers,
so whatever looks at tasks need not know who made the page."""
import random
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from sandbox.engine.pools import OPEN_SLOT
from sandbox.models import AssignmentTask, Pool, Task, TaskSuite

# Random order is drawn from the first open pages, as it is from tasks where pages are mixed.
_WINDOW = 500
_STEP = 8
_ORDER = ("-issuing_order_override", "id")


def pick(pool: Pool, toloker_id: str) -> TaskSuite | None:
    """A page for this Toloker, locked, or None.

    The largest issuing_order_override goes first; of equals the oldest where the pool issues in order of creation, else any. A page
    that another taker holds is passed over; only if there is no other it is waited for.
    """
    pages = _open_for(pool, toloker_id)
    if (pool.form.get("assignments_issuing_config") or {}).get("issue_task_suites_in_creation_order"):
        found = _lock_first(pages, wait=False)
    else:
        found = _lock_any(pages)
    return found or _lock_first(pages, wait=True)


def could_pick(pool: Pool, toloker_id: str) -> bool:
    """Whether `pick` would find a page now; nothing is locked."""
    return _open_for(pool, toloker_id).exists()


def _open_for(pool: Pool, toloker_id: str) -> QuerySet[TaskSuite]:
    # A task is on one page only, so who was given the first one was given them all.
    seen = AssignmentTask.objects.filter(task_id=OuterRef("task_ids__0"), toloker_id=toloker_id)
    return (TaskSuite.objects.filter(OPEN_SLOT, pool=pool, mixed=False)
            .filter(Q(reserved_for=[]) | Q(reserved_for__contains=[toloker_id]))
            .exclude(unavailable_for__contains=[toloker_id])
            .filter(~Exists(seen)))


def _lock_first(pages: QuerySet[TaskSuite], wait: bool) -> TaskSuite | None:
    locked = pages.order_by(*_ORDER).select_for_update(of=("self",), no_key=True, skip_locked=not wait)[:1]
    return next(iter(locked), None)


def _lock_any(pages: QuerySet[TaskSuite]) -> TaskSuite | None:
    window: list[tuple[str, Decimal]] = list(pages.order_by(*_ORDER).values_list("id", "issuing_order_override")[:_WINDOW])
    random.shuffle(window)
    window.sort(key=lambda page: -page[1])
    for start in range(0, len(window), _STEP):
        found = _lock_first(pages.filter(pk__in=[key for key, _ in window[start:start + _STEP]]), wait=False)
        if found is not None:
            return found
    return None


def give(suite: TaskSuite) -> None:
    """One more Toloker has the locked page."""
    count(TaskSuite.objects.filter(pk=suite.pk), 1)


def give_back(suite_id: str) -> None:
    """One Toloker fewer has the page, if a requester made it: a mixed one is nobody else's."""
    count(TaskSuite.objects.filter(pk=suite_id, mixed=False), -1)


def count(rows: QuerySet[Task] | QuerySet[TaskSuite], change: int) -> None:
    """So many Tolokers more (or fewer) have these locked tasks or pages."""
    consumed = F("consumed") + change
    rows.update(consumed=consumed, remaining=Greatest(Coalesce(F("overlap"), 0) - consumed, 0))


def whole(task_ids: Iterable[str]) -> tuple[list[str], list[str]]:
    """(the pages that the requester put these tasks on, all tasks of those pages)."""
    pages = sorted(set(Task.objects.filter(pk__in=list(task_ids), suite__isnull=False).values_list("suite_id", flat=True)))
    return pages, list(Task.objects.filter(suite_id__in=pages).values_list("id", flat=True)) if pages else []


def save_overlap(suite: TaskSuite) -> None:
    """Write a locked page's overlap, and the same on its tasks."""
    suite.save(update_fields=["overlap", "infinite_overlap", "remaining"])
    Task.objects.filter(suite=suite).update(overlap=suite.overlap, infinite_overlap=suite.infinite_overlap, remaining=suite.remaining)
