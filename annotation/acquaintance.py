"""Whom a user may know of."""
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from annotation import selectors
from annotation.models import OrganizationMember, OrganizationRole, ProjectMember


def users_for(user: Any) -> QuerySet[Any]:
    """Oneself, owners and members of the projects one sees, everybody in organizations where one is more than a worker; all for an admin.
    """
    people = get_user_model().objects.filter(is_active=True)
    if not user.is_authenticated or not user.is_active:
        return people.none()
    if selectors.is_admin(user):
        return get_user_model().objects.all()
    projects = selectors.projects_for(user).order_by()
    # A worker is shown nobody around the jobs that were given to them.
    places = OrganizationMember.objects.filter(user=user).exclude(role=OrganizationRole.WORKER).order_by().values("organization")
    return people.filter(
        Q(pk=user.pk) | Q(pk__in=projects.values("owner"))
        | Q(pk__in=ProjectMember.objects.filter(project__in=projects.values("pk")).values("user"))
        | Q(pk__in=OrganizationMember.objects.filter(organization__in=places).order_by().values("user")))
