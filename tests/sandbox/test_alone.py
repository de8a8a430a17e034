"""`bin/sandbox`: started as a stranger would, stopped in every way, and running programs."""
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.stack.waiting import comes_true

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 150
# Nothing of the tests' own environment: no database, no settings.
EMPTY = {"HOME": "/nonexistent", "PATH": os.environ["PATH"]}
pytestmark = pytest.mark.http


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def processes_of(folder: Path) -> list[psutil.Process]:
    """Processes that name the folder in their command line or environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if str(folder) in " ".join([*process.cmdline(), *process.environ().values()]) and process.pid != os.getpid():
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return found


def assert_nothing_is_left(folder: Path, seconds: float = 20) -> None:
    comes_true(lambda: not processes_of(folder), seconds=seconds, said=lambda: processes_of(folder))


class Alone:
    """A started sandbox, with the line that it printed."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder, self.port = folder, free_port()
        self.errors = folder.parent / "sandbox.err"
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                [ROOT / "bin" / "sandbox", "--json", "--port", str(self.port), "--data", str(folder), *arguments],
                cwd="/", env=EMPTY, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.errors.read_text()
        self.summary: dict[str, str] = json.loads(line)
        self.http = httpx.Client(base_url=self.summary["url"], headers={"Authorization": f"OAuth {self.summary['token']}"}, timeout=30)

    def stop(self, signum: int) -> int:
        self.http.close()
        self.process.send_signal(signum)
        status = self.process.wait(60)
        assert self.process.stdout is not None
        assert self.process.stdout.read() == "", "standard output is for the one line"
        return status


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("alone") / "data"
    yield path
    for process in processes_of(path):
        process.kill()


class TestOneLife:
    """First start, SIGTERM, second start, SIGKILL, a program, in this order over one folder."""

    def test_the_first_start_answers_with_a_requester_who_can_pay_and_robots(self, folder: Path) -> None:
        alone = Alone(folder, "--robots", "3", "--speed", "20")
        try:
            assert set(alone.summary) == {"url", "token"}
            assert alone.http.get("/api/v1/requester").json()["balance"] >= 1000
            assert alone.http.get("/control/v1/clock").json()["speed"] == 20
            for path in ("/", "/requester/"):
                assert "text/html" in alone.http.get(path).headers["Content-Type"]
            assert (folder / "sandbox.json").stat().st_mode & 0o077 == 0
            refused = subprocess.run([ROOT / "bin" / "sandbox", "--port", str(alone.port), "--data", str(folder / "other")], cwd="/",
                                     env=EMPTY, capture_output=True, text=True, timeout=60)
            assert refused.returncode == 1
            assert f"Port {alone.port} is in use" in refused.stderr
            refused = subprocess.run([ROOT / "bin" / "sandbox", "--port", str(free_port()), "--data", str(folder)], cwd="/", env=EMPTY,
                                     capture_output=True, text=True, timeout=60)
            assert refused.returncode == 1
            assert "already runs" in refused.stderr
        finally:
            status = alone.stop(signal.SIGTERM)
        assert status == 0
        assert_nothing_is_left(folder)

    def test_a_second_start_keeps_token_data_and_time_and_a_kill_leaves_nothing(self, folder: Path) -> None:
        before = json.loads((folder / "sandbox.json").read_text())
        alone = Alone(folder)
        try:
            assert alone.summary["token"] == before["token"]
            clock = alone.http.get("/control/v1/clock").json()
            assert clock["speed"] == 1
            alone.http.post("/control/v1/clock/advance", json={"seconds": 0})
            assert json.loads((folder / "sandbox.json").read_text())["robots"] == 3
        finally:
            alone.stop(signal.SIGKILL)
        assert_nothing_is_left(folder)

    def test_a_program_runs_unchanged_against_a_sandbox_started_for_it(self, folder: Path, tmp_path: Path) -> None:
        program = tmp_path / "program.py"
        program.write_text(PROGRAM)
        done = run("--data", str(folder), "--port", str(free_port()), "--robots", "3", "--speed", "50", str(program), "one", "2")
        assert done.returncode == 7, done.stderr
        said = json.loads(done.stdout.splitlines()[-1])
        assert said["balance"] >= 1000
        assert said["arguments"] == ["one", "2"]
        # Two minutes of sleep by the sandbox's clock are some seconds of ours.
        assert 119 <= said["slept"] < 200
        assert said["machine"] < 15
        assert_nothing_is_left(folder)


