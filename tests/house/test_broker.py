"""Redis dies under a worker that has work in its hands, and comes back."""
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis
from celery import Celery
from django.db import connection

from cvatoloka.embedded.redis import EmbeddedRedis
from tests.stack.databases import url_of
from tests.stack.worker import CeleryWorker

QUEUE = "broken"
SECONDS = 60.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    made = EmbeddedRedis(tmp_path / "redis", password="broken", durable=False)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def worker(server: EmbeddedRedis, transactional_db: None, tmp_path: Path) -> Iterator[CeleryWorker]:
    environment = {"DATABASE_URL": url_of(connection.settings_dict), "REDIS_URL": server.url(), "CELERY_QUEUE": QUEUE}
    made = CeleryWorker(environment, tmp_path / "worker.log", pool="prefork", concurrency=1)
    made.start()
    yield made
    made.stop()


def until(worker: CeleryWorker, happened: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not happened():
        assert worker.alive(), f"the worker ended: {worker.log.read_text()[-2000:]}"
        assert time.monotonic() < end, worker.log.read_text()[-2000:]
        time.sleep(0.1)


def send(server: EmbeddedRedis, **options: Any) -> None:
    with Celery(broker=server.url(), set_as_current=False) as bell:
        bell.send_task("crowdsourcing.tasks.forget_webhook_events", queue=QUEUE, **options)


@contextmanager
def held_up() -> Iterator[None]:
    """The task waits for its table as long as the block lasts."""
    with closing(psycopg2.connect(url_of(connection.settings_dict))) as other, other, other.cursor() as cursor:
        cursor.execute("LOCK TABLE crowdsourcing_webhookevent IN ACCESS EXCLUSIVE MODE")
        yield


@pytest.mark.services
def test_a_worker_outlives_its_redis_with_messages_in_its_hands(server: EmbeddedRedis, worker: CeleryWorker) -> None:
    def log() -> str:
        return worker.log.read_text()

    with held_up():
        # One is not due for long, the other is at work; neither is acknowledged.
        send(server, countdown=3_600)
        send(server)
        with redis.Redis.from_url(server.url()) as client:
            until(worker, lambda: client.hlen("unacked") == 2)
        assert server.process is not None
        server.process.kill()
        server.process.wait()
        until(worker, lambda: "Connection to broker lost" in log())
        server.start()
        until(worker, lambda: log().count("Connected to redis") > 1)
    until(worker, lambda: log().count(" succeeded in ") == 1)
    send(server)
    until(worker, lambda: log().count(" succeeded in ") == 2)
