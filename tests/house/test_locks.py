"""The lock files say what requirements.txt says, whole and with hashes."""
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.unit


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.split("[")[0]).lower()


def wanted(name: str) -> dict[str, str]:
    """{package: version} of a requirements file, the files it includes not counted. Fails on a line without an exact pin."""
    found = {}
    for raw in (ROOT / name).read_text().splitlines():
        line = raw.split("#")[0].strip()
        if line and not line.startswith("-r "):
            package, version = line.split("==")
            found[canonical(package)] = version
    return found


def locked(name: str) -> dict[str, str]:
    entries = re.finditer(r"^([A-Za-z0-9_.\-\[\],]+)==([^ ;\\]+)", (ROOT / name).read_text(), re.MULTILINE)
    return {canonical(match[1]): match[2] for match in entries}


@pytest.mark.parametrize("name", ["requirements", "requirements-dev", "requirements-formats", "requirements-assets"])
def test_every_pin_is_locked_at_that_version(name: str) -> None:
    pins, lock = wanted(f"{name}.txt"), locked(f"{name}.lock")
    assert pins
    assert {package: lock.get(package, "not locked: run bin/lock") for package in pins} == pins


def test_what_tests_run_on_is_what_the_product_runs_on() -> None:
    product, development = locked("requirements.lock"), locked("requirements-dev.lock")
    assert {package: development.get(package) for package in product} == product


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-formats.lock", "requirements-assets.lock"])
def test_every_locked_package_has_hashes(name: str) -> None:
    entries = [entry for entry in re.split(r"\n(?=\S)", (ROOT / name).read_text()) if re.match(r"[^#\n]+==", entry)]
    assert entries
    without = [entry for entry in entries if "--hash=sha256:" not in entry]
    assert without == []


def test_every_pin_has_a_reason() -> None:
    without = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line and "#" not in line]
    assert without == []
