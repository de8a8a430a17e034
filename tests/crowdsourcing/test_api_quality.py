"""Quality over REST: the numbers of the pages, and only one's own."""
from typing import Any

import pytest
from django.utils import timezone

from annotation.models import Frame, ImportedFrame
from crowdsourcing import quality, tasks
from crowdsourcing.models import Assignment, Pool, Toloker, TruthScore, Verification, VerificationTask, Vote, WorkMeasure
from tests.crowdsourcing import scene

pytestmark = [pytest.mark.services, pytest.mark.django_db]
WORKERS = "/api/crowdsourcing/workers"


@pytest.fixture
def api(client: Any, alice: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    client.force_login(alice)
    monkeypatch.setattr(tasks, "ring_for_confusions", lambda pool: None)
    return client


@pytest.fixture
def pool(alice: Any) -> Pool:
    return scene.pool(scene.task(scene.project(alice), jobs=3), status="OPEN")


@pytest.fixture
def rows(pool: Pool) -> list[Assignment]:
    made = [scene.assignment(job, status) for job, status in zip(pool.task.jobs.all(), ("ACCEPTED", "REJECTED", "SUBMITTED"), strict=True)]
    for row, seconds in zip(made, (40, 20, 30), strict=True):
        WorkMeasure.objects.create(assignment=row, with_work=True, frames=1, seconds=seconds, marks=1)
    TruthScore.objects.create(assignment=made[0], score=0.9, truth="t")
    return made


def test_what_was_taken_for_what(api: Any, pool: Pool, rows: list[Assignment], django_assert_max_num_queries: Any) -> None:
    car = pool.task.project.labels.get().pk
    Frame.objects.create(task=pool.task, number=0, name="a.jpg", width=400, height=300, byte_size=1)
    ImportedFrame.objects.create(task=pool.task, kind="ground truth", frame=0, shapes=[
        {"type": "rectangle", "points": [60, 50, 260, 190], "label_id": car}])
    address = f"/api/crowdsourcing/pools/{pool.pk}/confusion"
    assert api.get(address).json()["truth"]["waiting"] == 1
    quality.count_confusions(pool)
    with django_assert_max_num_queries(10):
        found = api.get(address).json()
    assert found["truth"]["cells"] == [{"true": car, "given": car, "count": 1}] and found["correction"]["cells"] == []
    assert (found["truth"]["attempts"], found["truth"]["waiting"], found["truth"]["labels"]["value"]) == (1, 0, 1.0)


def test_a_pool_says_how_good_its_work_is(api: Any, pool: Pool, rows: list[Assignment], django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(10):
        found = api.get(f"/api/crowdsourcing/pools/{pool.pk}/quality").json()
    assert (found["accepted"], found["rejected"], found["waiting"], found["spent"], found["hourly"]) == (1, 1, 1, "0.050", "6.00")
    assert found["acceptance"] == {"value": 0.5, "low": 0.0945, "high": 0.9055, "part": 1.0, "whole": 2.0}
    assert found["seconds"] == {"low": 25.0, "median": 30.0, "high": 35.0} and found["truth"]["value"] == 0.9
    assert found["distributions"]["truth"]["counts"]["accepted"] == [0] * 9 + [1]
    assert found["money"]["spent"] == "0.050" and found["decisions"]["unit"] == "hour"
    assert sum(period["accepted"] + period["rejected"] for period in found["decisions"]["periods"]) == 2


def test_an_empty_pool_has_an_answer_too(api: Any, pool: Pool) -> None:
    found = api.get(f"/api/crowdsourcing/pools/{pool.pk}/quality").json()
    assert found["acceptance"] == {"value": None, "low": 0.0, "high": 1.0, "part": 0.0, "whole": 0.0}
    assert (found["seconds"], found["hourly"], found["verification"]["alpha"]) == (None, None, None)


def test_workers_come_with_their_record_in_ones_own_pools(
        api: Any, bob: Any, pool: Pool, rows: list[Assignment], django_assert_max_num_queries: Any) -> None:
    other = scene.pool(scene.task(scene.project(bob, "Cows"), jobs=1), scene.crowd_project(
        scene.project(bob, "Sheep"), account=pool.crowd_project.account))
    foreign = scene.assignment(other.task.jobs.first(), "ACCEPTED")
    Assignment.objects.filter(pk=foreign.pk).update(toloker=rows[1].toloker)
    with django_assert_max_num_queries(10):
        page = api.get(WORKERS).json()
    assert {row["id"]: (row["accepted"], row["rejected"], row["waiting"]) for row in page["results"]} == {
        rows[0].toloker_id: (1, 0, 0), rows[1].toloker_id: (0, 1, 0), rows[2].toloker_id: (0, 0, 1)}
    assert api.get(WORKERS, {"pool": other.pk}).json()["count"] == 0, "who works for Bob is not Alice's business"
    assert api.get(WORKERS, {"pool": pool.pk}).json()["count"] == 3
    one = api.get(f"{WORKERS}/{rows[1].toloker_id}").json()
    assert (one["accepted"], one["rejected"], [entry["pool"] for entry in one["pools"]]) == (0, 1, [pool.pk])
    assert api.get(WORKERS, {"user_id": rows[0].toloker.user_id}).json()["count"] == 1
    assert api.get(WORKERS, {"pool": "x"}).status_code == 400


def test_votes_count_for_who_gave_them(api: Any, pool: Pool, rows: list[Assignment]) -> None:
    verifier = Toloker.objects.create(account=pool.crowd_project.account, user_id="v")
    question = VerificationTask.objects.create(verification=Verification.objects.create(pool=pool, mark="m"), assignment=rows[0], frame=0,
                                               answer="OK", confidence=0.8, decided_at=timezone.now())
    Vote.objects.create(task=question, toloker=verifier, remote_assignment_id="p1", answer="BAD", submitted=timezone.now())
    one = api.get(f"{WORKERS}/{verifier.pk}").json()
    assert one["votes"] == 1 and one["right_votes"]["value"] == 0.0 and one["pools"] == []


def test_strangers_get_nothing(api: Any, pool: Pool, rows: list[Assignment], stranger: Any) -> None:
    api.force_login(stranger)
    assert api.get(f"/api/crowdsourcing/pools/{pool.pk}/quality").status_code == 404
    assert api.get(f"/api/crowdsourcing/pools/{pool.pk}/confusion").status_code == 404
    assert api.get(f"{WORKERS}/{rows[0].toloker_id}").status_code == 404 and api.get(WORKERS).json()["count"] == 0
