"""Sharing a project."""
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from annotation import selectors
from annotation.errors import Refused
from annotation.models import Project, ProjectMember
from annotation.services.guards import require_owner
from annotation.services.organizations import take_back_jobs


def share_project(*, actor: Any, project: Project, user: Any, role: str) -> ProjectMember:
    """Give a user a role, or change it. Only the owner and admins may. ValidationError with "role", "user"."""
    require_owner(actor, project)
    if role not in ProjectMember.Role.values:
        raise ValidationError({"role": [f"“{role}” is not one of {', '.join(ProjectMember.Role.values)}."]})
    if not user.is_active:
        raise ValidationError({"user": ["This account is closed."]})
    if user.pk == project.owner_id:
        raise Refused("The owner has every right already.", "is_owner")
    if project.organization is not None and selectors.place_in(user, project.organization) == selectors.WORKER:
        raise Refused(f"{user.get_username()} is a worker of “{project.organization.slug}”, who sees only the jobs given to them. "
                      "Change their role in the organization instead.", "is_worker")
    member, _ = ProjectMember.objects.update_or_create(project=project, user=user, defaults={"role": role})
    return member


@transaction.atomic
def unshare_project(*, actor: Any, project: Project, user: Any) -> None:
    """Take the role away, and the jobs given to somebody who does not belong to the project any more. Members may also leave by themselves.

    Nothing happens when there is none.
    """
    if actor.pk != user.pk:
        require_owner(actor, project)
    ProjectMember.objects.filter(project=project, user=user).delete()
    take_back_jobs(project)
