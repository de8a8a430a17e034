"""/worker/v1."""
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from sandbox import ids, times
from sandbox.api.door import number
from sandbox.api.listing import Listing, without_nothing
from sandbox.engine import assignments as engine, bonuses, issuing, people, pricing, trainings
from sandbox.errors import ApiError, inappropriate
from sandbox.forms.checker import Checker
from sandbox.forms.people import people_form
from sandbox.http import Call, Reply, bearer, door
from sandbox.models import Assignment, MessageThread, Pool, Task, Toloker

LISTING = Listing(times=("created",), texts=("id",), most=1_000,
                  words={"status": ("ACTIVE", "SUBMITTED", "ACCEPTED", "REJECTED", "SKIPPED", "EXPIRED")})
MAX_APPEAL = 10_000


def _identify(request: HttpRequest) -> Call:
    toloker = Toloker.objects.filter(token_hash=people.token_hash(bearer(request, "Toloker"))).first()
    if toloker is None:
        raise ApiError("AUTHENTICATION_ERROR")
    return Call(request, toloker=toloker)


endpoint = door(_identify)
open_endpoint = door(Call)


def me(call: Call) -> Toloker:
    assert call.toloker is not None
    return call.toloker


def register(call: Call) -> Reply:
    """A new Toloker; everything in the body is optional."""
    check = Checker({} if call.body is None else call.body)
    name = check.text("name", longest=250)
    profile, computed = people_form(check)
    check.finish()
    toloker, token = people.create_toloker(name or "", profile, computed, call.now)
    return Reply({"id": toloker.id, "token": token}, 201)


def pools(call: Call) -> Any:
    facts = people.facts_of(me(call))
    return {"items": [_card(pool, pricing.reward_for(pool, facts)) for pool in issuing.available_pools(me(call), call.now)]}


def _card(pool: Pool, reward: Decimal) -> dict[str, Any]:
    """What a Toloker sees of a pool, with the price for him."""
    project = pool.project
    return {
        "pool_id": str(pool.id), "project_id": str(project.id), "public_name": project.form["public_name"],
        "public_description": pool.form.get("public_description") or project.form.get("public_description") or "",
        "requester_name": project.requester.name, "reward": reward,
        "assignment_max_duration_seconds": pool.form["assignment_max_duration_seconds"],
        "may_contain_adult_content": bool(pool.form.get("may_contain_adult_content")), "type": pool.type,
    }


def take(call: Call, key: str) -> Reply:
    assignment = issuing.take(me(call).id, number(key), call.now)
    return Reply(_page(assignment, call), 201)


def _page(assignment: Assignment, call: Call) -> dict[str, Any]:
    """All that a task page needs."""
    pool = assignment.pool
    spec = pool.spec.task_spec
    hidden = {name for name, entry in spec["input_spec"].items() if entry.get("hidden")}
    tasks = Task.objects.in_bulk(assignment.task_ids)
    return {
        **show(assignment), **{name: value for name, value in _card(pool, assignment.reward).items() if name != "pool_id"},
        "seconds_left": max(0.0, (assignment.deadline - call.now).total_seconds()),
        "instructions": _instructions(pool),
        "view_spec": spec["view_spec"], "input_spec": spec["input_spec"], "output_spec": spec["output_spec"],
        "tasks": [{"id": key, "input_values": {name: value for name, value in tasks[key].form["input_values"].items()
                                               if name not in hidden}, **_hint(assignment, index, tasks[key])}
                  for index, key in enumerate(assignment.task_ids)],
    }


def _hint(assignment: Assignment, index: int, task: Task) -> dict[str, str]:
    """For a page that was declined: what it said to a wrong answer."""
    if not assignment.first_declined or task.kind != "TRAINING":
        return {}
    hint = trainings.hint_for(task, assignment.first_declined[index])
    return {} if hint is None else {"hint": hint}


def _instructions(pool: Pool) -> str:
    """The pool's own, else the project's; a training says which."""
    own = None if pool.form.get("inherited_instructions") else pool.form.get("public_instructions")
    return own or pool.project.form.get("public_instructions") or ""


