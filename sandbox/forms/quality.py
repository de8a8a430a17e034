"""Checking quality_control of pools and projects."""
import uuid
from typing import Any

from sandbox.engine.compare import OPERATORS
from sandbox.engine.quality.catalogue import ACTIONS, ALIASES, CONDITIONS, ECHOED, RATES, WITH_HISTORY, WORDS, actions_of
from sandbox.forms.checker import Checker

_SCOPES = ("POOL", "PROJECT", "ALL_PROJECTS")
# The longest ban of each unit is a hundred years, so that its end is a date.
_LONGEST = {"MINUTES": 52_560_000, "HOURS": 876_000, "DAYS": 36_500}
_IDENTITY = ("EQ", "NE")
_NUMERIC = ("EQ", "NE", "GT", "GTE", "LT", "LTE")
_LARGEST = 1_000_000_000


def check_quality(form: Checker) -> None:
    """Collectors and their parameters, the keys, operators and values of conditions, and actions that go with the collector."""
    quality = form.part("quality_control")
    if quality is None:
        return
    quality.choice("captcha_frequency", ("LOW", "MEDIUM", "HIGH"))
    seen: set[str] = set()
    for config in quality.parts("configs"):
        collector = config.part("collector_config", required=True)
        kind = _check_collector(collector, seen) if collector else None
        for rule in config.parts("rules", required=True):
            for condition in rule.parts("conditions", required=True):
                _check_condition(condition, kind)
            action = rule.part("action", required=True)
            if action:
                _check_action(action, kind)


def _check_collector(collector: Checker, seen: set[str]) -> str | None:
    kind = collector.choice("type", tuple(CONDITIONS), required=True)
    key = collector.text("uuid")
    if key is not None and not _is_uuid(key):
        collector.fail("uuid", "UUID_EXPECTED", "A uuid like 38830d4b-930b-43ab-a98f-f52e992fd11a is expected")
    elif key in seen:
        collector.fail("uuid", "VALUE_NOT_ALLOWED", "Another collector here has this uuid: leave it out")
    seen.update([key] if key else [])
    needed = {"MAJORITY_VOTE": "answer_threshold", "ASSIGNMENT_SUBMIT_TIME": "fast_submit_threshold_seconds"}.get(kind or "")
    parameters = collector.part("parameters", required=needed is not None)
    if parameters and kind in WITH_HISTORY:
        parameters.integer("history_size", 1, _LARGEST)
    if parameters and needed:
        parameters.integer(needed, 1, _LARGEST, required=True)
    return kind


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def _check_condition(condition: Checker, collector: str | None) -> None:
    key = condition.choice("key", CONDITIONS[collector], required=True) if collector else None
    operators = _IDENTITY if key in (*WORDS, "skill_id", "next_assignment_available") else _NUMERIC if key else OPERATORS
    condition.choice("operator", operators, required=True)
    if isinstance(condition.data.get("value"), (dict, list)):
        condition.fail("value", "SIMPLE_VALUE_EXPECTED", "A single value is expected")
    elif key in WORDS:
        condition.choice("value", WORDS[key], required=True)
    elif key == "skill_id":
        _check_skill(condition, "value")
    elif key == "next_assignment_available":
        condition.boolean("value", required=True)
    elif key:
        condition.number("value", *((0, 100) if key.endswith("_rate") else (-_LARGEST, _LARGEST)), required=True)


def _check_skill(check: Checker, name: str) -> None:
    value = check.text(name, required=True)
    if value is not None and not (value.isascii() and value.isdecimal() and len(value) < 19):
        check.fail(name, "INVALID_VALUE", "The id of a skill is expected")


def _check_action(action: Checker, collector: str | None) -> None:
    kind = action.choice("type", ACTIONS, required=True)
    if kind is None:
        return
    if collector and kind not in actions_of(collector):
        action.fail("type", "VALUE_NOT_ALLOWED", f"{kind} does not go with {collector}")
    parameters = action.part("parameters", required=kind not in ("APPROVE_ALL_ASSIGNMENTS", "REJECT_ALL_ASSIGNMENTS", *ECHOED))
    if parameters:
        _check_parameters(parameters, kind, collector)


def _check_parameters(parameters: Checker, kind: str, collector: str | None) -> None:
    if kind in ("RESTRICTION", "RESTRICTION_V2"):
        parameters.choice("scope", _SCOPES, required=True)
        parameters.text("private_comment")
    if kind == "RESTRICTION":
        parameters.integer("duration_days", 1, _LONGEST["DAYS"])
    elif kind == "RESTRICTION_V2":
        unit = parameters.choice("duration_unit", (*_LONGEST, "PERMANENT"), required=True)
        if unit in _LONGEST:
            parameters.integer("duration", 1, _LONGEST[unit], required=True)
    elif kind == "SET_SKILL":
        _check_skill(parameters, "skill_id")
        parameters.number("skill_value", 0, 100, required=True)
    elif kind == "SET_SKILL_FROM_OUTPUT_FIELD":
        _check_skill(parameters, "skill_id")
        rates = RATES.get(collector or "", ())
        more = tuple(alias for alias, name in ALIASES.items() if name in rates)
        parameters.choice("from_field", (*rates, *more), required=True)
    elif kind == "CHANGE_OVERLAP":
        parameters.integer("delta", -30_000, 30_000, required=True)
        parameters.boolean("open_pool")
    elif kind == "REJECT_ALL_ASSIGNMENTS":
        parameters.text("public_comment", longest=2_048)


def with_collector_ids(form: dict[str, Any]) -> dict[str, Any]:
    """The form with a uuid for every collector that came without one; given ones stay (clones share history)."""
    quality = form.get("quality_control") or {}
    for config in quality.get("configs") or []:
        collector = config["collector_config"]
        if not collector.get("uuid"):
            collector["uuid"] = str(uuid.uuid4())
    return form
