"""Checking an audience filter."""
from typing import Any

import orjson

from sandbox.engine.filters import MAX_CHARACTERS, OPERATORS, PLACES, is_number, number_in
from sandbox.engine.regions import whole
from sandbox.specs import Errors, fail

_SKILL = ("EQ", "NE", "GT", "GTE", "LT", "LTE")
_DEEPEST = 30
_FLAGS = ("adult_allowed", "verified")
_COUNTRIES = ("country", "citizenship")
# The lists of machines, browsers and systems are open: Toloka's documents send the reader elsewhere for the whole of them.
_WORDS = {"gender": ("MALE", "FEMALE"), "education": ("BASIC", "MIDDLE", "HIGH")}


def check_filter(node: Any, path: str, errors: Errors) -> None:
    """The grammar of engine.filters, with Toloka's limit of 10,000 characters."""
    if len(orjson.dumps(node)) > MAX_CHARACTERS:
        fail(errors, path, "STRING_LENGTH_GREATER_THAN_MAX", f"A filter has at most {MAX_CHARACTERS} characters", max=MAX_CHARACTERS)
        return
    _node(node, path, errors, 0)


def _node(node: Any, path: str, errors: Errors, depth: int) -> None:
    if not isinstance(node, dict):
        fail(errors, path, "OBJECT_EXPECTED", "A condition, or an object with \"and\" or \"or\", is expected")
    elif depth > _DEEPEST:
        fail(errors, path, "INVALID_VALUE", "The filter is nested too deeply")
    elif "and" in node or "or" in node:
        if len(node) != 1:
            fail(errors, path, "MAX_ONE_PROPERTY_ALLOWED", "Only one of \"and\" and \"or\" is allowed")
            return
        _group(next(iter(node)), node, path, errors, depth)
    else:
        _condition(node, path, errors)


def _group(word: str, node: dict[str, Any], path: str, errors: Errors, depth: int) -> None:
    children = node[word]
    if not isinstance(children, list):
        fail(errors, f"{path}.{word}", "ARRAY_EXPECTED", "A list of conditions is expected")
        return
    if word == "or" and not children:
        fail(errors, f"{path}.or", "INVALID_VALUE", "An empty \"or\" would let nobody in")
    for index, child in enumerate(children):
        _node(child, f"{path}.{word}.{index}", errors, depth + 1)


def _condition(node: dict[str, Any], path: str, errors: Errors) -> None:
    category, key, operator = node.get("category"), node.get("key"), node.get("operator")
    for name in ("category", "key", "operator"):
        if node.get(name) is None:
            fail(errors, f"{path}.{name}", "VALUE_REQUIRED", "Value must be present and not equal to null")
            return
    operators = _operators(category, key)
    if category not in ("profile", "computed", "skill"):
        fail(errors, f"{path}.category", "UNKNOWN_ENUM_VALUE", "One of profile, computed, skill is expected")
    elif operators is None:
        fail(errors, f"{path}.key", "UNKNOWN_ENUM_VALUE", f"{category} has no such key")
    elif operator not in operators:
        fail(errors, f"{path}.operator", "VALUE_NOT_ALLOWED", f"One of {', '.join(operators)} is expected")
    elif isinstance(node.get("value"), (list, dict)):
        fail(errors, f"{path}.value", "SIMPLE_VALUE_EXPECTED", "A single value is expected")
    elif node.get("value") is None and category != "skill":
        fail(errors, f"{path}.value", "VALUE_REQUIRED", "Value must be present and not equal to null")
    elif node.get("value") is None and operator not in ("EQ", "NE"):
        fail(errors, f"{path}.value", "VALUE_REQUIRED", "null is compared with EQ and NE only")
    elif node.get("value") is not None:
        problem = _value_problem(category, key, node["value"])
        if problem:
            fail(errors, f"{path}.value", *problem)


def _value_problem(category: str, key: Any, value: Any) -> tuple[str, str] | None:
    """What is wrong with a value for this key. Numbers may be written as text."""
    if is_number(category, key):
        return None if number_in(value) is not None else ("FLOAT_EXPECTED", "A number is expected")
    if key in PLACES:
        return None if whole(value) is not None else ("INTEGER_EXPECTED", "The id of a region is expected")
    if key in _FLAGS:
        return None if isinstance(value, bool) else ("BOOLEAN_EXPECTED", "true or false is expected")
    if not isinstance(value, str):
        return "STRING_EXPECTED", "A string is expected"
    if key in _WORDS:
        return None if value in _WORDS[key] else ("UNKNOWN_ENUM_VALUE", f"One of {', '.join(_WORDS[key])} is expected")
    if key in _COUNTRIES and len(value) != 2:
        return "STRING_LENGTH_OUT_OF_BOUNDS", "Two letters are expected, as US"
    return None if value.strip() else ("BLANK_STRING_NOT_ALLOWED", "A text is expected")


def _operators(category: Any, key: Any) -> tuple[str, ...] | None:
    if category == "skill":
        # Digits of other scripts are digits to Python, but no id is written with them.
        return _SKILL if str(key).isascii() and str(key).isdigit() else None
    known = OPERATORS.get(category) if isinstance(category, str) else None
    return known.get(key) if known and isinstance(key, str) else None


def skills_in(node: Any) -> set[str]:
    """Ids of the skills a (well-formed) filter asks for."""
    if not isinstance(node, dict):
        return set()
    for word in ("and", "or"):
        if word in node:
            return set().union(*(skills_in(child) for child in node[word]))
    return {str(node["key"])} if node.get("category") == "skill" else set()
