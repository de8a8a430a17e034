"""Bulk decisions while the world moves between the question, the click and each job's turn."""
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from crowdsourcing import tasks
from crowdsourcing.models import Assignment, BulkDecision, Pool, ProviderCommand
from crowdsourcing.selectors.bulk import items_of
from crowdsourcing.selectors.queue import QueueFilters
from crowdsourcing.services.bulk import decide_many, retry_bulk
from tests.crowdsourcing import scene
from tests.crowdsourcing.test_pages_queue import NEW, QUEUE, hidden_of, text_of

pytestmark = [pytest.mark.services, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.carry_on_bulk, "apply_async", lambda args, countdown=0: None)
    monkeypatch.setattr(tasks.deliver, "delay", lambda command_id: None)


@pytest.fixture
def pool(alice: Any) -> Pool:
    return scene.pool(scene.task(scene.project(alice), jobs=4), status="OPEN")


@pytest.fixture
def three(pool: Pool) -> list[Assignment]:
    """One job of the four is not taken yet."""
    return [scene.assignment(job, age=timedelta(hours=20 - number)) for number, job in enumerate(list(pool.task.jobs.all())[:3])]


def run(bulk: BulkDecision) -> None:
    bulk.refresh_from_db()
    tasks.carry_on_bulk(str(bulk.pk), bulk.moved_at.isoformat())


def test_a_bulk_accept_does_not_pay_for_what_a_colleague_rejected_meanwhile(alice: Any, three: list[Assignment]) -> None:
    bulk = decide_many(actor=alice, verb="accept_assignment", filters=QueueFilters(), confirmed=scene.AGREED)
    Assignment.objects.filter(pk=three[1].pk).update(status="REJECTED", rejected=timezone.now())
    run(bulk)
    found = list(items_of(bulk))
    assert [item.outcome for item in found] == ["asked", "refused", "asked"]
    assert "rejected meanwhile" in found[1].sentence and found[1].code == "not_possible"
    run(retry_bulk(actor=alice, bulk=bulk))
    assert not ProviderCommand.objects.filter(target_id=three[1].pk).exists(), "nor when it is tried again"


def test_what_is_submitted_after_the_question_is_not_in_the_answer(signed_in: Any, pool: Pool, three: list[Assignment]) -> None:
    answer = hidden_of(text_of(signed_in.get(NEW, {"verb": "accept", "filters": f"pool={pool.pk}", "all": "1"})))
    # One goes, one comes: number and money are what was confirmed, but it is not what was asked about.
    Assignment.objects.filter(pk=three[0].pk).update(status="ACCEPTED")
    late = scene.assignment(pool.task.jobs.last())
    assert signed_in.post(NEW, answer).status_code == 302
    decided = list(BulkDecision.objects.get().items.values_list("assignment", flat=True))
    assert late.pk not in decided and decided == [three[1].pk, three[2].pk]


def test_an_answer_that_does_not_say_about_which_jobs_is_asked_again(signed_in: Any, three: list[Assignment]) -> None:
    answer = hidden_of(text_of(signed_in.get(NEW, {"verb": "accept", "filters": "", "all": "1"})))
    for seen in ([], [""], ["1,x"], [f"{three[0].pk},-1"]):
        response = signed_in.post(NEW, {**answer, "seen": seen})
        assert response.status_code == 422 and "not complete" in text_of(response), seen
    assert not BulkDecision.objects.exists()


@pytest.mark.parametrize("change", [{"amount": "NaN"}, {"amount": "sNaN"}, {"count": "-1"}, {"comment": "a\x00b"}])
def test_an_answer_that_no_form_sends_decides_nothing(signed_in: Any, three: list[Assignment], change: dict[str, str]) -> None:
    page = text_of(signed_in.get(NEW, {"verb": "reject", "filters": "", "all": "1"}))
    response = signed_in.post(NEW, {**hidden_of(page), "comment": "No.", **change})
    assert response.status_code == 422 and not BulkDecision.objects.exists()


@pytest.mark.parametrize("address", [QUEUE, "/review/next", NEW])
def test_a_character_that_cannot_be_stored_is_no_fault_of_ours(signed_in: Any, three: list[Assignment], address: str) -> None:
    asked = {"toloker": "a\x00"} if address != NEW else {"verb": "accept", "all": "1", "filters": "toloker=a%00"}
    assert signed_in.get(address, asked).status_code in (200, 302, 422)


def test_jobs_of_a_project_one_left_are_not_shown_any_more(client: Any, rita: Any, pool: Pool, three: list[Assignment]) -> None:
    member = pool.task.project.members.create(user=rita, role="reviewer")
    bulk = decide_many(actor=rita, verb="accept_assignment", filters=QueueFilters(), confirmed=scene.AGREED)
    client.force_login(rita)
    page, items = f"/review/bulk/{bulk.pk}", f"/api/crowdsourcing/bulk-decisions/{bulk.pk}/items"
    toloker = three[0].toloker.user_id
    assert toloker in text_of(client.get(page)) and len(client.get(items).json()["results"]) == 3
    member.delete()
    assert toloker not in text_of(client.get(page)) and client.get(items).json()["results"] == []
