"""Every setting is documented, and every documented setting exists."""
import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Read by programs we start, not by our settings modules.
OF_PROGRAMS = {"GRANIAN_HOST", "GRANIAN_PORT", "GRANIAN_WORKERS", "GRANIAN_BLOCKING_THREADS", "SANDBOX_HOST"}
OF_COMPOSE = {"POSTGRES_PASSWORD", "WEB_PORT", "SANDBOX_WEB_PORT"}
pytestmark = pytest.mark.unit


def read_by(module: str) -> set[str]:
    """Names that a settings module reads: the first argument of every call `env.<type>(...)` or `env(...)`. Must be a plain string."""
    names = set()
    for node in ast.walk(ast.parse((ROOT / module).read_text())):
        if not isinstance(node, ast.Call):
            continue
        function = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        if isinstance(function, ast.Name) and function.id == "env" and getattr(node.func, "attr", "") != "read_env":
            assert node.args and isinstance(node.args[0], ast.Constant), f"{module}:{node.lineno}: name the setting with a plain string"
            names.add(str(node.args[0].value))
    assert names
    return names


def in_example() -> set[str]:
    return set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def in_documentation() -> set[str]:
    rows = re.findall(r"^\| (`[A-Z].*?) \|", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", row)}


@pytest.mark.parametrize("module", ["cvatoloka/settings.py", "sandbox/settings.py"])
def test_every_setting_is_in_the_example_file(module: str) -> None:
    assert read_by(module) - in_example() == set()


@pytest.mark.parametrize("module", ["cvatoloka/settings.py", "sandbox/settings.py"])
def test_every_setting_is_documented(module: str) -> None:
    assert read_by(module) - in_documentation() == set()


def test_nothing_is_documented_that_nobody_reads() -> None:
    known = read_by("cvatoloka/settings.py") | read_by("sandbox/settings.py") | OF_PROGRAMS | OF_COMPOSE
    assert in_documentation() - known == set()
    assert in_example() - known == set()


def test_only_settings_modules_read_the_environment() -> None:
    """Elsewhere an undocumented setting would slip in. Entry points name the settings module; the hall starts processes."""
    found, documented = [], in_documentation() | {"DJANGO_SETTINGS_MODULE"}
    for room in ("annotation", "crowdsourcing", "sandbox", "cvatoloka"):
        for path in sorted((ROOT / room).rglob("*.py")):
            if {"demo", "embedded", "alone"} & set(path.parts) or path.name in ("settings.py", "probe.py"):
                continue
            for number, line in enumerate(path.read_text().splitlines(), 1):
                names = set(re.findall(r"(?:environ\[|environ\.get\(|getenv\()\s*[\"']([A-Z_]+)", line))
                if names - documented:
                    found.append(f"{path.relative_to(ROOT)}:{number} {sorted(names)}")
    assert found == []


def test_the_example_file_holds_no_secret() -> None:
    filled = re.findall(r"^[A-Z][A-Z0-9_]+=(.+)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert filled == []
