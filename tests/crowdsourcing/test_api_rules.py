"""Rules and skills over REST: the same service, its sentences as answers."""
from typing import Any

import pytest
from rest_framework.test import APIClient

from crowdsourcing.models import Pool, ProviderCommand, Skill
from crowdsourcing.rules import presets
from tests.crowdsourcing import scene

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
API = "/api/crowdsourcing"


@pytest.fixture
def pool(alice: Any) -> Pool:
    return scene.pool(scene.task(scene.project(alice)))


@pytest.fixture
def skill(pool: Pool) -> Skill:
    return Skill.objects.create(account=pool.crowd_project.account, remote_id="100024", name="Road signs")


def test_rules_are_put_and_read_in_the_platforms_words_and_in_ours(api: APIClient, pool: Pool, skill: Skill) -> None:
    wanted = presets.example_rules("100024")
    answer = api.put(f"{API}/pools/{pool.pk}/rules", {"quality_rules": wanted}, format="json")
    assert (answer.status_code, answer.json()["kind"]) == (202, "update_pool")
    found = api.get(f"{API}/pools/{pool.pk}/rules").json()
    assert found["quality_rules"] == wanted and found["problems"] == []
    assert found["sentences"][2] == "When a Toloker has more than 0 finished jobs: set the Toloker’s skill “Road signs” to 1."
    assert api.get(f"{API}/pools/{pool.pk}").json()["reissue_policy"] == "at_once"
    again = api.put(f"{API}/pools/{pool.pk}/rules", {"quality_rules": []}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "busy")


@pytest.mark.parametrize(("body", "words"), [
    ({}, "required"),
    ({"quality_rules": "all"}, "Must be a list of rules"),
    ({"quality_rules": [presets.too_fast(), presets.completed("5")]}, "Rule 2: this account has no skill with the id 5."),
    ({"quality_rules": [presets.too_fast() | {"rules": [
        {**presets.too_fast()["rules"][0], "action": presets.reissue()["rules"][0]["action"]}]}]},
     "Rule 1: “Give the job to more Tolokers”"),
    ({"quality_rules": [{"collector_config": {"type": ["x"]}, "rules": [{}]}]}, "no collector"),
])
def test_what_cannot_be_is_a_400_that_names_the_rule(api: APIClient, pool: Pool, body: dict[str, Any], words: str) -> None:
    answer = api.put(f"{API}/pools/{pool.pk}/rules", body, format="json")
    assert answer.status_code == 400 and words in str(answer.json()["quality_rules"])
    assert not ProviderCommand.objects.exists()


def test_a_preview_names_who_would_have_been_hit(api: APIClient, pool: Pool, skill: Skill) -> None:
    one = scene.assignment(pool.task.jobs.first(), "ACCEPTED")
    address = f"{API}/pools/{pool.pk}/rules/preview"
    found = api.post(address, {"quality_rules": [presets.completed("100024"), {**presets.often_rejected(), "collector_config": {
        "type": "CAPTCHA"}, "rules": [{**presets.often_rejected()["rules"][0], "conditions": [
            {"key": "fail_rate", "operator": "GT", "value": 50}]}]}]}, format="json").json()["previews"]
    assert [hit["toloker"] for hit in found[0]["hits"]] == [one.toloker.user_id]
    assert (found[0]["tolokers"], found[0]["hits"][0]["counted"]) == (1, "1 finished job")
    assert found[0]["hits"][0]["effect"] == "skill “Road signs” set to 1"
    assert found[1]["unknown"].startswith("That cannot be known here") and found[1]["hits"] == []
    Pool.objects.update(quality_rules=[presets.too_fast()])
    assert len(api.post(address, {}, format="json").json()["previews"]) == 1
    assert api.post(address, {"quality_rules": [7]}, format="json").status_code == 400
    assert Pool.objects.get().quality_rules == [presets.too_fast()]


def test_strangers_find_nothing_and_reviewers_only_look(pool: Pool, bob: Any) -> None:
    client = APIClient()
    client.force_authenticate(bob)
    rules, skills = f"{API}/pools/{pool.pk}/rules", f"{API}/projects/{pool.crowd_project_id}/skills"
    for address in (rules, skills):
        assert client.get(address).status_code == 404
    assert client.put(rules, {"quality_rules": []}, format="json").status_code == 404
    assert client.post(skills, {"name": "x"}, format="json").status_code == 404
    pool.task.project.members.create(user=bob, role="reviewer")
    for address in (rules, skills):
        assert client.get(address).status_code == 200
    assert client.post(f"{rules}/preview", {}, format="json").status_code == 200
    assert client.put(rules, {"quality_rules": []}, format="json").status_code == 403
    assert client.post(skills, {"name": "x"}, format="json").status_code == 403


def test_skills_are_listed_and_made(api: APIClient, pool: Pool, skill: Skill) -> None:
    address = f"{API}/projects/{pool.crowd_project_id}/skills"
    assert [one["name"] for one in api.get(address).json()["results"]] == ["Road signs"]
    refused = api.post(address, {"name": "Road signs"}, format="json")
    assert (refused.status_code, "has a skill of this name" in str(refused.json()["name"])) == (400, True)
    assert "no language codes" in str(api.post(address, {"name": "x", "description": {"ENG": "y"}}, format="json").json()["description"])
    made = api.post(address, {"name": "Signs", "description": {"en": "Signs"}}, format="json")
    assert (made.status_code, made.json()["kind"]) == (202, "ensure_skill")
    assert ProviderCommand.objects.get().payload["public_requester_description"] == {"EN": "Signs"}


def test_the_catalogue_offers_only_what_goes_together(api: APIClient) -> None:
    found = {one["type"]: one for one in api.get(f"{API}/rules/catalogue").json()["collectors"]}
    assert len(found) == 11
    assert "CHANGE_OVERLAP" not in [action["type"] for action in found["ANSWER_COUNT"]["actions"]]
    shares = next(action for action in found["MAJORITY_VOTE"]["actions"] if action["type"] == "SET_SKILL_FROM_OUTPUT_FIELD")
    assert set(shares["parameters"][1]["choices"]) == {"correct_answers_rate", "incorrect_answers_rate"}


def test_an_audience_names_its_skills(api: APIClient, pool: Pool, skill: Skill) -> None:
    Pool.objects.update(filter={"and": [{"category": "skill", "key": "100024", "operator": "EQ", "value": None},
                                        {"category": "skill", "key": "7", "operator": "GTE", "value": 80}]})
    assert api.get(f"{API}/pools").json()["results"][0]["audience"] == (
        "Tolokers who do not have skill “Road signs” and have skill 7 at least 80.")
