"""The manners of the three doors: errors, clocks, dates, faults, the request log, who may control."""
import http.client
import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import environ
import psycopg2
import pytest

from tests.sandbox.conftest import Shop, refused
from tests.stack.sandbox import SandboxServer, sandbox_server
from tests.stack.waiting import comes_true


def _raw(sandbox: SandboxServer, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any, dict]:
    """Status, parsed body, headers (a list for each name)."""
    connection = http.client.HTTPConnection(urlsplit(sandbox.url).netloc, timeout=30)
    try:
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        text = response.read()
        return response.status, json.loads(text) if text else None, {name: response.headers.get_all(name) for name in response.headers}
    finally:
        connection.close()


@pytest.mark.parametrize(("method", "path", "status", "code"), [
    ("GET", "/api/v1/nothing", 404, "DOES_NOT_EXIST"),
    ("GET", "/api", 404, "DOES_NOT_EXIST"),
    ("GET", "/worker/v1/nothing/at/all", 404, "DOES_NOT_EXIST"),
    ("GET", "/control/v2/clock", 404, "DOES_NOT_EXIST"),
    ("PATCH", "/worker/v1/tolokers", 405, "METHOD_NOT_ALLOWED"),
    ("GET", "/api/v1/requester", 401, "AUTHENTICATION_ERROR"),
    ("GET", "/worker/v1/account", 401, "AUTHENTICATION_ERROR"),
])
def test_every_refusal_has_tolokas_body(sandbox: SandboxServer, method: str, path: str, status: int, code: str) -> None:
    found, body, _ = _raw(sandbox, method, path)
    assert (found, body["code"]) == (status, code)
    assert set(body) == {"request_id", "code", "message"}


@pytest.mark.parametrize("scheme", ["OAuth", "ApiKey", "oauth"])
def test_both_schemes_are_accepted_and_nothing_else(shop: Shop, scheme: str) -> None:
    ask = {"Authorization": f"{scheme} {shop.requester.token}"}
    assert _raw(shop.sandbox, "GET", "/api/v1/requester", **ask)[0] == 200
    for wrong in ("", "OAuth", "OAuth  ", "Bearer x", f"Toloker {shop.requester.token}", f"OAuth {shop.requester.token}x"):
        assert _raw(shop.sandbox, "GET", "/api/v1/requester", Authorization=wrong)[0] == 401


@pytest.mark.parametrize(("body", "kind", "status", "code"), [
    (b"{", "application/json", 400, "VALIDATION_ERROR"),
    (b"[1,", "application/json", 400, "VALIDATION_ERROR"),
    (b"\xff\xfe", "application/json", 400, "VALIDATION_ERROR"),
    (b"5", "application/json", 400, "VALIDATION_ERROR"),
    (b"null", "application/json", 400, "VALIDATION_ERROR"),
    (b"", "application/json", 400, "VALIDATION_ERROR"),
    (b'{"a":' * 500 + b"1" + b"}" * 500, "application/json", 400, "VALIDATION_ERROR"),
    (b"a=b", "application/x-www-form-urlencoded", 415, "UNSUPPORTED_MEDIA_TYPE"),
    (b"{}" + b" " * (17 * 1024 * 1024), "application/json", 413, "CONTENT_TOO_LARGE"),
])
def test_a_body_that_is_no_project_is_refused(shop: Shop, body: bytes, kind: str, status: int, code: str) -> None:
    headers = {"Authorization": shop.requester.authorization, "Content-Type": kind}
    for method, path in (("POST", "/api/v1/projects"), ("PUT", f"/api/v1/projects/{shop.project['id']}")):
        found, answer, _ = _raw(shop.sandbox, method, path, body, **headers)
        assert (found, answer["code"]) == (status, code)
    assert len(shop.ask("GET", "/projects")["items"]) == 1


@pytest.mark.parametrize("path", ["/api/v1/tasks/%00", "/api/v1/projects?owner=%00", "/api/v1/pools/99999999999999999999/open",
                                  "/api/v1/assignments?task_suite_id=x", "/api/v1/operations/x/log", "/api/v1/user-skills?skill_id=-1"])
def test_an_address_that_cannot_be_is_refused_politely(shop: Shop, path: str) -> None:
    method = "POST" if path.endswith("open") else "GET"
    status, body, _ = _raw(shop.sandbox, method, path, Authorization=shop.requester.authorization)
    assert (status, body["code"]) in ((400, "VALIDATION_ERROR"), (404, "DOES_NOT_EXIST"))


