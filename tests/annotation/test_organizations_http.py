"""/api/organizations, /api/memberships, /api/invitations, the space of a request, and CVAT's own client with a team."""
from typing import Any

import pytest
from cvat_sdk import make_client, models
from cvat_sdk.api_client import exceptions
from django.core import mail
from django.test import Client

from annotation.models import Invitation, Organization, Project
from annotation.services import projects
from tests.annotation.teams import place
from tests.cast import PASSWORD, person

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def call() -> Any:
    """call(user, method, path, body, **headers) -> answer."""
    def asked(user: Any, method: str, path: str, body: Any = None, **headers: str) -> Any:
        client = Client()
        client.force_login(user)
        return getattr(client, method)(f"/api/{path}", body, content_type=JSON, headers=headers) if body is not None or method != "get" \
            else client.get(f"/api/{path}", headers=headers)
    return asked


def test_an_organization_is_made_changed_and_deleted(call: Any, alice: Any, bob: Any) -> None:
    made = call(alice, "post", "organizations", {"slug": "vision", "name": "Vision", "contact": {"email": "x"}})
    assert made.status_code == 201, made.content
    body = made.json()
    assert (body["slug"], body["owner"]["username"], body["contact"]) == ("vision", "alice", {})
    one = f"organizations/{body['id']}"
    assert call(alice, "patch", one, {"description": "d"}).json()["description"] == "d"
    assert call(bob, "get", one).status_code == call(bob, "patch", one, {"name": "x"}).status_code == 404
    assert call(bob, "post", "organizations", {"slug": "Vision"}).json() == {"slug": ["“Vision” is taken. Choose another short name."]}
    assert call(alice, "delete", one, {}).status_code == 204
    assert not Organization.objects.exists()


