"""Checking quality_control of pools and projects."""
import uuid
from typing import Any

from sandbox.engine.compare import OPERATORS
from sandbox.forms.checker import Checker

_ANSWERS = ("total_answers_count", "correct_answers_rate", "incorrect_answers_rate")
# Collector -> keys its conditions may use.
CONDITIONS: dict[str, tuple[str, ...]] = {
    "ACCEPTANCE_RATE": ("total_assignments_count", "accepted_assignments_rate", "rejected_assignments_rate"),
    "ANSWER_COUNT": ("assignments_accepted_count",),
    "ASSIGNMENTS_ASSESSMENT": (
        "pending_assignments_count", "accepted_assignments_count", "rejected_assignments_count", "assessment_event"),
    "ASSIGNMENT_SUBMIT_TIME": ("total_submitted_count", "fast_submitted_count"),
    "CAPTCHA": ("stored_results_count", "success_rate", "fail_rate"),
    "GOLDEN_SET": (*_ANSWERS, "golden_set_answers_count", "golden_set_correct_answers_rate", "golden_set_incorrect_answers_rate"),
    "INCOME": ("income_sum_for_last_24_hours",),
    "MAJORITY_VOTE": _ANSWERS,
    "SKIPPED_IN_ROW_ASSIGNMENTS": ("skipped_in_row_count",),
    "TRAINING": ("submitted_assignments_count", "next_assignment_available", *_ANSWERS),
    "USERS_ASSESSMENT": ("pool_access_revoked_reason", "skill_id"),
}
ACTIONS = ("RESTRICTION", "RESTRICTION_V2", "SET_SKILL", "SET_SKILL_FROM_OUTPUT_FIELD", "CHANGE_OVERLAP", "APPROVE_ALL_ASSIGNMENTS",
           "REJECT_ALL_ASSIGNMENTS", "CLEAN_ASSIGNMENTS_HISTORY", "CLEAN_COLLECTOR", "SET_POOL_COMPLETE")
_OVERLAP_COLLECTORS = ("ASSIGNMENTS_ASSESSMENT", "USERS_ASSESSMENT")


def check_quality(form: Checker) -> None:
    """Collectors, the keys of their conditions, operators, actions."""
    quality = form.part("quality_control")
    if quality is None:
        return
    for config in quality.parts("configs"):
        collector = config.part("collector_config", required=True)
        kind = collector.choice("type", tuple(CONDITIONS), required=True) if collector else None
        for rule in config.parts("rules", required=True):
            _check_rule(rule, kind)


def _check_rule(rule: Checker, collector: str | None) -> None:
    for condition in rule.parts("conditions", required=True):
        if collector:
            condition.choice("key", CONDITIONS[collector], required=True)
        condition.choice("operator", OPERATORS, required=True)
        if isinstance(condition.data.get("value"), (dict, list)):
            condition.fail("value", "SIMPLE_VALUE_EXPECTED", "A single value is expected")
    action = rule.part("action", required=True)
    if action is None:
        return
    kind = action.choice("type", ACTIONS, required=True)
    if kind == "CHANGE_OVERLAP":
        if collector not in _OVERLAP_COLLECTORS:
            action.fail("type", "VALUE_NOT_ALLOWED", "CHANGE_OVERLAP goes with assessments only")
        parameters = action.part("parameters", required=True)
        if parameters:
            parameters.integer("delta", -30_000, 30_000, required=True)
            parameters.boolean("open_pool")


def with_collector_ids(form: dict[str, Any]) -> dict[str, Any]:
    """The form with a uuid for every collector that came without one; given ones stay (clones share history)."""
    quality = form.get("quality_control") or {}
    for config in quality.get("configs") or []:
        collector = config["collector_config"]
        if not collector.get("uuid"):
            collector["uuid"] = str(uuid.uuid4())
    return form
