"""Verbs on the platform's pool."""
import secrets
import uuid
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from annotation.models import Project, Task
from annotation.webhooks.announcing import announce, changing
from crowdsourcing import audience, selectors
from crowdsourcing.making import new_mark, page_for
from crowdsourcing.models import CrowdProject, Pool, ProviderCommand, TaskSuite, Verification
from crowdsourcing.quality.policies import is_by_hand
from crowdsourcing.rules.presets import EXAMPLE_LIFE, EXAMPLE_POOL, often_rejected, reissue, too_fast
from crowdsourcing.selectors.drawing import example_interface
from crowdsourcing.selectors.policies import policy_of
from crowdsourcing.services.access import may_edit
from crowdsourcing.services.commands import ask, refuse_obstacles, require
from crowdsourcing.services.drawing import apply_interface
from crowdsourcing.services.rules import MAX_NAME, apply_rules
from crowdsourcing.statuses import CommandKind

# What the requester decides; keys of `config`.
CONFIG_FIELDS = (
    "reward_per_assignment", "use_project_description", "public_description", "may_contain_adult_content", "auto_accept_solutions",
    "auto_close_after_complete_delay_seconds", "assignment_max_duration_seconds", "auto_accept_period_day", "filter",
    "reissue_policy", "will_expire", "overlap", "quality_rules", "interface", "interface_options",
)
# Those that are checked together with others before they are set.
_SET_APART = ("quality_rules", "interface", "interface_options")
ACCEPTS_AND_DECIDES = ("A review policy is in force for this pool: it decides which jobs are paid, and nothing would be left for it. "
                       "Turn the policy off on the pool’s page Review policy first.")
ACCEPTS_AND_ASKS = ("A verification crowd checks this pool’s jobs, and all would be paid before anybody answers. "
                    "Pause it on the pool’s page Verification first.")
DEFAULT_LIFE = timedelta(days=60)


@transaction.atomic(durable=True)
def setup_pool(*, actor: Any, task: Task, config: dict[str, Any], skill: dict[str, Any] | None = None) -> Pool:
    """Make a closed pool for `task` with one platform task a job. `config` holds CONFIG_FIELDS; all but the price have defaults.

    Called again after a failure it takes the new config and tries again. ValidationError by field; Refused.
    `skill`: fields of a SkillSpec; the pool gives this skill to whoever finishes a job, and it is made first.
    """
    task = Task.objects.select_for_update(of=("self",)).select_related("project").get(pk=task.pk)
    require(may_edit(actor, task.project))
    refuse_obstacles(task, CommandKind.SETUP_POOL)
    crowd_project = CrowdProject.objects.select_related("account").get(project_id=task.project_id)
    pool = Pool.objects.filter(task=task).first() or Pool(
        task=task, mark=new_mark("pool"), publish_operation_id=uuid.uuid4(),
        will_expire=selectors.platform_now(crowd_project.account) + DEFAULT_LIFE)
    pool.crowd_project = crowd_project
    _apply(pool, config)
    pool.drawing_project = page_for(pool)
    fresh = pool.pk is None
    pool.save()
    if fresh:
        announce("create", "pool", [pool.pk], actor=actor)
    known = set(pool.task_suites.values_list("job_id", flat=True))
    TaskSuite.objects.bulk_create([
        TaskSuite(pool=pool, job_id=job_id, key_nonce=secrets.token_hex(8))
        for job_id in task.annotation_jobs.values_list("pk", flat=True) if job_id not in known])
    ask(actor=actor, target=pool, kind=CommandKind.SETUP_POOL, account=crowd_project.account, payload={"skill": skill} if skill else None)
    return pool


def setup_example_pool(*, actor: Any, task: Task, skill_name: str = "") -> Pool:
    """The pool of the platform's segmentation example, in one go: its price, times, audience, its four rules, and the platform's own image
    annotation where the task fits it (selectors.drawing.example_interface says why it does not: then our editor).

    `skill_name`: the skill that whoever finishes a job gets; found by its name or made.
    """
    crowd_project = CrowdProject.objects.select_related("account", "project").filter(project_id=task.project_id).first()
    name = skill_name.strip() or example_skill(task.project)
    if len(name) > MAX_NAME:
        raise ValidationError({"skill_name": f"Give the skill a name of 1 to {MAX_NAME} characters."})
    # A pool that is at the platform keeps what it has there.
    interface = {} if Pool.objects.filter(task=task).exclude(remote_id="").exists() else example_interface(task)[0]
    config = {**EXAMPLE_POOL, **interface, "quality_rules": [often_rejected(), too_fast(), reissue()]}
    if crowd_project is not None:
        config["will_expire"] = selectors.platform_now(crowd_project.account) + EXAMPLE_LIFE
    words = {"EN": f"Annotated in “{task.project.name}”"}
    return setup_pool(actor=actor, task=task, config=config, skill={"name": name, "hidden": True, "public_requester_description": words})


