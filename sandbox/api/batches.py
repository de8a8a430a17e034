"""Creating many objects in one request, idempotently.

The operation's row is written first and in the same transaction as the objects: a repeated `operation_id` meets its
primary key and gets 409 OPERATION_ALREADY_EXISTS, whatever became of the first answer.
"""
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction

from sandbox import ids, specs
from sandbox.api import operations
from sandbox.api.door import my_pool
from sandbox.engine import overlap as overlap_engine, pools as pool_engine
from sandbox.errors import ApiError, ValidationError
from sandbox.forms.tasks import check_known_in, kind_of, task_form
from sandbox.http import Call, Reply
from sandbox.models import Operation, Pool, Task

MAX_INPUT_BYTES = 1_048_576
MAX_SYNC_ITEMS = 5_000
MAX_POOL_TASKS = 2_000_000
_COLUMNS = ("overlap", "infinite_overlap", "reserved_for", "unavailable_for")
Errors = dict[int, dict[str, Any]]


def create_tasks(call: Call, show: Callable[[Task], dict[str, Any]]) -> Reply:
    """POST /v1/tasks. 201 with tasks, or 202 with a finished operation (async_mode); 400, 409, 413."""
    single = isinstance(call.body, dict)
    items = [call.body] if single else ([] if call.body is None else call.body)
    if not isinstance(items, list):
        raise ValidationError({"": {"code": "OBJECT_EXPECTED", "message": "A task or an array of tasks is expected"}})
    asynchronous, skip_invalid = call.flag("async_mode"), call.flag("skip_invalid_items")
    _check_size(items, asynchronous)
    key = operations.id_of(call)
    if key is not None and Operation.objects.filter(pk=key).exists():
        raise ApiError("OPERATION_ALREADY_EXISTS")
    with transaction.atomic():
        pools = _pools_of(call, items)
        tasks, errors = _read(call, items, pools)
        failed = bool(errors) and not (skip_invalid and not single)
        if failed and not asynchronous:
            raise ValidationError(errors[0] if single else {str(index): error for index, error in errors.items()})
        made = {} if failed else _store(call, tasks, pools)
        if asynchronous or key is not None:
            operation = _operation(call, key, items, made, errors, failed)
    if asynchronous:
        return Reply(operations.show(operation), 202)
    if single:
        return Reply(show(made[0]), 201)
    return Reply({"items": {str(index): show(task) for index, task in made.items()},
                  "validation_errors": {str(index): error for index, error in errors.items()}}, 201)


def _check_size(items: list[Any], asynchronous: bool) -> None:
    if not asynchronous and len(items) > MAX_SYNC_ITEMS:
        raise ApiError("CONTENT_TOO_LARGE", f"At most {MAX_SYNC_ITEMS} tasks without async_mode")
    size = sum(specs.size_of(item["input_values"]) for item in items if isinstance(item, dict) and "input_values" in item)
    if size > MAX_INPUT_BYTES:
        raise ApiError("CONTENT_TOO_LARGE", f"input_values of one request have at most {MAX_INPUT_BYTES} bytes, these have {size}")


def _pools_of(call: Call, items: list[Any]) -> dict[Any, Pool | ApiError]:
    """The pools the items name, locked in order of id, or why one cannot be used."""
    named: set[str] = {item["pool_id"] for item in items if isinstance(item, dict) and isinstance(item.get("pool_id"), str)}
    pools: dict[Any, Pool | ApiError] = {}
    for name in sorted(named):
        try:
            pool = pool_engine.locked(my_pool(call, name).id)
        except ApiError as error:
            pools[name] = error
            continue
        overlap_engine.writable(pool)
        if not pool.form.get("mixer_config") and pool.type != "TRAINING":
            raise ApiError("MIXER_CONFIG_REQUIRED")
        pools[name] = pool
    return pools


