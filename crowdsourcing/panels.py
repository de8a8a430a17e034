"""What this room adds to the pages and API answers of the room below (annotation.extensions). Registered in apps.py."""
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from annotation import extensions
from annotation.models import Issue, Job, Project, Task
from crowdsourcing import doors, selectors
from crowdsourcing.models import Assignment, CrowdProject, Pool, TaskSuite
from crowdsourcing.selectors import provenance
from crowdsourcing.selectors.board import waiting_counts
from crowdsourcing.selectors.corrections import correction_state, kept_corrections, with_comparable
from crowdsourcing.selectors.policies import verdicts_of
from crowdsourcing.selectors.reviews import automatic_acceptance, dispute_end
from crowdsourcing.statuses import AssignmentStatus, CommandKind, PoolStatus, ReissuePolicy
from crowdsourcing.views import pools as pool_views, projects as project_views
from crowdsourcing.views.commands import command_context

Context = dict[str, Any] | None
# last_close_reason of the platform -> what it means for the requester.
CLOSE_REASONS = {
    "MANUAL": "It was stopped by hand.",
    "FOR_UPDATE": "It is closed for a change and opens again by itself within 15 minutes.",
    "COMPLETED": "Every job was done.",
    "EXPIRED": "Its last day has passed. Set a later date in Update pool, then start it.",
    "NOT_ENOUGH_BALANCE": "The balance ran out. Top up the platform's account, then start it again.",
    "ASSIGNMENTS_LIMIT_EXCEEDED": "The platform's limit of assignments was reached.",
    "BLOCKED": "The platform's moderators stopped it. Ask the platform's support.",
}


def register() -> None:
    for place, template, context_of in (
        ("project.badges", "_project_badge", project_badge), ("project.actions", "_project_actions", project_actions),
        ("project.panels", "_project_panel", project_panel),
        ("task.badges", "_task_badge", task_badge), ("task.actions", "_task_actions", task_actions), ("task.panels", "_pool_panel",
            pool_panel),
        ("job.badges", "_job_badge", job_badge), ("job.bar", "_review_bar", review_bar), ("job.panels", "_job_panel", job_panel),
        ("editor.review", "_editor_bar", editor_bar),
        ("navigation", "_navigation", navigation),
    ):
        extensions.register_panel(place, f"crowdsourcing/{template}.html", context_of)
    extensions.register_deletion_obstacle(deletion_obstacle)
    extensions.register_api_extra(api_extra, of_many=api_extras)
    extensions.register_provenance(provenance.COLUMNS, provenance.provenance_of)


def _crowd_project(project_id: int) -> CrowdProject | None:
    return CrowdProject.objects.select_related("account", "project").filter(project_id=project_id).first()


def _pool(task_id: int) -> Pool | None:
    return Pool.objects.select_related("crowd_project__account", "crowd_project__project", "task__project").filter(task_id=task_id).first()


# --- projects -------------------------------------------------------------------------------------------------------
def project_badge(request: HttpRequest, project: Project) -> Context:
    crowd_project = CrowdProject.objects.filter(project=project).first()
    return {"crowd_project": crowd_project} if crowd_project and crowd_project.remote_id else None


def project_actions(request: HttpRequest, project: Project) -> Context:
    if not doors.may_edit(request.user, project):
        return None
    crowd_project = _crowd_project(project.pk)
    if crowd_project is None or not crowd_project.remote_id:
        return {"project": project, "crowd_project": None}
    verbs = [_menu_item(crowd_project, verb, words, reverse("crowdsourcing:project_verb", args=[project.pk, verb]))
             for verb, words in project_views.VERBS.items()]
    return {"project": project, "crowd_project": crowd_project, "verbs": verbs}


def _menu_item(target: Any, verb: str, words: dict[str, Any], address: str) -> dict[str, Any]:
    obstacles = selectors.obstacles(target, words["kind"])
    return {"verb": verb, "title": words["title"], "icon": words["icon"], "address": address, "why_not": " ".join(obstacles)}


