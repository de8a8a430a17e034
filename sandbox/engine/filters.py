"""Toloka's audience filters: `{"and": [...]} | {"or": [...]} | condition`, nested freely."""
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.engine import compare, regions

MAX_CHARACTERS = 10_000
_EQUAL, _MEMBER, _NUMBER = ("EQ", "NE"), ("IN", "NOT_IN"), ("EQ", "NE", "GT", "GTE", "LT", "LTE")
PLACES = ("city", "region_by_phone", "region_by_ip")
_VERSION_PARTS = ("version", "version_major", "version_minor", "version_bugfix")
# What a request's headers tell; where they tell nothing Toloka has UNKNOWN.
_MACHINE = ("device_category", "client_type", "os_family", "user_agent_type", "user_agent_family")
# category -> key -> operators. Skills have their own ids as keys.
OPERATORS: dict[str, dict[str, tuple[str, ...]]] = {
    "profile": {
        **dict.fromkeys(("gender", "country", "citizenship", "education", "adult_allowed", "verified"), _EQUAL),
        "date_of_birth": _NUMBER,
        "city": _MEMBER,
        "languages": _MEMBER,
    },
    "computed": {
        **dict.fromkeys(("region_by_phone", "region_by_ip"), _MEMBER),
        **dict.fromkeys(_MACHINE, _EQUAL),
        **dict.fromkeys((f"os_{part}" for part in _VERSION_PARTS), _NUMBER),
        **dict.fromkeys((f"user_agent_{part}" for part in _VERSION_PARTS), _NUMBER),
        "rating": _NUMBER,
    },
}


@dataclass(frozen=True)
class Facts:
    """What is known of one Toloker; `skills` maps skill id to value, only skills he has."""

    profile: dict[str, Any] = field(default_factory=dict)
    computed: dict[str, Any] = field(default_factory=dict)
    skills: dict[str, float] = field(default_factory=dict)


def matches(node: dict[str, Any] | None, facts: Facts) -> bool:
    """Whether the filter lets these facts in. No filter and an empty `and` let everybody in."""
    if not node:
        return True
    if "and" in node:
        return all(matches(child, facts) for child in node["and"])
    if "or" in node:
        return any(matches(child, facts) for child in node["or"])
    key, want = node["key"], node.get("value")
    if is_number(node["category"], key):
        want = number_in(want)
    elif key in PLACES:
        want = regions.whole(want)
    return compare.holds(_have(node["category"], key, facts), node["operator"], want)


def is_number(category: str, key: Any) -> bool:
    """Whether this key is compared as a number: skills, versions, the date of birth."""
    return category == "skill" or OPERATORS[category][key] is _NUMBER


def number_in(value: Any) -> Any:
    """A number that may be written as text, as in Toloka's examples; None if it is none."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) else None


def _have(category: str, key: Any, facts: Facts) -> Any:
    if category == "skill":
        return facts.skills.get(str(key))
    value = (facts.profile if category == "profile" else facts.computed).get(key)
    if key == "date_of_birth":
        return _unix_seconds(value)
    if key in PLACES:
        return regions.chain(value) or None
    if key in _MACHINE:
        return value or "UNKNOWN"
    return number_in(value) if is_number(category, key) else value


def _unix_seconds(value: Any) -> Any:
    """A date of birth is given as a date or as unix seconds; filters compare seconds, below zero before 1970."""
    if not isinstance(value, str):
        return number_in(value)
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return number_in(value)
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
