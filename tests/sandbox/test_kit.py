"""toloka-kit 1.2.3, unchanged, over real HTTP against the sandbox."""
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import toloka.client as toloka
from toloka.client import project as project_types
from toloka.client.exceptions import (
    AccessDeniedApiError,
    AuthenticationApiError,
    DoesNotExistApiError,
    IncorrectActionsApiError,
    InternalApiError,
    TooManyRequestsApiError,
    ValidationApiError,
)
from toloka.client.project import template_builder as tb
from toloka.client.task import CreateTaskParameters, CreateTasksParameters

from tests.stack.sandbox import Refused, SandboxServer


@pytest.fixture()
def client(sandbox: SandboxServer) -> toloka.TolokaClient:
    return sandbox.create_requester("Kit user", "50.00").client()


def _project() -> toloka.Project:
    return toloka.Project(
        public_name="Cats", public_description="Is it a cat?", public_instructions="Look",
        task_spec=project_types.task_spec.TaskSpec(
            input_spec={"image": project_types.UrlSpec()},
            output_spec={"result": project_types.StringSpec(allowed_values=["OK", "BAD"])},
            view_spec=project_types.TemplateBuilderViewSpec(
                view=tb.view.ListViewV1([
                    tb.view.ImageViewV1(tb.data.InputData("image")),
                    tb.fields.RadioGroupFieldV1(tb.data.OutputData("result"), [tb.fields.GroupFieldOption("OK", "Yes"),
                                                                              tb.fields.GroupFieldOption("BAD", "No")])]))))


def _pool(project_id: str, **fields: Any) -> toloka.Pool:
    pool = toloka.Pool(
        project_id=project_id, private_name="Pool", may_contain_adult_content=False, reward_per_assignment=0.05,
        will_expire=datetime.now(UTC) + timedelta(days=10_000), assignment_max_duration_seconds=600, auto_accept_solutions=False,
        auto_accept_period_day=7, defaults=toloka.Pool.Defaults(default_overlap_for_new_task_suites=1, default_overlap_for_new_tasks=1),
        filter=toloka.filter.Languages.in_("EN"), **fields)
    pool.set_mixer_config(real_tasks_count=1, golden_tasks_count=0, training_tasks_count=0)
    pool.quality_control.add_action(
        collector=toloka.collectors.AssignmentsAssessment(),
        conditions=[toloka.conditions.AssessmentEvent == toloka.conditions.AssessmentEvent.REJECT],
        action=toloka.actions.ChangeOverlap(delta=1, open_pool=True))
    return pool


def _tasks(pool_id: str, count: int) -> list[toloka.Task]:
    return [toloka.Task(pool_id=pool_id, input_values={"image": f"https://example.com/{n}.png"}) for n in range(count)]


def test_the_account_shows_its_balance(client: toloka.TolokaClient) -> None:
    me = client.get_requester()
    assert (me.balance, me.public_name) == (Decimal("50"), {"EN": "Kit user"})


def test_a_project_survives_the_way_there_and_back(client: toloka.TolokaClient) -> None:
    project = client.create_project(_project())
    assert client.get_project(project.id) == project
    assert project.status.value == "ACTIVE"
    project.public_description = "Is it really a cat?"
    assert client.update_project(project.id, project).public_description == "Is it really a cat?"
    assert [found.id for found in client.get_projects(status="ACTIVE")] == [project.id]
    assert client.archive_project(project.id).status.value == "ARCHIVED"
    assert client.archive_project(project.id).status.value == "ARCHIVED"


def test_projects_are_sorted_by_what_they_are_called(client: toloka.TolokaClient) -> None:
    for name, comment in (("Bees", "3"), ("Cats", None), ("Ants", "1"), ("Bees", "2")):
        project = _project()
        project.public_name, project.private_comment = name, comment
        client.create_project(project)
    found = client.find_projects(sort=["public_name", "-private_comment"], limit=3)
    assert [(one.public_name, one.private_comment) for one in found.items] == [("Ants", "1"), ("Bees", "3"), ("Bees", "2")]
    assert found.has_more
    assert [one.public_name for one in client.find_projects(sort=["-public_name", "id"]).items] == ["Cats", "Bees", "Bees", "Ants"]


