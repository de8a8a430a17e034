# ruff: noqa: E501 tables of cases are read by column
"""The lists of the API: pages, search, order, simple filters and JSON logic, with few queries at any size."""
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from annotation.models import AccessToken, Comment, Issue, Job, Label, Project, ProjectMember, Request, Task
from tests.cast import person

pytestmark = pytest.mark.django_db
LISTS = ("projects", "tasks", "jobs", "labels", "issues", "comments", "requests", "users", "auth/access_tokens")
Ask = Callable[..., Any]


@pytest.fixture
def ask(client: Client, alice: Any) -> Ask:
    """ask(list, **parameters) -> answer, as Alice."""
    client.force_login(alice)
    return lambda path, **parameters: client.get(f"/api/{path}", parameters)


@pytest.fixture
def streets(alice: Any, bob: Any) -> Project:
    """Two projects of Alice with three tasks and jobs in every state, one of Bob's."""
    streets = Project.objects.create(name="Streets", owner=alice, bug_tracker="https://bugs.example.org")
    roads = Project.objects.create(name="Roads", owner=alice)
    Task.objects.create(project=Project.objects.create(name="Bob's", owner=bob), owner=bob, name="Hidden", size=1)
    Label.objects.create(project=streets, name="car", color="#112233", type="rectangle")
    Label.objects.create(project=streets, name="tree", color="#445566")
    rows = {"Monday": ("annotation", "new"), "Tuesday": ("validation", "completed"), "Friday": ("acceptance", "completed")}
    for number, (name, (stage, state)) in enumerate(rows.items()):
        task = Task.objects.create(project=roads if number == 2 else streets, owner=alice, name=name, size=10, subset="Train" if number else "")
        Job.objects.create(task=task, start_frame=0, stop_frame=9, stage=stage, state=state, assignee=alice if number == 1 else None)
    job = Job.objects.get(task__name="Monday")
    for number in range(2):
        issue = Issue.objects.create(job=job, frame=number, position=[1, 2], owner=alice, resolved_date=timezone.now() if number else None)
        Comment.objects.create(issue=issue, owner=alice, message=f"Look {number}")
    Request.objects.create(owner=alice, action="export", task=job.task, status="finished", params={"format": "COCO 1.0"})
    Request.objects.create(owner=alice, action="create", project=streets, status="failed")
    AccessToken.objects.create(owner=alice, name="script", prefix="cvt_1", digest="1", read_only=True)
    return streets


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return sorted(row["name"] for row in answer.json()["results"])


SIMPLE = [
    ("projects", "name", "Streets", 1), ("projects", "name", "Street", 0), ("projects", "owner", "alice", 2), ("projects", "owner", "bob", 0),
    ("projects", "status", "completed", 1), ("projects", "status", "annotation", 1), ("projects", "assignee", "alice", 0),
    ("tasks", "status", "annotation", 1), ("tasks", "status", "validation", 1), ("tasks", "status", "completed", 1),
    ("tasks", "mode", "annotation", 3), ("tasks", "mode", "interpolation", 0), ("tasks", "dimension", "2d", 3), ("tasks", "dimension", "3d", 0),
    ("tasks", "subset", "Train", 2), ("tasks", "project_name", "Streets", 2), ("tasks", "tracker_link", "https://bugs.example.org", 2),
    ("tasks", "validation_mode", "gt", 0), ("tasks", "assignee", "x", 0), ("tasks", "owner", "alice", 3), ("tasks", "owner", "", 3),
    ("jobs", "stage", "validation", 1), ("jobs", "state", "completed", 2), ("jobs", "assignee", "alice", 1), ("jobs", "type", "annotation", 3),
    ("jobs", "type", "ground_truth", 0), ("jobs", "dimension", "2d", 3), ("jobs", "parent_job_id", "1", 0), ("jobs", "task_name", "Friday", 1),
    ("jobs", "project_name", "Roads", 1), ("jobs", "status", "validation", 1),
    ("labels", "type", "rectangle", 1), ("labels", "color", "#445566", 1), ("labels", "parent", "x", 0), ("labels", "name", "car", 1),
    ("issues", "resolved", "true", 1), ("issues", "resolved", "False", 1), ("issues", "frame_id", "0", 1), ("issues", "owner", "alice", 2),
    ("comments", "frame_id", "1", 1), ("comments", "owner", "bob", 0),
    ("requests", "status", "finished", 1), ("requests", "action", "create", 1), ("requests", "target", "task", 1), ("requests", "target", "job", 0),
    ("requests", "subresource", "annotations", 1), ("requests", "format", "COCO 1.0", 1),
    ("users", "username", "alice", 1), ("users", "is_active", "true", 1), ("auth/access_tokens", "read_only", "true", 1)]


