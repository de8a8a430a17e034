"""The job page's bar, its dialogs and history, and the queue of what waits for a review."""
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from annotation.models import Frame
from crowdsourcing.models import Assignment, Pool, ProviderCommand
from crowdsourcing.selectors import obstacles
from crowdsourcing.statuses import CommandKind
from tests.crowdsourcing import scene

pytestmark = [pytest.mark.services, pytest.mark.django_db]


@pytest.fixture
def pool(alice: Any) -> Pool:
    task = scene.task(scene.project(alice), jobs=3)
    Frame.objects.bulk_create([
        Frame(task=task, number=number, name=f"{number}.jpg", width=100, height=80, media_type="image/jpeg", byte_size=1, sha256="0" * 64,
              original=f"o{number}.jpg", thumbnail=f"t{number}.jpg") for number in range(3)])
    return scene.pool(task, status="OPEN")


def text_of(response: Any) -> str:
    return response.content.decode()


def accept_address(assignment: Assignment) -> str:
    return reverse("crowdsourcing:assignment_accept", args=[assignment.pk])


def reject_address(assignment: Assignment) -> str:
    return reverse("crowdsourcing:assignment_reject", args=[assignment.pk])


def reissue_address(assignment: Assignment) -> str:
    return reverse("crowdsourcing:reissue", args=[assignment.task_suite_id])


def job_page(signed_in: Any, assignment: Assignment) -> str:
    return text_of(signed_in.get(reverse("annotation:job_detail", args=[assignment.job_id])))


def offered(page: str, assignment: Assignment) -> list[str]:
    addresses = {"accept": accept_address(assignment), "reject": reject_address(assignment), "reissue": reissue_address(assignment)}
    return [name for name, address in addresses.items() if f'href="{address}"' in page]


@pytest.mark.parametrize(("status", "buttons"), [
    ("SUBMITTED", ["accept", "reject"]), ("REJECTED", ["accept"]), ("ACCEPTED", []), ("ACTIVE", []), ("EXPIRED", []), ("SKIPPED", [])])
def test_the_bar_offers_what_can_be_decided(signed_in: Any, pool: Pool, status: str, buttons: list[str]) -> None:
    assignment = scene.assignment(pool.task.jobs.first(), status)
    assert offered(job_page(signed_in, assignment), assignment) == buttons


def test_automatic_mode_hides_both(signed_in: Any, pool: Pool) -> None:
    Pool.objects.update(auto_accept_solutions=True)
    assignment = scene.assignment(pool.task.jobs.first(), "ACCEPTED")
    page = job_page(signed_in, assignment)
    assert offered(page, assignment) == [] and "Accepted automatically" in page


def test_by_hand_a_rejected_job_can_be_given_to_another_toloker(signed_in: Any, pool: Pool) -> None:
    Pool.objects.update(reissue_policy="by_hand")
    assignment = scene.assignment(pool.task.jobs.first(), "REJECTED")
    assert offered(job_page(signed_in, assignment), assignment) == ["accept", "reissue"]
    assert "you pay for both" in text_of(signed_in.get(reissue_address(assignment)))
    signed_in.post(reissue_address(assignment))
    command = ProviderCommand.objects.get()
    assert (command.kind, command.payload) == ("reissue_job", {"overlap": 2})


def test_after_the_dispute_it_can_be_given_away_but_no_longer_be_accepted(signed_in: Any, pool: Pool) -> None:
    assignment = scene.assignment(pool.task.jobs.first(), "REJECTED", rejected=timezone.now() - timedelta(days=10))
    assert offered(job_page(signed_in, assignment), assignment) == ["reissue"]


def test_accepting_names_the_price_and_asks_the_platform(signed_in: Any, pool: Pool) -> None:
    assignment = scene.assignment(pool.task.jobs.first())
    assert "charged <strong>$0.05</strong>" in text_of(signed_in.get(accept_address(assignment), HTTP_HX_REQUEST="true"))
    response = signed_in.post(accept_address(assignment), {"comment": " Good boxes. "})
    assert response.url == reverse("annotation:job_detail", args=[assignment.job_id])
    command = ProviderCommand.objects.get()
    assert (command.kind, command.target_id, command.payload) == ("accept_assignment", assignment.pk, {"comment": "Good boxes."})
    assignment.refresh_from_db()
    assert assignment.status == "SUBMITTED"  # asked, not yet answered
    page = job_page(signed_in, assignment)
    assert offered(page, assignment) == [] and reverse("crowdsourcing:command_fragment", args=[command.pk]) in page


