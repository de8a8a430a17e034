"""The pure parts: field specs, filters, comparisons, ids. No server, no database."""
import random
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, strategies as st

from sandbox import ids, specs, times
from sandbox.engine import compare
from sandbox.engine.filters import Facts, matches
from sandbox.robots import shapes
from sandbox.robots.editor import truth_of

pytestmark = pytest.mark.unit


def _errors(entry: dict[str, Any], value: Any) -> dict[str, str]:
    errors: dict[str, Any] = {}
    specs.check_values({"f": entry}, {"f": value}, "v", errors)
    return {path: error["code"] for path, error in errors.items()}


@pytest.mark.parametrize(("entry", "value", "code"), [
    ({"type": "boolean"}, True, None), ({"type": "boolean"}, 1, "BOOLEAN_EXPECTED"), ({"type": "boolean"}, "true", "BOOLEAN_EXPECTED"),
    ({"type": "integer"}, 5, None), ({"type": "integer"}, 5.5, "INTEGER_EXPECTED"), ({"type": "integer"}, True, "INTEGER_EXPECTED"),
    ({"type": "integer", "min_value": 6}, 5, "VALUE_LESS_THAN_MIN"), ({"type": "float", "max_value": 1}, 1.5, "VALUE_GREATER_THAN_MAX"),
    ({"type": "float"}, 1, None), ({"type": "float"}, "1", "FLOAT_EXPECTED"),
    ({"type": "string", "min_length": 2}, "a", "STRING_LENGTH_LESS_THAN_MIN"), ({"type": "string"}, 5, "STRING_EXPECTED"),
    ({"type": "string", "max_length": 2}, "abc", "STRING_LENGTH_GREATER_THAN_MAX"), ({"type": "string"}, "a\x00", "CHARACTER_NOT_ALLOWED"),
    ({"type": "string", "pattern": "[a-z]+"}, "abc1", "PATTERN_MISMATCH"), ({"type": "string", "pattern": "[a-z]+"}, "abc", None),
    ({"type": "string", "allowed_values": ["a"]}, "b", "VALUE_NOT_ALLOWED"),
    ({"type": "boolean", "allowed_values": [True]}, False, "VALUE_NOT_ALLOWED"),
    ({"type": "integer", "allowed_values": [1]}, 1, None), ({"type": "url"}, "https://example.com/ä.png?x=1", None),
    ({"type": "url"}, "example.com", "INVALID_URL_SYNTAX"), ({"type": "url"}, "https://exa mple.com", "INVALID_URL_SYNTAX"),
    ({"type": "url"}, "http://[::1", "INVALID_URL_SYNTAX"), ({"type": "URL"}, "/proxy/a.png", None),
    ({"type": "coordinates"}, "55.7, 37.6", None), ({"type": "coordinates"}, "95,0", "INVALID_COORDINATES_SYNTAX"),
    ({"type": "json"}, {"any": [1, None]}, None), ({"type": "string", "required": False}, None, None),
    ({"type": "string"}, None, "VALUE_REQUIRED"), ({"type": "file"}, "attachment", None), ({"type": "file"}, 1, "STRING_EXPECTED"),
])
def test_a_value_has_its_type_and_bounds(entry: dict[str, Any], value: Any, code: str | None) -> None:
    assert _errors(entry, value) == ({"v.f": code} if code else {})


def test_arrays_are_checked_by_size_and_by_item() -> None:
    entry = {"type": "array_integer", "min_size": 2, "max_size": 3, "max_value": 9}
    assert _errors(entry, [1, 2]) == {}
    assert _errors(entry, [1]) == {"v.f": "ARRAY_SIZE_LESS_THAN_MIN"}
    assert _errors(entry, [1, 2, 3, 4]) == {"v.f": "ARRAY_SIZE_GREATER_THAN_MAX"}
    assert _errors(entry, [1, "x", 10]) == {"v.f.1": "INTEGER_EXPECTED", "v.f.2": "VALUE_GREATER_THAN_MAX"}
    assert _errors(entry, 1) == {"v.f": "ARRAY_EXPECTED"}


@pytest.mark.parametrize(("spec", "path"), [
    (None, "s"), ([], "s"), ({"f": "string"}, "s.f"), ({"f": {"type": "picture"}}, "s.f.type"), ({"f": {}}, "s.f.type"),
    ({"f": {"type": "string", "required": "yes"}}, "s.f.required"), ({"f": {"type": "string", "pattern": "("}}, "s.f.pattern"),
    ({"f": {"type": "integer", "min_value": 5, "max_value": 4}}, "s.f.min_value"),
    ({"f": {"type": "float", "min_value": "a"}}, "s.f.min_value"),
    ({"f": {"type": "string", "allowed_values": "ab"}}, "s.f.allowed_values"),
])
def test_a_spec_is_well_formed(spec: Any, path: str) -> None:
    errors: dict[str, Any] = {}
    specs.check_spec(spec, "s", errors)
    assert list(errors) == [path]


A = {"type": "string"}


