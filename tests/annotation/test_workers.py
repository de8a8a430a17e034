"""Workers of an organization: their jobs and nothing else, through pages, REST and the editor."""
from typing import Any

import pytest
from django.test import Client

from annotation import selectors
from annotation.errors import Forbidden, ReadOnly
from annotation.models import Frame, Issue, Job, Project, ProjectMember
from annotation.services import exports, issues, jobs, tasks
from tests.annotation.teams import place
from tests.cast import person

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def as_wanda(wanda: Any) -> Client:
    client = Client()
    client.force_login(wanda)
    return client


def box(project: Project) -> dict[str, Any]:
    return {"type": "rectangle", "frame": 0, "label_id": project.labels.get(name="person").pk, "points": [1, 2, 30, 40]}


@pytest.mark.parametrize("who, role, edits, shares", [
    ("alice", "owner", True, True), ("maya", "maintainer", True, True), ("sven", "supervisor", False, False), ("wanda", None, False, False),
    ("stranger", None, False, False), ("ada", "admin", True, True)])
def test_places_in_the_organization_open_its_projects(
        request: Any, team_task: Any, who: str, role: str | None, edits: bool, shares: bool) -> None:
    user, project = request.getfixturevalue(who), team_task.project
    assert selectors.role_of(user, project) == role
    assert (selectors.may_edit(user, project), selectors.may_share(user, project)) == (edits, shares)
    assert selectors.may_review(user, project) is (role is not None)
    seen = [project] if role else []
    assert list(selectors.projects_for(user)) == seen
    assert selectors.tasks_for(user).exists() is selectors.jobs_for(user).exists() is bool(seen)


def test_a_supervisor_edits_what_is_theirs(team: Any, sven: Any, maya: Any) -> None:
    project = Project.objects.create(owner=sven, name="Sven's", organization=team)
    assert selectors.role_of(sven, project) == "owner"
    assert selectors.may_edit(maya, project)


def test_owning_a_project_of_an_organization_one_is_not_in_gives_nothing(team: Any, bob: Any) -> None:
    project = Project.objects.create(owner=bob, name="left behind", organization=team)
    assert selectors.role_of(bob, project) is None
    assert not selectors.projects_for(bob).exists()


def test_what_is_shared_with_a_worker_leaves_them_a_worker(team_task: Any, wanda: Any, rita: Any) -> None:
    for user in (wanda, rita):
        ProjectMember.objects.create(project=team_task.project, user=user, role="requester")
    assert selectors.role_of(wanda, team_task.project) is None
    assert not selectors.projects_for(wanda).exists()
    assert selectors.role_of(rita, team_task.project) == "requester"
    assert selectors.projects_for(rita).exists()


def test_a_worker_reads_and_changes_the_shapes_of_their_job(as_wanda: Client, given: Job) -> None:
    address = f"/api/jobs/{given.pk}/annotations/"
    stored = as_wanda.put(address, {"shapes": [box(given.task.project)]}, content_type=JSON)
    assert stored.status_code == 200, stored.content
    assert len(as_wanda.get(address).json()["shapes"]) == 1
    assert as_wanda.delete(address).status_code == 204


def test_a_worker_sees_their_frames_and_no_others(as_wanda: Client, given: Job) -> None:
    assert [row["name"] for row in as_wanda.get(f"/api/jobs/{given.pk}/data/meta").json()["frames"]] == ["0.jpg", "1.jpg"]
    look = f"/api/jobs/{given.pk}/data?type=frame&quality=original&number="
    assert [as_wanda.get(f"{look}{number}").status_code for number in range(4)] == [200, 200, 404, 404]
    pages = [as_wanda.get(f"/frames/{frame.pk}/original").status_code for frame in Frame.objects.order_by("number")]
    assert pages == [200, 200, 404, 404]
    assert as_wanda.get(f"/api/tasks/{given.task_id}/data/?type=frame&number=0").status_code == 404


def test_a_worker_sees_the_labels_they_need(as_wanda: Client, given: Job, bob: Any) -> None:
    Project.objects.create(owner=bob, name="other").labels.create(name="secret", color="#000000")
    assert {row["name"] for row in as_wanda.get(f"/api/labels?job_id={given.pk}").json()["results"]} == {"car", "person", "night"}
    assert as_wanda.get("/api/labels").json()["count"] == 3


