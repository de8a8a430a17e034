"""Invitations to an organization: a mail with a secret link.

Whoever holds the link and is logged in may take the place. An address alone is no proof here: people type it when they sign up, and nobody
checks it. So nothing is offered to an account because of its address, and the link is shown to those only who could give that place anyway.
"""
import logging
import smtplib
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from annotation import selectors
from annotation.errors import Forbidden, Refused
from annotation.models import Invitation, Organization, OrganizationMember, OrganizationRole
from annotation.models.organizations import new_invitation_key
from annotation.services.organizations import lock
from annotation.webhooks.announcing import announce, deleting

log = logging.getLogger(__name__)
# Mails that one account may cause within a day: invitations must not become a way to send spam.
MAILS_A_DAY = 100
RESEND_SECONDS = 60


def invite(*, actor: Any, organization: Organization, email: str, role: str = OrganizationRole.WORKER) -> Invitation:
    """Offer a place and send the mail; `sent_date` stays None when it could not be sent, then the link is handed over by hand.

    ValidationError with "email", "role"; Forbidden; Refused(code="already_member" | "already_invited" | "too_many").
    """
    email = _clean_email(email)
    if role not in OrganizationRole.values:
        raise ValidationError({"role": [f"“{role}” is not one of {', '.join(OrganizationRole.values)}."]})
    with transaction.atomic():
        locked = lock(organization)
        _require_place(actor, locked, role)
        if OrganizationMember.objects.filter(organization=locked, user__email__iexact=email).exists():
            raise Refused("Somebody with this e-mail is in the organization already.", "already_member")
        _count_mail(actor)
        waiting = Invitation.objects.filter(organization=locked, email=email, accepted_date=None, declined_date=None)
        if waiting.filter(expiry_date__gt=timezone.now()).exists():
            raise Refused("This address is invited already. Send the mail again, or revoke that invitation first.", "already_invited")
        waiting.delete()
        invitation = Invitation.objects.create(organization=locked, email=email, role=role, owner=actor, expiry_date=_expiry())
        announce("create", "invitation", [invitation.pk], actor=actor)
    return _send(invitation)


def resend(*, actor: Any, invitation: Invitation) -> Invitation:
    """The mail once more, and the whole time to answer again. An expired one gets a new link: the old one stays dead.

    Refused(code="too_soon" | "over" | "too_many").
    """
    with transaction.atomic():
        lock(invitation.organization)
        found = _open(invitation.pk)
        _require_place(actor, found.organization, found.role)
        now = timezone.now()
        if found.sent_date is not None and (now - found.sent_date).total_seconds() < RESEND_SECONDS:
            raise Refused("The mail was sent just now. Wait a minute before you send it again.", "too_soon")
        _count_mail(actor)
        if found.expiry_date <= now:
            old, found.pk = found.pk, new_invitation_key()
            Invitation.objects.filter(pk=old).update(key=found.pk)
        Invitation.objects.filter(pk=found.pk).update(expiry_date=_expiry())
        found.refresh_from_db()
    return _send(found)


@transaction.atomic
def revoke(*, actor: Any, invitation: Invitation) -> None:
    """The link opens nothing any more. One that was taken leaves its record only: the place is taken away by removing the member."""
    lock(invitation.organization)
    found = Invitation.objects.filter(pk=invitation.pk).first()
    if found is not None:
        _require_place(actor, invitation.organization, found.role)
        with deleting("invitation", [found.pk], actor=actor):
            found.delete()


def invitation_of(key: str) -> Invitation | None:
    """Whatever has this key, with its organization."""
    return Invitation.objects.select_related("organization", "owner").filter(pk=key).first()


def state_of(invitation: Invitation) -> str:
    """"open" | "accepted" | "declined" | "expired"."""
    if invitation.accepted_date is not None:
        return "accepted"
    if invitation.declined_date is not None:
        return "declined"
    return "expired" if invitation.expiry_date <= timezone.now() else "open"


