"""The requester's preview of a quality rule against what the platform's rules really did with the same work."""
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from crowdsourcing.rules import replay
from crowdsourcing.rules.replay import Attempt
from tests.sandbox.conftest import Shop, project_form
from tests.sandbox.rules import ban, bans, collector, new_skill, quality, rule, value_of
from tests.stack.sandbox import Refused, SandboxServer, TolokerAccount, sandbox_server

CONDITIONS: dict[str, list[list[tuple[str, str, Any]]]] = {
    "ACCEPTANCE_RATE": [[("total_assignments_count", "GT", 2), ("rejected_assignments_rate", "GT", 35)],
                        [("accepted_assignments_rate", "GTE", 75), ("total_assignments_count", "GTE", 4)]],
    "ANSWER_COUNT": [[("assignments_accepted_count", "EQ", 5)], [("assignments_accepted_count", "GT", 8)]],
    "ASSIGNMENT_SUBMIT_TIME": [
        [("fast_submitted_count", "GT", 1), ("total_submitted_count", "GTE", 5)], [("fast_submitted_count", "GTE", 4)]],
    "SKIPPED_IN_ROW_ASSIGNMENTS": [[("skipped_in_row_count", "GTE", 2)], [("skipped_in_row_count", "GT", 2)]],
    "INCOME": [[("income_sum_for_last_24_hours", "GTE", 0.2)], [("income_sum_for_last_24_hours", "GT", 0.3)]],
}
PARAMETERS: dict[str, dict[str, Any]] = {"ASSIGNMENT_SUBMIT_TIME": {"fast_submit_threshold_seconds": 20, "history_size": 5}}


@pytest.fixture(scope="module")
def calendar() -> Iterator[SandboxServer]:
    """A sandbox whose clock may be moved by days."""
    with sandbox_server() as server:
        yield server


@pytest.fixture()
def shop(calendar: SandboxServer) -> Shop:
    requester = calendar.create_requester()
    return Shop(calendar, requester, requester.call("POST", "/api/v1/projects", project_form()))


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def number_of(task_id: str) -> int:
    return int(task_id.rpartition("--")[2], 16)


def attempts(shop: Shop, pool: str) -> list[Attempt]:
    """What the requester's mirror would know."""
    rows = shop.ask("GET", f"/assignments?pool_id={pool}&limit=1000&sort=created,id")["items"]
    times = ("created", "submitted", "accepted", "rejected", "skipped")
    found = []
    for row in rows:
        named: dict[str, Any] = {name: moment(row.get(name)) for name in times}
        by_itself = named["accepted"] is not None and named["accepted"] == named["submitted"]
        found.append(Attempt(worker=row["user_id"], suite=number_of(row["tasks"][0]["id"]),
                             reward=Decimal(str(row["reward"])), by_itself=by_itself, **named))
    return found


def live(shop: Shop, pool: str, crowd: list[TolokerAccount], steps: int, luck: random.Random, *, reviewed: bool = True) -> None:
    """Take, submit fast or slowly, skip, be accepted, rejected and accepted after all, over some days."""
    waiting: list[str] = []
    rejected: list[str] = []
    for _ in range(steps):
        deed = luck.random()
        shop.sandbox.advance(luck.choice([1, 5, 60, 3_600, 3 * 3_600]))
        if reviewed and deed < 0.3 and waiting:
            key = waiting.pop(luck.randrange(len(waiting)))
            verdict = luck.choice(["ACCEPTED", "REJECTED"])
            shop.review(key, verdict)
            if verdict == "REJECTED":
                rejected.append(key)
        elif reviewed and deed < 0.37 and rejected:
            shop.review(rejected.pop(), "ACCEPTED")
        else:
            _work(shop, pool, luck.choice(crowd), luck, waiting)


def _work(shop: Shop, pool: str, toloker: TolokerAccount, luck: random.Random, waiting: list[str]) -> None:
    try:
        page = toloker.take(pool)
    except Refused:
        return  # Banned, or nothing is left for him.
    if luck.random() < 0.25:
        toloker.skip(page["id"])
        return
    shop.sandbox.advance(luck.choice([2, 15, 25, 100]))
    toloker.submit(page["id"], {"result": "OK"})
    waiting.append(page["id"])