def test_a_worker_changes_the_state_and_nothing_else(as_wanda: Client, given: Job) -> None:
    def patched(body: dict[str, Any]) -> Any:
        return as_wanda.patch(f"/api/jobs/{given.pk}", body, content_type=JSON)

    assert patched({"state": "completed"}).json()["state"] == "completed"
    assert patched({"state": "in progress", "stage": "annotation"}).json()["state"] == "in progress"
    for refused in ({"stage": "acceptance"}, {"assignee": None}, {"state": "rejected"}):
        assert patched(refused).status_code == 403, refused
    given.refresh_from_db()
    assert (given.stage, given.state, given.assignee.username) == ("annotation", "in progress", "wanda")


@pytest.mark.parametrize("stage", ["validation", "acceptance"])
def test_work_under_review_is_not_changed_by_its_worker(as_wanda: Client, given: Job, stage: str) -> None:
    Job.objects.filter(pk=given.pk).update(stage=stage)
    refused = as_wanda.put(f"/api/jobs/{given.pk}/annotations/", {"shapes": [box(given.task.project)]}, content_type=JSON)
    assert refused.status_code == 409 and refused.json()["code"] == "read_only", refused.content
    assert as_wanda.patch(f"/api/jobs/{given.pk}", {"state": "new"}, content_type=JSON).status_code == 409
    assert as_wanda.get(f"/api/jobs/{given.pk}").status_code == 200


def test_a_job_that_is_taken_away_is_gone_at_once(as_wanda: Client, given: Job, wanda: Any, team: Any) -> None:
    address = f"/api/jobs/{given.pk}"
    assert as_wanda.get(address).status_code == 200
    Job.objects.filter(pk=given.pk).update(assignee=None)
    assert as_wanda.get(address).status_code == 404
    Job.objects.filter(pk=given.pk).update(assignee=wanda)
    Project.objects.update(organization=None)
    assert as_wanda.get(address).status_code == 404
    Project.objects.update(organization=team)
    team.members.filter(user=wanda).delete()
    assert as_wanda.get(address).status_code == 404


def test_a_job_that_a_crowd_holds_is_nobody_elses(as_wanda: Client, given: Job) -> None:
    Job.objects.filter(pk=given.pk).update(attempt="a1")
    assert as_wanda.get(f"/api/jobs/{given.pk}").status_code == 404


def test_a_worker_answers_issues_about_their_work_and_sees_no_older_ones(
        as_wanda: Client, given: Job, alice: Any, wanda: Any) -> None:
    issue = issues.create_issue(actor=alice, job=given, frame=0, position=[5, 5], message="Too wide")
    earlier = Issue.objects.create(job=given, attempt="a0", frame=0, position=[1, 1], owner=alice)
    assert [row["id"] for row in as_wanda.get("/api/issues").json()["results"]] == [issue.pk]
    said = as_wanda.post("/api/comments", {"issue": issue.pk, "message": "Mended"}, content_type=JSON)
    assert said.status_code == 201
    assert as_wanda.patch(f"/api/issues/{issue.pk}", {"resolved": True}, content_type=JSON).json()["resolved"] is True
    assert as_wanda.delete(f"/api/issues/{issue.pk}").status_code == 403
    with pytest.raises(Forbidden):
        issues.add_comment(actor=wanda, issue=earlier, message="x")


def test_the_editor_opens_for_the_worker_and_closes_with_the_assignment(as_wanda: Client, given: Job, wanda: Any) -> None:
    page = as_wanda.get(f"/jobs/{given.pk}/editor").content.decode()
    token = page.split('data-token="')[1].split('"')[0]
    headers = {"Authorization": f"Editor {token}"}
    told = as_wanda.get("/api/editor/job", headers=headers).json()
    assert told["job"]["read_only"] is False
    body = {"revision": told["annotations"]["revision"], "frames": {"0": {"shapes": [box(given.task.project)], "tags": []}}}
    saved = as_wanda.patch("/api/editor/annotations", body, content_type=JSON, headers=headers)
    assert saved.status_code == 200, saved.content
    Job.objects.filter(pk=given.pk).update(stage="validation")
    told = as_wanda.get("/api/editor/job", headers=headers).json()
    assert (told["job"]["read_only"], "under review" in told["job"]["read_only_reason"]) == (True, True)
    assert as_wanda.patch("/api/editor/annotations", body, content_type=JSON, headers=headers).status_code == 409
    Job.objects.filter(pk=given.pk).update(assignee=None)
    assert as_wanda.get("/api/editor/job", headers=headers).status_code == 401


