"""/v1/tasks."""
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from sandbox import times
from sandbox.api.door import my_pool, my_task
from sandbox.api.listing import Listing, each, without_nothing
from sandbox.engine import overlap as overlap_engine, pools as pool_engine
from sandbox.errors import ValidationError
from sandbox.forms.checker import Checker
from sandbox.forms.tasks import MAX_OVERLAP, check_known_in, check_overlap, check_solutions, kind_of
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
    overlap = call.request.GET.get("overlap")
    if overlap is not None:
        if not overlap.isdigit():
            raise ValidationError({"overlap": {"code": "INTEGER_EXPECTED", "message": "A whole number is expected"}})
        rows = rows.filter(overlap=int(overlap))
    return LISTING.page(call, rows, each(show))


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
    check_overlap(check)
    for name, weight in (("known_solutions", "correctness_weight"), ("baseline_solutions", "confidence_weight")):
        check_solutions(check, name, weight, pool.spec.task_spec["output_spec"])
    check_known_in(pool.type, check.data.get("known_solutions", task.form.get("known_solutions")), check.errors)
    check.text("message_on_unknown_solution")
    overlap, infinite = check.data.get("overlap"), check.data.get("infinite_overlap")
    if isinstance(overlap, int) and overlap < task.consumed:
        check.fail("overlap", "VALUE_LESS_THAN_MIN", f"{task.consumed} were issued already", min=task.consumed)
    if infinite is False and overlap is None and task.infinite_overlap:
        check.fail("overlap", "VALUE_REQUIRED", "A finite overlap needs a number")
    check.finish()
    _set_overlap(task, overlap, infinite)
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
    overlap = check.integer("overlap", 0, MAX_OVERLAP)
    infinite = check.boolean("infinite_overlap")
    if overlap is None and not infinite:
        check.fail("overlap", "VALUE_REQUIRED", "Value must be present and not equal to null")
    check.finish()
    _set_overlap(task, None if infinite else max(int(overlap or 0), task.consumed), infinite)
    return _saved(call, pool, task)


def _set_overlap(task: Task, overlap: int | None, infinite: bool | None) -> None:
    if overlap is not None:
        overlap_engine.set_on(task, overlap, False)
    elif infinite:
        overlap_engine.set_on(task, None, True)


def _saved(call: Call, pool: Pool, task: Task) -> dict[str, Any]:
    task.save(update_fields=["form", "kind", "overlap", "infinite_overlap", "remaining"])
    overlap_engine.touched(pool, call.now)
    if call.flag("open_pool"):
        pool_engine.open_pool(pool.id, call.now)
    return show(task)
