"""Who is calling the requester API, and whether the object belongs to him."""
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from sandbox.api import limits
from sandbox.engine.people import token_hash
from sandbox.errors import ApiError
from sandbox.http import Call, bearer, door
from sandbox.models import Assignment, Pool, Project, Requester, Task, TaskSuite, UserBonus

M = TypeVar("M", bound=Model)


def _identify(request: HttpRequest) -> Call:
    token = bearer(request, "OAuth", "ApiKey")
    requester = Requester.objects.filter(token_hash=token_hash(token)).first()
    if requester is None:
        raise ApiError("AUTHENTICATION_ERROR")
    # For the request log.
    request.requester_id = requester.id  # type: ignore[attr-defined]
    return Call(request, requester=requester)


def _limit(call: Call) -> None:
    if settings.SANDBOX_RATE_LIMITS:
        limits.count(call)


endpoint = door(_identify, _limit)


def owner_of(requester_id: str) -> dict[str, Any]:
    return {"id": requester_id, "myself": True}


def my_id(call: Call) -> str:
    assert call.requester is not None
    return call.requester.id


def _mine(rows: QuerySet[M], key: Any, owner: str, requester: Requester | None) -> M:
    """404 if there is none, 403 if it is another requester's."""
    row = rows.filter(pk=key).first()
    if row is None:
        raise ApiError("DOES_NOT_EXIST")
    holder: Any = row
    for name in owner.split("."):
        holder = getattr(holder, name)
    if requester is None or holder != requester.id:
        raise ApiError("ACCESS_DENIED")
    return row


def number(text: Any) -> int:
    """A decimal id, or 404: nothing has any other."""
    if not isinstance(text, str) or not text.isascii() or not text.isdigit() or len(text) > 18:
        raise ApiError("DOES_NOT_EXIST")
    return int(text)


def my_project(call: Call, key: Any) -> Project:
    return _mine(Project.objects.all(), number(key), "requester_id", call.requester)


def my_pool(call: Call, key: Any) -> Pool:
    return _mine(Pool.objects.select_related("project", "spec"), number(key), "project.requester_id", call.requester)


def my_regular_pool(call: Call, key: Any) -> Pool:
    """For the pools' own addresses: 409 POOL_IS_TRAINING for the id of a training."""
    pool = my_pool(call, key)
    if pool.type == "TRAINING":
        raise ApiError("POOL_IS_TRAINING")
    return pool


def my_training(call: Call, key: Any) -> Pool:
    pool = my_pool(call, key)
    if pool.type != "TRAINING":
        raise ApiError("DOES_NOT_EXIST")
    return pool


def my_task(call: Call, key: str) -> Task:
    return _mine(Task.objects.select_related("pool__project", "pool__spec"), key, "pool.project.requester_id", call.requester)


def my_suite(call: Call, key: str) -> TaskSuite:
    return _mine(TaskSuite.objects.select_related("pool__project"), key, "pool.project.requester_id", call.requester)


def my_bonus(call: Call, key: str) -> UserBonus:
    return _mine(UserBonus.objects.all(), number(key), "requester_id", call.requester)


def my_assignment(call: Call, key: str) -> Assignment:
    return _mine(Assignment.objects.select_related("pool__project"), key, "pool.project.requester_id", call.requester)
