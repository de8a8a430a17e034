"""A real Celery worker process on the test database."""
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import redis

from cvatoloka.embedded.processes import kill_group, last_line, spawn, stop

START_SECONDS = 40.0
ROOT = Path(__file__).resolve().parents[2]


class CeleryWorker:
    """One worker process. `kill()` is SIGKILL to it and its children, as a crashed machine would; `start()` brings a new one."""

    def __init__(self, environment: Mapping[str, str], log: Path, *, pool: str = "threads", concurrency: int = 2) -> None:
        # The log says when it is ready, at INFO.
        self.environment = {**os.environ, **environment, "LOG_LEVEL": "INFO"}
        self.log = log
        self.command = [sys.executable, "-m", "celery", "-A", "cvatoloka", "worker", "--pool", pool, "--concurrency", str(concurrency),
                        "--without-gossip", "--without-mingle", "-Q", self.environment["CELERY_QUEUE"]]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it takes tasks. RuntimeError with the log's last line when it does not."""
        seen = self.log.stat().st_size if self.log.exists() else 0
        self.process = spawn(self.command, log=self.log, env=self.environment, cwd=ROOT)
        end = time.monotonic() + START_SECONDS
        while not (self.log.exists() and b" ready." in self.log.read_bytes()[seen:]):
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"The Celery worker did not start: {last_line(self.log)} (whole log: {self.log})")
            time.sleep(0.1)

    @property
    def pid(self) -> int:
        """Process id of the worker's main process."""
        assert self.process is not None
        return self.process.pid

    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """SIGKILL, no farewell."""
        assert self.process is not None
        kill_group(self.process.pid)
        self.process.wait(5)

    def stop(self) -> None:
        """Warm shutdown: running tasks end first."""
        if self.process is not None:
            stop(self.process, signal.SIGTERM, 20.0)

    def wait_idle(self, seconds: float = 30.0) -> None:
        """Wait until no task waits or runs. TimeoutError after `seconds`."""
        client = redis.Redis.from_url(self.environment["REDIS_URL"])
        end = time.monotonic() + seconds
        try:
            while client.llen(self.environment["CELERY_QUEUE"]) or client.hlen("unacked"):
                if time.monotonic() > end:
                    raise TimeoutError(f"The worker is still busy after {seconds:.0f} s: {last_line(self.log)}")
                time.sleep(0.05)
        finally:
            client.close()


@pytest.fixture
def celery_worker_process(transactional_db: None, redis_url: str, tmp_path: Path) -> Iterator[CeleryWorker]:
    """A running worker on the test's database and queue, for this test alone.

    A worker that lived on would carry out what later tests only put on the queue: with the real platform behind it, and beside the test's
    own thread.
    """
    from django.db import connection

    from tests.stack.databases import url_of

    worker = CeleryWorker({"DATABASE_URL": url_of(connection.settings_dict)}, tmp_path / "worker.log")
    try:
        worker.start()
        yield worker
        if worker.alive():
            # Tables are emptied after the test: a task still at work would wait on them, and they on it.
            worker.wait_idle()
    finally:
        worker.stop()
