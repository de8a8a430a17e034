"""A look into a sandbox's database, and what always has to be true there."""
from contextlib import closing
from typing import Any

import psycopg2

from tests.stack.sandbox import SandboxServer

_FLOWS = ("SELECT account, sum(amount) FROM (SELECT credit AS account, amount FROM sandbox_ledgerentry"
          " UNION ALL SELECT debit, -amount FROM sandbox_ledgerentry) AS flow GROUP BY account")
_LIVE = "('ACTIVE', 'SUBMITTED', 'ACCEPTED', 'REJECTED')"
_MISCOUNTED = {
    "tasks whose `consumed` is not what is in work or done": f"""
        SELECT t.id, t.consumed, count(a.id) FROM sandbox_task t LEFT JOIN sandbox_assignmenttask l ON l.task_id = t.id
        LEFT JOIN sandbox_assignment a ON a.id = l.assignment_id AND a.status IN {_LIVE}
        GROUP BY t.id HAVING t.consumed <> count(a.id)""",
    "pages whose `consumed` is not what is in work or done": f"""
        SELECT s.id, s.consumed, count(a.id) FROM sandbox_tasksuite s LEFT JOIN sandbox_assignment a ON a.suite_id = s.id
        AND a.status IN {_LIVE} WHERE NOT s.mixed GROUP BY s.id HAVING s.consumed <> count(a.id)""",
    "tasks or pages given to more than their overlap": """
        SELECT id, consumed, overlap, remaining FROM sandbox_task WHERE NOT infinite_overlap
        AND (consumed > overlap OR remaining <> overlap - consumed) UNION ALL
        SELECT id, consumed, overlap, remaining FROM sandbox_tasksuite WHERE NOT mixed AND NOT infinite_overlap
        AND (consumed > overlap OR remaining <> overlap - consumed)""",
    "tasks that differ from their page": """
        SELECT t.id FROM sandbox_task t JOIN sandbox_tasksuite s ON s.id = t.suite_id
        WHERE (t.overlap, t.consumed, t.remaining) IS DISTINCT FROM (s.overlap, s.consumed, s.remaining)""",
    "assignments without their tasks' links": """
        SELECT a.id FROM sandbox_assignment a LEFT JOIN sandbox_assignmenttask l ON l.assignment_id = a.id
        GROUP BY a.id HAVING count(l.id) <> cardinality(a.task_ids)""",
    "pages given to one Toloker twice": """
        SELECT suite_id, toloker_id FROM sandbox_assignment GROUP BY 1, 2 HAVING count(*) > 1""",
    "mixed pages without an assignment": """
        SELECT s.id FROM sandbox_tasksuite s LEFT JOIN sandbox_assignment a ON a.suite_id = s.id WHERE s.mixed AND a.id IS NULL""",
    "assignments paid or held otherwise than their status says": """
        SELECT a.id, a.status FROM sandbox_assignment a LEFT JOIN sandbox_ledgerentry e ON e.assignment_id = a.id GROUP BY a.id HAVING
        (count(*) FILTER (WHERE e.kind = 'REWARD'), count(*) FILTER (WHERE e.kind = 'HOLD') - count(*) FILTER (WHERE e.kind = 'RELEASE'))
        <> ((a.status = 'ACCEPTED')::int::bigint, (a.status IN ('ACCEPTED', 'SUBMITTED'))::int::bigint)""",
    "assignments whose changes do not lead from being issued to what they are": """
        SELECT a.id, a.status FROM sandbox_assignment a LEFT JOIN (SELECT assignment_id, id, before, after,
          lag(after, 1, 'ACTIVE') OVER (PARTITION BY assignment_id ORDER BY id) AS came_from FROM sandbox_assignmentchange) c
        ON c.assignment_id = a.id GROUP BY a.id
        HAVING coalesce((array_agg(c.after ORDER BY c.id DESC))[1], 'ACTIVE') <> a.status OR bool_or(c.before <> c.came_from)""",
    "bonuses not paid exactly once": """
        SELECT b.id FROM sandbox_userbonus b LEFT JOIN sandbox_ledgerentry e ON e.bonus_id = b.id AND e.kind = 'BONUS'
        GROUP BY b.id HAVING count(e.id) <> 1 OR sum(e.amount) <> b.amount""",
    "work that nothing will end": """
        SELECT a.id FROM sandbox_assignment a LEFT JOIN sandbox_due d ON d.target = a.id AND d.kind = 'ASSIGNMENT_EXPIRE'
        WHERE a.status = 'ACTIVE' AND d.id IS NULL""",
}


def rows(sandbox: SandboxServer, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What a query of the sandbox's database finds; with RETURNING, what it changed."""
    with closing(psycopg2.connect(sandbox.environment["SANDBOX_DATABASE_URL"])) as connection, connection, connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def check(sandbox: SandboxServer) -> None:
    """Nothing is doubled, lost, or counted wrongly, and every account is the sum of its ledger entries."""
    for what, query in _MISCOUNTED.items():
        assert rows(sandbox, query) == [], what
    books = dict(rows(sandbox, _FLOWS))
    assert sum(books.values()) == 0
    for key, balance, held in rows(sandbox, "SELECT id, balance, held FROM sandbox_requester"):
        assert (books.get(f"requester:{key}", 0), books.get(f"held:{key}", 0)) == (balance, held)
        assert balance >= 0 and held >= 0
    for key, balance in rows(sandbox, "SELECT id, balance FROM sandbox_toloker"):
        assert books.get(f"toloker:{key}", 0) == balance
