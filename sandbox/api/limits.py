"""Toloka's documented rate limits, counted per requester in fixed windows when SANDBOX_RATE_LIMITS is on.

No Retry-After is sent: toloka-kit 1.2.3 breaks on it.
"""
import re
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection

from sandbox.errors import ApiError
from sandbox.http import Call

_WINDOWS = {"MIN": timedelta(minutes=1), "HOUR": timedelta(hours=1), "DAY": timedelta(days=1)}
# (scope, method, path, {interval: most calls})
LIMITS = (
    ("create", "POST", re.compile(r"/api/v1/(projects|pools|trainings)(/\d+/clone)?$"), {"MIN": 20, "DAY": 100}),
    ("skill", "POST", re.compile(r"/api/v1/skills$"), {"MIN": 10, "DAY": 100}),
    ("user_skill", "PUT", re.compile(r"/api/v1/user-skills$"), {"DAY": 100_000}),
    ("aggregate", "POST", re.compile(r"/api/v1/aggregated-solutions/aggregate-by-pool$"), {"MIN": 5, "HOUR": 30, "DAY": 200}),
    ("aggregated", "GET", re.compile(r"/api/v1/aggregated-solutions/[0-9a-f-]+$"), {"MIN": 5, "HOUR": 30, "DAY": 200}),
)
# 300 requests a second overall, counted by the minute.
OVERALL = 300 * 60


def count(call: Call) -> None:
    """429 TOO_MANY_REQUESTS with `payload.interval` once a window is full."""
    _count(call, "all", "MIN", OVERALL)
    for scope, method, path, most in LIMITS:
        if call.request.method == method and path.search(call.request.path):
            for interval, limit in most.items():
                _count(call, f"{scope}:{interval}", interval, limit)


def count_message(call: Call, selector: str) -> None:
    """Of messages, those to everybody are counted for themselves. 429."""
    if settings.SANDBOX_RATE_LIMITS:
        _count(call, "message_all:DAY" if selector == "ALL" else "message:DAY", "DAY", 1 if selector == "ALL" else 100_000)


def _count(call: Call, scope: str, interval: str, limit: int) -> None:
    size = _WINDOWS[interval]
    start = datetime.fromtimestamp(call.now.timestamp() // size.total_seconds() * size.total_seconds(), UTC)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sandbox_ratecount (requester_id, scope, \"window\", count) VALUES (%s, %s, %s, 1)"
            " ON CONFLICT (requester_id, scope, \"window\") DO UPDATE SET count = sandbox_ratecount.count + 1 RETURNING count",
            [call.requester.id if call.requester else None, scope, start])
        (used,) = cursor.fetchone()
    if used > limit:
        raise ApiError("TOO_MANY_REQUESTS", payload={"interval": interval})