def test_a_click_on_a_stale_question_does_not_overrule_a_rejection(signed_in: Any, pool: Pool) -> None:
    assignment = scene.assignment(pool.task.jobs.first())
    assert "overrule" not in text_of(signed_in.get(accept_address(assignment)))
    Assignment.objects.filter(pk=assignment.pk).update(status="REJECTED", rejected=timezone.now())
    stale = signed_in.post(accept_address(assignment), {"comment": ""})
    assert stale.status_code == 422 and "It was rejected meanwhile" in text_of(stale) and not ProviderCommand.objects.exists()
    assert "Accepting it overrules that" in text_of(stale) and 'name="overrule"' in text_of(stale), "now it is known"
    assert signed_in.post(accept_address(assignment), {"comment": "", "overrule": "1"}).status_code == 302
    assert ProviderCommand.objects.get().kind == "accept_assignment"


def test_a_rejection_needs_a_reason_and_warns_of_what_follows(signed_in: Any, pool: Pool) -> None:
    assignment = scene.assignment(pool.task.jobs.first())
    page = text_of(signed_in.get(reject_address(assignment)))
    assert "No charge is made" in page and "may appeal" in page and "then another Toloker gets it" in page
    response = signed_in.post(reject_address(assignment), {"comment": "   "})
    assert response.status_code == 422 and "Say why the work is rejected" in text_of(response)
    signed_in.post(reject_address(assignment), {"comment": "No boxes at all."})
    assert ProviderCommand.objects.get().payload == {"comment": "No boxes at all."}


@pytest.mark.parametrize(("policy", "words"), [("at_once", "Another Toloker gets the job at once"), ("by_hand", "until you press")])
def test_the_warning_follows_the_pools_policy(signed_in: Any, pool: Pool, policy: str, words: str) -> None:
    Pool.objects.update(reissue_policy=policy)
    assert words in text_of(signed_in.get(reject_address(scene.assignment(pool.task.jobs.first()))))


def test_a_second_decision_meets_a_clear_sentence(signed_in: Any, pool: Pool) -> None:
    assignment = scene.assignment(pool.task.jobs.first())
    signed_in.post(accept_address(assignment), {"comment": ""})
    response = signed_in.post(reject_address(assignment), {"comment": "No."})
    assert response.status_code == 422 and "still on its way" in text_of(response)
    assert ProviderCommand.objects.count() == 1


def test_an_accepted_one_is_not_rejected(signed_in: Any, pool: Pool) -> None:
    assignment = scene.assignment(pool.task.jobs.first(), "ACCEPTED")
    response = signed_in.post(reject_address(assignment), {"comment": "No."})
    assert response.status_code == 422 and not ProviderCommand.objects.exists()


def test_a_reviewer_decides_but_does_not_give_away(client: Any, rita: Any, pool: Pool) -> None:
    pool.task.project.members.create(user=rita, role="reviewer")
    Pool.objects.update(reissue_policy="by_hand")
    assignment = scene.assignment(pool.task.jobs.first(), "REJECTED")
    client.force_login(rita)
    assert offered(job_page(client, assignment), assignment) == ["accept"]
    assert client.post(reissue_address(assignment)).status_code == 403
    client.post(accept_address(assignment), {"comment": "", "overrule": "1"})
    assert ProviderCommand.objects.get().actor == rita


def test_submitted_without_work_is_said_loudly(signed_in: Any, pool: Pool) -> None:
    assignment = scene.assignment(pool.task.jobs.first(), work=False)
    assert "Submitted without work." in job_page(signed_in, assignment)
    assert "Submitted without work" in text_of(signed_in.get(accept_address(assignment)))


def test_every_attempt_keeps_its_own_work_and_history(signed_in: Any, pool: Pool) -> None:
    job = pool.task.jobs.first()
    rejected = scene.assignment(job, "REJECTED", age=timedelta(days=2), public_comment="The car is missing.")
    newer = scene.assignment(job, "SUBMITTED", age=timedelta(hours=1))
    page = job_page(signed_in, newer)
    for assignment in (rejected, newer):
        assert f"?snapshot={assignment.snapshot_id}" in page
    history = page[page.index('id="crowd-timeline-title"'):]
    assert history.index("Submitted</strong> <span class=\"text-secondary\">attempt 2") < history.index("Rejected</strong>")
    assert "<blockquote>The car is missing.</blockquote>" in history and "alice" in history
    assert offered(page, newer) == ["accept", "reject"] and offered(page, rejected) == []


