"""What a user may see and do. Everything else is 404 for them.

Projects, tasks and the rest are seen in full by those with a role in the project (`role_of`). A worker of an organization has none: the
jobs that were given to them are theirs (`jobs_open_to`, `may_annotate`), nothing else is. So a door that asks for `jobs_for` or a role is
closed to workers without knowing of them; one that shall let them in asks for what is open to them.
"""
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q, QuerySet

from annotation.models import (
    Comment,
    Frame,
    Invitation,
    Issue,
    Job,
    JobStage,
    Label,
    Organization,
    OrganizationMember,
    OrganizationRole,
    Project,
    ProjectMember,
    Request,
    Task,
)

ADMIN = "admin"
OWNER = "owner"
MAINTAINER = "maintainer"
SUPERVISOR = "supervisor"
WORKER = "worker"
REQUESTER = "requester"
REVIEWER = "reviewer"
# Roles (role_of) that may share a project, and that may change it; any role may look and review.
SHARERS = frozenset((ADMIN, OWNER, MAINTAINER))
EDITORS = SHARERS | {REQUESTER}


def is_admin(user: Any) -> bool:
    """Superusers and staff see everything."""
    return bool(user.is_active and (user.is_superuser or user.is_staff))


def _known(user: Any) -> bool:
    return bool(user is not None and user.is_authenticated and user.is_active)


def projects_for(user: Any) -> QuerySet[Project]:
    """Projects the user sees in full: their own, those of organizations where they are more than a worker, shared ones; all for an admin.

    In an organization's project only its members have a say by owning it, and a worker stays a worker whatever was shared with them.
    """
    if not _known(user):
        return Project.objects.none()
    if is_admin(user):
        return Project.objects.all()
    # Subqueries instead of joins: no DISTINCT over all columns, each part uses its index.
    places = OrganizationMember.objects.filter(user=user)
    shared = ProjectMember.objects.filter(user=user).values("project")
    return Project.objects.filter(
        Q(owner=user, organization=None) | Q(organization__in=places.exclude(role=WORKER).values("organization"))
        | Q(pk__in=shared) & ~Q(organization__in=places.filter(role=WORKER).values("organization")))


def _of_seen_projects(user: Any, path: str) -> Q:
    return Q() if is_admin(user) else Q(**{f"{path}__in": projects_for(user).order_by().values("pk")})


def _given(user: Any, path: str = "pk") -> Q:
    """Jobs that an organization gave to the user, who is still in it, and that no crowd holds. `path` leads to the job.

    They are few: a subquery over the assignee's index, so that the list around it needs no join for them.
    """
    places = OrganizationMember.objects.filter(user=user).order_by().values("organization")
    jobs = Job.objects.filter(assignee=user, attempt="", task__project__organization__in=places)
    return Q(**{f"{path}__in": jobs.order_by().values("pk")})


def tasks_for(user: Any) -> QuerySet[Task]:
    """Tasks of the projects the user sees."""
    return Task.objects.filter(_of_seen_projects(user, "project")) if _known(user) else Task.objects.none()


def jobs_for(user: Any) -> QuerySet[Job]:
    """Jobs of the projects the user sees in full."""
    return Job.objects.filter(_of_seen_projects(user, "task__project")) if _known(user) else Job.objects.none()


def jobs_open_to(user: Any) -> QuerySet[Job]:
    """The same, and the jobs given to the user as a worker: for doors that show no more than the job itself."""
    if not _known(user):
        return Job.objects.none()
    return Job.objects.all() if is_admin(user) else Job.objects.filter(_of_seen_projects(user, "task__project") | _given(user))


def jobs_given_to(user: Any) -> QuerySet[Job]:
    """Jobs that are the user's to annotate, in projects they see or as a worker; whatever their stage."""
    return jobs_open_to(user).filter(assignee=user, attempt="") if _known(user) else Job.objects.none()


