"""`bin/demo`: the whole product as a stranger starts it, and what it says when it cannot."""
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from django.db import DatabaseError

from cvatoloka.demo import __main__ as demo
from cvatoloka.demo.client import Application, wait_for
from cvatoloka.demo.errors import DemoError
from cvatoloka.demo.photographs import truth
from cvatoloka.demo.supervisor import end_leftovers
from cvatoloka.embedded.processes import free_port
from tests.stack.waiting import comes_true

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 150
# Tests must not hand their own servers and settings to the demo: it is to start its own.
OURS = {"DATABASE_URL", "REDIS_URL", "SANDBOX_DATABASE_URL", "SECRET_KEY", "CREDENTIALS_KEYS", "SANDBOX_SECRET_KEY",
        "DJANGO_SETTINGS_MODULE", "MEDIA_ROOT", "STATIC_ROOT", "STATICFILES_STORAGE", "CELERY_QUEUE", "PASSWORD_HASHERS", "EMAIL_URL",
        "LOG_LEVEL", "CONN_MAX_AGE", "ALLOWED_HOSTS", "PUBLIC_URL"}


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in OURS and not name.startswith("PYTEST")}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "cvatoloka.demo", *arguments]


def processes_of(folder: Path) -> list[psutil.Process]:
    """Processes that work in the folder or have it in their environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if str(folder) in " ".join([*process.cmdline(), process.cwd(), process.environ().get("MEDIA_ROOT", "")]):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return found


class RunningDemo:
    """A demo with --json on free ports."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.started = time.monotonic()
        with (folder.parent / "demo.err").open("w") as errors:
            self.process = subprocess.Popen(
                command("--json", "--port", str(free_port()), "--sandbox-port", str(free_port()), "--data", str(folder), *arguments),
                cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, (folder.parent / "demo.err").read_text()
        self.seconds = time.monotonic() - self.started
        self.summary: dict[str, Any] = json.loads(line)

    def stop(self, signum: int = signal.SIGINT) -> int:
        self.process.send_signal(signum)
        return self.process.wait(60)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("demo") / "data"
    yield path
    for process in processes_of(path):
        process.kill()


@pytest.mark.http
class TestAStartedDemo:
    """One story: first start, stop, second start, crash, third start."""

    def test_everything_answers_when_the_line_is_printed_and_nothing_is_left_after_ctrl_c(self, folder: Path) -> None:
        demo = RunningDemo(folder)
        try:
            summary = demo.summary
            assert set(summary) == {"app", "sandbox", "toloka_token", "users"}
            assert httpx.get(f"{summary['app']}/readyz").json()["status"] == "ready"
            requester = httpx.get(f"{summary['sandbox']}/api/v1/requester", headers={"Authorization": f"OAuth {summary['toloka_token']}"})
            assert float(requester.json()["balance"]) > 0
            app = Application(summary["app"])
            app.log_in(**summary["users"]["requester"])
            projects = app.every("projects")
            assert [project["name"] for project in projects] == ["Everyday objects"]
            wanted = len(truth()["photographs"])
            comes_true(lambda: len(app.every("jobs", project_id=projects[0]["id"])) == wanted)
            Application(summary["app"]).log_in(**summary["users"]["admin"])
        finally:
            code = demo.stop()
        assert code == 0
        assert processes_of(folder) == []

    def test_a_second_start_is_quick_and_keeps_the_data_even_after_a_crash(self, folder: Path) -> None:
        if not (folder / "demo.json").exists():
            RunningDemo(folder).stop()  # this test alone, or before the other on its worker: there must be a first start
        before = json.loads((folder / "demo.json").read_text())
        demo = RunningDemo(folder)
        try:
            assert demo.summary["users"] == before["users"]
            assert demo.summary["toloka_token"] == before["toloka_token"]
            # 15 s on a machine that does nothing else; here it waits its turn among other tests.
            crowd = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
            assert demo.seconds < 15 * 1.5 * crowd, f"load {os.getloadavg()}"
        finally:
            demo.stop(signal.SIGKILL)
        comes_true(lambda: not processes_of(folder), said=lambda: processes_of(folder))

    def test_a_killed_worker_comes_back(self, folder: Path) -> None:
        demo = RunningDemo(folder)
        try:
            killed = [process for process in processes_of(folder) if "worker" in process.cmdline() and "-A" in process.cmdline()]
            for process in killed:
                process.kill()
            assert killed
            gone = {process.pid for process in killed}
            comes_true(lambda: any("worker" in process.cmdline() and process.pid not in gone for process in processes_of(folder)))
            comes_true(lambda: httpx.get(f"{demo.summary['app']}/readyz").status_code == 200)
        finally:
            # As a terminal sends it: to the launcher's whole process group, and again by somebody impatient.
            os.killpg(demo.process.pid, signal.SIGINT)
            time.sleep(0.5)
            os.killpg(demo.process.pid, signal.SIGINT)
            code = demo.process.wait(60)
        assert code == 0
        assert processes_of(folder) == []


STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
print(os.getpid(), child.pid, flush=True)
time.sleep(300)
"""
SUPERVISOR = """
import sys, time
from pathlib import Path
from cvatoloka.demo.supervisor import Supervisor
supervisor = Supervisor({"MEDIA_ROOT": sys.argv[1]}, Path(sys.argv[1]))
supervisor.commands["stubborn"] = sys.argv[2]
supervisor.start("stubborn")
time.sleep(300)
"""


@pytest.fixture
def killed_supervisor(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A supervisor of a process that ignores SIGTERM and has a child that does too; both are at work. The test kills the supervisor."""
    script = tmp_path / "stubborn.py"
    script.write_text(STUBBORN)
    process = subprocess.Popen([sys.executable, "-c", SUPERVISOR, str(tmp_path), f"{sys.executable} {script}"], cwd=ROOT)
    log = tmp_path / "logs" / "stubborn.log"
    wait_for("The stubborn process", lambda: log.is_file() and log.read_text(), 30)
    yield process
    process.kill()
    process.wait(5)
    end_leftovers(tmp_path)


def without_supervisor(folder: Path, supervisor: int) -> list[psutil.Process]:
    return [process for process in processes_of(folder) if process.pid != supervisor]


@pytest.mark.http
def test_children_that_ignore_being_asked_end_soon_after_their_supervisor_was_killed(
        tmp_path: Path, killed_supervisor: subprocess.Popen[bytes]) -> None:
    assert len(without_supervisor(tmp_path, killed_supervisor.pid)) == 3, "the process, its child, the keeper"
    killed_supervisor.kill()
    killed_supervisor.wait(5)
    wait_for("The end of every process", lambda: not processes_of(tmp_path), 20)


@pytest.mark.http
def test_the_next_start_ends_what_even_the_keeper_could_not(tmp_path: Path, killed_supervisor: subprocess.Popen[bytes]) -> None:
    keepers = [process for process in processes_of(tmp_path) if any(word.endswith("keeper.py") for word in process.cmdline())]
    assert len(keepers) == 1
    keepers[0].kill()
    killed_supervisor.kill()
    killed_supervisor.wait(5)
    time.sleep(1)
    assert len(processes_of(tmp_path)) == 2
    end_leftovers(tmp_path)
    wait_for("The end of every process", lambda: not processes_of(tmp_path), 5)
    assert not (tmp_path / "processes.json").exists()


@pytest.mark.unit
def test_a_process_number_that_now_is_a_strangers_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    try:
        (tmp_path / "processes.json").write_text(json.dumps([[stranger.pid, psutil.Process(stranger.pid).create_time() - 100]]))
        end_leftovers(tmp_path)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait(5)


@pytest.mark.http
def test_once_does_the_whole_main_job(tmp_path: Path, folder: Path) -> None:
    if (folder / "photos").is_dir():
        (tmp_path / "photos").symlink_to(folder / "photos")
    result = subprocess.run(command("--once", "--data", str(tmp_path)), cwd=ROOT, env=environment(), capture_output=True, text=True)
    summary = json.loads(result.stdout.splitlines()[-1])
    failed = [step for step in summary["steps"] if not step["ok"]]
    assert (result.returncode, summary["ok"], failed) == (0, True, []), result.stdout + result.stderr
    assert summary["jobs"] == len(truth()["photographs"])
    assert processes_of(tmp_path) == []


@pytest.mark.unit
def test_a_port_in_use_is_named_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert run_quietly(["--port", str(port), "--data", str(tmp_path)]) == 1
        assert run_quietly(["--sandbox-port", str(port), "--port", str(free_port()), "--data", str(tmp_path)]) == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first == f"bin/demo: Port {port} is in use: stop what listens there, or choose another one with --port."
    assert second.endswith("choose another one with --sandbox-port.")


@pytest.mark.unit
@pytest.mark.parametrize("error", [
    OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    DatabaseError('could not extend file "base/16384/17758": No space left on device\nHINT:  Check free disk space.'),
    DemoError("The sandbox's tables could not be made: No space left on device")])
def test_a_disk_that_becomes_full_is_one_sentence(
        error: Exception, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any, **options: Any) -> None:
        raise error

    monkeypatch.setattr("cvatoloka.demo.stack.Stack.start", full)
    assert run_quietly(["--port", str(free_port()), "--sandbox-port", str(free_port()), "--data", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"bin/demo: The disk is full: about 300 MB are needed in {tmp_path}.\n"


@pytest.mark.unit
@pytest.mark.parametrize("arguments", [[], ["--once"]])
def test_a_full_disk_is_noticed_before_anything_starts(
        arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cvatoloka.demo.room.free_bytes", lambda directory: 5 * 2**20)
    ports = [] if arguments else ["--port", str(free_port()), "--sandbox-port", str(free_port())]
    assert run_quietly([*arguments, *ports, "--data", str(tmp_path / "new")]) == 1
    assert capsys.readouterr().err.startswith("bin/demo: The disk is full: 5 MB are free for ")
    assert not (tmp_path / "new").exists()


@pytest.mark.unit
@pytest.mark.parametrize("arguments", [["--port", "0"], ["--port", "x"], ["--port", "70000"], ["--port", "8090"], ["--once", "--json"]])
def test_a_command_line_that_makes_no_sense_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        demo.parse(arguments)
    assert stopped.value.code == 2
    assert "bin/demo: error:" in capsys.readouterr().err


@pytest.mark.unit
def test_reset_deletes_everything_but_the_photographs(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.png").write_bytes(b"kept")
    (tmp_path / "media" / "tasks").mkdir(parents=True)
    (tmp_path / "demo.json").write_text("{}")
    demo._reset(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lock", "photos"]
    assert (tmp_path / "photos" / "a.png").read_bytes() == b"kept"


@pytest.mark.unit
def test_true_boxes_lie_inside_their_photographs_and_use_known_labels() -> None:
    known = truth()
    labels = {label["name"] for label in known["labels"]}
    for name, photograph in known["photographs"].items():
        assert photograph["shapes"], name
        for shape in photograph["shapes"]:
            left, top, right, bottom = shape["points"]
            assert 0 <= left < right <= photograph["width"] and 0 <= top < bottom <= photograph["height"], (name, shape)
            assert shape["label"] in labels, (name, shape)


def run_quietly(arguments: list[str]) -> int:
    """`main`, with the signal handlers of the test run put back afterwards."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    try:
        return demo.main(arguments)
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
