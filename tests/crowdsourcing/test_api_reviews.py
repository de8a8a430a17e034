"""/api/crowdsourcing/reviews: every judgement that was seen, and whose."""
from typing import Any

import pytest
from django.test import Client

from tests.cast import door, person
from tests.crowdsourcing.crowd import Crowd

pytestmark = pytest.mark.django_db
ROOT = "/api/crowdsourcing/reviews"


@pytest.fixture
def judged(crowd: Crowd) -> Crowd:
    """One job accepted by Alice; one rejected by her and accepted on the platform since."""
    crowd.open_pool()
    crowd.accept(crowd.work(0), "Good.")
    other = crowd.work(1, "viktor")
    crowd.reject(other, "Nothing is marked.")
    crowd.platform.change(other.remote_id, "ACCEPTED", accepted=crowd.platform.now())
    crowd.sync()
    return crowd


def test_judgements_are_listed_with_whose_they_are_and_whether_they_stand(judged: Crowd) -> None:
    rows = door(judged.owner).get(ROOT).json()["results"]
    assert {(row["verdict"], row["toloker"], row["reviewer"], row["stands"]) for row in rows} == {
        ("ACCEPTED", "wanda", "alice", True), ("REJECTED", "viktor", "alice", False), ("ACCEPTED", "viktor", None, True)}
    first = next(row for row in rows if row["toloker"] == "wanda")
    assert (first["comment"], first["job"], first["pool"], first["project"]) == (
        "Good.", judged.job(0).pk, judged.pool.pk, judged.project.pk)
    assert door(judged.owner).get(f"{ROOT}/{first['id']}").json() == first


@pytest.mark.parametrize(("query", "count"), [
    ("verdict=REJECTED", 1), ("verdict=ACCEPTED", 2), ("toloker=viktor", 2), ("reviewer=alice", 2), ("cause=platform", 1),
    ("pool=999999", 0), ("before=2020-01-01T00:00:00Z", 0), ("after=2020-01-01T00:00:00Z", 3)])
def test_they_are_filtered(judged: Crowd, query: str, count: int) -> None:
    assert door(judged.owner).get(f"{ROOT}?{query}").json()["count"] == count


def test_they_are_filtered_by_what_they_belong_to(judged: Crowd) -> None:
    client = door(judged.owner)
    for name, key, count in (("project", judged.project.pk, 3), ("task", judged.task.pk, 3), ("pool", judged.pool.pk, 3),
                             ("job", judged.job(1).pk, 2)):
        assert client.get(f"{ROOT}?{name}={key}").json()["count"] == count
    assert client.get(f"{ROOT}?verdict=PERHAPS").status_code == 400


def test_strangers_see_none_and_nobody_changes_them(judged: Crowd) -> None:
    stranger = door(person("nobody-here"))
    assert stranger.get(ROOT).json()["count"] == 0
    key = door(judged.owner).get(ROOT).json()["results"][0]["id"]
    assert stranger.get(f"{ROOT}/{key}").status_code == 404
    assert door(judged.owner).delete(f"{ROOT}/{key}").status_code == 405
    assert Client().get(ROOT).status_code == 401


def test_a_page_takes_few_queries(judged: Crowd, django_assert_max_num_queries: Any) -> None:
    client = door(judged.owner)
    with django_assert_max_num_queries(10):
        assert len(client.get(f"{ROOT}?page_size=100").json()["results"]) == 3