def _read(call: Call, items: list[Any], pools: dict[Any, Pool | ApiError]) -> tuple[dict[int, Task], Errors]:
    tasks: dict[int, Task] = {}
    errors: Errors = {}
    defaults = call.flag("allow_defaults")
    for index, item in enumerate(items):
        pool = pools.get(item.get("pool_id")) if isinstance(item, dict) and isinstance(item.get("pool_id"), str) else None
        if isinstance(pool, ApiError):
            code = "ENTITY_ACCESS_DENIED" if pool.code == "ACCESS_DENIED" else "ENTITY_DOES_NOT_EXIST"
            errors[index] = {"pool_id": {"code": code, "message": "There is no such pool of yours"}}
            continue
        form, wrong = task_form(item, pool.spec.task_spec if pool else {"input_spec": {}, "output_spec": {}})
        if pool is not None and not wrong:
            check_known_in(pool.type, form.get("known_solutions"), wrong)
        overlap, infinite = _overlap(form, pool, defaults)
        if not wrong and overlap is None and not infinite:
            wrong = {"overlap": {"code": "VALUE_REQUIRED", "message": "Give an overlap, or allow_defaults"}}
        if wrong or pool is None:
            errors[index] = wrong
        else:
            tasks[index] = _task(call, pool, form, overlap, infinite)
    return tasks, errors


def _overlap(form: dict[str, Any], pool: Pool | None, defaults: bool) -> tuple[int | None, bool]:
    """The task's own overlap, else the pool's default if the request allows it. In a training everybody gets everything."""
    if form.get("infinite_overlap") or (pool is not None and pool.type == "TRAINING" and form.get("overlap") is None):
        return None, True
    if form.get("overlap") is not None or pool is None or not defaults:
        return form.get("overlap"), False
    given = pool.form["defaults"]
    overlap = given.get("default_overlap_for_new_tasks")
    return (given.get("default_overlap_for_new_task_suites") if overlap is None else overlap), False


def _task(call: Call, pool: Pool, form: dict[str, Any], overlap: int | None, infinite: bool) -> Task:
    kept = {name: value for name, value in form.items() if name not in _COLUMNS}
    task = Task(id=ids.new_pool_item_id(pool.id, call.now), pool=pool, kind=kind_of(form, pool.type), form=kept, created=call.now,
                reserved_for=form.get("reserved_for") or [], unavailable_for=form.get("unavailable_for") or [])
    overlap_engine.set_on(task, overlap, infinite)
    return task


def _store(call: Call, tasks: dict[int, Task], pools: dict[Any, Pool | ApiError]) -> dict[int, Task]:
    Task.objects.bulk_create(tasks.values(), batch_size=2_000)
    used = {task.pool_id for task in tasks.values()}
    for pool in pools.values():
        if isinstance(pool, Pool) and pool.id in used:
            overlap_engine.touched(pool, call.now)
            if call.flag("open_pool"):
                pool_engine.open_pool(pool.id, call.now)
    return tasks


def _operation(call: Call, key: UUID | None, items: list[Any], made: dict[int, Task], errors: Errors, failed: bool) -> Operation:
    assert call.requester is not None
    log = [_line(index, item, made, errors) for index, item in enumerate(items) if index in made or index in errors]
    details = {"total_count": len(items), "valid_count": len(items) - len(errors), "not_valid_count": len(errors),
               "success_count": len(made), "failed_count": len(items) - len(made)}
    parameters = {name: call.flag(name) for name in ("skip_invalid_items", "allow_defaults", "open_pool")}
    return operations.finished(call.requester, "TASK.BATCH_CREATE", call.now, parameters, id=key, details=details, log=log,
                               status="FAIL" if failed else "SUCCESS")


def _line(index: int, item: Any, made: dict[int, Task], errors: Errors) -> dict[str, Any]:
    """One log item. toloka-kit finds its own item again by the `__item_idx` in `input`."""
    if index in made:
        return {"type": "TASK_CREATE", "success": True, "input": item, "output": {"task_id": made[index].id}}
    return {"type": "TASK_VALIDATE", "success": False, "input": item, "output": errors[index]}
