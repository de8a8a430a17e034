"""A clock that runs faster than the machine's: never backward, and everybody counts by it."""
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.request import Request, urlopen

import pytest

from sandbox.times import Course
from tests.sandbox.conftest import Shop, project_form, refused
from tests.stack.sandbox import SandboxServer, sandbox_server

START = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    """One of its own: its clock runs away."""
    with sandbox_server() as server:
        yield server


@pytest.fixture(autouse=True)
def _ordinary_speed_afterwards(sandbox: SandboxServer) -> Iterator[None]:
    yield
    _run_at(sandbox, 1)


def _run_at(sandbox: SandboxServer, speed: float) -> dict[str, object]:
    return dict(sandbox.control.call("POST", "/control/v1/clock/speed", {"speed": speed}))


def _now(sandbox: SandboxServer) -> datetime:
    return datetime.fromisoformat(sandbox.now())


def test_a_course_runs_from_since_on() -> None:
    course = Course(timedelta(hours=1), 60, START)
    assert course.at(START) == START + timedelta(hours=1)
    assert course.at(START + timedelta(seconds=2)) == START + timedelta(hours=1, minutes=2)
    # A machine that was set back takes the sandbox with it, by as much and not by sixty times as much.
    assert course.at(START - timedelta(seconds=2)) == START + timedelta(minutes=59, seconds=58)
    assert Course(timedelta(hours=1), 1, START).at(START + timedelta(days=9)) == START + timedelta(days=9, hours=1)


def test_the_clock_runs_as_fast_as_asked_and_says_so(sandbox: SandboxServer) -> None:
    assert _run_at(sandbox, 200)["speed"] == 200
    first, machine = _now(sandbox), time.monotonic()
    time.sleep(0.5)
    second, passed = _now(sandbox), time.monotonic() - machine
    assert 80 <= (second - first).total_seconds() <= passed * 200 + 20
    assert sandbox.control.call("GET", "/control/v1/clock")["speed"] == 200


def test_no_change_of_speed_makes_it_jump_or_go_back(sandbox: SandboxServer) -> None:
    before = _now(sandbox)
    for speed in (50, 1, 7.5, 1, 300, 2):
        after = datetime.fromisoformat(str(_run_at(sandbox, speed)["now"]))
        assert timedelta() <= after - before < timedelta(seconds=max(300, 30 * speed))
        before = after
    later = datetime.fromisoformat(sandbox.advance(hours=1))
    assert timedelta(hours=1) <= later - before < timedelta(hours=1, minutes=1)
    assert _now(sandbox) >= later


def test_a_restart_neither_stops_nor_turns_it(sandbox: SandboxServer) -> None:
    _run_at(sandbox, 100)
    before = _now(sandbox)
    # The command reads the same row as a server that starts anew would.
    printed = sandbox.run("clock")
    assert '"speed": 100' in printed
    assert _now(sandbox) >= before + timedelta(seconds=10)
    assert '"speed": 3.0' in sandbox.run("clock", "--speed", "3")
    assert _now(sandbox) >= before + timedelta(seconds=10)


def test_deadlines_dates_and_time_left_are_the_sandboxs(sandbox: SandboxServer) -> None:
    requester = sandbox.create_requester()
    shop = Shop(sandbox, requester, requester.call("POST", "/api/v1/projects", project_form()))
    pool = shop.open_pool(1, assignment_max_duration_seconds=600)
    toloker = shop.toloker()
    _run_at(sandbox, 600)
    page = toloker.take(pool)
    assert page["seconds_left"] == 600
    time.sleep(0.3)
    again = toloker.call("GET", f"/worker/v1/assignments/{page['id']}")
    assert again["seconds_left"] <= 600 - 0.3 * 600 + 10
    request = Request(f"{sandbox.url}/worker/v1/account", headers={"Authorization": toloker.authorization})
    with urlopen(request, timeout=30) as answer:
        headers = answer.headers
    assert headers["X-Clock-Speed"] == "600"
    assert abs(parsedate_to_datetime(headers["Date"]) - _now(sandbox).replace(tzinfo=UTC)) < timedelta(minutes=5)
    time.sleep(1)
    row = shop.assignment(page["id"])
    assert row["status"] == "EXPIRED"
    assert datetime.fromisoformat(row["expired"]) - datetime.fromisoformat(row["created"]) == timedelta(seconds=600)


def test_the_ticker_keeps_up(sandbox: SandboxServer) -> None:
    requester = sandbox.create_requester()
    shop = Shop(sandbox, requester, requester.call("POST", "/api/v1/projects", project_form()))
    pool = shop.open_pool(1, auto_close_after_complete_delay_seconds=3600)
    shop.submitted(pool)
    with sandbox.process("ticker"):
        time.sleep(1.5)
        _run_at(sandbox, 3600)
        time.sleep(1.6)
        assert shop.ask("GET", f"/pools/{pool}")["last_close_reason"] == "COMPLETED"


@pytest.mark.parametrize("speed", [0, -1, 0.5, 1e9, "fast", None])
def test_a_speed_that_makes_no_sense_is_refused(sandbox: SandboxServer, speed: object) -> None:
    before = sandbox.control.call("GET", "/control/v1/clock")["speed"]
    with refused("VALIDATION_ERROR", 400):
        sandbox.control.call("POST", "/control/v1/clock/speed", {"speed": speed})
    assert sandbox.control.call("GET", "/control/v1/clock")["speed"] == before
