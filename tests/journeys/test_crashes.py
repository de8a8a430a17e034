"""Processes die and answers get lost; the platform ends up with one of each thing, and each assignment is decided once."""
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from celery import Celery

from tests.journeys.conftest import PASSWORD
from tests.journeys.programs import Api, do_one
from tests.stack.app import AppServer
from tests.stack.sandbox import RequesterAccount, SandboxServer, free_port

pytestmark = pytest.mark.journey
JOBS = 4
# Step of publishing -> the platform's path that is called in it.
DELAY_SECONDS = 3.0
# Step of publishing -> the platform's path that is called in it, and the words of the command's step.
CALLS = {"project": (r"^/api/v1/projects$", "Creating the project"), "pool": (r"^/api/v1/pools$", "Creating the pool"),
         "tasks": (r"^/api/v1/tasks$", "Publishing")}


# The REST API's assignment and the requester who pays for it.
Submitted = tuple[dict[str, Any], RequesterAccount]


def nothing(command: dict[str, Any]) -> None:
    """After a step without a crash."""


@pytest.fixture
def api(app_server: AppServer) -> Api:
    name = f"program{free_port()}"
    app_server.create_user(name, PASSWORD)
    return Api(app_server.url, name, PASSWORD)


@pytest.fixture
def account(sandbox_server: SandboxServer) -> Any:
    yield sandbox_server.create_requester(balance="20.00")
    sandbox_server.clear_faults()


@pytest.fixture
def ring(app_server: AppServer) -> Iterator[Callable[[], None]]:
    """The scheduler's bell for the sweep, which these tests do not wait a quarter of a minute for."""
    with Celery(broker=app_server.environment["REDIS_URL"], set_as_current=False) as bell:
        yield lambda: bell.send_task("crowdsourcing.tasks.sweep_commands", queue=app_server.environment["CELERY_QUEUE"])


def kill_in_the_middle(app: AppServer, api: Api, command: dict[str, Any], step: str) -> None:
    """SIGKILL the worker while the platform is at work on the delayed call of `step`, let that call end, start a new worker."""
    end = time.monotonic() + 30
    while not (seen := api.call("GET", f"/api/crowdsourcing/commands/{command['id']}"))["step"].startswith(step):
        assert time.monotonic() < end and seen["status"] in ("pending", "in flight"), seen
        time.sleep(0.02)
    # Looking before creating takes a few milliseconds; then the delayed call is under way.
    time.sleep(DELAY_SECONDS / 3)
    app.worker.kill()
    left = api.call("GET", f"/api/crowdsourcing/commands/{command['id']}")
    assert left["status"] == "in flight", "the worker died with the command in its hands"
    time.sleep(DELAY_SECONDS)
    app.worker.start()


# Plans a fault for a step of publishing; gives what to do once that step is asked for.
Between = Callable[[str], Callable[[dict[str, Any]], None]]


def publish(api: Api, account: RequesterAccount, ring: Callable[[], None], between: Between) -> int:
    """Project and pool to the platform; the task's id."""
    project = api.make_project(f"Crash {free_port()}")
    task = api.make_task(project["id"], "Squares", JOBS)
    after = between("project")
    command = api.set_up_project(project["id"], account.token)
    after(command)
    api.finish(command, ring)
    after_pool, after_tasks = between("pool"), between("tasks")
    command = api.set_up_pool(task["id"])
    after_pool(command)
    after_tasks(command)
    api.finish(command, ring)
    return int(task["id"])


def assert_one_of_each(account: RequesterAccount) -> str:
    """One project, one pool, one task a job; gives the pool's id."""
    client = account.client()
    projects, pools = list(client.get_projects()), list(client.get_pools())
    assert len(projects) == 1 and len(pools) == 1
    tasks = list(client.get_tasks(pool_id=pools[0].id))
    assert len(tasks) == JOBS and len({task.input_values["job_key"] for task in tasks}) == JOBS
    return str(pools[0].id)


@pytest.mark.parametrize("step", CALLS)
def test_a_worker_killed_while_it_publishes_leaves_one_of_each(
    step: str, api: Api, account: RequesterAccount, app_server: AppServer, sandbox_server: SandboxServer, ring: Callable[[], None],
) -> None:
    def between(now: str) -> Callable[[dict[str, Any]], None]:
        if now != step:
            return nothing
        path, words = CALLS[step]
        sandbox_server.fault(path, "delay", method="POST", seconds=DELAY_SECONDS)
        return lambda command: kill_in_the_middle(app_server, api, command, words)

    publish(api, account, ring, between)
    assert_one_of_each(account)