@pytest.mark.parametrize(("path", "field"), [("/projects", "sensitive"), ("/skills", "deprecated")])
def test_a_mark_is_true_or_false(sandbox: SandboxServer, path: str, field: str) -> None:
    requester = sandbox.create_requester()
    form = toloka.unstructure(_project()) if path == "/projects" else {"name": "Careful"}
    assert requester.call("POST", f"/api/v1{path}", {**form, field: True})[field] is True
    with pytest.raises(Refused) as refusal:
        requester.call("POST", f"/api/v1{path}", {**form, field: "yes"})
    assert refusal.value.payload == {field: {"code": "BOOLEAN_EXPECTED", "message": "true or false is expected"}}


def test_a_pool_goes_through_its_life(client: toloka.TolokaClient) -> None:
    project = client.create_project(_project())
    pool = client.create_pool(_pool(project.id))
    assert client.get_pool(pool.id) == pool
    assert pool.is_closed() and pool.quality_control.configs[0].collector_config.uuid
    with pytest.raises(IncorrectActionsApiError) as refusal:
        client.open_pool(pool.id)
    assert refusal.value.code == "EMPTY_POOL"
    client.create_tasks(_tasks(pool.id, 1), allow_defaults=True)
    assert client.open_pool(pool.id).is_open()
    assert client.open_pool(pool.id).is_open()
    assert client.close_pool(pool.id).is_closed()
    pool.priority = 30
    assert client.update_pool(pool.id, pool).priority == 30
    assert client.archive_pool(pool.id).is_archived()
    assert [found.id for found in client.get_pools(project_id=project.id, status="ARCHIVED")] == [pool.id]


def test_a_pool_read_and_sent_again_is_a_new_pool_with_the_same_rules(client: toloka.TolokaClient) -> None:
    project = client.create_project(_project())
    pool = client.create_pool(_pool(project.id))
    copy = client.create_pool(client.get_pool(pool.id))
    assert copy.id != pool.id
    assert copy.quality_control.configs[0].collector_config.uuid == pool.quality_control.configs[0].collector_config.uuid


@pytest.mark.parametrize("async_mode", [True, False])
def test_tasks_are_created_in_both_modes(client: toloka.TolokaClient, async_mode: bool) -> None:
    pool = client.create_pool(_pool(client.create_project(_project()).id))
    many = client.create_tasks(_tasks(pool.id, 30), CreateTasksParameters(allow_defaults=True, open_pool=True, async_mode=async_mode))
    assert sorted(many.items) == sorted(str(n) for n in range(30))
    assert many.items["7"].input_values == {"image": "https://example.com/7.png"}
    one = client.create_task(_tasks(pool.id, 1)[0], CreateTaskParameters(allow_defaults=True, async_mode=async_mode))
    assert client.get_task(one.id) == one
    assert client.get_pool(pool.id).is_open()
    assert len(list(client.get_tasks(pool_id=pool.id, batch_size=10))) == 31


@pytest.mark.parametrize("async_mode", [True, False])
def test_bad_tasks_raise_with_their_fields(client: toloka.TolokaClient, async_mode: bool) -> None:
    pool = client.create_pool(_pool(client.create_project(_project()).id))
    good, bad = _tasks(pool.id, 1)[0], toloka.Task(pool_id=pool.id, input_values={"picture": "x"})
    with pytest.raises(ValidationApiError) as refusal:
        client.create_tasks([good, bad], CreateTasksParameters(allow_defaults=True, async_mode=async_mode))
    assert set(refusal.value.payload) == {"1"}
    mixed = client.create_tasks([good, bad], CreateTasksParameters(allow_defaults=True, async_mode=async_mode, skip_invalid_items=True))
    assert set(mixed.items) == {"0"} and set(mixed.validation_errors) == {"1"}
    with pytest.raises(ValidationApiError):
        client.create_task(bad, CreateTaskParameters(allow_defaults=True, async_mode=async_mode))


def test_a_lost_answer_does_not_create_tasks_twice(sandbox: SandboxServer) -> None:
    requester = sandbox.create_requester()
    pool = requester.client().create_pool(_pool(requester.client().create_project(_project()).id))
    sandbox.fault("^/api/v1/tasks$", "drop_after", method="POST")
    patient = requester.client(retries=3)
    made = patient.create_tasks(_tasks(pool.id, 5), allow_defaults=True)
    assert len(made.items) == 5
    assert len(list(patient.get_tasks(pool_id=pool.id))) == 5


