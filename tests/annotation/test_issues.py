"""Issues and comments of a review: services, CVAT's REST doors, and the editor's own."""
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from annotation.errors import Forbidden, Refused
from annotation.models import Comment, EditorSession, Issue, Job, ProjectMember, Snapshot
from annotation.services import editor, issues, jobs, members, shapes, tasks
from tests.annotation.conftest import Fill
from tests.cast import door

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def job(fill: Fill) -> Job:
    """Frames 2 and 3 of four, 100 × 80 pixels each; somebody's attempt with one box on frame 2."""
    made = fill(count=4, segment_size=2).jobs.get(start_frame=2)
    label = made.task.project.labels.get(name="person")
    jobs.begin_attempt(job=made, attempt="a1", worker="w1")
    session = toloker(made)
    box = {"type": "rectangle", "label_id": label.pk, "points": [10, 10, 50, 40]}
    revision = shapes.save_frames(job=made, revision=made.revision, frames={"2": {"shapes": [box], "tags": []}}, session=session)
    editor.submit(session=session, revision=revision)
    made.refresh_from_db()
    return made


@pytest.fixture
def reviewer(alice: Any, rita: Any, project: Any) -> Any:
    members.share_project(actor=alice, project=project, user=rita, role=ProjectMember.Role.REVIEWER)
    return rita


def toloker(job: Job, attempt: str = "a1") -> EditorSession:
    return opened(job, mode="toloker", attempt=attempt)[0]


def opened(job: Job, **fields: Any) -> tuple[EditorSession, str]:
    return editor.open_session(job=job, expires_at=timezone.now() + timedelta(hours=1), **fields)


def desk(job: Job, **fields: Any) -> Client:
    return Client(headers={"Authorization": f"Editor {opened(job, **fields)[1]}"})


def box_id(job: Job) -> int:
    return int(shapes.frames_of(job=job)["2"]["shapes"][0]["id"])


def make(actor: Any, job: Job, **fields: Any) -> Issue:
    return issues.create_issue(actor=actor, job=job, **{"frame": 2, "position": [5, 6], "message": "Wrong label", **fields})


# --- services -------------------------------------------------------------------------------------------------------------------
def test_an_issue_belongs_to_the_attempt_it_was_made_about(alice: Any, job: Job) -> None:
    issue = make(alice, job, position=[60.126, 50, 20, 10], shape_id=box_id(job), message="  Wrong label ")
    assert (issue.attempt, issue.position, issue.shape_id) == ("a1", [20, 10, 60.13, 50], box_id(job))
    assert [comment.message for comment in issue.comments.all()] == ["Wrong label"]
    jobs.release_job(job=job, attempt="a1")
    jobs.begin_attempt(job=job, attempt="a2", worker="w2")
    assert make(alice, job).attempt == "a2"
    with pytest.raises(Refused) as refused:
        make(alice, job, attempt="a1")
    assert refused.value.code == "other_attempt" and Issue.objects.count() == 2


@pytest.mark.parametrize(("fields", "at"), [
    ({"frame": 1}, "frame"), ({"frame": 4}, "frame"), ({"frame": True}, "frame"), ({"frame": "2"}, "frame"),
    ({"position": [1]}, "position"), ({"position": [1, 2, 3]}, "position"), ({"position": []}, "position"),
    ({"position": "12"}, "position"), ({"position": None}, "position"), ({"position": [float("nan"), 1]}, "position"),
    ({"position": [float("inf"), 1]}, "position"), ({"position": [1, True]}, "position"), ({"position": ["1", "2"]}, "position"),
    ({"position": [100.01, 5]}, "position"), ({"position": [5, 80.01]}, "position"), ({"position": [0, 0, -0.01, 5]}, "position"),
    ({"position": [10**400, 5]}, "position"), ({"shape_id": 99}, "shape_id"), ({"frame": 3, "shape_id": 1}, "shape_id"),
    ({"message": " "}, "message"), ({"message": "x" * 4097}, "message"), ({"message": "a\x00b"}, "message"), ({"message": 5}, "message")])
def test_what_cannot_be_an_issue_is_refused_by_field(alice: Any, job: Job, fields: dict[str, Any], at: str) -> None:
    with pytest.raises(ValidationError) as refused:
        make(alice, job, **fields)
    assert list(refused.value.message_dict) == [at]
    assert not Issue.objects.exists() and not Comment.objects.exists()


