"""Writing down what happened, for whoever listens, in the transaction in which it happens.

What nobody listens to costs one indexed query. Several changes of one thing in a transaction become one delivery a webhook: with the last
state, and in `before_update` what each changed key was at first. A thing that is made and changed is told as made, one that is made and
deleted not at all, one that is changed and deleted as deleted.
"""
import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from annotation.models import Project, Webhook, WebhookDelivery
from annotation.webhooks.bells import ring_after_commit
from annotation.webhooks.events import Kind, kind_named

Given = ParamSpec("Given")
Result = TypeVar("Result")
# Changes by themselves without anything having changed for whoever listens.
_SILENT = frozenset({"updated_date", "updated_at", "synced_at"})
_CHUNK = 500


@dataclass
class Listening:
    """Who listens to an event in which project or team: (webhook, project or None, team or None)."""

    event: str
    rows: list[tuple[int, int | None, int | None]]
    before: dict[Any, dict[str, Any]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.rows)


def listening(event: str, *, projects: Any = (), organizations: Any = ()) -> Listening:
    """Active webhooks that listen to the event in these projects (ids or a subquery) or teams. One query."""
    of_projects = Q(project__in=projects) | Q(
        type=Webhook.Type.ORGANIZATION, organization__in=Project.objects.filter(pk__in=projects).order_by().values("organization"))
    where = of_projects if not isinstance(projects, tuple) or projects else Q(pk__in=())
    if not isinstance(organizations, tuple) or organizations:
        where |= Q(type=Webhook.Type.ORGANIZATION, organization__in=organizations)
    found = Webhook.objects.filter(where, is_active=True, events__contains=[event]).order_by("pk")
    return Listening(event, list(found.values_list("pk", "project", "organization")))


def announce(verb: str, kind: str, keys: Sequence[Any], *, actor: Any = None, projects: Any = None, event: str = "") -> None:
    """Tell that things were made ("create") or that something happened to them, from their state now. Call inside the transaction.

    `keys`: primary keys; `projects`: where they are, ids or a subquery, for many things at once; `event`: its name, where it is not
    `verb:kind`.
    """
    heard = _heard(event or f"{verb}:{kind}", kind, keys, projects)
    if heard:
        for start in range(0, len(keys), _CHUNK):
            part = keys[start:start + _CHUNK]
            _write(heard, kind_named(kind), kind_named(kind).answers(part), actor)


@contextmanager
def changing(kind: str, keys: Sequence[Any], *, actor: Any = None, projects: Any = None) -> Iterator[None]:
    """Inside a transaction, around a change of these things: tells what became different in their REST answers, if anything did."""
    heard = _heard(f"update:{kind}", kind, keys, projects)
    if not heard:
        yield
        return
    heard.before = _answers(kind, keys)
    yield
    _write(heard, kind_named(kind), _answers(kind, keys), actor)


@contextmanager
def deleting(kind: str, keys: Sequence[Any], *, actor: Any = None, projects: Any = None) -> Iterator[None]:
    """Inside a transaction, around the deletion of these things: tells what they were."""
    heard = _heard(f"delete:{kind}", kind, keys, projects)
    places = _places(kind_named(kind), keys) if heard else {}
    last = _answers(kind, keys) if heard else {}
    yield
    if heard:
        # A project's own webhooks went with it.
        left = set(Webhook.objects.filter(pk__in=[row[0] for row in heard.rows]).values_list("pk", flat=True))
        heard.rows = [row for row in heard.rows if row[0] in left]
        _write(heard, kind_named(kind), last, actor, places)


def announces(verb: str, kind: str, *, argument: str = "") -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    """For services with keyword arguments: "create" tells what they return, "update" and "delete" the argument named like the kind, or
    `argument`.

    The service runs in a transaction. Its `actor` is the sender; without one nobody of ours did it.
    """
    def decorate(service: Callable[Given, Result]) -> Callable[Given, Result]:
        @functools.wraps(service)
        def telling(*arguments: Given.args, **names: Given.kwargs) -> Result:
            actor: Any = names.get("actor")
            if verb == "create":
                with transaction.atomic():
                    made: Any = service(*arguments, **names)
                    announce(verb, kind, [made.pk], actor=actor)
                return made
            thing: Any = names[argument or kind]
            around = changing if verb == "update" else deleting
            with transaction.atomic(), around(kind, [thing.pk], actor=actor):
                return service(*arguments, **names)
        return telling
    return decorate


