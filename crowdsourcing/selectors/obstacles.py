"""What stands in the way of a verb, in sentences; the platform checks again and its refusal counts."""
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q

from annotation.models import Job, Project, Task
from crowdsourcing.models import Assignment, CrowdProject, Pool, TaskSuite
from crowdsourcing.selectors.clock import platform_now
from crowdsourcing.selectors.commands import Target, open_command
from crowdsourcing.selectors.consensus import places_missing, spare_places
from crowdsourcing.selectors.drawing import is_drawn_there, page_gone, unfit
from crowdsourcing.selectors.history import is_accepted, is_offered_again, latest_assignment
from crowdsourcing.selectors.skills import skills_gone
from crowdsourcing.selectors.verifications import verification_obstacles
from crowdsourcing.statuses import AssignmentStatus, CommandKind, PoolStatus, ProjectStatus
from crowdsourcing.transitions import CONSUMES_OVERLAP, is_allowed

_COMPLETE = Q(stage="acceptance", state="completed")
# (verb, status) or verb -> why not from here and what to do.
_WRONG_STATUS: dict[tuple[str, str] | str, str] = {
    CommandKind.SETUP_PROJECT: "This project is on the platform already.",
    (CommandKind.UPDATE_PROJECT, ""): "Set the crowdsourcing project up first.",
    (CommandKind.UPDATE_PROJECT, ProjectStatus.ARCHIVED): "The project is archived; an archived project cannot be changed.",
    (CommandKind.ARCHIVE_PROJECT, ""): "Set the crowdsourcing project up first.",
    (CommandKind.ARCHIVE_PROJECT, ProjectStatus.ARCHIVED): "The project is archived already.",
    CommandKind.SYNC_PROJECT: "Set the crowdsourcing project up first.",
    (CommandKind.ENSURE_SKILL, ProjectStatus.ARCHIVED): "The project is archived. Make the skill in a project that is in use.",
    CommandKind.ENSURE_SKILL: "Set the crowdsourcing project up first.",
    CommandKind.SETUP_POOL: "This task has a pool already.",
    (CommandKind.UPDATE_POOL, PoolStatus.OPEN): "The pool is open. Stop it first.",
    (CommandKind.UPDATE_POOL, PoolStatus.ARCHIVED): "The pool is archived; an archived pool cannot be changed.",
    (CommandKind.UPDATE_POOL, ""): "Set the pool up first.",
    (CommandKind.START_POOL, PoolStatus.OPEN): "The pool is open already.",
    (CommandKind.START_POOL, PoolStatus.ARCHIVED): "The pool is archived and cannot be started again.",
    (CommandKind.START_POOL, ""): "Set the pool up first.",
    (CommandKind.STOP_POOL, PoolStatus.CLOSED): "The pool is not open.",
    (CommandKind.STOP_POOL, PoolStatus.ARCHIVED): "The pool is archived.",
    (CommandKind.STOP_POOL, ""): "Set the pool up first.",
    (CommandKind.ARCHIVE_POOL, PoolStatus.OPEN): "The pool is open. Stop it first.",
    (CommandKind.ARCHIVE_POOL, PoolStatus.ARCHIVED): "The pool is archived already.",
    (CommandKind.ARCHIVE_POOL, ""): "Set the pool up first.",
    CommandKind.SYNC_POOL: "Set the pool up first.",
    (CommandKind.ACCEPT_ASSIGNMENT, AssignmentStatus.ACCEPTED): "This assignment is accepted already.",
    CommandKind.ACCEPT_ASSIGNMENT: "Only submitted or rejected assignments can be accepted.",
    (CommandKind.REJECT_ASSIGNMENT, AssignmentStatus.REJECTED): "This assignment is rejected already. You can still accept it.",
    (CommandKind.REJECT_ASSIGNMENT, AssignmentStatus.ACCEPTED): "This assignment is accepted, and an accepted one cannot be rejected.",
    CommandKind.REJECT_ASSIGNMENT: "Only submitted assignments can be rejected.",
    CommandKind.SETUP_VERIFICATION: "This pool has a verification already.",
    (CommandKind.UPDATE_VERIFICATION, ""): "Set the verification up first.",
    (CommandKind.UPDATE_VERIFICATION, PoolStatus.ARCHIVED): "The verification pool is archived. Make a new one first.",
    CommandKind.REISSUE_JOB: "Only a job whose latest attempt was rejected can be given to another Toloker.",
}
_BUSY = "“{verb}” is still on its way. Wait until it is finished."
_LOCKED = "The platform has locked it. Ask the platform's support."


