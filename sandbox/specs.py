"""Field specs of a project: are they well formed, do values obey them, did an edit break them.

Rules: Toloka's input_spec/output_spec with types boolean, string, float, integer, url, file, coordinates, json and array_*.
"""
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import orjson

Errors = dict[str, Any]
DEEPEST = 100
_SPACE = re.compile(r"\s")
TYPES = ("boolean", "string", "float", "integer", "url", "file", "coordinates", "json")
ALL_TYPES = TYPES + tuple(f"array_{name}" for name in TYPES)
_BOUNDS = (("min_length", "max_length"), ("min_value", "max_value"), ("min_size", "max_size"))


def fail(errors: Errors, path: str, code: str, message: str, **params: Any) -> None:
    """Note the first error of a path."""
    errors.setdefault(path, {"code": code, "message": message, **({"params": params} if params else {})})


def size_of(value: Any) -> int:
    """Bytes of a value as JSON."""
    return len(orjson.dumps(value))


def has_nul(value: Any) -> bool:
    """Whether a text inside holds the NUL character, which PostgreSQL cannot keep."""
    # Written as JSON it is \\u0000; only if that is seen is it worth looking whether somebody wrote just that.
    return b"\\u0000" in orjson.dumps(value, default=str) and any("\x00" in text for text in _texts_in(value))


def _texts_in(value: Any) -> Iterator[str]:
    """Every text inside a JSON value, keys too."""
    waiting: list[Any] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            waiting += item


def is_too_deep(value: Any) -> bool:
    """Whether a JSON value is nested deeper than anything honest is."""
    level: list[Any] = [value]
    for _ in range(DEEPEST + 1):
        inside: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                inside += [child for child in item.values() if isinstance(child, (dict, list))]
            elif isinstance(item, list):
                inside += [child for child in item if isinstance(child, (dict, list))]
        if not inside:
            return False
        level = inside
    return True


def check_spec(spec: Any, path: str, errors: Errors) -> None:
    """A spec is an object of entries `{type, required?, hidden?, constraints}`."""
    if not isinstance(spec, dict):
        fail(errors, path, "OBJECT_EXPECTED" if spec is not None else "VALUE_REQUIRED", "An object of fields is expected")
        return
    for name, entry in spec.items():
        here = f"{path}.{name}"
        if not isinstance(entry, dict):
            fail(errors, here, "OBJECT_EXPECTED", "A field is described by an object")
        elif str(entry.get("type")).lower() not in ALL_TYPES:
            fail(errors, f"{here}.type", "UNKNOWN_ENUM_VALUE", f"One of {', '.join(ALL_TYPES)} is expected")
        else:
            _check_entry(entry, here, errors)


def _check_entry(entry: dict[str, Any], path: str, errors: Errors) -> None:
    for name in ("required", "hidden"):
        if entry.get(name) is not None and not isinstance(entry[name], bool):
            fail(errors, f"{path}.{name}", "BOOLEAN_EXPECTED", "true or false is expected")
    for low, high in _BOUNDS:
        for name in (low, high):
            if entry.get(name) is not None and not _is_number(entry[name]):
                fail(errors, f"{path}.{name}", "FLOAT_EXPECTED", "A number is expected")
                return
        if entry.get(low) is not None and entry.get(high) is not None and entry[low] > entry[high]:
            fail(errors, f"{path}.{low}", "VALUE_OUT_OF_BOUNDS", f"{low} is above {high}")
    if entry.get("allowed_values") is not None and not isinstance(entry["allowed_values"], list):
        fail(errors, f"{path}.allowed_values", "ARRAY_EXPECTED", "A list of values is expected")
    if entry.get("pattern") is not None and _compiled(entry["pattern"]) is None:
        fail(errors, f"{path}.pattern", "INVALID_REGEX_SYNTAX", "A regular expression is expected")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _compiled(pattern: Any) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except (re.error, TypeError):
        return None


def check_values(spec: dict[str, Any], values: Any, path: str, errors: Errors) -> None:
    """Values obey a spec: every required field is there and not null, none is unknown, each has its type and bounds."""
    if not isinstance(values, dict):
        code = "VALUE_REQUIRED" if values is None else "OBJECT_EXPECTED"
        fail(errors, path, code, "An object of values is expected")
        return
    for name, value in values.items():
        if name not in spec:
            fail(errors, f"{path}.{name}", "VALUE_NOT_ALLOWED", "The project has no such field")
        elif has_nul(value):
            fail(errors, f"{path}.{name}", "CHARACTER_NOT_ALLOWED", "The NUL character is not allowed")
    for name, entry in spec.items():
        value = values.get(name)
        if value is not None:
            _check_value(entry, value, f"{path}.{name}", errors)
        elif entry.get("required") is not False:
            fail(errors, f"{path}.{name}", "VALUE_REQUIRED", "Value must be present and not equal to null")


def _check_value(entry: dict[str, Any], value: Any, path: str, errors: Errors) -> None:
    kind = str(entry["type"]).lower()
    if not kind.startswith("array_"):
        _check_single(kind, entry, value, path, errors)
    elif not isinstance(value, list):
        fail(errors, path, "ARRAY_EXPECTED", "An array is expected")
    else:
        _check_bounds(len(value), entry, "size", "ARRAY_SIZE", path, errors)
        for index, item in enumerate(value):
            _check_single(kind.removeprefix("array_"), entry, item, f"{path}.{index}", errors)