def _heard(event: str, kind: str, keys: Sequence[Any], projects: Any) -> Listening | None:
    """Who listens, in one query: where the things are is a part of it."""
    if not keys:
        return None
    of = kind_named(kind)
    if projects is None and of.project is None:
        return listening(event, organizations=of.places(keys).values("place"))
    if projects is None:
        projects = keys if of.project == "pk" else of.places(keys).values("place")
    return listening(event, projects=projects)


def _answers(kind: str, keys: Sequence[Any]) -> dict[Any, dict[str, Any]]:
    answers: dict[Any, dict[str, Any]] = {}
    for start in range(0, len(keys), _CHUNK):
        answers |= kind_named(kind).answers(keys[start:start + _CHUNK])
    return answers


def _places(kind: Kind, keys: Any) -> dict[Any, tuple[int | None, int | None]]:
    """pk -> (project, team), which is who hears of it."""
    places = dict(kind.places(keys).values_list("pk", "place"))
    if kind.project is None:
        return {key: (None, organization) for key, organization in places.items()}
    teams = dict(Project.objects.filter(pk__in=set(places.values())).values_list("pk", "organization"))
    return {key: (project, teams.get(project)) for key, project in places.items()}


def _write(heard: Listening, kind: Kind, answers: dict[Any, dict[str, Any]], actor: Any,
           places: dict[Any, tuple[int | None, int | None]] | None = None) -> None:
    places = _places(kind, list(answers)) if places is None else places
    here = _transaction()
    joined = _joined(here, heard, [kind.subject(key) for key in answers])
    fresh = []
    for webhook, project, organization in heard.rows:
        for key, answer in answers.items():
            place = places.get(key)
            if place is None or (project != place[0] if project is not None else organization != place[1]):
                continue
            subject = kind.subject(key)
            before = _different(heard.before.get(key, {}), answer) if heard.event.startswith("update:") else None
            row = _with_earlier(joined.get((webhook, subject), []), heard.event, answer, before, kind.name)
            if row is None and (before is None or before):
                payload = {"event": heard.event, kind.name: answer, **({"before_update": before} if before else {}),
                           "webhook_id": webhook, "sender": sender_of(actor)}
                fresh.append(WebhookDelivery(
                    webhook_id=webhook, event=heard.event, subject=subject, payload=payload, written_by=here,
                    next_attempt_at=timezone.now()))
    if fresh:
        WebhookDelivery.objects.bulk_create(fresh, batch_size=_CHUNK)
        ring_after_commit()


def _with_earlier(earlier: list[WebhookDelivery], event: str, answer: dict[str, Any], before: dict[str, Any] | None,
                  kind: str) -> WebhookDelivery | None:
    """The delivery of the same transaction that tells this as well, changed to say so; None when this needs one of its own."""
    verb = event.partition(":")[0]
    for row in earlier:
        told = row.event.partition(":")[0]
        if verb == "delete" and told in ("create", "update"):
            row.delete()
            if told == "create":
                return row
        elif (verb, told) in (("update", "create"), ("update", "update")):
            row.payload[kind] = answer
            if told == "update":
                row.payload["before_update"] = _different({**(before or {}), **row.payload["before_update"]}, answer)
            if told == "update" and not row.payload["before_update"]:
                row.delete()
            else:
                row.save(update_fields=["payload", "updated_date"])
            return row
    return None


def _different(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The old values of the keys that changed; {} where only the clock did."""
    old = {key: value for key, value in before.items() if value != after.get(key)}
    return old if set(old) - _SILENT else {}


def _joined(here: int, heard: Listening, subjects: list[str]) -> dict[tuple[int, str], list[WebhookDelivery]]:
    """What this transaction wrote already about these things for these webhooks."""
    found: dict[tuple[int, str], list[WebhookDelivery]] = {}
    for row in WebhookDelivery.objects.filter(
            written_by=here, webhook__in={webhook for webhook, _, _ in heard.rows}, subject__in=subjects).order_by("pk"):
        found.setdefault((row.webhook_id, row.subject), []).append(row)
    return found


def _transaction() -> int:
    """The number of the whole transaction, whatever savepoints are inside it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        return int(cursor.fetchone()[0])


def sender_of(actor: Any) -> dict[str, Any] | None:
    """Who did it, if it was one of our users."""
    if actor is None or not getattr(actor, "pk", None):
        return None
    return {"id": actor.pk, "username": actor.get_username(), "first_name": actor.first_name, "last_name": actor.last_name}
