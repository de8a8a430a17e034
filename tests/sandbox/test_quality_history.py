"""What rules remember: histories, the end of bans, lost access; and that nothing is lost or judged twice."""
import time
from collections.abc import Iterator

import psycopg2
import pytest

from tests.sandbox.conftest import Shop, project_form, refused
from tests.sandbox.rules import BANNED_DAYS, ban, bans, collector, control_tasks, days_of, new_skill, quality, rule, value_of, work
from tests.stack.sandbox import START_SECONDS, Door, SandboxServer, free_port, sandbox_server

ONE_CONTROL_TASK = {"real_tasks_count": 0, "golden_tasks_count": 1}


@pytest.fixture(scope="module")
def calendar() -> Iterator[SandboxServer]:
    """A sandbox whose clock may be moved by days."""
    with sandbox_server() as server:
        yield server


@pytest.fixture()
def shop(calendar: SandboxServer) -> Shop:
    requester = calendar.create_requester()
    return Shop(calendar, requester, requester.call("POST", "/api/v1/projects", project_form()))


def test_two_fast_answers_of_the_last_five_are_a_ban(shop: Shop) -> None:
    pool = shop.open_pool(12, **quality(collector("ASSIGNMENT_SUBMIT_TIME", ban(
        ("fast_submitted_count", "GT", 1), ("total_submitted_count", "GTE", 3), scope="ALL_PROJECTS"),
        fast_submit_threshold_seconds=20, history_size=5)))
    slow, hasty = shop.toloker(), shop.toloker()
    work(slow, pool, "OK")
    for _ in range(5):
        page = slow.take(pool)
        shop.sandbox.advance(21)
        slow.submit(page["id"], {"result": "OK"})
    # The sixth last answer was fast, too, but nobody remembers.
    work(slow, pool, "OK")
    assert bans(shop, slow) == []
    work(hasty, pool, "OK", "OK")
    assert bans(shop, hasty) == []
    work(hasty, pool, "OK")
    [row] = bans(shop, hasty)
    assert (row["scope"], days_of(row)) == ("ALL_PROJECTS", BANNED_DAYS)


def test_income_counts_a_day_and_one_pool(shop: Shop) -> None:
    rules = quality(collector("INCOME", ban(("income_sum_for_last_24_hours", "GTE", 0.1))))
    project = shop.project
    shop.ask("PUT", f"/projects/{project['id']}", {**project, **rules})
    first, second = (shop.open_pool(5, auto_accept_solutions=True) for _ in range(2))
    toloker = shop.toloker()
    work(toloker, first, "OK"), work(toloker, second, "OK")
    shop.sandbox.advance(hours=25)
    work(toloker, first, "OK"), work(toloker, second, "OK")
    assert bans(shop, toloker) == []
    work(toloker, first, "OK")
    assert [row["pool_id"] for row in bans(shop, toloker)] == [first]


def _bad_control(shop: Shop, count: int, **parameters) -> str:
    """A pool that bans for a day at the second wrong control answer."""
    pool = shop.pool(mixer_config=ONE_CONTROL_TASK, **quality(collector("GOLDEN_SET", ban(
        ("golden_set_answers_count", "GTE", 2), ("golden_set_correct_answers_rate", "LT", 60), duration_unit="DAYS", duration=1),
        **parameters)))
    control_tasks(shop, pool, count)
    return pool


@pytest.mark.parametrize("parameters", [{}, {"history_size": 10}])
def test_after_a_ban_the_rule_counts_from_zero(shop: Shop, parameters: dict) -> None:
    pool, toloker = _bad_control(shop, 6, **parameters), shop.toloker()
    work(toloker, pool, "BAD", "BAD")
    [first] = bans(shop, toloker)
    with refused("ACCESS_DENIED", 403):
        toloker.take(pool)
    shop.sandbox.advance(hours=25)
    work(toloker, pool, "BAD")
    assert bans(shop, toloker) == [first]
    work(toloker, pool, "BAD")
    [second] = bans(shop, toloker)
    assert second["will_expire"] > first["will_expire"]


