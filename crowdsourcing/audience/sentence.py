"""A filter in plain English, for people who read a pool and do not edit it."""
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from crowdsourcing.audience.fields import TESTED_VALUE, Field, field_of, language_skills, languages, regions
from crowdsourcing.audience.grammar import is_group

COMPARED = {"EQ": "exactly", "NE": "other than", "GT": "more than", "GTE": "at least", "LT": "less than", "LTE": "at most"}
YES_NO = {
    "adult_allowed": ("agreed to adult content", "did not agree to adult content"),
    "verified": ("have a verified profile", "have no verified profile"),
}
# key -> (equal, not equal); {} is the value's name.
PHRASES = {
    "languages": ("speak {}", "do not speak {}"),
    "country": ("live in {}", "do not live in {}"),
    "citizenship": ("are citizens of {}", "are not citizens of {}"),
    "city": ("live in {}", "do not live in {}"),
    "region_by_ip": ("are in {} by IP address", "are not in {} by IP address"),
    "region_by_phone": ("have a phone number of {}", "have no phone number of {}"),
    "education": ("have {} education", "have other than {} education"),
    "gender": ("are {}", "are not {}"),
    "device_category": ("use a {}", "do not use a {}"),
    "client_type": ("work in the {}", "do not work in the {}"),
    "os_family": ("use {}", "do not use {}"),
    "user_agent_family": ("use {}", "do not use {}"),
    "user_agent_type": ("have a browser of kind {}", "have no browser of kind {}"),
}
LOWER = {"education", "gender", "device_category"}


def sentence(value: dict[str, Any], skills: Mapping[str, str] = MappingProxyType({})) -> str:
    """E.g. "Tolokers who speak English (verified) and (live in Germany or live in France)." `value` has passed `clean`.

    `skills`: id -> name, for skills to be told by name.
    """
    if not value:
        return "All Tolokers."
    return f"Tolokers who {_phrase(value, skills, outer=True)}."


def _phrase(node: dict[str, Any], skills: Mapping[str, str], *, outer: bool = False) -> str:
    if not is_group(node):
        return _condition(node, skills)
    if not outer and (code := tested_language(node)):
        return f"speak {languages()[code]} (verified)"
    word, members = next(iter(node.items()))
    joined = f" {word} ".join(_phrase(member, skills, outer=len(members) == 1) for member in members)
    return joined if outer or len(members) == 1 else f"({joined})"


def tested_language(node: dict[str, Any]) -> str | None:
    """Code of the language if the node is "speaks it and holds the platform's skill of it at 100", else None."""
    members = node.get("and", [])
    if len(members) != 2 or any(is_group(member) for member in members):
        return None
    first, second = members
    code = first["value"]
    if (first["key"], first["operator"]) != ("languages", "IN") or second["category"] != "skill":
        return None
    matches = (second["key"], second["operator"], second["value"]) == (language_skills().get(code), "EQ", TESTED_VALUE)
    return code if matches else None


def _condition(node: dict[str, Any], skills: Mapping[str, str]) -> str:
    known = field_of(node["category"], node["key"])
    if known is None:
        return f"match {node['category']} {node['key']} {node['operator']} {node['value']}"
    key, operator, value = node["key"], node["operator"], node["value"]
    positive = operator in ("EQ", "IN")
    if known.kind == "skill":
        return _skill(f"“{skills[key]}”" if key in skills else key, operator, value)
    if known.kind == "date":
        return _birth(operator, value)
    if known.kind == "bool":
        return YES_NO[key][0 if positive == value else 1]
    if known.kind in ("number", "integer"):
        return f"have {known.label.lower()} {COMPARED[operator]} {value:g}"
    return PHRASES[key][0 if positive else 1].format(_name(known, value))


def _name(known: Field, value: Any) -> str:
    if known.kind == "region":
        return regions().get(value, f"region {value}")
    name = known.choices.get(value, str(value))
    return name.lower() if known.key in LOWER else name


def _skill(key: str, operator: str, value: Any) -> str:
    if value is None:
        return f"do not have skill {key}" if operator == "EQ" else f"have skill {key}"
    return f"have skill {key} at {COMPARED[operator]} {value:g}".replace("at at ", "at ")


def _birth(operator: str, seconds: int) -> str:
    day = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).date()
    if operator == "LTE":
        return f"are at least {_years(day)} years old (born on or before {day})"
    if operator == "GT":
        return f"are under {_years(day)} years old (born after {day})"
    words = {"EQ": "on", "NE": "not on", "GTE": "on or after", "LT": "before"}
    return f"were born {words[operator]} {day}"


def _years(born: date) -> int:
    today = datetime.now(UTC).date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
