"""What rules do. Each takes the Deed's circumstances and the action's parameters.

SET_POOL_COMPLETE, CLEAN_ASSIGNMENTS_HISTORY and CLEAN_COLLECTOR are kept with the pool and do nothing: Toloka's documents name them only.
"""
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import DataError, IntegrityError, transaction

from sandbox.engine import assignments, overlap, people, pools, restrictions
from sandbox.engine.quality.catalogue import ALIASES
from sandbox.engine.quality.history import Subject
from sandbox.engine.quality.rules import Config, Facts, fulfilled
from sandbox.errors import ApiError
from sandbox.models import Assignment, Skill

log = logging.getLogger(__name__)
Parameters = dict[str, Any]
_UNITS = {"MINUTES": "minutes", "HOURS": "hours", "DAYS": "days"}
_STEP = Decimal("0.000001")


@dataclass(frozen=True)
class Deed:
    """Why a rule acts: the collector, whom it is about, what it found, and for CHANGE_OVERLAP the pages to give out again."""

    config: Config
    subject: Subject
    facts: Facts
    pages: Iterable[Assignment] = field(default_factory=list)


def run(deed: Deed) -> int:
    """Take the action of every rule whose conditions hold; how many did. One that is refused does not stop the others."""
    acted = 0
    for rule in deed.config.rules:
        action = rule.get("action") or {}
        handler = ACTIONS.get(str(action.get("type")))
        if handler is None or not fulfilled(rule, deed.facts):
            continue
        acted += 1
        try:
            with transaction.atomic():
                handler(deed, action.get("parameters") or {})
        except (ApiError, IntegrityError, DataError) as refusal:
            log.info("%s for %s in pool %s: %s", action.get("type"), deed.subject.toloker_id, deed.subject.pool.id, refusal)
    return acted


def _restrict(deed: Deed, parameters: Parameters) -> None:
    days = parameters.get("duration_days")
    _ban(deed, parameters, timedelta(days=int(days)) if days else None)


def _restrict_by_unit(deed: Deed, parameters: Parameters) -> None:
    unit = _UNITS.get(str(parameters.get("duration_unit")))
    _ban(deed, parameters, timedelta(**{unit: int(parameters.get("duration") or 0)}) if unit else None)


def _ban(deed: Deed, parameters: Parameters, duration: timedelta | None) -> None:
    pool, at = deed.subject.pool, deed.subject.at
    restrictions.put(
        pool.project.requester_id, deed.subject.toloker_id, str(parameters.get("scope")), project_id=pool.project_id, pool_id=pool.id,
        comment=str(parameters.get("private_comment") or ""), until=None if duration is None else at + duration, at=at,
        collector=deed.config.uuid)


def _set_skill(deed: Deed, parameters: Parameters) -> None:
    _value(deed, parameters, parameters.get("skill_value"))


def _set_skill_from(deed: Deed, parameters: Parameters) -> None:
    name = str(parameters.get("from_field"))
    _value(deed, parameters, deed.facts.get(ALIASES.get(name, name)))


def _value(deed: Deed, parameters: Parameters, value: Any) -> None:
    """Set a skill of this requester; one that is not (or no more) his cannot be set."""
    key = str(parameters.get("skill_id"))
    mine = Skill.objects.filter(requester_id=deed.subject.pool.project.requester_id)
    skill = mine.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 19 else None
    if skill is None:
        raise ApiError("DOES_NOT_EXIST", f"There is no skill {key} of this requester")
    if skill.training:
        raise ApiError("SKILL_IS_TRAINING", f"Skill {key} is set by its training only")
    if value is not None:
        exact = min(max(Decimal(str(value)), Decimal(0)), Decimal(100)).quantize(_STEP)
        people.set_skill(deed.subject.toloker_id, skill.id, exact, deed.subject.at)


def _change_overlap(deed: Deed, parameters: Parameters) -> None:
    pool, at = deed.subject.pool, deed.subject.at
    overlap.writable(pool)
    overlap.add(pool, {key for page in deed.pages for key in page.task_ids}, int(parameters.get("delta") or 0), at)
    if parameters.get("open_pool"):
        try:
            pools.open_pool(pool.id, at)
        except ApiError as refusal:
            # A pool that cannot open (expired, no money) stays closed: the overlap is changed all the same.
            log.info("Pool %s stays closed: %s", pool.id, refusal)


def _approve_all(deed: Deed, parameters: Parameters) -> None:
    for key in _waiting(deed):
        assignments.accept(key, None, deed.subject.at, by="RULE")


def _reject_all(deed: Deed, parameters: Parameters) -> None:
    for key in _waiting(deed):
        assignments.reject(key, parameters.get("public_comment"), deed.subject.at, by="RULE")


def _waiting(deed: Deed) -> list[str]:
    """The Toloker's unreviewed pages of the pool."""
    rows = Assignment.objects.filter(pool=deed.subject.pool, toloker_id=deed.subject.toloker_id, status="SUBMITTED")
    return list(rows.order_by("id").values_list("id", flat=True))


ACTIONS: dict[str, Callable[[Deed, Parameters], None]] = {
    "RESTRICTION": _restrict, "RESTRICTION_V2": _restrict_by_unit, "SET_SKILL": _set_skill, "SET_SKILL_FROM_OUTPUT_FIELD": _set_skill_from,
    "CHANGE_OVERLAP": _change_overlap, "APPROVE_ALL_ASSIGNMENTS": _approve_all, "REJECT_ALL_ASSIGNMENTS": _reject_all,
}