def test_a_ban_that_the_requester_lifts_starts_the_rule_from_zero(shop: Shop) -> None:
    pool, toloker = _bad_control(shop, 6), shop.toloker()
    work(toloker, pool, "BAD", "BAD")
    shop.ask("DELETE", f"/user-restrictions/{bans(shop, toloker)[0]['id']}")
    shop.sandbox.advance(1)
    work(toloker, pool, "BAD")
    assert bans(shop, toloker) == []
    work(toloker, pool, "BAD")
    assert len(bans(shop, toloker)) == 1


def test_two_rules_that_ban_from_the_same_thing_both_start_from_zero(shop: Shop) -> None:
    day, days = {"duration_unit": "DAYS", "duration": 1}, {"duration_unit": "DAYS", "duration": 2}
    pool = shop.open_pool(9, **quality(
        collector("ASSIGNMENT_SUBMIT_TIME", ban(("fast_submitted_count", "GT", 1), **day), history_size=5,
                  fast_submit_threshold_seconds=60),
        collector("ACCEPTANCE_RATE", ban(("total_assignments_count", "GT", 1), ("rejected_assignments_rate", "GT", 35), **days)),
        collector("ANSWER_COUNT", ban(("assignments_accepted_count", "EQ", 2), **day))))
    toloker = shop.toloker()
    for key in work(toloker, pool, "OK", "OK"):
        shop.review(key, "REJECTED")
    [row] = bans(shop, toloker)
    assert days_of(row) == pytest.approx(2, abs=0.01)
    shop.sandbox.advance(hours=49)
    [key] = work(toloker, pool, "OK")
    shop.review(key, "REJECTED")
    assert bans(shop, toloker) == [row]
    [key] = work(toloker, pool, "OK")
    [again] = bans(shop, toloker)
    assert days_of(again) == 1
    shop.review(key, "REJECTED")
    assert days_of(bans(shop, toloker)[0]) == pytest.approx(2, abs=0.01)


def test_a_rule_never_shortens_a_ban(shop: Shop) -> None:
    pool, toloker = _bad_control(shop, 3), shop.toloker()
    work(toloker, pool, "BAD")
    page = toloker.take(pool)
    mine = shop.ask("PUT", "/user-restrictions", {"scope": "POOL", "pool_id": pool, "user_id": toloker.id, "private_comment": "mine"})
    toloker.submit(page["id"], {"result": "BAD"})
    assert bans(shop, toloker) == [mine]


def test_clones_share_a_history_and_its_end(shop: Shop) -> None:
    pool, toloker = _bad_control(shop, 3, history_size=5), shop.toloker()
    clone = shop.ask("POST", "/pools", shop.ask("GET", f"/pools/{pool}"))["id"]
    control_tasks(shop, clone, 3)
    work(toloker, pool, "BAD")
    work(toloker, clone, "BAD")
    assert [row["pool_id"] for row in bans(shop, toloker)] == [clone]
    shop.sandbox.advance(hours=25)
    work(toloker, pool, "BAD")
    assert len(bans(shop, toloker)) == 1
    work(toloker, pool, "BAD")
    assert {row["pool_id"] for row in bans(shop, toloker)} == {pool, clone}


def test_the_same_rule_written_twice_shares_a_history_but_another_one_does_not(shop: Shop) -> None:
    toloker = shop.toloker()
    fast = [shop.open_pool(3, **quality(collector("ASSIGNMENT_SUBMIT_TIME", ban(("fast_submitted_count", "GTE", 3)), history_size=size,
                                                  fast_submit_threshold_seconds=seconds)))
            for size, seconds in ((5, 60), (9, 60), (9, 61))]
    for pool in fast:
        work(toloker, pool, "OK")
    assert bans(shop, toloker) == []
    work(toloker, fast[2], "OK")
    assert bans(shop, toloker) == []
    work(toloker, fast[0], "OK")
    assert [row["pool_id"] for row in bans(shop, toloker)] == [fast[0]]


