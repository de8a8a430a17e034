"""What a requester may want of a verification crowd. Pure: values in, the whole config or sentences out; the platform's filter and rules.

The defaults are those of Toloka's own example of object detection: 0.01 USD for a page of 10, two people a question and at most five, 0.8
sure, English, ten minutes, a ban of ten days for whoever does not go with the majority, a skill from how often somebody does. Of the
fewest on a page it says nothing: the platform would then give nobody a page who has seen too much of what is open to fill one, and
with few verifiers the last questions would never be answered. One is what ends by itself.
"""
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError

# Ours, by quality.aggregation; PLATFORM is its own weighing by skill.
PLATFORM = "platform"
AGGREGATIONS: dict[str, str] = {
    PLATFORM: "The platform's, weighed by the verifiers' skill",
    "one_coin": "Ours: learns from the answers how often each verifier is right",
    "dawid_skene": "Ours: learns what each verifier confuses with what (Dawid-Skene)",
    "weighted": "Ours: weighed by how often each verifier agreed with the others",
    "majority": "Ours: the majority",
}
DEFAULTS: dict[str, Any] = {
    "name": "Is everything outlined correctly?",
    "description": "Look at the image and decide whether everything in it is outlined correctly",
    "question": "Is everything outlined correctly?",
    "instructions": "**Look at the image and answer the question:**\n\nIs everything outlined correctly?\n\n"
                    "If it is, choose Yes. If something is missing, in the wrong place or too much, choose No.",
    "reward_per_assignment": "0.01",
    "tasks_per_page": 10,
    "min_tasks_per_page": 1,
    "last_page_delay_seconds": 0,
    "overlap": 2,
    "max_overlap": 5,
    "min_confidence": 0.8,
    "language": "EN",
    "assignment_max_duration_seconds": 600,
    "majority_ban": True,
    "ban_days": 10,
    "skill_from_agreement": True,
    "dynamic_overlap": True,
    "aggregation": PLATFORM,
}
LANGUAGE = {"category": "profile", "key": "languages", "operator": "IN"}