def test_the_queue_shows_the_oldest_first_and_when_each_is_accepted_by_itself(signed_in: Any, pool: Pool) -> None:
    first, second, third = pool.task.jobs.all()
    scene.assignment(first, age=timedelta(hours=1))
    scene.assignment(second, age=timedelta(days=10))
    scene.assignment(third, "ACCEPTED")
    page = text_of(signed_in.get(reverse("crowdsourcing:review_queue")))
    body = page[page.index("<tbody>"):]
    assert body.index(f"Job {second.pk}") < body.index(f"Job {first.pk}") and f"Job {third.pk}<" not in body
    assert "in 16 days" in body and "$0.10 in all" in page
    assert 'Review<span class="badge' in page and ">2<span" in page


def test_the_queue_can_be_narrowed_to_a_pool(signed_in: Any, pool: Pool, alice: Any) -> None:
    other = scene.pool(scene.task(scene.project(alice, "Other"), "Elsewhere", jobs=1))
    here, there = scene.assignment(pool.task.jobs.first()), scene.assignment(other.task.jobs.first())
    page = text_of(signed_in.get(reverse("crowdsourcing:review_queue"), {"pool": other.pk}))
    assert f"Job {there.job_id}<" in page and f"Job {here.job_id}<" not in page
    assert signed_in.get(reverse("crowdsourcing:review_queue"), {"pool": "x'"}).status_code == 200


def test_the_queue_costs_the_same_queries_for_one_and_for_many(signed_in: Any, pool: Pool, alice: Any,
                                                              django_assert_max_num_queries: Any) -> None:
    big = scene.pool(scene.task(scene.project(alice, "Big"), jobs=30))
    for job in big.task.jobs.all():
        scene.assignment(job)
    with django_assert_max_num_queries(10):
        signed_in.get(reverse("crowdsourcing:review_queue"))


def test_job_badges_cost_one_query_a_task(signed_in: Any, pool: Pool, django_assert_max_num_queries: Any) -> None:
    for job in pool.task.jobs.all():
        scene.assignment(job)
    with django_assert_max_num_queries(60):
        page = text_of(signed_in.get(reverse("annotation:task_detail", args=[pool.task_id])))
    assert page.count("Waiting for review") == 3


@pytest.mark.parametrize(("policy", "words"), [
    ("by_hand", "1 rejected job waits until you give it to another Toloker"),
    ("after_dispute", "1 rejected job goes to another Toloker when the dispute period is over")])
def test_when_only_rejected_jobs_are_left_the_panel_says_what_becomes_of_them(signed_in: Any, pool: Pool, policy: str, words: str) -> None:
    Pool.objects.filter(pk=pool.pk).update(status="CLOSED", last_close_reason="COMPLETED", reissue_policy=policy)
    first, second, third = pool.task.jobs.all()
    scene.assignment(first, "ACCEPTED")
    scene.assignment(second, "ACCEPTED")
    scene.assignment(third, "REJECTED")
    page = signed_in.get(reverse("annotation:task_detail", args=[pool.task_id])).content.decode()
    panel = page[page.index('id="crowd-pool"'):page.index('id="jobs-title"')]
    assert words in " ".join(panel.split()) and reverse("annotation:job_detail", args=[third.pk]) in panel
    assert "<strong>Not visible to Tolokers" not in panel, "starting it would offer nothing to anybody"


def test_a_pool_is_archived_when_all_jobs_are_complete_or_when_nobody_ever_worked_in_it(pool: Pool) -> None:
    Pool.objects.filter(pk=pool.pk).update(status="CLOSED")
    pool.refresh_from_db()
    scene.assignment(pool.task.jobs.all()[0], "EXPIRED")
    assert obstacles(pool, CommandKind.ARCHIVE_POOL) == [], "called off: an attempt that was given back is no work"
    scene.assignment(pool.task.jobs.all()[0], "ACCEPTED")
    (sentence,) = obstacles(pool, CommandKind.ARCHIVE_POOL)
    assert sentence.startswith("2 of 3 jobs are not complete.")
    for job in pool.task.jobs.all()[1:]:
        scene.assignment(job, "ACCEPTED")
    assert obstacles(pool, CommandKind.ARCHIVE_POOL) == []