def obstacles(target: Target | Project | Task, verb: str, *, idle: bool = False) -> list[str]:
    """Sentences; empty means the verb may be asked for.

    `verb` is a CommandKind value. `target` is the verb's target; for setup_project a Project and for setup_pool a Task. `idle`: the
    caller has just seen that no command of the target is on its way.
    """
    if isinstance(target, Project):
        return _setup_project(target)
    if isinstance(target, Task):
        return _setup_pool(target)
    if not idle and (busy := open_command(target)):
        return [_BUSY.format(verb=busy.get_kind_display())]
    wrong = _wrong_status(verb, _status(target))
    if wrong:
        return [wrong]
    check = _CHECKS.get(verb)
    return check(target) if check else []


def is_busy(target: Target | Project | Task) -> bool:
    """Whether a command of the target (for a Project or Task: of its twin) is on its way."""
    twin: Any = target
    if isinstance(target, Project):
        twin = CrowdProject.objects.filter(project=target).first()
    elif isinstance(target, Task):
        twin = Pool.objects.filter(task=target).first()
    return twin is not None and open_command(twin) is not None


def _status(target: Target) -> str:
    if isinstance(target, TaskSuite):
        return _status_of_suite(target)
    return target.status


def _status_of_suite(suite: TaskSuite) -> str:
    """Its newest attempt's; where several do the job REJECTED as long as somebody else is wanted than those who have it."""
    latest = latest_assignment(suite)
    if latest is None or suite.pool.overlap == 1:
        return latest.status if latest else ""
    return AssignmentStatus.REJECTED.value if places_missing(suite) > 0 else latest.status


def _wrong_status(verb: str, status: str) -> str:
    if is_allowed(verb, status):
        return ""
    if status in (PoolStatus.LOCKED, ProjectStatus.LOCKED):
        return _LOCKED
    return _WRONG_STATUS.get((verb, status)) or _WRONG_STATUS.get(verb) or f"Not possible while the status is {status or 'unknown'}."


def _setup_project(project: Project) -> list[str]:
    found = []
    crowd_project = CrowdProject.objects.filter(project=project).first()
    if crowd_project is not None:
        if busy := open_command(crowd_project):
            return [_BUSY.format(verb=busy.get_kind_display())]
        if crowd_project.remote_id:
            return [_WRONG_STATUS[CommandKind.SETUP_PROJECT]]
    if not project.labels.exists():
        found.append("The project has no labels: Tolokers would have nothing to draw with. Add a label first.")
    return found


def _setup_pool(task: Task) -> list[str]:
    pool = Pool.objects.filter(task=task).first()
    if pool is not None:
        if busy := open_command(pool):
            return [_BUSY.format(verb=busy.get_kind_display())]
        # With jobs that never got to the platform the set-up is not over, and may be tried again.
        if pool.remote_id and not pool.task_suites.filter(remote_task_id="").exists():
            return [_WRONG_STATUS[CommandKind.SETUP_POOL]]
    crowd_project = CrowdProject.objects.filter(project_id=task.project_id).first()
    if crowd_project is None or not crowd_project.remote_id:
        return ["Set the project up for crowdsourcing first: Project › Actions › Setup crowdsourcing project."]
    if crowd_project.status != ProjectStatus.ACTIVE:
        return [f"The platform's project is {crowd_project.status.lower()}: it takes no new pools."]
    if not task.annotation_jobs.exists():
        return ["The task has no jobs yet. Add images and wait until they are processed."]
    return []


def _start_pool(pool: Pool) -> list[str]:
    found = []
    if pool.crowd_project.status != ProjectStatus.ACTIVE:
        found.append(f"The platform's project is {pool.crowd_project.status.lower()}.")
    if gone := page_gone(pool):
        found.append(gone)
    if is_drawn_there(pool):
        found += unfit(pool.task, pool.interface_options)
    if pool.will_expire <= platform_now(pool.crowd_project.account):
        found.append("The pool's closing date is in the past. Set a later one in Update pool.")
    found += skills_gone(pool)
    if pool.task_suites.filter(remote_task_id="").exists():
        found.append("Not all jobs are published yet. Open Setup Toloka pool and try again.")
    return found


