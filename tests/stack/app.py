"""The whole application over real HTTP: granian, a Celery worker and a database of its own, started once a run."""
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from cvatoloka.embedded.processes import free_port, last_line, spawn, stop
from tests.stack.databases import beside, execute, migrated, url_of
from tests.stack.worker import ROOT, CeleryWorker

START_SECONDS = 60.0


class Application:
    """An installation over one environment, whoever runs its processes. `url` has no final slash."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.url = environment["PUBLIC_URL"]
        self.environment = dict(environment)

    def manage(self, *arguments: str) -> str:
        """Output of a management command. RuntimeError with its error output when it fails."""
        result = subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True)
        if result.returncode:
            raise RuntimeError(f"manage.py {arguments[0]} failed: {result.stderr[-2000:]}")
        return result.stdout

    def create_user(self, username: str, password: str) -> None:
        """A user of the application, who signs up as anybody does. AssertionError when the form is refused."""
        with httpx.Client(base_url=self.url, timeout=30) as http:
            http.get("/signup").raise_for_status()
            answer = http.post("/signup", data={
                "username": username, "email": f"{username}@example.org", "password1": password, "password2": password,
                "csrfmiddlewaretoken": http.cookies["csrftoken"]})
            assert answer.status_code == 302, answer.text

    def prepare(self) -> None:
        """Collect static files; the database comes migrated (`fresh_database`)."""
        self.manage("collectstatic", "--noinput", "--verbosity", "0")


class AppServer(Application):
    """A running application; `worker` can be killed and started; `manage` runs a command on its database."""

    def __init__(self, environment: Mapping[str, str], port: int, folder: Path) -> None:
        super().__init__({**os.environ, **environment})
        self.port = port
        self.log = folder / "web.log"
        self.folder = folder
        self.worker = CeleryWorker(environment, folder / "worker.log")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Collect static files, start web server and worker; return when both are ready."""
        self.prepare()
        self._process = spawn(
            [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1",
             "--blocking-threads", "4", "cvatoloka.wsgi:application"], log=self.log, env=self.environment, cwd=ROOT)
        self.worker.start()
        end = time.monotonic() + START_SECONDS
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"The application did not become ready: {last_line(self.log)} (whole log: {self.log})")
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop worker and web server."""
        self.worker.stop()
        if self._process is not None:
            stop(self._process, signal.SIGTERM, 15.0)

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False


def template(parameters: Mapping[str, Any]) -> str:
    """The name of a database with the application's tables and nothing else, to be copied, beside the test's own."""
    rooms = [path for room in ("annotation", "crowdsourcing") for path in (ROOT / room / "migrations").glob("*.py")]
    # The lock names the versions of the other applications.
    return migrated(url_of({**parameters, "NAME": "postgres"}), "application", [*rooms, ROOT / "requirements.lock"], _migrate)


def _migrate(url: str) -> None:
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": url}, check=True)


def fresh_database(parameters: Mapping[str, Any], name: str) -> str:
    """DATABASE_URL of a new database beside the test's own, migrated and empty; one of that name is dropped first."""
    server = url_of({**parameters, "NAME": "postgres"})
    execute(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}" TEMPLATE "{template(parameters)}"')
    return beside(server, name)


@pytest.fixture(scope="session")
def app_port() -> int:
    """The port the application will listen on; known before it starts, so that a sandbox can be told."""
    return free_port()


@pytest.fixture(scope="session")
def app_environment(app_port: int, sandbox_server: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Settings of the application under journeys: as a deployment has them, on localhost, with the run's sandbox as its crowd."""
    from django.conf import settings

    from tests.stack.services import worker_number

    folder = tmp_path_factory.mktemp("app")
    for name in ("media", "share"):
        (folder / name).mkdir()
    address, _, database = settings.REDIS_URL.rpartition("/")
    return {
        "DATABASE_URL": fresh_database(settings.DATABASES["default"], f"journeys_{worker_number()}"),
        "REDIS_URL": f"{address}/{int(database) + 20}", "CELERY_QUEUE": f"journeys{worker_number()}",
        "PUBLIC_URL": f"http://localhost:{app_port}", "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "MEDIA_ROOT": str(folder / "media"), "STATIC_ROOT": str(folder / "static"),
        "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
        "SANDBOX_URL": sandbox_server.url, "SANDBOX_PUBLIC_URL": sandbox_server.public_url,
        "EDITOR_FRAME_ANCESTORS": f"{sandbox_server.public_url},{sandbox_server.frame_origin}",
        "SHARE_ROOT": str(folder / "share"), "INGEST_ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
        "TEST_FOLDER": str(folder)}


@pytest.fixture(scope="session")
def app_server(app_environment: dict[str, str], app_port: int) -> Iterator[AppServer]:
    """The running application, its database empty but for what journeys put there: they use names of their own."""
    server = AppServer(app_environment, app_port, Path(app_environment["TEST_FOLDER"]))
    try:
        server.start()
        yield server
    finally:
        server.stop()