def test_every_simple_filter_of_cvats(ask: Ask, streets: Project) -> None:
    for path, field, value, found in SIMPLE:
        answer = ask(path, **{field: value})
        assert (answer.status_code, answer.json()["count"]) == (200, found), (path, field, value)


def test_ids_of_things_around_filter(ask: Ask, streets: Project) -> None:
    job = Job.objects.get(task__name="Monday")
    for path, field, value, found in (
            ("tasks", "project_id", streets.pk, 2), ("jobs", "project_id", streets.pk, 2), ("jobs", "task_id", job.task_id, 1),
            ("labels", "project_id", streets.pk, 2), ("labels", "task_id", job.task_id, 2), ("labels", "job_id", job.pk, 2),
            ("issues", "job_id", job.pk, 2), ("issues", "task_id", job.task_id, 2), ("comments", "job_id", job.pk, 2),
            ("comments", "issue_id", job.issues.first().pk, 1), ("requests", "task_id", job.task_id, 1), ("jobs", "id", job.pk, 1)):
        assert ask(path, **{field: value}).json()["count"] == found, (path, field)
        assert ask(path, **{field: 10**15}).json()["count"] == 0, (path, field)


RULES: list[tuple[Any, list[str]]] = [
    ({"==": [{"var": "name"}, "Monday"]}, ["Monday"]),
    ({"==": ["Monday", {"var": "name"}]}, ["Monday"]),
    ({"!": {"==": [{"var": "name"}, "Monday"]}}, ["Friday", "Tuesday"]),
    ({"!=": [{"var": "name"}, "Monday"]}, ["Friday", "Tuesday"]),
    ({"!": [{"in": ["DAY", {"var": "name"}]}]}, []),
    ({"in": ["uesd", {"var": "name"}]}, ["Tuesday"]),
    ({"in": ["%", {"var": "name"}]}, []),
    ({"in": [{"var": "name"}, ["Monday", "Friday", "x"]]}, ["Friday", "Monday"]),
    ({"in": [{"var": "name"}, []]}, []),
    ({"or": [{"==": [{"var": "project_name"}, "Roads"]}, {"==": [{"var": "subset"}, ""]}]}, ["Friday", "Monday"]),
    ({"and": [{"==": [{"var": "owner"}, "alice"]}, {"==": [{"var": "status"}, "validation"]}]}, ["Tuesday"]),
    ({"!": {"==": [{"var": "status"}, "completed"]}}, ["Monday", "Tuesday"]),
    ({"<=": [10, {"var": "size"}, 10]}, ["Friday", "Monday", "Tuesday"]),
    ({"<": [10, {"var": "size"}, 11]}, []),
    ({"<": [9.0, {"var": "size"}]}, ["Friday", "Monday", "Tuesday"]),
    ({">=": [{"var": "size"}, 11]}, []),
    ({"var": "assignee"}, []),
    ({"!": {"var": "assignee"}}, ["Friday", "Monday", "Tuesday"]),
    ({"!!": {"var": "owner"}}, ["Friday", "Monday", "Tuesday"]),
    ({"==": [{"var": "assignee"}, None]}, ["Friday", "Monday", "Tuesday"]),
    ({"and": [{"==": [{"var": "mode"}, "annotation"]}, {"!!": [{"var": ["tracker_link"]}]}, {"in": ["bugs", {"var": "tracker_link"}]}]}, ["Monday", "Tuesday"]),
    ({">": [{"var": "updated_date"}, "2020-01-01"]}, ["Friday", "Monday", "Tuesday"]),
    ({"<": [{"var": "updated_date"}, "2020-01-01T00:00:00Z"]}, [])]


