"""The second crowd's acceptance: nobody watches, robots of mixed quality work, and what is accepted in the end really fits the truth."""
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import PASSWORD
from tests.journeys.programs import Api
from tests.journeys.verified import House, assignments, house, matches, wait_until_done
from tests.stack.sandbox import RequesterAccount

pytestmark = pytest.mark.journey
JOBS = 8
# Often rejected: banned from everything for fifteen days, as in the notebook, but from the first verdict on.
BAN = {"collector_config": {"type": "ACCEPTANCE_RATE"}, "rules": [{
    "conditions": [{"key": "total_assignments_count", "operator": "GT", "value": 0},
                   {"key": "rejected_assignments_rate", "operator": "GT", "value": 35}],
    "action": {"type": "RESTRICTION_V2", "parameters": {
        "scope": "ALL_PROJECTS", "duration": 15, "duration_unit": "DAYS", "private_comment": "Performer often make mistakes"}}}]}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, "acceptance_verification") as made:
        yield made


def set_up(stage: House, **config: Any) -> tuple[Api, RequesterAccount, int, dict[str, Any]]:
    """Project, task, pool with the notebook's ban, verification, policy; started, and the crew at the door."""
    name, account = "requester", stage.sandbox.create_requester(balance="100.00")
    stage.app.create_user(name, PASSWORD)
    api = Api(stage.app.url, name, PASSWORD)
    project = api.make_project("Bright squares")
    task = api.make_task(project["id"], "Scenes", stage.pictures(JOBS))
    api.finish(api.set_up_project(project["id"], account.token), stage.ring)
    api.finish(api.set_up_pool(task["id"], quality_rules=[BAN]), stage.ring)
    pool = api.pool_of(task["id"])
    path = f"/api/crowdsourcing/pools/{pool['id']}"
    # Pages of ten, as the notebook has them: with so few verifiers they are never full, and it ends nevertheless.
    api.finish(api.command("POST", f"{path}/verification", json=config), stage.ring)
    # Spammers are many here: a job may have to go round more often than usual, and the start is bad on purpose.
    api.call("PUT", f"{path}/policy", json={"config": {"verification": {"min_confidence": 0.5}, "max_rounds": 20, "stop": None}})
    api.finish(api.command("POST", f"{path}/start"), stage.ring)
    stage.crew(pool["remote_id"], api.call("GET", f"{path}/verification")["remote_pool_id"])
    return api, account, task["id"], pool


def test_the_loop_ends_with_work_that_fits_and_spammers_out(stage: House) -> None:
    api, account, task, pool = set_up(stage)
    wait_until_done(stage, account, pool["remote_id"], JOBS, seconds=240)
    judge(stage, api, account, task, pool)


# --- what must be true in the end ---------------------------------------------------------------------------------------
def judge(stage: House, api: Api, account: RequesterAccount, task: int, pool: dict[str, Any]) -> None:
    given = assignments(account, pool["remote_id"])
    assert_decided_once(stage, account, given)
    fits = by_assignment(stage, api, task, given)
    accepted = [item for item in given if item["status"] == "ACCEPTED"]
    found, there = (sum(fits[item["id"]][place] for item in accepted) for place in (0, 1))
    assert found >= 0.95 * there, f"{found} of {there} objects fit"
    good = [item for item in given if item["status"] in ("ACCEPTED", "REJECTED") and honest(fits[item["id"]])]
    wronged = [item for item in good if item["status"] == "REJECTED"]
    assert len(wronged) <= 0.05 * len(good), f"{len(wronged)} of {len(good)} good jobs were rejected"
    assert_spammers_out(stage, account, given)


def honest(fit: tuple[int, int, int]) -> bool:
    """Everything there is, and nothing else."""
    found, there, drawn = fit
    return found == there == drawn


def assert_decided_once(stage: House, account: RequesterAccount, given: list[dict[str, Any]]) -> None:
    """Counted at the sandbox: no two decisions of one assignment got through, and each job has one accepted assignment."""
    calls = stage.sandbox.requests(path=r"^/api/v1/assignments/", method="PATCH")
    through = Counter(call["path"].rpartition("/")[2] for call in calls if call["status"] == 200 and call["requester_id"] == account.id)
    decided = [item for item in given if item["status"] in ("ACCEPTED", "REJECTED")]
    for item in decided:
        # A call whose answer was lost by a kill is repeated; the sandbox answers the same decision again.
        assert through[item["id"]] >= 1 and not (item.get("accepted") and item.get("rejected")), item
    jobs = Counter(item["tasks"][0]["input_values"]["job_key"] for item in given if item["status"] == "ACCEPTED")
    assert len(jobs) == JOBS and set(jobs.values()) == {1}, "each job is paid once"


def assert_spammers_out(stage: House, account: RequesterAccount, given: list[dict[str, Any]]) -> None:
    by_person: dict[str, Counter[str]] = defaultdict(Counter)
    for item in given:
        by_person[item["user_id"]][item["status"]] += 1
    banned = {item["user_id"] for item in account.call("GET", "/api/v1/user-restrictions?limit=300")["items"]
              if item.get("private_comment") == "Performer often make mistakes"}
    caught = {person for person, counts in by_person.items() if counts["REJECTED"] > counts["ACCEPTED"]}
    assert caught, "spammers were there, and rejected"
    assert caught <= banned, "whoever is mostly rejected is banned by the rule"


def by_assignment(stage: House, api: Api, task: int, given: list[dict[str, Any]]) -> dict[str, tuple[int, int, int]]:
    """Assignment -> (objects that fit, objects there are, shapes drawn), by what was submitted."""
    frames = {frame["name"]: number for number, frame in enumerate(api.call("GET", f"/api/tasks/{task}/data/meta")["frames"])}
    true = {number: [tuple(shape["points"]) for shape in stage.truth[Path(name).name]] for name, number in frames.items()}
    drawn = submitted(stage, [item["id"] for item in given])
    return {key: (matches(boxes, true[frame]), len(true[frame]), len(boxes)) for key, (frame, boxes) in drawn.items()}


def submitted(stage: House, keys: list[str]) -> dict[str, tuple[int, list[Any]]]:
    """Assignment -> (its frame, boxes), from the snapshots that the application keeps."""
    statement = ("SELECT a.remote_id, j.start_frame, s.data FROM crowdsourcing_assignment a "
                 "JOIN annotation_snapshot s ON s.id = a.snapshot_id JOIN crowdsourcing_tasksuite t ON t.id = a.task_suite_id "
                 "JOIN annotation_job j ON j.id = t.job_id WHERE a.remote_id = ANY(%s)")
    with stage.rows(statement, keys) as rows:
        return {key: (frame, [tuple(shape["points"]) for shape in data["frames"].get(str(frame), {}).get("shapes", [])])
                for key, frame, data in rows}
