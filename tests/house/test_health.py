"""What /healthz and /readyz say, and what makes a worker count as alive."""
import time
from typing import Any

import pytest
import redis
from django.db import connection
from django.test import Client

from cvatoloka import heartbeat
from tests.stack.waiting import comes_true
from tests.stack.worker import CeleryWorker


@pytest.mark.unit
def test_healthz_answers_without_database_or_redis(client: Client, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.services
def test_readyz_names_the_missing_worker(client: Client, db: None, redis_url: str) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "checks": {
        "database": "ok", "redis": "ok", "worker": "No Celery worker gave a sign of life within 20 s."}}


@pytest.mark.services
def test_readyz_is_ready_while_a_real_worker_runs_and_not_after_it_stopped(client: Client, celery_worker_process: CeleryWorker) -> None:
    # The Redis of the test was emptied after the worker's first beat: the next one comes within the interval.
    comes_true(heartbeat.alive, seconds=heartbeat.INTERVAL_SECONDS + 5)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    celery_worker_process.stop()
    assert client.get("/readyz").status_code == 503


@pytest.mark.services
def test_a_worker_silent_for_too_long_does_not_count(redis_url: str) -> None:
    heartbeat.beat("alive@here")
    with redis.Redis.from_url(redis_url) as client:
        client.zadd(heartbeat.key(), {"dead@here": time.time() - heartbeat.MAX_AGE_SECONDS - 1})
    assert heartbeat.alive() == ["alive@here"]
    heartbeat.forget("alive@here")
    assert heartbeat.alive() == []


@pytest.mark.services
def test_readyz_says_which_server_is_away_and_nothing_secret(
        client: Client, db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REDIS_URL = "redis://:geheim@127.0.0.1:1/0"
    away = connection.copy()
    away.settings_dict.update(HOST="127.0.0.1", PORT="1", PASSWORD="geheim", OPTIONS={})
    monkeypatch.setattr("cvatoloka.health.connection", away)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {
        "database": "PostgreSQL does not answer.", "redis": "Redis does not answer.", "worker": "Unknown while Redis does not answer."}
    assert b"geheim" not in answer.content
