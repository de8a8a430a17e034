"""What a webhook may listen to, and how each kind of thing looks in its body.

An event is `verb:kind`. CVAT's names stand in a webhook's `events`; those of ours (`more`), which CVAT's programs would refuse to read, in
`more_events`. Rooms above register kinds of their own with `register`.
"""
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Model, QuerySet
from django.db.models.expressions import Combinable

from annotation.models import Webhook

Answers = Callable[[Sequence[Any]], dict[Any, dict[str, Any]]]
PROJECT, ORGANIZATION = Webhook.Type.PROJECT.value, Webhook.Type.ORGANIZATION.value
BOTH = (PROJECT, ORGANIZATION)
PING = "ping"


@dataclass(frozen=True)
class Event:
    """One name that may be listened to. `types`: which webhooks may; `more`: not a name of CVAT's."""

    name: str
    group: str
    title: str
    types: tuple[str, ...] = BOTH
    more: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of thing. `project` is the ORM path or expression of its project's id (None: a team's own), `organization` of its team's.

    `answers` gives pk -> the REST answer of the thing, plain JSON; it is asked only when somebody listens.
    """

    name: str
    model: type[Model]
    answers: Answers
    project: str | Combinable | None = None
    organization: str = ""

    def subject(self, key: Any) -> str:
        """"job:17". A key that is a secret link is told apart, not told."""
        return f"{self.name}:{hashlib.sha256(key.encode()).hexdigest()[:12] if isinstance(key, str) else key}"

    def places(self, keys: Any) -> QuerySet[Any, Any]:
        """(pk, place): the project's id, or the team's for a thing without a project."""
        where = self.project if self.project is not None else self.organization
        rows = self.model._default_manager.filter(pk__in=keys).order_by()
        return rows.annotate(place=F(where) if isinstance(where, str) else where)


_kinds: dict[str, Kind] = {}
_events: dict[str, Event] = {}


def register(kind: Kind, events: Sequence[Event]) -> None:
    """Make a kind known, with its events. A second registration of a name is an error of ours: ValueError."""
    if kind.name in _kinds:
        raise ValueError(f"Two kinds are named {kind.name}.")
    _kinds[kind.name] = kind
    for event in events:
        _events[event.name] = event


def kind_named(name: str) -> Kind:
    """KeyError for a kind that nobody registered."""
    return _kinds[name]


def events_for(webhook_type: str) -> list[Event]:
    """What a webhook of this type may listen to, "all" for every one; in the order of registration."""
    return [event for event in _events.values() if webhook_type == "all" or webhook_type in event.types]


def grouped(webhook_type: str) -> dict[str, list[Event]]:
    """Group -> its events, for forms."""
    groups: dict[str, list[Event]] = {}
    for event in events_for(webhook_type):
        groups.setdefault(event.group, []).append(event)
    return groups


def is_more(name: str) -> bool:
    """Whether a known event is none of CVAT's names."""
    event = _events.get(name)
    return event is not None and event.more
