"""The checks that read the code: the same as bin/lint, one test each."""
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.unit
@pytest.mark.parametrize("check", ["ruff", "mypy", "migrations", "sandbox-migrations"])
def test_nothing_to_say(check: str) -> None:
    """Import walls have a test of their own."""
    result = subprocess.run([ROOT / "bin" / "lint", check], capture_output=True, text=True)
    assert result.returncode == 0, (result.stdout + result.stderr)[-8000:]
