"""The filter language: what is taken, what is refused and where, and how it reads."""
import json
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from crowdsourcing.audience import AudienceError, catalogue, clean, sentence
from crowdsourcing.audience.fields import Field, fields, language_skills, languages, regions

pytestmark = pytest.mark.unit

ENGLISH = {"category": "profile", "key": "languages", "operator": "IN", "value": "EN"}
TESTED = {"category": "skill", "key": "26366", "operator": "EQ", "value": 100}
GERMANY = {"category": "profile", "key": "country", "operator": "EQ", "value": "DE"}
FRANCE = {"category": "profile", "key": "country", "operator": "EQ", "value": "FR"}
HIGHER = {"category": "profile", "key": "education", "operator": "EQ", "value": "HIGH"}


def values_of(known: Field, operator: str) -> st.SearchStrategy[Any]:
    if known.kind == "choice":
        return st.sampled_from(sorted(known.choices))
    if known.kind == "bool":
        return st.booleans()
    if known.kind == "region":
        return st.integers(1, 200_000)
    if known.kind == "date":
        return st.integers(-2_000_000_000, 1_700_000_000)
    if known.kind == "skill":
        numbers = st.integers(0, 100) | st.floats(0, 100)
        return numbers | st.none() if operator in ("EQ", "NE") else numbers
    return st.integers(0, 200) if known.kind == "integer" else st.integers(0, 200) | st.floats(0, 200)


@st.composite
def conditions(draw: Any) -> dict[str, Any]:
    known = draw(st.sampled_from(list(fields().values())))
    operator = draw(st.sampled_from(known.operators))
    key = known.key or str(draw(st.integers(1, 99_999)))
    return {"category": known.category, "key": key, "operator": operator, "value": draw(values_of(known, operator))}


def groups(members: st.SearchStrategy[Any], least: int) -> st.SearchStrategy[Any]:
    return st.builds(lambda word, nodes: {word: nodes}, st.sampled_from(["and", "or"]), st.lists(members, min_size=least, max_size=3))


full = groups(st.recursive(conditions(), lambda inner: groups(inner, 1), max_leaves=8), 1)
holey = st.recursive(conditions() | st.just({"and": []}) | st.just({"or": []}), lambda inner: groups(inner, 0), max_leaves=10)


@given(full)
@settings(max_examples=150, deadline=None)
def test_every_filter_of_the_grammar_passes_unchanged(value: dict[str, Any]) -> None:
    assert clean(value) == value
    assert clean(json.loads(json.dumps(value))) == value


@given(holey)
@settings(max_examples=150, deadline=None)
def test_what_comes_out_has_no_empty_group_and_passes_again(value: dict[str, Any]) -> None:
    once = clean(value)
    assert clean(once) == once
    text = json.dumps(once)
    assert '"and": []' not in text and '"or": []' not in text


@given(full)
@settings(max_examples=100, deadline=None)
def test_every_filter_has_a_sentence(value: dict[str, Any]) -> None:
    text = sentence(value)
    assert text.startswith("Tolokers who ") and text.endswith(".")
    assert text.count("(") == text.count(")")


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just(float("nan")),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                        st.sampled_from(["and", "or", "category", "key", "operator", "value", "x"]), inner, max_size=4), max_leaves=12))
@settings(max_examples=300, deadline=None)
def test_no_input_does_worse_than_a_sentence_at_a_path(value: Any) -> None:
    try:
        result = clean(value)
    except AudienceError as error:
        assert error.errors and all(isinstance(text, str) and text for text in error.errors.values())
    else:
        assert result == {} or list(result) in (["and"], ["or"])


@pytest.mark.parametrize("value", [None, {}, "", [], {"and": []}, {"or": []}, {"and": [{"or": []}, {"and": [{"or": []}]}]}])
def test_nothing_means_everyone(value: Any) -> None:
    assert clean(value) == {}
    assert sentence(clean(value)) == "All Tolokers."


def test_a_bare_condition_is_wrapped() -> None:
    assert clean(ENGLISH) == {"and": [ENGLISH]}