@pytest.mark.parametrize("effect", ["drop_after", "drop_before"])
def test_lost_answers_while_publishing_leave_one_of_each(
    effect: str, api: Api, account: RequesterAccount, sandbox_server: SandboxServer, ring: Callable[[], None],
) -> None:
    def between(step: str) -> Callable[[dict[str, Any]], None]:
        sandbox_server.fault(CALLS[step][0], effect, method="POST")
        return nothing

    publish(api, account, ring, between)
    assert_one_of_each(account)


@pytest.fixture
def submitted(api: Api, account: RequesterAccount, sandbox_server: SandboxServer, ring: Callable[[], None]) -> Submitted:
    """A job that a Toloker submitted and we know of; the REST API's assignment."""
    task = publish(api, account, ring, lambda step: nothing)
    pool = api.pool_of(task)
    api.finish(api.command("POST", f"/api/crowdsourcing/pools/{pool['id']}/start"))
    do_one(sandbox_server.create_toloker("Nia"), pool["remote_id"])
    api.finish(api.command("POST", f"/api/crowdsourcing/pools/{pool['id']}/sync"))
    found = api.all("/api/crowdsourcing/assignments", pool=pool["id"])
    assert [one["status"] for one in found] == ["SUBMITTED"]
    return found[0], account


def assert_accepted_and_paid_once(api: Api, assignment: dict[str, Any], account: RequesterAccount, sandbox: SandboxServer) -> None:
    seen = api.call("GET", f"/api/crowdsourcing/assignments/{assignment['id']}")
    assert seen["status"] == "ACCEPTED"
    remote = account.client().get_assignment(assignment["remote_id"])
    assert remote.status.value == "ACCEPTED"
    fee = Decimal(sandbox.environment.get("SANDBOX_FEE_PERCENT", "30"))
    paid = Decimal("20.00") - Decimal(str(account.call("GET", "/api/v1/requester")["balance"]))
    assert paid == Decimal("0.05") * (100 + fee) / 100, "charged for one acceptance"
    calls = sandbox.requests(path=f"/assignments/{assignment['remote_id']}", method="PATCH")
    accepts = [item for item in calls if item["status"] in (0, 200)]
    assert len(accepts) == 1, "one accept reached the platform and worked"


def test_a_worker_killed_while_it_accepts_leaves_one_accept(
    api: Api, submitted: Submitted, app_server: AppServer, sandbox_server: SandboxServer, ring: Callable[[], None],
) -> None:
    assignment, account = submitted
    sandbox_server.fault(r"^/api/v1/assignments/", "delay", method="PATCH", seconds=DELAY_SECONDS)
    command = api.command("POST", f"/api/crowdsourcing/assignments/{assignment['id']}/accept", json={"comment": "Good."})
    kill_in_the_middle(app_server, api, command, "Accepting")
    api.finish(command, ring)
    assert_accepted_and_paid_once(api, assignment, account, sandbox_server)


def test_a_lost_answer_to_an_accept_leaves_one_accept(
    api: Api, submitted: Submitted, sandbox_server: SandboxServer, ring: Callable[[], None],
) -> None:
    assignment, account = submitted
    sandbox_server.fault(r"^/api/v1/assignments/", "drop_after", method="PATCH")
    command = api.command("POST", f"/api/crowdsourcing/assignments/{assignment['id']}/accept", json={"comment": "Good."})
    api.finish(command, ring)
    assert_accepted_and_paid_once(api, assignment, account, sandbox_server)


def test_a_second_accept_while_the_first_is_on_its_way_is_refused_with_a_sentence(
    api: Api, submitted: Submitted, sandbox_server: SandboxServer, ring: Callable[[], None],
) -> None:
    assignment, account = submitted
    sandbox_server.fault(r"^/api/v1/assignments/", "delay", method="PATCH", seconds=1)
    path = f"/api/crowdsourcing/assignments/{assignment['id']}/accept"
    command = api.command("POST", path, json={})
    second = api.http.post(path, json={})
    assert second.status_code == 409 and "on its way" in second.json()["detail"]
    api.finish(command, ring)
    assert_accepted_and_paid_once(api, assignment, account, sandbox_server)
