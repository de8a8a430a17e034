"""/v1/task-suites."""
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from sandbox import times
from sandbox.api.door import my_pool, my_suite, my_task
from sandbox.api.listing import Listing, number, without_nothing
from sandbox.engine import order, overlap as overlap_engine, pools as pool_engine, suites as engine
from sandbox.errors import ApiError, ValidationError
from sandbox.forms.checker import Checker
from sandbox.forms.overlap import OverlapChange, overlap_change, overlap_or_least
from sandbox.forms.suites import issuing_order
from sandbox.http import Call
from sandbox.models import Assignment, AssignmentTask, Pool, Task, TaskSuite

LISTING = Listing(times=("created",), texts=("id",), numbers=("overlap",), most=100_000)


def show(suite: TaskSuite, tasks: list[Task]) -> dict[str, Any]:
    return without_nothing({
        **suite.form, "id": suite.id, "pool_id": str(suite.pool_id), "tasks": [_part(task) for task in tasks],
        "overlap": suite.overlap, "infinite_overlap": suite.infinite_overlap,
        "remaining_overlap": None if suite.infinite_overlap else suite.remaining, "reserved_for": suite.reserved_for,
        "unavailable_for": suite.unavailable_for, "issuing_order_override": suite.issuing_order_override, "mixed": suite.mixed,
        "automerged": False, "created": times.show(suite.created),
    })


def _part(task: Task) -> dict[str, Any]:
    return {"id": task.id, **{name: value for name, value in task.form.items() if name != "pool_id"}}


def show_many(suites: list[TaskSuite]) -> list[dict[str, Any]]:
    tasks = {task.id: task for task in Task.objects.filter(pk__in={key for suite in suites for key in suite.task_ids})}
    return [show(suite, [tasks[key] for key in suite.task_ids]) for suite in suites]


def listing(call: Call) -> Any:
    return LISTING.page(call, _asked_for(call), show_many)


def _asked_for(call: Call) -> QuerySet[TaskSuite]:
    """The pages of a pool, or with a task on them: one has to be named."""
    query = call.request.GET
    if not query.get("pool_id") and not query.get("task_id"):
        raise ValidationError({"pool_id": {"code": "VALUE_REQUIRED", "message": "Give pool_id or task_id"}})
    rows = TaskSuite.objects.all()
    if query.get("task_id"):
        task = my_task(call, query["task_id"])
        rows = rows.filter(_with(task), id__lt=order.horizon(task.pool_id, call.now))
    if query.get("pool_id"):
        pool = my_pool(call, query["pool_id"])
        rows = rows.filter(pool=pool, id__lt=order.horizon(pool.id, call.now))
    overlap = number(call, "overlap")
    return rows if overlap is None else rows.filter(overlap=overlap)


def _with(task: Task) -> Q:
    """The requester's page that the task is on, or the mixed ones."""
    if task.suite_id:
        return Q(pk=task.suite_id)
    if task.pool.type == "TRAINING":
        # A training forgets who was given what when it may be done again; its pages do not.
        return Q(pool_id=task.pool_id, task_ids__contains=[task.id])
    taken = AssignmentTask.objects.filter(task=task).values("assignment_id")
    return Q(pk__in=Assignment.objects.filter(pk__in=taken).values("suite_id"))


def one(call: Call, key: str) -> Any:
    return show_many([my_suite(call, key)])[0]


def _locked(call: Call, key: str) -> tuple[Pool, TaskSuite]:
    pool = pool_engine.locked(my_suite(call, key).pool_id)
    overlap_engine.writable(pool)
    suite = TaskSuite.objects.select_for_update(no_key=True).get(pk=key)
    if suite.mixed:
        raise ApiError("POOL_TASK_TYPE_CONFLICT", "This page was mixed for one Toloker: change its tasks instead")
    return pool, suite


@transaction.atomic
def change(call: Call, key: str) -> Any:
    """Overlap and order. An overlap below what was issued is refused; set-overlap-or-min cuts it instead."""
    pool, suite = _locked(call, key)
    check = Checker({} if call.body is None else call.body)
    wanted = overlap_change(check, suite.consumed, suite.infinite_overlap)
    place = issuing_order(check)
    check.finish()
    if place is not None:
        suite.issuing_order_override = place
        suite.save(update_fields=["issuing_order_override"])
    return _saved(call, pool, suite, wanted)


@transaction.atomic
def set_overlap_or_min(call: Call, key: str) -> Any:
    """Overlap as asked, but never below what was issued: 0 stops issuing."""
    pool, suite = _locked(call, key)
    check = Checker({} if call.body is None else call.body)
    wanted = overlap_or_least(check, suite.consumed)
    check.finish()
    return _saved(call, pool, suite, wanted)


def _saved(call: Call, pool: Pool, suite: TaskSuite, wanted: OverlapChange) -> dict[str, Any]:
    overlap_engine.apply(suite, wanted.overlap, wanted.infinite)
    engine.save_overlap(suite)
    overlap_engine.touched(pool, call.now, suite.task_ids)
    if call.flag("open_pool"):
        pool_engine.open_pool(pool.id, call.now)
    return show_many([suite])[0]
