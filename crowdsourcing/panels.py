"""What this room adds to the pages and API answers of the room below (annotation.extensions). Registered in apps.py."""
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from annotation import extensions
from annotation.models import Project, Task
from crowdsourcing import doors, job_panels, selectors
from crowdsourcing.models import CrowdProject, Pool, ProviderCommand
from crowdsourcing.selectors import provenance
from crowdsourcing.selectors.board import waiting_counts
from crowdsourcing.selectors.consensus import merged_in_part
from crowdsourcing.selectors.drawing import fixed_pictures, page_gone
from crowdsourcing.selectors.money import rejected_suites
from crowdsourcing.selectors.policies import policy_comes
from crowdsourcing.statuses import CommandKind, PoolStatus
from crowdsourcing.templatetags.crowd import CLOSE_REASONS
from crowdsourcing.views import pools as pool_views, projects as project_views
from crowdsourcing.views.commands import command_context

Context = dict[str, Any] | None


def register() -> None:
    for place, template, context_of in (
        ("project.badges", "_project_badge", project_badge), ("project.actions", "_project_actions", project_actions),
        ("project.panels", "_project_panel", project_panel),
        ("task.badges", "_task_badge", task_badge), ("task.actions", "_task_actions", task_actions), ("task.panels", "_pool_panel",
            pool_panel),
        ("job.badges", "_job_badge", job_panels.job_badge), ("job.bar", "_review_bar", job_panels.review_bar),
        ("job.bar", "_consensus_bar", job_panels.consensus_bar), ("job.panels", "_job_panel", job_panels.job_panel),
        ("editor.review", "_editor_bar", job_panels.editor_bar),
        ("navigation", "_navigation", navigation),
    ):
        extensions.register_panel(place, f"crowdsourcing/{template}.html", context_of)
    extensions.register_deletion_obstacle(deletion_obstacle)
    extensions.register_api_extra(api_extra, of_many=api_extras)
    extensions.register_provenance(provenance.COLUMNS, provenance.provenance_of)
    extensions.register_fixed_pictures(fixed_pictures)


def _crowd_project(project_id: int) -> CrowdProject | None:
    return CrowdProject.objects.select_related("account", "project").filter(project_id=project_id).first()


def _command_of(request: HttpRequest, twin: CrowdProject | Pool) -> ProviderCommand | None:
    """Its newest command, read once a request."""
    kept: dict[Any, ProviderCommand | None] = request.__dict__.setdefault("_crowd_commands", {})
    key = (type(twin), twin.pk)
    if key not in kept:
        kept[key] = selectors.latest_command(twin)
    return kept[key]


def _counts_of(request: HttpRequest, pool: Pool) -> dict[str, int]:
    """As `pool_counts`, once a request."""
    kept: dict[int, dict[str, int]] = request.__dict__.setdefault("_crowd_counts", {})
    return kept[pool.pk] if pool.pk in kept else kept.setdefault(pool.pk, selectors.pool_counts(pool))


def _unfinished(counts: dict[str, int]) -> bool:
    """The set-up stopped between the pool and its tasks."""
    return counts["published"] < counts["jobs"]


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
    verbs = [_menu_item(request, crowd_project, verb, words, reverse("crowdsourcing:project_verb", args=[project.pk, verb]))
             for verb, words in project_views.VERBS.items()]
    return {"project": project, "crowd_project": crowd_project, "verbs": verbs}


def _menu_item(request: HttpRequest, target: CrowdProject | Pool, verb: str, words: dict[str, Any], address: str) -> dict[str, Any]:
    obstacles = selectors.obstacles(target, words["kind"], idle=not selectors.is_open(_command_of(request, target)))
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
        **command_context(_command_of(request, crowd_project), request.user, project),
    }


def _lag(synced_at: Any) -> int | None:
    """Seconds since the last look at the platform."""
    return None if synced_at is None else max(0, int((timezone.now() - synced_at).total_seconds()))


# --- tasks ----------------------------------------------------------------------------------------------------------
def task_badge(request: HttpRequest, task: Task) -> Context:
    pool = job_panels.pool_of(request, task.pk)
    return {"pool": pool} if pool and pool.remote_id else None


