"""Which rules are taken: collectors, their parameters, conditions, actions; in pools and in projects, and as toloka-kit writes them."""
from typing import Any

import pytest
import toloka.client as toloka
from toloka.client import actions, collectors, conditions

from sandbox.engine.quality.catalogue import ACTIONS, CONDITIONS, actions_of
from sandbox.forms.checker import Checker
from sandbox.forms.quality import check_quality
from tests.sandbox.conftest import FAR, Shop, project_form, refused
from tests.sandbox.rules import collector, new_skill, quality, rule

HERE = "quality_control.configs.0"
UUID = "38830d4b-930b-43ab-a98f-f52e992fd11a"
ENOUGH: dict[str, dict[str, Any]] = {
    "MAJORITY_VOTE": {"answer_threshold": 2}, "ASSIGNMENT_SUBMIT_TIME": {"fast_submit_threshold_seconds": 5}}
SENSIBLE: dict[str, dict[str, Any]] = {
    "RESTRICTION": {"scope": "POOL", "duration_days": 1}, "RESTRICTION_V2": {"scope": "PROJECT", "duration_unit": "PERMANENT"},
    "SET_SKILL": {"skill_id": "1", "skill_value": 50}, "CHANGE_OVERLAP": {"delta": 1, "open_pool": False}}
NEEDLESS = ("APPROVE_ALL_ASSIGNMENTS", "REJECT_ALL_ASSIGNMENTS", "CLEAN_ASSIGNMENTS_HISTORY", "CLEAN_COLLECTOR", "SET_POOL_COMPLETE")
RATES = ("ACCEPTANCE_RATE", "CAPTCHA", "GOLDEN_SET", "MAJORITY_VOTE", "TRAINING")


def _errors(*configs: Any, **more: Any) -> dict[str, str]:
    check = Checker({"quality_control": {"configs": list(configs), **more}})
    check_quality(check)
    return {path: error["code"] for path, error in check.errors.items()}


def _rule_errors(kind: str, conditions_of: list[tuple[str, str, Any]], action: str, **parameters: Any) -> dict[str, str]:
    """What is wrong with one rule, by paths inside it."""
    found = _errors(collector(kind, rule(conditions_of, action, **parameters), **ENOUGH.get(kind, {})))
    return {path.removeprefix(f"{HERE}.rules.0."): code for path, code in found.items()}


def test_the_conditions_of_each_collector_are_those_of_toloka_kit() -> None:
    kit = collectors.CollectorConfig._variant_registry.registered_classes
    theirs = {name.value: {key.value for key in kind._compatible_conditions} for name, kind in kit.items()}
    assert {kind: set(keys) for kind, keys in CONDITIONS.items()} == theirs


@pytest.mark.parametrize("kind", CONDITIONS)
@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_goes_with_some_collectors_only(kind: str, action: str) -> None:
    overlap, skill = action == "CHANGE_OVERLAP", action == "SET_SKILL_FROM_OUTPUT_FIELD"
    assessment = kind in ("ASSIGNMENTS_ASSESSMENT", "USERS_ASSESSMENT")
    fits = action.startswith(("CLEAN", "SET_POOL")) or (overlap == assessment and (not skill or kind in RATES))
    assert (action in actions_of(kind)) is fits
    rates = [key for key in CONDITIONS[kind] if key.endswith("_rate")]
    parameters = SENSIBLE.get(action, {"skill_id": "1", "from_field": rates[0] if rates else "correct_answers_rate"} if skill else {})
    found = _rule_errors(kind, [], action, **parameters)
    assert found.pop("action.type", None) == (None if fits else "VALUE_NOT_ALLOWED")
    assert not fits or found == {}


@pytest.mark.parametrize("kind", CONDITIONS)
def test_each_collectors_conditions_are_taken_and_others_are_not(kind: str) -> None:
    values: dict[str, Any] = {"assessment_event": "REJECT", "pool_access_revoked_reason": "RESTRICTION", "skill_id": "100001",
                              "next_assignment_available": False}
    every = [(key, "EQ", values.get(key, 50)) for key in CONDITIONS[kind]]
    assert _rule_errors(kind, every, "SET_POOL_COMPLETE") == {}
    for key in {key for keys in CONDITIONS.values() for key in keys} - set(CONDITIONS[kind]):
        assert _rule_errors(kind, [(key, "EQ", values.get(key, 50))], "SET_POOL_COMPLETE") == {"conditions.0.key": "UNKNOWN_ENUM_VALUE"}