@pytest.mark.parametrize(("old", "new", "level"), [
    ({"a": A}, {"a": A}, "EQUAL"), ({"a": A}, {"a": {**A, "hidden": True}}, "NON_BREAKING_CHANGE"),
    ({"a": A}, {"a": A, "b": A}, "BREAKING_CHANGE"), ({"a": A}, {"a": A, "b": {**A, "required": False}}, "NON_BREAKING_CHANGE"),
    ({"a": A, "b": A}, {"a": A}, "BREAKING_CHANGE"), ({"a": {**A, "required": False}}, {"a": A}, "BREAKING_CHANGE"),
    ({"a": A}, {"a": {**A, "required": False}}, "NON_BREAKING_CHANGE"), ({"a": A}, {"a": {"type": "url"}}, "BREAKING_CHANGE"),
    ({"a": A}, {"a": {**A, "max_length": 5}}, "BREAKING_CHANGE"),
    ({"a": {**A, "max_length": 5}}, {"a": {**A, "max_length": 4}}, "BREAKING_CHANGE"),
    ({"a": {**A, "max_length": 5}}, {"a": {**A, "max_length": 6}}, "NON_BREAKING_CHANGE"),
    ({"a": {**A, "min_length": 5}}, {"a": {**A, "min_length": 6}}, "BREAKING_CHANGE"),
    ({"a": {**A, "allowed_values": ["x"]}}, {"a": {**A, "allowed_values": ["x", "y"]}}, "BREAKING_CHANGE"),
])
def test_an_edit_of_a_spec_breaks_or_does_not(old: dict, new: dict, level: str) -> None:
    assert specs.difference({"input_spec": old, "output_spec": {}}, {"input_spec": new, "output_spec": {}}) == level


@pytest.mark.parametrize(("have", "operator", "want", "result"), [
    (5, "EQ", 5, True), (5, "NE", 5, False), (5, "GT", 4, True), (5, "GTE", 5, True), (5, "LT", 5, False), (5, "LTE", 5, True),
    (None, "EQ", None, True), (5, "EQ", None, False), (5, "NE", None, True), (None, "NE", None, False),
    (None, "EQ", 5, False), (None, "NE", 5, True), (None, "GT", 5, False), (None, "LTE", 5, False), (None, "IN", 5, False),
    (None, "NOT_IN", 5, True), (["EN", "DE"], "IN", "DE", True), (["EN"], "NOT_IN", "DE", True), (["EN", "DE"], "NOT_IN", "DE", False),
    (84, "IN", 84, True), ([1, 84], "IN", 84, True), ("a", "GT", 5, False), (5, "GT", None, False),
])
def test_comparisons(have: Any, operator: str, want: Any, result: bool) -> None:
    assert compare.holds(have, operator, want) is result


def _condition(category: str, key: str, operator: str, value: Any) -> dict[str, Any]:
    return {"category": category, "key": key, "operator": operator, "value": value}


def test_filters_nest_and_read_empty_groups() -> None:
    person = Facts({"country": "DE", "languages": ["EN", "DE"], "date_of_birth": "1990-01-01"}, {"os_version": 10.5},
                   {"26366": 100, "7": 40})
    german = _condition("profile", "country", "EQ", "DE")
    french = _condition("profile", "country", "EQ", "FR")
    assert matches(None, person) and matches({}, person) and matches({"and": []}, person)
    assert not matches({"or": []}, person)
    assert matches({"or": [french, {"and": [german, {"or": [french, german]}]}]}, person)
    assert not matches({"and": [german, french]}, person)
    assert matches(_condition("profile", "date_of_birth", "LT", 700_000_000), person)
    assert not matches(_condition("profile", "date_of_birth", "LT", 600_000_000), person)
    assert matches(_condition("computed", "os_version", "GTE", 10), person)
    assert matches({"and": [_condition("profile", "languages", "IN", "EN"), _condition("skill", "26366", "EQ", 100)]}, person)
    assert matches(_condition("skill", "7", "NE", None), person) and matches(_condition("skill", "8", "EQ", None), person)
    assert not matches(_condition("skill", "8", "LT", 50), person)


@given(st.integers(1, 2**36), st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)))
def test_ids_have_one_width_and_ascend(pool: int, moment: datetime) -> None:
    at = moment.replace(tzinfo=UTC)
    made = [ids.new_pool_item_id(pool, at) for _ in range(5)]
    assert made == sorted(set(made)) and all(re.fullmatch("[0-9a-f]{10}--[0-9a-f]{24}", key) for key in made)
    assert {int(key.partition("--")[0], 16) for key in made} == {pool}


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)))
def test_times_are_read_as_they_are_written(moment: datetime) -> None:
    at = moment.replace(tzinfo=UTC, microsecond=moment.microsecond // 1000 * 1000)
    assert times.read(times.show(at)) == at
    assert times.read(at.isoformat()) == at


@given(st.integers(), st.floats(0, 1), st.booleans())
def test_whatever_a_robot_draws_lies_in_the_picture(seed: int, accuracy: float, spams: bool) -> None:
    truth = [{"type": "rectangle", "label": "a", "points": [0, 0, 1, 1]},
             {"type": "polygon", "label": "b", "points": [5, 5, 60, 5, 30, 40]},
             {"type": "points", "label": "a", "points": [63, 47]}]
    for shape in shapes.drawn(truth, ["a", "b"], (64.0, 48.0), random.Random(seed), accuracy, spams):
        assert all(0 <= value <= (64, 48)[index % 2] for index, value in enumerate(shape["points"]))
        if shape["type"] == "rectangle":
            x1, y1, x2, y2 = shape["points"]
            assert x1 < x2 and y1 < y2
        for wanted in ("rectangle", "polygon", "polyline", "points", "ellipse", "mask"):
            assert shapes.as_type(shape, wanted)["type"] == wanted


@pytest.mark.parametrize("name", ["cat.jpg", "photos/cat.jpg", "https://example.com/x/cat.jpg?size=2"])
def test_a_picture_is_known_by_name_or_address(name: str) -> None:
    known = [{"type": "rectangle", "label": "cat", "points": [0, 0, 1, 1]}]
    assert truth_of({"cat.jpg": known}, name) == known
    assert truth_of({"https://other.example/cat.jpg": known}, name) == known
    assert truth_of({"dog.jpg": known}, name) is None