def project_panel(request: HttpRequest, project: Project) -> Context:
    may_edit = doors.may_edit(request.user, project)
    crowd_project = _crowd_project(project.pk)
    if crowd_project is None:
        return {"project": project, "crowd_project": None, "may_edit": True} if may_edit else None
    return {
        "project": project, "crowd_project": crowd_project, "account": crowd_project.account, "may_edit": may_edit,
        "remote_url": selectors.remote_url(crowd_project), "lag": _lag(crowd_project.synced_at),
        "waiting": doors.waiting_for(request.user).filter(pool__crowd_project=crowd_project).count(),
        **command_context(selectors.latest_command(crowd_project), request.user, project),
    }


def _lag(synced_at: Any) -> int | None:
    """Seconds since the last look at the platform."""
    return None if synced_at is None else max(0, int((timezone.now() - synced_at).total_seconds()))


# --- tasks ----------------------------------------------------------------------------------------------------------
def task_badge(request: HttpRequest, task: Task) -> Context:
    pool = Pool.objects.filter(task=task).first()
    return {"pool": pool} if pool and pool.remote_id else None


def task_actions(request: HttpRequest, task: Task) -> Context:
    if not doors.may_edit(request.user, task):
        return None
    pool = _pool(task.pk)
    if pool is None or not pool.remote_id or pool_views.unpublished(pool):
        return {"task": task, "pool": None, "why_not": " ".join(selectors.obstacles(task, CommandKind.SETUP_POOL))}
    verbs = [_menu_item(pool, verb, words, reverse("crowdsourcing:pool_verb", args=[task.pk, verb]))
             for verb, words in pool_views.VERBS.items() if verb != ("start" if pool.status == PoolStatus.OPEN else "stop")]
    return {"task": task, "pool": pool, "verbs": verbs}


def pool_panel(request: HttpRequest, task: Task) -> Context:
    pool = _pool(task.pk)
    may_edit = doors.may_edit(request.user, task)
    if pool is None:
        crowd_project = _crowd_project(task.project_id)
        return {"task": task, "pool": None} if may_edit and crowd_project and crowd_project.remote_id else None
    counts = selectors.pool_counts(pool)
    context = command_context(selectors.latest_command(pool), request.user, task)
    first = doors.waiting_for(request.user).filter(pool=pool).first() if counts["submitted"] else None
    first_rejected = pool.task_suites.filter(job__state="rejected").first() if counts["rejected_jobs"] else None
    return {
        "task": task, "pool": pool, "may_edit": may_edit, "counts": counts, "money": selectors.pool_money(pool),
        "fee_percent": settings.PLATFORM_FEE_PERCENT, "remote_url": selectors.remote_url(pool), "lag": _lag(pool.synced_at),
        "open_jobs": max(0, counts["jobs"] - counts["completed"] - counts["submitted"] - counts["active"]),
        "close_reason": CLOSE_REASONS.get(pool.last_close_reason, "") if pool.status == PoolStatus.CLOSED else "",
        "first_waiting": first, "first_rejected": first_rejected,
        "hint": next_step(pool, counts, bool(context.get("command_open"))), **context,
    }


def next_step(pool: Pool, counts: dict[str, int], busy: bool) -> str:
    """One of the hints that _pool_panel.html words."""
    if busy or pool.status in (PoolStatus.ARCHIVED, PoolStatus.LOCKED):
        return ""
    if not pool.remote_id or counts["published"] < counts["jobs"]:
        return "setup"
    if counts["submitted"]:
        return "review"
    if counts["jobs"] and counts["completed"] == counts["jobs"]:
        return "done" if pool.status == PoolStatus.CLOSED else "stop"
    if counts["active"]:
        return "working"
    if counts["rejected_jobs"] and counts["completed"] + counts["rejected_jobs"] == counts["jobs"]:
        return "rejected"
    return "waiting" if pool.status == PoolStatus.OPEN else "start"