def projects_worked_on(user: Any) -> QuerySet[Project]:
    """Projects the user sees, and those around the jobs given to them: for what a worker needs of a project, its labels and its guide."""
    if not _known(user) or is_admin(user):
        return projects_for(user)
    around = Job.objects.filter(_given(user)).order_by().values("task__project")
    return Project.objects.filter(Q(pk__in=projects_for(user).order_by().values("pk")) | Q(pk__in=around))


def labels_for(user: Any) -> QuerySet[Label]:
    """Labels of the projects the user sees or works on."""
    return Label.objects.filter(project__in=projects_worked_on(user).order_by().values("pk"))


def frames_for(user: Any) -> QuerySet[Frame]:
    """Images of the tasks the user sees, and those of the jobs given to them."""
    if not _known(user) or is_admin(user):
        return Frame.objects.filter(task__in=tasks_for(user).order_by().values("pk"))
    here = Q(task=OuterRef("task"), start_frame__lte=OuterRef("number"), stop_frame__gte=OuterRef("number"))
    some = Q(included_frames=None) | Q(included_frames__contains=[OuterRef("number")])
    around = Job.objects.filter(_given(user) & here & some)
    return Frame.objects.filter(Q(task__in=tasks_for(user).order_by().values("pk")) | Exists(around))


def issues_for(user: Any) -> QuerySet[Issue]:
    """Issues of the jobs the user sees; of a job given to a worker those about its present work."""
    if not _known(user):
        return Issue.objects.none()
    return Issue.objects.all() if is_admin(user) else Issue.objects.filter(
        _of_seen_projects(user, "job__task__project") | _given(user, "job") & Q(attempt=""))


def comments_for(user: Any) -> QuerySet[Comment]:
    """Comments on the issues the user sees."""
    if not _known(user):
        return Comment.objects.none()
    return Comment.objects.all() if is_admin(user) else Comment.objects.filter(
        _of_seen_projects(user, "issue__job__task__project") | _given(user, "issue__job") & Q(issue__attempt=""))


def requests_for(user: Any) -> QuerySet[Request]:
    """The user's own background requests, as long as they still see what the request is about; all for an admin."""
    if not _known(user):
        return Request.objects.none()
    if is_admin(user):
        return Request.objects.all()
    seen = projects_for(user).order_by().values("pk")
    return Request.objects.filter(owner=user).filter(
        Q(project__in=seen) | Q(task__project__in=seen) | Q(project=None, task=None))


def role_of(user: Any, project: Project) -> str | None:
    """"admin" | "owner" | "maintainer" | "requester" | "supervisor" | "reviewer", or None for a stranger and for a worker.

    The owner stays "owner" even when also an admin. "maintainer" is a maintainer or the owner of the project's organization.
    """
    if not _known(user):
        return None
    if project.organization_id is None and project.owner_id == user.pk:
        return OWNER
    roles = _roles_in(user, project)
    if is_admin(user):
        return OWNER if project.owner_id == user.pk and roles & _TEAM else ADMIN
    if WORKER in roles:
        return None
    if project.owner_id == user.pk and roles & _TEAM:
        return OWNER
    if roles & _MANAGERS:
        return MAINTAINER
    return next((role for role in (REQUESTER, SUPERVISOR, REVIEWER) if role in roles), None)


# Words of OrganizationRole; "owner" is the organization's.
_MANAGERS = frozenset((OrganizationRole.MAINTAINER.value, OrganizationRole.OWNER.value))
_TEAM = _MANAGERS | {OrganizationRole.SUPERVISOR.value}


def _roles_in(user: Any, project: Project) -> set[str]:
    """What was shared and the place in the project's organization, in one query."""
    shared = ProjectMember.objects.filter(project=project, user=user).order_by().values_list("role", flat=True)
    if project.organization_id is None:
        return set(shared)
    place = OrganizationMember.objects.filter(organization=project.organization_id, user=user).order_by().values_list("role", flat=True)
    return set(shared.union(place))


def may_edit(user: Any, project: Project) -> bool:
    """May change the project, its tasks and shapes, and start exports."""
    return role_of(user, project) in EDITORS


