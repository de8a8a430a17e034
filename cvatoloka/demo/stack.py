"""A running demo: servers, processes, people, sample; from nothing to ready and back to nothing."""
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import django
import httpx

from cvatoloka.demo import accounts, photographs, sample
from cvatoloka.demo.addresses import Addresses, environment
from cvatoloka.demo.errors import DemoError
from cvatoloka.demo.kept import Kept
from cvatoloka.demo.progress import Progress
from cvatoloka.demo.supervisor import ROOT, Supervisor, end_leftovers
from cvatoloka.embedded import EmbeddedServices, wanted
from cvatoloka.embedded.processes import die_with_parent

# Generous: the first start may share a small machine with much else.
READY_SECONDS = 180.0
SANDBOX_PROCESSES = ("sandbox", "sandbox-ticker", "sandbox-robots")
OWN_SERVERS_NEED = ("SECRET_KEY", "CREDENTIALS_KEYS", "SANDBOX_DATABASE_URL", "SANDBOX_SECRET_KEY")


class Stack:
    """Everything a demo runs, over one data directory. `start()` returns the summary that --json prints; `stop()` ends every process."""

    def __init__(self, addresses: Addresses, directory: Path, progress: Progress, *, photographs_directory: Path) -> None:
        self.addresses = addresses
        self.directory = directory
        self.progress = progress
        self.photographs_directory = photographs_directory
        self.photographs: list[Path] = []
        self.services = EmbeddedServices(directory)
        self.supervisor: Supervisor | None = None
        self.kept = Kept(directory)

    def start(self, *, with_sample: bool) -> dict[str, Any]:
        """{"app", "sandbox", "toloka_token", "users"}, once everything answers. EmbeddedError, DemoError or OSError when it cannot."""
        servers = self._start_servers()
        variables = environment(self.addresses, servers, self.directory)
        # This process is a part of the application too: accounts, sample. The sandbox's processes have settings of their own.
        os.environ.update(variables | {"DJANGO_SETTINGS_MODULE": "cvatoloka.settings"})
        end_leftovers(self.directory)
        self.supervisor = Supervisor(variables, self.directory)
        with photographs.fetching(self.photographs_directory) as fetched:
            if not (servers and self._tables_are_current()):
                with self.progress.step("tables of the application and the sandbox"):
                    self._make_tables(variables)
            # What the person waits for is mostly Python reading its modules: on all processors at once, this process's too.
            with self.progress.step("web server, worker, scheduler and sandbox"):
                self.supervisor.start(*SANDBOX_PROCESSES, "worker", "beat")
                django.setup()
                collect_static(self.directory)
                self.supervisor.start("web")
                self._wait()
            with self.progress.step("photographs for the sample"):
                self.photographs = fetched()
        return self._populate(with_sample)

    def stop(self) -> None:
        """End the processes, then the servers under them. A second Ctrl-C does not interrupt it: it is bounded in time."""
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, signal.SIG_IGN)
        self.progress.say("Stopping ...")
        if self.supervisor is not None:
            self.supervisor.stop()
        self.services.stop()

    def _start_servers(self) -> Mapping[str, str]:
        if not wanted(os.environ):
            self.progress.say("  using the PostgreSQL and Redis of DATABASE_URL and REDIS_URL")
            missing = [name for name in OWN_SERVERS_NEED if not os.environ.get(name)]
            if missing:
                raise DemoError(f"With DATABASE_URL and REDIS_URL set, {' and '.join(missing)} must be set too (see .env.example).")
            self.directory.mkdir(parents=True, exist_ok=True)
            return {}
        with self.progress.step("PostgreSQL and Redis"):
            return self.services.start()

    @property
    def _tables_stamp(self) -> Path:
        return self.directory / "migrated.sha256"

    def _tables_are_current(self) -> bool:
        """Whether no migration file changed since the last migration. Only of databases that nobody but a demo migrates."""
        return self._tables_stamp.is_file() and self._tables_stamp.read_text() == migrations_digest()

    def _make_tables(self, variables: Mapping[str, str]) -> None:
        self._tables_stamp.unlink(missing_ok=True)
        with _migrating_sandbox(variables):
            django.setup()
            _migrate()
        self._tables_stamp.write_text(migrations_digest())

    def _wait(self) -> None:
        assert self.supervisor is not None
        web = f"http://127.0.0.1:{self.addresses.port}"
        # One client: making one reads the system's certificates, for longer than an answer takes.
        with httpx.Client(timeout=5, trust_env=False) as client:
            for url, what, name in ((f"{self.addresses.sandbox_api}/control/v1/clock", "The sandbox", "sandbox"),
                                    (f"{web}/healthz", "The web server", "web"), (f"{web}/readyz", "The Celery worker", "worker")):
                self.supervisor.wait_until(partial(answers, client, url), what, name, READY_SECONDS)

    def _populate(self, with_sample: bool) -> dict[str, Any]:
        with self.progress.step("accounts" + (" and the sample project" if with_sample else "")):
            users = accounts.ensure_users(self.kept)
            token = accounts.ensure_toloka_token(self.addresses, self.kept)
            if with_sample:
                sample.ensure_sample(accounts.user_named("requester"), self.photographs)
        return {"app": self.addresses.app, "sandbox": self.addresses.sandbox, "toloka_token": token, "users": users}


def answers(client: httpx.Client, url: str) -> bool:
    """Whether a GET is answered with success."""
    try:
        return client.get(url).is_success
    except httpx.TransportError:
        return False


@contextmanager
def _migrating_sandbox(variables: Mapping[str, str]) -> Iterator[None]:
    """The sandbox's tables are made meanwhile, and are there afterwards. DemoError with the reason when they could not be made."""
    # In a process of its own: the sandbox has other settings, and shares nothing with the application.
    command = [sys.executable, "-m", "sandbox", "migrate"]
    with subprocess.Popen(command, cwd=ROOT, env=dict(variables), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, start_new_session=True,
                          preexec_fn=die_with_parent(signal.SIGKILL)) as process:
        try:
            yield
            errors = process.communicate()[1]
        finally:
            process.kill()
    if process.returncode:
        raise DemoError(f"The sandbox's tables could not be made: {(errors.strip().splitlines() or ['no reason given'])[-1]}")


def migrations_digest() -> str:
    """SHA-256 over our migrations and the lock file, which stands for those of the packages."""
    digest = hashlib.sha256()
    for path in [ROOT / "requirements.lock", *sorted(ROOT.glob("*/migrations/*.py"))]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def collect_static(directory: Path) -> None:
    """Collect, hash and compress the static files, unless nothing changed since the last time."""
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            state = os.stat(storage.path(path))
            digest.update(f"{path}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    stamp = directory / "static.sha256"
    if stamp.is_file() and stamp.read_text() == digest.hexdigest():
        return
    stamp.unlink(missing_ok=True)
    shutil.rmtree(directory / "static", ignore_errors=True)
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(digest.hexdigest())


