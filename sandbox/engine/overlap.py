"""Changing how many Tolokers do a task."""
from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from django.db.models import F, QuerySet
from django.db.models.functions import Greatest

from sandbox.engine import due, pools, suites
from sandbox.engine.quality import rules
from sandbox.errors import inappropriate
from sandbox.models import Pool, Task, TaskSuite


def add(pool: Pool, task_ids: Iterable[str], delta: int, at: datetime) -> None:
    """Raise or lower the overlap of these tasks, never below what was issued; of whole pages where the requester made them.

    The pool is locked by the caller.
    """
    keys = set(task_ids)
    pages, their_tasks = suites.whole(keys)
    _add(TaskSuite.objects.filter(pk__in=pages, infinite_overlap=False), delta)
    _add(Task.objects.filter(pk__in=keys | set(their_tasks), infinite_overlap=False), delta)
    touched(pool, at, keys | set(their_tasks))


def _add(rows: QuerySet[Task] | QuerySet[TaskSuite], delta: int) -> None:
    list(rows.order_by("id").select_for_update().values_list("id"))
    rows.update(overlap=Greatest(F("overlap") + delta, F("consumed"), 0))
    rows.update(remaining=Greatest(F("overlap") - F("consumed"), 0))


def set_on(task: Task | TaskSuite, overlap: int | None, infinite: bool) -> None:
    """Write new overlap fields on a locked task or page (not saved)."""
    task.infinite_overlap = infinite
    task.overlap = None if infinite else overlap
    task.remaining = 0 if infinite else max((overlap or 0) - task.consumed, 0)


def apply(row: Task | TaskSuite, overlap: int | None, infinite: bool | None) -> None:
    """Change what was asked for on a locked task or page (not saved)."""
    if overlap is not None:
        set_on(row, overlap, False)
    elif infinite:
        set_on(row, None, True)


def touched(pool: Pool, at: datetime, changed: Iterable[str] = ()) -> None:
    """Tasks of the pool were added or changed; the overlap of those that are named."""
    Pool.objects.filter(pk=pool.pk).update(tasks_changed=at)
    if rules.configs(pool, "MAJORITY_VOTE"):
        for key in changed:
            # One that is done by enough people now has its majority asked. A row of its own each time: nobody waits for the runner.
            due.schedule("QUALITY_OVERLAP", f"{key}:{uuid4().hex[:8]}", at)
    pools.watch_completion(pool, at)


def writable(pool: Pool) -> None:
    """409 unless tasks of this pool may still be added and changed."""
    if pool.status not in ("OPEN", "CLOSED"):
        raise inappropriate("OPEN", "CLOSED")
