"""The demo's processes: the Procfile's commands, each with a log of its own, none of which outlives the demo."""
import json
import shlex
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil
from honcho.environ import parse_procfile

from cvatoloka.demo.errors import DemoError
from cvatoloka.embedded.processes import kill_group, last_line, spawn

ROOT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 10.0
# A process that ends is started again; one that keeps ending stops the demo.
RESTARTS = 5
RESTART_WINDOW_SECONDS = 60.0


class Supervisor:
    """Starts, watches and stops the processes. `directory`/processes.json names them, so that a killed demo's are found again."""

    def __init__(self, environment: Mapping[str, str], directory: Path) -> None:
        self.environment = dict(environment)
        self.logs = directory / "logs"
        self.record = directory / "processes.json"
        self.commands = parse_procfile((ROOT / "Procfile").read_text()).processes
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._ends: dict[str, deque[float]] = {}

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
        self.record.unlink(missing_ok=True)

    def end_leftovers(self) -> None:
        """Kill the process groups an earlier, killed demo left. A number that now belongs to a younger process is left alone."""
        if not self.record.is_file():
            return
        for pid, created in json.loads(self.record.read_text()):
            try:
                if abs(psutil.Process(pid).create_time() - created) < 1:
                    kill_group(pid)
            except psutil.NoSuchProcess:
                kill_group(pid)  # the leader is gone, children may be left in its group
        self.record.unlink(missing_ok=True)

    def _spawn(self, name: str) -> None:
        self.running[name] = spawn(shlex.split(self.commands[name]), log=self.log(name), env=self.environment, cwd=ROOT)
        known = [(process.pid, psutil.Process(process.pid).create_time()) for process in self.running.values() if process.poll() is None]
        self.record.write_text(json.dumps(known))