def test_what_json_logic_says(ask: Ask, streets: Project) -> None:
    for rule, found in RULES:
        assert names(ask("tasks", filter=json.dumps(rule))) == found, rule


def test_rows_without_the_thing_are_not_equal_to_it(ask: Ask, streets: Project) -> None:
    rule = {"!": {"==": [{"var": "assignee"}, "alice"]}}
    assert ask("jobs", filter=json.dumps(rule)).json()["count"] == 2
    assert ask("jobs", filter=json.dumps({"in": [{"var": "assignee"}, ["alice", None]]})).json()["count"] == 3


def nested(levels: int) -> Any:
    rule: Any = {"==": [{"var": "id"}, 1]}
    for _ in range(levels):
        rule = {"!": rule}
    return rule


BROKEN = [
    ("{", "not JSON"), ("[" * 2000, "not JSON"), ("5", "one operator"), ("[]", "one operator"), ("{}", "one operator"), ('{"and":[],"or":[]}', "one operator"),
    ('{"like":[{"var":"id"},1]}', "operators"), ('{"and":[]}', "list of conditions"), ('{"and":{"var":"id"}}', "list of conditions"),
    ('{"==":[{"var":"password"},"x"]}', "“password” is not one of"), ('{"var":"owner__password"}', "is not one of"), ('{"var":5}', "is not one of"),
    ('{"==":[{"var":"id"},"x"]}', 'id: "x" is not a whole number.'), ('{"==":[{"var":"id"},true]}', "whole number"), ('{"==":[{"var":"id"},1.5]}', "whole number"),
    ('{"==":[{"var":"id"},99999999999999999999]}', "larger than"), ('{"==":[{"var":"id"},1e400]}', ""), ('{"<":[{"var":"id"},null]}', "whole number"),
    ('{"==":[{"var":"name"},5]}', "is not a text"), ('{"==":[{"var":"name"},{"var":"owner"}]}', "is not a text"), ('{"==":[{"var":"name"},"a\\u0000"]}', "NUL"),
    ('{"==":[{"var":"name"},"\\ud800"]}', "not JSON"), ('{"==":[{"var":"status"},"odd"]}', "is not one of annotation"), ('{"==":[{"var":"name"}]}', "list of two"),
    ('{"==":{"var":"name"}}', "list of two"), ('{"==":[1,{"var":"id"},2]}', "Between"), ('{"in":["1",{"var":"id"}]}', "only texts"), ('{"in":[{"var":"name"},"x"]}', "list of at most"),
    ('{"in":"x"}', "“in” is written"), ('{"==":[{"var":"updated_date"},"soon"]}', "not a time"), ('{"==":[{"var":"updated_date"},"2026-13-40"]}', "not a time"),
    ('{"<":[{"var":"updated_date"},"0001-01-01T00:00:00+14:00"]}', "not a time"), (json.dumps(nested(20)), "nested deeper"),
    (json.dumps({"or": [nested(0)] * 101}), "more than 100"), (json.dumps({"in": ["x" * 17_000, {"var": "name"}]}), "longer than"),
    (json.dumps({"in": [{"var": "id"}, list(range(501))]}), "at most 500")]


def test_what_is_no_filter_is_400_with_a_sentence(ask: Ask, streets: Project) -> None:
    for source, sentence in BROKEN:
        answer = ask("tasks", filter=source)
        assert answer.status_code == 400, (source, answer.content)
        assert sentence in answer.json()["filter"][0], source


@pytest.mark.parametrize(("path", "parameters"), [
    ("jobs", {"state": "odd"}), ("jobs", {"task_id": "x"}), ("jobs", {"task_id": "1.5"}), ("jobs", {"id": "9" * 25}), ("jobs", {"id": "٣"}),
    ("issues", {"resolved": "perhaps"}), ("tasks", {"name": "a\x00"}), ("projects", {"sort": "password"}), ("projects", {"sort": "owner__password"}),
    ("jobs", {"sort": "id,--id"})])