def _watched(shop: Shop, reason: str, more: list | None = None, **fields) -> str:
    """A pool of three tasks, whose work is done again when a Toloker is shut out for this reason."""
    return shop.open_pool(3, **quality(collector("USERS_ASSESSMENT", rule(
        [("pool_access_revoked_reason", "EQ", reason), *(more or [])], "CHANGE_OVERLAP", delta=1, open_pool=True))), **fields)


def _overlaps(shop: Shop, pool: str) -> list[int]:
    return sorted(task["overlap"] for task in shop.ask("GET", f"/tasks?pool_id={pool}")["items"])


@pytest.mark.parametrize("scope", ["POOL", "PROJECT", "ALL_PROJECTS"])
def test_the_work_of_banned_people_is_done_again(shop: Shop, scope: str) -> None:
    pool, toloker = _watched(shop, "RESTRICTION"), shop.toloker()
    kept, rejected, _ = work(toloker, pool, "OK", "OK", "OK")
    shop.review(kept, "ACCEPTED"), shop.review(rejected, "REJECTED")
    assert shop.status(pool) == "CLOSED"
    body = {"scope": scope, "user_id": toloker.id, "pool_id": pool, "project_id": shop.project["id"]}
    shop.ask("PUT", "/user-restrictions", body)
    assert _overlaps(shop, pool) == [1, 2, 2] and shop.status(pool) == "OPEN"
    # Nothing more is lost by a second or a longer ban.
    shop.ask("PUT", "/user-restrictions", {**body, "private_comment": "for good"})
    shop.ask("PUT", "/user-restrictions", {**body, "scope": "ALL_PROJECTS"})
    assert _overlaps(shop, pool) == [1, 2, 2]
    assert len(work(shop.toloker(), pool, "OK", "OK")) == 2


def test_work_is_given_out_again_only_once(shop: Shop) -> None:
    pool, toloker = _watched(shop, "RESTRICTION"), shop.toloker()
    work(toloker, pool, "OK")
    body = {"scope": "POOL", "user_id": toloker.id, "pool_id": pool}
    ban_id = shop.ask("PUT", "/user-restrictions", body)["id"]
    assert _overlaps(shop, pool) == [1, 1, 2]
    shop.ask("DELETE", f"/user-restrictions/{ban_id}")
    shop.sandbox.advance(1)
    work(toloker, pool, "OK")
    shop.ask("PUT", "/user-restrictions", body)
    assert _overlaps(shop, pool) == [1, 2, 2]


def test_a_rules_ban_shuts_out_and_gives_back_in_one_go(shop: Shop) -> None:
    pool = shop.open_pool(3, **quality(
        collector("ASSIGNMENT_SUBMIT_TIME", ban(("fast_submitted_count", "GTE", 2)), fast_submit_threshold_seconds=60),
        collector("USERS_ASSESSMENT", rule([("pool_access_revoked_reason", "EQ", "RESTRICTION")], "CHANGE_OVERLAP", delta=1))))
    work(shop.toloker(), pool, "OK")
    work(shop.toloker(), pool, "OK")
    hasty = shop.toloker()
    shop.tasks(pool, 2)
    work(hasty, pool, "OK", "OK")
    assert sum(_overlaps(shop, pool)) == 5 + 2 and len(bans(shop, hasty)) == 1


@pytest.mark.parametrize("change", ["lower", "delete", "expire", "rule"])
def test_the_work_of_whoever_fails_the_filter_is_done_again(shop: Shop, change: str) -> None:
    skill, other = (shop.ask("POST", "/skills", {"name": name, "skill_ttl_hours": 5})["id"] for name in ("one", "two"))
    rules = [collector("USERS_ASSESSMENT", *(rule(
        [("pool_access_revoked_reason", "EQ", "SKILL_CHANGE"), ("skill_id", "EQ", key)], "CHANGE_OVERLAP", delta=delta)
        for key, delta in ((skill, 1), (other, 10))))]
    if change == "rule":
        rules.append(collector("ANSWER_COUNT", rule([("assignments_accepted_count", "EQ", 2)], "SET_SKILL", skill_id=skill, skill_value=3)))
    pool = shop.open_pool(3, **quality(*rules), filter={"and": [{"or": [
        {"category": "skill", "key": skill, "operator": "GTE", "value": 50}]}]})
    toloker = shop.toloker()
    value = shop.ask("PUT", "/user-skills", {"skill_id": skill, "user_id": toloker.id, "value": 80})
    work(toloker, pool, "OK", "OK")
    if change == "lower":
        shop.ask("PUT", "/user-skills", {"skill_id": skill, "user_id": toloker.id, "value": 60})
        assert _overlaps(shop, pool) == [1, 1, 1]
        shop.ask("PUT", "/user-skills", {"skill_id": skill, "user_id": toloker.id, "value": 40})
    elif change == "delete":
        shop.ask("DELETE", f"/user-skills/{value['id']}")
    elif change == "expire":
        shop.sandbox.advance(hours=5, seconds=1)
    assert _overlaps(shop, pool) == [1, 2, 2]


