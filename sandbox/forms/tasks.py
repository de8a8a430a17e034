"""Checking tasks against their project."""
from typing import Any

from sandbox.forms.checker import Checker, form_of
from sandbox.specs import check_values, fail

# `__item_idx` is how toloka-kit numbers its batch; the log echoes it, the task does not keep it.
READ_ONLY = ("id", "created", "remaining_overlap", "origin_task_id", "__item_idx")
MAX_OVERLAP = 30_000


def task_form(body: Any, task_spec: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(form to store, errors by path); one of them is empty."""
    check = Checker(body)
    check.text("pool_id", required=True)
    check_values(task_spec["input_spec"], check.data.get("input_values"), "input_values", check.errors)
    for name, weight in (("known_solutions", "correctness_weight"), ("baseline_solutions", "confidence_weight")):
        check_solutions(check, name, weight, task_spec["output_spec"])
    check.text("message_on_unknown_solution")
    check_overlap(check)
    check.ids("reserved_for")
    check.ids("unavailable_for")
    if check.errors:
        return {}, check.errors
    return form_of(check.data, READ_ONLY), {}


def check_solutions(check: Checker, name: str, weight: str, output_spec: dict[str, Any]) -> None:
    for solution in check.parts(name):
        solution.number(weight, 0, 1)
        # A known solution may name some of the fields only: each one it names has to fit.
        values = solution.data.get("output_values")
        partial = {key: {**entry, "required": False} for key, entry in output_spec.items()}
        check_values(partial, values, solution.at("output_values"), check.errors)


def check_overlap(check: Checker) -> None:
    overlap = check.integer("overlap", 1, MAX_OVERLAP)
    infinite = check.boolean("infinite_overlap")
    if overlap is not None and infinite:
        fail(check.errors, "overlap", "VALUE_NOT_ALLOWED", "An infinite overlap goes without a number")


def kind_of(form: dict[str, Any], pool_type: str = "REGULAR") -> str:
    """REAL, GOLDEN (known solutions) or TRAINING (known solutions and a hint, or anything in a training)."""
    if pool_type == "TRAINING":
        return "TRAINING"
    if not form.get("known_solutions"):
        return "REAL"
    return "TRAINING" if form.get("message_on_unknown_solution") else "GOLDEN"


def check_known_in(pool_type: str, known_solutions: Any, errors: dict[str, Any]) -> None:
    """A training knows the answer to each of its tasks."""
    if pool_type == "TRAINING" and not known_solutions:
        fail(errors, "known_solutions", "VALUES_REQUIRED", "A task of a training needs a known solution")