@pytest.mark.parametrize("body", [
    [], {"name": 5}, {"profile": []}, {"profile": {"verified_languages": 5}}, {"profile": {"languages": [{}]}}])
def test_a_toloker_who_says_nonsense_is_not_registered(sandbox: SandboxServer, body: Any) -> None:
    with refused("VALIDATION_ERROR", 400):
        sandbox.control.call("POST", "/worker/v1/tolokers", body)


def test_a_wrong_method_names_the_right_ones(shop: Shop) -> None:
    status, body, headers = _raw(shop.sandbox, "DELETE", "/api/v1/projects", Authorization=shop.requester.authorization)
    assert (status, body["code"], headers["Allow"]) == (405, "METHOD_NOT_ALLOWED", ["GET, POST"])


def test_every_answer_carries_the_sandboxs_date_once() -> None:
    with sandbox_server() as sandbox:
        requester = sandbox.create_requester()
        sandbox.advance(days=400)
        ask = {"Authorization": requester.authorization}
        for path, headers in (("/api/v1/requester", ask), ("/api/v1/requester", {}), ("/api/v1/nothing", ask), ("/worker/v1/account", {})):
            dates = {name.lower(): values for name, values in _raw(sandbox, "GET", path, **headers)[2].items()}["date"]
            assert len(dates) == 1
            shift = parsedate_to_datetime(dates[0]) - datetime.now(UTC) - timedelta(days=400)
            assert abs(shift) < timedelta(seconds=5)
        moment = datetime.fromisoformat(sandbox.now()).replace(tzinfo=UTC)
        assert abs(moment - parsedate_to_datetime(dates[0])) < timedelta(seconds=5)


def test_the_clock_goes_forward_only(sandbox: SandboxServer) -> None:
    before = sandbox.now()
    assert sandbox.advance(1.5) > before
    for seconds in (-1, "x", None, 10**12):
        with refused("VALIDATION_ERROR", 400):
            sandbox.control.call("POST", "/control/v1/clock/advance", {"seconds": seconds})


def test_what_falls_due_happens_in_order(shop: Shop) -> None:
    """An assignment expires, which leaves its task to somebody; the pool's end comes later and finds it undone."""
    start = datetime.fromisoformat(shop.sandbox.now())
    pool = shop.open_pool(1, assignment_max_duration_seconds=60, will_expire=(start + timedelta(hours=1)).isoformat())
    page = shop.toloker().take(pool)
    shop.sandbox.advance(hours=2)
    found = shop.ask("GET", f"/pools/{pool}")
    assert (found["last_close_reason"], found["last_stopped"][:19]) == ("EXPIRED", found["will_expire"][:19])
    assert shop.assignment(page["id"])["expired"] == page["expires"] < found["last_stopped"]


def test_the_ticker_lets_things_happen_while_nobody_asks(new_shop: Any, sandbox: SandboxServer) -> None:
    shop = new_shop()
    page = shop.toloker().take(shop.open_pool(1, assignment_max_duration_seconds=5))
    with sandbox.process("ticker", "--seconds", "0.2"):
        # The table is looked at, not the server: a question would itself let things happen.
        comes_true(lambda: _sql(sandbox, "SELECT status FROM sandbox_assignment WHERE id = %s", page["id"]) == [("EXPIRED",)])


def _sql(sandbox: SandboxServer, query: str, *values: Any) -> list[tuple]:
    known = environ.Env.db_url_config(sandbox.environment["SANDBOX_DATABASE_URL"])
    options = {"dbname": known["NAME"], "user": known["USER"], "password": known["PASSWORD"], "host": known["HOST"], "port": known["PORT"],
               **known.get("OPTIONS", {})}
    connection = psycopg2.connect(**{name: value for name, value in options.items() if value not in ("", None)})
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall()
    finally:
        connection.close()


def test_a_fault_is_used_up_and_only_where_it_was_planned(shop: Shop) -> None:
    shop.sandbox.fault("/requester$", "status", method="GET", status=503, times=2)
    assert shop.ask("GET", "/projects")["items"]
    for _ in range(2):
        with refused("REMOTE_SERVICE_UNAVAILABLE", 503):
            shop.ask("GET", "/requester")
    assert shop.ask("GET", "/requester")["id"] == shop.requester.id
    shop.sandbox.fault("/requester$", "status", status=409, code="CONFLICT_STATE", times=5)
    shop.sandbox.clear_faults()
    assert shop.ask("GET", "/requester")["id"] == shop.requester.id


def test_a_delayed_answer_comes_late_but_right(shop: Shop) -> None:
    shop.sandbox.fault("/requester$", "delay", seconds=1)
    start = time.monotonic()
    assert shop.ask("GET", "/requester")["id"] == shop.requester.id
    assert time.monotonic() - start >= 1