def _archive_pool(pool: Pool) -> list[str]:
    found = []
    counts = {status: pool.assignments.filter(status=status).count() for status in (
        AssignmentStatus.ACTIVE, AssignmentStatus.SUBMITTED)}
    if counts[AssignmentStatus.ACTIVE]:
        found.append(f"{_assignments(counts[AssignmentStatus.ACTIVE])} still being worked on. Wait until submitted or expired.")
    if counts[AssignmentStatus.SUBMITTED]:
        found.append(f"{_assignments(counts[AssignmentStatus.SUBMITTED])} waiting for your review. Accept or reject first.")
    disputed = _disputed(pool)
    if disputed:
        found.append(f"{_assignments(disputed)} rejected less than {settings.DISPUTE_DAYS} days ago: the Toloker may still appeal.")
    open_jobs = Job.objects.filter(task_suite__pool=pool).exclude(_COMPLETE).count()
    # A pool that nobody ever worked in is called off, not finished: without this it would keep its project open for ever.
    if open_jobs and not found and pool.assignments.filter(status__in=CONSUMES_OVERLAP).exists():
        merged = " from all who are to do them, and merged" if pool.overlap > 1 else ""
        jobs = f"{open_jobs} of {pool.task_suites.count()} jobs"
        found.append(f"{jobs} are not complete. Start the pool again until all are accepted{merged}.")
    return found


def _assignments(count: int) -> str:
    return "1 assignment is" if count == 1 else f"{count} assignments are"


def _disputed(pool: Pool) -> int:
    since = platform_now(pool.crowd_project.account) - timedelta(days=settings.DISPUTE_DAYS)
    return pool.assignments.filter(status=AssignmentStatus.REJECTED, rejected__gt=since).count()


def _archive_project(crowd_project: CrowdProject) -> list[str]:
    names = list(crowd_project.pools.exclude(remote_id="").exclude(status=PoolStatus.ARCHIVED).values_list("task__name", flat=True)[:4])
    if not names:
        return []
    shown = ", ".join(f"“{name}”" for name in names[:3]) + (" and others" if len(names) > 3 else "")
    return [f"All pools must be archived first; not yet: {shown}."]


def _not_archived(pool: Pool) -> list[str]:
    if pool.status == PoolStatus.ARCHIVED:
        return ["The pool is archived: nothing in it can be reviewed or given out any more."]
    return []


def _accept(assignment: Assignment) -> list[str]:
    found = _not_archived(assignment.pool)
    if assignment.status == AssignmentStatus.REJECTED and assignment.rejected is not None:
        ends = assignment.rejected + timedelta(days=settings.DISPUTE_DAYS)
        if platform_now(assignment.pool.crowd_project.account) > ends:
            found.append(f"It was rejected more than {settings.DISPUTE_DAYS} days ago; the platform no longer changes that.")
    return found


def _reissue(task_suite: TaskSuite) -> list[str]:
    found = _not_archived(task_suite.pool)
    if is_accepted(task_suite):
        return [*found, "Enough work on this job is accepted: nobody else is needed."]
    if is_offered_again(task_suite):
        found.append("This job is offered to other Tolokers already.")
    elif task_suite.pool.overlap > 1 and places_missing(task_suite) <= 0:
        found.append("As many Tolokers as are wanted have this job, or handed it in.")
    return found


def _withdraw(task_suite: TaskSuite) -> list[str]:
    found = _not_archived(task_suite.pool)
    if not spare_places(task_suite):
        found.append("This job is offered to no more Tolokers than are wanted.")
    return found


_CHECKS: dict[str, Callable[[Any], list[str]]] = {
    CommandKind.START_POOL: _start_pool,
    CommandKind.ARCHIVE_POOL: _archive_pool,
    CommandKind.ARCHIVE_PROJECT: _archive_project,
    CommandKind.ACCEPT_ASSIGNMENT: _accept,
    CommandKind.REJECT_ASSIGNMENT: lambda assignment: _not_archived(assignment.pool),
    CommandKind.REISSUE_JOB: _reissue,
    CommandKind.WITHDRAW_OFFER: _withdraw,
    CommandKind.SETUP_VERIFICATION: lambda verification: verification_obstacles(verification.pool),
}
