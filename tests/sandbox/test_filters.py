"""Audience filters: every key and operator, regions inside regions, and toloka-kit's own builders against a naive reading of them."""
from typing import Any

import pytest
import toloka.client as toloka
import toloka.client.filter as kit
from hypothesis import given, settings, strategies as st

from sandbox.engine import regions
from sandbox.engine.filters import OPERATORS, Facts, matches
from sandbox.forms.filters import check_filter
from tests.sandbox.conftest import Shop, refused

unit = pytest.mark.unit
ANNA = Facts(
    profile={"gender": "FEMALE", "country": "DE", "citizenship": "FR", "education": "HIGH", "adult_allowed": True, "verified": False,
             "date_of_birth": "1990-01-01", "city": 177, "languages": ["EN", "DE"]},
    computed={"region_by_phone": 225, "region_by_ip": 213, "device_category": "SMARTPHONE", "client_type": "TOLOKA_APP",
              "os_family": "ANDROID", "os_version": 14.4, "os_version_major": 14, "os_version_minor": 4, "os_version_bugfix": 0,
              "user_agent_type": "MOBILE_BROWSER", "user_agent_family": "CHROME_MOBILE", "user_agent_version": 120.5,
              "user_agent_version_major": 120, "user_agent_version_minor": 5, "user_agent_version_bugfix": 2},
    skills={"7": 59.7})
NOBODY = Facts()


def _one(category: str, key: Any, operator: str, *value: Any) -> dict[str, Any]:
    return {"category": category, "key": key, "operator": operator, **({"value": value[0]} if value else {})}


@unit
@pytest.mark.parametrize(("category", "key", "same", "other"), [
    ("profile", "gender", "FEMALE", "MALE"), ("profile", "country", "DE", "FR"), ("profile", "citizenship", "FR", "DE"),
    ("profile", "education", "HIGH", "BASIC"), ("profile", "adult_allowed", True, False), ("profile", "verified", False, True),
    ("computed", "device_category", "SMARTPHONE", "TABLET"), ("computed", "client_type", "TOLOKA_APP", "BROWSER"),
    ("computed", "os_family", "ANDROID", "IOS"), ("computed", "user_agent_type", "MOBILE_BROWSER", "OTHER"),
    ("computed", "user_agent_family", "CHROME_MOBILE", "SAFARI"), ("profile", "date_of_birth", 631152000, 0),
    ("computed", "os_version", 14.4, 14), ("computed", "os_version_bugfix", 0, 1), ("computed", "user_agent_version", 120.5, 1),
    ("skill", "7", 59.7, 59),
])
def test_equal_and_not_equal(category: str, key: str, same: Any, other: Any) -> None:
    for facts, operator, value, expected in ((ANNA, "EQ", same, True), (ANNA, "EQ", other, False), (ANNA, "NE", same, False),
                                             (ANNA, "NE", other, True), (NOBODY, "EQ", same, False), (NOBODY, "NE", same, True)):
        assert matches(_one(category, key, operator, value), facts) is expected, (operator, value)


@unit
@pytest.mark.parametrize(("category", "key", "value"), [
    ("profile", "date_of_birth", 631152000), ("skill", "7", 59.7), ("skill", 7, "59.7"),
    *(("computed", key, ANNA.computed[key]) for key in OPERATORS["computed"] if key in ANNA.computed and "version" in key)])
def test_larger_and_smaller(category: str, key: Any, value: Any) -> None:
    number = float(value)
    for operator, below, same, above in (("GT", True, False, False), ("GTE", True, True, False), ("LT", False, False, True),
                                         ("LTE", False, True, True)):
        found = [matches(_one(category, key, operator, limit), ANNA) for limit in (number - 1, value, number + 1)]
        assert found == [below, same, above], operator
        assert not matches(_one(category, key, operator, value), NOBODY)


