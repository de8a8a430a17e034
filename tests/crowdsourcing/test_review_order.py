"""The queue's filters and orders, and which job comes next, whatever happens to the others meanwhile."""
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from annotation.models import Issue
from crowdsourcing.models import Assignment, Pool, ProviderAccount
from crowdsourcing.selectors.queue import QueueFilters, next_to_review, queue_of, suspicion_level
from crowdsourcing.selectors.reviews import automatic_acceptance
from tests.crowdsourcing import scene

pytestmark = [pytest.mark.services, pytest.mark.django_db]


@pytest.fixture
def pool(alice: Any) -> Pool:
    return scene.pool(scene.task(scene.project(alice), jobs=4), status="OPEN")


@pytest.fixture
def four(pool: Pool) -> list[Assignment]:
    """Submitted 4, 3, 2 and 1 hours ago, with suspicion .1 .7 .4 .7."""
    rows = [scene.assignment(job, age=timedelta(hours=2 * age)) for job, age in zip(pool.task.jobs.all(), (4, 3, 2, 1), strict=True)]
    for row, doubt in zip(rows, (0.1, 0.7, 0.4, 0.7), strict=True):
        row.suspicion = doubt
        row.save(update_fields=["suspicion"])
    return rows


def walk(user: Any, filters: QueueFilters) -> list[int]:
    found, at = [], next_to_review(user, None, filters)
    while at is not None:
        found.append(at.pk)
        at = next_to_review(user, at, filters)
    return found


@pytest.mark.parametrize(("sort", "order"), [("oldest", (0, 1, 2, 3)), ("deadline", (0, 1, 2, 3)), ("suspicion", (1, 3, 2, 0))])
def test_next_walks_the_queue_in_its_order_to_the_end(alice: Any, four: list[Assignment], sort: str, order: tuple[int, ...]) -> None:
    filters = QueueFilters(sort=sort)
    assert walk(alice, filters) == [row.pk for row in queue_of(alice, filters)] == [four[number].pk for number in order]


@pytest.mark.parametrize("sort", ["oldest", "deadline", "suspicion"])
def test_a_job_decided_meanwhile_does_not_move_the_others(alice: Any, four: list[Assignment], sort: str) -> None:
    filters = QueueFilters(sort=sort)
    rows = list(queue_of(alice, filters))
    Assignment.objects.filter(pk__in=[rows[0].pk, rows[1].pk]).update(status="ACCEPTED", accepted=timezone.now())
    rows[0].refresh_from_db()
    found = next_to_review(alice, rows[0], filters)
    assert found is not None and found.pk == rows[2].pk


def test_what_is_being_decided_is_passed_over(alice: Any, four: list[Assignment]) -> None:
    scene.command(four[1], "accept_assignment")
    scene.command(four[2], "accept_assignment", "failed")
    assert walk(alice, QueueFilters()) == [four[0].pk, four[2].pk, four[3].pk]


def test_equal_places_are_each_visited_once(alice: Any, four: list[Assignment]) -> None:
    Assignment.objects.update(submitted=timezone.now() - timedelta(hours=1), suspicion=0.5)
    for sort in ("oldest", "deadline", "suspicion"):
        assert walk(alice, QueueFilters(sort=sort)) == sorted(row.pk for row in four)
    Assignment.objects.filter(pk__in=[four[2].pk, four[3].pk]).update(submitted=None)
    assert walk(alice, QueueFilters()) == [row.pk for row in four], "without a time: last, and still reached"


def test_the_deadline_is_the_platforms_and_told_on_our_clock(alice: Any, pool: Pool, four: list[Assignment]) -> None:
    Pool.objects.update(auto_accept_period_day=3)
    ProviderAccount.objects.update(clock_offset_seconds=3_600)
    row = queue_of(alice, QueueFilters(due=71)).first()
    assert row is not None and row.pk == four[0].pk
    assert row.accepted_by_itself_at == row.submitted + timedelta(days=3, hours=-1) == automatic_acceptance(row)
    assert [found.pk for found in queue_of(alice, QueueFilters(due=67))] == [four[0].pk]
    assert queue_of(alice, QueueFilters(due=66)).count() == 0


