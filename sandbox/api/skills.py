"""/v1/skills and /v1/user-skills."""
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from sandbox import times
from sandbox.api.door import number, owner_of
from sandbox.api.listing import Listing, each, without_nothing
from sandbox.engine import people
from sandbox.errors import ApiError, ValidationError
from sandbox.forms.checker import Checker, form_of
from sandbox.http import Call, Reply
from sandbox.models import Skill, Toloker, UserSkill

READ_ONLY = ("id", "owner", "created", "global", "training")
MAX_TTL_HOURS = 10 * 366 * 24
SKILLS = Listing(times=("created",), numbers=("id",))
USER_SKILLS = Listing(times=("created", "modified"), numbers=("id",))


def show(skill: Skill) -> dict[str, Any]:
    return without_nothing({
        **skill.form, "id": str(skill.id), "name": skill.name, "hidden": skill.hidden, "global": skill.requester_id is None,
        "training": skill.training, "created": times.show(skill.created),
        "owner": owner_of(skill.requester_id) if skill.requester_id else None})


def show_value(row: UserSkill) -> dict[str, Any]:
    return {"id": str(row.id), "skill_id": str(row.skill_id), "user_id": row.toloker_id,
            "value": int(row.exact_value.quantize(Decimal(1), ROUND_HALF_UP)), "exact_value": row.exact_value.normalize(),
            "created": times.show(row.created), "modified": times.show(row.modified)}


def listing(call: Call) -> Any:
    rows = Skill.objects.filter(requester=None) if call.flag("global") else Skill.objects.filter(requester=call.requester)
    name = call.request.GET.get("name")
    return SKILLS.page(call, rows if name is None else rows.filter(name=name), each(show))


def _form(call: Call) -> dict[str, Any]:
    check = Checker(call.body)
    check.text("name", required=True, longest=250)
    check.part("public_name")
    check.part("public_requester_description")
    check.text("private_comment")
    for name in ("hidden", "deprecated"):
        check.boolean(name)
    check.integer("skill_ttl_hours", 1, MAX_TTL_HOURS)
    check.finish()
    return form_of(check.data, READ_ONLY)


def _columns(form: dict[str, Any]) -> dict[str, Any]:
    return {"form": form, "name": form["name"], "hidden": form.get("hidden", True), "skill_ttl_hours": form.get("skill_ttl_hours")}


def create(call: Call) -> Reply:
    return Reply(show(Skill.objects.create(requester=call.requester, created=call.now, **_columns(_form(call)))), 201)


def _readable(call: Call, key: Any) -> Skill:
    skill = Skill.objects.filter(pk=number(key)).first()
    if skill is None:
        raise ApiError("DOES_NOT_EXIST")
    if skill.requester_id not in (None, call.requester.id if call.requester else None):
        raise ApiError("ACCESS_DENIED")
    return skill


def _writable(call: Call, key: Any) -> Skill:
    skill = _readable(call, key)
    if skill.requester_id is None:
        raise ApiError("ACCESS_DENIED", "This skill is the platform's own")
    if skill.training:
        raise ApiError("SKILL_IS_TRAINING")
    return skill


def one(call: Call, key: str) -> Any:
    return show(_readable(call, key))


@transaction.atomic
def replace(call: Call, key: str) -> Any:
    skill = _writable(call, key)
    columns = _columns(_form(call))
    before = skill.skill_ttl_hours
    Skill.objects.filter(pk=skill.pk).update(**columns)
    skill.refresh_from_db()
    if skill.skill_ttl_hours != before:
        people.time_to_live_changed(skill, call.now)
    return show(skill)


def values(call: Call) -> Any:
    rows = UserSkill.objects.filter(Q(skill__requester=call.requester))
    query = call.request.GET
    if query.get("user_id"):
        rows = rows.filter(toloker_id=query["user_id"])
    if query.get("skill_id"):
        rows = rows.filter(skill_id=_readable(call, query["skill_id"]).id)
    return USER_SKILLS.page(call, rows, each(show_value))


@transaction.atomic
def set_value(call: Call) -> Any:
    """`{skill_id, user_id, value 0..100}`: made or replaced."""
    check = Checker(call.body)
    skill_id, user_id = check.text("skill_id", required=True), check.text("user_id", required=True)
    value = check.number("value", 0, 100, required=True)
    check.text("reason")
    check.finish()
    try:
        skill = _writable(call, skill_id)
    except ApiError as error:
        if error.code == "SKILL_IS_TRAINING":
            raise
        code = "ENTITY_ACCESS_DENIED" if error.code == "ACCESS_DENIED" else "ENTITY_DOES_NOT_EXIST"
        raise ValidationError({"skill_id": {"code": code, "message": "There is no such skill of yours"}}) from None
    known_toloker(str(user_id))
    return show_value(people.set_skill(str(user_id), skill.id, value or Decimal(0), call.now))


def known_toloker(user_id: str) -> None:
    """400 unless there is such a Toloker."""
    if not Toloker.objects.filter(pk=user_id).exists():
        raise ValidationError({"user_id": {"code": "ENTITY_DOES_NOT_EXIST", "message": "There is no such Toloker"}})


def _value(call: Call, key: str) -> UserSkill:
    row = UserSkill.objects.select_related("skill").filter(pk=number(key)).first()
    if row is None:
        raise ApiError("DOES_NOT_EXIST")
    if call.requester is None or row.skill.requester_id != call.requester.id:
        raise ApiError("ACCESS_DENIED")
    return row


def one_value(call: Call, key: str) -> Any:
    return show_value(_value(call, key))


def delete_value(call: Call, key: str) -> None:
    row = _value(call, key)
    if row.skill.training:
        raise ApiError("SKILL_IS_TRAINING")
    people.forget_skill(row, call.now)