def test_a_full_organization_says_why_it_stays(call: Any, alice: Any, team: Organization, team_task: Any) -> None:
    refused = call(alice, "delete", f"organizations/{team.pk}", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")


def test_memberships_are_listed_changed_and_ended(call: Any, team: Organization, alice: Any, maya: Any, wanda: Any, stranger: Any) -> None:
    listed = call(maya, "get", "memberships?sort=id", **{"X-Organization": "vision"}).json()
    assert [(row["user"]["username"], row["role"], row["is_active"]) for row in listed["results"]] == [
        ("alice", "owner", True), ("maya", "maintainer", True), ("wanda", "worker", True)]
    assert call(wanda, "get", "memberships").json()["count"] == 1
    assert call(stranger, "get", "memberships").json()["count"] == 0
    mine = listed["results"][2]["id"]
    assert call(maya, "patch", f"memberships/{mine}", {"role": "supervisor"}).json()["role"] == "supervisor"
    assert call(maya, "patch", f"memberships/{mine}", {"role": "maintainer"}).status_code == 403
    assert call(maya, "patch", f"memberships/{mine}", {"role": "king"}).status_code == 400
    assert call(stranger, "patch", f"memberships/{mine}", {"role": "worker"}).status_code == 404
    assert call(wanda, "delete", f"memberships/{mine}", {}).status_code == 204
    owner = listed["results"][0]["id"]
    assert call(alice, "delete", f"memberships/{owner}", {}).json()["code"] == "is_owner"


def test_the_owner_hands_over(call: Any, team: Organization, alice: Any, maya: Any, stranger: Any) -> None:
    address = f"organizations/{team.pk}/owner"
    assert call(alice, "post", address, {"user": stranger.pk}).status_code == 400
    assert call(maya, "post", address, {"user": maya.pk}).status_code == 403
    assert call(alice, "post", address, {"user": maya.pk}).json()["owner"]["username"] == "maya"


def test_an_invitation_goes_its_way(call: Any, team: Organization, alice: Any, maya: Any, stranger: Any) -> None:
    refused = call(maya, "post", "invitations", {"role": "worker", "email": "ann@example.org"})
    assert "organization" in refused.json() and refused.status_code == 400
    made = call(maya, "post", "invitations?org=vision", {"role": "worker", "email": "ann@example.org"}).json()
    assert (made["accepted"], made["expired"], made["organization_info"]["slug"]) == (False, False, "vision")
    assert made["user"] == {"username": "ann@example.org"}
    one = f"invitations/{made['key']}"
    assert call(maya, "get", f"invitations?accepted=false&org_id={team.pk}").json()["count"] == 1
    assert call(stranger, "get", "invitations").json()["count"] == 0
    assert call(maya, "post", f"{one}/resend", {}).json()["code"] == "too_soon"
    assert call(stranger, "delete", one, {}).status_code == 403
    assert call(stranger, "get", one).status_code == 200
    assert call(stranger, "post", f"{one}/accept", {}).json() == {"organization_slug": "vision"}
    assert call(stranger, "post", f"{one}/decline", {}).status_code == 409
    assert call(maya, "get", "invitations?accepted=true").json()["results"][0]["user"]["username"] == "stranger"
    assert call(maya, "delete", one, {}).status_code == 204
    assert call(stranger, "get", one).status_code == 404


@pytest.mark.parametrize("path, header, names", [
    ("projects", None, ["here", "home", "there"]), ("projects", "", ["home"]), ("projects", "vision", ["here"]),
    ("projects?org=other", "vision", ["there"]), ("projects?org=", "vision", ["home"]), ("projects?org_id={other}", "", ["there"])])
def test_lists_follow_the_space(call: Any, team: Organization, alice: Any, path: str, header: str | None, names: list[str]) -> None:
    other = Organization.objects.create(slug="other", owner=alice)
    place(other, alice, "owner")
    for name, home in (("here", team), ("there", other), ("home", None)):
        projects.create_project(actor=alice, name=name, organization=home)
    headers = {} if header is None else {"x-ORGANIZATION": header}
    found = call(alice, "get", path.format(other=other.pk), **headers)
    assert sorted(row["name"] for row in found.json()["results"]) == names


@pytest.mark.parametrize("path, header, status", [
    ("projects", "nowhere", 404), ("projects", "foreign", 404), ("projects?org=foreign", None, 404), ("projects?org_id=999999", None, 404),
    ("projects?org_id=x", None, 400), ("projects?org_id={team}&org=", None, 400), ("projects?org_id={team}&org=vision", "nowhere", 200),
    ("tasks", "nowhere", 404), ("jobs", "nowhere", 404), ("labels", "nowhere", 404), ("issues", "nowhere", 404),
    ("comments", "a\x00b", 404), ("requests", "nowhere", 404), ("memberships", "foreign", 404), ("invitations", "foreign", 404)])
def test_a_space_that_is_not_ones_own_is_said_so(
        call: Any, team: Organization, alice: Any, bob: Any, path: str, header: str | None, status: int) -> None:
    place(Organization.objects.create(slug="foreign", owner=bob), bob, "owner")
    answer = call(alice, "get", path.format(team=team.pk), **({} if header is None else {"X-Organization": header}))
    assert answer.status_code == status, answer.content
    if status == 404:
        assert "Ask its owner for an invitation" in answer.json()["detail"]


def test_all_lists_are_narrowed(call: Any, team_task: Any, alice: Any) -> None:
    from annotation.services import exports, issues

    issues.create_issue(actor=alice, job=team_task.jobs.first(), frame=0, position=[1, 1], message="x")
    exports.start_export(actor=alice, project_or_task=team_task, format="COCO 1.0")
    for path in ("projects", "tasks", "jobs", "labels", "issues", "comments", "requests"):
        inside, outside = (call(alice, "get", path, **{"X-Organization": slug}).json()["count"] for slug in ("vision", ""))
        assert inside > 0 and outside == 0, path


def test_new_things_begin_in_the_space(call: Any, team: Organization, alice: Any, sven: Any, wanda: Any) -> None:
    named = {"X-Organization": "vision"}
    assert call(sven, "post", "projects", {"name": "a"}, **named).json()["organization"] == team.pk
    assert call(alice, "post", "projects", {"name": "b"}).json()["organization"] is None
    task = call(sven, "post", "tasks", {"name": "c", "labels": [{"name": "car"}]}, **named).json()
    assert task["organization"] == team.pk == Project.objects.get(name="c").organization_id
    for path in ("projects", "tasks"):
        assert call(wanda, "post", path, {"name": "x", "labels": [{"name": "car"}]}, **named).status_code == 403
        assert call(alice, "post", path, {"name": "x", "labels": [{"name": "car"}]}, **{"X-Organization": "nowhere"}).status_code == 404
    assert not Project.objects.filter(name="x").exists()


def test_a_project_moves_by_its_organization_id(call: Any, team: Organization, alice: Any, maya: Any, sven: Any, project: Any) -> None:
    one = f"projects/{project.pk}"
    assert call(alice, "patch", one, {"organization_id": team.pk}).json()["organization"] == team.pk
    assert call(sven, "patch", one, {"organization_id": None}).status_code == 403
    assert call(alice, "patch", one, {"organization_id": 10**8}).status_code == 400
    # Who moves it away may not see it any more.
    assert call(maya, "patch", one, {"organization_id": None}).json()["organization"] is None
    assert call(maya, "get", one).status_code == 404
    task = call(alice, "post", "tasks", {"name": "t", "project_id": project.pk}).json()
    assert call(alice, "patch", f"tasks/{task['id']}", {"organization_id": team.pk}).status_code == 400
    assert call(alice, "patch", f"tasks/{task['id']}", {"organization_id": None}).status_code == 200


@pytest.mark.parametrize("path", ["organizations", "memberships", "invitations", "projects", "jobs"])
def test_lists_cost_few_queries(team: Organization, alice: Any, maya: Any, fill: Any, project: Any, path: str,
                                django_assert_max_num_queries: Any) -> None:
    Project.objects.update(organization=team)
    fill(count=6, segment_size=1)
    for number in range(6):
        place(team, person(f"p{number}"), "worker")
        place(Organization.objects.create(slug=f"o{number}", owner=maya), maya, "owner")
        Invitation.objects.create(organization=team, email=f"{number}@example.org", owner=alice, expiry_date="2040-01-01T00:00Z")
    client = Client()
    client.force_login(maya)
    with django_assert_max_num_queries(10):
        assert client.get(f"/api/{path}", headers={"X-Organization": "vision"}).json()["count"] > 1 or path == "projects"


# --- CVAT's client ----------------------------------------------------------------------------------------------------
def test_a_team_works_with_cvats_client(sdk: Any, sdk_server: str, alice: Any) -> None:
    ann = person("ann")
    team = sdk.organizations.create(models.OrganizationWriteRequest(slug="vision", name="Vision team"))
    assert [one.slug for one in sdk.organizations.list()] == ["vision"]
    team.update(models.PatchedOrganizationWriteRequest(description="We look."))
    assert sdk.organizations.retrieve(team.id).description == "We look."

    sdk.organization_slug = "vision"
    project = sdk.projects.create({"name": "Streets", "labels": [{"name": "car"}]})
    assert project.organization == team.id
    invitation, _ = sdk.api_client.invitations_api.create(models.InvitationWriteRequest(role="worker", email="ann@example.org"))
    assert invitation.key in mail.outbox[-1].body
    with make_client(sdk_server, credentials=(ann.username, PASSWORD)) as worker:
        accepted, _ = worker.api_client.invitations_api.accept(invitation.key)
        assert accepted.organization_slug == "vision"
        worker.organization_slug = "vision"
        assert worker.projects.list() == [] and worker.jobs.list() == []
        with pytest.raises(exceptions.ForbiddenException):
            worker.projects.create({"name": "no"})
    [row] = sdk.api_client.memberships_api.list(role="worker")[0].results
    changed, _ = sdk.api_client.memberships_api.partial_update(row.id, patched_membership_write_request={"role": "supervisor"})
    assert str(changed.role) == "supervisor"

    assert [one.name for one in sdk.projects.list()] == ["Streets"]
    with sdk.organization_context(""):
        assert sdk.projects.list() == []
        assert [label.name for label in project.get_labels()] == ["car"]
    sdk.organization_slug = "nowhere"
    with pytest.raises(exceptions.NotFoundException):
        sdk.projects.list()
    sdk.organization_slug = None
    with pytest.raises(exceptions.ApiException) as refused:
        team.remove()
    assert refused.value.status == 409
    project.remove()
    team.remove()
    assert sdk.organizations.list() == []


def test_a_worker_annotates_with_cvats_client(sdk_server: str, given: Any, wanda: Any) -> None:
    with make_client(sdk_server, credentials=(wanda.username, PASSWORD)) as client:
        client.organization_slug = "vision"
        [job] = client.jobs.list()
        label = next(one for one in job.get_labels() if one.name == "person")
        assert [frame.name for frame in job.get_meta().frames] == ["0.jpg", "1.jpg"]
        assert len(job.get_frame(0, quality="original").read()) > 100
        job.set_annotations(models.LabeledDataRequest(shapes=[
            models.LabeledShapeRequest(frame=0, label_id=label.id, type="rectangle", points=[1, 2, 30, 40])]))
        assert len(job.get_annotations().shapes) == 1 and job.get_issues() == []
        job.update({"state": "completed"})
        assert job.fetch().state == "completed"
        for refused in (lambda: client.tasks.retrieve(given.task_id), lambda: job.get_frame(2, quality="original")):
            with pytest.raises(exceptions.NotFoundException):
                refused()
