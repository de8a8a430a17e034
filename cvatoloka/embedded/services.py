"""Both servers over one data directory, and the environment that leads to them."""
import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from cryptography.fernet import Fernet

from cvatoloka.embedded.postgres import EmbeddedPostgres
from cvatoloka.embedded.processes import EmbeddedError
from cvatoloka.embedded.redis import EmbeddedRedis

# Everything a checkout keeps outside git: databases, frames, generated secrets.
DATA_DIR = Path(__file__).resolve().parents[2] / ".data"
APP_DATABASE = "cvatoloka"
SANDBOX_DATABASE = "sandbox"


def wanted(environment: Mapping[str, str]) -> bool:
    """Whether anything embedded is needed: not when the environment names both servers. One without the other is an error."""
    named = [name for name in ("DATABASE_URL", "REDIS_URL") if environment.get(name)]
    if len(named) == 1:
        missing = "REDIS_URL" if named == ["DATABASE_URL"] else "DATABASE_URL"
        raise EmbeddedError(
            f"{named[0]} is set and {missing} is not: set both to use your own servers, or neither to use the embedded ones.")
    return not named


class EmbeddedServices:
    """PostgreSQL (databases `cvatoloka` and `sandbox`) and Redis under `directory`, usable as a context manager.

    `environment` holds DATABASE_URL, SANDBOX_DATABASE_URL, REDIS_URL and the generated keys; the same is written to
    `directory`/embedded.env (mode 600), which `cvatoloka.settings` reads. Secrets are made once and kept. One owner at a time: a lock
    file names it, so whatever server still runs under the lock is a leftover and is ended.
    """

    def __init__(self, directory: Path, *, durable: bool = True) -> None:
        self.directory = directory.resolve()
        self.env_file = self.directory / "embedded.env"
        self._lock: IO[str] | None = None
        self._durable = durable
        self.environment: dict[str, str] = {}
        self.postgres = EmbeddedPostgres(self.directory / "postgres", durable=durable)
        self.redis: EmbeddedRedis | None = None

    def start(self) -> dict[str, str]:
        """Start both, make the databases, write the file. Whatever was started is stopped again if a later part fails."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            self._take_lock()
            secret = self._secrets()
            self.redis = EmbeddedRedis(self.directory / "redis", password=secret["REDIS_PASSWORD"], durable=self._durable)
            self.postgres.start()
            self.redis.start()
            for database in (APP_DATABASE, SANDBOX_DATABASE):
                self.postgres.ensure_database(database)
            self.environment = {
                "DATABASE_URL": self.postgres.url(APP_DATABASE), "SANDBOX_DATABASE_URL": self.postgres.url(SANDBOX_DATABASE),
                "REDIS_URL": self.redis.url(),
                **{name: secret[name] for name in ("SECRET_KEY", "SANDBOX_SECRET_KEY", "CREDENTIALS_KEYS")}}
            self._write_env(self.environment | {"REDIS_PASSWORD": secret["REDIS_PASSWORD"]})
        except OSError as error:
            self.stop()
            raise EmbeddedError(f"The embedded servers could not start in {self.directory}: {error.strerror or error}.") from error
        except BaseException:
            self.stop()
            raise
        return self.environment

    def stop(self) -> None:
        """Stop both and give up the lock. Harmless when nothing runs."""
        if self.redis is not None:
            self.redis.stop()
        self.postgres.stop()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the folder without starting anything, for somebody who changes its files. Servers left running are ended first."""
        self._take_lock()
        try:
            self.postgres.end_leftover()
            EmbeddedRedis(self.directory / "redis", password="").end_leftover()
            yield
        finally:
            self.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _take_lock(self) -> None:
        handle = open(self.directory / "lock", "a+")  # kept open: the lock lives as long as the handle
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            owner = handle.read().strip() or "unknown"
            handle.close()
            raise EmbeddedError(
                f"The servers in {self.directory} are already running under process {owner}: stop that one first.") from None
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n")
        handle.flush()
        self._lock = handle

    def _secrets(self) -> dict[str, str]:
        kept = read_env_file(self.env_file) if self.env_file.is_file() else {}
        return {
            "SECRET_KEY": kept.get("SECRET_KEY") or secrets.token_urlsafe(50),
            "SANDBOX_SECRET_KEY": kept.get("SANDBOX_SECRET_KEY") or secrets.token_urlsafe(50),
            "CREDENTIALS_KEYS": kept.get("CREDENTIALS_KEYS") or Fernet.generate_key().decode(),
            "REDIS_PASSWORD": kept.get("REDIS_PASSWORD") or secrets.token_urlsafe(24)}

    def _write_env(self, values: Mapping[str, str]) -> None:
        # Written beside and moved into place: a full disk must not cost the keys that decrypt stored API keys.
        fresh = self.env_file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            handle.write("# Written at every start by cvatoloka.embedded; the keys are kept. Real variables and .env win over it.\n")
            handle.writelines(f"{name}={value}\n" for name, value in values.items())
            handle.flush()
            os.fsync(handle.fileno())
        fresh.replace(self.env_file)


def read_env_file(path: Path) -> dict[str, str]:
    """NAME=value lines of a file that `_write_env` wrote."""
    lines = (line for line in path.read_text().splitlines() if "=" in line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)