@pytest.mark.parametrize(("query", "left"), [
    ({"age": "under-3h"}, (2, 3)), ({"age": "over-3h"}, (0, 1)), ({"suspicion": "medium"}, (1, 2, 3)), ({"suspicion": "high"}, (1, 3)),
    ({"pool": "9999999"}, ()), ({"project": "9999999"}, ()), ({"toloker": "nobody-here"}, ()), ({"issues": "open"}, (2,)),
    ({}, (0, 1, 2, 3))])
def test_each_filter_narrows(alice: Any, four: list[Assignment], query: dict[str, str], left: tuple[int, ...]) -> None:
    for number, resolved in ((2, None), (3, timezone.now())):
        Issue.objects.create(job=four[number].job, attempt=four[number].remote_id, frame=0, resolved_date=resolved)
    Issue.objects.create(job=four[0].job, attempt="an earlier one", frame=0)
    Assignment.objects.filter(pk=four[2].pk).update(submitted=timezone.now() - timedelta(hours=2, minutes=30))
    assert {row.pk for row in queue_of(alice, QueueFilters.parse(query))} == {four[number].pk for number in left}


def test_a_toloker_is_found_by_the_whole_id_or_by_what_pages_show(alice: Any, four: list[Assignment]) -> None:
    user_id = four[1].toloker.user_id
    for text in (user_id, user_id[-8:]):
        assert [row.pk for row in queue_of(alice, QueueFilters(toloker=text))] == [four[1].pk]
    assert not queue_of(alice, QueueFilters(toloker=user_id[-3:])).exists(), "too short to mean one person"


@pytest.mark.parametrize("query", [
    {"pool": "x'"}, {"project": "-1"}, {"due": "0"}, {"due": "99999"}, {"age": "24h"}, {"suspicion": "very"}, {"sort": "price"},
    {"issues": "yes"}, {"toloker": "x" * 65}])
def test_a_filter_that_cannot_be_read_is_named(query: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as found:
        QueueFilters.parse(query)
    assert list(found.value.message_dict) == list(query)


def test_filters_come_back_from_their_own_address() -> None:
    filters = QueueFilters(project=1, pool=2, toloker="a b", age="over-72h", due=24, suspicion="high", issues="open", sort="deadline")
    assert QueueFilters.parse(QueryDict(filters.query()).dict()) == filters
    assert QueueFilters().query() == "" and filters.narrows and not QueueFilters(sort="deadline").narrows


def test_others_work_is_neither_listed_nor_next(bob: Any, four: list[Assignment]) -> None:
    assert walk(bob, QueueFilters()) == []


def test_levels_have_edges() -> None:
    assert [suspicion_level(score) for score in (0, 0.29, 0.3, 0.59, 0.6, 1)] == ["low", "low", "medium", "medium", "high", "high"]


def test_the_address_of_next_goes_on_in_its_queue_and_says_when_it_is_over(client: Any, alice: Any, four: list[Assignment]) -> None:
    client.force_login(alice)
    address = reverse("crowdsourcing:review_next")
    job = [row.job_id for row in four]
    assert client.get(address).url == reverse("annotation:job_detail", args=[job[0]])
    in_editor = client.get(address, {"after": four[0].pk, "to": "editor"}).url
    assert in_editor == reverse("annotation:job_editor", args=[job[1]]) + "?mode=review"
    assert client.get(address, {"after": four[1].pk, "sort": "suspicion"}).url == reverse("annotation:job_detail", args=[job[3]])
    over = client.get(address, {"after": four[3].pk}, follow=True)
    assert "Nothing more waits behind that one. 4 that you passed over still wait." in over.content.decode()
    Assignment.objects.update(status="ACCEPTED")
    assert "Nothing more waits for your review." in client.get(address, {"after": four[3].pk}, follow=True).content.decode()


def test_next_after_somebody_elses_is_not_found(client: Any, bob: Any, four: list[Assignment]) -> None:
    client.force_login(bob)
    assert client.get(reverse("crowdsourcing:review_next"), {"after": four[0].pk}).status_code == 404
    assert client.get(reverse("crowdsourcing:review_next"), {"after": "x"}, follow=True).status_code == 200
