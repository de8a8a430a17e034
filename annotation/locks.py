"""Locks that are not rows."""
from django.db import connection

# First half of the two-part advisory key; the second is the project's id.
_LABELS = 0x6C61  # "la"


def lock_labels(project_id: int, *, exclusive: bool) -> None:
    """Until the transaction ends: those who save shapes share the lock, who changes labels has it alone.

    Without it a label could go between the check of a shape and its writing. Call inside a transaction.
    """
    function = "pg_advisory_xact_lock" if exclusive else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [_LABELS, project_id & 0x7FFFFFFF])
