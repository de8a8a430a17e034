"""Why whoever pages by id misses nothing that was there.

Ids ascend in the order in which they are drawn, but rows are seen in the order in which their transactions end. Tasks, pages that
requesters make and bonuses are drawn under a lock that is kept to the end (the pool's, the requester's), so the two orders are one.
Assignments and mixed pages are made by many takers at once: each draws under a shared lock of its pool, and a reader who has waited
for all of those knows an id below which nothing can appear any more.
"""
from datetime import datetime

from django.db import connection, transaction

from sandbox import ids

_KEY = 7_205_760


def drawing(pool_id: int) -> None:
    """Ids of assignments and mixed pages of this pool are drawn from here to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [_KEY, pool_id])


@transaction.atomic
def horizon(pool_id: int, at: datetime) -> str:
    """An id of the pool: every smaller one there will ever be is visible to statements that start after this."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_KEY, pool_id])
    return ids.new_pool_item_id(pool_id, at)
