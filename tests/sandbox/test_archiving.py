"""Pools that nobody touches are archived by themselves. A server of its own: its calendar goes far."""
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.conftest import Shop, project_form
from tests.stack.sandbox import SandboxServer, sandbox_server


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with sandbox_server() as started:
        yield started


@pytest.fixture()
def shop(server: SandboxServer) -> Shop:
    requester = server.create_requester()
    return Shop(server, requester, requester.call("POST", "/api/v1/projects", project_form()))


def _done(shop: Shop, **fields: Any) -> str:
    """A pool that was worked off, accepted and so closed."""
    pool = shop.open_pool(auto_accept_solutions=True, **fields)
    shop.submitted(pool)
    shop.sandbox.advance(1)
    assert shop.status(pool) == "CLOSED"
    return pool


def _states(shop: Shop, *pools: str) -> list[str]:
    return [shop.status(pool) for pool in pools]


def test_a_finished_pool_is_archived_after_thirty_days_and_the_operation_says_when(shop: Shop) -> None:
    pool = _done(shop)
    closed = shop.ask("GET", f"/pools/{pool}")["last_stopped"]
    shop.sandbox.advance(days=29, hours=23)
    assert shop.status(pool) == "CLOSED"
    shop.sandbox.advance(hours=1)
    assert shop.status(pool) == "ARCHIVED"
    operation = shop.ask("GET", "/operations?type=POOL.ARCHIVE")["items"][0]
    assert operation["parameters"] == {"pool_id": pool} and operation["status"] == "SUCCESS"
    assert operation["finished"][:7] != closed[:7] and operation["finished"][10:] == closed[10:]


@pytest.mark.parametrize("touch", ["edit", "priority", "upload", "overlap", "status"])
def test_whatever_happens_in_a_pool_keeps_it_for_thirty_days_more(shop: Shop, touch: str) -> None:
    pool = shop.pool(auto_accept_solutions=True, overlap=2)
    task = shop.tasks(pool, 1)[0]
    shop.sandbox.advance(days=20)
    if touch == "edit":
        shop.ask("PUT", f"/pools/{pool}", {**shop.ask("GET", f"/pools/{pool}"), "private_name": "Renamed"})
    elif touch == "priority":
        shop.ask("PATCH", f"/pools/{pool}", {"priority": 5})
    elif touch == "upload":
        shop.tasks(pool, 1)
    elif touch == "overlap":
        shop.ask("PATCH", f"/tasks/{task}", {"overlap": 3})
    else:
        shop.ask("POST", f"/pools/{pool}/open")
        shop.ask("POST", f"/pools/{pool}/close")
    shop.sandbox.advance(days=29, hours=23, minutes=59)
    assert shop.status(pool) == "CLOSED"
    shop.sandbox.advance(minutes=2)
    assert shop.status(pool) == "ARCHIVED"


def test_work_handed_in_after_the_pool_was_closed_keeps_it_too(shop: Shop) -> None:
    pool = shop.pool(auto_accept_solutions=True, assignment_max_duration_seconds=11 * 86_400)
    shop.tasks(pool, 1, "allow_defaults=true&open_pool=true")
    toloker = shop.toloker()
    page = toloker.take(pool)
    shop.ask("POST", f"/pools/{pool}/close")
    shop.sandbox.advance(days=10)
    toloker.submit(page["id"], {"result": "OK"})
    shop.sandbox.advance(days=29, hours=23, minutes=59)
    assert shop.status(pool) == "CLOSED"
    shop.sandbox.advance(minutes=2)
    assert shop.status(pool) == "ARCHIVED"


def test_empty_cloned_control_and_training_pools_wait_for_ninety_days(shop: Shop) -> None:
    empty = shop.pool()
    control = shop.pool()
    shop.tasks(control, 1, "", known_solutions=[{"output_values": {"result": "OK"}}], infinite_overlap=True)
    original = shop.pool()
    shop.tasks(original, 1)
    copy = shop.ask("POST", f"/pools/{original}/clone")["details"]["pool_id"]
    shop.tasks(copy, 1)
    training = shop.ask("POST", "/trainings", {
        "project_id": shop.project["id"], "private_name": "School", "inherited_instructions": True, "assignment_max_duration_seconds": 600,
        "training_tasks_in_task_suite_count": 1})["id"]
    shop.sandbox.advance(days=89)
    assert _states(shop, original, empty, control, copy) == ["ARCHIVED", "CLOSED", "CLOSED", "CLOSED"]
    assert shop.ask("GET", f"/trainings/{training}")["status"] == "CLOSED"
    shop.sandbox.advance(days=1, minutes=1)
    assert _states(shop, empty, control, copy) == ["ARCHIVED"] * 3
    assert shop.ask("GET", f"/trainings/{training}")["status"] == "ARCHIVED"
    assert shop.ask("GET", "/operations?type=TRAINING.ARCHIVE")["items"][0]["parameters"] == {"training_id": training}


def test_a_first_task_gives_an_old_empty_pool_thirty_days(shop: Shop) -> None:
    pool = shop.pool()
    shop.sandbox.advance(days=40)
    shop.tasks(pool, 1)
    shop.sandbox.advance(days=29, hours=23)
    assert shop.status(pool) == "CLOSED"
    shop.sandbox.advance(hours=2)
    assert shop.status(pool) == "ARCHIVED"


def test_an_open_pool_and_one_with_work_to_review_wait(shop: Shop) -> None:
    idle = shop.open_pool()
    waiting = shop.open_pool(auto_accept_period_day=21)
    _, page = shop.submitted(waiting)
    shop.ask("POST", f"/pools/{waiting}/close")
    shop.sandbox.advance(days=20, hours=23)
    shop.review(page, "REJECTED")
    # The rejection can be taken back for nine days: until the 30th day less an hour.
    shop.sandbox.advance(days=9)
    assert _states(shop, idle, waiting) == ["OPEN", "CLOSED"]
    shop.sandbox.advance(days=1, hours=2)
    assert _states(shop, idle, waiting) == ["OPEN", "ARCHIVED"]
    shop.sandbox.advance(days=60)
    assert shop.status(idle) == "OPEN"
    shop.ask("POST", f"/pools/{idle}/close")
    shop.sandbox.advance(days=29)
    assert shop.status(idle) == "CLOSED"
    shop.sandbox.advance(days=2)
    assert shop.status(idle) == "ARCHIVED"


def test_what_stands_in_the_way_is_looked_at_again_the_next_day(shop: Shop) -> None:
    pool = shop.pool(assignment_max_duration_seconds=40 * 86_400)
    shop.tasks(pool, 1, "allow_defaults=true&open_pool=true")
    shop.toloker().take(pool)
    shop.ask("POST", f"/pools/{pool}/close")
    shop.sandbox.advance(days=39)
    assert shop.status(pool) == "CLOSED"
    shop.sandbox.advance(days=2)
    assert shop.status(pool) == "ARCHIVED"
    assert shop.ask("GET", f"/assignments?pool_id={pool}")["items"][0]["status"] == "EXPIRED"
