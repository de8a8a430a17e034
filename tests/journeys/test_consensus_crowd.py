"""Consensus with real parts: three robots a job, of mixed quality; nobody watches, and what is merged in the end fits the truth."""
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import PASSWORD
from tests.journeys.programs import Api
from tests.journeys.verified import House, assignments, house, matches
from tests.stack.sandbox import RequesterAccount

pytestmark = pytest.mark.journey
JOBS, PEOPLE = 3, 3


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, "acceptance_consensus") as made:
        yield made


def set_up(stage: House) -> tuple[Api, RequesterAccount, int, dict[str, Any]]:
    name, account = "requester", stage.stack.sandbox.create_requester(balance="100.00")
    stage.stack.app.create_user(name, PASSWORD)
    api = Api(stage.stack.app.url, name, PASSWORD)
    project = api.make_project("Bright squares")
    task = api.make_task(project["id"], "Scenes", stage.pictures(JOBS))
    api.finish(api.set_up_project(project["id"], account.token))
    api.finish(api.set_up_pool(task["id"], overlap=PEOPLE, reissue_policy="at_once"))
    pool = api.pool_of(task["id"])
    path = f"/api/crowdsourcing/pools/{pool['id']}"
    # A job may go round often: there are few robots, and two of them spam.
    api.call("PUT", f"{path}/policy", json={"config": {"consensus": {"max_people": 8}, "max_rounds": 20, "stop": None}})
    api.finish(api.command("POST", f"{path}/start"))
    return api, account, task["id"], pool


def test_three_do_each_job_spammers_are_refused_and_what_is_merged_fits(stage: House) -> None:
    api, account, task, pool = set_up(stage)
    common: dict[str, Any] = {"truth": stage.truth, "pools": [pool["remote_id"]]}
    stage.stack.sandbox.control.call("POST", "/control/v1/robots", [
        {"name": "Spam", "count": 2, "spam": 1.0, "seconds": [0, 0], "seed": 3, **common},
        {"name": "Good", "count": 6, "accuracy": 0.98, "seconds": [1, 2], "seed": 1, **common}])
    jobs = wait_until_merged(api, task, seconds=240)
    given = assignments(account, pool["remote_id"])
    spent = [item for item in given if item["status"] == "ACCEPTED"]
    people: dict[str, set[str]] = {}
    for item in spent:
        people.setdefault(item["tasks"][0]["input_values"]["job_key"], set()).add(item["user_id"])
    assert len(people) == JOBS and all(len(each) >= PEOPLE for each in people.values()), "three different people a job"
    refused = {item["user_id"] for item in given if item["status"] == "REJECTED"}
    assert refused and not refused & {item["user_id"] for item in spent}, "whoever spams is refused, whoever does not is not"
    frames = {frame["name"]: number for number, frame in enumerate(api.call("GET", f"/api/tasks/{task}/data/meta")["frames"])}
    true = {number: [tuple(shape["points"]) for shape in stage.truth[Path(name).name]] for name, number in frames.items()}
    for job in jobs:
        drawn = [tuple(shape["points"]) for shape in api.call("GET", f"/api/jobs/{job['id']}/annotations")["shapes"]]
        there = true[job["start_frame"]]
        assert matches(drawn, there, 0.8) == len(there) == len(drawn)
    # What goes out is the merged work, once, not that of each.
    whole = api.call("GET", f"/api/tasks/{task}/annotations")["shapes"]
    assert len(whole) == sum(map(len, true.values()))


def wait_until_merged(api: Api, task: int, *, seconds: float) -> list[dict[str, Any]]:
    """The task's jobs, once the work on all of them is merged."""
    end = time.monotonic() + seconds
    while True:
        jobs = api.call("GET", f"/api/jobs?task_id={task}&type=annotation")["results"]
        if all((job["stage"], job["state"]) == ("acceptance", "completed") for job in jobs):
            return list(jobs)
        assert time.monotonic() < end, [(job["stage"], job["state"]) for job in jobs]
        time.sleep(0.5)
