"""The walls, checked by machine: import contracts, and the few rules that an import contract cannot say."""
import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("cvatoloka", "annotation", "crowdsourcing", "sandbox")
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc"}
pytestmark = pytest.mark.unit


def sources(*folders: str) -> Iterator[Path]:
    """Our Python files, migrations left out."""
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything a file imports, `from a import b` as "a.b"."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def test_the_import_contracts_hold() -> None:
    result = subprocess.run([str(Path(sys.executable).parent / "lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr


def test_a_provider_knows_no_orm() -> None:
    """The one thing of django.db it may touch is `transaction`, for the guard that proves no transaction is open."""
    allowed = "django.db.transaction"
    found = [f"{path.relative_to(ROOT)}:{line} {name}" for path in sources("crowdsourcing/providers") for line, name in imports_of(path)
             if name.startswith("django.db") and not name.startswith(allowed)]
    assert found == []


def test_only_the_provider_speaks_to_the_platform() -> None:
    """toloka-kit and HTTP clients appear in providers alone; views, services, mirror and models hold no vendor socket."""
    found = [f"{path.relative_to(ROOT)}:{line} {name}" for path in sources("crowdsourcing") if "providers" not in path.parts
             for line, name in imports_of(path) if name.split(".")[0] in {"toloka", "httpx", "requests", "urllib3"}]
    assert found == []


def test_no_file_is_a_drawer_for_everything() -> None:
    found = [str(path.relative_to(ROOT)) for path in sources(*ROOMS, "tests", "bench")
             if path.stem in FORBIDDEN_NAMES or FORBIDDEN_NAMES & set(path.relative_to(ROOT).parts)]
    assert found == []


# Lines; tables of cases make test files longer than the code that they are about.
LONGEST, LONGEST_TEST = 330, 420


def test_no_file_outgrows_its_noun() -> None:
    long = {str(path.relative_to(ROOT)): lines for path in sources(*ROOMS, "tests")
            if (lines := len(path.read_text().splitlines())) > (LONGEST_TEST if "tests" in path.relative_to(ROOT).parts else LONGEST)}
    assert long == {}


def test_no_fault_is_swallowed() -> None:
    """`except: pass` hides the one thing a person needs."""
    found = []
    for path in sources(*ROOMS):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler) and len(node.body) == 1 and isinstance(node.body[0], ast.Pass):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []


WITHOUT_THE_CROWD = """
import sys
import django
django.setup()
from django.core.management import call_command
call_command("check")
from django.urls import get_resolver
names = sorted(name for name in sys.modules if name.split(".")[0] == "crowdsourcing")
assert names == [], names
assert not any("crowdsourcing" in str(pattern.pattern) for pattern in get_resolver().url_patterns)
"""


def test_the_annotation_room_stands_without_the_crowd() -> None:
    environment = os.environ | {"CROWDSOURCING_ENABLED": "false"}
    result = subprocess.run([sys.executable, "-c", WITHOUT_THE_CROWD], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
