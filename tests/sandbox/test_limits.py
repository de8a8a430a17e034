"""Toloka's documented rate and size limits. The server's clock jumps by days here, so it is one of its own."""
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.books import rows
from tests.sandbox.conftest import Shop, project_form, refused
from tests.stack.sandbox import Refused, RequesterAccount, SandboxServer, sandbox_server

SECONDS = {"MIN": 60, "HOUR": 3_600, "DAY": 86_400}
DIRECT = {"recipients_select_type": "DIRECT", "topic": {"EN": "Hello"}, "text": {"EN": "There is work"}, "answerable": False}
TO_ALL = {**DIRECT, "recipients_select_type": "ALL"}
# Name, call, limits. What is asked for need not make sense: it is counted as asked.
LIMITS: list[tuple[str, tuple[str, str, Any], dict[str, int]]] = [
    ("aggregate", ("POST", "/aggregated-solutions/aggregate-by-pool", {}), {"MIN": 5, "HOUR": 30, "DAY": 200}),
    ("aggregated", ("GET", "/aggregated-solutions/26e130ad-3652-443a-bdc5-094791e48ef9", None), {"MIN": 5, "HOUR": 30, "DAY": 200}),
    ("create projects", ("POST", "/projects", {}), {"MIN": 20, "DAY": 100}),
    ("create pools", ("POST", "/pools", {}), {"MIN": 20, "DAY": 100}),
    ("create trainings", ("POST", "/trainings", {}), {"MIN": 20, "DAY": 100}),
    ("clone pools", ("POST", "/pools/1/clone", None), {"MIN": 20, "DAY": 100}),
    ("clone trainings", ("POST", "/trainings/1/clone", None), {"MIN": 20, "DAY": 100}),
    ("skill", ("POST", "/skills", {}), {"MIN": 10, "DAY": 100}),
    ("user_skill", ("PUT", "/user-skills", {}), {"DAY": 100_000}),
    ("tasks", ("POST", "/tasks", {}), {"MIN": 200_000, "DAY": 4_000_000}),
    ("suites", ("POST", "/task-suites", {}), {"MIN": 100_000, "DAY": 2_000_000}),
    ("bonuses", ("POST", "/user-bonuses", {}), {"DAY": 10_000}),
    ("message_all", ("POST", "/message-threads/compose", TO_ALL), {"DAY": 1}),
    ("message", ("POST", "/message-threads/compose", DIRECT), {"DAY": 100_000}),
]


@pytest.fixture(scope="module", name="limited")
def _limited() -> Iterator[SandboxServer]:
    with sandbox_server(SANDBOX_RATE_LIMITS="1", SANDBOX_POOL_ASSIGNMENTS="3") as server:
        yield server


def _next_minute(sandbox: SandboxServer) -> None:
    """A test may take long on a busy machine: it begins at the beginning of a minute."""
    second = float(sandbox.now()[17:23])
    sandbox.advance(60 - second)


def _ask(requester: RequesterAccount, method: str, path: str, body: Any) -> Refused | None:
    """The refusal, if there was one."""
    try:
        requester.call(method, f"/api/v1{path}", body)
    except Refused as refusal:
        return refusal
    return None


def _is_too_many(refusal: Refused | None, interval: str | None) -> bool:
    if refusal is None or refusal.code != "TOO_MANY_REQUESTS":
        return False
    assert refusal.status == 429 and refusal.payload == ({"interval": interval} if interval else None)
    return True


def _fill(sandbox: SandboxServer, requester: RequesterAccount, scope: str, count: int) -> None:
    """As if so many had been counted in the current window."""
    changed = rows(sandbox, "UPDATE sandbox_ratecount SET count = %s WHERE requester_id = %s AND scope = %s RETURNING id",
                   count, requester.id, scope)
    assert len(changed) == 1


@pytest.mark.parametrize(("name", "call", "most"), LIMITS, ids=[name for name, _, _ in LIMITS])
def test_each_documented_limit_holds_in_each_window(limited: SandboxServer, name: str, call: tuple[str, str, Any],
                                                    most: dict[str, int]) -> None:
    requester, other = limited.create_requester(), limited.create_requester()
    if name == "message":
        call = (call[0], call[1], {**call[2], "recipients_ids": [limited.create_toloker().id]})
    for interval, limit in most.items():
        _next_minute(limited)
        assert not _is_too_many(_ask(requester, *call), interval)
        if limit > 1:
            _fill(limited, requester, f"{name}:{interval}", limit - 1)
            assert not _is_too_many(_ask(requester, *call), interval)
        assert _is_too_many(_ask(requester, *call), interval)
        assert not _is_too_many(_ask(other, *call), interval)
        limited.advance(SECONDS[interval])
        assert not _is_too_many(_ask(requester, *call), interval)
        limited.advance(86_400)


@pytest.mark.parametrize(("path", "scope", "limit"), [("/tasks", "tasks:MIN", 200_000), ("/task-suites", "suites:MIN", 100_000),
                                                      ("/user-bonuses", "bonuses:DAY", 10_000)])
