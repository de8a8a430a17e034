"""How a parallel run is laid out."""
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.stack.order import LONG, arrange

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
