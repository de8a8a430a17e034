"""/v1/assignments."""
from typing import Any

from django.db.models import QuerySet

from sandbox import times
from sandbox.api.door import my_assignment, my_id, my_pool, my_suite, my_task, owner_of
from sandbox.api.listing import Listing, without_nothing
from sandbox.api.tasks import shown_by_id
from sandbox.engine import assignments as engine, bonuses as bonus_engine, mixing, order
from sandbox.errors import ValidationError
from sandbox.forms.checker import Checker
from sandbox.http import Call
from sandbox.models import Assignment, Pool

STATUSES = ("ACTIVE", "SUBMITTED", "ACCEPTED", "REJECTED", "SKIPPED", "EXPIRED")
TIMES = ("created", "submitted", "accepted", "rejected", "skipped", "expired")
LISTING = Listing(times=TIMES, texts=("id",), words={"status": STATUSES}, most=100_000)
MAX_COMMENT = 2_048


def show_many(rows: list[Assignment], requester_id: str) -> list[dict[str, Any]]:
    """Assignments of one requester. Pools and projects are not joined: their forms would be parsed for every row."""
    tasks = shown_by_id(key for row in rows for key in row.task_ids)
    owner = owner_of(requester_id)
    mixed = {pool.id: mixing.mixes(pool) for pool in Pool.objects.filter(pk__in={row.pool_id for row in rows})}
    bonuses = bonus_engine.ids_of(row.id for row in rows)
    return [{**_show(row, tasks), "mixed": mixed[row.pool_id], "bonus_ids": bonuses.get(row.id, []), "owner": owner} for row in rows]


def _show(row: Assignment, tasks: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return without_nothing({
        "id": row.id, "task_suite_id": row.suite_id, "pool_id": str(row.pool_id), "user_id": row.toloker_id, "status": row.status,
        "reward": row.reward, "tasks": [tasks[key] for key in row.task_ids], "solutions": row.solutions,
        "first_declined_solution_attempt": row.first_declined,
        "automerged": False, "public_comment": row.public_comment, **{name: times.show(getattr(row, name)) for name in TIMES},
    })


def listing(call: Call) -> Any:
    rows = _asked_for(call)
    user = call.request.GET.get("user_id")
    return LISTING.page(call, rows.filter(toloker_id=user) if user else rows, lambda found: show_many(found, my_id(call)))


def _asked_for(call: Call) -> QuerySet[Assignment]:
    """The assignments of a pool, a suite or a task: one of them has to be named."""
    query = call.request.GET
    rows = Assignment.objects.all()
    if not any(query.get(name) for name in ("pool_id", "task_suite_id", "task_id")):
        raise ValidationError({"pool_id": {"code": "VALUE_REQUIRED", "message": "Give pool_id, task_suite_id or task_id"}})
    pool_id = 0
    if query.get("pool_id"):
        pool_id = my_pool(call, query["pool_id"]).id
        rows = rows.filter(pool_id=pool_id)
    if query.get("task_suite_id"):
        suite = my_suite(call, query["task_suite_id"])
        pool_id = suite.pool_id
        rows = rows.filter(suite_id=suite.id)
    if query.get("task_id"):
        task = my_task(call, query["task_id"])
        pool_id = task.pool_id
        # A training forgets who was given what when it may be done again; its pages do not.
        rows = rows.filter(pool_id=task.pool_id, task_ids__contains=[task.id]) if task.pool.type == "TRAINING" else rows.filter(
            links__task_id=task.id)
    return rows.filter(id__lt=order.horizon(pool_id, call.now))


def one(call: Call, key: str) -> Any:
    return show_many([my_assignment(call, key)], my_id(call))[0]


def change(call: Call, key: str) -> Any:
    """`{"status": "ACCEPTED" | "REJECTED", "public_comment"?}`."""
    my_assignment(call, key)
    check = Checker(call.body)
    status = check.choice("status", ("ACCEPTED", "REJECTED"), required=True)
    comment = check.text("public_comment", longest=MAX_COMMENT)
    check.finish()
    (engine.accept if status == "ACCEPTED" else engine.reject)(key, comment, call.now)
    return show_many([my_assignment(call, key)], my_id(call))[0]
