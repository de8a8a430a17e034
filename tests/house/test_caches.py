"""Redis only makes things quicker: while it is away, everybody works on, and nobody waits for it."""
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from cvatoloka.caches import OptionalRedisCache
from cvatoloka.embedded.redis import EmbeddedRedis
from tests.cast import PASSWORD

NOBODY = "redis://127.0.0.1:1/0"


@pytest.fixture
def away(settings: Any) -> None:
    """The application's own cache, and no Redis behind it."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": NOBODY}}


@pytest.mark.unit
def test_a_cache_without_redis_is_empty_and_keeps_nothing() -> None:
    gone = OptionalRedisCache(NOBODY, {})
    gone.set("key", 1)
    gone.delete_many(["key"])
    assert gone.get("key") is None and gone.get("key", 7) == 7 and gone.get_many(["key"]) == {} and not gone.has_key("key")
    assert not gone.add("claim", True) and not gone.touch("claim") and not gone.delete("claim") and not gone.clear()
    assert gone.set_many({"key": 1}) == ["key"] and gone.get_or_set("key", 5) == 5
    with pytest.raises(ValueError):
        gone.incr("key")


@pytest.mark.unit
def test_a_redis_that_is_away_is_not_waited_for() -> None:
    began = time.monotonic()
    OptionalRedisCache(NOBODY, {}).get("key")
    assert time.monotonic() - began < 1


@pytest.mark.services
def test_people_log_in_while_redis_is_away(client: Client, alice: Any, away: None) -> None:
    assert client.post("/login", {"username": "alice", "password": "wrong"}).status_code == 200
    assert client.post("/login", {"username": "alice", "password": PASSWORD}).status_code == 302
    assert client.post("/api/auth/login", {"username": "alice", "password": "wrong"}, "application/json").status_code == 400
    assert cache.get("anything") is None


@pytest.mark.services
def test_a_redis_that_was_killed_is_used_again_once_it_is_back(tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path, password="brittle", durable=False)
    server.start()
    try:
        kept = OptionalRedisCache(server.url(), {})
        kept.set("key", 1)
        assert kept.get("key") == 1
        assert server.process is not None
        server.process.kill()
        server.process.wait()
        assert kept.get("key") is None
        server.start()
        kept.set("key", 2)
        assert kept.get("key") == 2
    finally:
        server.stop()
