"""Which failures bin/test looks at again, and what becomes of them."""
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.stack import second_look

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("rings", "again"), [
    ([], False), (["journey"], True), (["http", "journey"], True), (["unit"], False), (["journey", "services"], False),
    (["journey"] * 4, True), (["journey"] * 5, False)])
def test_only_a_few_tests_of_browsers_and_processes_are_looked_at_again(rings: list[str], again: bool) -> None:
    assert second_look.worth_it({f"test_{number}": [ring, "test_x.py"] for number, ring in enumerate(rings)}) is again


@pytest.mark.parametrize(("second", "code"), [(0, 0), (1, 1), (5, 1)])
def test_what_passes_alone_is_told_as_unstable_and_what_fails_again_fails(
        tmp_path: Path, monkeypatch: Any, capsys: Any, second: int, code: int) -> None:
    monkeypatch.setattr(second_look, "FAILED", tmp_path / "results" / "failed.json")
    asked: list[list[str]] = []
    monkeypatch.setattr(second_look.subprocess, "run", lambda command: asked.append(command) or SimpleNamespace(returncode=second))
    second_look.write_down([SimpleNamespace(nodeid="tests/a.py::test_one", keywords={"journey": 1, "a.py": 1})])
    assert second_look.main() == code
    assert asked[0][-1] == "tests/a.py::test_one" and asked[0][1:5] == ["-m", "pytest", "-n", "0"]
    assert ("UNSTABLE" in capsys.readouterr().out) is (code == 0)


def test_a_failure_of_rules_or_tables_is_never_looked_at_again(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(second_look, "FAILED", tmp_path / "failed.json")
    assert second_look.main() == 1, "nothing was written down"
    second_look.FAILED.write_text(json.dumps({"tests/a.py::test_one": ["services"], "tests/b.py::test_two": ["journey"]}))
    monkeypatch.setattr(second_look.subprocess, "run", lambda command: pytest.fail("ran it again"))
    assert second_look.main() == 1