@pytest.mark.parametrize(("kind", "condition", "where", "code"), [
    ("ANSWER_COUNT", ("assignments_accepted_count", "IN", 1), "operator", "UNKNOWN_ENUM_VALUE"),
    ("ANSWER_COUNT", ("assignments_accepted_count", "GT", None), "value", "VALUE_REQUIRED"),
    ("ANSWER_COUNT", ("assignments_accepted_count", "GT", "1"), "value", "FLOAT_EXPECTED"),
    ("ANSWER_COUNT", ("assignments_accepted_count", "GT", True), "value", "FLOAT_EXPECTED"),
    ("ANSWER_COUNT", ("assignments_accepted_count", "GT", [1]), "value", "SIMPLE_VALUE_EXPECTED"),
    ("ANSWER_COUNT", ("assignments_accepted_count", None, 1), "operator", "VALUE_REQUIRED"),
    ("GOLDEN_SET", ("correct_answers_rate", "GT", 101), "value", "VALUE_GREATER_THAN_MAX"),
    ("GOLDEN_SET", ("correct_answers_rate", "GT", -1), "value", "VALUE_LESS_THAN_MIN"),
    ("ASSIGNMENTS_ASSESSMENT", ("assessment_event", "GT", "REJECT"), "operator", "UNKNOWN_ENUM_VALUE"),
    ("ASSIGNMENTS_ASSESSMENT", ("assessment_event", "EQ", "REJECTED"), "value", "UNKNOWN_ENUM_VALUE"),
    ("USERS_ASSESSMENT", ("pool_access_revoked_reason", "EQ", "BORED"), "value", "UNKNOWN_ENUM_VALUE"),
    ("USERS_ASSESSMENT", ("skill_id", "EQ", 7), "value", "STRING_EXPECTED"),
    ("USERS_ASSESSMENT", ("skill_id", "EQ", "seven"), "value", "INVALID_VALUE"),
    ("TRAINING", ("next_assignment_available", "EQ", "no"), "value", "BOOLEAN_EXPECTED"),
])
def test_a_condition_that_makes_no_sense_is_named(kind: str, condition: tuple, where: str, code: str) -> None:
    assert _rule_errors(kind, [condition], "SET_POOL_COMPLETE") == {f"conditions.0.{where}": code}