def _check_single(kind: str, entry: dict[str, Any], value: Any, path: str, errors: Errors) -> None:
    problem = _type_problem(kind, value)
    if problem:
        fail(errors, path, *problem)
        return
    if kind == "string":
        _check_bounds(len(value), entry, "length", "STRING_LENGTH", path, errors)
        pattern = entry.get("pattern")
        if pattern is not None and not re.fullmatch(pattern, value):
            fail(errors, path, "PATTERN_MISMATCH", f"The value does not match {pattern}", pattern=pattern)
    elif kind in ("integer", "float"):
        _check_bounds(value, entry, "value", "VALUE", path, errors)
    allowed = entry.get("allowed_values")
    if allowed is not None and kind in ("boolean", "string", "integer", "float") and not _among(value, allowed):
        fail(errors, path, "VALUE_NOT_ALLOWED", "The value is not one of the allowed ones", allowed_values=allowed)


def _among(value: Any, allowed: list[Any]) -> bool:
    return any(value == item and isinstance(value, bool) == isinstance(item, bool) for item in allowed)


def _check_bounds(size: float, entry: dict[str, Any], what: str, code: str, path: str, errors: Errors) -> None:
    low, high = entry.get(f"min_{what}"), entry.get(f"max_{what}")
    if low is not None and size < low:
        fail(errors, path, f"{code}_LESS_THAN_MIN", f"At least {low} is expected", min=low)
    if high is not None and size > high:
        fail(errors, path, f"{code}_GREATER_THAN_MAX", f"At most {high} is expected", max=high)


def _type_problem(kind: str, value: Any) -> tuple[str, str] | None:
    if kind == "json":
        return None
    if kind == "boolean":
        return None if isinstance(value, bool) else ("BOOLEAN_EXPECTED", "true or false is expected")
    if kind == "integer":
        fits = isinstance(value, int) and not isinstance(value, bool)
        return None if fits else ("INTEGER_EXPECTED", "A whole number is expected")
    if kind == "float":
        return None if _is_number(value) else ("FLOAT_EXPECTED", "A number is expected")
    if not isinstance(value, str):
        return "STRING_EXPECTED", "A string is expected"
    if kind == "url" and not _is_url(value):
        return "INVALID_URL_SYNTAX", "An address is expected"
    if kind == "coordinates" and not _is_coordinates(value):
        return "INVALID_COORDINATES_SYNTAX", "\"latitude,longitude\" is expected"
    return None


def _is_url(value: str) -> bool:
    """An absolute address, or a path of the platform's own file proxy."""
    if not value or _SPACE.search(value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return bool(parts.scheme and parts.netloc) or value.startswith("/")


def _is_coordinates(value: str) -> bool:
    try:
        latitude, longitude = (float(part) for part in value.split(","))
    except ValueError:
        return False
    return -90 <= latitude <= 90 and -180 <= longitude <= 180


def difference(old: dict[str, Any], new: dict[str, Any]) -> str:
    """EQUAL, NON_BREAKING_CHANGE or BREAKING_CHANGE between two task_specs.

    Breaking, as Toloka counts major versions: a required field comes, goes or is renamed; a field changes its type, becomes required,
    gets other allowed values or another pattern, or is bound more tightly. Dropping a condition altogether is none.
    """
    parts = [(old.get(part) or {}, new.get(part) or {}) for part in ("input_spec", "output_spec")]
    if any(_is_breaking(before, after) for before, after in parts):
        return "BREAKING_CHANGE"
    return "EQUAL" if in_full(old) == in_full(new) else "NON_BREAKING_CHANGE"


def in_full(task_spec: dict[str, Any]) -> dict[str, Any]:
    """With the defaults of fields said aloud, so that two ways to write the same are equal."""
    return {**task_spec, **{part: {name: _entry_in_full(entry) for name, entry in (task_spec.get(part) or {}).items()}
                            for part in ("input_spec", "output_spec")}}


def _entry_in_full(entry: dict[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in entry.items() if value is not None}
    return {"required": True, "hidden": False, **said, "type": str(entry["type"]).lower()}


def _is_breaking(old: dict[str, Any], new: dict[str, Any]) -> bool:
    if any(_entry_in_full(old[name])["required"] for name in set(old) - set(new)):
        return True
    return any(_entry_breaks(old.get(name), entry) for name, entry in new.items())


def _entry_breaks(old: dict[str, Any] | None, new: dict[str, Any]) -> bool:
    required = _entry_in_full(new)["required"]
    if old is None:
        return bool(required)
    if str(old["type"]).lower() != str(new["type"]).lower() or (required and not _entry_in_full(old)["required"]):
        return True
    if new.get("pattern") is not None and old.get("pattern") != new["pattern"]:
        return True
    if new.get("allowed_values") is not None and not _same_values(old.get("allowed_values"), new["allowed_values"]):
        return True
    return any(_tighter(old.get(low), new.get(low), 1) or _tighter(old.get(high), new.get(high), -1) for low, high in _BOUNDS)


def _same_values(old: list[Any] | None, new: list[Any]) -> bool:
    """The same set; their order only matters to the eye."""
    return old is not None and all(_among(value, new) for value in old) and all(_among(value, old) for value in new)


def _tighter(old: float | None, new: float | None, sign: int) -> bool:
    return new is not None and (old is None or (new - old) * sign > 0)