@pytest.mark.parametrize("reviewed", [True, False], ids=["reviewed", "paid"])
def test_whoever_the_preview_names_got_the_skill_and_nobody_else(shop: Shop, reviewed: bool) -> None:
    wanted = [(kind, conditions, new_skill(shop, f"{kind} {number}"))
              for kind, cases in CONDITIONS.items() for number, conditions in enumerate(cases)]
    configs = [collector(kind, rule(conditions, "SET_SKILL", skill_id=skill, skill_value=1), **PARAMETERS.get(kind, {}))
               for kind, conditions, skill in wanted]
    pool = shop.open_pool(60, overlap=3, auto_accept_solutions=not reviewed, **quality(*configs))
    crowd = [shop.toloker() for _ in range(3)]
    live(shop, pool, crowd, 60, random.Random(1), reviewed=reviewed)
    events = replay.events_of(attempts(shop, pool))
    hit = 0
    for config, (kind, _, skill) in zip(configs, wanted, strict=True):
        named = {one.worker for one in replay.replay(config["collector_config"], config["rules"][0], events)}
        got = {toloker.id for toloker in crowd if value_of(shop, skill, toloker) is not None}
        assert named == got, kind
        hit += len(got)
    assert hit, "nothing was compared"


@pytest.mark.parametrize("kind", ["ACCEPTANCE_RATE", "ANSWER_COUNT", "ASSIGNMENT_SUBMIT_TIME"])
def test_bans_end_when_the_preview_says(shop: Shop, kind: str) -> None:
    config = collector(kind, ban(*CONDITIONS[kind][0], duration_unit="HOURS", duration=9), **PARAMETERS.get(kind, {}))
    pool = shop.open_pool(60, overlap=3, **quality(config))
    crowd = [shop.toloker() for _ in range(3)]
    live(shop, pool, crowd, 70, random.Random(7))
    events = replay.events_of(attempts(shop, pool))
    hits = {one.worker: one for one in replay.replay(config["collector_config"], config["rules"][0], events)}
    there = {toloker.id: row for toloker in crowd for row in bans(shop, toloker)}
    assert hits.keys() == there.keys() and hits
    for worker, row in there.items():
        until = hits[worker].until
        assert until is not None and abs((until - (moment(row["will_expire"]) or until)).total_seconds()) < 1
        assert hits[worker].kept_out == 0, "the platform let nobody work while banned"


@pytest.mark.parametrize("together", [False, True], ids=["pages-of-their-own", "one-page"])
@pytest.mark.parametrize("conditions", [
    [("assessment_event", "EQ", "REJECT")], [("assessment_event", "EQ", "REJECT"), ("rejected_assignments_count", "GTE", 2)],
    [("assessment_event", "NE", "REJECT"), ("pending_assignments_count", "GTE", 1)]], ids=["rejected", "twice", "others-wait"])
def test_jobs_are_offered_again_as_often_as_the_preview_says(shop: Shop, conditions: list[tuple[str, str, Any]], together: bool) -> None:
    config = collector("ASSIGNMENTS_ASSESSMENT", rule(conditions, "CHANGE_OVERLAP", delta=1, open_pool=True))
    if together:
        pool = shop.pool(overlap=3, mixer_config=None, **quality(config))
        pages = [{"pool_id": pool, "overlap": 3, "tasks": [{"input_values": {"image": f"https://example.com/{n}.png"}}]} for n in range(4)]
        shop.ask("POST", "/task-suites?open_pool=true", pages)
    else:
        pool = shop.open_pool(4, overlap=3, **quality(config))
    live(shop, pool, [shop.toloker() for _ in range(6)], 60, random.Random(3))
    made = [replace(one, together=together) for one in attempts(shop, pool)]
    hits = {one.suite: one.times for one in replay.replay(config["collector_config"], config["rules"][0], replay.events_of(made))}
    rows = shop.ask("GET", f"/{'task-suites' if together else 'tasks'}?pool_id={pool}&limit=100")["items"]
    named = [(row["tasks"][0]["id"] if together else row["id"], row["overlap"] - 3) for row in rows]
    assert hits == {number_of(key): more for key, more in named if more}
    assert hits or (not together and len(conditions) > 1), "nothing was compared"
