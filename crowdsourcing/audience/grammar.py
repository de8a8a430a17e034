"""The closed grammar of a filter.

    filter    := {"and": [node, ...]} | {"or": [node, ...]}      (nested freely; the platform takes 10,000 characters)
    node      := filter | condition
    condition := {"category", "key", "operator", "value"}
"""
import json
import math
from typing import Any

from django.core.exceptions import ValidationError

from crowdsourcing.audience.fields import Field, field_of

MAX_CHARACTERS = 10_000
MAX_DEPTH = 12
# Dates of birth from the year 1900 on, unix seconds.
EARLIEST_BIRTH = -2_208_988_800
LATEST_BIRTH = 4_102_444_800


class AudienceError(ValueError):
    """`errors`: dotted path into the filter ("and.0.or.1.value"; "" for the whole) -> a sentence that says what is allowed."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{path or 'audience'}: {sentence}" for path, sentence in errors.items()))
        self.errors = errors


def clean(value: Any) -> dict[str, Any]:
    """The filter with empty groups dropped ({} means everyone); a bare condition is wrapped in an "and". Raises AudienceError."""
    if value in (None, "", [], {}):
        return {}
    errors: dict[str, str] = {}
    # A program may send a bare condition; its paths are those of what it sent.
    node = _node(value, "", 0, errors)
    if not errors and node is not None and len(json.dumps(node, separators=(",", ":"))) > MAX_CHARACTERS:
        errors[""] = f"This audience is too long: the platform takes {MAX_CHARACTERS:,} characters. Use fewer rules."
    if errors:
        raise AudienceError(errors)
    if node is None:
        return {}
    return node if is_group(node) else {"and": [node]}


def checked(value: Any) -> dict[str, Any]:
    """`clean` for services: raises ValidationError with one message a mistake, "and.0.value: …"."""
    try:
        return clean(value)
    except AudienceError as error:
        raise ValidationError([f"{path}: {text}" if path else text for path, text in error.errors.items()]) from None


def is_group(node: Any) -> bool:
    return isinstance(node, dict) and len(node) == 1 and next(iter(node)) in ("and", "or")


def _at(path: str, step: str | int) -> str:
    return f"{path}.{step}" if path else str(step)


def _node(value: Any, path: str, depth: int, errors: dict[str, str]) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        errors[path] = "Must be a group {\"and\": [...]} or {\"or\": [...]}, or a condition with category, key, operator and value."
        return None
    if is_group(value):
        return _group(value, path, depth, errors)
    if "and" in value or "or" in value:
        errors[path] = "A group has exactly one of \"and\" and \"or\", and nothing else."
        return None
    return _condition(value, path, errors)


def _group(value: dict[str, Any], path: str, depth: int, errors: dict[str, str]) -> dict[str, Any] | None:
    word, members = next(iter(value.items()))
    if depth >= MAX_DEPTH:
        errors[path] = f"Groups may be nested {MAX_DEPTH} deep at most."
        return None
    if not isinstance(members, list):
        errors[_at(path, word)] = "Must be a list of groups and conditions."
        return None
    kept = [_node(member, _at(_at(path, word), number), depth + 1, errors) for number, member in enumerate(members)]
    present = [node for node in kept if node is not None]
    return {word: present} if present else None


def _condition(value: dict[str, Any], path: str, errors: dict[str, str]) -> dict[str, Any] | None:
    unknown = sorted(map(str, set(value) - {"category", "key", "operator", "value"}))
    missing = [name for name in ("category", "key", "operator", "value") if name not in value]
    if unknown or missing:
        errors[path] = f"A condition has category, key, operator and value; {'missing ' + ', '.join(missing) if missing else ''}" \
            f"{'; ' if missing and unknown else ''}{'unknown ' + ', '.join(unknown) if unknown else ''}."
        return None
    known = field_of(value["category"], value["key"])
    if known is None:
        errors[_at(path, "key")] = f"The platform has no filter {value['category']} / {value['key']}."
        return None
    if known.kind == "skill" and not (isinstance(value["key"], str) and value["key"].isascii() and value["key"].isdigit()
                                      and len(value["key"]) <= 20):
        errors[_at(path, "key")] = "A skill is named by its number on the platform, for example 26366."
    if value["operator"] not in known.operators:
        errors[_at(path, "operator")] = f"{known.label} takes one of {', '.join(known.operators)}."
    elif problem := _value_problem(known, value["operator"], value["value"]):
        errors[_at(path, "value")] = problem
    return {name: value[name] for name in ("category", "key", "operator", "value")}


def _value_problem(known: Field, operator: str, value: Any) -> str | None:
    if known.kind == "choice":
        if isinstance(value, str) and value in known.choices:
            return None
        some = ", ".join(list(known.choices)[:8])
        return f"{known.label}: choose one of {some}{', …' if len(known.choices) > 8 else ''}."
    if known.kind == "bool":
        return None if isinstance(value, bool) else f"{known.label}: must be true or false."
    if known.kind == "region":
        return None if _integer(value) and value > 0 else f"{known.label}: must be the number of a region, for example 84 (United States)."
    if known.kind == "date":
        good = _integer(value) and EARLIEST_BIRTH <= value <= LATEST_BIRTH
        return None if good else "Date of birth: give a date (unix seconds, a whole number)."
    if known.kind == "skill":
        return _skill_problem(operator, value)
    if known.kind == "integer":
        return None if _integer(value) and value >= 0 else f"{known.label}: must be a whole number, 0 or more."
    return None if _number(value) and value >= 0 else f"{known.label}: must be a number, 0 or more."


def _skill_problem(operator: str, value: Any) -> str | None:
    if value is None:
        return None if operator in ("EQ", "NE") else "Compare a skill with a number from 0 to 100."
    return None if _number(value) and 0 <= value <= 100 else "A skill's value is a number from 0 to 100."


def _integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
