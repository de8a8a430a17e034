"""Checking which output fields are to be aggregated, for aggregated solutions and for dynamic overlap."""
from typing import Any

from sandbox.engine import voting
from sandbox.forms.checker import Checker

KINDS = ("WEIGHTED_DYNAMIC_OVERLAP", "DAWID_SKENE")


def field_names(check: Checker) -> list[str]:
    """The names in `fields: [{"name": ...}]`, as far as they are texts; wrong shapes are noted."""
    return [str(name) for part in check.parts("fields") if (name := part.text("name", required=True)) is not None]


def check_fields(check: Checker, output_spec: dict[str, Any]) -> None:
    """Note at `fields.N.name` what the project does not have, what cannot be aggregated, and what is named twice."""
    seen: set[str] = set()
    for part in check.parts("fields"):
        name = part.data.get("name")
        if not isinstance(name, str):
            continue
        if name not in output_spec:
            part.fail("name", "VALUE_NOT_ALLOWED", "The project has no such output field")
        elif voting.options(output_spec[name]) is None:
            part.fail("name", "VALUE_NOT_ALLOWED", "Only booleans, values from a list and integers in a range of at most "
                                                   f"{voting.WIDEST_RANGE} can be aggregated")
        elif name in seen:
            part.fail("name", "DUPLICATE_VALUE_IN_ARRAY", "The field is named twice")
        seen.add(name)


def aggregation_form(body: Any) -> Checker:
    """A checker of an aggregation request whose shape is good; 400 if not. Ids may be numbers, as Toloka's examples have them."""
    check = Checker(body)
    for name in ("pool_id", "task_id", "answer_weight_skill_id"):
        if isinstance(check.data.get(name), int) and not isinstance(check.data[name], bool):
            check.data[name] = str(check.data[name])
    check.text("pool_id", required=True)
    kind = check.choice("type", KINDS, required=True)
    check.text("task_id")
    check.text("answer_weight_skill_id")
    names = field_names(check)
    if kind == "WEIGHTED_DYNAMIC_OVERLAP" and not names and "fields" not in check.errors:
        check.fail("fields", "VALUES_REQUIRED", "Say which output fields to aggregate")
    if kind == "DAWID_SKENE" and len(names) > 1:
        check.fail("fields", "ARRAY_SIZE_GREATER_THAN_MAX", "At most one field goes with DAWID_SKENE", max=1)
    check.finish()
    return check
