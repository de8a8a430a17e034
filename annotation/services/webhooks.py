"""Webhooks: whom to tell of what. Owners of a project, and maintainers of a team, may."""
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from annotation.errors import Forbidden, Refused
from annotation.ingest.urls import url_problem
from annotation.models import Organization, Project, Webhook, WebhookDelivery
from annotation.sealed import seal
from annotation.webhooks.access import may_manage, place_of
from annotation.webhooks.announcing import sender_of
from annotation.webhooks.bells import ring_after_commit
from annotation.webhooks.events import PING, events_for, kind_named

MAX_SECRET = 64
MAX_DESCRIPTION = 128
# Of one project or team: every change is told to each of them.
MAX_WEBHOOKS = 20
_CHANGEABLE = ("target_url", "description", "events", "secret", "is_active", "enable_ssl")


@transaction.atomic
def create_webhook(*, actor: Any, place: Project | Organization, target_url: str, events: Sequence[str], secret: str = "",
                   description: str = "", is_active: bool = True, enable_ssl: bool = True) -> Webhook:
    """Tell `target_url` of these events in a project or in a team's projects. ValidationError with the fields' names; Forbidden.

    Refused(code="too_many") at 20 webhooks of one place.
    """
    _require(actor, place)
    type(place).objects.select_for_update(no_key=True).get(pk=place.pk)
    in_project = isinstance(place, Project)
    if Webhook.objects.filter(**{"project" if in_project else "organization": place, "type": _type_of(place)}).count() >= MAX_WEBHOOKS:
        raise Refused(f"There are {MAX_WEBHOOKS} webhooks here already. Delete one, or let one receiver take more events.", "too_many")
    webhook = Webhook(type=_type_of(place), owner=actor, **{"project" if in_project else "organization": place})
    _put(webhook, {"target_url": target_url, "events": events, "secret": secret, "description": description, "is_active": is_active,
                   "enable_ssl": enable_ssl})
    webhook.save()
    return webhook


@transaction.atomic
def update_webhook(*, actor: Any, webhook: Webhook, **changes: Any) -> Webhook:
    """Change what is given of target_url, description, events, secret ("" : no signature), is_active, enable_ssl.

    What waits to be told goes to the new address.
    """
    _require(actor, place_of(webhook))
    locked = Webhook.objects.select_for_update().get(pk=webhook.pk)
    _put(locked, changes)
    locked.save()
    for name in (*_CHANGEABLE, "updated_date"):
        setattr(webhook, name, getattr(locked, name))
    if locked.is_active:
        ring_after_commit()
    return webhook


def delete_webhook(*, actor: Any, webhook: Webhook) -> None:
    """With its deliveries, also those that wait."""
    _require(actor, place_of(webhook))
    webhook.delete()


@transaction.atomic
def ping(*, actor: Any, webhook: Webhook) -> WebhookDelivery:
    """Send the receiver a `ping` with the webhook's own data: to see whether it listens. Not repeated; look at the delivery."""
    _require(actor, place_of(webhook))
    about = kind_named("webhook").answers([webhook.pk])[webhook.pk]
    return _send(webhook, PING, {"event": PING, "webhook": about, "webhook_id": webhook.pk, "sender": sender_of(actor)}, "")


@transaction.atomic
def redeliver(*, actor: Any, delivery: WebhookDelivery) -> WebhookDelivery:
    """Send what was sent once more, as a new delivery with an id of its own. Refused(code="waiting") while the first is on its way."""
    _require(actor, place_of(delivery.webhook))
    first = WebhookDelivery.objects.select_for_update(of=("self",)).select_related("webhook").get(pk=delivery.pk)
    if first.state == WebhookDelivery.State.WAITING and first.attempts == 0:
        raise Refused("This is on its way already. Wait for what comes of it.", "waiting")
    if first.state == WebhookDelivery.State.WAITING and (first.claimed_until is None or first.claimed_until < timezone.now()):
        # It would have been tried again by itself: do that now.
        WebhookDelivery.objects.filter(pk=first.pk).update(next_attempt_at=timezone.now(), redelivery=True)
        ring_after_commit()
        return WebhookDelivery.objects.select_related("webhook").get(pk=first.pk)
    if first.state == WebhookDelivery.State.WAITING:
        raise Refused("This is being sent right now. Wait for what comes of it.", "waiting")
    return _send(first.webhook, first.event, first.payload, first.subject, redelivery=True)


def _send(webhook: Webhook, event: str, payload: Any, subject: str, redelivery: bool = False) -> WebhookDelivery:
    delivery = WebhookDelivery.objects.create(
        webhook=webhook, event=event, subject=subject, payload=payload, next_attempt_at=timezone.now(),
        redelivery=redelivery)
    ring_after_commit()
    return delivery


def _type_of(place: Project | Organization) -> str:
    return Webhook.Type.PROJECT if isinstance(place, Project) else Webhook.Type.ORGANIZATION


def _require(actor: Any, place: Project | Organization) -> None:
    if not may_manage(actor, place):
        raise Forbidden("Only the project's owner and the team's maintainers look after webhooks. Ask one of them.")


def _put(webhook: Webhook, changes: dict[str, Any]) -> None:
    """ValidationError with a sentence for every field that cannot be."""
    errors: dict[str, list[str]] = {}
    for name in ("is_active", "enable_ssl"):
        if name in changes:
            setattr(webhook, name, bool(changes[name]))
    if "target_url" in changes:
        webhook.target_url = str(changes["target_url"]).strip()
        if problem := _address_problem(webhook.target_url):
            errors["target_url"] = [problem]
    if "description" in changes:
        webhook.description = str(changes["description"]).strip()
        if len(webhook.description) > MAX_DESCRIPTION:
            errors["description"] = [f"At most {MAX_DESCRIPTION} characters."]
    if "events" in changes:
        webhook.events, errors["events"] = _clean_events(webhook.type, changes["events"])
    if "secret" in changes:
        secret = str(changes["secret"])
        if len(secret) > MAX_SECRET:
            errors["secret"] = [f"At most {MAX_SECRET} characters."]
        webhook.secret = seal(secret)
    if found := {name: sentences for name, sentences in errors.items() if sentences}:
        raise ValidationError(found)


def _address_problem(address: str) -> str | None:
    problem = url_problem(address)
    if problem is not None:
        return problem[0].upper() + problem[1:]
    return "Leave out the part after #: it is never sent." if urlsplit(address).fragment else None


def _clean_events(webhook_type: str, wanted: Any) -> tuple[list[str], list[str]]:
    """In the list's own order, each once; and what is wrong."""
    known = [event.name for event in events_for(webhook_type)]
    if not isinstance(wanted, list | tuple) or not wanted:
        return [], ["Choose at least one event."]
    if unknown := [str(name) for name in wanted if name not in known]:
        elsewhere = unknown[0] in {event.name for event in events_for("all")}
        hint = "a project's webhook is deleted with it: let a team's webhook listen" if elsewhere else f"choose from {', '.join(known)}"
        return [], [f"“{unknown[0][:80]}” is no event of a {webhook_type}'s webhook: {hint}."]
    return [name for name in known if name in wanted], []