def test_batches_are_counted_in_items(limited: SandboxServer, path: str, scope: str, limit: int) -> None:
    _next_minute(limited)
    requester = limited.create_requester()
    interval = scope.partition(":")[2]
    assert not _is_too_many(_ask(requester, "POST", path, [{}] * 7), interval)
    assert rows(limited, "SELECT count FROM sandbox_ratecount WHERE requester_id = %s AND scope = %s", requester.id, scope) == [(7,)]
    _fill(limited, requester, scope, limit - 5)
    assert _is_too_many(_ask(requester, "POST", path, [{}] * 6), interval)
    assert not _is_too_many(_ask(requester, "POST", path, [{}] * 5), interval)
    assert _is_too_many(_ask(requester, "POST", path, {}), interval)
    # What was refused by the day was not counted by the minute either.
    if "tasks" in scope:
        limited.advance(minutes=1)
        _ask(requester, "POST", path, {})
        _fill(limited, requester, "tasks:DAY", 4_000_000)
        assert _is_too_many(_ask(requester, "POST", path, {}), "DAY")
        assert rows(limited, "SELECT count FROM sandbox_ratecount WHERE requester_id = %s AND scope = %s", requester.id, scope) == [(1,)]


def test_only_a_put_that_changes_the_default_overlap_is_counted(limited: SandboxServer) -> None:
    _next_minute(limited)
    requester = limited.create_requester()
    shop = Shop(limited, requester, requester.call("POST", "/api/v1/projects", project_form()))
    pool = shop.pool()
    form = shop.ask("GET", f"/pools/{pool}")
    for n in range(12):
        shop.ask("PUT", f"/pools/{pool}", {**form, "priority": n})
    for n in range(10):
        shop.ask("PUT", f"/pools/{pool}", {**form, "defaults": {"default_overlap_for_new_task_suites": n + 2}})
    with refused("TOO_MANY_REQUESTS", 429) as refusal:
        shop.ask("PUT", f"/pools/{pool}", {**form, "defaults": {"default_overlap_for_new_task_suites": 1}})
    assert refusal.payload == {"interval": "HOUR"}
    shop.ask("PUT", f"/pools/{pool}", {**form, "defaults": {"default_overlap_for_new_task_suites": 11}, "priority": 50})
    limited.advance(hours=1)
    assert shop.ask("PUT", f"/pools/{pool}", {**form, "defaults": {"default_overlap_for_new_task_suites": 1}})["id"] == pool


def test_three_hundred_requests_fit_into_a_second(limited: SandboxServer) -> None:
    requester, other = limited.create_requester(), limited.create_requester()
    requester.call("GET", "/api/v1/requester")
    assert rows(limited, "SELECT count FROM sandbox_ratecount WHERE requester_id = %s", requester.id) == [(1,)]
    rows(limited, "INSERT INTO sandbox_ratecount (requester_id, scope, \"window\", count) SELECT %s, 'all:SECOND', date_trunc('second',"
                  " %s::timestamptz) + n * interval '1 second', 300 FROM generate_series(1, 60) AS n RETURNING id",
         requester.id, limited.now())
    limited.advance(2)
    assert _is_too_many(_ask(requester, "GET", "/requester", None), None)
    assert _ask(other, "GET", "/requester", None) is None
    limited.advance(60)
    assert _ask(requester, "GET", "/requester", None) is None
    # Counts of the past are not kept.
    assert rows(limited, "SELECT count FROM sandbox_ratecount WHERE requester_id = %s", requester.id) == [(1,)]


def test_a_pool_that_has_had_its_most_assignments_closes(limited: SandboxServer) -> None:
    _next_minute(limited)
    requester = limited.create_requester()
    shop = Shop(limited, requester, requester.call("POST", "/api/v1/projects", project_form()))
    pool = shop.open_pool(5)
    for _ in range(3):
        shop.submitted(pool)
    late = shop.toloker()
    with refused("NO_TASKS_AVAILABLE"):
        late.take(pool)
    closed = shop.ask("GET", f"/pools/{pool}")
    assert (closed["status"], closed["last_close_reason"]) == ("CLOSED", "ASSIGNMENTS_LIMIT_EXCEEDED")


def test_without_the_setting_nothing_is_counted(shop: Shop) -> None:
    for n in range(12):
        shop.ask("POST", "/skills", {"name": f"skill {n}"})
    assert rows(shop.sandbox, "SELECT count(*) FROM sandbox_ratecount WHERE requester_id = %s", shop.requester.id) == [(0,)]


def test_sizes_of_what_goes_in_are_bounded(shop: Shop) -> None:
    pool = shop.pool()
    heavy = [{"pool_id": pool, "input_values": {"image": "https://example.com/a.png"},
              "known_solutions": [{"output_values": {"result": "OK" * 1_000}}] * 10} for _ in range(210)]
    with refused("CONTENT_TOO_LARGE", 413):
        shop.ask("POST", "/tasks?allow_defaults=true", heavy)
    form = shop.ask("GET", f"/pools/{pool}")
    condition = {"category": "profile", "key": "languages", "operator": "IN", "value": "EN"}
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.ask("PUT", f"/pools/{pool}", {**form, "filter": {"and": [condition] * 200}})
    assert refusal.payload["filter"]["code"] == "STRING_LENGTH_GREATER_THAN_MAX"
    _, key = shop.submitted(shop.open_pool())
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.review(key, "REJECTED", "x" * 2_049)
    assert refusal.payload["public_comment"]["code"] == "STRING_LENGTH_GREATER_THAN_MAX"
