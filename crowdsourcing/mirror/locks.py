"""Locks that are not rows."""
from django.db import connection

from crowdsourcing.models import Pool

# First half of the two-part advisory key; the second is the pool's id.
_MIRROR = 0x6D69  # "mi"


def lock_pool(pool: Pool) -> None:
    """One writer of a pool's tasks and assignments at a time, until the transaction ends. Both roads of news may arrive at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_MIRROR, pool.pk & 0x7FFFFFFF])
