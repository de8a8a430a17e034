"""What happens when two things cross: promises and payments, ends and beginnings, a verdict and a closing training."""
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
import pytest

from tests.sandbox.conftest import Shop, refused
from tests.sandbox.test_trainings import open_training
from tests.stack.sandbox import SandboxServer, sandbox_server
from tests.stack.waiting import comes_true

# The engine's advisory lock under which ids of assignments are drawn.
_DRAWING = 7_205_760


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    """One of its own: the clock is pushed on."""
    with sandbox_server() as server:
        yield server


@contextmanager
def _database(shop: Shop) -> Iterator[Any]:
    """A cursor of somebody who holds locks until the block ends."""
    with closing(psycopg2.connect(shop.sandbox.environment["SANDBOX_DATABASE_URL"])) as connection:
        yield connection.cursor()


def _waiting(shop: Shop) -> int:
    """How many connections wait for a lock that somebody else has."""
    with _database(shop) as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        return int(cursor.fetchone()[0])


def test_taking_a_rejection_back_does_not_spend_what_those_at_work_were_promised(new_shop: Callable[..., Shop]) -> None:
    shop = new_shop(balance="0.13")
    pool = shop.open_pool(3)
    _, rejected = shop.submitted(pool)
    shop.review(rejected, "REJECTED")
    # Two pages of 0.065 are all there is.
    crowd = [shop.toloker(), shop.toloker()]
    pages = [toloker.take(pool) for toloker in crowd]
    with refused("NOT_ENOUGH_BALANCE"):
        shop.review(rejected, "ACCEPTED")
    crowd[0].skip(pages[0]["id"])
    assert shop.review(rejected, "ACCEPTED")["status"] == "ACCEPTED"
    crowd[1].submit(pages[1]["id"], {"result": "OK"})
    assert shop.balance() == 0


def test_two_pools_do_not_promise_the_same_last_dollar(new_shop: Callable[..., Shop]) -> None:
    shop = new_shop(balance="13.00")
    dear, cheap = shop.open_pool(reward_per_assignment=10), shop.open_pool(reward_per_assignment=0.01)
    first, second = shop.toloker(), shop.toloker()
    with _database(shop) as cursor, ThreadPoolExecutor(1) as crowd:
        # The taker of the dear page has chosen it, and stops where ids are drawn.
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [_DRAWING, int(dear)])
        late = crowd.submit(first.take, dear)
        comes_true(lambda: _waiting(shop))
        page = second.take(cheap)
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_DRAWING, int(dear)])
        with refused("NO_TASKS_AVAILABLE"):
            late.result(30)
    second.submit(page["id"], {"result": "OK"})
    assert shop.balance() == pytest.approx(13 - 0.013)
    assert shop.ask("GET", f"/pools/{dear}")["last_close_reason"] == "NOT_ENOUGH_BALANCE"


def test_a_bonus_does_not_wait_for_pools_nor_a_page_of_a_training_for_money(shop: Shop) -> None:
    """A verdict that opens its pool again has the money's row, and looks at the training: nobody may do it the other way round."""
    training = open_training(shop)
    toloker = shop.toloker()
    page = toloker.take(training)
    bonus = {"user_id": toloker.id, "amount": 1, "without_message": True}
    with _database(shop) as cursor:
        cursor.execute("SELECT 1 FROM sandbox_pool WHERE id = %s FOR NO KEY UPDATE", [training])
        shop.requester.call("POST", "/api/v1/user-bonuses", bonus, timeout=15)
        cursor.connection.rollback()
        cursor.execute("SELECT 1 FROM sandbox_requester WHERE id = %s FOR NO KEY UPDATE", [shop.requester.id])
        solutions = [{"output_values": {"result": "OK"}} for _ in page["tasks"]]
        done = toloker.call("POST", f"/worker/v1/assignments/{page['id']}/submit", {"solutions": solutions}, timeout=15)
        assert done["status"] == "ACCEPTED"


def test_a_pool_that_ended_while_it_was_updated_stops_after_it_started(shop: Shop) -> None:
    pool = shop.open_pool(2)
    form = shop.ask("GET", f"/pools/{pool}")
    shop.ask("POST", f"/pools/{pool}/close-for-update")
    soon = shop.sandbox.advance(1)
    shop.ask("PUT", f"/pools/{pool}", {**form, "will_expire": f"{soon[:17]}59.999"})
    shop.sandbox.advance(minutes=16)
    shown = shop.ask("GET", f"/pools/{pool}")
    assert (shown["status"], shown["last_close_reason"]) == ("CLOSED", "EXPIRED")
    assert shown["last_stopped"] >= shown["last_started"] > shown["will_expire"]


def test_a_value_fades_by_the_time_to_live_that_its_skill_has_now(shop: Shop) -> None:
    def skill(hours: int | None) -> str:
        made: str = shop.ask("POST", "/skills", {"name": "quick", "skill_ttl_hours": hours})["id"]
        shop.ask("PUT", "/user-skills", {"skill_id": made, "user_id": toloker, "value": 50})
        return made

    def there(key: str) -> bool:
        return bool(shop.ask("GET", f"/user-skills?skill_id={key}")["items"])

    toloker = shop.toloker().id
    longer, shorter, first, dropped = skill(2), skill(50), skill(None), skill(2)
    for key, hours in ((longer, 5), (shorter, 4), (first, 4), (dropped, None)):
        shop.ask("PUT", f"/skills/{key}", {"name": "quick", "skill_ttl_hours": hours})
    shop.sandbox.advance(hours=3)
    assert [there(key) for key in (longer, shorter, first, dropped)] == [True, True, True, True]
    shop.sandbox.advance(hours=1.5)
    assert [there(key) for key in (longer, shorter, first, dropped)] == [True, False, False, True]
    shop.sandbox.advance(hours=1)
    assert [there(key) for key in (longer, dropped)] == [False, True]


