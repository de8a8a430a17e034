"""Checking task suites that the requester puts together."""
from decimal import Decimal
from typing import Any

from sandbox.forms.checker import Checker, form_of
from sandbox.forms.tasks import check_overlap, check_solutions
from sandbox.specs import check_values

READ_ONLY = ("id", "created", "mixed", "automerged", "remaining_overlap", "__item_idx")
MAX_ORDER = Decimal("99999.99999")
_ORDER_STEP = Decimal("0.00001")
# What a task alone would have: on a page the suite has it.
_NOT_OF_A_TASK = ("id", "created", "origin_task_id", "pool_id", "overlap", "infinite_overlap", "remaining_overlap", "reserved_for",
                  "unavailable_for", "__item_idx")
_PLACE = (("longitude", 180), ("latitude", 90))


def suite_form(body: Any, task_spec: dict[str, Any], on_map: bool | None) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]:
    """(form to store, its tasks' forms, errors by path). `on_map`: whether the project is for places on a map; None if unknown."""
    check = Checker(body)
    check.text("pool_id", required=True)
    tasks = check.parts("tasks", required=True)
    if not tasks and "tasks" not in check.errors:
        check.fail("tasks", "ARRAY_SIZE_LESS_THAN_MIN", "A task suite has at least one task", min=1)
    for task in tasks:
        _check_task(task, task_spec)
    check_overlap(check)
    check.ids("reserved_for")
    check.ids("unavailable_for")
    issuing_order(check)
    if on_map is not None:
        _check_place(check, on_map)
    if check.errors:
        return {}, [], check.errors
    return form_of({**check.data, "tasks": None}, READ_ONLY), [form_of(task.data, _NOT_OF_A_TASK) for task in tasks], {}


def issuing_order(check: Checker) -> Decimal | None:
    """`issuing_order_override`, to five digits after the point."""
    value = check.number("issuing_order_override", -MAX_ORDER, MAX_ORDER)
    return None if value is None else value.quantize(_ORDER_STEP)


def _check_task(task: Checker, task_spec: dict[str, Any]) -> None:
    check_values(task_spec["input_spec"], task.data.get("input_values"), task.at("input_values"), task.errors)
    check_solutions(task, "known_solutions", "correctness_weight", task_spec["output_spec"])
    check_solutions(task, "baseline_solutions", "confidence_weight", task_spec["output_spec"])
    task.text("message_on_unknown_solution")


def _check_place(check: Checker, on_map: bool) -> None:
    for name, most in _PLACE:
        if on_map:
            check.number(name, -most, most, required=True)
        elif check.data.get(name) is not None:
            check.fail(name, "VALUE_NOT_ALLOWED", "Only a project of type MAP_SELECTOR has places")
