"""What happened, told to whoever follows: quality rules, webhooks, dynamic overlap, trainings.

Listeners run inside the transaction in which it happened, with the pool's row locked (for `ASSIGNMENT_CREATED` only shared), so they
are kept or undone together with it. They must be quick, and must not lock another Toloker's, pool's or assignment's row: what needs
that is put on the calendar for the same moment (`due.schedule(KIND, target, event.at)`), where one runner does one thing at a
time before the next request is answered.
"""
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.models import Assignment, Pool

ASSIGNMENT_EVENTS = ("ASSIGNMENT_CREATED", "ASSIGNMENT_SUBMITTED", "ASSIGNMENT_SKIPPED", "ASSIGNMENT_EXPIRED", "ASSIGNMENT_APPROVED",
                     "ASSIGNMENT_REJECTED")
POOL_EVENTS = ("POOL_OPENED", "POOL_CLOSED", "DYNAMIC_OVERLAP_COMPLETED")


@dataclass(frozen=True)
class Event:
    """`kind` is Toloka's name of a webhook event, or POOL_OPENED.

    `detail`: ASSIGNMENT_APPROVED has `by` (REQUESTER, PERIOD: the review period was over, POOL: the pool accepts by itself, RULE) and
    `after_reject`; POOL_CLOSED has `close_reason`; DYNAMIC_OVERLAP_COMPLETED has `task_id, confidence, assignment_ids, output_values`.
    """

    kind: str
    pool: Pool
    at: datetime
    assignment: Assignment | None = None
    detail: dict[str, Any] = field(default_factory=dict)


Listener = Callable[[Event], None]
_LISTENERS: dict[str, list[Listener]] = defaultdict(list)


def on(*kinds: str) -> Callable[[Listener], Listener]:
    """Register a listener; its module has to be named in `engine.registry`."""
    unknown = set(kinds) - {*ASSIGNMENT_EVENTS, *POOL_EVENTS}
    if unknown:
        raise ValueError(f"no such events: {unknown}")

    def register(listener: Listener) -> Listener:
        for kind in kinds:
            _LISTENERS[kind].append(listener)
        return listener

    return register


def tell(kind: str, pool: Pool, at: datetime, assignment: Assignment | None = None, **detail: Any) -> None:
    """It happened, in the current transaction."""
    event = Event(kind, pool, at, assignment, detail)
    for listener in _LISTENERS[kind]:
        listener(event)
