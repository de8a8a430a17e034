"""Which changes are written down for whom, and what the bodies say."""
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from annotation.models import Job, Organization, OrganizationMember, Project, ProjectMember, Webhook, WebhookDelivery
from annotation.services import invitations, issues, jobs, members, organizations, projects, shapes, tasks, webhooks
from annotation.webhooks.announcing import announce, changing, listening
from tests.annotation.conftest import Fill

pytestmark = pytest.mark.django_db
# What happens in one transaction is told together, and an ordinary test is one.
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listen(alice: Any, project: Project) -> Any:
    """listen(*events, place=project) -> a webhook."""
    def made(*events: str, place: Any = None, **more: Any) -> Webhook:
        return webhooks.create_webhook(
            actor=alice, place=place or project, target_url="https://example.org/hook", events=list(events), **more)
    return made


def told() -> list[tuple[str, str]]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("event", "subject"))


def body(event: str) -> dict[str, Any]:
    return WebhookDelivery.objects.get(event=event).payload


def test_a_new_task_is_told_as_rest_shows_it(alice: Any, project: Project, listen: Any, settings: Any) -> None:
    settings.PUBLIC_URL = "https://annotate.example.org"
    webhook = listen("create:task")
    task = tasks.create_task(actor=alice, project=project, name="Monday")
    said = body("create:task")
    assert set(said) == {"event", "task", "webhook_id", "sender"}
    assert (said["event"], said["webhook_id"], said["sender"]["username"]) == ("create:task", webhook.pk, "alice")
    assert (said["task"]["id"], said["task"]["name"], said["task"]["project_id"]) == (task.pk, "Monday", project.pk)
    assert said["task"]["url"] == f"https://annotate.example.org/api/tasks/{task.pk}"


@committed
def test_an_update_names_only_what_changed_with_its_old_value(alice: Any, project: Project, listen: Any) -> None:
    listen("update:task", "update:project")
    task = tasks.create_task(actor=alice, project=project, name="Monday")
    tasks.update_task(actor=alice, task=task, name="Tuesday")
    said = body("update:task")
    assert set(said["before_update"]) == {"name", "updated_date"}
    assert (said["before_update"]["name"], said["task"]["name"]) == ("Monday", "Tuesday")
    tasks.update_task(actor=alice, task=task, name="Tuesday")
    assert told() == [("update:task", f"task:{task.pk}")]


@committed
def test_several_changes_of_a_transaction_are_one_delivery_with_the_first_old_values(alice: Any, project: Project, listen: Any) -> None:
    listen("update:project")
    with transaction.atomic():
        projects.update_project(actor=alice, project=project, name="Roads")
        projects.update_project(actor=alice, project=project, guide="New words")
        projects.update_project(actor=alice, project=project, name="Ways")
    said = body("update:project")
    assert (said["project"]["name"], said["project"]["guide"]) == ("Ways", "New words")
    assert (said["before_update"]["name"], said["before_update"]["guide"]) == ("Streets", "# Boxes")
    projects.update_project(actor=alice, project=project, name="Lanes")
    assert WebhookDelivery.objects.count() == 2


@committed
def test_changes_that_cancel_out_in_a_transaction_are_not_told(alice: Any, project: Project, listen: Any) -> None:
    listen("update:project")
    with transaction.atomic():
        projects.update_project(actor=alice, project=project, name="Roads")
        projects.update_project(actor=alice, project=project, name="Streets")
    assert told() == []


@committed
def test_what_was_rolled_back_was_never_written(alice: Any, project: Project, listen: Any) -> None:
    listen("update:project")
    with transaction.atomic():
        projects.update_project(actor=alice, project=project, name="Roads")
        try:
            with transaction.atomic():
                projects.update_project(actor=alice, project=project, guide="Lost")
                raise InterruptedError
        except InterruptedError:
            pass  # what the test is about
        projects.update_project(actor=alice, project=project, name="Ways")
    assert set(body("update:project")["before_update"]) == {"name", "updated_date"}
    with pytest.raises(InterruptedError), transaction.atomic():
        projects.update_project(actor=alice, project=project, name="Nowhere")
        raise InterruptedError
    assert WebhookDelivery.objects.count() == 1


