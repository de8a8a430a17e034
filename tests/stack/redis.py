"""Redis for a test: the run's real server, empty at the start of each test that asks."""
import pytest
import redis


@pytest.fixture
def redis_url() -> str:
    """Address of this test process's own Redis database, emptied before the test."""
    from django.conf import settings

    client = redis.Redis.from_url(settings.REDIS_URL)
    client.flushdb()
    client.close()
    return str(settings.REDIS_URL)
