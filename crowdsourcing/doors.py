"""What the doors of this room (pages, REST) fetch, with permission: a stranger gets 404, a role that may not do it 403."""
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from annotation import selectors as room1
from annotation.models import Job, Project, Task
from crowdsourcing.models import (
    Assignment,
    BulkDecision,
    CrowdProject,
    Pool,
    ProviderAccount,
    ProviderCommand,
    StatusChange,
    TaskSuite,
    Toloker,
    Verdict,
    Verification,
    Vote,
)
from crowdsourcing.selectors.people import BanFact, bans_of, with_skills
from crowdsourcing.statuses import AssignmentStatus

NO_EDIT = "Your role in this project is reviewer: you may accept and reject, but not change this. Ask the owner."


def crowd_projects_for(user: Any) -> QuerySet[CrowdProject]:
    return CrowdProject.objects.filter(project__in=_projects(user)).select_related("project", "account").order_by("-pk")


def pools_for(user: Any) -> QuerySet[Pool]:
    return (Pool.objects.filter(task__project__in=_projects(user))
            .select_related("task__project", "crowd_project__account", "crowd_project__project", "drawing_project").order_by("-pk"))


def assignments_for(user: Any) -> QuerySet[Assignment]:
    return (Assignment.objects.filter(pool__task__project__in=_projects(user))
            .select_related("pool__task__project", "pool__crowd_project__account", "task_suite", "job", "toloker", "snapshot",
                            "truth_score")
            .defer("snapshot__data"))


def waiting_for(user: Any) -> QuerySet[Assignment]:
    """Submitted work that nobody has judged yet, oldest first."""
    return assignments_for(user).filter(status=AssignmentStatus.SUBMITTED).order_by("submitted", "pk")


def tolokers_for(user: Any) -> QuerySet[Toloker]:
    """Whom the user met: what they did for others is nobody's business."""
    worked = Assignment.objects.filter(toloker=OuterRef("pk"), pool__task__project__in=_projects(user))
    voted = Vote.objects.filter(toloker=OuterRef("pk"), task__verification__pool__task__project__in=_projects(user))
    return Toloker.objects.filter(Exists(worked) | Exists(voted)).select_related("account").order_by("-pk")


def bans_for(user: Any, tolokers: Iterable[Toloker]) -> list[BanFact]:
    """From everything of the requester, and from projects that the user sees."""
    return bans_of(tolokers, _projects(user))


def votes_for(user: Any) -> QuerySet[Vote]:
    return Vote.objects.filter(task__verification__pool__task__project__in=_projects(user))


def task_suites_for(user: Any) -> QuerySet[TaskSuite]:
    return (TaskSuite.objects.filter(pool__task__project__in=_projects(user))
            .select_related("pool__task__project", "pool__crowd_project__account", "job", "consensus"))


def accounts_for(user: Any) -> QuerySet[ProviderAccount]:
    """The user's own, and those behind the projects they may change."""
    if room1.is_admin(user):
        return ProviderAccount.objects.order_by("-pk")
    used = CrowdProject.objects.filter(project__in=_projects(user)).filter(
        Q(project__owner=user) | Q(project__members__user=user, project__members__role="requester")
        | Q(project__organization__members__user=user, project__organization__members__role__in=("maintainer", "owner"))).values("account")
    return ProviderAccount.objects.filter(Q(owner=user) | Q(pk__in=used)).order_by("-pk")


def commands_for(user: Any) -> QuerySet[ProviderCommand]:
    return ProviderCommand.objects.filter(_of_targets(user)).select_related("actor").order_by("-created_at")


def bulk_decisions_for(user: Any) -> QuerySet[BulkDecision]:
    """One's own, since they may span projects that others do not see; all for an admin."""
    rows = BulkDecision.objects.select_related("actor", "stopped_by").order_by("-created_at")
    return rows if room1.is_admin(user) else rows.filter(actor=user)


def status_changes_for(user: Any) -> QuerySet[StatusChange]:
    return StatusChange.objects.filter(_of_targets(user)).select_related("actor").order_by("-at", "-pk")


