"""Locks that are not rows."""
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from crowdsourcing.models import Pool

# First half of the two-part advisory key; the second is the id of the pool, the verification or the account, or a number made of a
# skill's name.
_MIRROR = 0x6D69  # "mi"
SYNC = 0x7379  # "sy"
VERIFY = 0x7665  # "ve"
PEOPLE = 0x7065  # "pe"
SKILL = 0x736B  # "sk"


def lock_pool(pool: Pool) -> None:
    """One writer of a pool's tasks and assignments at a time, until the transaction ends. Both roads of news may arrive at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_MIRROR, pool.pk & 0x7FFFFFFF])


@contextmanager
def only_one(kind: int, number: int) -> Iterator[bool]:
    """Whether this process has the turn: SYNC of a pool, VERIFY of a verification, PEOPLE of an account, SKILL of a name. A session lock:
    no transaction is held, and a dead worker's ends with its connection."""
    key = [kind, number & 0x7FFFFFFF]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        got = bool(cursor.fetchone()[0])
    try:
        yield got
    finally:
        if got:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)
