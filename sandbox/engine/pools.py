"""A pool's life: CLOSED -> OPEN -> CLOSED ... -> ARCHIVED, and a project's end."""
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from sandbox.engine import due, events, money, pricing
from sandbox.errors import ApiError, inappropriate
from sandbox.models import Assignment, Pool, Project, Task

REOPEN_AFTER = timedelta(minutes=15)
OPEN_SLOT = Q(infinite_overlap=True) | Q(remaining__gt=0)


def locked(pool_id: Any) -> Pool:
    """The pool's row, ours until the transaction ends. `project` comes with it, unlocked."""
    return Pool.objects.select_related("project", "spec").select_for_update(of=("self",), no_key=True).get(pk=pool_id)


@transaction.atomic
def open_pool(pool_id: int, at: datetime, *, need_tasks: bool = True) -> bool:
    """OPEN it; False if it was. 409 INAPPROPRIATE_STATUS, PROJECT_INAPPROPRIATE_STATUS, EMPTY_POOL, NOT_ENOUGH_BALANCE."""
    pool = locked(pool_id)
    if pool.status == "OPEN":
        return False
    if pool.status != "CLOSED":
        raise inappropriate("CLOSED")
    if pool.project.status != "ACTIVE":
        raise ApiError("PROJECT_INAPPROPRIATE_STATUS")
    if pool.will_expire and pool.will_expire <= at:
        raise ApiError("CONFLICT_STATE", "The pool's will_expire is in the past: set a later date first")
    if pool.training_id and _status_shared(pool.training_id) == "ARCHIVED":
        raise ApiError("CONFLICT_STATE", "The training that the pool asks for is archived")
    if need_tasks and not pool.tasks.exists():
        raise ApiError("EMPTY_POOL")
    if not pricing.is_free(pool) and money.spendable(pool.project.requester_id) <= Decimal(0):
        raise ApiError("NOT_ENOUGH_BALANCE")
    _start(pool, at)
    return True


def _status_shared(pool_id: int) -> str:
    """Its status, which stays so until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM sandbox_pool WHERE id = %s FOR SHARE", [pool_id])
        return str(cursor.fetchone()[0])


def _start(pool: Pool, at: datetime) -> None:
    pool.status, pool.last_started = "OPEN", at
    pool.save(update_fields=["status", "last_started"])
    due.cancel("POOL_REOPEN", pool.id)
    if pool.will_expire:
        # One that has ended while it was updated stops after it has started.
        due.schedule("POOL_EXPIRE", pool.id, max(pool.will_expire, at))
    events.tell("POOL_OPENED", pool, at)
    watch_completion(pool, at)


@transaction.atomic
def close_pool(pool_id: int, at: datetime, reason: str = "MANUAL") -> bool:
    """CLOSE it; False if it was. FOR_UPDATE opens again by itself after 15 minutes."""
    pool = locked(pool_id)
    if pool.status == "CLOSED":
        return False
    if pool.status != "OPEN":
        raise inappropriate("OPEN")
    _stop(pool, at, reason)
    return True


def _stop(pool: Pool, at: datetime, reason: str) -> None:
    pool.status, pool.last_stopped, pool.last_close_reason = "CLOSED", at, reason
    pool.save(update_fields=["status", "last_stopped", "last_close_reason"])
    due.cancel("POOL_COMPLETE", pool.id)
    due.cancel("POOL_EXPIRE", pool.id)
    if reason == "FOR_UPDATE":
        due.schedule("POOL_REOPEN", pool.id, at + REOPEN_AFTER)
    events.tell("POOL_CLOSED", pool, at, close_reason=reason)


@transaction.atomic
def archive_pool(pool_id: int, at: datetime) -> bool:
    """ARCHIVE it for good; False if it was. 409 with what stands in the way."""
    pool = locked(pool_id)
    if pool.status == "ARCHIVED":
        return False
    if pool.status != "CLOSED":
        raise inappropriate("CLOSED")
    if pool.assignments.filter(status="ACTIVE").exists():
        raise ApiError("THERE_IS_ACTIVE_ASSIGNMENT")
    if pool.assignments.filter(status="SUBMITTED").exists():
        raise ApiError("SUBMITTED_ASSIGNMENTS_CONFLICT")
    if pool.assignments.filter(status="REJECTED", rejected__gt=at - rejection_period()).exists():
        raise ApiError("THERE_IS_REJECTED_ASSIGNMENT")
    if pool.linked_pools.exclude(status="ARCHIVED").exists():
        raise ApiError("TRAINING_ARCHIVE_CONFLICT", "A pool that asks for this training is not archived")
    pool.status = "ARCHIVED"
    pool.save(update_fields=["status"])
    due.cancel("POOL_REOPEN", pool.id)
    return True


@transaction.atomic
def archive_project(project_id: int) -> bool:
    """ARCHIVE it for good; False if it was. 409 UNARCHIVED_POOLS_CONFLICT while a pool is not."""
    project = Project.objects.select_for_update().get(pk=project_id)
    if project.status == "ARCHIVED":
        return False
    if project.pools.exclude(status="ARCHIVED").exists():
        raise ApiError("UNARCHIVED_POOLS_CONFLICT")
    project.status = "ARCHIVED"
    project.save(update_fields=["status"])
    return True


def rejection_period() -> timedelta:
    """How long a rejection can still be turned into an acceptance, and keeps the pool from the archive."""
    return timedelta(days=settings.SANDBOX_REJECTION_DAYS)


def is_complete(pool: Pool) -> bool:
    """Every general task has its full overlap, none is infinite, and nobody is at work."""
    general = Task.objects.filter(pool=pool, kind="REAL")
    if general.filter(OPEN_SLOT).exists() or not general.exists():
        return False
    return not Assignment.objects.filter(pool=pool, status="ACTIVE").exists()


def watch_completion(pool: Pool, at: datetime) -> None:
    """Plan, keep or drop the COMPLETED close. Call it with the pool locked after anything that may change the answer."""
    if pool.status == "OPEN" and is_complete(pool):
        # With dynamic overlap at least a second: a task may still be given to one more.
        delay = pool.form.get("auto_close_after_complete_delay_seconds") or (1 if pool.form.get("dynamic_overlap_config") else 0)
        wait = timedelta(seconds=max(delay, settings.SANDBOX_COMPLETION_GRACE_SECONDS))
        due.schedule_unless_planned("POOL_COMPLETE", pool.id, at + wait)
    else:
        due.cancel("POOL_COMPLETE", pool.id)


@due.on("POOL_COMPLETE")
def _complete(target: str, at: datetime) -> None:
    pool = locked(target)
    if pool.status == "OPEN" and is_complete(pool):
        _stop(pool, at, "COMPLETED")


@due.on("POOL_EXPIRE")
def _expire(target: str, at: datetime) -> None:
    pool = locked(target)
    if pool.status == "OPEN" and pool.will_expire and pool.will_expire <= at:
        _stop(pool, at, "EXPIRED")


@due.on("POOL_REOPEN")
def _reopen(target: str, at: datetime) -> None:
    pool = locked(target)
    # Toloka opens it again without the checks of a start; one that has expired meanwhile closes in the same moment.
    if pool.status == "CLOSED" and pool.last_close_reason == "FOR_UPDATE" and pool.project.status == "ACTIVE":
        _start(pool, at)