def test_edges_of_the_image_and_the_longest_text_are_allowed(alice: Any, job: Job) -> None:
    assert make(alice, job, position=[0, 0, 100, 80], message="x" * 4096).position == [0, 0, 100, 80]
    assert make(alice, job, position=[100, 80, 100, 80]).position == [100, 80]


def test_only_members_write_and_only_authors_change_their_words(alice: Any, reviewer: Any, stranger: Any, job: Job) -> None:
    issue = make(alice, job)
    theirs = issues.add_comment(actor=reviewer, issue=issue, message="The second as well")
    mine = issue.comments.first()
    assert mine is not None
    for forbidden in (
            lambda: make(stranger, job), lambda: issues.add_comment(actor=stranger, issue=issue, message="hm"),
            lambda: issues.resolve_issue(actor=stranger, issue=issue), lambda: issues.delete_issue(actor=stranger, issue=issue),
            lambda: issues.edit_comment(actor=reviewer, comment=mine, message="no"),
            lambda: issues.delete_comment(actor=alice, comment=theirs), lambda: issues.delete_issue(actor=reviewer, issue=issue)):
        with pytest.raises(Forbidden):
            forbidden()
    assert [comment.message for comment in issue.comments.all()] == ["Wrong label", "The second as well"]
    issues.delete_issue(actor=alice, issue=make(reviewer, job))  # a requester tidies up
    issues.edit_comment(actor=reviewer, comment=theirs, message="The third")
    issues.delete_comment(actor=reviewer, comment=theirs)
    assert [comment.message for comment in issue.comments.all()] == ["Wrong label"]
    with pytest.raises(Refused) as refused:
        issues.delete_comment(actor=alice, comment=mine)
    assert refused.value.code == "only_comment"


def test_resolving_twice_keeps_the_first_and_reopening_forgets_it(alice: Any, reviewer: Any, job: Job) -> None:
    issue = make(alice, job)
    issues.resolve_issue(actor=reviewer, issue=issue)
    first = issue.resolved_date
    issues.resolve_issue(actor=alice, issue=issue)
    issue.refresh_from_db()
    assert (issue.resolved_by, issue.resolved_date) == (reviewer, first)
    issues.reopen_issue(actor=alice, issue=issue)
    issue.refresh_from_db()
    assert (issue.resolved_by, issue.resolved_date) == (None, None)


def test_there_is_a_limit(alice: Any, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issues, "MAX_ISSUES", 1)
    monkeypatch.setattr(issues, "MAX_COMMENTS", 1)
    issue = make(alice, job)
    for more in (lambda: make(alice, job), lambda: issues.add_comment(actor=alice, issue=issue, message="more")):
        with pytest.raises(Refused) as refused:
            more()
        assert refused.value.code == "too_many"


def test_deleting_the_task_takes_its_issues_along(alice: Any, job: Job) -> None:
    make(alice, job)
    tasks.delete_task(actor=alice, task=job.task)
    assert not Issue.objects.exists() and not Comment.objects.exists()


def test_deleting_an_issue_leaves_the_work_alone(alice: Any, job: Job) -> None:
    before = Snapshot.objects.values_list("pk", "digest").get(), shapes.frames_of(job=job)
    issues.delete_issue(actor=alice, issue=make(alice, job))
    assert (Snapshot.objects.values_list("pk", "digest").get(), shapes.frames_of(job=job)) == before


def test_the_job_page_leads_to_its_issues(alice: Any, job: Job) -> None:
    page = f"/jobs/{job.pk}"
    assert ">none open</a>" in door(alice).get(page).content.decode()
    make(alice, job)
    issues.resolve_issue(actor=alice, issue=make(alice, job))
    assert f'<a href="{page}/editor?mode=review">1 open</a>' in door(alice).get(page).content.decode()


