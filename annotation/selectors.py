"""What a user may see and do. Everything else is 404 for them."""
from typing import Any

from django.db.models import Q, QuerySet

from annotation.models import Comment, Issue, Job, Project, ProjectMember, Request, Task

ADMIN = "admin"
OWNER = "owner"


def is_admin(user: Any) -> bool:
    """Superusers and staff see everything."""
    return bool(user.is_active and (user.is_superuser or user.is_staff))


def _known(user: Any) -> bool:
    return bool(user is not None and user.is_authenticated and user.is_active)


def projects_for(user: Any) -> QuerySet[Project]:
    """Projects the user owns or that are shared with them; all for an admin."""
    if not _known(user):
        return Project.objects.none()
    if is_admin(user):
        return Project.objects.all()
    # Subqueries instead of a join: no DISTINCT over all columns, each half uses its index.
    shared = ProjectMember.objects.filter(user=user).values("project")
    return Project.objects.filter(Q(owner=user) | Q(pk__in=shared))


def _of_seen_projects(user: Any, path: str) -> Q:
    return Q() if is_admin(user) else Q(**{f"{path}__in": projects_for(user).order_by().values("pk")})


def tasks_for(user: Any) -> QuerySet[Task]:
    """Tasks of the projects the user sees."""
    return Task.objects.filter(_of_seen_projects(user, "project")) if _known(user) else Task.objects.none()


def jobs_for(user: Any) -> QuerySet[Job]:
    """Jobs of the projects the user sees."""
    return Job.objects.filter(_of_seen_projects(user, "task__project")) if _known(user) else Job.objects.none()


def issues_for(user: Any) -> QuerySet[Issue]:
    """Issues of the jobs the user sees."""
    return Issue.objects.filter(_of_seen_projects(user, "job__task__project")) if _known(user) else Issue.objects.none()


def comments_for(user: Any) -> QuerySet[Comment]:
    """Comments on the issues the user sees."""
    return Comment.objects.filter(_of_seen_projects(user, "issue__job__task__project")) if _known(user) else Comment.objects.none()


def requests_for(user: Any) -> QuerySet[Request]:
    """The user's own background requests, as long as they still see what the request is about; all for an admin."""
    if not _known(user):
        return Request.objects.none()
    if is_admin(user):
        return Request.objects.all()
    seen = projects_for(user).order_by().values("pk")
    return Request.objects.filter(owner=user).filter(Q(project__in=seen) | Q(task__project__in=seen))


def role_of(user: Any, project: Project) -> str | None:
    """"admin" | "owner" | "requester" | "reviewer", or None for a stranger. The owner stays "owner" even when also an admin."""
    if not _known(user):
        return None
    if project.owner_id == user.pk:
        return OWNER
    if is_admin(user):
        return ADMIN
    return ProjectMember.objects.filter(project=project, user=user).values_list("role", flat=True).first()


def may_edit(user: Any, project: Project) -> bool:
    """May change the project, its tasks and shapes, and start exports."""
    return role_of(user, project) in (ADMIN, OWNER, ProjectMember.Role.REQUESTER)


def may_review(user: Any, project: Project) -> bool:
    """May look, accept and reject."""
    return role_of(user, project) is not None


def may_share(user: Any, project: Project) -> bool:
    """May share or delete the project."""
    return role_of(user, project) in (ADMIN, OWNER)
