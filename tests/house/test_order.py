"""How a parallel run is laid out."""
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.stack.order import LONG, Files, arrange

pytestmark = pytest.mark.unit


def test_the_long_files_are_still_where_the_list_says() -> None:
    assert [name for name in LONG if not (Path(__file__).parents[1] / name).is_file()] == []


def test_journeys_then_long_files_then_browsers_then_the_rest_each_in_its_own_order() -> None:
    def item(nodeid: str, *fixtures: str) -> Any:
        return SimpleNamespace(nodeid=nodeid, fixturenames=fixtures)

    items = [item("tests/a/test_quick.py::b"), item("tests/a/test_quick.py::a"), item("tests/a/test_page.py::first"),
             item("tests/a/test_page.py::second", "browser"), item(f"tests/{LONG[1]}::x"), item(f"tests/{LONG[0]}::x"),
             item("tests/journeys/test_b.py::x"), item("tests/journeys/test_a.py::x")]
    arrange(items)
    assert [one.nodeid.removeprefix("tests/") for one in items] == [
        "journeys/test_b.py::x", "journeys/test_a.py::x", f"{LONG[0]}::x", f"{LONG[1]}::x", "a/test_page.py::first",
        "a/test_page.py::second", "a/test_quick.py::b", "a/test_quick.py::a"]


class Worker:
    """As the scheduler knows it: begins with a test once it has another, or is told that there is none."""

    def __init__(self, name: str) -> None:
        self.gateway, self.shutting_down, self.asked = SimpleNamespace(id=name), False, list[int]()

    def send_runtest_some(self, indices: list[int]) -> None:
        assert indices, "it would wait for ever"
        self.asked += indices

    def shutdown(self) -> None:
        self.shutting_down = True


def test_what_a_worker_that_died_had_not_begun_goes_to_the_others_and_what_killed_it_to_nobody() -> None:
    tests = [f"tests/{file}.py::{number}" for file in ("a", "b", "c", "d") for number in range(3)]
    config: Any = SimpleNamespace(option=SimpleNamespace(), getvalue=lambda name: ["popen"] * 2)
    files: Any = Files(config)
    first, second, third = Worker("gw0"), Worker("gw1"), Worker("gw2")
    ran: list[int] = []

    def run(worker: Worker, count: int) -> None:
        while count and worker.asked and (len(worker.asked) > 1 or worker.shutting_down):
            ran.append(worker.asked.pop(0))
            files.mark_test_complete(worker, ran[-1])
            count -= 1

    for worker in (first, second):
        files.add_node(worker)
        files.add_node_collection(worker, tests)
    files.schedule()
    run(first, 4)
    died_of = first.asked[0]
    assert files.remove_node(first) == tests[died_of]
    files.add_node(third)
    files.add_node_collection(third, tests)
    files.schedule()
    for _ in range(12):
        run(second, 1)
        run(third, 1)
    assert sorted([*ran, died_of]) == list(range(12))