# --- REST -----------------------------------------------------------------------------------------------------------------------
def test_an_issue_over_rest_from_beginning_to_end(alice: Any, job: Job) -> None:
    client = door(alice)
    made = client.post("/api/issues", {"job": job.pk, "frame": 2, "position": [10, 10, 50, 40], "shape_id": box_id(job),
                                       "message": "Wrong label", "assignee": None}, content_type=JSON)
    assert made.status_code == 201
    body = made.json()
    assert body["owner"]["username"] == "alice" and body["comments"]["count"] == 1 and body["message"] == "Wrong label"
    assert (body["job"], body["frame"], body["position"], body["resolved"], body["assignee"]) == (job.pk, 2, [10, 10, 50, 40], False, None)
    answer = client.post("/api/comments", {"issue": body["id"], "message": "It is a van"}, content_type=JSON)
    assert answer.status_code == 201 and answer.json()["issue"] == body["id"]
    listed = client.get(body["comments"]["url"]).json()
    assert [row["message"] for row in listed["results"]] == ["Wrong label", "It is a van"]
    comment = f"/api/comments/{answer.json()['id']}"
    assert client.patch(comment, {"message": "A van"}, content_type=JSON).json()["message"] == "A van"
    settled = client.patch(f"/api/issues/{body['id']}", {"resolved": True}, content_type=JSON).json()
    assert settled["resolved"] is True and settled["resolved_by"]["username"] == "alice"
    assert client.get(f"/api/jobs/{job.pk}").json()["issues"]["count"] == 1
    assert client.delete(comment).status_code == 204
    only = client.get(f"/api/comments?issue_id={body['id']}").json()["results"][0]["id"]
    refused = client.delete(f"/api/comments/{only}")
    assert (refused.status_code, refused.json()["code"]) == (409, "only_comment")
    assert client.delete(f"/api/issues/{body['id']}").status_code == 204
    assert client.get(f"/api/issues/{body['id']}").status_code == 404


def test_lists_are_filtered(alice: Any, reviewer: Any, job: Job) -> None:
    first, second = make(alice, job), make(reviewer, job, frame=3)
    issues.resolve_issue(actor=alice, issue=second)
    client = door(reviewer)
    for query, expected in {
            "": [first, second], f"job_id={job.pk}": [first, second], "job_id=0": [], "frame_id=3": [second], "resolved=true": [second],
            "resolved=false": [first], "owner=alice": [first], "attempt=a1&frame_id=2": [first], "search=wrong": [first, second],
            "sort=-id": [second, first]}.items():
        answer = client.get(f"/api/issues?{query}").json()
        assert ([row["id"] for row in answer["results"]], answer["count"]) == ([one.pk for one in expected], len(expected)), query
    assert client.get("/api/comments?frame_id=3").json()["count"] == 1
    assert client.get("/api/issues?page_size=1").json()["next"].endswith("page=2&page_size=1")


@pytest.mark.parametrize(("change", "at"), [
    ({"position": ["nan", 1]}, "position"), ({"position": [1, 2, 3]}, "position"), ({"position": [500, 1]}, "position"),
    ({"frame": 9}, "frame"), ({"message": ""}, "message"), ({"message": "x" * 4097}, "message"), ({"shape_id": 77}, "shape_id"),
    ({"shape_id": 10**30}, "shape_id"), ({"job": 10**9}, "job"), ({"job": None}, "job")])
def test_bad_bodies_are_400_by_field(alice: Any, job: Job, change: dict[str, Any], at: str) -> None:
    body = {"job": job.pk, "frame": 2, "position": [1, 2], "message": "hm", **change}
    answer = door(alice).post("/api/issues", body, content_type=JSON)
    assert (answer.status_code, list(answer.json())) == (400, [at])


def test_strangers_meet_404_and_reviewers_may_not_touch_others_words(alice: Any, reviewer: Any, stranger: Any, job: Job) -> None:
    issue = make(alice, job)
    comment = issue.comments.get()
    outside = door(stranger)
    for address in (f"/api/issues/{issue.pk}", f"/api/comments/{comment.pk}"):
        assert outside.get(address).status_code == outside.delete(address).status_code == 404
        assert outside.patch(address, {"resolved": True, "message": "x"}, content_type=JSON).status_code == 404
        assert door(reviewer).delete(address).status_code == 403
    assert outside.get("/api/issues").json()["count"] == outside.get("/api/comments").json()["count"] == 0
    for address, body in (("/api/issues", {"job": job.pk, "frame": 2, "position": [1, 2], "message": "x"}),
                          ("/api/comments", {"issue": issue.pk, "message": "x"})):
        assert outside.post(address, body, content_type=JSON).status_code == 400
    assert Client().get("/api/issues").status_code == 401
    assert Comment.objects.count() == 1


def test_a_page_of_issues_costs_few_queries(alice: Any, job: Job, django_assert_max_num_queries: Any) -> None:
    for _ in range(6):
        issues.add_comment(actor=alice, issue=make(alice, job), message="more")
    client, reviewing = door(alice), desk(job, mode="review", user=alice)
    for reader, address in ((client, "/api/issues"), (client, "/api/comments"), (client, "/api/jobs"), (reviewing, "/api/editor/issues")):
        with django_assert_max_num_queries(10):
            assert reader.get(address).status_code == 200