def test_a_dropped_connection_brings_no_answer_and_the_log_knows(shop: Shop) -> None:
    pool = shop.pool()
    shop.tasks(pool)
    since = shop.sandbox.now()
    for effect, status in (("drop_before", "CLOSED"), ("drop_after", "OPEN")):
        shop.sandbox.fault(f"/pools/{pool}/open$", effect)
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            _raw(shop.sandbox, "POST", f"/api/v1/pools/{pool}/open", Authorization=shop.requester.authorization)
        assert shop.status(pool) == status
    calls = shop.sandbox.requests(f"/pools/{pool}/open$", "POST", since)
    assert [call["status"] for call in calls] == [0, 0]
    assert calls[1]["requester_id"] == shop.requester.id


@pytest.mark.parametrize("body", [{}, {"path": "(", "effect": "status"}, {"path": "/", "effect": "explode"},
                                  {"path": "/", "effect": "status", "status": 200}, {"path": "/", "effect": "status", "times": 0}])
def test_a_fault_that_makes_no_sense_is_refused(sandbox: SandboxServer, body: dict) -> None:
    with refused("VALIDATION_ERROR", 400):
        sandbox.control.call("POST", "/control/v1/faults", body)


def test_pages_and_proxies_cannot_control(sandbox: SandboxServer) -> None:
    body = json.dumps({"seconds": 1}).encode()
    port = urlsplit(sandbox.url).port
    for headers in ({"Origin": "https://evil.example"}, {"Origin": sandbox.url}, {"X-Forwarded-For": "10.0.0.1"},
                    {"Host": f"tasks.localhost:{port}"}):
        status, answer, _ = _raw(sandbox, "POST", "/control/v1/clock/advance", body, **{"Content-Type": "application/json", **headers})
        assert (status, answer["code"]) == (403, "ACCESS_DENIED")


def test_control_is_off_unless_switched_on() -> None:
    with sandbox_server(SANDBOX_CONTROL="0", wait_path="/api/v1/requester") as sandbox:
        for method, path in (("GET", "clock"), ("POST", "requesters"), ("DELETE", "robots")):
            status, answer, _ = _raw(sandbox, method, f"/control/v1/{path}")
            assert (status, answer["code"]) == (404, "DOES_NOT_EXIST")
        made = json.loads(sandbox.run("requester", "--name", "Acme", "--balance", "12.50"))
        status, answer, _ = _raw(sandbox, "GET", "/api/v1/requester", Authorization=f"OAuth {made['token']}")
        assert (status, answer["id"], answer["balance"]) == (200, made["id"], 12.5)


def test_rate_limits_are_kept_when_on() -> None:
    with sandbox_server(SANDBOX_RATE_LIMITS="1") as sandbox:
        requester = sandbox.create_requester()
        for n in range(10):
            requester.call("POST", "/api/v1/skills", {"name": f"skill {n}"})
        with refused("TOO_MANY_REQUESTS", 429) as refusal:
            requester.call("POST", "/api/v1/skills", {"name": "one too many"})
        assert refusal.payload == {"interval": "MIN"}
        sandbox.advance(minutes=1)
        requester.call("POST", "/api/v1/skills", {"name": "a minute later"})


def test_money_always_adds_up(shop: Shop) -> None:
    """After everything else in this file and in the others: the books of the whole sandbox."""
    pool = shop.open_pool(3)
    for verdict in ("ACCEPTED", "REJECTED", None):
        _, key = shop.submitted(pool)
        if verdict:
            shop.review(key, verdict)
    flows = "SELECT account, sum(amount) FROM (SELECT credit AS account, amount FROM sandbox_ledgerentry" \
            " UNION ALL SELECT debit, -amount FROM sandbox_ledgerentry) AS f GROUP BY account"
    books = dict(_sql(shop.sandbox, flows))
    assert sum(books.values()) == 0
    for key, balance, held in _sql(shop.sandbox, "SELECT id, balance, held FROM sandbox_requester"):
        assert (books.get(f"requester:{key}", 0), books.get(f"held:{key}", 0)) == (balance, held)
        assert balance >= 0 and held >= 0
    for key, balance in _sql(shop.sandbox, "SELECT id, balance FROM sandbox_toloker"):
        assert books.get(f"toloker:{key}", 0) == balance
    with pytest.raises(psycopg2.Error, match="never changed"):
        _sql(shop.sandbox, "UPDATE sandbox_ledgerentry SET amount = 0 RETURNING id")