def test_work_is_read_and_reviewed(sandbox: SandboxServer, client: toloka.TolokaClient) -> None:
    pool = client.create_pool(_pool(client.create_project(_project()).id))
    client.create_tasks(_tasks(pool.id, 3), CreateTasksParameters(allow_defaults=True, open_pool=True))
    keys = []
    for _ in range(3):
        worker = sandbox.create_toloker()
        keys.append(worker.take(pool.id)["id"])
        worker.submit(keys[-1], {"result": "OK"})
    found = list(client.get_assignments(pool_id=pool.id, status=["SUBMITTED", "ACCEPTED"], batch_size=2))
    assert [item.id for item in found] == keys
    assert found[0].solutions[0].output_values == {"result": "OK"} and found[0].tasks[0].input_values["image"]
    accepted = client.accept_assignment(keys[0], "Good")
    assert (accepted.status, accepted.reward) == (toloka.Assignment.ACCEPTED, Decimal("0.05"))
    assert client.reject_assignment(keys[1], "Bad").rejected is not None
    with pytest.raises(IncorrectActionsApiError) as refusal:
        client.accept_assignment(keys[0], "Twice")
    assert refusal.value.payload == {"appropriate_statuses": ["SUBMITTED", "REJECTED"]}
    later = client.find_assignments(pool_id=pool.id, rejected_gte=client.get_assignment(keys[1]).rejected, sort=["rejected"])
    assert [item.id for item in later.items] == [keys[1]]
    assert client.get_pool(pool.id).is_open()  # the rule gave the rejected task back


def test_skills_and_bans(sandbox: SandboxServer, client: toloka.TolokaClient) -> None:
    worker = sandbox.create_toloker()
    skill = client.create_skill(name="boxes", hidden=True, public_requester_description={"EN": "Boxes"})
    assert [found.id for found in client.get_skills(name="boxes")] == [skill.id]
    value = client.set_user_skill(skill_id=skill.id, user_id=worker.id, value=Decimal("85.42"))
    assert (value.value, value.exact_value) == (85, Decimal("85.42"))
    assert [found.user_id for found in client.get_user_skills(skill_id=skill.id)] == [worker.id]
    assert client.get_user_skill(value.id).modified is not None
    client.delete_user_skill(value.id)
    ban = client.set_user_restriction(toloka.user_restriction.AllProjectsUserRestriction(user_id=worker.id, private_comment="spam"))
    assert [found.id for found in client.get_user_restrictions(user_id=worker.id)] == [ban.id]
    client.delete_user_restriction(ban.id)
    assert list(client.get_user_restrictions(user_id=worker.id)) == []


def test_operations_are_kept(client: toloka.TolokaClient) -> None:
    pool = client.create_pool(_pool(client.create_project(_project()).id))
    operation = client.create_tasks_async(_tasks(pool.id, 2), allow_defaults=True)
    done = client.wait_operation(operation, disable_progress=True)
    assert done.status == toloka.operations.Operation.SUCCESS
    log = client.get_operation_log(operation.id)
    assert [line.output["task_id"] for line in log] == [task.id for task in client.get_tasks(pool_id=pool.id)]
    client.open_pool(pool.id), client.close_pool(pool.id)
    kinds = [found.type.value for found in client.get_operations()]
    assert sorted(kinds) == ["POOL.CLOSE", "POOL.OPEN", "TASK.BATCH_CREATE"]


@pytest.mark.parametrize(("status", "error"), [(429, TooManyRequestsApiError), (500, InternalApiError)])
def test_planned_refusals_arrive_as_the_kits_errors(sandbox: SandboxServer, client: toloka.TolokaClient, status: int, error: type) -> None:
    sandbox.fault("^/api/v1/requester$", "status", status=status)
    with pytest.raises(error):
        client.get_requester()
    assert client.get_requester()


def test_wrong_credentials_and_wrong_objects(sandbox: SandboxServer, client: toloka.TolokaClient) -> None:
    project = client.create_project(_project())
    with pytest.raises(AccessDeniedApiError):
        sandbox.create_requester().client().get_project(project.id)
    with pytest.raises(DoesNotExistApiError):
        client.get_project("999999")
    with pytest.raises(AuthenticationApiError):
        toloka.TolokaClient("wrong", url=sandbox.url, retries=0).get_requester()