@pytest.mark.parametrize(("value", "path", "word"), [
    ({"and": [ENGLISH, {"or": [GERMANY, FRANCE | {"value": "Frankreich"}]}]}, "and.1.or.1.value", "Country"),
    ({"and": [ENGLISH | {"operator": "EQ"}]}, "and.0.operator", "IN, NOT_IN"),
    ({"and": [ENGLISH | {"key": "tongue"}]}, "and.0.key", "no filter"),
    ({"and": [ENGLISH | {"category": ["profile"]}]}, "and.0.key", "no filter"),
    ({"and": [ENGLISH | {"value": ["EN", "DE"]}]}, "and.0.value", "Language"),
    ({"and": [{"category": "profile", "key": "country"}]}, "and.0", "missing operator, value"),
    ({"and": [GERMANY | {"weight": 1}]}, "and.0", "unknown weight"),
    ({"and": [GERMANY], "or": [FRANCE]}, "", "exactly one"),
    ({"and": GERMANY}, "and", "list"),
    ({"and": ["DE"]}, "and.0", "group"),
    ({"and": [TESTED | {"value": 101}]}, "and.0.value", "0 to 100"),
    ({"and": [TESTED | {"value": True}]}, "and.0.value", "0 to 100"),
    ({"and": [TESTED | {"value": float("nan")}]}, "and.0.value", "0 to 100"),
    ({"and": [TESTED | {"operator": "GT", "value": None}]}, "and.0.value", "number"),
    ({"and": [TESTED | {"key": "english"}]}, "and.0.key", "number"),
    ({"and": [{"category": "profile", "key": "adult_allowed", "operator": "EQ", "value": "true"}]}, "and.0.value", "true or false"),
    ({"and": [{"category": "profile", "key": "date_of_birth", "operator": "LTE", "value": "2000-01-01"}]}, "and.0.value", "date"),
    ({"and": [{"category": "computed", "key": "region_by_ip", "operator": "IN", "value": "84"}]}, "and.0.value", "region"),
])
def test_a_fault_is_named_where_it_is(value: Any, path: str, word: str) -> None:
    with pytest.raises(AudienceError) as caught:
        clean(value)
    assert list(caught.value.errors) == [path]
    assert word in caught.value.errors[path]


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(AudienceError) as caught:
        clean({"and": [GERMANY | {"value": "xx"}, ENGLISH, {"or": [HIGHER | {"value": 3}]}]})
    assert list(caught.value.errors) == ["and.0.value", "and.2.or.0.value"]


def test_too_deep_and_too_long_are_refused() -> None:
    deep: Any = GERMANY
    for _ in range(13):
        deep = {"and": [deep]}
    with pytest.raises(AudienceError, match="12 deep"):
        clean(deep)
    with pytest.raises(AudienceError, match="10,000 characters"):
        clean({"or": [GERMANY] * 150})


@pytest.mark.parametrize(("value", "text"), [
    ({"and": [ENGLISH, HIGHER]}, "Tolokers who speak English and have higher education."),
    ({"and": [{"and": [ENGLISH, TESTED]}, {"or": [GERMANY, FRANCE]}]},
     "Tolokers who speak English (verified) and (live in Germany or live in France)."),
    ({"and": [ENGLISH, TESTED]}, "Tolokers who speak English and have skill 26366 at exactly 100."),
    ({"or": [{"category": "skill", "key": "7", "operator": "NE", "value": None}]}, "Tolokers who have skill 7."),
    ({"or": [{"category": "skill", "key": "7", "operator": "GTE", "value": 80.0}]}, "Tolokers who have skill 7 at least 80."),
    ({"and": [{"category": "profile", "key": "adult_allowed", "operator": "NE", "value": True}]},
     "Tolokers who did not agree to adult content."),
    ({"and": [{"category": "computed", "key": "region_by_phone", "operator": "NOT_IN", "value": 84}]},
     "Tolokers who have no phone number of United States."),
    ({"and": [{"category": "computed", "key": "device_category", "operator": "EQ", "value": "PERSONAL_COMPUTER"}]},
     "Tolokers who use a personal computer."),
])
def test_it_reads_as_a_sentence(value: dict[str, Any], text: str) -> None:
    assert sentence(clean(value)) == text


def test_age_is_told_with_the_date_that_is_sent() -> None:
    value = {"and": [{"category": "profile", "key": "date_of_birth", "operator": "LTE", "value": 0}]}
    assert "years old (born on or before 1970-01-01)" in sentence(clean(value))


def test_the_tables_hold_what_the_platform_documents() -> None:
    assert regions()[84] == "United States" and regions()[96] == "Germany"
    assert language_skills()["EN"] == "26366" and set(language_skills()) <= set(languages())
    assert len(catalogue()["fields"]) == len(fields())


def test_the_tested_languages_are_those_of_the_platforms_client() -> None:
    from toloka.client.filter import Languages

    assert language_skills() == Languages.VERIFIED_LANGUAGES_TO_SKILLS


@given(full)
@settings(max_examples=50, deadline=None)
def test_the_platforms_client_takes_and_returns_it_unchanged(value: dict[str, Any]) -> None:
    from toloka.client import structure, unstructure
    from toloka.client.filter import FilterCondition

    assert unstructure(structure(value, FilterCondition)) == value