# --- the editor's own door ------------------------------------------------------------------------------------------------------
def test_a_review_in_the_editor(alice: Any, reviewer: Any, job: Job) -> None:
    old = make(alice, job)
    Issue.objects.filter(pk=old.pk).update(attempt="a0")
    client = desk(job, mode="review", user=reviewer)
    made = client.post("/api/editor/issues", {"frame": 2, "position": [5, 5], "message": "Missing object", "attempt": "a1"},
                       content_type=JSON)
    assert made.status_code == 201
    issue = made.json()
    answered = client.post(f"/api/editor/issues/{issue['id']}/comments", {"message": "On the left"}, content_type=JSON)
    assert answered.status_code == 201 and [one["message"] for one in answered.json()["comments"]] == ["Missing object", "On the left"]
    comment = answered.json()["comments"][1]
    edited = client.patch(f"/api/editor/comments/{comment['id']}", {"message": "At the left edge"}, content_type=JSON).json()
    assert edited["comments"][1]["message"] == "At the left edge" and edited["comments"][1]["own"]
    assert len(client.delete(f"/api/editor/comments/{comment['id']}").json()["comments"]) == 1
    assert client.patch(f"/api/editor/issues/{issue['id']}", {"resolved": True}, content_type=JSON).json()["resolved"]
    listed = client.get("/api/editor/issues").json()
    assert listed["attempt"] == "a1"
    assert [(row["id"], row["earlier"], row["resolved"], row["may_delete"]) for row in listed["issues"]] == [
        (old.pk, True, False, False), (issue["id"], False, True, True)]
    assert client.delete(f"/api/editor/issues/{old.pk}").status_code == 403
    assert client.delete(f"/api/editor/issues/{issue['id']}").status_code == 204
    late = client.post("/api/editor/issues", {"frame": 2, "position": [5, 5], "message": "x", "attempt": "a0"}, content_type=JSON)
    assert (late.status_code, late.json()["code"]) == (409, "other_attempt")


def test_a_toloker_reaches_no_issue_of_any_attempt(alice: Any, job: Job) -> None:
    issue = make(alice, job)
    comment = issue.comments.get()
    for session in ({"mode": "toloker", "attempt": "a1"}, {"mode": "toloker", "attempt": "a2"}, {"mode": "toloker", "user": alice},
                    {"mode": "review"}):
        client = desk(job, **session)
        for method, path, body in (
                ("get", "issues", None), ("post", "issues", {"frame": 2, "position": [1, 2], "message": "x"}),
                ("patch", f"issues/{issue.pk}", {"resolved": True}), ("delete", f"issues/{issue.pk}", None),
                ("post", f"issues/{issue.pk}/comments", {"message": "x"}), ("patch", f"comments/{comment.pk}", {"message": "x"}),
                ("delete", f"comments/{comment.pk}", None)):
            assert getattr(client, method)(f"/api/editor/{path}", body, content_type=JSON).status_code == 404, (session, method, path)
    issue.refresh_from_db()
    assert issue.resolved_date is None and [one.message for one in Comment.objects.all()] == ["Wrong label"]


def test_a_session_reaches_only_its_own_job(alice: Any, job: Job) -> None:
    issue = make(alice, job)
    other = Job.objects.get(task=job.task_id, start_frame=0)
    client = desk(other, mode="review", user=alice)
    comment = issue.comments.get()
    assert client.get("/api/editor/issues").json() == {"attempt": "", "issues": []}
    for method, path, body in (("patch", f"issues/{issue.pk}", {"resolved": True}), ("delete", f"issues/{issue.pk}", None),
                               ("post", f"issues/{issue.pk}/comments", {"message": "x"}), ("delete", f"comments/{comment.pk}", None)):
        assert getattr(client, method)(f"/api/editor/{path}", body, content_type=JSON).status_code == 404
    assert client.post("/api/editor/issues", {"job": job.pk, "frame": 2, "position": [1, 2], "message": "x"},
                       content_type=JSON).status_code == 400


def test_whoever_lost_the_role_is_out(alice: Any, reviewer: Any, job: Job) -> None:
    client = desk(job, mode="review", user=reviewer)
    members.unshare_project(actor=alice, project=job.task.project, user=reviewer)
    assert client.get("/api/editor/issues").status_code == 401