def test_bad_values_are_400_under_their_name(ask: Ask, streets: Project, path: str, parameters: dict[str, str]) -> None:
    answer = ask(path, **parameters)
    assert answer.status_code == 400 and list(answer.json()) == list(parameters), answer.content


@pytest.mark.parametrize("path", LISTS)
def test_pages_end_and_hold_each_row_once(ask: Ask, streets: Project, alice: Any, path: str) -> None:
    for number in range(3):
        Request.objects.create(owner=alice, action="export", project=streets, status="failed")
        friend = person(f"friend{number}")
        ProjectMember.objects.create(project=streets, user=friend, role="reviewer")
        AccessToken.objects.create(owner=alice, name="more", prefix="x", digest=f"more {number}")
    # Equal in everything that is sorted by.
    moment = timezone.now()
    for model in (Request, AccessToken, Job, Task, Project):
        model.objects.update(**{"created_date": moment} | ({"updated_date": moment} if hasattr(model, "updated_date") else {}))
    total = ask(path).json()["count"]
    assert total >= 2
    seen = []
    for page in range(1, total + 1):
        body = ask(path, page=page, page_size=1).json()
        assert (body["count"], bool(body["next"]), bool(body["previous"])) == (total, page < total, page > 1)
        seen += [row["id"] for row in body["results"]]
    assert len(set(seen)) == total
    assert ask(path, page=total + 1, page_size=1).status_code == ask(path, page="x").status_code == ask(path, page=10**30).status_code == 404
    assert ask(path, page="0").status_code == 404
    assert len(ask(path, page_size=10**9).json()["results"]) == total


@pytest.mark.parametrize("path", LISTS)
def test_a_page_costs_the_same_for_many_rows(ask: Ask, streets: Project, alice: Any, django_assert_max_num_queries: Any, path: str) -> None:
    with django_assert_max_num_queries(10) as few:
        before = ask(path, page_size=100, filter=json.dumps({"!": {"==": [{"var": "created_date"}, "2020-01-01"]}}) if path not in ("labels", "users") else "").json()
    job = Job.objects.get(task__name="Monday")
    for number in range(15):
        project = Project.objects.create(name=f"P{number}", owner=alice)
        Label.objects.create(project=project, name="x", color="#000000").attributes.create(name="a", input_type="text")
        Job.objects.create(task=Task.objects.create(project=project, owner=alice, name="T"), start_frame=0, stop_frame=0, assignee=alice)
        Comment.objects.create(issue=Issue.objects.create(job=job, frame=0, position=[1, 1], owner=alice), owner=alice, message="m")
        Request.objects.create(owner=alice, action="export", project=project)
        AccessToken.objects.create(owner=alice, name="t", prefix="x", digest=f"t{number}", expiry_date=timezone.now() + timedelta(1))
        ProjectMember.objects.create(project=project, user=person(f"u{number}"), role="reviewer")
    with django_assert_max_num_queries(min(10, len(few) + 1)):
        assert ask(path, page_size=100).json()["count"] >= before["count"] + 15


def test_the_schema_names_what_lists_take(client: Client) -> None:
    paths = client.get("/api/schema/", headers={"Accept": "application/json"}).json()["paths"]
    for path in LISTS:
        found = {parameter["name"]: parameter for parameter in paths[f"/api/{path}"]["get"]["parameters"]}
        assert {"page", "page_size", "search", "sort", "filter"} <= set(found), path
    jobs = {parameter["name"]: parameter["schema"] for parameter in paths["/api/jobs"]["get"]["parameters"]}
    assert jobs["state"]["enum"] == ["new", "in progress", "completed", "rejected"] and jobs["task_id"]["type"] == "integer"
    assert "type" not in {parameter["name"] for parameter in paths["/api/jobs/{id}"]["get"]["parameters"]}
