"""Whole programs written for Toloka, run unchanged against a sandbox with robots and a fast clock.

They live in tests/sandbox/programs and are run side by side, each by the program host that `bin/sandbox run` uses.
"""
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.alone.crowd import person
from tests.stack.sandbox import ROOT, SandboxServer, sandbox_server

PROGRAMS = Path(__file__).parent / "programs"
HOST = ROOT / "sandbox" / "programs" / "host.py"
# Faster than this, what a busy machine does late would be too late for streaming, which looks back a minute of the sandbox's time.
ROBOTS, SPEED, LONGEST_SECONDS = 28, 30, 600
pytestmark = pytest.mark.http


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    files = str(tmp_path_factory.mktemp("files"))
    with (sandbox_server(SANDBOX_COMPLETION_GRACE_SECONDS="90", SANDBOX_FILES=files) as server, server.process("ticker"),
          server.process("robots")):
        server.control.call("POST", "/control/v1/clock/speed", {"speed": SPEED})
        server.control.call("POST", "/control/v1/robots", [person(number) for number in range(ROBOTS)])
        yield server


@pytest.fixture(scope="module")
def outcomes(sandbox: SandboxServer) -> Iterator["Outcomes"]:
    """All programs, started at once: they wait for people most of the time."""
    started = Outcomes(sandbox)
    yield started
    started.end()


class Outcomes:
    """`outcomes["learn"]` is the JSON that the program of this name printed last, once it ended well."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self._started = time.monotonic()
        self._running = {}
        for path in sorted(PROGRAMS.glob("*.py")):
            settings = {"url": sandbox.url, "token": sandbox.create_requester(path.stem).token}
            self._running[path.stem] = subprocess.Popen(
                [sys.executable, HOST, json.dumps(settings), path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                env={**os.environ, "PYTHONWARNINGS": "ignore"})

    def __getitem__(self, name: str) -> dict[str, Any]:
        process = self._running[name]
        output, errors = process.communicate(timeout=max(1.0, self._started + LONGEST_SECONDS - time.monotonic()))
        assert process.returncode == 0, errors[-3000:]
        return dict(json.loads(output.splitlines()[-1]))

    def end(self) -> None:
        for process in self._running.values():
            process.kill()
            process.wait()


def test_a_first_program_gets_three_opinions_of_each_picture(outcomes: Outcomes) -> None:
    found = outcomes["learn"]
    assert found["close_reason"] == "COMPLETED"
    assert (found["answers"], found["pictures"]) == (36, 12)
    assert found["workers"] >= 3
    # No allowed values in the spec: the choices come from the view.
    assert found["words"] == ["day", "night"]
    assert found["shares"] == sorted(found["shares"])
    assert found["agreed"] == 12  # of three people and two words two always agree


def test_pictures_are_sorted_with_control_tasks_and_rules(outcomes: Outcomes) -> None:
    found = outcomes["classification"]
    assert found["created"] == 18
    assert (found["answers"], found["photos"]) == (36, 12)
    assert set(found["kinds"]) <= {"chair", "table", "lamp"}
    # Robots know control tasks as well as they know anything: far better than chance.
    assert found["control_right"] > 0.5
    # The skill is every worker's who was checked.
    assert 0 < found["skilled"] <= found["workers"]
    # The first page of somebody who was banned for it is paid like the others.
    assert found["spent"] == pytest.approx(found["pages"] * 0.03 * 1.3)


def test_nobody_reads_meters_without_training(outcomes: Outcomes) -> None:
    found = outcomes["text_recognition"]
    assert found["meters"] == 8
    assert found["answers"] == 24
    assert found["untrained"] == 0
    assert found["trained"] >= found["workers"] >= 3
    # Some were told their mistakes and put them right.
    assert found["corrected"] > 0


def test_photographs_are_collected_from_telephones(outcomes: Outcomes) -> None:
    assert outcomes["collection"] == {"photographs": 4, "people": 4, "widest": 160, "media": ["image/png"], "skilled": 4}


def test_boxes_are_judged_and_drawn_again_until_they_are_good(outcomes: Outcomes) -> None:
    found = outcomes["detection_with_verification"]
    assert found["photos"] == found["accepted"] == 14
    assert found["rejected"] > 0
    assert (found["left"], found["undecided"], found["judged_own"]) == (0, 0, 0)
    assert found["shapes"] == ["rectangle"]