def test_a_projects_rule_gives_back_in_every_pool_at_once(shop: Shop) -> None:
    shop.ask("PUT", f"/projects/{shop.project['id']}", {**shop.project, **quality(collector("USERS_ASSESSMENT", rule(
        [("pool_access_revoked_reason", "EQ", "RESTRICTION")], "CHANGE_OVERLAP", delta=1)))})
    pools, toloker = [shop.open_pool(2), shop.open_pool(2)], shop.toloker()
    for pool in pools:
        work(toloker, pool, "OK")
    shop.ask("PUT", "/user-restrictions", {"scope": "ALL_PROJECTS", "user_id": toloker.id})
    assert [_overlaps(shop, pool) for pool in pools] == [[1, 2], [1, 2]]


def test_an_action_that_is_refused_does_not_stop_the_others(shop: Shop) -> None:
    mine = new_skill(shop)
    stranger = shop.sandbox.create_requester()
    theirs = stranger.call("POST", "/api/v1/skills", {"name": "theirs"})["id"]
    pool = shop.open_pool(3, **quality(
        collector("ANSWER_COUNT", *(rule([], "SET_SKILL", skill_id=key, skill_value=9) for key in (theirs, "999999999999999999", mine)))))
    toloker, _ = shop.submitted(pool)
    assert value_of(shop, mine, toloker) == 9
    assert stranger.call("GET", f"/api/v1/user-skills?skill_id={theirs}")["items"] == []
    # Nothing is left to be tried again: it would set the skill once more.
    before = shop.ask("GET", f"/user-skills?skill_id={mine}")["items"]
    shop.sandbox.advance(minutes=5)
    assert shop.ask("GET", f"/user-skills?skill_id={mine}")["items"] == before


def test_what_happened_before_a_kill_is_judged_once_after_it(shop: Shop) -> None:
    skill = new_skill(shop)
    pool = shop.open_pool(3, **quality(collector("ANSWER_COUNT", rule([], "SET_SKILL", skill_id=skill, skill_value=9))))
    toloker = shop.toloker()
    page = toloker.take(pool)
    port = free_port()
    second = Door(f"http://127.0.0.1:{port}", toloker.authorization)
    with shop.sandbox.process("serve", "--port", str(port)) as process, psycopg2.connect(
            shop.sandbox.environment["SANDBOX_DATABASE_URL"]) as locks:
        _until_it_answers(second)
        second.call("POST", f"/worker/v1/assignments/{page['id']}/submit", {"solutions": [{"output_values": {"result": "OK"}}]})
        # The Toloker's row is not to be had, so the next request is caught in the middle of judging him.
        locks.cursor().execute("SELECT 1 FROM sandbox_toloker WHERE id = %s FOR UPDATE", [toloker.id])
        with pytest.raises(TimeoutError):
            second.call("GET", "/worker/v1/account", timeout=1)
        process.kill()
        process.wait()
    assert value_of(shop, skill, toloker) == 9
    [row] = shop.ask("GET", f"/user-skills?skill_id={skill}")["items"]
    assert row["created"] == row["modified"] == shop.assignment(page["id"])["submitted"]


def _until_it_answers(door: Door) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            door.call("GET", "/worker/v1/account")
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
