"""The REST door: the same services, machine-readable answers."""
import json
from typing import Any

import pytest

from crowdsourcing.models import CrowdProject, Pool, ProviderCommand
from tests.crowdsourcing import scene

pytestmark = [pytest.mark.services, pytest.mark.django_db]
ROOT = "/api/crowdsourcing"


class Caller:
    """A client that speaks JSON and remembers every answer, so that a test can search them all for the key."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.answers: list[str] = []

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        data = json.dumps(body) if body is not None else None
        response = getattr(self.client, method)(f"{ROOT}{path}", data, content_type="application/json") if method != "get" \
            else self.client.get(f"{ROOT}{path}")
        self.answers.append(response.content.decode())
        return response


@pytest.fixture
def call(client: Any, alice: Any) -> Caller:
    client.force_login(alice)
    return Caller(client)


@pytest.fixture
def as_user() -> Any:
    from django.test import Client

    def logged_in(user: Any) -> Caller:
        client = Client()
        client.force_login(user)
        return Caller(client)
    return logged_in


@pytest.fixture
def project(alice: Any) -> Any:
    return scene.project(alice)


@pytest.fixture
def pool(project: Any) -> Pool:
    return scene.pool(scene.task(project))


# --- projects and accounts ------------------------------------------------------------------------------------------
def test_a_set_up_answers_the_command_to_poll(call: Caller, project: Any) -> None:
    answer = call("post", "/projects", {"project": project.pk, "environment": "sandbox", "api_key": scene.KEY, "description": "Boxes."})
    assert answer.status_code == 202, answer.content
    crowd_project = CrowdProject.objects.get(project=project)
    body = answer.json()
    assert (body["kind"], body["status"], body["target"]) == ("setup_project", "pending", {"type": "crowd_project", "id": crowd_project.pk})
    assert call("get", f"/commands/{body['id']}").json()["step"]


def test_the_key_is_in_no_answer(call: Caller, project: Any) -> None:
    call("post", "/projects", {"project": project.pk, "api_key": scene.KEY})
    crowd_project = CrowdProject.objects.get()
    CrowdProject.objects.update(remote_id="7", status="ACTIVE")
    ProviderCommand.objects.update(status="done")
    call("patch", f"/projects/{crowd_project.pk}", {"api_key": scene.KEY + "2", "description": "x"})
    for path in ("/accounts", f"/accounts/{crowd_project.account_id}", "/projects", f"/projects/{crowd_project.pk}", "/commands",
                 "/status-changes"):
        assert call("get", path).status_code == 200
    encrypted = bytes(crowd_project.account.encrypted_key).decode()
    assert not any(scene.KEY in answer or encrypted in answer or "api_key" in answer for answer in call.answers)


@pytest.mark.parametrize(("change", "field"), [
    ({"api_key": ""}, "api_key"), ({"api_key": "two words"}, "api_key"), ({"environment": "moon"}, "environment"),
    ({"environment": "other", "base_url": "http://169.254.169.254"}, "base_url"), ({"project": 10 ** 9}, "project"),
    ({"description": "x" * 5001}, "description"), ({"provider": "mturk"}, "provider")])
def test_bad_values_of_a_set_up_name_their_field(call: Caller, project: Any, change: dict[str, Any], field: str) -> None:
    answer = call("post", "/projects", {"project": project.pk, "environment": "sandbox", "api_key": "k"} | change)
    assert answer.status_code == 400 and list(answer.json()) == [field]
    assert not CrowdProject.objects.exists()


def test_projects_are_synced_and_archived(call: Caller, project: Any) -> None:
    crowd_project = scene.crowd_project(project)
    assert call("post", f"/projects/{crowd_project.pk}/sync").json()["kind"] == "sync_project"
    answer = call("post", f"/projects/{crowd_project.pk}/archive")
    assert answer.status_code == 409
    assert answer.json()["code"] == "busy" and "still on its way" in answer.json()["detail"]
    ProviderCommand.objects.update(status="done")
    assert call("post", f"/projects/{crowd_project.pk}/archive").status_code == 202


# --- pools ----------------------------------------------------------------------------------------------------------
def test_a_pool_is_set_up_with_defaults_for_all_but_the_price(call: Caller, project: Any) -> None:
    scene.crowd_project(project)
    task = scene.task(project, jobs=2)
    answer = call("post", "/pools", {"task": task.pk, "reward_per_assignment": "0.05"})
    assert answer.status_code == 202, answer.content
    pool = Pool.objects.get(task=task)
    assert pool.assignment_max_duration_seconds == 600 and pool.task_suites.count() == 2 and pool.filter == {}
    shown = call("get", f"/pools/{pool.pk}").json()
    assert shown["status"] == "" and shown["audience"] == "All Tolokers." and shown["counts"]["jobs"] == 2
    assert shown["open_command"] == answer.json()["id"]


@pytest.mark.parametrize(("change", "field"), [
    ({"reward_per_assignment": None}, "reward_per_assignment"), ({"reward_per_assignment": "0.001"}, "reward_per_assignment"),
    ({"auto_accept_period_day": 22}, "auto_accept_period_day"), ({"auto_close_after_complete_delay_seconds": 259201},
                                                                "auto_close_after_complete_delay_seconds"),
    ({"reissue_policy": "never"}, "reissue_policy"), ({"will_expire": "2001-01-01T00:00:00Z"}, "will_expire"),
    ({"use_project_description": False}, "public_description"), ({"task": "x"}, "task")])
def test_bad_values_of_a_pool_name_their_field(call: Caller, project: Any, change: dict[str, Any], field: str) -> None:
    scene.crowd_project(project)
    answer = call("post", "/pools", {"task": scene.task(project).pk, "reward_per_assignment": "0.05"} | change)
    assert answer.status_code == 400 and list(answer.json()) == [field], answer.content
    assert not Pool.objects.exists()


def test_a_fault_of_the_audience_names_its_path(call: Caller, project: Any) -> None:
    scene.crowd_project(project)
    wrong = {"and": [{"or": [{"category": "profile", "key": "country", "operator": "EQ", "value": "XX"}]}]}
    answer = call("post", "/pools", {"task": scene.task(project).pk, "reward_per_assignment": "0.05", "filter": wrong})
    assert answer.status_code == 400 and list(answer.json()["filter"]) == ["and.0.or.0.value"]


def test_a_task_gets_one_pool(call: Caller, pool: Pool) -> None:
    answer = call("post", "/pools", {"task": pool.task_id, "reward_per_assignment": "0.05"})
    assert answer.status_code == 409 and answer.json() == {"code": "not_possible", "detail": "This task has a pool already."}


@pytest.mark.parametrize(("verb", "status", "code"), [
    ("start", "CLOSED", 202), ("start", "OPEN", 409), ("stop", "OPEN", 202), ("stop", "CLOSED", 409), ("sync", "ARCHIVED", 202),
    ("archive", "OPEN", 409), ("start", "ARCHIVED", 409)])
def test_pool_verbs_answer_a_command_or_the_obstacle(call: Caller, project: Any, verb: str, status: str, code: int) -> None:
    pool = scene.pool(scene.task(project), status=status)
    answer = call("post", f"/pools/{pool.pk}/{verb}")
    assert answer.status_code == code, answer.content
    assert ProviderCommand.objects.count() == (1 if code == 202 else 0)
    assert set(answer.json()) >= ({"id", "kind", "status", "step", "error", "target"} if code == 202 else {"code", "detail"})


def test_a_closed_pool_is_patched_an_open_one_is_not(call: Caller, pool: Pool) -> None:
    assert call("patch", f"/pools/{pool.pk}", {"reward_per_assignment": "0.07"}).json()["kind"] == "update_pool"
    pool.refresh_from_db()
    assert str(pool.reward_per_assignment) == "0.070" and pool.auto_accept_period_day == 21
    ProviderCommand.objects.update(status="done")
    Pool.objects.update(status="OPEN")
    answer = call("patch", f"/pools/{pool.pk}", {"reward_per_assignment": "0.09"})
    assert answer.status_code == 409 and "Stop it first" in answer.json()["detail"]


# --- assignments ----------------------------------------------------------------------------------------------------
def test_assignments_are_listed_filtered_and_read(call: Caller, pool: Pool) -> None:
    first, second, third = pool.task.jobs.all()
    made = [scene.assignment(first), scene.assignment(second, "ACCEPTED"), scene.assignment(third, "REJECTED", work=False)]
    assert call("get", "/assignments").json()["count"] == 3
    for query, expected in ((f"pool={pool.pk}", 3), ("status=SUBMITTED", 1), ("status=SUBMITTED&status=ACCEPTED", 2),
                            (f"job={second.pk}", 1),
                            (f"toloker={made[0].toloker.user_id}", 1), (f"task={pool.task_id}", 3), ("pool=999999", 0)):
        assert call("get", f"/assignments?{query}").json()["count"] == expected, query
    assert call("get", "/assignments?status=LOST").status_code == 400
    shown = call("get", f"/assignments/{made[0].pk}").json()
    assert shown["snapshot"]["shape_count"] == 1 and shown["accepted_automatically_at"] and not shown["submitted_without_work"]
    assert call("get", f"/assignments/{made[2].pk}").json()["submitted_without_work"] is True


def test_accept_and_reject(call: Caller, pool: Pool) -> None:
    first, second = (scene.assignment(job) for job in pool.task.jobs.all()[:2])
    assert call("post", f"/assignments/{first.pk}/accept").json()["kind"] == "accept_assignment"
    for comment in ({}, {"comment": ""}, {"comment": "  "}, {"comment": "x" * 3000}):
        answer = call("post", f"/assignments/{second.pk}/reject", comment)
        assert answer.status_code == 400 and list(answer.json()) == ["comment"]
    assert call("post", f"/assignments/{second.pk}/reject", {"comment": "Empty."}).status_code == 202
    assert call("post", f"/assignments/{second.pk}/reject", {"comment": "Empty."}).json()["code"] == "busy"


def test_a_rejected_job_is_reissued(call: Caller, pool: Pool) -> None:
    assignment = scene.assignment(pool.task.jobs.first(), "REJECTED")
    answer = call("post", f"/task-suites/{assignment.task_suite_id}/reissue")
    assert answer.status_code == 202 and answer.json()["target"]["type"] == "task_suite"
    other = pool.task_suites.exclude(pk=assignment.task_suite_id).first()
    assert call("post", f"/task-suites/{other.pk}/reissue").status_code == 409
    assert "key_nonce" not in call("get", f"/task-suites/{other.pk}").json()


def test_commands_are_filtered_and_tried_again(call: Caller, pool: Pool) -> None:
    failed = scene.command(pool, "start_pool", "failed", error="No money.", error_code="NOT_ENOUGH_BALANCE")
    assert call("get", f"/commands?target_type=pool&target={pool.pk}&status=failed").json()["results"][0]["error"] == "No money."
    assert call("get", "/commands?kind=stop_pool").json()["count"] == 0
    assert call("post", f"/commands/{failed.pk}/retry").status_code == 202
    assert call("post", f"/commands/{failed.pk}/retry").status_code == 409


def test_the_history_is_filtered(call: Caller, pool: Pool) -> None:
    assignment = scene.assignment(pool.task.jobs.first(), "REJECTED", public_comment="Empty.")
    rows = call("get", f"/status-changes?target_type=assignment&target={assignment.pk}").json()["results"]
    assert [row["new"] for row in rows] == ["REJECTED", "SUBMITTED", "ACTIVE"] and rows[0]["actor"] == "alice"
    assert call("get", "/status-changes?after=2099-01-01T00:00:00Z").json()["count"] == 0


# --- who may --------------------------------------------------------------------------------------------------------
def test_a_stranger_sees_empty_lists_and_404(as_user: Any, stranger: Any, pool: Pool) -> None:
    assignment = scene.assignment(pool.task.jobs.first())
    command = scene.command(pool, "start_pool")
    call = as_user(stranger)
    for path in ("/accounts", "/projects", "/pools", "/task-suites", "/assignments", "/commands", "/status-changes"):
        assert call("get", path).json()["count"] == 0, path
    crowd_project = pool.crowd_project
    for method, path in (("get", f"/accounts/{crowd_project.account_id}"), ("get", f"/projects/{crowd_project.pk}"),
                         ("get", f"/pools/{pool.pk}"), ("post", f"/pools/{pool.pk}/start"), ("patch", f"/pools/{pool.pk}"),
                         ("get", f"/assignments/{assignment.pk}"), ("post", f"/assignments/{assignment.pk}/accept"),
                         ("post", f"/task-suites/{assignment.task_suite_id}/reissue"), ("get", f"/commands/{command.pk}"),
                         ("post", f"/commands/{command.pk}/retry")):
        assert call(method, path, None if method == "get" else {}).status_code == 404, path
    body = {"project": pool.task.project_id, "api_key": "k"}
    assert call("post", "/projects", body).status_code == 404
    assert call("post", "/pools", {"task": pool.task_id, "reward_per_assignment": "1"}).status_code == 404


def test_a_reviewer_accepts_and_rejects_but_does_not_edit(as_user: Any, rita: Any, pool: Pool) -> None:
    pool.task.project.members.create(user=rita, role="reviewer")
    assignment = scene.assignment(pool.task.jobs.first())
    call = as_user(rita)
    for method, path in (("post", f"/pools/{pool.pk}/start"), ("patch", f"/pools/{pool.pk}"),
                         ("post", f"/projects/{pool.crowd_project_id}/archive"), ("patch", f"/projects/{pool.crowd_project_id}"),
                         ("post", f"/task-suites/{assignment.task_suite_id}/reissue")):
        answer = call(method, path, {})
        assert answer.status_code == 403 and "reviewer" in answer.json()["detail"], path
    assert call("get", "/accounts").json()["count"] == 0
    assert call("post", f"/assignments/{assignment.pk}/reject", {"comment": "Empty."}).status_code == 202


def test_without_credentials_nothing_is_answered(client: Any, pool: Pool) -> None:
    assert Caller(client)("get", "/pools").status_code == 401


@pytest.mark.parametrize("path", ["/projects", "/pools", "/assignments", "/task-suites", "/commands", "/status-changes", "/accounts"])
def test_lists_cost_a_fixed_number_of_queries(call: Caller, alice: Any, path: str, django_assert_max_num_queries: Any) -> None:
    for number in range(4):
        pool = scene.pool(scene.task(scene.project(alice, f"P{number}")))
        for job in pool.task.jobs.all():
            scene.command(scene.assignment(job), "accept_assignment")
    with django_assert_max_num_queries(10):
        assert call("get", f"{path}?page_size=100").json()["count"] >= 4


def test_numbers_out_of_range_and_wrong_types_are_404_or_400(call: Caller) -> None:
    assert call("get", "/pools/99999999999999999999").status_code == 404
    assert call("get", "/pools/x").status_code == 404
    assert call("get", "/commands/not-a-uuid").status_code == 404
    assert call("get", "/pools?task=x").status_code == 400


def test_the_schema_names_every_verb_and_its_answers(client: Any) -> None:
    schema = json.loads(client.get("/api/schema/", HTTP_ACCEPT="application/vnd.oai.openapi+json").content)
    for path in ("/projects/{id}/sync", "/pools/{id}/start", "/pools/{id}/stop", "/pools/{id}/archive", "/pools/{id}/sync",
                 "/assignments/{id}/accept", "/assignments/{id}/reject", "/task-suites/{id}/reissue", "/commands/{id}/retry"):
        answers = schema["paths"][f"{ROOT}{path}"]["post"]["responses"]
        assert set(answers) >= {"202", "403", "404", "409"}, path
    setup = schema["components"]["schemas"]["ProjectSetup"]["properties"]["api_key"]
    assert setup["writeOnly"] is True


# --- what the other room's API shows --------------------------------------------------------------------------------
def test_projects_tasks_and_jobs_carry_their_twin(pool: Pool, django_assert_num_queries: Any) -> None:
    from annotation.extensions import api_extras, api_extras_of_many

    assignment = scene.assignment(pool.task.jobs.first())
    assert api_extras("project", pool.task.project)["crowd"]["status"] == "ACTIVE"
    assert api_extras("task", pool.task)["crowd"]["id"] == pool.pk
    assert api_extras("job", pool.task.jobs.first())["crowd"] == {"assignment": assignment.pk, "status": "SUBMITTED", "reward": "0.050"}
    assert api_extras("job", pool.task.jobs.last()) == {"crowd": None}
    jobs = list(pool.task.jobs.all())
    with django_assert_num_queries(1):
        many = api_extras_of_many("job", jobs)
    assert many[jobs[0].pk]["crowd"]["assignment"] == assignment.pk and many[jobs[1].pk] == {"crowd": None}
