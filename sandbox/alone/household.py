"""A running sandbox with all that it needs: PostgreSQL, server, ticker, robots, a requester; from nothing to ready and back."""
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from sandbox.alone import crowd
from sandbox.alone.errors import AloneError
from sandbox.alone.kept import Kept, Lock
from sandbox.alone.options import ROOT
from sandbox.alone.postgres import Postgres
from sandbox.alone.processes import Process, last_line, spawn, stop, wait_until

PROCESSES = ("serve", "ticker", "robots")
READY_SECONDS = 120.0
# Pools stay open for longer than toloka-kit's streaming lags behind (60 s): otherwise it would miss their last answers.
GRACE_SECONDS = "90"
BALANCE = "10000.00"
# A process that ends is started again; one that keeps ending stops the sandbox.
_RESTARTS, _WINDOW_SECONDS = 5, 60.0


class Household:
    """`start` returns when everything answers; `url` and `token` are for requesters then. `stop` ends every process."""

    def __init__(self, folder: Path, port: int, say: Callable[[str], None]) -> None:
        self.folder, self.port = folder, port
        self.url, self.token = f"http://localhost:{port}", ""
        self._say = say
        self._lock, self._kept = Lock(folder), Kept(folder)
        self._postgres = Postgres(folder / "postgres")
        self._environment: dict[str, str] = {}
        self._running: dict[str, Process] = {}
        self._ends: dict[str, deque[float]] = {name: deque(maxlen=_RESTARTS) for name in PROCESSES}

    def start(self, robots: int | None, speed: float, *, reset: bool = False) -> None:
        """AloneError or OSError with a reason for a person. `robots` None: as many as last time."""
        self._lock.take()
        if reset:
            self._forget_everything()
        self._kept.put(url="")  # until it answers
        (self.folder / "logs").mkdir(exist_ok=True)
        self._say("Starting PostgreSQL ...")
        self._postgres.start()
        self._environment = self._make_environment()
        self._make_tables()
        self._say("Starting the sandbox ...")
        for name in PROCESSES:
            self._log(name).unlink(missing_ok=True)
            self._spawn(name)
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=60, trust_env=False) as http:
            wait_until(lambda: _answers(http), self._running["serve"], "The sandbox", self._log("serve"), READY_SECONDS)
            http.post("/control/v1/clock/speed", json={"speed": speed}).raise_for_status()
            self.token = self._requester(http)
            self.robots = self._crew(http, robots)
        self._kept.put(url=self.url)

    def watch(self) -> None:
        """Start again what ended. AloneError when a process ended more than a few times within a minute."""
        for name, process in list(self._running.items()):
            if process.poll() is None:
                continue
            now, ends = time.monotonic(), self._ends[name]
            if len(ends) == _RESTARTS and now - ends[0] < _WINDOW_SECONDS:
                raise AloneError(f"The sandbox's {name} keeps ending: {last_line(self._log(name))} (whole log: {self._log(name)})")
            ends.append(now)
            self._spawn(name)

    def stop(self) -> None:
        """The clock goes on at the ordinary pace while nobody is there."""
        try:
            if self.token:
                self._slow_down()
        finally:
            for name in reversed(list(self._running)):
                stop(self._running.pop(name))
            self._postgres.stop()
            self._lock.let_go()

    def _slow_down(self) -> None:
        try:
            httpx.post(f"http://127.0.0.1:{self.port}/control/v1/clock/speed", json={"speed": 1}, timeout=10, trust_env=False)
        except httpx.HTTPError as error:
            self._say(f"The clock could not be set back to its ordinary pace: {error}")

    def _log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def _spawn(self, name: str) -> None:
        self._running[name] = spawn([sys.executable, "-m", "sandbox", name], self._log(name), cwd=ROOT, env=self._environment)

    def _make_environment(self) -> dict[str, str]:
        """SANDBOX_... variables of whoever starts us count, but for those that decide where things are."""
        secret = self._kept.read().get("secret_key") or secrets.token_urlsafe(50)
        self._kept.put(secret_key=secret)
        inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        return {
            "SANDBOX_COMPLETION_GRACE_SECONDS": GRACE_SECONDS, **inherited, "READ_ENV_FILES": "false", "PYTHONUNBUFFERED": "1",
            "SANDBOX_DATABASE_URL": self._postgres.url, "SANDBOX_SECRET_KEY": secret, "SANDBOX_CONTROL": "true",
            "SANDBOX_HOST": "127.0.0.1", "SANDBOX_PORT": str(self.port), "SANDBOX_URL": f"http://127.0.0.1:{self.port}",
            "SANDBOX_PUBLIC_URL": self.url, "SANDBOX_FRAME_ORIGIN": f"http://tasks.localhost:{self.port}",
            "SANDBOX_FILES": str(self.folder / "files")}

    def _make_tables(self) -> None:
        """Migrations, unless these very ones have been done."""
        digest = hashlib.sha256()
        for path in sorted((ROOT / "sandbox" / "migrations").glob("*.py")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
        if self._kept.read().get("migrations") == digest.hexdigest():
            return
        self._say("Making the tables ...")
        done = subprocess.run([sys.executable, "-m", "sandbox", "migrate"], cwd=ROOT, env=self._environment, capture_output=True, text=True)
        if done.returncode:
            raise AloneError(f"The tables could not be made: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
        self._kept.put(migrations=digest.hexdigest())

    def _requester(self, http: httpx.Client) -> str:
        """The token of last time, if it is still good, else of a new requester with money."""
        token = self._kept.read().get("token")
        if token and http.get("/api/v1/requester", headers={"Authorization": f"OAuth {token}"}).is_success:
            return str(token)
        made = http.post("/control/v1/requesters", json={"name": "Requester", "balance": BALANCE}).raise_for_status().json()
        self._kept.put(token=made["token"])
        return str(made["token"])

    def _crew(self, http: httpx.Client, wanted: int | None) -> int:
        """Robots are kept with the data, so the same number are the same people. How many there are now."""
        had = int(self._kept.read().get("robots") or 0)
        if wanted is None or wanted == had:
            return had
        http.delete("/control/v1/robots").raise_for_status()
        if wanted:
            http.post("/control/v1/robots", json=[crowd.person(number) for number in range(wanted)]).raise_for_status()
        self._kept.put(robots=wanted)
        return wanted

    def _forget_everything(self) -> None:
        self._postgres.end_leftover()
        for path in self.folder.iterdir():
            if path.name == "lock":
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def _answers(http: httpx.Client) -> bool:
    try:
        return http.get("/control/v1/clock").is_success
    except httpx.TransportError:
        return False


def running(folder: Path) -> dict[str, Any] | None:
    """{"url", "token"} of the sandbox that runs over the folder; None if none does."""
    if not Lock(folder).is_held():
        return None
    kept = Kept(folder).read()
    if not kept.get("url") or not kept.get("token"):
        raise AloneError(f"A sandbox is just starting over {folder}: try again in a moment.")
    return {"url": kept["url"], "token": kept["token"]}