@unit
@pytest.mark.parametrize(("key", "inside", "outside"), [
    ("region_by_ip", (213, 1, 3, 225, 10001, 10000, "225"), (2, 84, 111, 99999)), ("region_by_phone", (225, 10001, 10000), (213, 1, 84)),
    ("city", (177, 96, 111, 10001, 10000), (10393, 102, 183)),
])
def test_a_region_is_itself_and_all_it_lies_in(key: str, inside: tuple[Any, ...], outside: tuple[int, ...]) -> None:
    category = "profile" if key == "city" else "computed"
    assert all(matches(_one(category, key, "IN", region), ANNA) and not matches(_one(category, key, "NOT_IN", region), ANNA)
               for region in inside)
    assert all(matches(_one(category, key, "NOT_IN", region), ANNA) and not matches(_one(category, key, "IN", region), ANNA)
               for region in outside)
    assert not matches(_one(category, key, "IN", inside[0]), NOBODY)
    assert matches(_one(category, key, "NOT_IN", inside[0]), NOBODY)


@unit
def test_a_toloker_may_have_a_region_of_his_own_with_what_is_around_it() -> None:
    facts = Facts(computed={"region_by_ip": [555555, 213]})
    assert matches(_one("computed", "region_by_ip", "IN", 555555), facts)
    assert matches(_one("computed", "region_by_ip", "IN", 225), facts)
    assert not matches(_one("computed", "region_by_ip", "IN", 84), facts)


@unit
def test_the_regions_are_a_tree_with_tolokas_ids() -> None:
    for key in regions.known():
        chain = regions.around(key)
        assert chain[-1] == 10000 and len(set(chain)) == len(chain)
    codes = [region["country"] for region in regions.known().values() if "country" in region]
    assert len(codes) == len(set(codes)) == 220
    assert {code: regions.of_country(code) for code in ("US", "GB", "DE", "FR", "RU", "IN", "SX")} == {
        "US": 84, "GB": 102, "DE": 96, "FR": 124, "RU": 225, "IN": 994, "SX": 109724}
    assert (regions.country_of(213), regions.country_of(84), regions.country_of(10000), regions.country_of(555)) == ("RU", "US", None, None)
    assert regions.of_country("XX") is None and regions.of_country(None) is None


@unit
def test_languages_are_the_tolokers_list_one_per_condition() -> None:
    assert matches(_one("profile", "languages", "IN", "EN"), ANNA) and not matches(_one("profile", "languages", "IN", "RU"), ANNA)
    assert matches(_one("profile", "languages", "NOT_IN", "RU"), ANNA) and not matches(_one("profile", "languages", "NOT_IN", "DE"), ANNA)


@unit
@pytest.mark.parametrize("value", [(), (None,)])
def test_without_a_value_a_skill_is_had_or_not(value: tuple[None, ...]) -> None:
    assert matches(_one("skill", "8", "EQ", *value), ANNA) and not matches(_one("skill", "7", "EQ", *value), ANNA)
    assert matches(_one("skill", "7", "NE", *value), ANNA) and not matches(_one("skill", "8", "NE", *value), ANNA)


@unit
def test_what_headers_do_not_tell_is_unknown() -> None:
    assert matches(_one("computed", "device_category", "EQ", "UNKNOWN"), NOBODY)
    assert not matches(_one("computed", "device_category", "EQ", "UNKNOWN"), ANNA)


@unit
def test_empty_groups() -> None:
    assert matches({"and": []}, ANNA) and matches(None, ANNA) and matches({}, ANNA)
    errors: dict[str, Any] = {}
    check_filter({"and": [{"or": []}]}, "filter", errors)
    assert list(errors) == ["filter.and.0.or"]


VALUES = {"gender": ["MALE", "FEMALE"], "country": ["DE", "FR", "US"], "citizenship": ["DE", "FR"], "education": ["BASIC", "HIGH"],
          "adult_allowed": [True, False], "verified": [True, False], "languages": ["EN", "DE", "RU"],
          "device_category": ["SMARTPHONE", "TABLET"], "client_type": ["BROWSER", "TOLOKA_APP"], "os_family": ["ANDROID", "IOS"],
          "user_agent_type": ["BROWSER", "OTHER"], "user_agent_family": ["CHROME", "SAFARI"], "city": [177, 213, 84],
          "region_by_phone": [225, 84, 96], "region_by_ip": [213, 84, 177]}
