"""/v1/tasks."""
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from sandbox import times
from sandbox.api.door import my_pool, my_task
from sandbox.api.listing import Listing, each, number, without_nothing
from sandbox.engine import overlap as overlap_engine, pools as pool_engine
from sandbox.errors import ApiError, ValidationError
from sandbox.forms.checker import Checker
from sandbox.forms.overlap import OverlapChange, overlap_change, overlap_or_least
from sandbox.forms.tasks import check_known_in, check_solutions, kind_of
from sandbox.http import Call
from sandbox.models import Pool, Task

LISTING = Listing(times=("created",), texts=("id",), numbers=("overlap",), most=100_000)


def show(task: Task) -> dict[str, Any]:
    return without_nothing({
        **task.form, "id": task.id, "created": times.show(task.created), "infinite_overlap": task.infinite_overlap,
        "overlap": task.overlap, "remaining_overlap": None if task.infinite_overlap else task.remaining,
        "reserved_for": task.reserved_for, "unavailable_for": task.unavailable_for,
    })


def shown_by_id(task_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Many tasks, as `show` shows them, by id."""
    return {task.id: show(task) for task in Task.objects.filter(pk__in=set(task_ids))}


def listing(call: Call) -> Any:
    pool_id = call.request.GET.get("pool_id")
    if pool_id is None:
        raise ValidationError({"pool_id": {"code": "VALUE_REQUIRED", "message": "Say of which pool"}})
    rows = Task.objects.filter(pool_id=my_pool(call, pool_id).id)
    overlap = number(call, "overlap")
    return LISTING.page(call, rows if overlap is None else rows.filter(overlap=overlap), each(show))


def one(call: Call, key: str) -> Any:
    return show(my_task(call, key))


def _locked(call: Call, key: str) -> tuple[Pool, Task]:
    my_task(call, key)
    pool = pool_engine.locked(Task.objects.values_list("pool_id", flat=True).get(pk=key))
    overlap_engine.writable(pool)
    return pool, Task.objects.select_for_update().get(pk=key)


@transaction.atomic
def change(call: Call, key: str) -> Any:
    """Overlap and solutions. An overlap below what was issued is refused; set-overlap-or-min cuts it instead."""
    pool, task = _locked(call, key)
    check = Checker({} if call.body is None else call.body)
    wanted = overlap_change(check, task.consumed, task.infinite_overlap)
    for name, weight in (("known_solutions", "correctness_weight"), ("baseline_solutions", "confidence_weight")):
        check_solutions(check, name, weight, pool.spec.task_spec["output_spec"])
    check_known_in(pool.type, check.data.get("known_solutions", task.form.get("known_solutions")), check.errors)
    check.text("message_on_unknown_solution")
    check.finish()
    _set_overlap(task, wanted)
    for name in ("known_solutions", "baseline_solutions", "message_on_unknown_solution"):
        if name in check.data:
            task.form = without_nothing({**task.form, name: check.data[name]})
    task.kind = kind_of(task.form, pool.type)
    return _saved(call, pool, task)


@transaction.atomic
def set_overlap_or_min(call: Call, key: str) -> Any:
    """Overlap as asked, but never below what was issued: 0 stops issuing."""
    pool, task = _locked(call, key)
    check = Checker({} if call.body is None else call.body)
    wanted = overlap_or_least(check, task.consumed)
    check.finish()
    _set_overlap(task, wanted)
    return _saved(call, pool, task)


def _set_overlap(task: Task, wanted: OverlapChange) -> None:
    if task.suite_id and wanted != OverlapChange():
        raise ApiError("POOL_TASK_TYPE_CONFLICT", "The overlap of tasks on a requester's page is the page's: change it there")
    overlap_engine.apply(task, wanted.overlap, wanted.infinite)


def _saved(call: Call, pool: Pool, task: Task) -> dict[str, Any]:
    task.save(update_fields=["form", "kind", "overlap", "infinite_overlap", "remaining"])
    overlap_engine.touched(pool, call.now, [task.id])
    if call.flag("open_pool"):
        pool_engine.open_pool(pool.id, call.now)
    return show(task)
