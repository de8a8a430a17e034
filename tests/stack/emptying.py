"""Emptying the tables after a test that committed.

Django truncates every table and then makes its content types and permissions anew, which takes longer than most of these tests do. Here
only tables with rows are emptied, and what Django made of the models stays.
"""
from typing import Any

from django.db import connections, transaction
from django.test import TransactionTestCase

# Rows of one table, from which on truncating is quicker.
MANY = 1_000
KEPT = frozenset(("django_content_type", "auth_permission"))
_truncate_all = TransactionTestCase._fixture_teardown


def install() -> None:
    """Let transactional tests end like this."""
    TransactionTestCase._fixture_teardown = _fixture_teardown


def _fixture_teardown(case: Any) -> None:
    if case.available_apps is not None or case.serialized_rollback or not empty("default"):
        _truncate_all(case)


def empty(alias: str) -> bool:
    """Empty the tables with rows. False, with nothing done, where truncating is better or the user may not leave out foreign keys."""
    connection = connections[alias]
    quote = connection.ops.quote_name
    tables = [quote(name) for name in connection.introspection.django_table_names(only_existing=True, include_views=False)
              if name not in KEPT]
    with transaction.atomic(alias), connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            return False
        # As truncating does: whoever still writes has written before his rows are looked for.
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN EXCLUSIVE MODE")
        cursor.execute("SELECT " + ", ".join(f"(SELECT count(*) FROM (SELECT FROM {table} LIMIT {MANY}) few)" for table in tables))
        filled = {table: count for table, count in zip(tables, cursor.fetchone(), strict=True) if count}
        if any(count == MANY for count in filled.values()):
            return False
        # All of them go: no row needs to look for those that point to it.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in filled:
            cursor.execute(f"DELETE FROM {table}")
    return True