ASKED_PLACES = [213, 225, 84, 96, 111, 10001, 10000]
WORDS = {"gender": kit.Gender, "country": kit.Country, "citizenship": kit.Citizenship, "education": kit.Education,
         "adult_allowed": kit.AdultAllowed, "verified": kit.Verified, "device_category": kit.DeviceCategory, "client_type": kit.ClientType,
         "os_family": kit.OSFamily, "user_agent_type": kit.UserAgentType, "user_agent_family": kit.UserAgentFamily}
PLACES = {"city": kit.City, "region_by_phone": kit.RegionByPhone, "region_by_ip": kit.RegionByIp}
NUMBERS = {"os_version": kit.OSVersion, "os_version_major": kit.OSVersionMajor, "os_version_minor": kit.OSVersionMinor,
           "os_version_bugfix": kit.OSVersionBugfix, "user_agent_version": kit.UserAgentVersion,
           "user_agent_version_major": kit.UserAgentVersionMajor, "user_agent_version_minor": kit.UserAgentVersionMinor,
           "user_agent_version_bugfix": kit.UserAgentVersionBugfix, "date_of_birth": kit.DateOfBirth}
MEETS = {"EQ": lambda a, b: a == b, "NE": lambda a, b: a != b, "GT": lambda a, b: a > b, "GTE": lambda a, b: a >= b,
         "LT": lambda a, b: a < b, "LTE": lambda a, b: a <= b}
numbers = st.integers(0, 3)


def _compared(key: Any, operator: str, value: Any) -> Any:
    return getattr(key, operator.lower())(value)


conditions = st.one_of(
    st.sampled_from(sorted(WORDS)).flatmap(lambda key: st.builds(
        _compared, st.just(WORDS[key]), st.sampled_from(["EQ", "NE"]), st.sampled_from(VALUES[key]))),
    st.builds(lambda key, member, region: (key.in_ if member else key.not_in)(region), st.sampled_from(list(PLACES.values())),
              st.booleans(), st.sampled_from(ASKED_PLACES)),
    st.builds(lambda member, languages: (kit.Languages.in_ if member else kit.Languages.not_in)(languages), st.booleans(),
              st.sampled_from(["EN", "DE", ["EN", "RU"], ["DE"]])),
    st.builds(_compared, st.sampled_from(list(NUMBERS.values())), st.sampled_from(sorted(MEETS)), numbers),
    st.builds(lambda skill, operator, value: _compared(kit.Skill(skill), operator, value), st.sampled_from(["1", "2"]),
              st.sampled_from(sorted(MEETS)), numbers),
    st.builds(lambda skill, operator: _compared(kit.Skill(skill), operator, None), st.sampled_from(["1", "2", "3"]),
              st.sampled_from(["EQ", "NE"])),
)
filters = st.recursive(conditions, lambda inner: st.one_of(
    st.lists(inner, min_size=1, max_size=3).map(lambda nodes: kit.FilterAnd(and_=nodes)),
    st.lists(inner, min_size=1, max_size=3).map(lambda nodes: kit.FilterOr(or_=nodes)),
    st.tuples(inner, inner).map(lambda pair: pair[0] & pair[1]), st.tuples(inner, inner).map(lambda pair: pair[0] | pair[1]),
    inner.map(lambda node: ~node)), max_leaves=8)
# Somebody of whom everything is known: two skills, and never the third.
people = st.builds(
    lambda words, known: Facts(
        profile={**{key: words[key] for key in OPERATORS["profile"] if key in words}, "date_of_birth": known["date_of_birth"]},
        computed={**{key: words[key] for key in OPERATORS["computed"] if key in words}, **known},
        skills={"1": known["a"], "2": known["b"]}),
    st.fixed_dictionaries({key: st.lists(st.sampled_from(choice), min_size=1, max_size=2, unique=True) if key == "languages"
                           else st.sampled_from(choice) for key, choice in VALUES.items()}),
    st.fixed_dictionaries(dict.fromkeys((*NUMBERS, "a", "b"), numbers)))
