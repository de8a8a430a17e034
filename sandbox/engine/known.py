"""Comparing an answer with the known ones of a control or training task."""
from typing import Any


def score(known_solutions: list[dict[str, Any]] | None, output_values: dict[str, Any] | None) -> float:
    """1 for right, 0 for wrong, between for partly right.

    An answer is right if all fields that one known solution names have its values; other fields do not matter. Then the
    solution's `correctness_weight` (1 if missing) counts; of several that fit, the largest.
    """
    answer = output_values or {}
    return max((_weight(known) for known in known_solutions or [] if _fits(known.get("output_values") or {}, answer)), default=0.0)


def _weight(known: dict[str, Any]) -> float:
    given = known.get("correctness_weight")
    return 1.0 if given is None else float(given)


def _fits(known: dict[str, Any], answer: dict[str, Any]) -> bool:
    return all(same(value, answer.get(name)) for name, value in known.items())


def same(known: Any, given: Any) -> bool:
    """Equal as JSON: 1 is 1.0 but not true, the order of an object's keys does not matter, that of an array does."""
    if isinstance(known, dict) and isinstance(given, dict):
        return known.keys() == given.keys() and all(same(value, given[name]) for name, value in known.items())
    if isinstance(known, list) and isinstance(given, list):
        return len(known) == len(given) and all(map(same, known, given))
    return bool(known == given) and isinstance(known, bool) == isinstance(given, bool)


def first_answers(solutions: list[dict[str, Any]] | None, first_declined: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """The output values that an assignment's tasks were first answered with: what counts for training tasks."""
    return [solution.get("output_values") or {} for solution in first_declined or solutions or []]