def example_skill(project: Project) -> str:
    """A name for the skill of those who annotated in the project."""
    return f"Annotated: {project.name}"[:MAX_NAME]


@transaction.atomic(durable=True)
def update_pool(*, actor: Any, pool: Pool, config: dict[str, Any]) -> ProviderCommand:
    """Change a closed pool. Keys left out of `config` stay as they are. ValidationError by field; Refused."""
    pool = _locked(actor, pool)
    refuse_obstacles(pool, CommandKind.UPDATE_POOL)
    _apply(pool, config)
    with changing("pool", [pool.pk], actor=actor):
        pool.save(update_fields=[*CONFIG_FIELDS, "dropped_rules", "updated_at"])
    return ask(actor=actor, target=pool, kind=CommandKind.UPDATE_POOL, account=pool.crowd_project.account)


@transaction.atomic(durable=True)
def start_pool(*, actor: Any, pool: Pool) -> ProviderCommand:
    """Open it: Tolokers see it from then on."""
    return _simple(actor, pool, CommandKind.START_POOL)


@transaction.atomic(durable=True)
def stop_pool(*, actor: Any, pool: Pool) -> ProviderCommand:
    """Close it: nothing new is given out; who has an assignment may finish it."""
    return _simple(actor, pool, CommandKind.STOP_POOL)


@transaction.atomic(durable=True)
def archive_pool(*, actor: Any, pool: Pool) -> ProviderCommand:
    """Final."""
    return _simple(actor, pool, CommandKind.ARCHIVE_POOL)


@transaction.atomic(durable=True)
def sync_pool(*, actor: Any, pool: Pool) -> ProviderCommand:
    """Look at the pool and its assignments now."""
    return _simple(actor, pool, CommandKind.SYNC_POOL)


def _locked(actor: Any, pool: Pool) -> Pool:
    pool = Pool.objects.select_for_update(of=("self",)).select_related("task__project", "crowd_project__account").get(pk=pool.pk)
    require(may_edit(actor, pool.task.project))
    return pool


def _simple(actor: Any, pool: Pool, kind: CommandKind) -> ProviderCommand:
    pool = _locked(actor, pool)
    refuse_obstacles(pool, kind)
    return ask(actor=actor, target=pool, kind=kind, account=pool.crowd_project.account)


def _what_decides(pool: Pool) -> str:
    """Why the pool may not begin to accept everything, "" if it may."""
    if pool.pk is None:
        return ""
    policy = policy_of(pool)
    if policy is not None and not is_by_hand(policy.config):
        return ACCEPTS_AND_DECIDES
    return ACCEPTS_AND_ASKS if Verification.objects.filter(pool=pool, stopped_at=None).exists() else ""


def _what_may_not_change(pool: Pool, config: dict[str, Any]) -> dict[str, str]:
    """Field -> why, of wishes that are fine in themselves but not for this pool now."""
    errors = {}
    if config.get("auto_accept_solutions") is True and not pool.auto_accept_solutions and (why := _what_decides(pool)):
        errors["auto_accept_solutions"] = why
    if pool.remote_id and config.get("overlap", pool.overlap) != pool.overlap:
        each = "1 Toloker" if pool.overlap == 1 else f"{pool.overlap} Tolokers"
        errors["overlap"] = (f"The jobs are at the platform with {each} each. Make another task for another number, or give single jobs to "
                             "one more Toloker.")
    return errors


def _apply(pool: Pool, config: dict[str, Any]) -> None:
    """Set the wanted fields and check them together, so that a form shows all errors at once."""
    errors: dict[str, Any] = {key: "This is not a field of a pool." for key in config if key not in CONFIG_FIELDS}
    errors |= _what_may_not_change(pool, config)
    for field in CONFIG_FIELDS:
        if field in config and field not in _SET_APART and not (field == "overlap" and field in errors):
            setattr(pool, field, config[field])
    try:
        apply_rules(pool, config)
    except ValidationError as error:
        errors["quality_rules"] = error.messages
    try:
        apply_interface(pool, config)
    except ValidationError as error:
        errors |= error.message_dict
    try:
        pool.filter = audience.clean(pool.filter)
    except audience.AudienceError as error:
        errors["filter"] = [f"{place or 'audience'}: {sentence}" for place, sentence in error.errors.items()]
        pool.filter = {}
    try:
        pool.full_clean(exclude=["task", "crowd_project"])
    except ValidationError as error:
        errors |= error.message_dict
    if "will_expire" not in errors and pool.will_expire <= selectors.platform_now(pool.crowd_project.account):
        errors["will_expire"] = "Choose a date in the future."
    if not pool.use_project_description and not pool.public_description.strip() and "public_description" not in errors:
        errors["public_description"] = "Describe the pool, or use the project's description."
    if errors:
        raise ValidationError(errors)