# --- jobs -----------------------------------------------------------------------------------------------------------
def job_badge(request: HttpRequest, job: Job) -> Context:
    """Where the attempt says more than the job's state. One query a task and request, however many jobs the list shows."""
    if request.resolver_match and request.resolver_match.url_name == "job_detail":
        return None  # the bar says it
    cache: dict[int, dict[int, str]] = request.__dict__.setdefault("_crowd_attempts", {})
    if job.task_id not in cache:
        rows = (Assignment.objects.filter(job__task_id=job.task_id).order_by("job_id", "-created", "-remote_id")
                .distinct("job_id").values_list("job_id", "status"))
        cache[job.task_id] = dict(rows)
    status = cache[job.task_id].get(job.pk)
    telling = (AssignmentStatus.SUBMITTED, AssignmentStatus.SKIPPED, AssignmentStatus.EXPIRED)
    return {"assignment": Assignment(status=status)} if status in telling else None


def _suite(job: Job) -> TaskSuite | None:
    return TaskSuite.objects.select_related("pool__crowd_project__account", "pool__task__project", "job").filter(job=job).first()


def review_bar(request: HttpRequest, job: Job) -> Context:
    """Accept and Reject for the job's latest attempt; what cannot be done now is not offered."""
    suite = _suite(job)
    # A worker of an organization sees the job that was given to them, nothing of the crowd.
    review = suite is not None and doors.may_review(request.user, job)
    if suite is None or not review:
        return None
    assignment = with_comparable(doors.assignments_for(request.user)).filter(task_suite=suite).order_by("-created", "-remote_id").first()
    if assignment is None:
        return {"job": job, "suite": suite, "pool": suite.pool, "assignment": None}
    status, pool = assignment.status, suite.pool
    # Automatic mode: the platform accepts; there is nothing to press unless it was switched on after this one was submitted.
    by_hand = not pool.auto_accept_solutions or status == AssignmentStatus.SUBMITTED
    suite_command, own = selectors.latest_command(suite), selectors.latest_command(assignment)
    newest = max(filter(None, (suite_command, own)), key=lambda command: command.created_at, default=None)
    context = command_context(newest, request.user, job)
    busy = bool(context.get("command_open"))
    return {
        "job": job, "suite": suite, "pool": pool, "assignment": assignment, **context,
        "may_accept": review and by_hand and not busy and not selectors.obstacles(assignment, CommandKind.ACCEPT_ASSIGNMENT),
        "may_reject": review and by_hand and not busy and not selectors.obstacles(assignment, CommandKind.REJECT_ASSIGNMENT),
        "may_reissue": status == AssignmentStatus.REJECTED and doors.may_edit(request.user, job) and _may_reissue(suite, assignment)
        and not busy and not selectors.obstacles(suite, CommandKind.REISSUE_JOB),
        "accepted_by_itself_at": automatic_acceptance(assignment),
        "without_work": status in (AssignmentStatus.SUBMITTED, AssignmentStatus.REJECTED) and assignment.snapshot_id is None,
        "open_issues": Issue.objects.filter(job=job, attempt=assignment.remote_id, resolved_date=None).count(),
        "dispute_ends": dispute_end(assignment), "policy": ReissuePolicy(pool.reissue_policy),
        **correction_state(assignment, request.user, may_review=review, busy=busy),
    }


def editor_bar(request: HttpRequest, job: Job) -> Context:
    """The same bar above the editor: its dialogs lead back there."""
    context = review_bar(request, job)
    return None if context is None else {**context, "in_editor": True}


def _may_reissue(suite: TaskSuite, assignment: Assignment) -> bool:
    """By hand always; otherwise once the dispute is over, should the automatic one not have come."""
    if suite.pool.reissue_policy == ReissuePolicy.BY_HAND:
        return True
    ends = dispute_end(assignment)
    return ends is not None and ends <= timezone.now()


