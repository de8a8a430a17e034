"""The demo's processes: the Procfile's commands, each with a log of its own, none of which outlives the demo."""
import json
import shlex
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil
from honcho.environ import parse_procfile

from cvatoloka.demo import keeper
from cvatoloka.demo.errors import DemoError
from cvatoloka.embedded.processes import kill_group, last_line, spawn

ROOT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 8.0
# A process that ends is started again; one that keeps ending stops the demo.
RESTARTS = 5
RESTART_WINDOW_SECONDS = 60.0


class Supervisor:
    """Starts, watches and stops the processes. A keeper ends them when the demo is killed; the next start does when that one was too."""

    def __init__(self, environment: Mapping[str, str], directory: Path) -> None:
        self.environment = dict(environment)
        self.logs = directory / "logs"
        self.directory = directory
        self.commands = parse_procfile((ROOT / "Procfile").read_text()).processes
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._ends: dict[str, deque[float]] = {}
        self._groups: dict[int, float] = {}
        self._keeper: subprocess.Popen[bytes] | None = None

    def start(self, *names: str) -> None:
        """Start the Procfile's commands of those names, logs emptied."""
        self.logs.mkdir(parents=True, exist_ok=True)
        for name in names:
            self.log(name).unlink(missing_ok=True)
            self._spawn(name)

    def log(self, name: str) -> Path:
        """The log of a process."""
        return self.logs / f"{name}.log"

    def watch(self) -> None:
        """Start again what ended. DemoError when a process ended more than RESTARTS times within RESTART_WINDOW_SECONDS."""
        for name, process in list(self.running.items()):
            if process.poll() is None:
                continue
            ends = self._ends.setdefault(name, deque(maxlen=RESTARTS))
            now = time.monotonic()
            if len(ends) == RESTARTS and now - ends[0] < RESTART_WINDOW_SECONDS:
                raise DemoError(f"The process {name} keeps ending: {last_line(self.log(name))} (whole log: {self.log(name)})")
            ends.append(now)
            kill_group(process.pid)  # what a killed main process left of its children
            self._spawn(name)

    def wait_until(self, ready: Callable[[], bool], what: str, name: str, seconds: float) -> None:
        """Poll `ready`. DemoError with the last line of `name`'s log when its process ended or time is up."""
        end = time.monotonic() + seconds
        while not ready():
            ended = self.running[name].poll() is not None
            if ended or time.monotonic() > end:
                how = "ended while starting" if ended else f"did not answer within {seconds:.0f} s"
                raise DemoError(f"{what} {how}: {last_line(self.log(name))} (whole log: {self.log(name)})")
            time.sleep(0.1)

    def stop(self) -> None:
        """Ask all at once, wait, kill what is left with its children."""
        for process in self.running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        end = time.monotonic() + STOP_SECONDS
        for process in self.running.values():
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                kill_group(process.pid)
                process.wait(5)
            kill_group(process.pid)
        self.running.clear()
        if self._keeper is not None:
            self._keeper.communicate()  # closes the pipe, upon which it ends
            self._keeper = None
        record(self.directory).unlink(missing_ok=True)

    def _spawn(self, name: str) -> None:
        self.running[name] = spawn(shlex.split(self.commands[name]), log=self.log(name), env=self.environment, cwd=ROOT)
        process = self.running[name]
        self._remember(process.pid, psutil.Process(process.pid).create_time())

    def _remember(self, pid: int, created: float) -> None:
        """Tell the next start (in a file) and the keeper (now) of a process group. A keeper that ended is replaced and told everything."""
        self._groups[pid] = created
        fresh = record(self.directory).with_suffix(".new")
        fresh.write_text(json.dumps(list(self._groups.items())))
        fresh.replace(record(self.directory))
        news = {pid: created}
        if self._keeper is None or self._keeper.poll() is not None:
            # No death signal: it is there for the time after our death.
            self._keeper = spawn([sys.executable, "-I", keeper.__file__, str(self.directory)], log=self.log("keeper"), death_signal=0,
                                 env=self.environment, cwd=ROOT, stdin=subprocess.PIPE)
            news = self._groups
        assert self._keeper.stdin is not None
        self._keeper.stdin.writelines(f"{json.dumps(group)}\n".encode() for group in news.items())
        self._keeper.stdin.flush()


def record(directory: Path) -> Path:
    """Where a supervisor notes its process groups: [[pid, Unix time of its start], ...]."""
    return directory / "processes.json"


def end_leftovers(directory: Path) -> None:
    """Kill the process groups that a demo which was killed left over `directory`."""
    path = record(directory)
    if not path.is_file():
        return
    for pid, created in json.loads(path.read_text()):
        keeper.kill(pid, created)
    path.unlink()
