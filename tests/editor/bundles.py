"""The bundled front-end libraries for tests."""
import subprocess
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@lru_cache(maxsize=1)
def bundles() -> Path:
    """static_vendor/, made by bin/assets if it is missing or old; otherwise that command does nothing."""
    done = subprocess.run([ROOT / "bin" / "assets"], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return ROOT / "static_vendor"