@committed
def test_made_and_changed_is_told_as_made_and_made_and_deleted_not_at_all(alice: Any, project: Project, listen: Any) -> None:
    listen("create:task", "update:task", "delete:task")
    with transaction.atomic():
        task = tasks.create_task(actor=alice, project=project, name="Monday")
        tasks.update_task(actor=alice, task=task, name="Tuesday")
        gone = tasks.create_task(actor=alice, project=project, name="Never")
        tasks.delete_task(actor=alice, task=gone)
    assert told() == [("create:task", f"task:{task.pk}")]
    assert body("create:task")["task"]["name"] == "Tuesday"
    key = task.pk
    with transaction.atomic():
        tasks.update_task(actor=alice, task=task, name="Wednesday")
        tasks.delete_task(actor=alice, task=task)
    assert told() == [("create:task", f"task:{key}"), ("delete:task", f"task:{key}")]
    assert body("delete:task")["task"]["name"] == "Wednesday"


def test_a_deleted_task_is_told_with_its_jobs(alice: Any, fill: Fill, listen: Any) -> None:
    task = fill(count=2, segment_size=1)
    listen("delete:task", "delete:job")
    key, jobs = task.pk, sorted(task.jobs.values_list("pk", flat=True))
    tasks.delete_task(actor=alice, task=task)
    assert sorted(told()) == [*(("delete:job", f"job:{job}") for job in jobs), ("delete:task", f"task:{key}")]


def test_a_deleted_project_takes_its_own_webhooks_along_and_its_team_hears_of_it(alice: Any, project: Project, listen: Any) -> None:
    team = Organization.objects.create(slug="team", owner=alice)
    OrganizationMember.objects.create(organization=team, user=alice, role="owner")
    Project.objects.filter(pk=project.pk).update(organization=team)
    project.refresh_from_db()
    tasks.create_task(actor=alice, project=project, name="Monday")
    listen("delete:task")
    webhooks.create_webhook(actor=alice, place=team, target_url="https://example.org/team", events=["delete:project", "delete:task"])
    projects.delete_project(actor=alice, project=project)
    assert sorted(event for event, _ in told()) == ["delete:project", "delete:task"]


def test_only_webhooks_of_the_place_that_are_on_hear_of_it(alice: Any, bob: Any, project: Project, listen: Any) -> None:
    other = projects.create_project(actor=bob, name="Elsewhere")
    webhooks.create_webhook(actor=bob, place=other, target_url="https://example.org/b", events=["create:task"])
    listen("create:task", is_active=False)
    listen("update:task")
    tasks.create_task(actor=alice, project=project, name="Monday")
    assert told() == []


