"""One private PostgreSQL and Redis per test run, and the settings of a test, all through the environment.

Everything happens before Django reads its settings. The run's first process (the only one, or the controller of pytest-xdist) starts the
servers in a temporary folder; parallel workers inherit the addresses. With DATABASE_URL and REDIS_URL set those servers are used.
"""
import os
import shutil
import tempfile
from pathlib import Path

import psutil
from cryptography.fernet import Fernet

from cvatoloka.embedded import EmbeddedServices, wanted

PREFIX = "cvatoloka-test-"
OWNER_FILE = "owner.pid"


def worker_number() -> int:
    """0 in an ordinary run, 1, 2, … in the parallel workers gw0, gw1, …"""
    name = os.environ.get("PYTEST_XDIST_WORKER", "")
    return int(name.removeprefix("gw")) + 1 if name else 0


def start(into: dict[str, str]) -> EmbeddedServices | None:
    """Start the servers if `into` (the process environment) names none, and put their addresses there."""
    if not wanted(into):
        return None
    sweep()
    directory = Path(tempfile.mkdtemp(prefix=PREFIX))
    (directory / OWNER_FILE).write_text(str(os.getpid()))
    services = EmbeddedServices(directory, durable=False)
    into.update(services.start())
    into["TEST_DIRECTORY"] = str(directory)
    return services


def stop(services: EmbeddedServices) -> None:
    """Stop the servers and remove their folder with everything the tests put under it."""
    services.stop()
    shutil.rmtree(services.directory, ignore_errors=True)


def configure(into: dict[str, str]) -> None:
    """The settings of a test process; a parallel worker gets its own Redis database, queue and folders."""
    number = worker_number()
    base = Path(into.get("TEST_DIRECTORY") or tempfile.mkdtemp(prefix=PREFIX)) / f"worker{number}"
    for folder in (base, base / "media", base / "static"):
        folder.mkdir(exist_ok=True)
    into.setdefault("SECRET_KEY", "a key for tests only, long enough to please the checks of the framework")
    into.setdefault("CREDENTIALS_KEYS", Fernet.generate_key().decode())
    address, _, database = into["REDIS_URL"].rpartition("/")
    into["REDIS_URL"] = f"{address}/{int(database or 0) + number}"
    into.update({
        "DJANGO_SETTINGS_MODULE": "cvatoloka.settings", "READ_ENV_FILES": "false", "DEBUG": "false", "PUBLIC_URL": "http://localhost:8000",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver", "MEDIA_ROOT": str(base / "media"), "STATIC_ROOT": str(base / "static"),
        "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage", "CELERY_QUEUE": f"tests{number}",
        "PASSWORD_HASHERS": "django.contrib.auth.hashers.MD5PasswordHasher", "EMAIL_URL": "memorymail://", "CONN_MAX_AGE": "0",
        "LOG_LEVEL": "WARNING", "SANDBOX_SECRET_KEY": into.get("SANDBOX_SECRET_KEY") or "a key of the sandbox for tests only, long enough",
        # Playwright's synchronous interface keeps an event loop in the thread of the tests, which Django takes for asynchronous code.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true"})


def sweep() -> None:
    """Remove the folders of earlier runs whose process is gone (killed before it could clean up; their servers died with it)."""
    for directory in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = directory / OWNER_FILE
        try:
            if owner.is_file() and not psutil.pid_exists(int(owner.read_text())):
                shutil.rmtree(directory, ignore_errors=True)
        except (OSError, ValueError):
            continue
