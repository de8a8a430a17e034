"""Whose webhooks these are: the owner's of a project, the maintainers' of a team and of its projects."""
from typing import Any

from django.db.models import Q, QuerySet

from annotation import selectors
from annotation.models import Organization, OrganizationMember, OrganizationRole, Project, Webhook

_MAINTAIN = (OrganizationRole.MAINTAINER, OrganizationRole.OWNER)


def may_manage(user: Any, place: Project | Organization) -> bool:
    """May see and change the webhooks of a project or a team."""
    if isinstance(place, Project):
        return selectors.may_share(user, place)
    return selectors.is_admin(user) or OrganizationMember.objects.filter(organization=place, user=user, role__in=_MAINTAIN).exists()


def place_of(webhook: Webhook) -> Any:
    """The project or team it belongs to."""
    return webhook.project if webhook.type == Webhook.Type.PROJECT else webhook.organization


def organizations_of(user: Any) -> QuerySet[Organization]:
    """Teams whose webhooks the user looks after."""
    if selectors.is_admin(user):
        return Organization.objects.all()
    return Organization.objects.filter(
        pk__in=OrganizationMember.objects.filter(user=user, role__in=_MAINTAIN).order_by().values("organization"))


def webhooks_for(user: Any) -> QuerySet[Webhook]:
    """Webhooks the user looks after; all for an admin."""
    if not user.is_authenticated or not user.is_active:
        return Webhook.objects.none()
    if selectors.is_admin(user):
        return Webhook.objects.all()
    teams = organizations_of(user).order_by().values("pk")
    places = OrganizationMember.objects.filter(user=user).exclude(role=OrganizationRole.WORKER).order_by().values("organization")
    mine = Q(project__owner=user) & (Q(project__organization=None) | Q(project__organization__in=places))
    return Webhook.objects.filter(mine | Q(project__organization__in=teams) | Q(type=Webhook.Type.ORGANIZATION, organization__in=teams))