PROGRAM = """
import datetime, json, sys, time
from toloka.client import TolokaClient
client = TolokaClient(input("Your token: "), "PRODUCTION")
before, machine = datetime.datetime.now(datetime.timezone.utc), time.monotonic()
time.sleep(120)
slept = datetime.datetime.now(datetime.timezone.utc) - before
print(json.dumps({"balance": float(client.get_requester().balance), "arguments": sys.argv[1:], "slept": slept.total_seconds(),
                  "machine": time.monotonic() - machine}))
sys.exit(7)
"""


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([ROOT / "bin" / "sandbox", "run", *arguments], cwd="/", env=EMPTY, capture_output=True, text=True,
                          timeout=START_SECONDS)


@pytest.mark.parametrize(("arguments", "sentence"), [
    (["--robots", "201"], "a number from 0 to 200"), (["--speed", "0.5"], "a number from 1 to 10000"), (["--port", "0"], "no port"),
    (["run"], "PROGRAM"), (["run", "missing.py"], "is no file"), (["run", "README.md"], "has to be a .py or an .ipynb"),
    (["run", "--url", "http://localhost:1", "x.py"], "go together")])
def test_a_command_line_that_makes_no_sense_is_explained(arguments: list[str], sentence: str) -> None:
    done = subprocess.run([sys.executable, "-m", "sandbox.alone", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert sentence in done.stderr


def cell(source: str, kind: str = "code") -> dict[str, Any]:
    return {"cell_type": kind, "source": source.splitlines(keepends=True)}


def host(program: Path, url: str, token: str) -> "subprocess.CompletedProcess[str]":
    settings = json.dumps({"url": url, "token": token})
    return subprocess.run([sys.executable, ROOT / "sandbox" / "programs" / "host.py", settings, program], capture_output=True, text=True,
                          timeout=60, env={**os.environ, "PYTHONPATH": ""})


def test_a_notebook_runs_cell_by_cell_and_says_how_each_went(sandbox: Any, tmp_path: Path) -> None:
    requester = sandbox.create_requester(balance="12.50")
    book = tmp_path / "book.ipynb"
    book.write_text(json.dumps({"cells": [
        cell("# words", "markdown"),
        cell("%%capture\n!pip install something \\\n  else\nimport asyncio, os\nfrom toloka.client import TolokaClient"),
        cell("if True:\n    %matplotlib inline\nfiles = !ls\nTolokaClient?"),
        cell("%%bash\nexit 1"),
        cell("import getpass\nclient = TolokaClient(getpass.getpass('Token: '), 'SANDBOX', retries=0)\nclient.get_requester().balance"),
        cell("await asyncio.sleep(0.01)\ndisplay({'here': os.getcwd()});"),
        cell("async def later():\n    return 5\n\nawait later()"),
        cell("1 / 0"),
        cell("print('never')")]}))
    done = host(book, sandbox.url, requester.token)
    assert done.returncode == 1
    assert "Decimal('12.5')" in done.stdout
    assert str(tmp_path) in done.stdout
    assert done.stdout.splitlines()[-1] == "5"
    outcomes = [line.rsplit(", ", 1)[0] for line in done.stderr.splitlines() if line.startswith("[")]
    assert [line.rsplit(": ", 1)[1] for line in outcomes] == ["ok", "ok", "skipped", "ok", "ok", "ok", "FAILED"]
    assert "ZeroDivisionError" in done.stderr
    assert "in the cell's line 1: 1 / 0" in done.stderr


def test_a_program_that_cannot_be_run_is_explained(sandbox: Any, tmp_path: Path) -> None:
    book = tmp_path / "book.ipynb"
    book.write_text("{}")
    done = host(book, sandbox.url, "token")
    assert (done.returncode, "is no notebook" in done.stderr) == (2, True)
    done = host(book, "http://127.0.0.1:9", "token")
    assert (done.returncode, "does not answer" in done.stderr) == (2, True)
