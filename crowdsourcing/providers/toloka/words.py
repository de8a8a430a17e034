"""Toloka's JSON as our dataclasses and back. Times there: UTC without a zone, milliseconds."""
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import wraps
from typing import Any, TypeVar

from crowdsourcing import rules
from crowdsourcing.providers.base import (
    PoolSpec,
    ProjectSpec,
    RemoteAssignment,
    RemotePool,
    RemoteProject,
    RemoteSkill,
    RemoteTask,
    RequesterInfo,
    SkillSpec,
)
from crowdsourcing.providers.errors import Unavailable
from crowdsourcing.providers.people import RemoteBan, RemoteUserSkill
from crowdsourcing.providers.toloka.drawing_words import are_drawings, drawn
from crowdsourcing.providers.toloka.marks import introduced, mark_of, marked
from crowdsourcing.providers.toloka.task_page import view_spec

# One job is one task is one page: no smart mixing beyond "one real task", issued in creation order.
_ONE_A_PAGE = {"real_tasks_count": 1, "golden_tasks_count": 0, "training_tasks_count": 0, "mix_tasks_in_creation_order": True}


def moment(text: str | None) -> datetime | None:
    """"2022-11-22T16:08:41.802", with or without Z."""
    if not text:
        return None
    parsed = datetime.fromisoformat(text)
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def text_of(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat()


def money(value: Any) -> Decimal:
    return Decimal(str(value or 0))


def without_nul(value: Any) -> Any:
    """The same without NUL characters, which no database keeps. A Toloker decides what is in a solution."""
    if type(value) is str:
        return value.replace("\0", "") if "\0" in value else value
    if isinstance(value, dict):
        return {without_nul(key): without_nul(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_nul(item) for item in value]
    return value


def project_json(spec: ProjectSpec) -> dict[str, Any]:
    string = {"type": "string", "required": True, "hidden": False}
    return {
        **introduced(spec), **marked(spec.mark),
        "task_spec": {
            "input_spec": {"job_key": dict(string)},
            "output_spec": {
                "job_key": dict(string),
                "revision": {"type": "integer", "required": True, "hidden": False, "min_value": 0},
                "digest": {**string, "min_length": 64, "max_length": 64},
            },
            "view_spec": view_spec(spec.editor_base),
        },
    }


def pool_json(spec: PoolSpec) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        "project_id": spec.project_id,
        "private_name": spec.name,
        **marked(spec.mark),
        "public_description": spec.public_description,
        "may_contain_adult_content": spec.may_contain_adult_content,
        "reward_per_assignment": spec.reward_per_assignment,
        "assignment_max_duration_seconds": spec.assignment_max_duration_seconds,
        "auto_accept_solutions": spec.auto_accept_solutions,
        "auto_accept_period_day": spec.auto_accept_period_day,
        "auto_close_after_complete_delay_seconds": spec.auto_close_after_complete_delay_seconds,
        "will_expire": text_of(spec.will_expire),
        "defaults": {"default_overlap_for_new_task_suites": spec.overlap, "default_overlap_for_new_tasks": spec.overlap},
        "quality_control": {"configs": rules.with_reissue(spec.quality_rules, spec.reissue_at_once)},
    }
    if not spec.together:
        wanted["mixer_config"] = dict(_ONE_A_PAGE)
    if spec.filter:
        wanted["filter"] = spec.filter
    return wanted


def merged_pool(found: dict[str, Any], spec: PoolSpec) -> dict[str, Any]:
    """The platform's pool with our wishes in it; what a requester added in the platform's own pages stays (other rules, priority)."""
    wanted = pool_json(spec)
    there = found.get("quality_control") or {}
    quality = {**there, "configs": rules.merged(there.get("configs") or [], wanted["quality_control"]["configs"], spec.dropped_rules)}
    kept = {key: value for key, value in found.items() if key != "filter"}
    if not spec.together:
        wanted["mixer_config"] = {**(found.get("mixer_config") or {}), **_ONE_A_PAGE}
    return {**kept, **wanted, "quality_control": quality}


# Keys that are compared as they are; the rest needs a word of translation.
_PLAIN = (
    "private_name", "public_description", "assignment_max_duration_seconds", "auto_accept_solutions", "auto_accept_period_day",
    "auto_close_after_complete_delay_seconds",
)


def pool_differs(found: dict[str, Any], spec: PoolSpec) -> bool:
    wanted = pool_json(spec)
    if any(found.get(key) != wanted[key] for key in _PLAIN):
        return True
    configs = (found.get("quality_control") or {}).get("configs") or []
    return (
        bool(found.get("may_contain_adult_content")) != spec.may_contain_adult_content
        or money(found.get("reward_per_assignment")) != spec.reward_per_assignment
        or abs((moment(found.get("will_expire")) or datetime.min.replace(tzinfo=UTC)) - spec.will_expire).total_seconds() >= 1
        or (found.get("filter") or {}) != spec.filter
        or rules.differ(configs, wanted["quality_control"]["configs"], spec.dropped_rules))


Item = TypeVar("Item")


def understood(read: Callable[..., Item]) -> Callable[..., Item]:
    """Unavailable instead of a crash where an object lacks what we need of it."""

    @wraps(read)
    def checked(*arguments: Any) -> Item:
        try:
            return read(*arguments)
        except (KeyError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
            sentence = "The platform's answer lacks what we need of it. We try again by ourselves."
            raise Unavailable(sentence, "NOT_AN_ANSWER") from error

    return checked


@understood
def requester_from(item: dict[str, Any]) -> RequesterInfo:
    names = item.get("public_name") or {}
    name = (names.get("EN") or next(iter(names.values()), "")) if isinstance(names, dict) else str(names)
    balance = item.get("balance")
    return RequesterInfo(str(item["id"]), str(name), None if balance is None else money(balance))


@understood
def project_from(item: dict[str, Any], seen_at: datetime) -> RemoteProject:
    return RemoteProject(str(item["id"]), str(item.get("status") or "ACTIVE"), mark_of(item), seen_at)


@understood
def skill_from(item: dict[str, Any], seen_at: datetime) -> RemoteSkill:
    words = item.get("public_requester_description") or {}
    hidden = item.get("hidden")
    return RemoteSkill(str(item["id"]), without_nul(str(item["name"])), hidden is None or bool(hidden),
                       {str(language): without_nul(str(text)) for language, text in words.items()}, seen_at)


def skill_json(spec: SkillSpec) -> dict[str, Any]:
    return {"name": spec.name, "hidden": spec.hidden, "public_requester_description": dict(spec.public_requester_description)}


@understood
def user_skill_from(item: dict[str, Any], seen_at: datetime) -> RemoteUserSkill:
    """The exact value; the rounded one stands in for it where a server does not tell it."""
    exact = item.get("exact_value")
    changed = moment(item.get("modified") or item.get("created"))
    return RemoteUserSkill(str(item["skill_id"]), str(item["user_id"]), float(item["value"] if exact is None else exact),
                           changed or seen_at, seen_at)


@understood
def ban_from(item: dict[str, Any], seen_at: datetime) -> RemoteBan:
    return RemoteBan(
        id=str(item["id"]), user_id=str(item["user_id"]), scope=str(item["scope"]), project_id=str(item.get("project_id") or ""),
        pool_id=str(item.get("pool_id") or ""), private_comment=without_nul(str(item.get("private_comment") or "")),
        created=moment(item.get("created")) or seen_at, will_expire=moment(item.get("will_expire")), seen_at=seen_at)


@understood
def pool_from(item: dict[str, Any], seen_at: datetime) -> RemotePool:
    return RemotePool(
        id=str(item["id"]), project_id=str(item.get("project_id") or ""), status=str(item["status"]),
        last_close_reason=str(item.get("last_close_reason") or ""), mark=mark_of(item), seen_at=seen_at,
        auto_accept=None if item.get("auto_accept_solutions") is None else bool(item["auto_accept_solutions"]))


@understood
def task_from(item: dict[str, Any], seen_at: datetime) -> RemoteTask:
    return RemoteTask(
        str(item["id"]), str(item.get("pool_id") or ""), str((item.get("input_values") or {}).get("job_key") or ""),
        int(item.get("overlap") or 0), seen_at)


@understood
def assignment_from(item: dict[str, Any], seen_at: datetime) -> RemoteAssignment:
    tasks, solutions = item.get("tasks") or [], item.get("solutions") or []
    task = tasks[0] if tasks else {}
    get = item.get
    return RemoteAssignment(
        id=item["id"], pool_id=item["pool_id"], task_id=task.get("id") or "", suite_id=str(get("task_suite_id") or ""),
        job_key=str((task.get("input_values") or {}).get("job_key") or ""),
        user_id=get("user_id") or "", status=item["status"], reward=money(get("reward")), created=moment(item["created"]) or seen_at,
        seen_at=seen_at, submitted=moment(get("submitted")), accepted=moment(get("accepted")), rejected=moment(get("rejected")),
        skipped=moment(get("skipped")), expired=moment(get("expired")), public_comment=without_nul(get("public_comment") or ""),
        solution=without_nul(_solution(tasks, solutions)))


def _solution(tasks: list[dict[str, Any]], solutions: list[Any]) -> dict[str, Any]:
    if solutions and are_drawings(tasks):
        return drawn(tasks, solutions)
    return (solutions[0].get("output_values") or {}) if solutions else {}
