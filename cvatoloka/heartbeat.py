"""Signs of life of the Celery workers and of the scheduler, in Redis. /readyz and the containers' health checks read them.

One sorted set per queue and kind: member = the process's name, score = Unix time in seconds of its last beat. The beat is sent by the
process's own event loop, so one whose loop hangs stops beating; a killed one is forgotten after MAX_AGE_SECONDS.
"""
import logging
import time
from typing import Any

import redis
from celery import bootsteps
from django.conf import settings

logger = logging.getLogger(__name__)
INTERVAL_SECONDS = 5.0
MAX_AGE_SECONDS = 20.0


WORKER = "worker"
SCHEDULER = "scheduler"


def key(kind: str = WORKER) -> str:
    """Named after the queue: several installations may share one Redis."""
    return f"{settings.CELERY_TASK_DEFAULT_QUEUE}:{kind}-heartbeats"


def client() -> "redis.Redis":
    """A client that gives up after two seconds: a probe must answer, not wait."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2)


def beat(name: str, kind: str = WORKER) -> None:
    """Record that the process is alive now, and forget those that have long been silent. A Redis that is away is logged, not raised."""
    now = time.time()
    try:
        with client() as connection:
            connection.zadd(key(kind), {name: now})
            connection.zremrangebyscore(key(kind), "-inf", now - 100 * MAX_AGE_SECONDS)
    except redis.exceptions.RedisError as error:
        logger.warning("The heartbeat of %s was not written: %s", name, error)


def forget(name: str, kind: str = WORKER) -> None:
    """The process ends on purpose."""
    try:
        with client() as connection:
            connection.zrem(key(kind), name)
    except redis.exceptions.RedisError as error:
        logger.warning("The heartbeat of %s was not removed: %s", name, error)


def alive(kind: str = WORKER) -> list[str]:
    """Names of the processes that beat within MAX_AGE_SECONDS. Raises redis.exceptions.RedisError."""
    with client() as connection:
        members = connection.zrangebyscore(key(kind), time.time() - MAX_AGE_SECONDS, "+inf")
    return sorted(member.decode() for member in members)


class HeartbeatStep(bootsteps.StartStopStep):
    """Part of the worker: beats on start, then every INTERVAL_SECONDS on the worker's timer."""

    requires = {"celery.worker.components:Timer"}

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        self.timer_entry: Any = None
        super().__init__(parent, **kwargs)

    def start(self, parent: Any) -> None:
        beat(parent.hostname)
        self.timer_entry = parent.timer.call_repeatedly(INTERVAL_SECONDS, beat, (parent.hostname,), priority=10)

    def stop(self, parent: Any) -> None:
        if self.timer_entry is not None:
            self.timer_entry.cancel()
            self.timer_entry = None
        forget(parent.hostname)
