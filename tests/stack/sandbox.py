"""A real sandbox for tests: its own database, its own server process on a free port. The fixture `sandbox` is one for the whole run.

    with sandbox_server() as sandbox:
        requester = sandbox.create_requester()
        client = requester.client()
"""
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.stack.databases import beside, execute, migrated

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90


class Refused(Exception):
    """An answer of 400 or more; `status`, `code`, `payload` as the sandbox sent them."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        self.status, self.body = status, body
        self.code, self.payload = body.get("code"), body.get("payload")
        super().__init__(f"{status} {body}")


@dataclass
class Door:
    """JSON calls with one set of credentials."""

    url: str
    authorization: str = ""

    def call(self, method: str, path: str, body: Any = None, timeout: float = 60, data: bytes | None = None,
             media_type: str = "application/json") -> Any:
        """The parsed answer, None for an empty one. Raises Refused, or URLError/ConnectionError if the line broke.

        `body` goes as JSON; `data` as it is.
        """
        headers = {"Authorization": self.authorization} if self.authorization else {}
        if body is not None:
            data = json.dumps(body).encode()
        if data is not None:
            headers["Content-Type"] = media_type
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:
                text = response.read()
        except urllib.error.HTTPError as error:
            raise Refused(error.code, json.loads(error.read() or b"{}")) from None
        return json.loads(text) if text else None


@dataclass
class RequesterAccount(Door):
    """A requester with a token; `call` speaks to the requester API."""

    id: str = ""
    token: str = ""

    def client(self, **options: Any) -> Any:
        """A toloka-kit client. Its own retries are off unless asked for: tests want to see the first answer."""
        from toloka.client import TolokaClient

        return TolokaClient(self.token, url=self.url, **{"retries": 0, "timeout": 60.0, **options})


@dataclass
class TolokerAccount(Door):
    """A Toloker with a token and the few things he does."""

    id: str = ""
    token: str = ""

    def pools(self) -> list[str]:
        return [item["pool_id"] for item in self.call("GET", "/worker/v1/pools")["items"]]

    def take(self, pool_id: str) -> dict[str, Any]:
        return self.call("POST", f"/worker/v1/pools/{pool_id}/take")

    def submit(self, assignment_id: str, *values: dict[str, Any]) -> dict[str, Any]:
        """One dict of output values per task."""
        return self.call("POST", f"/worker/v1/assignments/{assignment_id}/submit", {"solutions": [{"output_values": v} for v in values]})

    def upload(self, assignment_id: str, data: bytes, name: str = "photo.jpg", media_type: str = "image/jpeg") -> dict[str, Any]:
        """A file for an answer; its `id` is what the answer says."""
        path = f"/worker/v1/assignments/{assignment_id}/attachments?{urlencode({'name': name})}"
        return self.call("POST", path, data=data, media_type=media_type)

    def skip(self, assignment_id: str) -> dict[str, Any]:
        return self.call("POST", f"/worker/v1/assignments/{assignment_id}/skip")

    def appeal(self, assignment_id: str, text: str) -> dict[str, Any]:
        return self.call("POST", f"/worker/v1/assignments/{assignment_id}/appeal", {"text": text})

    def account(self) -> dict[str, Any]:
        return self.call("GET", "/worker/v1/account")


@dataclass
class SandboxServer:
    """A running sandbox and its control API. `environment` is what its processes were started with."""

    url: str
    environment: dict[str, str]
    control: Door = field(init=False)

    def __post_init__(self) -> None:
        self.control = Door(self.url)

    @property
    def public_url(self) -> str:
        """The address a person's browser uses."""
        return self.environment["SANDBOX_PUBLIC_URL"]

    @property
    def frame_origin(self) -> str:
        """Where task pages are framed."""
        return self.environment["SANDBOX_FRAME_ORIGIN"]

    def create_requester(self, name: str = "Acme Labels", balance: str = "1000.00") -> RequesterAccount:
        made = self.control.call("POST", "/control/v1/requesters", {"name": name, "balance": balance})
        return RequesterAccount(self.url, f"OAuth {made['token']}", made["id"], made["token"])

    def create_toloker(self, name: str = "", profile: dict[str, Any] | None = None, **computed: Any) -> TolokerAccount:
        """Defaults of the Toloker API: an adult English speaker at a browser."""
        made = self.control.call("POST", "/worker/v1/tolokers", {"name": name, "profile": profile or {}, "computed": computed})
        return TolokerAccount(self.url, f"Toloker {made['token']}", made["id"], made["token"])

    def now(self) -> str:
        return self.control.call("GET", "/control/v1/clock")["now"]

    def advance(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0) -> str:
        """Move the sandbox's clock on; everything that falls due has happened when this returns."""
        total = seconds + minutes * 60 + hours * 3_600 + days * 86_400
        return self.control.call("POST", "/control/v1/clock/advance", {"seconds": total})["now"]

    def fault(self, path: str, effect: str, *, method: str = "*", times: int = 1, **more: Any) -> str:
        """Plan a fault: effect is status (status=503, code=), delay (seconds=), drop_before or drop_after."""
        body = {"method": method, "path": path, "effect": effect, "times": times, **more}
        return self.control.call("POST", "/control/v1/faults", body)["id"]

    def clear_faults(self) -> None:
        self.control.call("DELETE", "/control/v1/faults")

    def requests(self, path: str = "", method: str | None = None, since: str | None = None) -> list[dict[str, Any]]:
        """Requester-API calls so far whose path matches; dropped ones have status 0."""
        query = urlencode({name: value for name, value in (("path", path), ("since", since)) if value})
        items = self.control.call("GET", f"/control/v1/requests?{query}")["items"]
        return [item for item in items if method in (None, item["method"])]

    def changes(self, **narrowed: str) -> list[dict[str, Any]]:
        """Every change of an assignment's status, in order; `pool_id`, `assignment_id`. Exact even after SIGKILL of the sandbox."""
        found: list[dict[str, Any]] = []
        while True:
            query = urlencode({**narrowed, "id_gt": found[-1]["id"] if found else "0"})
            page = self.control.call("GET", f"/control/v1/assignment-changes?{query}")["items"]
            if not page:
                return found
            found += page

    def robots(self, count: int = 1, **config: Any) -> list[str]:
        """Simulated Tolokers; they work while a `robots` process runs (`sandbox.process("robots")`)."""
        return self.control.call("POST", "/control/v1/robots", {"count": count, **config})["ids"]

    def delete_robots(self) -> None:
        self.control.call("DELETE", "/control/v1/robots")

    @contextmanager
    def process(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """`python -m sandbox <arguments>` for as long as the block lasts."""
        started = subprocess.Popen([sys.executable, "-m", "sandbox", *arguments], cwd=ROOT, env=self.environment)
        try:
            yield started
        finally:
            _stop(started)

    def run(self, *arguments: str) -> str:
        """What `python -m sandbox <arguments>` printed; raises if it failed."""
        done = subprocess.run([sys.executable, "-m", "sandbox", *arguments], cwd=ROOT, env=self.environment, check=True,
                              capture_output=True, text=True, timeout=120)
        return done.stdout


@contextmanager
def sandbox_place(database_url: str | None = None, **settings: str) -> Iterator[SandboxServer]:
    """A new, empty database beside `database_url` (default: env DATABASE_URL), a folder and addresses; all of it goes away afterwards.
    Nobody serves it: whoever wants to starts processes with its `environment`, and kills them.

    `settings` are environment variables for its processes, e.g. SANDBOX_FEE_PERCENT="0".
    """
    base = database_url or os.environ["DATABASE_URL"]
    name = f"sandbox_{secrets.token_hex(6)}"
    template = migrated(base, "sandbox", (ROOT / "sandbox" / "migrations").glob("*.py"), _migrate)
    execute(base, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    port, uploads = free_port(), tempfile.mkdtemp(prefix="sandbox-files-")
    environment = {
        **os.environ, "SANDBOX_DATABASE_URL": beside(base, name), "SANDBOX_SECRET_KEY": "tests only",
        "SANDBOX_CONTROL": "1", "SANDBOX_PORT": str(port), "DJANGO_SETTINGS_MODULE": "sandbox.settings",
        "SANDBOX_PUBLIC_URL": f"http://localhost:{port}", "SANDBOX_FRAME_ORIGIN": f"http://tasks.localhost:{port}",
        "SANDBOX_URL": f"http://127.0.0.1:{port}", "PYTHONUNBUFFERED": "1", "SANDBOX_FILES": uploads, **settings}
    try:
        yield SandboxServer(f"http://127.0.0.1:{port}", environment)
    finally:
        execute(base, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        shutil.rmtree(uploads, ignore_errors=True)


@contextmanager
def sandbox_server(database_url: str | None = None, wait_path: str = "/control/v1/clock", **settings: str) -> Iterator[SandboxServer]:
    """A server in a `sandbox_place` of its own. `wait_path` is asked until something, even a refusal, answers."""
    with sandbox_place(database_url, **settings) as server, server.process("serve") as process:
        _wait_until_it_answers(server, wait_path, process)
        yield server


def _migrate(database_url: str) -> None:
    SandboxServer("", {**os.environ, "SANDBOX_DATABASE_URL": database_url, "SANDBOX_SECRET_KEY": "tests only"}).run("migrate")


@pytest.fixture(scope="session", name="sandbox")
def _sandbox() -> Iterator[SandboxServer]:
    """One sandbox for the run; each test makes its own requester and leaves the clock where it is."""
    with sandbox_server() as server:
        yield server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_answers(server: SandboxServer, path: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the sandbox ended with status {process.returncode} before it answered")
        with suppress(OSError):
            with suppress(Refused):
                server.control.call("GET", path)
            return
        time.sleep(0.1)
    raise RuntimeError(f"the sandbox did not answer within {START_SECONDS} s")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
