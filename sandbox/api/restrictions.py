"""/v1/user-restrictions."""
from typing import Any

from django.db import transaction

from sandbox import times
from sandbox.api.door import my_pool, my_project, number
from sandbox.api.listing import Listing, each, without_nothing
from sandbox.api.skills import known_toloker
from sandbox.engine import restrictions as engine
from sandbox.errors import ApiError, ValidationError
from sandbox.forms.checker import Checker
from sandbox.http import Call
from sandbox.models import UserRestriction

SCOPES = ("ALL_PROJECTS", "PROJECT", "POOL")
MAX_COMMENT = 499
LISTING = Listing(times=("created",), numbers=("id",), words={"scope": (*SCOPES, "SYSTEM")})


def show(row: UserRestriction) -> dict[str, Any]:
    return without_nothing({
        "id": str(row.id), "scope": row.scope, "user_id": row.toloker_id, "project_id": row.project_id and str(row.project_id),
        "pool_id": row.pool_id and str(row.pool_id), "private_comment": row.private_comment or None,
        "will_expire": times.show(row.will_expire), "created": times.show(row.created)})


def listing(call: Call) -> Any:
    rows = UserRestriction.objects.filter(requester=call.requester)
    query = call.request.GET
    if query.get("user_id"):
        rows = rows.filter(toloker_id=query["user_id"])
    if query.get("project_id"):
        rows = rows.filter(project_id=my_project(call, query["project_id"]).id)
    if query.get("pool_id"):
        rows = rows.filter(pool_id=my_pool(call, query["pool_id"]).id)
    return LISTING.page(call, rows, each(show))


@transaction.atomic
def put(call: Call) -> Any:
    """Made, or replaced if this Toloker is banned from the same thing already."""
    check = Checker(call.body)
    if check.data.get("scope") == "SYSTEM":
        raise ApiError("SYSTEM_SCOPE_MODIFICATION")
    scope, user_id = check.choice("scope", SCOPES, required=True), check.text("user_id", required=True)
    comment, until = check.text("private_comment", longest=MAX_COMMENT), check.time("will_expire")
    named = {name: check.text(name, required=scope == name.removesuffix("_id").upper()) for name in ("project_id", "pool_id")}
    check.finish()
    known_toloker(str(user_id))
    target = _target(call, str(scope), named)
    assert call.requester is not None
    return show(engine.put(call.requester.id, str(user_id), str(scope), project_id=target["project_id"], pool_id=target["pool_id"],
                           comment=comment or "", until=until, at=call.now))


def _target(call: Call, scope: str, named: dict[str, str | None]) -> dict[str, int | None]:
    try:
        return {"project_id": my_project(call, named["project_id"]).id if scope == "PROJECT" else None,
                "pool_id": my_pool(call, named["pool_id"]).id if scope == "POOL" else None}
    except ApiError as error:
        name = f"{scope.lower()}_id"
        code = "ENTITY_ACCESS_DENIED" if error.code == "ACCESS_DENIED" else "ENTITY_DOES_NOT_EXIST"
        raise ValidationError({name: {"code": code, "message": f"There is no such {scope.lower()} of yours"}}) from None


def _mine(call: Call, key: str) -> UserRestriction:
    row = UserRestriction.objects.filter(pk=number(key)).first()
    if row is None:
        raise ApiError("DOES_NOT_EXIST")
    if call.requester is None or row.requester_id != call.requester.id:
        raise ApiError("ACCESS_DENIED")
    return row


def one(call: Call, key: str) -> Any:
    return show(_mine(call, key))


def delete(call: Call, key: str) -> None:
    engine.lift(_mine(call, key), call.now)
