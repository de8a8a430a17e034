"""The grammar of quality rules: what the platform takes goes through unchanged, everything else is refused in words."""
import copy
from typing import Any

import pytest

from crowdsourcing import rules
from crowdsourcing.rules import catalogue, merging, presets
from sandbox.engine.quality import catalogue as platform

SKILL = "100024"
NAMES = {SKILL: "Road signs"}


def rule(kind: str, condition: dict[str, Any], action: dict[str, Any], parameters: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    return [catalogue.config_of(kind, parameters or {}, [condition], action)]


def above(key: str, value: Any = 1, operator: str = "GT") -> dict[str, Any]:
    return {"key": key, "operator": operator, "value": value}


BAN = presets.often_rejected()["rules"][0]["action"]


def problems(value: Any) -> dict[str, str]:
    with pytest.raises(rules.RulesError) as caught:
        rules.clean(value)
    return caught.value.errors


def test_the_table_is_the_platforms() -> None:
    assert set(catalogue.COLLECTORS) == set(platform.CONDITIONS)
    assert set(catalogue.ACTIONS) == set(platform.ACTIONS)
    for kind, keys in platform.CONDITIONS.items():
        collector = catalogue.COLLECTORS[kind]
        assert {fact.key for fact in collector.facts} == set(keys)
        assert {action.type for action in catalogue.actions_of(collector)} == set(platform.actions_of(kind))
        if "SET_SKILL_FROM_OUTPUT_FIELD" in collector.actions:
            assert set(collector.rates) == set(platform.RATES[kind])


@pytest.mark.parametrize("kind", catalogue.COLLECTORS)
def test_every_collector_with_every_action_is_taken_and_worded(kind: str) -> None:
    collector = catalogue.COLLECTORS[kind]
    parameters = catalogue.defaults(collector.parameters)
    for fact in collector.facts:
        value = SKILL if fact.kind == "skill" else fact.default
        for operator in fact.operators:
            for action in catalogue.actions_of(collector):
                given = catalogue.defaults(catalogue.parameters_of(action, collector))
                given |= {"skill_id": SKILL} if action.type.startswith("SET_SKILL") else {}
                wanted = rule(kind, above(fact.key, value, operator), {"type": action.type, **({"parameters": given} if given else {})},
                              parameters)
                assert rules.clean(copy.deepcopy(wanted)) == wanted
                text = rules.sentences(wanted, NAMES)[0]
                assert text.startswith("When ") and text.endswith(".") and "None" not in text
                assert "_" not in text


def test_the_ready_made_rules_read_like_this() -> None:
    assert rules.sentences(rules.clean(presets.example_rules(SKILL)), NAMES) == [
        "When a Toloker has more than 2 reviewed jobs and more than 35 % rejected jobs: "
        "ban the Toloker from all your projects for 15 days.",
        "When a Toloker has more than 1 fast job (fast: sooner than 20 seconds; among the last 5): "
        "ban the Toloker from all your projects for 10 days.",
        "When a Toloker has more than 0 finished jobs: set the Toloker’s skill “Road signs” to 1.",
        "When an attempt at a job is reviewed and the review is rejected: offer the job to 1 more Toloker and open the pool."]


@pytest.mark.parametrize(("value", "path", "words"), [
    ({}, "", "Must be a list"),
    ([7], "0", "Must be an object"),
    (rule("SHOE_SIZE", above("x"), BAN), "0.collector_config.type", "no collector SHOE_SIZE"),
    (rule("ANSWER_COUNT", above("fail_rate"), BAN), "0.rules.0.conditions.0.key", "does not know fail_rate"),
    (rule("ANSWER_COUNT", above("assignments_accepted_count", 1.5), BAN), "0.rules.0.conditions.0.value", "a whole number, 0 or more"),
    (rule("ACCEPTANCE_RATE", above("rejected_assignments_rate", 101), BAN), "0.rules.0.conditions.0.value", "per cent, from 0 to 100"),
    (rule("ACCEPTANCE_RATE", above("rejected_assignments_rate", float("nan")), BAN), "0.rules.0.conditions.0.value", "per cent"),
    (rule("ANSWER_COUNT", above("assignments_accepted_count", 1, "IN"), BAN), "0.rules.0.conditions.0.operator", "GT, GTE, LT"),
    (rule("ASSIGNMENTS_ASSESSMENT", above("assessment_event", "REJECT", "GT"), presets.reissue()["rules"][0]["action"]),
     "0.rules.0.conditions.0.operator", "EQ, NE"),
    (rule("ANSWER_COUNT", above("assignments_accepted_count"), presets.reissue()["rules"][0]["action"]),
     "0.rules.0.action.type", "is about a job, and “Number of finished jobs” is about a Toloker"),
    (rule("ASSIGNMENTS_ASSESSMENT", above("assessment_event", "REJECT", "EQ"), BAN), "0.rules.0.action.type", "is about a Toloker, and"),
    (rule("INCOME", above("income_sum_for_last_24_hours"), {"type": "SET_SKILL_FROM_OUTPUT_FIELD", "parameters": {
        "skill_id": SKILL, "from_field": "success_rate"}}), "0.rules.0.action.type", "needs a share"),
    (rule("ANSWER_COUNT", above("assignments_accepted_count"), {"type": "SET_SKILL", "parameters": {"skill_value": 1}}),
     "0.rules.0.action.parameters.skill_id", "choose a skill, or make one first"),
    (rule("ANSWER_COUNT", above("assignments_accepted_count"), {"type": "SET_SKILL", "parameters": {"skill_id": "9", "skill_value": 101}}),
     "0.rules.0.action.parameters.skill_value", "from 0 to 100"),
    (rule("ASSIGNMENT_SUBMIT_TIME", above("fast_submitted_count"), BAN), "0.collector_config.parameters.fast_submit_threshold_seconds",
     "fill this in"),
    (rule("ASSIGNMENT_SUBMIT_TIME", above("fast_submitted_count", 5), BAN, {"history_size": 5, "fast_submit_threshold_seconds": 9}),
     "0.rules.0.conditions.0.value", "never so many"),
    (rule("ANSWER_COUNT", above("assignments_accepted_count"), BAN, {"history_size": 5}), "0.collector_config.parameters",
     "does not know history_size here"),
    (rule("ANSWER_COUNT", above("assignments_accepted_count"), {"type": "RESTRICTION_V2", "parameters": {
        "scope": "POOL", "duration_unit": "DAYS"}}), "0.rules.0.action.parameters.duration", "For how long?"),
    (rule("ANSWER_COUNT", above("assignments_accepted_count"), {"type": "RESTRICTION_V2", "parameters": {
        "scope": "MOON", "duration_unit": "PERMANENT"}}), "0.rules.0.action.parameters.scope", "choose one of ALL_PROJECTS"),
    (rule("ASSIGNMENTS_ASSESSMENT", above("assessment_event", "REJECT", "EQ"), {"type": "CHANGE_OVERLAP", "parameters": {"delta": 0}}),
     "0.rules.0.action.parameters.delta", "0 changes nothing"),
    ([{"collector_config": {"type": "ANSWER_COUNT"}, "rules": [{"conditions": [], "action": BAN}]}],
     "0.rules.0.conditions", "Give 1 to 20"),
    ([{"collector_config": {"type": "ANSWER_COUNT", "uuid": "x"}, "rules": [{"conditions": [], "action": BAN}]}],
     "0.collector_config.uuid", "Leave it out"),
    (presets.example_rules(SKILL) * 30, "", "100 rules at most"),
], ids=lambda value: value if isinstance(value, str) and " " not in value else None)
def test_what_cannot_be_is_refused_in_words(value: Any, path: str, words: str) -> None:
    assert words in problems(value)[path]


def test_the_rule_with_the_mistake_is_named() -> None:
    bad = [*presets.example_rules(SKILL), *rule("ANSWER_COUNT", above("assignments_accepted_count", -1), BAN)]
    with pytest.raises(rules.RulesError) as caught:
        rules.clean(bad)
    assert str(caught.value).startswith("Rule 5: Finished jobs: give a whole number")


def test_rules_of_equal_collectors_share_one_and_others_do_not() -> None:
    two = [presets.too_fast(), presets.completed(SKILL), presets.too_fast(),
           catalogue.config_of("ASSIGNMENT_SUBMIT_TIME", {"fast_submit_threshold_seconds": 5}, [above("fast_submitted_count")], BAN)]
    assert [len(config["rules"]) for config in rules.clean(two)] == [2, 1, 1]


def test_a_ban_for_good_has_no_length() -> None:
    wanted = rule("ANSWER_COUNT", above("assignments_accepted_count"), {"type": "RESTRICTION_V2", "parameters": {
        "scope": "POOL", "duration": 3, "duration_unit": "PERMANENT"}})
    assert rules.clean(wanted)[0]["rules"][0]["action"]["parameters"] == {"scope": "POOL", "duration_unit": "PERMANENT"}


def with_ids(configs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As the platform gives them back: ids, empty parameters, numbers with a point."""
    return [{"collector_config": {"parameters": {}, **config["collector_config"], "uuid": f"{number:032x}"}, "rules": config["rules"]}
            for number, config in enumerate(configs, 1)]


def test_what_others_added_at_the_platform_stays_and_ids_are_kept() -> None:
    ours = [presets.often_rejected(), presets.completed(SKILL)]
    theirs = rule("INCOME", above("income_sum_for_last_24_hours", 20), BAN)
    beside = rule("ACCEPTANCE_RATE", above("total_assignments_count", 9), BAN)
    found = with_ids([*ours, *theirs])
    found[0]["rules"] = [*found[0]["rules"], *beside[0]["rules"]]
    wanted = rules.clean([presets.too_fast(), presets.often_rejected()])
    made = rules.merged(found, wanted, rules.dropped(ours, wanted, []))
    assert merging.signatures(made) == merging.signatures([*theirs, *beside, *wanted])
    assert [config["collector_config"].get("uuid", "")[-1:] for config in made] == ["3", "", "1"]
    assert rules.merged(made, wanted, rules.dropped(ours, wanted, [])) == made
    assert not rules.differ(made, wanted, rules.dropped(ours, wanted, []))


def test_a_rejected_job_is_never_offered_twice_by_rule() -> None:
    own = rule("ASSIGNMENTS_ASSESSMENT", above("assessment_event", "REJECT", "EQ"), {"type": "CHANGE_OVERLAP", "parameters": {"delta": 2}})
    assert rules.with_reissue(own, True) == own
    found = with_ids([presets.reissue()])
    assert rules.differ(found, own, [])
    assert merging.signatures(rules.merged(found, own, [])) == merging.signatures(own)
    assert rules.merged(found, [], []) == []
    assert rules.without_reissue([*own, presets.too_fast()]) == [presets.too_fast()]


def test_a_rule_that_came_back_is_not_to_go() -> None:
    first, second = [presets.too_fast()], [presets.often_rejected()]
    gone = rules.dropped(first, second, [])
    assert merging.signatures(gone) == merging.signatures(first)
    assert merging.signatures(rules.dropped(second, first, gone)) == merging.signatures(second)
