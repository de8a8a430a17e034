"""The second crowd's acceptance: nobody watches, robots of mixed quality work, and what is accepted in the end really fits the truth.
The same when everything dies meanwhile."""
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.journeys.conftest import PASSWORD
from tests.journeys.killing import (
    Killer,
    assert_asked_once,
    assert_books_agree,
    assert_decided_once,
    seed_of_this_run,
    slow_down,
    wait_until_accepted,
)
from tests.journeys.people import SLOW_MS, Requester
from tests.journeys.programs import Api
from tests.journeys.verified import House, assignments, house, matches
from tests.sandbox import books
from tests.stack.mortal import EVERYTHING, VICTIMS
from tests.stack.sandbox import RequesterAccount

pytestmark = pytest.mark.journey
JOBS = 8
# Often rejected: banned from everything for fifteen days, as in the notebook, but from the first verdict on.
BAN = {"collector_config": {"type": "ACCEPTANCE_RATE"}, "rules": [{
    "conditions": [{"key": "total_assignments_count", "operator": "GT", "value": 0},
                   {"key": "rejected_assignments_rate", "operator": "GT", "value": 35}],
    "action": {"type": "RESTRICTION_V2", "parameters": {
        "scope": "ALL_PROJECTS", "duration": 15, "duration_unit": "DAYS", "private_comment": "Performer often make mistakes"}}}]}


# What a slow machine needs; all of it takes half a minute where nothing is killed.
SECONDS = 400.0


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("verified"), "acceptance_verification") as made:
        yield made


@dataclass
class Loop:
    """A verification that was started. `pools`: ids at the platform, of the work and of the checks."""

    api: Api
    account: RequesterAccount
    task: int
    pool: int
    pools: tuple[str, str]

    def spent_on_checks(self) -> Decimal:
        return Decimal(str(self.api.call("GET", f"/api/crowdsourcing/pools/{self.pool}/verification")["progress"]["spent"]))


def start(stage: House, name: str, context: BrowserContext) -> Loop:
    """Project, task and pool with the notebook's ban over REST; verification, policy and start in the browser, which is closed then."""
    account = stage.stack.sandbox.create_requester(balance="100.00")
    stage.stack.app.create_user(name, PASSWORD)
    api = Api(stage.stack.app.url, name, PASSWORD)
    project = api.make_project("Bright squares")
    task = api.make_task(project["id"], "Scenes", stage.pictures(JOBS))
    api.finish(api.set_up_project(project["id"], account.token))
    api.finish(api.set_up_pool(task["id"], quality_rules=[BAN]))
    pool = api.pool_of(task["id"])
    click_start(Requester(context.new_page(), stage.stack.app.url), name, task["id"], pool["id"])
    context.close()
    verification = api.call("GET", f"/api/crowdsourcing/pools/{pool['id']}/verification")
    loop = Loop(api, account, task["id"], pool["id"], (pool["remote_id"], verification["remote_pool_id"]))
    stage.crew(*loop.pools)
    return loop


def click_start(person: Requester, name: str, task: int, pool: int) -> None:
    """What a requester does, and then goes home."""
    person.log_in(name, PASSWORD)
    page = person.page
    person.open(f"{person.url}/pools/{pool}/verification")
    # Pages of ten, as the notebook has them: with so few verifiers they are never full, and it ends nevertheless.
    person.press(page.get_by_role("button", name="Set up verification"))
    expect(page.get_by_role("link", name="Pause")).to_be_visible(timeout=SLOW_MS)
    person.open(f"{person.url}/pools/{pool}/policy")
    page.get_by_label("Decide by the verification crowd").check()
    page.get_by_label("An answer counts when it is so sure, %").fill("50")
    # Spammers are many here: a job may have to go round more often than usual, and the start is bad on purpose.
    page.get_by_label("Reject a job at most so often").fill("20")
    page.get_by_label("Stop when it begins badly").uncheck()
    person.press(page.get_by_role("button", name="Put in force"))
    person.verb(f"{person.url}/tasks/{task}", "Start Toloka pool", "Start")
    person.see("The pool is open and waits for Tolokers.")
    assert person.errors == []


def test_the_loop_ends_with_work_that_fits_and_spammers_out(stage: House, new_context: Callable[..., BrowserContext]) -> None:
    loop = start(stage, "calm", new_context())
    wait_until_accepted(stage, loop.pools, JOBS, seconds=SECONDS)
    judge(stage, loop)


