"""USERS_ASSESSMENT: a Toloker who worked in a pool loses his access to it, by a ban or because a skill changed."""
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet

from sandbox.engine import due, people
from sandbox.models import Assignment, Pool, Toloker, UserRestriction

_RULE = '"USERS_ASSESSMENT"'
DONE = ("SUBMITTED", "ACCEPTED")


def banned(ban: UserRestriction, before: list[UserRestriction], at: datetime) -> None:
    """A new ban stands beside those of `before`: note the pools to which it ended his access."""
    pools = list(_watching(ban.toloker_id).filter(project__requester_id=ban.requester_id))
    if pools:
        toloker = Toloker.objects.get(pk=ban.toloker_id)
        facts = people.facts_of(toloker)
        _note(pools, toloker, lambda pool: people.may_take_from(pool, toloker, facts, before),
              lambda pool: people.may_take_from(pool, toloker, facts, [*before, ban]), "RESTRICTION", at)


@people.on_skill_change
def skill_changed(toloker_id: str, skill_id: int, before: Decimal | None, at: datetime) -> None:
    """A skill has another value than before, or none: note the pools that let him in before and do not now."""
    pools = list(_watching(toloker_id))
    if pools:
        toloker = Toloker.objects.get(pk=toloker_id)
        bans, now = people.restrictions(toloker_id, at), people.facts_of(toloker)
        skills = {key: value for key, value in now.skills.items() if key != str(skill_id)}
        was = replace(now, skills=skills if before is None else {**skills, str(skill_id): float(before)})
        _note(pools, toloker, lambda pool: people.may_take_from(pool, toloker, was, bans),
              lambda pool: people.may_take_from(pool, toloker, now, bans), f"SKILL_CHANGE:{skill_id}", at)


def _note(pools: list[Pool], toloker: Toloker, had: Callable[[Pool], bool], has: Callable[[Pool], bool], why: str, at: datetime) -> None:
    for pool in pools:
        if had(pool) and not has(pool):
            due.schedule("QUALITY_ACCESS", f"{pool.id}:{toloker.id}:{why}", at)


def _watching(toloker_id: str) -> QuerySet[Pool]:
    """Pools with such a rule in which this Toloker has work that counts."""
    worked = Assignment.objects.filter(pool_id=OuterRef("pk"), toloker_id=toloker_id, status__in=DONE)
    return Pool.objects.filter(Q(form__contains=_RULE) | Q(project__form__contains=_RULE)).filter(Exists(worked)).exclude(
        status="ARCHIVED").select_related("project", "training").order_by("id")