def clean(values: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The whole config: `values` over `before` (or the defaults). ValidationError by field, with every mistake at once."""
    errors: dict[str, str] = {str(name): f"There is no “{name}” in a verification." for name in values if name not in DEFAULTS}
    found: dict[str, Any] = {}
    for name, default in DEFAULTS.items():
        value = values.get(name, (before or {}).get(name, default))
        try:
            found[name] = _READ[name](value)
        except ValueError as error:
            errors[name] = str(error)
    errors = errors or _impossible(found)
    if errors:
        raise ValidationError(errors)
    return found


def _impossible(wanted: Mapping[str, Any]) -> dict[str, str]:
    """Sentences about values that are all allowed one by one."""
    errors = {}
    weighed = [name for name, on in (("dynamic overlap", wanted["dynamic_overlap"]), (
        "the platform's aggregation", wanted["aggregation"] == PLATFORM)) if on]
    if weighed and not wanted["skill_from_agreement"]:
        errors["skill_from_agreement"] = (
            f"Without this skill nothing weighs the answers, which {' and '.join(weighed)} would need. Switch it on, or do without.")
    if wanted["min_tasks_per_page"] > wanted["tasks_per_page"]:
        errors["min_tasks_per_page"] = (
            f"The fewest cannot be more than the {wanted['tasks_per_page']} of a full page. Lower this, or raise the full page.")
    if wanted["max_overlap"] < wanted["overlap"]:
        errors["max_overlap"] = f"This cannot be fewer than the {wanted['overlap']} people that are asked first."
    elif wanted["dynamic_overlap"] and wanted["max_overlap"] == wanted["overlap"]:
        errors["max_overlap"] = "Dynamic overlap needs room for one more: raise this above the overlap, or switch dynamic overlap off."
    if wanted["overlap"] < 2 and (wanted["majority_ban"] or wanted["skill_from_agreement"]):
        errors["overlap"] = "With one answer a question there is no majority to agree with. Ask two people, or switch ban and skill off."
    return errors


# --- one value ------------------------------------------------------------------------------------------------------
def _text(longest: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            raise ValueError("Write what verifiers are to read here.")
        if len(value) > longest or "\0" in value:
            raise ValueError(f"At most {longest:,} characters are possible here.")
        return value.strip()

    return read


def _whole(low: int, high: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        try:
            number = int(value) if not isinstance(value, bool | float) or value == int(value) else None
        except (TypeError, ValueError, OverflowError):
            number = None
        if isinstance(value, bool) or number is None or not low <= number <= high:
            raise ValueError(f"Choose a whole number from {low:,} to {high:,}.")
        return number

    return read


def _confidence(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    # Half is what chance has.
    if isinstance(value, bool) or not 0.5 <= number < 1:
        raise ValueError("Choose a number from 0.5 to below 1: with two answers 0.5 is chance, and nothing is ever wholly sure.")
    return number


def _money(value: Any) -> str:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or not Decimal("0.005") <= amount <= 100 or amount != round(amount, 3):
        raise ValueError("Choose a price from 0.005 to 100 USD, at most three digits after the point.")
    return str(amount)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("Choose true or false.")
    return value


def _language(value: Any) -> str:
    if not isinstance(value, str) or len(value) != 2 or not value.isascii() or not value.isalpha():
        raise ValueError("Choose a language by its two letters, such as EN.")
    return value.upper()


def _aggregation(value: Any) -> str:
    if not isinstance(value, str) or value not in AGGREGATIONS:
        raise ValueError(f"Choose one of {', '.join(AGGREGATIONS)}.")
    return value


_READ: dict[str, Callable[[Any], Any]] = {
    "name": _text(250), "description": _text(5_000), "question": _text(500), "instructions": _text(50_000), "reward_per_assignment": _money,
    "tasks_per_page": _whole(1, 100), "min_tasks_per_page": _whole(1, 100), "last_page_delay_seconds": _whole(0, 86_400),
    "overlap": _whole(1, 100), "max_overlap": _whole(1, 100), "min_confidence": _confidence,
    "language": _language, "assignment_max_duration_seconds": _whole(30, 86_400), "majority_ban": _flag, "ban_days": _whole(1, 365),
    "skill_from_agreement": _flag, "dynamic_overlap": _flag, "aggregation": _aggregation,
}


# --- the platform's words -------------------------------------------------------------------------------------------
def audience_of(config: Mapping[str, Any], annotated_skill: str) -> dict[str, Any]:
    """Who may verify: speaks the language, and never annotated. `annotated_skill`: the platform's id."""
    never = {"category": "skill", "key": annotated_skill, "operator": "EQ", "value": None}
    return {"and": [{"or": [{**LANGUAGE, "value": config["language"]}]}, {"or": [never]}]}


def rules_of(config: Mapping[str, Any], verifier_skill: str) -> list[dict[str, Any]]:
    """The verification pool's quality rules, as the platform has them. `verifier_skill`: its id."""
    rules = []
    if config["majority_ban"]:
        rules.append(_rule({"answer_threshold": 2}, [("total_answers_count", "GT", 9), ("correct_answers_rate", "LT", 50)], {
            "type": "RESTRICTION_V2", "parameters": {
                "scope": "ALL_PROJECTS", "duration": config["ban_days"], "duration_unit": "DAYS",
                "private_comment": "Doesn't match the majority"}}))
    if config["skill_from_agreement"]:
        rules.append(_rule({"answer_threshold": 2, "history_size": 10}, [("total_answers_count", "GT", 2)], {
            "type": "SET_SKILL_FROM_OUTPUT_FIELD", "parameters": {"skill_id": verifier_skill, "from_field": "correct_answers_rate"}}))
    return rules


def _rule(parameters: dict[str, Any], conditions: list[tuple[str, str, int]], action: dict[str, Any]) -> dict[str, Any]:
    return {"collector_config": {"type": "MAJORITY_VOTE", "parameters": parameters},
            "rules": [{"conditions": [{"key": key, "operator": operator, "value": value} for key, operator, value in conditions],
                       "action": action}]}


def marking_rule(annotated_skill: str) -> dict[str, Any]:
    """The annotation pool's rule that keeps its people from verifying: whoever completed a page gets the skill."""
    return {"collector_config": {"type": "ANSWER_COUNT"},
            "rules": [{"conditions": [{"key": "assignments_accepted_count", "operator": "GT", "value": 0}],
                       "action": {"type": "SET_SKILL", "parameters": {"skill_id": annotated_skill, "skill_value": 1}}}]}


def marks(rules: list[dict[str, Any]], annotated_skill: str) -> bool:
    """Whether one of these rules gives the skill to whoever completed a page."""
    wanted = marking_rule(annotated_skill)
    return any((config.get("collector_config") or {}).get("type") == "ANSWER_COUNT"
               and any(_gives(rule, wanted["rules"][0]) for rule in config.get("rules") or []) for config in rules)


def _gives(rule: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    action = rule.get("action") or {}
    return (action.get("type") == "SET_SKILL" and str((action.get("parameters") or {}).get("skill_id")) == wanted["action"]["parameters"][
        "skill_id"])