INSIDE = {213: {213, 1, 3, 225, 10001, 10000}, 225: {225, 10001, 10000}, 84: {84, 10002, 10000}, 96: {96, 111, 10001, 10000},
          177: {177, 96, 111, 10001, 10000}}


def _as_json(node: Any) -> dict[str, Any]:
    """What toloka-kit sends for a pool with this filter."""
    return toloka.Pool(project_id="1", filter=node).unstructure()["filter"]


def _naive(node: Any, person: Facts) -> bool:
    if isinstance(node, kit.FilterAnd):
        return all(_naive(child, person) for child in node)
    if isinstance(node, kit.FilterOr):
        return any(_naive(child, person) for child in node)
    sent = node.unstructure()
    key, operator, value = sent["key"], sent["operator"], sent.get("value")
    if sent["category"] == "skill":
        if value is None:
            return (key in person.skills) == (operator == "NE")
        return MEETS[operator](person.skills[key], value)
    have = (person.profile if sent["category"] == "profile" else person.computed)[key]
    if key == "languages":
        return (value in have) == (operator == "IN")
    if key in PLACES:
        return (value in INSIDE[have]) == (operator == "IN")
    return MEETS[operator](have, value)


@unit
@given(filters, people)
@settings(max_examples=120, deadline=None)
def test_the_kits_filters_mean_what_they_say(node: Any, person: Facts) -> None:
    assert matches(_as_json(node), person) is _naive(node, person)


@unit
@given(filters, people)
@settings(max_examples=60, deadline=None)
def test_the_kits_opposite_lets_in_exactly_the_others(node: Any, person: Facts) -> None:
    assert matches(_as_json(~node), person) is not matches(_as_json(node), person)


@unit
@given(filters)
@settings(max_examples=60, deadline=None)
def test_the_kits_filters_are_well_formed(node: Any) -> None:
    errors: dict[str, Any] = {}
    check_filter(_as_json(node), "filter", errors)
    assert errors == {}


@unit
@given(conditions)
def test_of_somebody_unknown_only_denials_hold(node: Any) -> None:
    def leaves(part: Any) -> list[Any]:
        return [leaf for child in part for leaf in leaves(child)] if isinstance(part, (kit.FilterAnd, kit.FilterOr)) else [part]

    for leaf in leaves(node):
        sent = leaf.unstructure()
        denies = sent["operator"] in ("NE", "NOT_IN")
        has_not = sent["category"] == "skill" and sent.get("value") is None
        assert matches(sent, NOBODY) is (denies != has_not)


@unit
@pytest.mark.parametrize(("node", "path", "code"), [
    (_one("profile", "gender", "EQ", "CAT"), "value", "UNKNOWN_ENUM_VALUE"),
    (_one("profile", "gender", "IN", "MALE"), "operator", "VALUE_NOT_ALLOWED"),
    (_one("profile", "country", "EQ", "Germany"), "value", "STRING_LENGTH_OUT_OF_BOUNDS"),
    (_one("profile", "country", "EQ", 84), "value", "STRING_EXPECTED"),
    (_one("profile", "languages", "EQ", "EN"), "operator", "VALUE_NOT_ALLOWED"),
    (_one("profile", "languages", "IN", ["EN"]), "value", "SIMPLE_VALUE_EXPECTED"),
    (_one("profile", "languages", "IN", " "), "value", "BLANK_STRING_NOT_ALLOWED"),
    (_one("profile", "adult_allowed", "EQ", "true"), "value", "BOOLEAN_EXPECTED"),
    (_one("profile", "city", "IN", "Berlin"), "value", "INTEGER_EXPECTED"),
    (_one("computed", "region_by_ip", "IN", 8.4), "value", "INTEGER_EXPECTED"),
    (_one("computed", "region_by_ip", "IN", True), "value", "INTEGER_EXPECTED"),
    (_one("computed", "os_version", "GT", "new"), "value", "FLOAT_EXPECTED"),
    (_one("computed", "os_version", "GT", "nan"), "value", "FLOAT_EXPECTED"),
    (_one("computed", "os_version", "GT"), "value", "VALUE_REQUIRED"), (_one("skill", "7", "GT"), "value", "VALUE_REQUIRED"),
    (_one("skill", "seven", "GT", 1), "key", "UNKNOWN_ENUM_VALUE"), (_one("skill", "7", "GT", True), "value", "FLOAT_EXPECTED"),
    (_one("magic", "7", "GT", 1), "category", "UNKNOWN_ENUM_VALUE"), (_one("profile", "shoe_size", "EQ", 1), "key", "UNKNOWN_ENUM_VALUE"),
    (_one("profile", "country", "eq", "DE"), "operator", "VALUE_NOT_ALLOWED"), ({"and": [], "or": []}, "", "MAX_ONE_PROPERTY_ALLOWED"),
    ({"and": {}}, "and", "ARRAY_EXPECTED"), ([], "", "OBJECT_EXPECTED"), ({"key": "country"}, "category", "VALUE_REQUIRED"),
    ({"and": [_one("profile", "country", "EQ", "x" * 10_000)]}, "", "STRING_LENGTH_GREATER_THAN_MAX"),
])
def test_a_filter_is_checked(node: Any, path: str, code: str) -> None:
    errors: dict[str, Any] = {}
    check_filter(node, "filter", errors)
    assert {key: error["code"] for key, error in errors.items()} == {f"filter.{path}".rstrip("."): code}