def show(row: Assignment) -> dict[str, Any]:
    moments = {name: times.show(getattr(row, name)) for name in ("created", "submitted", "accepted", "rejected", "skipped", "expired")}
    return without_nothing({"id": row.id, "pool_id": str(row.pool_id), "project_id": str(row.pool.project_id), "status": row.status,
                            "public_name": row.pool.project.form["public_name"],
                            "reward": row.reward, "expires": times.show(row.deadline), **moments, "public_comment": row.public_comment})


def check_own(call: Call, key: str) -> None:
    """404 if there is no such assignment, 403 if it is another Toloker's."""
    holder = Assignment.objects.filter(pk=key).values_list("toloker_id", flat=True).first()
    if holder is None:
        raise ApiError("DOES_NOT_EXIST")
    if holder != me(call).id:
        raise ApiError("ACCESS_DENIED")


def submit(call: Call, key: str) -> Any:
    check_own(call, key)
    check = Checker(call.body)
    check.array("solutions", required=True)
    check.finish()
    done = engine.submit(key, check.data["solutions"], call.now)
    return {"id": done.id, "status": done.status}


def skip(call: Call, key: str) -> Any:
    check_own(call, key)
    done = engine.skip(key, call.now)
    return {"id": done.id, "status": done.status}


def assignments(call: Call) -> Any:
    rows = Assignment.objects.filter(toloker=me(call)).select_related("pool__project")
    return LISTING.page(call, rows, lambda found: [show(row) for row in found])


def one(call: Call, key: str) -> Any:
    """The task page's data again, for a page that was reloaded."""
    check_own(call, key)
    return _page(Assignment.objects.select_related("pool__project__requester", "pool__spec").get(pk=key), call)


@transaction.atomic
def appeal(call: Call, key: str) -> Reply:
    """A thread in the requester's INBOX. 409 if not REJECTED, too late, or appealed already."""
    check = Checker(call.body)
    text = check.text("text", required=True, longest=MAX_APPEAL)
    check.finish()
    check_own(call, key)
    row = Assignment.objects.select_related("pool__project").select_for_update(of=("self",)).get(pk=key)
    if row.status != "REJECTED" or row.rejected is None:
        raise inappropriate("REJECTED")
    if row.rejected + timedelta(days=settings.SANDBOX_APPEAL_DAYS) < call.now:
        raise ApiError("CONFLICT_STATE", f"A rejection is appealed within {settings.SANDBOX_APPEAL_DAYS} days")
    if row.threads.exists():
        raise ApiError("CONFLICT_STATE", "This rejection was appealed already")
    thread = MessageThread.objects.create(
        id=ids.new_hex_id(call.now), requester_id=row.pool.project.requester_id, toloker=me(call),
        assignment=row, topic={"EN": "Appeal against a rejection"}, folders=["INBOX", "UNREAD"], created=call.now,
        messages=[{"text": {"EN": text}, "from": {"id": me(call).id, "role": "USER", "myself": False}, "created": times.show(call.now)}],
        meta={"project_id": str(row.pool.project_id), "pool_id": str(row.pool_id), "assignment_id": row.id})
    return Reply({"id": thread.id}, 201)


def account(call: Call) -> Any:
    toloker = me(call)
    skills = toloker.skills.filter(skill__hidden=False).select_related("skill").order_by("skill_id")
    return {
        "id": toloker.id, "name": toloker.name, "balance": toloker.balance, "on_review": toloker.on_review,
        "skills": [{"skill_id": str(row.skill_id), "name": row.skill.name, "value": row.exact_value.normalize()} for row in skills],
        "restrictions": [without_nothing({
            "scope": ban.scope, "project_id": ban.project_id and str(ban.project_id), "pool_id": ban.pool_id and str(ban.pool_id),
            "will_expire": times.show(ban.will_expire)}) for ban in people.restrictions(toloker.id, call.now)],
        "bonuses": [without_nothing(bonus) for bonus in bonuses.newest_of(toloker.id)],
    }
