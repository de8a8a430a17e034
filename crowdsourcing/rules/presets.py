"""Rules and whole pools that people set up most, ready made. Numbers: the platform's segmentation example."""
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from crowdsourcing.rules.catalogue import config_of


@dataclass(frozen=True)
class Preset:
    """`needs_skill`: the rule sets a skill that somebody has to choose."""

    key: str
    label: str
    make: Callable[[str], dict[str, Any]]
    needs_skill: bool = False


def _above(key: str, value: float) -> dict[str, Any]:
    return {"key": key, "operator": "GT", "value": value}


def _ban(days: int, note: str) -> dict[str, Any]:
    return {"type": "RESTRICTION_V2", "parameters": {
        "scope": "ALL_PROJECTS", "duration": days, "duration_unit": "DAYS", "private_comment": note}}


def often_rejected(skill_id: str = "") -> dict[str, Any]:
    return config_of("ACCEPTANCE_RATE", {}, [_above("total_assignments_count", 2), _above("rejected_assignments_rate", 35)],
                     _ban(15, "Often rejected"))


def too_fast(skill_id: str = "") -> dict[str, Any]:
    return config_of("ASSIGNMENT_SUBMIT_TIME", {"fast_submit_threshold_seconds": 20, "history_size": 5},
                     [_above("fast_submitted_count", 1)], _ban(10, "Too fast"))


def completed(skill_id: str = "") -> dict[str, Any]:
    return config_of("ANSWER_COUNT", {}, [_above("assignments_accepted_count", 0)],
                     {"type": "SET_SKILL", "parameters": {"skill_id": skill_id, "skill_value": 1}})


def reissue(skill_id: str = "") -> dict[str, Any]:
    """The platform's only automatic way to have rejected work done again: a rejected attempt uses up its overlap."""
    return config_of("ASSIGNMENTS_ASSESSMENT", {}, [{"key": "assessment_event", "operator": "EQ", "value": "REJECT"}],
                     {"type": "CHANGE_OVERLAP", "parameters": {"delta": 1, "open_pool": True}})


PRESETS = {preset.key: preset for preset in (
    Preset("often_rejected", "Often rejected: ban 15 days", often_rejected),
    Preset("too_fast", "Too fast: ban 10 days", too_fast),
    Preset("completed", "Finished a job: give a skill", completed, needs_skill=True),
    Preset("reissue", "Rejected: one more Toloker, open the pool", reissue),
)}

# The example's pool: who, for how much, how long. Overlap 1 and one job a page are what every pool of ours has.
EXAMPLE_POOL: dict[str, Any] = {
    "reward_per_assignment": Decimal("0.01"),
    "assignment_max_duration_seconds": 20 * 60,
    "auto_accept_solutions": False,
    "auto_accept_period_day": 1,
    "may_contain_adult_content": False,
    "filter": {"and": [{"or": [{"category": "profile", "key": "languages", "operator": "IN", "value": "EN"}]}]},
    "reissue_policy": "at_once",
}
EXAMPLE_LIFE = timedelta(days=365)


def with_completed(configs: list[dict[str, Any]], skill_id: str) -> list[dict[str, Any]]:
    """The rules with the one that gives the skill to whoever finished a job; before the one about rejected jobs, as in the example."""
    wanted = completed(skill_id)
    if any(config == wanted for config in configs):
        return configs
    place = next((number for number, config in enumerate(configs) if config["collector_config"]["type"] == "ASSIGNMENTS_ASSESSMENT"),
                 len(configs))
    return [*configs[:place], wanted, *configs[place:]]


def example_rules(skill_id: str) -> list[dict[str, Any]]:
    return [preset.make(skill_id) for preset in PRESETS.values()]
