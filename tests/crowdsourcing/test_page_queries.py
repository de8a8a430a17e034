"""What the pages of a job and of a task ask of the database: few queries, and as many however much happened."""
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from annotation.models import Job, ProjectMember
from crowdsourcing.services import assignments
from tests.crowdsourcing.crowd import Crowd
from tests.crowdsourcing.test_consensus import ELSEWHERE, RIGHT, hand_in, settle

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def crowd(crowd: Crowd) -> Crowd:
    """With pictures."""
    crowd.make_frames()
    return crowd


def pages(crowd: Crowd, member: str = "") -> Client:
    """Of the owner, or of somebody with whom the project is shared."""
    user = crowd.owner
    if member:
        user = get_user_model().objects.create_user(f"a {member}")
        ProjectMember.objects.create(project=crowd.project, user=user, role=member)
    client = Client()
    client.force_login(user)
    return client


def test_a_job_takes_few_queries_however_often_it_was_tried(crowd: Crowd, django_assert_max_num_queries: Any) -> None:
    crowd.open_pool()
    row, client = crowd.work(), pages(crowd)
    page = f"/jobs/{crowd.job().pk}"
    with django_assert_max_num_queries(20):
        assert "Accept" in client.get(page).content.decode()
    for number in range(3):
        crowd.reject(row)
        crowd.deliver(assignments.reissue_job(actor=crowd.owner, task_suite=crowd.suite()))
        row = crowd.work(worker=f"worker {number}")
    with django_assert_max_num_queries(20):
        shown = client.get(page).content.decode()
    assert "Attempt 4" in shown and shown.count("Given to another Toloker") == 3


def test_a_job_that_several_do_takes_few_queries_however_many_do_it(crowd: Crowd, django_assert_max_num_queries: Any) -> None:
    crowd.open_pool(overlap=3)
    client, page = pages(crowd), f"/jobs/{crowd.job().pk}"
    for number, worker in enumerate(("ann", "ben", "sid")):
        row = hand_in(crowd, worker, ELSEWHERE if worker == "sid" else RIGHT)
        settle(crowd)
        with django_assert_max_num_queries(25):
            assert f"{number + 1} of 3 Tolokers handed in" in client.get(page).content.decode()
        with django_assert_max_num_queries(20):
            assert client.get(f"/jobs/{row.job_id}").status_code == 200


@pytest.mark.parametrize("several", [1, 2])
def test_a_task_takes_few_queries_however_many_jobs_it_has(
        crowd: Crowd, django_assert_max_num_queries: Any, several: int) -> None:
    crowd.open_pool(overlap=several)
    client = pages(crowd)
    for number in range(3):
        (hand_in(crowd, "ann", RIGHT, number=number) if several > 1 else crowd.work(number, "ann"))
        with django_assert_max_num_queries(22):
            assert client.get(f"/tasks/{crowd.task.pk}").status_code == 200


@pytest.mark.parametrize("role", ["requester", "reviewer"])
def test_members_pay_for_their_role_with_few_queries(crowd: Crowd, django_assert_max_num_queries: Any, role: str) -> None:
    crowd.open_pool()
    crowd.work()
    client = pages(crowd, role)
    for page in (f"/jobs/{crowd.job().pk}", f"/tasks/{crowd.task.pk}"):
        with django_assert_max_num_queries(26):
            assert client.get(page).status_code == 200


def test_a_list_of_jobs_counts_what_it_shows(crowd: Crowd) -> None:
    client, page = pages(crowd), f"/tasks/{crowd.task.pk}"
    first = crowd.job()
    Job.objects.filter(pk=first.pk).update(stage="validation", state="completed")
    for query, shown in (("", 3), ("?state=new", 2), ("?stage=validation", 1), ("?stage=validation&state=new", 0), ("?state=odd", 3)):
        answer = client.get(page + query)
        assert (answer.context["page"].paginator.count, len(answer.context["page"])) == (shown, shown), query
    progress = client.get(page).context["progress"]
    assert (progress.jobs, progress.accepted, progress.to_review, progress.in_progress) == (3, 0, 1, 0)


def test_what_is_on_its_way_closes_the_buttons_of_its_own_target(crowd: Crowd) -> None:
    crowd.open_pool()
    row, client = crowd.work(), pages(crowd)
    page = f"/jobs/{crowd.job().pk}"
    accept = f"/assignments/{row.pk}/accept"
    assert accept in client.get(page).content.decode()
    command = assignments.reject_assignment(actor=crowd.owner, assignment=row, comment="Nothing is marked.")
    assert accept not in client.get(page).content.decode()
    crowd.deliver(command)
    assert accept in client.get(page).content.decode(), "a rejection may be turned"


def test_a_job_leads_to_its_neighbours(crowd: Crowd) -> None:
    crowd.open_pool(overlap=2)
    rows = [hand_in(crowd, worker, RIGHT) for worker in ("ann", "ben")]
    client, (first, second, third) = pages(crowd), (crowd.job(number) for number in range(3))
    for job, before, behind in ((first, None, second), (second, first, third), (third, second, None),
                                (rows[0].job, None, rows[1].job), (rows[1].job, rows[0].job, None)):
        context = client.get(f"/jobs/{job.pk}").context
        assert (context["previous_job"], context["next_job"]) == (before, behind)