def task_actions(request: HttpRequest, task: Task) -> Context:
    if not doors.may_edit(request.user, task):
        return None
    pool = job_panels.pool_of(request, task.pk)
    if pool is None or not pool.remote_id or _unfinished(_counts_of(request, pool)):
        return {"task": task, "pool": None, "why_not": " ".join(selectors.obstacles(task, CommandKind.SETUP_POOL))}
    verbs = [_menu_item(request, pool, verb, words, reverse("crowdsourcing:pool_verb", args=[task.pk, verb]))
             for verb, words in pool_views.VERBS.items() if verb != ("start" if pool.status == PoolStatus.OPEN else "stop")]
    return {"task": task, "pool": pool, "verbs": verbs}


def pool_panel(request: HttpRequest, task: Task) -> Context:
    pool = job_panels.pool_of(request, task.pk)
    may_edit = doors.may_edit(request.user, task)
    if pool is None:
        crowd_project = _crowd_project(task.project_id)
        return {"task": task, "pool": None} if may_edit and crowd_project and crowd_project.remote_id else None
    counts = _counts_of(request, pool)
    context = command_context(_command_of(request, pool), request.user, task)
    # What the review policy is still to decide is nothing to do for anybody.
    waiting = doors.waiting_for(request.user).filter(pool=pool)
    by_policy = waiting.filter(policy_comes()).count() if counts["submitted"] else 0
    first = waiting.exclude(policy_comes()).first() if counts["submitted"] > by_policy else None
    first_rejected = rejected_suites(pool).first() if counts["rejected_jobs"] else None
    to_look_at = merged_in_part(pool)
    # Where several do a job people see how many of all places are done.
    places, done = counts["jobs"] * pool.overlap, counts["completed"] if pool.overlap == 1 else counts["accepted"]
    return {
        "task": task, "pool": pool, "may_edit": may_edit, "counts": counts, "money": selectors.pool_money(pool),
        "fee_percent": settings.PLATFORM_FEE_PERCENT, "remote_url": selectors.remote_url(pool), "lag": _lag(pool.synced_at),
        "places": places, "done": done, "open_jobs": max(0, places - done - counts["submitted"] - counts["active"]),
        "to_look_at": len(to_look_at), "first_to_look_at": to_look_at[0] if to_look_at else None,
        "close_reason": CLOSE_REASONS.get(pool.last_close_reason, "") if pool.status == PoolStatus.CLOSED else "",
        "first_waiting": first, "by_policy": by_policy, "for_you": counts["submitted"] - by_policy, "first_rejected": first_rejected,
        "page_gone": page_gone(pool) if pool.status != PoolStatus.ARCHIVED else "",
        "hint": next_step(pool, counts, bool(context.get("command_open")), len(to_look_at)), **context,
    }


def next_step(pool: Pool, counts: dict[str, int], busy: bool, to_look_at: int = 0) -> str:
    """One of the hints that _pool_panel.html words."""
    if busy or pool.status in (PoolStatus.ARCHIVED, PoolStatus.LOCKED):
        return ""
    if not pool.remote_id or _unfinished(counts):
        return "setup"
    if counts["submitted"]:
        return "review"
    if to_look_at:
        return "merged"
    if counts["jobs"] and counts["completed"] == counts["jobs"]:
        return "done" if pool.status == PoolStatus.CLOSED else "stop"
    if counts["active"]:
        return "working"
    if counts["rejected_jobs"] and counts["completed"] + counts["rejected_jobs"] == counts["jobs"]:
        return "rejected"
    return "waiting" if pool.status == PoolStatus.OPEN else "" if page_gone(pool) else "start"


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


_LATEST = """SELECT DISTINCT ON (a.job_id) a.job_id, a.id, a.status, a.reward FROM crowdsourcing_assignment a
    WHERE a.job_id = ANY(%s) ORDER BY a.job_id, a.created DESC, a.remote_id DESC"""


def latest_attempts(jobs: list[int]) -> list[tuple[Any, ...]]:
    """(job, assignment, status, reward) of each job's newest attempt; where several do it its replicas have them.
    In SQL: asked with every look at a job."""
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
