"""Toloka's audience filters: `{"and": [...]} | {"or": [...]} | condition`, nested freely."""
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox import times
from sandbox.engine import compare

MAX_CHARACTERS = 10_000
_EQUAL, _MEMBER, _NUMBER = ("EQ", "NE"), ("IN", "NOT_IN"), ("EQ", "NE", "GT", "GTE", "LT", "LTE")
_VERSION_PARTS = ("version", "version_major", "version_minor", "version_bugfix")
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
        **dict.fromkeys(("device_category", "client_type", "os_family", "user_agent_type", "user_agent_family"), _EQUAL),
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
    return compare.holds(_have(node["category"], node["key"], facts), node["operator"], node.get("value"))


def _have(category: str, key: str, facts: Facts) -> Any:
    if category == "skill":
        return facts.skills.get(str(key))
    value = (facts.profile if category == "profile" else facts.computed).get(key)
    return _unix_seconds(value) if key == "date_of_birth" else value


def _unix_seconds(value: Any) -> Any:
    """A date of birth is given as a date or as unix seconds; filters compare seconds."""
    if not isinstance(value, str):
        return value
    at: datetime | None = times.read(value)
    return None if at is None else int(at.astimezone(UTC).timestamp())
