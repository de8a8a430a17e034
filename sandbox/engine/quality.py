"""Quality rules. A collector is a function from an event to the facts that conditions compare; an action is a function.

Both register by Toloka's name. A collector or action that is not here is stored with the pool and never fires; the
per-Toloker collectors can be added by registering them and calling `fire` from where their events happen.
"""
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from sandbox.engine import compare, overlap, pools
from sandbox.errors import ApiError
from sandbox.models import Assignment, Pool


@dataclass(frozen=True)
class Event:
    """Something that happened to an assignment; `detail` is the event's own word (ACCEPT, REJECT ...)."""

    assignment: Assignment
    pool: Pool
    detail: str
    at: datetime


Facts = dict[str, Any]
COLLECTORS: dict[str, Callable[[Event, dict[str, Any]], Facts]] = {}
ACTIONS: dict[str, Callable[[Event, dict[str, Any]], None]] = {}


def assessed(assignment: Assignment, pool: Pool, detail: str, at: datetime) -> None:
    """A review decision was made: ACCEPT, ACCEPT_AFTER_REJECT or REJECT. The pool is locked."""
    fire("ASSIGNMENTS_ASSESSMENT", Event(assignment, pool, detail, at))


def fire(collector: str, event: Event) -> None:
    """Run the actions of every rule of this collector whose conditions all hold. Pool rules only: see docs/sandbox.md."""
    configs = (event.pool.form.get("quality_control") or {}).get("configs") or []
    for config in configs:
        if (config.get("collector_config") or {}).get("type") != collector:
            continue
        facts = COLLECTORS[collector](event, config["collector_config"].get("parameters") or {})
        for rule in config.get("rules") or []:
            if all(_holds(condition, facts) for condition in rule.get("conditions") or []):
                _act(rule.get("action") or {}, event)


def _holds(condition: dict[str, Any], facts: Facts) -> bool:
    return compare.holds(facts.get(condition["key"]), condition["operator"], condition.get("value"))


def _act(action: dict[str, Any], event: Event) -> None:
    handler = ACTIONS.get(str(action.get("type")))
    if handler is not None:
        handler(event, action.get("parameters") or {})


def _assessment_facts(event: Event, parameters: dict[str, Any]) -> Facts:
    counts = dict(Assignment.objects.filter(suite_id=event.assignment.suite_id).values_list("status").annotate(n=Count("id")))
    return {
        "assessment_event": event.detail,
        "pending_assignments_count": counts.get("SUBMITTED", 0),
        "accepted_assignments_count": counts.get("ACCEPTED", 0),
        "rejected_assignments_count": counts.get("REJECTED", 0),
    }


def _change_overlap(event: Event, parameters: dict[str, Any]) -> None:
    overlap.add(event.pool, event.assignment.task_ids, int(parameters.get("delta", 0)), event.at)
    if parameters.get("open_pool"):
        try:
            pools.open_pool(event.pool.id, event.at)
        except ApiError:
            # A pool that cannot open (expired, no money) stays closed: the review decision itself must stand.
            return


COLLECTORS["ASSIGNMENTS_ASSESSMENT"] = _assessment_facts
ACTIONS["CHANGE_OVERLAP"] = _change_overlap
