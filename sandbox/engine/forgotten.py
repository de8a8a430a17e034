"""Automatic archiving: a pool in which nothing has happened for long is archived as if its requester had done it.

Each pool has one row on the calendar and is looked at once in 30 days at most; nothing has to be written when something happens in it.
"""
from datetime import datetime, timedelta
from uuid import uuid4

from sandbox.engine import due, pools
from sandbox.errors import ApiError
from sandbox.models import Operation, Pool

SOON, LATE = timedelta(days=30), timedelta(days=90)
_AGAIN = timedelta(days=1)


def watch(pool: Pool) -> None:
    """Begin with a new pool or training."""
    due.schedule("POOL_FORGOTTEN", pool.id, pool.created + SOON)


def last_touched(pool: Pool) -> datetime:
    """The last edit, upload, change of status or submission."""
    newest = pool.assignments.filter(submitted__isnull=False).order_by("-submitted").values_list("submitted", flat=True).first()
    moments = (pool.created, pool.touched, pool.tasks_changed, pool.last_started, pool.last_stopped, newest)
    return max(moment for moment in moments if moment is not None)


def patience(pool: Pool) -> timedelta:
    """30 days; 90 for trainings, copies, and pools without a general task."""
    if pool.type != "REGULAR" or pool.cloned or not pool.tasks.filter(kind="REAL").exists():
        return LATE
    return SOON


@due.on("POOL_FORGOTTEN")
def _look(target: str, at: datetime) -> None:
    pool = pools.locked(target)
    if pool.status == "ARCHIVED":
        return
    end = last_touched(pool) + patience(pool)
    if end > at:
        # Whatever happens from now on cannot make it end sooner than in 30 days, even if that is a first general task.
        due.schedule("POOL_FORGOTTEN", pool.id, min(end, at + SOON))
        return
    try:
        pools.archive_pool(pool.id, at)
    except ApiError:
        # Closing an OPEN pool is a change of status, after which it has 30 days more; other obstacles may go any day.
        due.schedule("POOL_FORGOTTEN", pool.id, at + (_AGAIN if pool.status == "CLOSED" else SOON))
        return
    noun = "pool" if pool.type == "REGULAR" else "training"
    Operation.objects.create(id=uuid4(), requester_id=pool.project.requester_id, type=f"{noun.upper()}.ARCHIVE", status="SUCCESS",
                             submitted=at, started=at, finished=at, parameters={f"{noun}_id": str(pool.id)})