def _lets_in(shop: Shop, node: Any, profile: dict[str, Any] | None = None, **computed: Any) -> bool:
    client: toloka.TolokaClient = shop.requester.client()
    pool = client.get_pool(shop.pool())
    pool.filter = node
    made = client.create_pool(pool)
    assert made.filter.unstructure() == _as_json(node)
    shop.tasks(made.id, 1, "allow_defaults=true&open_pool=true")
    toloker = shop.sandbox.create_toloker(profile=profile, **computed)
    if made.id in toloker.pools():
        assert toloker.take(made.id)["tasks"]
        return True
    with refused("ACCESS_DENIED", 403):
        toloker.take(made.id)
    return False


@pytest.mark.parametrize(("node", "who", "enters"), [
    (kit.RegionByIp.in_(111), {"profile": {"country": "DE"}}, True), (kit.RegionByIp.in_(111), {"profile": {"country": "US"}}, False),
    (kit.RegionByIp.in_(111), {"profile": {"country": "US"}, "region_by_ip": 177}, True), (kit.City.in_(84), {}, True),
    (kit.City.in_(96), {"profile": {"country": "DE"}}, True), (kit.RegionByPhone.not_in(10001), {"region_by_phone": 213}, False),
    (kit.Languages.in_(["DE", "EN"], verified=True), {"profile": {"languages": ["DE"], "verified_languages": ["DE"]}}, True),
    (kit.Languages.in_(["DE", "EN"], verified=True), {"profile": {"languages": ["DE"], "verified_languages": ["EN"]}}, False),
    (~kit.Languages.in_(["DE", "EN"]), {"profile": {"languages": ["FR"]}}, True),
    (kit.DateOfBirth < 0, {"profile": {"date_of_birth": "1960-05-05"}}, True),
    (kit.Skill("26366") == None, {}, True), (kit.Skill("26366") != None, {}, False),  # noqa: E711
])
def test_a_pool_lets_in_whom_its_filter_names(shop: Shop, node: Any, who: dict[str, Any], enters: bool) -> None:
    assert _lets_in(shop, node, **who) is enters


@pytest.mark.parametrize(("body", "path"), [
    ({"profile": {"city": "Berlin"}}, "profile.city"), ({"computed": {"region_by_ip": [84, None]}}, "computed.region_by_ip"),
    ({"computed": {"region_by_phone": {"id": 84}}}, "computed.region_by_phone")])
def test_a_toloker_names_regions_by_their_ids(shop: Shop, body: dict[str, Any], path: str) -> None:
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.sandbox.control.call("POST", "/worker/v1/tolokers", body)
    assert refusal.payload[path]["code"] == "INTEGER_EXPECTED"


@unit
def test_every_version_of_the_kit_is_known() -> None:
    assert set(NUMBERS) - {"date_of_birth"} == {key for key in OPERATORS["computed"] if "version" in key}
