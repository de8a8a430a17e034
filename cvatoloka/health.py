"""Is the process up, and can it do its work?"""
import logging
from collections.abc import Callable

import redis
from django.db import Error as DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cvatoloka import heartbeat

logger = logging.getLogger(__name__)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 {"status": "ok"}: the process answers. Touches nothing else, so that a database failure does not restart web servers."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 {"status": "ready", "checks": {database, redis, worker: "ok"}}, or 503 with a sentence in place of each "ok" that is missing.

    The sentences name no address and no password: the page needs no login. Details go to the log.
    """
    checks = {name: check() for name, check in CHECKS.items()}
    ready = all(answer == "ok" for answer in checks.values())
    return JsonResponse({"status": "ready" if ready else "not ready", "checks": checks}, status=200 if ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.error("readyz: PostgreSQL: %s", error)
        return "PostgreSQL does not answer."
    return "ok"


def _redis() -> str:
    try:
        with heartbeat.client() as client:
            client.ping()
    except (redis.exceptions.RedisError, OSError) as error:
        logger.error("readyz: Redis: %s", error)
        return "Redis does not answer."
    return "ok"


def _worker() -> str:
    try:
        alive = heartbeat.alive()
    except (redis.exceptions.RedisError, OSError):
        return "Unknown while Redis does not answer."
    return "ok" if alive else f"No Celery worker gave a sign of life within {heartbeat.MAX_AGE_SECONDS:.0f} s."


CHECKS: dict[str, Callable[[], str]] = {"database": _database, "redis": _redis, "worker": _worker}
