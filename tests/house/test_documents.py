"""What the documents name is there."""
import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.unit
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
ROOMS = ("annotation", "assets", "bench", "bin", "crowdsourcing", "cvatoloka", "docs", "sandbox", "templates", "tests")
# Files inside backups.
MEMBERS = {"annotation_guide.md"}
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()


def defined_in(module: Path) -> set[str]:
    files = [module.with_suffix(".py")] if module.with_suffix(".py").is_file() else sorted(module.glob("*.py"))
    assert files, f"there is no {module.relative_to(ROOT)}"
    return {node.name for file in files for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.FunctionDef | ast.ClassDef)}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_decision_that_is_named_is_there() -> None:
    known = {path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md")}
    named = {(document.name, number) for document in DOCUMENTS
             for number in re.findall(r"(?:\(|ecisions?[ /])(00\d\d)", document.read_text())}
    assert len(named) > 10
    assert [(document, number) for document, number in sorted(named) if number not in known] == []


@pytest.mark.parametrize("room", ["annotation", "crowdsourcing"])
def test_every_service_in_the_tables_of_the_architecture_is_there(room: str) -> None:
    section = ARCHITECTURE.split(f"### {room}.services", 1)[1].split("\n### ", 1)[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", section, re.MULTILINE)
    assert len(rows) > 5
    gone = {f"{module}.{name}" for module, told in rows for name in re.findall(r"`(\w+)\(", told)
            if name not in defined_in(ROOT / room / "services" / module)}
    assert gone == set()


def test_every_file_that_is_named_in_code_marks_is_there() -> None:
    ours = [path.relative_to(ROOT).as_posix() for room in ROOMS for path in (ROOT / room).rglob("*.*")]
    ours += [path.name for path in ROOT.iterdir()]
    places = {"/".join(path.split("/")[at:]) for path in ours for at in range(path.count("/") + 1)}
    named = {(document.name, path) for document in DOCUMENTS
             for path in re.findall(r"`((?:[\w.-]+/)*[\w-]+\.(?:py|js|mjs|html|md|toml))`", document.read_text())}
    assert len(named) > 20
    assert sorted((document, path) for document, path in named if path not in places | MEMBERS) == []
