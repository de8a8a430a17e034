"""One sync a pool at a time."""
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_SYNC = 0x7379  # "sy"


@contextmanager
def only_one(pool_id: int) -> Iterator[bool]:
    """Whether this process has the pool's sync. A session lock: no transaction is held, and a dead worker's ends with its connection."""
    key = [_SYNC, pool_id & 0x7FFFFFFF]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        got = bool(cursor.fetchone()[0])
    try:
        yield got
    finally:
        if got:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)
