"""The whole product under its own supervisor, as bin/demo runs it, for tests that kill parts of it. PostgreSQL stays, all else may die."""
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from cvatoloka.demo.addresses import Addresses, environment
from cvatoloka.demo.supervisor import Supervisor
from cvatoloka.embedded.processes import free_port, kill_group, last_line
from cvatoloka.embedded.redis import EmbeddedRedis
from tests.stack.app import Application, fresh_database
from tests.stack.sandbox import Refused, SandboxServer, sandbox_place

# What dies together: the sandbox is three processes of one container.
VICTIMS = {"web": ("web",), "worker": ("worker",), "beat": ("beat",), "redis": ("redis",),
           "sandbox": ("sandbox", "sandbox-ticker", "sandbox-robots")}
EVERYTHING = "everything"
# How long a process may take to come back on a busy machine; nothing waits so long where all is well.
READY_SECONDS = 180.0
# Not for a deployment: the run's own settings, and the tests' way of speeding things up.
_LEFT_OUT = ("CONN_MAX_AGE", "DATABASE_URL", "REDIS_URL", "LOG_LEVEL", "TEST_DIRECTORY", "DJANGO_ALLOW_ASYNC_UNSAFE")
_WORDS = {"worker": b" ready.", "beat": b"beat: Starting", "sandbox-robots": b"Robots work at"}


@dataclass
class Mortal:
    """A running installation. `kill` is SIGKILL to one of VICTIMS, or to EVERYTHING at once, after which the supervisor starts it again."""

    app: Application
    sandbox: SandboxServer
    redis: EmbeddedRedis
    supervisor: Supervisor
    folder: Path
    killed: list[str] = field(default_factory=list)

    def start(self) -> None:
        names = [name for names in VICTIMS.values() for name in names if name != "redis"]
        self.supervisor.start(*names)
        self._wait(names, dict.fromkeys(names, 0))

    def assert_alive(self) -> None:
        """Whoever was not killed outlives those who were."""
        for name, process in self.supervisor.running.items():
            assert process.poll() is None, f"{name} ended by itself: {self._last(name)}"

    def kill(self, victim: str) -> None:
        """The same command on the same data and port; returns when what was killed is at work again. AssertionError when it is not."""
        names = [name for group in VICTIMS.values() for name in group] if victim == EVERYTHING else list(VICTIMS[victim])
        seen = {name: self.supervisor.log(name).stat().st_size for name in names if name != "redis"}
        self.assert_alive()
        for name in names:
            process = self.redis.process if name == "redis" else self.supervisor.running[name]
            assert process is not None
            kill_group(process.pid)
        self.killed.append(victim)
        if "redis" in names:
            self._bring_redis_back()
        for name in seen:
            self.supervisor.running[name].wait(10)
        self.supervisor.watch()
        self._wait(list(seen), seen)

    def stop(self) -> None:
        self.supervisor.stop()
        self.redis.stop()

    def _bring_redis_back(self) -> None:
        assert self.redis.process is not None
        self.redis.process.wait(10)
        port = self.redis.port
        self.redis.start()
        assert self.redis.port == port, "Redis is back where everybody looks for it"

    def _wait(self, names: list[str], seen: dict[str, int]) -> None:
        end = time.monotonic() + READY_SECONDS
        for name in names:
            while not self._is_ready(name, seen[name]):
                assert self.supervisor.running[name].poll() is None, f"{name} ended while starting: {self._last(name)}"
                assert time.monotonic() < end, f"{name} is not ready after {READY_SECONDS:.0f} s: {self._last(name)}"
                time.sleep(0.05)

    def _is_ready(self, name: str, seen: int) -> bool:
        if name == "web":
            return self._web_answers()
        if name == "sandbox":
            return self._sandbox_answers()
        log = self.supervisor.log(name)
        return name not in _WORDS or (log.exists() and _WORDS[name] in log.read_bytes()[seen:])

    def _web_answers(self) -> bool:
        try:
            return httpx.get(f"{self.app.url}/healthz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def _sandbox_answers(self) -> bool:
        try:
            self.sandbox.now()
        except (OSError, Refused):
            return False
        return True

    def _last(self, name: str) -> str:
        return last_line(self.redis.log if name == "redis" else self.supervisor.log(name))


@contextlib.contextmanager
def mortal(folder: Path, database: str, **settings: str) -> Iterator[Mortal]:
    """Everything runs, and ends with the block. `settings`: variables of all its processes. Redis saves as bin/demo's does."""
    from django.conf import settings as ours

    server = EmbeddedRedis(folder / "redis", password="mortal")
    server.start()
    with contextlib.ExitStack() as stack:
        stack.callback(server.stop)
        sandbox = stack.enter_context(sandbox_place())
        variables = _environment(folder, sandbox, server, fresh_database(ours.DATABASES["default"], database)) | settings
        app = Application(variables)
        app.prepare()
        house = Mortal(app, sandbox, server, Supervisor(variables, folder), folder)
        stack.callback(house.stop)
        house.start()
        yield house


def _environment(folder: Path, sandbox: SandboxServer, server: EmbeddedRedis, database_url: str) -> dict[str, str]:
    for name in ("media", "share"):
        (folder / name).mkdir()
    addresses = Addresses(free_port(), int(sandbox.environment["SANDBOX_PORT"]))
    services = {"DATABASE_URL": database_url, "REDIS_URL": server.url(), "SHARE_ROOT": str(folder / "share"),
                "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage", "CELERY_QUEUE": "mortal"}
    inherited = {name: value for name, value in environment(addresses, {}, folder).items() if name not in _LEFT_OUT}
    theirs = {name: sandbox.environment[name] for name in ("SANDBOX_DATABASE_URL", "SANDBOX_SECRET_KEY", "SANDBOX_FILES")}
    return {**inherited, **services, **theirs}