def test_the_same_when_everything_dies_at_random_moments(stage: House, new_context: Callable[..., BrowserContext]) -> None:
    killer = Killer(stage.stack, seed_of_this_run())
    loop = start(stage, "troubled", new_context())
    slow_down(stage.stack)
    wait_until_accepted(stage, loop.pools, JOBS, seconds=SECONDS, killer=killer)
    assert set(stage.stack.killed) == {*VICTIMS, EVERYTHING}
    stage.stack.sandbox.clear_faults()
    with stage.rows("SELECT kind, count(*) FROM crowdsourcing_providercommand WHERE attempts > 1 GROUP BY kind") as again:
        print(f"tried more than once: {dict(again)}")
    judge(stage, loop)


# --- what must be true in the end ---------------------------------------------------------------------------------------
def judge(stage: House, loop: Loop) -> None:
    stage.stack.sandbox.delete_robots()
    given = assignments(loop.account, loop.pools[0])
    books.check(stage.stack.sandbox)
    assert_decided_once(stage, loop.account, loop.pools[0], JOBS)
    assert_asked_once(stage, loop.account, loop.pools[1])
    assert_books_agree(stage, loop.account, loop.pools, loop.spent_on_checks())
    fits = by_assignment(stage, loop, given)
    accepted = [item for item in given if item["status"] == "ACCEPTED"]
    found, there = (sum(fits[item["id"]][place] for item in accepted) for place in (0, 1))
    assert found >= 0.95 * there, f"{found} of {there} objects fit"
    good = [item for item in given if item["status"] in ("ACCEPTED", "REJECTED") and honest(fits[item["id"]])]
    wronged = [item for item in good if item["status"] == "REJECTED"]
    assert len(wronged) <= 0.05 * len(good), f"{len(wronged)} of {len(good)} good jobs were rejected"
    assert_seen_banned(loop, assert_spammers_out(loop.account, given, fits))


def honest(fit: tuple[int, int, int]) -> bool:
    """Everything there is, and nothing else."""
    found, there, drawn = fit
    return found == there == drawn


def assert_spammers_out(account: RequesterAccount, given: list[dict[str, Any]], fits: dict[str, tuple[int, int, int]]) -> set[str]:
    """Whoever did nothing right is rejected and banned, and so is whoever else is mostly rejected; who that is."""
    by_person: dict[str, Counter[str]] = defaultdict(Counter)
    right: set[str] = set()
    for item in given:
        if item["status"] in ("ACCEPTED", "REJECTED"):
            by_person[item["user_id"]][item["status"]] += 1
            right |= {item["user_id"]} if honest(fits[item["id"]]) else set()
    banned = {item["user_id"] for item in account.call("GET", "/api/v1/user-restrictions?limit=300")["items"]
              if item.get("private_comment") == "Performer often make mistakes"}
    caught = {person for person, counts in by_person.items() if counts["REJECTED"] > counts["ACCEPTED"]}
    spammers = set(by_person) - right
    assert spammers, "spammers were there"
    assert spammers <= caught, "and what they did was rejected"
    assert caught <= banned, "whoever is mostly rejected is banned by the rule"
    return caught


def assert_seen_banned(loop: Loop, caught: set[str]) -> None:
    """The requester sees it, with the rule's note, once the project was looked at."""
    twin = loop.api.call("GET", f"/api/crowdsourcing/pools/{loop.pool}")["crowd_project"]
    loop.api.finish(loop.api.call("POST", f"/api/crowdsourcing/projects/{twin}/sync"))
    people = {one["user_id"]: one for one in loop.api.call("GET", "/api/crowdsourcing/workers?page_size=100")["results"]}
    assert caught <= {user_id for user_id, one in people.items() if one["banned"]}
    one = loop.api.call("GET", f"/api/crowdsourcing/workers/{people[min(caught)]['id']}")
    assert [ban["reason"] for ban in one["bans"] if ban["in_force"]] == ["Performer often make mistakes"] and one["platform_error"] == ""


def by_assignment(stage: House, loop: Loop, given: list[dict[str, Any]]) -> dict[str, tuple[int, int, int]]:
    """Assignment -> (objects that fit, objects there are, shapes drawn), by what was submitted."""
    frames = {frame["name"]: number for number, frame in enumerate(loop.api.call("GET", f"/api/tasks/{loop.task}/data/meta")["frames"])}
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
