"""Toloka's documented rate limits, counted per requester in fixed windows of the sandbox's clock when SANDBOX_RATE_LIMITS is on.

What is refused is not counted: a window that is full lets nothing in, and nothing that is tried meanwhile makes it longer. No Retry-After
is sent: toloka-kit 1.2.3 breaks on it.
"""
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from sandbox.errors import ApiError
from sandbox.http import Call
from sandbox.models import Pool, RateCount

_SECONDS = {"SECOND": 1, "MIN": 60, "HOUR": 3_600, "DAY": 86_400}
_OVERLAPS = ("default_overlap_for_new_tasks", "default_overlap_for_new_task_suites")


def _one(call: Call) -> int:
    return 1


def _items(call: Call) -> int:
    return len(call.body) if isinstance(call.body, list) else 1


def _changed_overlap(call: Call) -> int:
    """1 if this PUT gives the pool another default overlap than it has."""
    key = call.request.path.rpartition("/")[2]
    pool = Pool.objects.filter(pk=key, project__requester=call.requester).first()
    wanted = call.body.get("defaults") if isinstance(call.body, dict) else None
    if pool is None or not isinstance(wanted, dict):
        return 0
    have: dict[str, Any] = pool.form.get("defaults") or {}
    return int(any(have.get(name) != wanted.get(name) for name in _OVERLAPS))


@dataclass(frozen=True)
class Limit:
    """The most that `cost` may add up to in one window of each interval."""

    scope: str
    method: str
    path: re.Pattern[str]
    most: dict[str, int]
    cost: Callable[[Call], int] = _one


def _limit(scope: str, method: str, path: str, cost: Callable[[Call], int] = _one, **most: int) -> Limit:
    return Limit(scope, method, re.compile(rf"/api/v1/{path}$"), most, cost)


EVERYTHING = {"SECOND": 300}
LIMITS = (
    _limit("aggregate", "POST", r"aggregated-solutions/aggregate-by-pool", MIN=5, HOUR=30, DAY=200),
    _limit("aggregated", "GET", r"aggregated-solutions/[^/]+", MIN=5, HOUR=30, DAY=200),
    *(_limit(f"create {noun}", "POST", noun, MIN=20, DAY=100) for noun in ("projects", "pools", "trainings")),
    *(_limit(f"clone {noun}", "POST", rf"{noun}/\d+/clone", MIN=20, DAY=100) for noun in ("pools", "trainings")),
    _limit("overlap", "PUT", r"pools/\d{1,18}", _changed_overlap, HOUR=10),
    _limit("skill", "POST", r"skills", MIN=10, DAY=100),
    _limit("user_skill", "PUT", r"user-skills", DAY=100_000),
    _limit("tasks", "POST", r"tasks", _items, MIN=200_000, DAY=4_000_000),
    _limit("suites", "POST", r"task-suites", _items, MIN=100_000, DAY=2_000_000),
    _limit("bonuses", "POST", r"user-bonuses", _items, DAY=10_000),
)


def count(call: Call) -> None:
    """429 TOO_MANY_REQUESTS once a window is full, with its `payload.interval`; without one for the overall limit by the second."""
    spend(call, "all", EVERYTHING)
    for limit in LIMITS:
        if call.request.method == limit.method and limit.path.fullmatch(call.request.path):
            spend(call, limit.scope, limit.most, limit.cost(call))


def count_message(call: Call, selector: str) -> None:
    """Of messages, those to everybody are counted for themselves. 429."""
    if settings.SANDBOX_RATE_LIMITS:
        spend(call, *(("message_all", {"DAY": 1}) if selector == "ALL" else ("message", {"DAY": 100_000})))


@transaction.atomic
def spend(call: Call, scope: str, most: dict[str, int], cost: int = 1) -> None:
    """Count `cost` in the current window of each interval, or in none. 429."""
    for interval, limit in most.items():
        if cost and not _fits(call, f"{scope}:{interval}", interval, limit, cost):
            raise ApiError("TOO_MANY_REQUESTS", payload=None if interval == "SECOND" else {"interval": interval})


def _fits(call: Call, scope: str, interval: str, limit: int, cost: int) -> bool:
    assert call.requester is not None
    size = _SECONDS[interval]
    start = datetime.fromtimestamp(call.now.timestamp() // size * size, UTC)
    if cost > limit:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sandbox_ratecount (requester_id, scope, \"window\", count) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (requester_id, scope, \"window\") DO UPDATE SET count = sandbox_ratecount.count + excluded.count"
            " WHERE sandbox_ratecount.count + excluded.count <= %s RETURNING count",
            [call.requester.id, scope, start, cost, limit])
        row = cursor.fetchone()
    if row is not None and row[0] == cost:
        # The first of its window: nobody asks for the windows before it any more.
        RateCount.objects.filter(requester=call.requester, scope=scope, window__lt=start).delete()
    return row is not None