def verdicts_for(user: Any) -> QuerySet[Verdict]:
    return (Verdict.objects.filter(assignment__pool__task__project__in=_projects(user))
            .select_related("assignment__task_suite", "assignment__toloker", "policy", "guide_version", "actor").order_by("-pk"))


def _projects(user: Any) -> Any:
    return room1.projects_for(user).order_by().values("pk")


def _of_targets(user: Any) -> Q:
    """Rows that name their target by (target_type, target_id) and belong to a project the user sees."""
    if room1.is_admin(user):
        return Q()
    kinds = ProviderCommand.Target
    mine = _projects(user)
    return (
        Q(target_type=kinds.CROWD_PROJECT, target_id__in=CrowdProject.objects.filter(project__in=mine).values("pk"))
        | Q(target_type=kinds.POOL, target_id__in=Pool.objects.filter(task__project__in=mine).values("pk"))
        | Q(target_type=kinds.TASK_SUITE, target_id__in=TaskSuite.objects.filter(pool__task__project__in=mine).values("pk"))
        | Q(target_type=kinds.VERIFICATION, target_id__in=Verification.objects.filter(pool__task__project__in=mine).values("pk"))
        | Q(target_type=kinds.ASSIGNMENT, target_id__in=Assignment.objects.filter(pool__task__project__in=mine).order_by().values("pk"))
    )


def project_of(thing: Any) -> Project:
    """The project by whose members a thing of this room or the one below is guarded."""
    if isinstance(thing, Project):
        return thing
    if isinstance(thing, Task | CrowdProject):
        return thing.project
    if isinstance(thing, Job | Pool):
        return thing.task.project
    return thing.pool.task.project


def _one(rows: QuerySet[Any], **key: Any) -> Any:
    found = rows.filter(**key).first()
    if found is None:
        raise Http404("There is no such thing, or it is not yours.")
    return found


def may_edit(user: Any, thing: Any) -> bool:
    return room1.may_edit(user, project_of(thing))


def may_review(user: Any, thing: Any) -> bool:
    return room1.may_review(user, project_of(thing))


def require_edit(user: Any, thing: Any) -> None:
    if not may_edit(user, thing):
        raise PermissionDenied(NO_EDIT)


def project(user: Any, pk: int, *, edit: bool = False) -> Project:
    found = _one(room1.projects_for(user).select_related("owner"), pk=pk)
    if edit:
        require_edit(user, found)
    return found


def task(user: Any, pk: int, *, edit: bool = False) -> Task:
    found = _one(room1.tasks_for(user).select_related("project"), pk=pk)
    if edit:
        require_edit(user, found)
    return found


def crowd_project_of(user: Any, project_pk: int, *, edit: bool = False) -> CrowdProject:
    found = _one(crowd_projects_for(user), project_id=project_pk)
    if edit:
        require_edit(user, found)
    return found


def crowd_project(user: Any, pk: int) -> CrowdProject:
    return _one(crowd_projects_for(user), pk=pk)


def pool_of(user: Any, task_pk: int, *, edit: bool = False) -> Pool:
    found = _one(pools_for(user), task_id=task_pk)
    if edit:
        require_edit(user, found)
    return found


def pool(user: Any, pk: int, *, edit: bool = False) -> Pool:
    found = _one(pools_for(user), pk=pk)
    if edit:
        require_edit(user, found)
    return found


def toloker(user: Any, pk: int) -> Toloker:
    """Somebody who took a job of the user's pools, or answered a question about their work; with the skills they have."""
    return _one(with_skills(tolokers_for(user)), pk=pk)


def assignment(user: Any, pk: int) -> Assignment:
    """Every member of a project may review."""
    return _one(assignments_for(user), pk=pk)


def task_suite(user: Any, pk: int, *, edit: bool = False) -> TaskSuite:
    found = _one(task_suites_for(user), pk=pk)
    if edit:
        require_edit(user, found)
    return found


def command(user: Any, pk: UUID) -> ProviderCommand:
    return _one(commands_for(user), pk=pk)


def bulk_decision(user: Any, pk: UUID) -> BulkDecision:
    return _one(bulk_decisions_for(user), pk=pk)