def test_a_change_that_nobody_listens_to_costs_one_query(
        alice: Any, project: Project, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    assert not listening("update:project", projects=[project.pk])
    with transaction.atomic():
        with django_assert_num_queries(1):
            announce("create", "task", [1, 2, 3], projects=[project.pk])
        with django_assert_num_queries(1), changing("project", [project.pk], projects=[project.pk]):
            assert project.pk


def test_many_things_are_told_with_a_fixed_number_of_queries(
        fill: Fill, project: Project, listen: Any, django_assert_max_num_queries: Any) -> None:
    task = fill(count=12, segment_size=1)
    listen("update:job")
    keys = list(task.jobs.values_list("pk", flat=True))
    with django_assert_max_num_queries(20), changing("job", keys, projects=[project.pk]):
        Job.objects.filter(pk__in=keys).update(state="in progress")
    assert WebhookDelivery.objects.filter(event="update:job").count() == 12
    assert WebhookDelivery.objects.first().payload["before_update"]["state"] == "new"


def test_a_reviewer_may_not_look_after_webhooks(alice: Any, rita: Any, project: Project) -> None:
    members.share_project(actor=alice, project=project, user=rita, role=ProjectMember.Role.REVIEWER)
    from annotation.errors import Forbidden

    with pytest.raises(Forbidden):
        webhooks.create_webhook(actor=rita, place=project, target_url="https://example.org", events=["update:job"])


def test_filling_a_task_tells_its_jobs_its_size_and_the_end_of_the_request(fill: Fill, listen: Any) -> None:
    listen("create:job", "update:task", "completed:request[create:task]")
    task = fill(count=2, segment_size=1)
    jobs = [f"job:{key}" for key in task.jobs.values_list("pk", flat=True)]
    assert sorted(told()) == [
        ("completed:request[create:task]", f"request:{task.requests.get().pk}"), *(("create:job", job) for job in jobs),
        ("update:task", f"task:{task.pk}")]
    over = body("completed:request[create:task]")["request"]
    assert (over["status"], over["operation"]["task_id"]) == ("finished", task.pk)
    assert body("update:task")["before_update"]["size"] == 0


def test_the_first_save_of_a_job_is_told_and_the_next_is_not(alice: Any, fill: Fill, listen: Any) -> None:
    job = fill(count=1).jobs.get()
    listen("update:job")
    empty = {"0": {"shapes": [], "tags": [], "nothing_here": True}}
    shapes.save_frames(job=job, revision=0, frames=empty)
    shapes.save_frames(job=job, revision=1, frames=empty)
    said = body("update:job")
    assert (said["before_update"]["state"], said["job"]["state"]) == ("new", "in progress")


def test_saving_asks_for_listeners_once_in_a_job_s_life(fill: Fill) -> None:
    job = fill(count=1).jobs.get()
    frames = {"0": {"shapes": [], "tags": [], "nothing_here": True}}

    def queries(revision: int) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            shapes.save_frames(job=job, revision=revision, frames=frames)
        return [query["sql"] for query in captured if "annotation_webhook" in query["sql"]]
    assert [len(queries(0)), len(queries(1)), len(queries(2))] == [1, 0, 0]


@committed
def test_review_is_told_step_by_step(alice: Any, fill: Fill, listen: Any) -> None:
    job = fill(count=1).jobs.get()
    listen("update:job", "create:issue", "update:issue", "delete:issue", "create:comment", "update:comment", "delete:comment")
    jobs.update_job(actor=alice, job=job, stage="validation")
    issue = issues.create_issue(actor=alice, job=job, frame=0, position=[1, 2], message="Too wide")
    comment = issues.add_comment(actor=alice, issue=issue, message="The left one")
    issues.edit_comment(actor=alice, comment=comment, message="The right one")
    issues.delete_comment(actor=alice, comment=comment)
    issues.resolve_issue(actor=alice, issue=issue)
    issues.delete_issue(actor=alice, issue=issue)
    assert [event for event, _ in told()] == [
        "update:job", "create:issue", "create:comment", "update:comment", "delete:comment", "update:issue", "delete:issue"]
    assert body("update:job")["before_update"]["stage"] == "annotation"
    assert body("update:comment")["before_update"]["message"] == "The left one"
    assert body("update:issue")["before_update"]["resolved"] is False


@committed
def test_a_team_s_webhook_hears_of_its_places_and_invitations(alice: Any, bob: Any) -> None:
    team = organizations.create_organization(actor=alice, slug="team")
    webhooks.create_webhook(actor=alice, place=team, target_url="https://example.org/team", events=[
        "update:organization", "create:membership", "update:membership", "delete:membership", "create:invitation", "delete:invitation"])
    organizations.update_organization(actor=alice, organization=team, name="Vision")
    invitation = invitations.invite(actor=alice, organization=team, email="bob@example.org", role="supervisor")
    member = invitations.accept(actor=bob, invitation=invitation)
    invitations.accept(actor=bob, invitation=invitation)
    organizations.change_role(actor=alice, member=member, role="maintainer")
    organizations.remove_member(actor=bob, member=member)
    invitations.revoke(actor=alice, invitation=invitations.invite(actor=alice, organization=team, email="ann@example.org"))
    assert [event for event, _ in told()] == [
        "update:organization", "create:invitation", "create:membership", "update:membership", "delete:membership", "create:invitation",
        "delete:invitation"]
    assert body("update:organization")["before_update"]["name"] == ""
    assert body("update:membership")["before_update"]["role"] == "supervisor"
    assert invitation.pk not in str(list(WebhookDelivery.objects.values())), "whoever has the key takes the place"