def test_a_look_at_a_task_is_over_when_the_pool_has_no_dynamic_overlap_any_more(shop: Shop) -> None:
    skill = shop.ask("POST", "/skills", {"name": "trust"})["id"]
    pool = shop.open_pool(auto_close_after_complete_delay_seconds=1, dynamic_overlap_config={
        "type": "BASIC", "max_overlap": 3, "min_confidence": 0.9, "answer_weight_skill_id": skill, "fields": [{"name": "result"}]})
    _, page = shop.submitted(pool)
    form = shop.ask("GET", f"/pools/{pool}")
    shop.ask("POST", f"/pools/{pool}/close")
    without = {name: value for name, value in form.items() if name != "dynamic_overlap_config"}
    with _database(shop) as cursor, ThreadPoolExecutor(2) as requests:
        cursor.execute("SELECT 1 FROM sandbox_pool WHERE id = %s FOR NO KEY UPDATE", [pool])
        verdict = requests.submit(shop.review, page, "REJECTED")
        comes_true(lambda: _waiting(shop) == 1)
        edit = requests.submit(shop.ask, "PUT", f"/pools/{pool}", without)
        comes_true(lambda: _waiting(shop) == 2)
        cursor.connection.rollback()
        assert verdict.result(30)["status"] == "REJECTED"
        assert "dynamic_overlap_config" not in edit.result(30)
        shop.status(pool)
        cursor.execute("SELECT count(*) FROM sandbox_due WHERE kind = 'DYNAMIC_OVERLAP'")
        assert cursor.fetchone()[0] == 0


def test_a_subscription_may_be_taken_back_while_somebody_submits(shop: Shop) -> None:
    pool = shop.open_pool()
    body = [{"event_type": "ASSIGNMENT_SUBMITTED", "pool_id": pool, "webhook_url": "http://127.0.0.1:9/"}]
    subscription = shop.ask("PUT", "/webhook-subscriptions", body)["items"]["0"]["id"]
    toloker = shop.toloker()
    page = toloker.take(pool)["id"]
    with _database(shop) as cursor, ThreadPoolExecutor(2) as requests:
        # Submitting stops where the end of its review is planned, which is after its event was written.
        cursor.execute("INSERT INTO sandbox_due (kind, target, at) VALUES ('ASSIGNMENT_ACCEPT', %s, '2060-01-01Z')", [page])
        late = requests.submit(toloker.submit, page, {"result": "OK"})
        comes_true(lambda: _waiting(shop) == 1)
        gone = requests.submit(shop.ask, "DELETE", f"/webhook-subscriptions/{subscription}")
        comes_true(lambda: gone.done() or _waiting(shop) == 2)
        cursor.connection.rollback()
        assert late.result(30)["status"] == "SUBMITTED"
        gone.result(30)
    assert shop.ask("GET", "/webhook-subscriptions")["items"] == []


def test_lifting_a_ban_keeps_nothing_of_the_calendar_while_it_waits_for_the_ban(shop: Shop) -> None:
    rule = {"conditions": [{"key": "assignments_accepted_count", "operator": "GTE", "value": 1}],
            "action": {"type": "RESTRICTION_V2", "parameters": {"scope": "POOL", "duration_unit": "DAYS", "duration": 1}}}
    pool = shop.open_pool(2, quality_control={"configs": [{"collector_config": {"type": "ANSWER_COUNT"}, "rules": [rule]}]})
    toloker, _ = shop.submitted(pool)
    ban = shop.ask("GET", f"/user-restrictions?user_id={toloker.id}")["items"][0]["id"]
    with _database(shop) as cursor, ThreadPoolExecutor(1) as requests:
        cursor.execute("SET lock_timeout = '5s'")
        cursor.execute("SELECT 1 FROM sandbox_userrestriction WHERE id = %s FOR UPDATE", [ban])
        lifted = requests.submit(shop.ask, "DELETE", f"/user-restrictions/{ban}")
        comes_true(lambda: _waiting(shop))
        # Whoever makes the ban longer has its row, and plans its end.
        cursor.execute("UPDATE sandbox_due SET at = at WHERE kind = 'RESTRICTION_END' AND target = %s", [ban])
        assert cursor.rowcount == 1
        cursor.connection.rollback()
        lifted.result(30)
    assert pool in toloker.pools()


def test_the_ticker_goes_on_when_the_database_ends_its_connection_in_the_middle(shop: Shop) -> None:
    pool = shop.open_pool(auto_accept_solutions=True, auto_close_after_complete_delay_seconds=3)
    with shop.sandbox.process("ticker", "--seconds", "0.2") as ticker, _database(shop) as cursor:
        shop.submitted(pool)
        cursor.execute("SELECT 1 FROM sandbox_pool WHERE id = %s FOR NO KEY UPDATE", [pool])
        comes_true(lambda: _waiting(shop))
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                       " WHERE datname = current_database() AND wait_event_type = 'Lock'")
        cursor.connection.rollback()
        time.sleep(1)
        assert ticker.poll() is None
        # Without a request: only the ticker can have closed it.
        comes_true(lambda: _status(cursor, pool) == "CLOSED")


def _status(cursor: Any, pool: str) -> str:
    cursor.execute("SELECT status FROM sandbox_pool WHERE id = %s", [pool])
    status: str = cursor.fetchone()[0]
    cursor.connection.rollback()
    return status
