"""Checking a pool's form."""
from decimal import Decimal
from typing import Any

from sandbox import times
from sandbox.forms.checker import Checker, form_of
from sandbox.forms.dynamic import check_dynamic
from sandbox.forms.filters import check_filter
from sandbox.forms.intervals import check_distribution
from sandbox.forms.prices import check_price
from sandbox.forms.quality import check_quality, with_collector_ids

READ_ONLY = ("id", "owner", "type", "status", "last_close_reason", "created", "last_started", "last_stopped")
LONGEST_SECONDS = 366 * 86_400


def pool_form(body: Any) -> dict[str, Any]:
    """The form to store, or 400."""
    check = Checker(body)
    check.text("project_id", required=True)
    check.text("private_name", required=True, longest=1_000)
    for name in ("private_comment", "public_description", "public_instructions"):
        check.text(name)
    check.time("will_expire", required=True)
    for name in ("may_contain_adult_content", "auto_accept_solutions"):
        check.boolean(name)
    check.integer("auto_close_after_complete_delay_seconds", 0, 259_200)
    check.integer("assignment_max_duration_seconds", 5, LONGEST_SECONDS, required=True)
    check.integer("auto_accept_period_day", 1, 21)
    check.integer("priority", 0, 100)
    check_price(check, "reward_per_assignment")
    _check_defaults(check)
    _check_mixer(check)
    check_dynamic(check)
    if check.data.get("filter") is not None:
        check_filter(check.data["filter"], "filter", check.errors)
    check_quality(check)
    _check_training(check)
    check.part("metadata")
    issuing = check.part("assignments_issuing_config")
    if issuing:
        issuing.boolean("issue_task_suites_in_creation_order")
    check.finish()
    return with_collector_ids(form_of(body, READ_ONLY))


def columns_of(form: dict[str, Any]) -> dict[str, Any]:
    """The fields of a checked form that the engine reads from columns."""
    return {
        "reward_per_assignment": Decimal(str(form["reward_per_assignment"])),
        "priority": int(form.get("priority") or 0),
        "will_expire": times.read(form["will_expire"]),
    }


def _check_defaults(check: Checker) -> None:
    defaults = check.part("defaults", required=True)
    if defaults:
        # The notebooks of toloka-kit send 0 for suites, so the documented least of 1 is not asked for.
        defaults.integer("default_overlap_for_new_task_suites", 0, 30_000)
        defaults.integer("default_overlap_for_new_tasks", 0, 30_000)


def _check_mixer(check: Checker) -> None:
    mixer = check.part("mixer_config")
    if mixer is None:
        return
    for name in ("real_tasks_count", "golden_tasks_count", "training_tasks_count"):
        count = mixer.integer(name, 0, 500, required=name == "real_tasks_count")
        mixer.integer(f"min_{name}", 0, count if count is not None else 500)
    for name in ("force_last_assignment", "mix_tasks_in_creation_order", "shuffle_tasks_in_task_suite"):
        mixer.boolean(name)
    mixer.integer("force_last_assignment_delay_seconds", 0, 86_400)
    for name in ("golden_task_distribution_function", "training_task_distribution_function"):
        check_distribution(mixer, name)


def _check_training(check: Checker) -> None:
    quality = check.part("quality_control")
    requirement = quality.part("training_requirement") if quality else None
    if requirement:
        requirement.text("training_pool_id", required=True)
        requirement.integer("training_passing_skill_value", 0, 100, required=True)
    config = check.part("training_config")
    if config:
        config.integer("training_skill_ttl_days", 1)