@pytest.mark.parametrize(("kind", "action", "parameters", "where", "code"), [
    ("ANSWER_COUNT", "MAGIC", {}, "type", "UNKNOWN_ENUM_VALUE"),
    ("ANSWER_COUNT", "RESTRICTION", {}, "parameters", "VALUE_REQUIRED"),
    ("ANSWER_COUNT", "RESTRICTION", {"scope": "SYSTEM"}, "parameters.scope", "UNKNOWN_ENUM_VALUE"),
    ("ANSWER_COUNT", "RESTRICTION", {"scope": "POOL", "duration_days": 0}, "parameters.duration_days", "VALUE_LESS_THAN_MIN"),
    ("ANSWER_COUNT", "RESTRICTION", {"scope": "POOL", "private_comment": 5}, "parameters.private_comment", "STRING_EXPECTED"),
    ("ANSWER_COUNT", "RESTRICTION_V2", {"scope": "POOL", "duration": 5}, "parameters.duration_unit", "VALUE_REQUIRED"),
    ("ANSWER_COUNT", "RESTRICTION_V2", {"scope": "POOL", "duration_unit": "DAYS"}, "parameters.duration", "VALUE_REQUIRED"),
    ("ANSWER_COUNT", "RESTRICTION_V2", {"scope": "POOL", "duration_unit": "WEEKS", "duration": 1}, "parameters.duration_unit",
     "UNKNOWN_ENUM_VALUE"),
    ("ANSWER_COUNT", "RESTRICTION_V2", {"scope": "POOL", "duration_unit": "HOURS", "duration": 10**12}, "parameters.duration",
     "VALUE_GREATER_THAN_MAX"),
    ("ANSWER_COUNT", "SET_SKILL", {"skill_value": 5}, "parameters.skill_id", "VALUE_REQUIRED"),
    ("ANSWER_COUNT", "SET_SKILL", {"skill_id": "1" * 40, "skill_value": 5}, "parameters.skill_id", "INVALID_VALUE"),
    ("ANSWER_COUNT", "SET_SKILL", {"skill_id": "1", "skill_value": 101}, "parameters.skill_value", "VALUE_GREATER_THAN_MAX"),
    ("ANSWER_COUNT", "SET_SKILL", {"skill_id": "1"}, "parameters.skill_value", "VALUE_REQUIRED"),
    ("GOLDEN_SET", "SET_SKILL_FROM_OUTPUT_FIELD", {"skill_id": "1", "from_field": "total_answers_count"}, "parameters.from_field",
     "UNKNOWN_ENUM_VALUE"),
    ("ACCEPTANCE_RATE", "SET_SKILL_FROM_OUTPUT_FIELD", {"skill_id": "1", "from_field": "wrong_answers_rate"}, "parameters.from_field",
     "UNKNOWN_ENUM_VALUE"),
    ("USERS_ASSESSMENT", "CHANGE_OVERLAP", {"open_pool": True}, "parameters.delta", "VALUE_REQUIRED"),
    ("USERS_ASSESSMENT", "CHANGE_OVERLAP", {"delta": 1, "open_pool": "yes"}, "parameters.open_pool", "BOOLEAN_EXPECTED"),
    ("ANSWER_COUNT", "REJECT_ALL_ASSIGNMENTS", {"public_comment": "x" * 2_049}, "parameters.public_comment",
     "STRING_LENGTH_GREATER_THAN_MAX"),
])
def test_an_action_that_makes_no_sense_is_named(kind: str, action: str, parameters: dict, where: str, code: str) -> None:
    assert _rule_errors(kind, [], action, **parameters) == {f"action.{where}": code}


def test_the_apis_own_name_of_a_rate_is_taken() -> None:
    assert _rule_errors("GOLDEN_SET", [], "SET_SKILL_FROM_OUTPUT_FIELD", skill_id="1", from_field="wrong_answers_rate") == {}


@pytest.mark.parametrize(("config", "where", "code"), [
    (collector("MAJORITY_VOTE"), "collector_config.parameters", "VALUE_REQUIRED"),
    (collector("MAJORITY_VOTE", history_size=5), "collector_config.parameters.answer_threshold", "VALUE_REQUIRED"),
    (collector("ASSIGNMENT_SUBMIT_TIME", fast_submit_threshold_seconds=0), "collector_config.parameters.fast_submit_threshold_seconds",
     "VALUE_LESS_THAN_MIN"),
    (collector("GOLDEN_SET", history_size=0), "collector_config.parameters.history_size", "VALUE_LESS_THAN_MIN"),
    (collector("GOLDEN_SET", history_size="5"), "collector_config.parameters.history_size", "INTEGER_EXPECTED"),
    (collector("GOLDEN_SET", uuid="x" * 100), "collector_config.uuid", "UUID_EXPECTED"),
    ({"rules": []}, "collector_config", "VALUE_REQUIRED"), ({"collector_config": {"type": "INCOME"}}, "rules", "VALUE_REQUIRED"),
    ({"collector_config": {"type": "INCOME"}, "rules": [{"conditions": []}]}, "rules.0.action", "VALUE_REQUIRED"),
    ({"collector_config": {"type": "INCOME"}, "rules": [{"action": {"type": "CLEAN_COLLECTOR"}}]}, "rules.0.conditions", "VALUE_REQUIRED"),
])
def test_a_collector_that_makes_no_sense_is_named(config: dict, where: str, code: str) -> None:
    assert _errors(config) == {f"{HERE}.{where}": code}


