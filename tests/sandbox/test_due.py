"""The calendar's runner beside everybody else."""
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg2

from tests.sandbox.conftest import Shop
from tests.stack.waiting import comes_true


def test_the_runner_waits_for_whoever_holds_the_pool_and_nobody_waits_for_the_runner(shop: Shop) -> None:
    pool = shop.open_pool()
    toloker = shop.toloker()
    page = toloker.take(pool)
    with psycopg2.connect(shop.sandbox.environment["SANDBOX_DATABASE_URL"]) as request, ThreadPoolExecutor(1) as crowd:
        toloker.submit(page["id"], {"result": "OK"})
        cursor = request.cursor()
        cursor.execute("SET lock_timeout = '5s'")
        cursor.execute("SELECT 1 FROM sandbox_pool WHERE id = %s FOR NO KEY UPDATE", [pool])
        # The close of the complete pool is due: the next request is the runner, and waits for the pool.
        answer = crowd.submit(shop.status, pool)
        comes_true(lambda: _waiting(cursor))
        # Another request that has the pool may still change what is planned.
        cursor.execute("DELETE FROM sandbox_due WHERE kind = 'POOL_COMPLETE' AND target = %s", [pool])
        assert cursor.rowcount == 1
        request.rollback()
        assert answer.result(30) == "CLOSED"


def _waiting(cursor: Any) -> bool:
    """Whether a connection to this database waits for a row that somebody else has."""
    cursor.execute("SELECT pg_stat_clear_snapshot()")
    cursor.execute("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')")
    return bool(cursor.fetchone()[0])
