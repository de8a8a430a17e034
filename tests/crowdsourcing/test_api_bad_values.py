"""What no schema shows but every client can send: huge numbers, NULs, lists where words belong. Answered in words, nothing written."""
from typing import Any

import pytest
from rest_framework.test import APIClient

from crowdsourcing.models import Pool, ProviderCommand, ReviewPolicy, Skill
from crowdsourcing.rules import presets
from tests.crowdsourcing import questions, scene

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
API = "/api/crowdsourcing/pools"
# As large as JSON has it.
HUGE = 10 ** 300
SKILL = {"category": "skill", "key": "100024", "operator": "GT"}


@pytest.fixture
def pool(alice: Any) -> Pool:
    made = scene.pool(scene.task(scene.project(alice)))
    Skill.objects.create(account=made.crowd_project.account, remote_id="100024", name="Road signs")
    return made


def banned(**parameters: Any) -> list[dict[str, Any]]:
    rule = presets.often_rejected()["rules"][0]
    action = {**rule["action"], "parameters": {**rule["action"]["parameters"], **parameters}}
    return [{**presets.often_rejected(), "rules": [{**rule, "action": action}]}]


def rules_with(**parts: Any) -> list[dict[str, Any]]:
    return [{**presets.often_rejected(), "rules": [{**presets.often_rejected()["rules"][0], **parts}]}]


@pytest.mark.parametrize("rules", [
    rules_with(action={"type": []}), rules_with(action={"type": {"a": 1}}), banned(duration=HUGE), banned(private_comment="a\0b"),
    rules_with(conditions=[{"key": "total_assignments_count", "operator": [], "value": HUGE}]),
    rules_with(conditions=[{"key": ["x"], "operator": "GT", "value": 1}])],
    ids=["action-list", "action-object", "huge-duration", "nul", "huge-count", "key-list"])
@pytest.mark.parametrize(("method", "end"), [("put", "rules"), ("post", "rules/preview")], ids=["put", "preview"])
def test_rules(api: APIClient, pool: Pool, method: str, end: str, rules: Any) -> None:
    answer = getattr(api, method)(f"{API}/{pool.pk}/{end}", {"quality_rules": rules}, format="json")
    assert answer.status_code == 400 and "Rule 1" in answer.content.decode()
    assert not ProviderCommand.objects.exists()


@pytest.mark.parametrize("node", [{**SKILL, "value": HUGE}, {**SKILL, "value": -HUGE}, {**SKILL, "operator": [], "value": 1},
                                  {**SKILL, "category": [], "value": 1}, {"category": "profile", "key": "languages", "operator": "IN",
                                                                           "value": ["EN"]}],
                         ids=["huge", "minus-huge", "operator-list", "category-list", "language-list"])
def test_audiences(api: APIClient, pool: Pool, node: Any) -> None:
    answer = api.patch(f"{API}/{pool.pk}", {"filter": {"and": [{"or": [node]}]}}, format="json")
    assert answer.status_code == 400 and "filter" in answer.json()
    assert not ProviderCommand.objects.exists()


@pytest.mark.parametrize(("name", "value"), [
    ("min_confidence", HUGE), ("min_confidence", 0), ("min_confidence", 1), ("aggregation", ["majority"]), ("overlap", HUGE),
    ("reward_per_assignment", HUGE), ("question", "a\0b"), ("language", "\0\0"), ("majority_ban", {})],
    ids=["huge", "nought", "one", "list", "huge-overlap", "huge-price", "nul", "nul-language", "object"])
def test_verifications(api: APIClient, pool: Pool, name: str, value: Any) -> None:
    answer = api.post(f"{API}/{pool.pk}/verification", {name: value}, format="json")
    assert answer.status_code == 400 and name in answer.json()
    assert not ProviderCommand.objects.exists()


@pytest.mark.parametrize("config", [
    [], "all", {"verification": []}, {"verification": {"min_confidence": HUGE}}, {"verification": {"min_confidence": 0}},
    {"verification": {"a\0": 1}}, {"a\0": 1}, {"automatic": {"accept_rest": True}, "stop": {"first": HUGE}},
    {"automatic": {"accept_rest": True}, "max_rounds": None}],
    ids=["list", "text", "block-list", "huge", "nought", "nul-key", "nul-block", "huge-first", "no-rounds"])
@pytest.mark.parametrize(("method", "end"), [("put", "policy"), ("post", "policy/replay")], ids=["put", "replay"])
def test_policies(api: APIClient, pool: Pool, method: str, end: str, config: Any) -> None:
    questions.verification(pool)
    answer = getattr(api, method)(f"{API}/{pool.pk}/{end}", {"config": config}, format="json")
    assert answer.status_code == 400 and answer.json()
    assert not ReviewPolicy.objects.exists()
