"""Changing how many Tolokers do a task."""
from collections.abc import Iterable
from datetime import datetime

from django.db.models import F
from django.db.models.functions import Greatest

from sandbox.engine import pools
from sandbox.errors import inappropriate
from sandbox.models import Pool, Task


def add(pool: Pool, task_ids: Iterable[str], delta: int, at: datetime) -> None:
    """Raise or lower the overlap of these tasks, never below what was issued. The pool is locked by the caller."""
    tasks = Task.objects.filter(pk__in=list(task_ids), infinite_overlap=False)
    list(tasks.order_by("id").select_for_update().values_list("id"))
    tasks.update(overlap=Greatest(F("overlap") + delta, F("consumed"), 0))
    tasks.update(remaining=Greatest(F("overlap") - F("consumed"), 0))
    touched(pool, at)


def set_on(task: Task, overlap: int | None, infinite: bool) -> None:
    """Write new overlap fields on a locked task (not saved)."""
    task.infinite_overlap = infinite
    task.overlap = None if infinite else overlap
    task.remaining = 0 if infinite else max((overlap or 0) - task.consumed, 0)


def touched(pool: Pool, at: datetime) -> None:
    """Tasks of the pool were added or changed."""
    Pool.objects.filter(pk=pool.pk).update(tasks_changed=at)
    pools.watch_completion(pool, at)


def writable(pool: Pool) -> None:
    """409 unless tasks of this pool may still be added and changed."""
    if pool.status not in ("OPEN", "CLOSED"):
        raise inappropriate("OPEN", "CLOSED")