@transaction.atomic
def accept(*, actor: Any, invitation: Invitation) -> OrganizationMember:
    """Take the place. A repeat by the same person changes nothing; Refused(code="over") for a link that was used, declined or is too old,
    Refused(code="already_member") for somebody who is in already: their place stays as it is."""
    if not actor.is_authenticated or not actor.is_active:
        raise Forbidden("Log in to accept an invitation.")
    locked = lock(invitation.organization)
    taken = OrganizationMember.objects.filter(organization=locked, user=actor).first()
    found = Invitation.objects.filter(pk=invitation.pk).first()
    if found is not None and taken is not None and found.accepted_date is not None and found.user_id == actor.pk:
        return taken
    found = _open(invitation.pk)
    if found.expiry_date <= timezone.now():
        raise Refused("This invitation is too old. Ask for a new one.", "over")
    if taken is not None:
        raise Refused(f"You are in “{locked.slug}” already, as {taken.role}.", "already_member")
    found.user, found.accepted_date = actor, timezone.now()
    found.save(update_fields=["user", "accepted_date"])
    place = OrganizationMember.objects.create(organization=locked, user=actor, role=found.role)
    announce("create", "membership", [place.pk], actor=actor)
    return place


@transaction.atomic
def decline(*, invitation: Invitation) -> None:
    """Say no, by whoever holds the link. A repeat changes nothing. Refused(code="over") for one that was taken."""
    lock(invitation.organization)
    found = Invitation.objects.filter(pk=invitation.pk).first()
    if found is None or found.accepted_date is not None:
        raise Refused("This invitation was taken already, or it was revoked.", "over")
    if found.declined_date is None:
        found.declined_date = timezone.now()
        found.save(update_fields=["declined_date"])


def link_of(invitation: Invitation) -> str:
    """The secret link. Never from the Host header: whoever asks for the mail could write it."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("annotation:invitation", args=[invitation.pk])


def _send(invitation: Invitation) -> Invitation:
    organization = invitation.organization
    context = {"invitation": invitation, "organization": organization, "inviter": invitation.owner, "link": link_of(invitation),
               "site": settings.PUBLIC_URL}
    try:
        send_mail(f"Invitation to {organization.name or organization.slug}",
                  render_to_string("annotation/invitation_email.txt", context), None, [invitation.email])
    except (OSError, smtplib.SMTPException) as error:
        log.error("The invitation to organization %s could not be mailed: %s", organization.slug, error)
        Invitation.objects.filter(pk=invitation.pk).update(sent_date=None)
        invitation.sent_date = None
        return invitation
    invitation.sent_date = timezone.now()
    Invitation.objects.filter(pk=invitation.pk).update(sent_date=invitation.sent_date)
    return invitation


def _open(key: str) -> Invitation:
    found = Invitation.objects.select_related("organization", "owner").filter(pk=key, accepted_date=None, declined_date=None).first()
    if found is None:
        raise Refused("This invitation was answered already, or it was revoked. Ask for a new one.", "over")
    return found


def _require_place(actor: Any, organization: Organization, role: str) -> None:
    if not selectors.may_place(actor, organization, role):
        raise Forbidden("Your place in the organization does not allow this. Maintainers invite workers and supervisors, the owner also "
                        "maintainers.")


def _expiry() -> Any:
    return timezone.now() + timedelta(days=settings.INVITATION_DAYS)


def _clean_email(raw: Any) -> str:
    email = str(raw or "").strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise ValidationError({"email": ["Give an e-mail address, for example ann@example.org."]}) from None
    if len(email) > 254:
        raise ValidationError({"email": ["This address is too long."]})
    return email


def _count_mail(actor: Any) -> None:
    key = f"invitation-mails:{actor.pk}:{timezone.now():%Y%m%d}"
    cache.add(key, 0, 2 * 86_400)
    try:
        sent = cache.incr(key)
    except ValueError:
        # Nobody counts: the cache is away.
        raise Refused("Invitations cannot be counted at the moment, so none is sent. Try again in a minute.", "not_counted") from None
    if sent > MAILS_A_DAY:
        raise Refused(f"You sent {MAILS_A_DAY} invitations today. Go on tomorrow.", "too_many")
