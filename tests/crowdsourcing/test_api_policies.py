"""/api/crowdsourcing/pools/{id}/policy and /api/crowdsourcing/verdicts."""
from typing import Any

import pytest

from annotation.models import ProjectMember
from crowdsourcing.models import Pool, ReviewPolicy, Verdict
from crowdsourcing.quality.deciding import settle_pool
from crowdsourcing.services.policies import set_policy
from tests.cast import door
from tests.crowdsourcing import scene
from tests.crowdsourcing.test_deciding import FAST, attempts

pytestmark = [pytest.mark.services, pytest.mark.django_db]
ROOT = "/api/crowdsourcing"
JSON = "application/json"


@pytest.fixture
def pool(alice: Any) -> Pool:
    return scene.pool(scene.task(scene.project(alice), jobs=4), status="OPEN")


def test_a_policy_is_put_in_force_read_and_taken_back(pool: Pool, alice: Any) -> None:
    client, address = door(alice), f"{ROOT}/pools/{pool.pk}/policy"
    assert client.get(address).json() == {"in_force": None, "versions": []}
    made = client.put(address, {"config": FAST}, JSON)
    assert (made.status_code, made.json()["version"], made.json()["created_by"]) == (200, 1, "alice")
    assert made.json()["config"]["max_rounds"] == 3
    assert client.put(address, {"config": FAST}, JSON).json()["id"] == made.json()["id"]
    assert client.put(address, {"config": {}}, JSON).json()["version"] == 2
    answer = client.get(address).json()
    assert answer["in_force"]["config"] == {}
    assert [row["version"] for row in answer["versions"]] == [2, 1]


@pytest.mark.parametrize(("body", "path"), [
    ({"config": {"verification": {}}}, "verification"),
    ({"config": {"automatic": {"ask_suspicion_from": 7}}}, "automatic.ask_suspicion_from"),
    ({"config": [1]}, "policy"), ({}, "config"), ({"config": None}, "config"), ({"config": {"\x00": 1}}, "\x00")],
    ids=["impossible", "range", "list", "nothing", "null", "nul"])
def test_what_cannot_be_is_refused_at_its_path(pool: Pool, alice: Any, body: dict[str, Any], path: str) -> None:
    for method, address in (("put", "policy"), ("post", "policy/replay")):
        answer = getattr(door(alice), method)(f"{ROOT}/pools/{pool.pk}/{address}", body, JSON)
        assert answer.status_code == 400
        assert path in answer.json()
    assert not ReviewPolicy.objects.exists()


def test_a_replay_tells_which_attempts_change_and_why(pool: Pool, alice: Any) -> None:
    quick, slow = attempts(pool, 5, 100)
    answer = door(alice).post(f"{ROOT}/pools/{pool.pk}/policy/replay", {"config": FAST}, JSON).json()
    assert (answer["looked_at"], answer["more_accepted"], answer["more_paid"]) == (2, 1, "0.050")
    assert (answer["before"], answer["after"]) == ({"open": 2}, {"accept": 1, "reject": 1})
    assert [(row["assignment"], row["job"], row["before"], row["after"]) for row in answer["changes"]] == [
        (slow.pk, slow.job_id, "open", "accept"), (quick.pk, quick.job_id, "open", "reject")]
    assert "5.0 seconds a frame" in answer["changes"][1]["why"]
    assert not Verdict.objects.exists()


def test_verdicts_are_listed_filtered_and_stand_in_their_assignment(pool: Pool, alice: Any, django_assert_max_num_queries: Any) -> None:
    quick, _ = attempts(pool, 5, 100)
    set_policy(actor=alice, pool=pool, config=FAST)
    settle_pool(pool)
    client = door(alice)
    with django_assert_max_num_queries(10):
        rows = client.get(f"{ROOT}/verdicts").json()["results"]
    assert [(row["outcome"], row["source"], row["policy_version"], row["actor"]) for row in rows] == [
        ("accept", "automatic", 1, None), ("reject", "automatic", 1, None)]
    assert (rows[1]["assignment"], rows[1]["pool"], rows[1]["job"]) == (quick.pk, pool.pk, quick.job_id)
    assert client.get(f"{ROOT}/verdicts/{rows[1]['id']}").json() == rows[1]
    for query, count in (("outcome=reject", 1), (f"assignment={quick.pk}", 1), ("source=hand", 0), ("policy_version=1", 2),
                         (f"pool={pool.pk}", 2), (f"job={quick.job_id}", 1), ("after=2020-01-01T00:00:00Z", 2),
                         ("actor=alice", 0)):
        assert client.get(f"{ROOT}/verdicts?{query}").json()["count"] == count, query
    assert client.get(f"{ROOT}/verdicts?outcome=perhaps").status_code == 400
    [brief] = client.get(f"{ROOT}/assignments/{quick.pk}").json()["verdicts"]
    assert (brief["outcome"], brief["explanation"]) == ("reject", rows[1]["explanation"])


def test_a_stopped_policy_goes_on(pool: Pool, alice: Any) -> None:
    client, address = door(alice), f"{ROOT}/pools/{pool.pk}/policy/resume"
    assert client.post(address).status_code == 409
    attempts(pool, 5, 5)
    set_policy(actor=alice, pool=pool, config={**FAST, "stop": {"first": 1, "accepted_share": 0.5}})
    settle_pool(pool)
    assert client.get(f"{ROOT}/pools/{pool.pk}/policy").json()["in_force"]["stopped"] is True
    answer = client.post(address).json()
    assert (answer["stopped"], answer["resumed_by"]) == (False, "alice")


def test_reviewers_look_and_strangers_find_nothing(pool: Pool, alice: Any, bob: Any) -> None:
    [row] = attempts(pool, 5)
    verdict = Verdict.objects.create(assignment=row, outcome="ask", source="automatic")
    address = f"{ROOT}/pools/{pool.pk}/policy"
    stranger = door(bob)
    assert stranger.get(address).status_code == 404
    assert stranger.get(f"{ROOT}/verdicts").json()["count"] == 0
    assert stranger.get(f"{ROOT}/verdicts/{verdict.pk}").status_code == 404
    ProjectMember.objects.create(project=pool.task.project, user=bob, role="reviewer")
    assert stranger.get(address).status_code == 200
    assert stranger.put(address, {"config": FAST}, JSON).status_code == 403
    assert stranger.post(f"{address}/replay", {"config": FAST}, JSON).status_code == 403
    assert stranger.post(f"{address}/resume").status_code == 403
    assert stranger.get(f"{ROOT}/verdicts/{verdict.pk}").json()["outcome"] == "ask"
