"""Teams: organizations, who is in them with which role, and invitations. Names and roles are CVAT's."""
import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q


class OrganizationRole(models.TextChoices):
    """From least to most: each may do what those before it may."""

    WORKER = "worker", "Worker: works on the jobs assigned to them, sees and exports nothing else"
    SUPERVISOR = "supervisor", "Supervisor: makes projects, looks at and reviews the team's"
    MAINTAINER = "maintainer", "Maintainer: changes the team's projects, invites people"
    OWNER = "owner", "Owner: everything, and may give the organization away or delete it"


class Organization(models.Model):
    """A team that shares projects. `slug` names it in addresses and in the X-Organization header."""

    slug = models.SlugField(max_length=16, unique=True)
    name = models.CharField(max_length=64, blank=True)
    description = models.TextField(blank=True, max_length=8_000)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="owned_organizations")
    created_date = models.DateTimeField(auto_now_add=True)
    updated_date = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug


class OrganizationMember(models.Model):
    """A user in a team (CVAT: membership). The owner has a row too, the only one with that role."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="organization_memberships")
    role = models.CharField(max_length=16, choices=OrganizationRole.choices)
    joined_date = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["organization_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="member_once_an_organization"),
            models.UniqueConstraint(fields=["organization"], condition=Q(role="owner"), name="one_owner_an_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.user_id} of organization {self.organization_id}"


def new_invitation_key() -> str:
    return secrets.token_urlsafe(32)


class Invitation(models.Model):
    """A place in a team, offered to an address; open until accepted, declined or expired."""

    key = models.CharField(max_length=64, primary_key=True, default=new_invitation_key, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=16, choices=OrganizationRole.choices, default=OrganizationRole.WORKER)
    # Who invited.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="sent_invitations")
    # Who took it.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_date = models.DateTimeField(auto_now_add=True)
    sent_date = models.DateTimeField(null=True, blank=True)
    expiry_date = models.DateTimeField()
    accepted_date = models.DateTimeField(null=True, blank=True)
    declined_date = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_date", "key"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "email"], condition=Q(accepted_date=None, declined_date=None),
                name="one_open_invitation_an_address")
        ]

    def __str__(self) -> str:
        return f"Invitation of {self.email} to organization {self.organization_id}"
