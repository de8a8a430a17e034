"""Whoever pages by id while rows are added gets every row that was there when he began, none twice, and the rest by going on from
where he stopped."""
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from typing import Any

import psycopg2

from tests.sandbox.books import rows
from tests.sandbox.conftest import Shop, refused
from tests.stack.sandbox import SandboxServer
from tests.stack.waiting import comes_true

WRITERS = 6


class Reader(threading.Thread):
    """Pages on from the last id it saw, in small pages, again and again until told to stop; then once more."""

    def __init__(self, shop: Shop, path: str) -> None:
        super().__init__()
        self.shop, self.path, self.over = shop, path, threading.Event()
        self.seen: list[str] = []

    def run(self) -> None:
        while True:
            last = self.over.is_set()
            while self._page():
                pass
            if last:
                return

    def _page(self) -> bool:
        query = "&sort=id&limit=7" + (f"&id_gt={self.seen[-1]}" if self.seen else "")
        page = self.shop.ask("GET", self.path + query)
        self.seen += [item["id"] for item in page["items"]]
        return bool(page["has_more"])


def _read_while(shop: Shop, path: str, write: Callable[[int], Any]) -> list[str]:
    """What the reader saw while all writers wrote."""
    reader = Reader(shop, path)
    reader.start()
    try:
        with ThreadPoolExecutor(WRITERS) as threads:
            list(threads.map(write, range(WRITERS)))
    finally:
        reader.over.set()
        reader.join(60)
    return reader.seen


def test_no_task_is_missed_or_repeated_while_tasks_are_added(shop: Shop) -> None:
    pool = shop.pool()
    made: list[str] = []
    seen = _read_while(shop, f"/tasks?pool_id={pool}", lambda n: [made.extend(shop.tasks(pool, 5)) for _ in range(5)])
    assert len(made) == WRITERS * 25 and seen == sorted(made)


def test_no_page_of_the_requester_is_missed_or_repeated(shop: Shop) -> None:
    pool = shop.pool(mixer_config=None)
    body = [{"pool_id": pool, "overlap": 1, "tasks": [{"input_values": {"image": "https://example.com/a.png"}}] * 2}] * 3
    made: list[str] = []

    def write(_: int) -> None:
        for _ in range(5):
            made.extend(item["id"] for item in shop.ask("POST", "/task-suites", body)["items"].values())

    seen = _read_while(shop, f"/task-suites?pool_id={pool}", write)
    assert len(made) == WRITERS * 15 and seen == sorted(made)


def test_no_assignment_is_missed_or_repeated_while_tolokers_take(shop: Shop) -> None:
    pool = shop.open_pool(WRITERS * 8)
    made: list[str] = []

    def write(_: int) -> None:
        for _ in range(8):
            made.append(shop.toloker().take(pool)["id"])

    seen = _read_while(shop, f"/assignments?pool_id={pool}", write)
    assert len(made) == WRITERS * 8 and seen == sorted(made)
    suites = [item["task_suite_id"] for item in shop.ask("GET", f"/assignments?pool_id={pool}&limit=1000")["items"]]
    assert [item["id"] for item in shop.ask("GET", f"/task-suites?pool_id={pool}&limit=1000")["items"]] == sorted(suites)


def test_no_bonus_is_missed_or_repeated_while_bonuses_are_paid(shop: Shop) -> None:
    crowd = [shop.toloker().id for _ in range(4)]
    made: list[str] = []

    def write(_: int) -> None:
        for _ in range(6):
            body = [{"user_id": key, "amount": 0.01, "without_message": True} for key in crowd]
            made.extend(item["id"] for item in shop.ask("POST", "/user-bonuses", body)["items"].values())

    seen = _read_while(shop, "/user-bonuses?", write)
    assert len(made) == WRITERS * 24 and seen == sorted(made)


def test_a_taker_who_takes_long_to_finish_is_waited_for(shop: Shop) -> None:
    """The id that was drawn first is seen last: the reader may not pass it by."""
    slow, quick = shop.toloker(), shop.toloker()
    pool = shop.pool()
    (mine,) = shop.tasks(pool, 1, reserved_for=[slow.id])
    shop.tasks(pool, 1, "allow_defaults=true&open_pool=true", reserved_for=[quick.id])
    with ThreadPoolExecutor(2) as threads, closing(psycopg2.connect(shop.sandbox.environment["SANDBOX_DATABASE_URL"])) as held:
        # Somebody else's unfinished row stands in the way of the link to the task, which is written after the id was drawn.
        held.cursor().execute("INSERT INTO sandbox_assignmenttask (assignment_id, task_id, toloker_id) VALUES ('x', %s, %s)",
                              [mine, slow.id])
        taking = threads.submit(slow.take, pool)
        wait_until_somebody_waits(shop.sandbox)
        second = quick.take(pool)["id"]
        reading = threads.submit(shop.ask, "GET", f"/assignments?pool_id={pool}")
        assert not wait([reading], 0.7).done, "the list was answered while an id was being drawn"
        held.rollback()
        first = taking.result(30)["id"]
        assert first < second
        assert [item["id"] for item in reading.result(30)["items"]] == [first, second]


def wait_until_somebody_waits(sandbox: SandboxServer) -> None:
    """Until a connection of this sandbox's database stands before a lock."""
    comes_true(lambda: rows(sandbox, "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"))


def test_a_row_that_fails_leaves_no_hole_to_wait_for(shop: Shop) -> None:
    pool = shop.open_pool(1)
    page = shop.toloker().take(pool)
    with refused("NO_TASKS_AVAILABLE"):
        shop.toloker().take(pool)
    assert [item["id"] for item in shop.ask("GET", f"/assignments?pool_id={pool}")["items"]] == [page["id"]]