def test_two_collectors_of_a_pool_have_two_uuids() -> None:
    assert _errors(collector("INCOME", uuid=UUID), collector("GOLDEN_SET", uuid=UUID)) == {
        "quality_control.configs.1.collector_config.uuid": "VALUE_NOT_ALLOWED"}
    assert _errors(captcha_frequency="ALWAYS") == {"quality_control.captcha_frequency": "UNKNOWN_ENUM_VALUE"}


def test_a_project_is_checked_like_a_pool(shop: Shop) -> None:
    wrong = quality(collector("ANSWER_COUNT", rule([], "CHANGE_OVERLAP", delta=1)))
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.ask("POST", "/projects", project_form(**wrong))
    assert list(refusal.payload) == [f"{HERE}.rules.0.action.type"]
    made = shop.ask("POST", "/projects", project_form(**quality(collector("CAPTCHA", rule(
        [("success_rate", "LT", 60)], "SET_SKILL_FROM_OUTPUT_FIELD", skill_id="1", from_field="fail_rate"), history_size=5))))
    assert made["quality_control"]["configs"][0]["collector_config"]["uuid"]


def test_all_that_toloka_kit_can_write_is_taken_and_given_back(shop: Shop) -> None:
    skill = new_skill(shop)
    pool = toloka.Pool(
        project_id=shop.project["id"], private_name="all rules", may_contain_adult_content=False, will_expire=FAR,
        reward_per_assignment=0.01, assignment_max_duration_seconds=60, mixer_config=toloka.pool.MixerConfig(real_tasks_count=1),
        defaults=toloka.Pool.Defaults(default_overlap_for_new_task_suites=1))
    wanted = [
        (collectors.AcceptanceRate(history_size=9), conditions.RejectedAssignmentsRate > 35, actions.RestrictionV2(
            scope="ALL_PROJECTS", duration=15, duration_unit="DAYS", private_comment="no")),
        (collectors.AnswerCount(), conditions.AssignmentsAcceptedCount > 0, actions.SetSkill(skill_id=skill, skill_value=1)),
        (collectors.AssignmentsAssessment(), conditions.AssessmentEvent == "REJECT", actions.ChangeOverlap(delta=1, open_pool=True)),
        (collectors.AssignmentSubmitTime(history_size=5, fast_submit_threshold_seconds=20), conditions.FastSubmittedCount > 1,
         actions.Restriction(scope="PROJECT", duration_days=10)),
        (collectors.Captcha(history_size=5), conditions.FailRate > 40, actions.RestrictionV2(scope="POOL", duration_unit="PERMANENT")),
        (collectors.GoldenSet(history_size=10), conditions.GoldenSetCorrectAnswersRate > 90, actions.ApproveAllAssignments()),
        (collectors.Income(), conditions.IncomeSumForLast24Hours > 0.8, actions.RestrictionV2(
            scope="POOL", duration=1, duration_unit="HOURS")),
        (collectors.MajorityVote(answer_threshold=2), conditions.TotalAnswersCount > 9, actions.RejectAllAssignments(public_comment="no")),
        (collectors.SkippedInRowAssignments(), conditions.SkippedInRowCount >= 10, actions.RestrictionV2(
            scope="PROJECT", duration=15, duration_unit="MINUTES")),
        (collectors.Training(), conditions.NextAssignmentAvailable == False, actions.SetSkillFromOutputField(  # noqa: E712
            skill_id=skill, from_field="correct_answers_rate")),
        (collectors.UsersAssessment(), conditions.PoolAccessRevokedReason == "SKILL_CHANGE", actions.ChangeOverlap(delta=1)),
    ]
    for kind, condition, action in wanted:
        pool.quality_control.add_action(collector=kind, conditions=[condition], action=action)
    pool.quality_control.configs[-1].rules[0].conditions.append(conditions.SkillId == skill)
    client = shop.requester.client()
    made = client.create_pool(pool)
    assert len({config.collector_config.uuid for config in made.quality_control.configs}) == len(wanted) == len(CONDITIONS)
    for sent, got in zip(pool.quality_control.configs, made.quality_control.configs, strict=True):
        assert sent.unstructure()["rules"] == got.unstructure()["rules"]
    assert client.update_pool(made.id, made).quality_control.unstructure() == made.quality_control.unstructure()