def test_jobs_are_given_to_people_who_belong_there_only(given: Job, alice: Any, wanda: Any, sven: Any, stranger: Any) -> None:
    from django.core.exceptions import ValidationError

    for user in (sven, wanda):
        assert jobs.update_job(actor=alice, job=given, assignee=user).assignee == user
    with pytest.raises(ValidationError) as refused:
        jobs.update_job(actor=alice, job=given, assignee=stranger)
    assert "invite them" in str(refused.value)


def test_exports_and_tasks_are_not_for_workers(given: Job, wanda: Any, sven: Any) -> None:
    for user in (wanda, sven):
        with pytest.raises(Forbidden):
            exports.start_export(actor=user, project_or_task=given.task, format="COCO 1.0")
        with pytest.raises(Forbidden):
            tasks.create_task(actor=user, project=given.task.project, name="x")


def test_the_assignee_of_a_shared_project_annotates_and_a_reviewer_does_not(project: Project, fill: Any, rita: Any, alice: Any) -> None:
    ProjectMember.objects.create(project=project, user=rita, role="reviewer")
    job = fill(count=1).jobs.get()
    assert not selectors.may_annotate(rita, job)
    jobs.update_job(actor=alice, job=job, assignee=rita)
    assert selectors.may_annotate(rita, job)
    jobs.update_job(actor=rita, job=job, state="completed")
    jobs.update_job(actor=alice, job=job, stage="validation")
    with pytest.raises(ReadOnly):
        jobs.update_job(actor=rita, job=job, state="in progress")


def test_lists_of_a_worker_hold_their_jobs(as_wanda: Client, given: Job, alice: Any, team: Any) -> None:
    assert [row["id"] for row in as_wanda.get("/api/jobs").json()["results"]] == [given.pk]
    for path in ("projects", "tasks", "requests"):
        assert as_wanda.get(f"/api/{path}").json()["count"] == 0, path
    place(team, other := person("other"), "worker")
    client = Client()
    client.force_login(other)
    assert client.get("/api/jobs").json()["count"] == 0


def test_the_pages_of_a_worker_hold_their_jobs_and_nothing_around_them(as_wanda: Client, given: Job, alice: Any) -> None:
    from annotation.models import Snapshot

    Snapshot.objects.create(job=given, attempt="a0", worker="somebody", reason="abandoned", revision=1, digest="x", data={"frames": {}})
    listed = as_wanda.get("/jobs").content.decode()
    assert f"#{given.pk} · Monday" in listed and f"/jobs/{given.pk}/editor" in listed
    page = as_wanda.get(f"/jobs/{given.pk}?snapshot={Snapshot.objects.get().pk}").content.decode()
    assert "Open in editor" in page and "somebody" not in page and "Assignment" not in page
    assert f"/tasks/{given.task_id}" not in page and f"/projects/{given.task.project_id}" not in page


def test_a_job_is_given_on_the_task_page_and_taken_back(client: Client, team_task: Any, wanda: Any, alice: Any, stranger: Any) -> None:
    client.force_login(alice)
    job = team_task.jobs.first()
    assert f'<option value="{wanda.pk}">wanda</option>' in client.get(f"/tasks/{team_task.pk}").content.decode()
    answer = client.post(f"/jobs/{job.pk}/assign", {"assignee": wanda.pk, "next": f"/tasks/{team_task.pk}?stage=annotation"})
    assert answer.headers["Location"] == f"/tasks/{team_task.pk}?stage=annotation"
    job.refresh_from_db()
    assert job.assignee == wanda
    for wrong in (stranger.pk, 10**8):
        said = client.post(f"/jobs/{job.pk}/assign", {"assignee": wrong, "next": "https://evil.example"}, follow=True)
        assert said.redirect_chain == [(f"/jobs/{job.pk}", 302)]
    job.refresh_from_db()
    assert job.assignee == wanda
    client.post(f"/jobs/{job.pk}/assign", {"stage": "validation", "state": "completed"})
    job.refresh_from_db()
    assert (job.assignee, job.stage, job.state) == (None, "validation", "completed")


@pytest.mark.parametrize("method, address", [("get", "/tasks/{task}"), ("post", "/jobs/{job}/assign"), ("get", "/jobs/{job}/compare"),
                                             ("get", "/jobs/{other}"), ("get", "/jobs/{other}/editor"), ("post", "/jobs/{other}/reopen")])
def test_other_pages_are_not_there_for_a_worker(as_wanda: Client, given: Job, method: str, address: str) -> None:
    other = given.task.jobs.last()
    answer = getattr(as_wanda, method)(address.format(task=given.task_id, job=given.pk, other=other.pk))
    assert answer.status_code == 404