def may_review(user: Any, project: Project) -> bool:
    """May look, accept and reject."""
    return role_of(user, project) is not None


def may_share(user: Any, project: Project) -> bool:
    """May share, move or delete the project."""
    return role_of(user, project) in SHARERS


def may_be_given(user: Any, project: Project) -> bool:
    """Whether jobs of the project can be assigned to the user: to its people and to anybody in its organization."""
    return role_of(user, project) is not None or _has_place(user, project)


def is_given(user: Any, job: Job) -> bool:
    """The job is the user's to annotate: assigned, held by no crowd, and they still belong to its project or organization."""
    return bool(_known(user) and job.assignee_id == user.pk and not job.attempt and may_be_given(user, job.task.project))


def may_annotate(user: Any, job: Job) -> bool:
    """May change the job's shapes: editors of the project always, its assignee while it is being annotated."""
    return may_edit(user, job.task.project) or (job.stage == JobStage.ANNOTATION and is_given(user, job))


def _has_place(user: Any, project: Project) -> bool:
    return bool(_known(user) and project.organization_id is not None
                and OrganizationMember.objects.filter(organization=project.organization_id, user=user).exists())


def organizations_for(user: Any) -> QuerySet[Organization]:
    """Organizations the user is in; all for an admin."""
    if not _known(user):
        return Organization.objects.none()
    if is_admin(user):
        return Organization.objects.all()
    return Organization.objects.filter(pk__in=OrganizationMember.objects.filter(user=user).order_by().values("organization"))


def place_in(user: Any, organization: Organization) -> str | None:
    """A word of OrganizationRole, "admin" for an admin who is not its owner, None for somebody outside."""
    if not _known(user):
        return None
    role = OrganizationMember.objects.filter(organization=organization, user=user).order_by().values_list("role", flat=True).first()
    return ADMIN if role != OWNER and is_admin(user) else role


def may_create_in(user: Any, organization: Organization) -> bool:
    """May make projects in the organization, and move some there."""
    return place_in(user, organization) in {ADMIN, *_TEAM}


def may_manage(user: Any, organization: Organization) -> bool:
    """May rename it, invite people and change the places of those below."""
    return place_in(user, organization) in {ADMIN, *_MANAGERS}


def may_place(user: Any, organization: Organization, role: str) -> bool:
    """May invite to a role, give it or take it away: a maintainer those of workers and supervisors, the owner all but their own."""
    place = place_in(user, organization)
    return role != OWNER and (place in (ADMIN, OWNER) or (place == MAINTAINER and role in (WORKER, SUPERVISOR)))


def memberships_for(user: Any) -> QuerySet[OrganizationMember]:
    """People of the organizations where the user is more than a worker, and the user's own places; all for an admin."""
    if not _known(user):
        return OrganizationMember.objects.none()
    if is_admin(user):
        return OrganizationMember.objects.all()
    team = OrganizationMember.objects.filter(user=user).exclude(role=WORKER).order_by().values("organization")
    return OrganizationMember.objects.filter(Q(user=user) | Q(organization__in=team))


def invitations_for(user: Any) -> QuerySet[Invitation]:
    """Invitations the user may manage: an invitation's key is a way in, so nobody reads one to a role that they could not give."""
    if not _known(user):
        return Invitation.objects.none()
    if is_admin(user):
        return Invitation.objects.all()
    places = OrganizationMember.objects.filter(user=user).order_by()
    return Invitation.objects.filter(
        Q(organization__in=places.filter(role=OWNER).values("organization"))
        | Q(organization__in=places.filter(role=MAINTAINER).values("organization"), role__in=(WORKER, SUPERVISOR)))


def people_of(project: Project) -> QuerySet[Any]:
    """Users to whom jobs of the project may be given, by name."""
    people = Q(memberships__project=project)
    if project.organization_id is None:
        people |= Q(pk=project.owner_id)
    else:
        people |= Q(organization_memberships__organization=project.organization_id)
    users = get_user_model().objects
    return users.filter(pk__in=users.filter(people, is_active=True).order_by().values("pk")).order_by("username")
