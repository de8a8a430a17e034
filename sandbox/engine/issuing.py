"""Giving a Toloker a page of tasks."""
import random
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count

from sandbox import ids
from sandbox.engine import due, events, mixing, money, order, people, pools, pricing, suites
from sandbox.errors import ApiError
from sandbox.models import Assignment, AssignmentTask, Pool, Task, TaskSuite, Toloker

DEFAULT_MAX_ACTIVE = 1
_COUNTED_EXACTLY = 1_000


class _HasToClose(Exception):
    """Nothing more can be issued; the pool has to close for this reason, outside the transaction that found out."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def take(toloker_id: str, pool_id: int, at: datetime) -> Assignment:
    """A new ACTIVE assignment. 409 NO_TASKS_AVAILABLE, TOO_MANY_ACTIVE_ASSIGNMENTS; 403 ACCESS_DENIED; 404."""
    try:
        with transaction.atomic():
            return _take(toloker_id, pool_id, at)
    except _HasToClose as end:
        pools.close_pool(pool_id, at, end.reason)
        raise ApiError("NO_TASKS_AVAILABLE") from None


def _take(toloker_id: str, pool_id: int, at: datetime) -> Assignment:
    toloker = Toloker.objects.select_for_update(no_key=True).get(pk=toloker_id)
    with connection.cursor() as cursor:
        # Shared: takers do not wait for each other, but a pool that is being closed waits for them, and they for it.
        cursor.execute("SELECT status FROM sandbox_pool WHERE id = %s FOR SHARE", [pool_id])
        row = cursor.fetchone()
    if row is None:
        raise ApiError("DOES_NOT_EXIST")
    if row[0] != "OPEN":
        raise ApiError("NO_TASKS_AVAILABLE")
    pool = Pool.objects.select_related("project__requester", "spec", "training").get(pk=pool_id)
    facts = people.facts_of(toloker)
    if not people.may_take_from(pool, toloker, facts, people.restrictions(toloker.id, at)):
        raise ApiError("ACCESS_DENIED")
    if pool.type == "TRAINING" and people.has_finished(pool, facts):
        raise ApiError("NO_TASKS_AVAILABLE")
    if not _below_limit(pool, _held(toloker_id)):
        raise ApiError("TOO_MANY_ACTIVE_ASSIGNMENTS")
    if _is_full(pool):
        raise _HasToClose("ASSIGNMENTS_LIMIT_EXCEEDED")
    suite = _mixed(pool, toloker_id, at) if mixing.mixes(pool) else suites.pick(pool, toloker_id)
    if suite is None:
        raise ApiError("NO_TASKS_AVAILABLE")
    return _issue(pool, toloker, suite, pricing.reward_for(pool, facts), at)


def _mixed(pool: Pool, toloker_id: str, at: datetime) -> TaskSuite | None:
    """A new page, not saved: it is for one Toloker only."""
    tasks = mixing.pick(pool, toloker_id, at)
    return TaskSuite(pool=pool, task_ids=[task.id for task in tasks], overlap=1, consumed=1, created=at) if tasks else None


def _held(toloker_id: str) -> dict[int, int]:
    """How many ACTIVE assignments of each project this Toloker has."""
    active = Assignment.objects.filter(toloker_id=toloker_id, status="ACTIVE")
    return dict(active.values_list("pool__project_id").annotate(n=Count("id")))


def _below_limit(pool: Pool, held: dict[int, int]) -> bool:
    limit: int = pool.project.form.get("max_active_assignments_count") or DEFAULT_MAX_ACTIVE
    return held.get(pool.project_id, 0) < limit


def _is_full(pool: Pool) -> bool:
    """Whether the pool has had its most assignments. Of a large limit this is asked now and then only: counting takes long."""
    most: int = settings.SANDBOX_POOL_ASSIGNMENTS
    if most > _COUNTED_EXACTLY and random.random() * _COUNTED_EXACTLY > 1:
        return False
    return pool.assignments.count() >= most


def _issue(pool: Pool, toloker: Toloker, suite: TaskSuite, reward: Decimal, at: datetime) -> Assignment:
    fee = money.fee_for(reward)
    task_ids = suite.task_ids
    suites.count(Task.objects.filter(pk__in=task_ids), 1)
    order.drawing(pool.id)
    if suite.mixed:
        suite.id = ids.new_pool_item_id(pool.id, at)
        suite.save(force_insert=True)
    else:
        suites.give(suite)
    deadline = at + timedelta(seconds=pool.form["assignment_max_duration_seconds"])
    assignment = Assignment.objects.create(
        id=ids.new_pool_item_id(pool.id, at), suite=suite, pool=pool, toloker=toloker, reward=reward, fee=fee,
        task_ids=task_ids, deadline=deadline, created=at)
    AssignmentTask.objects.bulk_create(
        AssignmentTask(assignment=assignment, task_id=task_id, toloker=toloker) for task_id in task_ids)
    due.schedule("ASSIGNMENT_EXPIRE", assignment.id, deadline)
    events.tell("ASSIGNMENT_CREATED", pool, at, assignment)
    _check_money(pool.project.requester_id, reward + fee)
    return assignment


def _check_money(requester_id: str, cost: Decimal) -> None:
    """Raise _HasToClose if there is less money than those at work are promised, the new page included.

    The last thing before the end: takers queue up here, so that no two of them are promised the same dollar.
    """
    if cost and money.spendable(requester_id, lock=True) < 0:
        raise _HasToClose("NOT_ENOUGH_BALANCE")


def available_pools(toloker: Toloker, at: datetime) -> list[Pool]:
    """The pools from which this Toloker could take something now, the most urgent first; of equals the one started first."""
    facts, bans, held = people.facts_of(toloker), people.restrictions(toloker.id, at), _held(toloker.id)
    found = Pool.objects.filter(status="OPEN").select_related("project__requester", "training").order_by(
        "-priority", "last_started", "id")
    return [pool for pool in found if people.may_take_from(pool, toloker, facts, bans)
            and not (pool.type == "TRAINING" and people.has_finished(pool, facts))
            and _below_limit(pool, held) and _has_page(pool, toloker.id, at)]


def _has_page(pool: Pool, toloker_id: str, at: datetime) -> bool:
    return mixing.could_pick(pool, toloker_id, at) if mixing.mixes(pool) else suites.could_pick(pool, toloker_id)
