"""The editor's modules without a browser: `node --test` over tests/editor, with the Node that bin/assets found."""
import re
import subprocess

import pytest

from tests.editor.bundles import ROOT, bundles

pytestmark = pytest.mark.unit


def test_the_editors_modules_do_what_their_own_tests_say() -> None:
    bundles()
    node = subprocess.run([ROOT / "bin" / "assets", "--node"], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert node.returncode == 0, node.stderr
    files = sorted((ROOT / "tests" / "editor").glob("*.test.mjs"))
    assert len(files) >= 5
    command = [node.stdout.strip().splitlines()[-1], "--import", "./tests/editor/register.mjs", "--test", *map(str, files)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    print(run.stdout)
    assert run.returncode == 0, run.stdout + run.stderr
    passed = re.search(r"^. ?pass (\d+)", run.stdout, re.MULTILINE)
    assert passed and int(passed[1]) > 40, run.stdout