def job_panel(request: HttpRequest, job: Job) -> Context:
    suite = _suite(job)
    if suite is None or not doors.may_review(request.user, job):
        return None
    attempts = list(selectors.attempts_of(job).select_related("pool__crowd_project__account").defer("snapshot__data"))
    kept, verdicts = kept_corrections(job), verdicts_of(attempts)
    for number, attempt in enumerate(reversed(attempts), start=1):
        attempt.number = number  # type: ignore[attr-defined]
        attempt.correction = kept.get(attempt.remote_id)  # type: ignore[attr-defined]
        attempt.told = verdicts.get(attempt.pk, [])  # type: ignore[attr-defined]
    changes = list(selectors.timeline_of(job))
    numbers = {attempt.pk: attempt.number for attempt in attempts}  # type: ignore[attr-defined]
    for change in changes:
        change.attempt_number = numbers.get(change.target_id) if change.target_type == "assignment" else None  # type: ignore[attr-defined]
    latest = attempts[0] if attempts else None
    return {
        "job": job, "pool": suite.pool, "suite": suite, "attempts": attempts, "changes": list(reversed(changes)), "latest": latest,
        "shown_snapshot": request.GET.get("snapshot", ""),
        "accepted_by_itself_at": automatic_acceptance(latest) if latest else None,
    }


# --- everywhere -----------------------------------------------------------------------------------------------------
def navigation(request: HttpRequest, user: Any) -> Context:
    counts = waiting_counts(user)
    return {"count": counts["waiting"], "due": counts["due"]}


def deletion_obstacle(thing: Any) -> str | None:
    """What has a twin at the platform is part of the accounts: it stays."""
    if isinstance(thing, Project) and CrowdProject.objects.filter(project=thing).exists():
        return "The project is set up on Toloka. Payments and reviews are recorded with it: archive it there instead."
    if isinstance(thing, Task) and Pool.objects.filter(task=thing).exists():
        return f"Task “{thing.name}” has a Toloka pool. Payments and reviews are recorded with it: archive it there instead."
    return None


_TWIN_FACTS = ("id", "remote_id", "status", "synced_at")


def api_extra(kind: str, thing: Any) -> dict[str, Any]:
    """{"crowd": {...} or None} on projects, tasks and jobs."""
    return api_extras(kind, [thing]).get(thing.pk, {})


_LATEST = """SELECT DISTINCT ON (s.job_id) s.job_id, a.id, a.status, a.reward
    FROM crowdsourcing_assignment a JOIN crowdsourcing_tasksuite s ON s.id = a.task_suite_id
    WHERE s.job_id = ANY(%s) ORDER BY s.job_id, a.created DESC, a.remote_id DESC"""


def latest_attempts(jobs: list[int]) -> list[tuple[Any, ...]]:
    """(job, assignment, status, reward) of each job's newest attempt. In SQL: asked with every look at a job."""
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [jobs])
        return cursor.fetchall()


def api_extras(kind: str, things: Sequence[Any]) -> dict[Any, dict[str, Any]]:
    """The same for a page of a list, in one query."""
    keys = [thing.pk for thing in things]
    found: dict[Any, dict[str, Any]] = {}
    if kind == "project":
        for twin in CrowdProject.objects.filter(project__in=keys).only("project_id", *_TWIN_FACTS):
            found[twin.project_id] = {name: getattr(twin, name) for name in _TWIN_FACTS}
    elif kind == "task":
        for pool in Pool.objects.filter(task__in=keys).only("task_id", *_TWIN_FACTS):
            found[pool.task_id] = {name: getattr(pool, name) for name in _TWIN_FACTS}
    elif kind == "job":
        found = {job: {"assignment": pk, "status": status, "reward": str(reward)} for job, pk, status, reward in latest_attempts(keys)}
    else:
        return {}
    return {key: {"crowd": found.get(key)} for key in keys}
