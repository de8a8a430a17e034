"""A rule in plain English."""
import re
from collections.abc import Mapping
from typing import Any

from crowdsourcing.rules.catalogue import ACTIONS, COLLECTORS, SCOPES, Collector
from crowdsourcing.rules.values import Value

_SIGNS = {"GT": "more than {}", "GTE": "at least {}", "LT": "fewer than {}", "LTE": "at most {}", "EQ": "exactly {}", "NE": "other than {}"}
_WHEN = {"ASSIGNMENTS_ASSESSMENT": "When an attempt at a job is reviewed and", "USERS_ASSESSMENT": "When a Toloker loses access and"}
_MANY = re.compile(r"\b(job|attempt|answer|captcha|page)s\b")
_UNITS = {"DAYS": "day", "HOURS": "hour", "MINUTES": "minute"}


def sentences(configs: list[dict[str, Any]], skills: Mapping[str, str]) -> list[str]:
    """One for each rule, in order. `skills`: id -> name, for ids to be told by name. `configs` have passed `clean`."""
    return [sentence(config["collector_config"], rule, skills) for config in configs for rule in config["rules"]]


def sentence(collector: dict[str, Any], rule: dict[str, Any], skills: Mapping[str, str]) -> str:
    """E.g. "When a Toloker has more than 2 reviewed jobs and more than 35 % rejected jobs: ban the Toloker from … for 15 days."."""
    known = COLLECTORS[collector["type"]]
    conditions = " and ".join(_condition(known, one, skills) for one in rule["conditions"])
    counted = _counted(collector.get("parameters") or {})
    return f"{_WHEN.get(known.type, 'When a Toloker has')} {conditions}{counted}: {_action(rule['action'], known, skills)}."


def _condition(collector: Collector, condition: dict[str, Any], skills: Mapping[str, str]) -> str:
    fact = collector.fact(condition["key"])
    operator, value = condition["operator"], condition["value"]
    assert fact is not None
    if fact.kind == "bool":
        return f"“{fact.label}” is {'true' if (operator == 'EQ') == value else 'not true'}"
    if fact.kind in ("choice", "skill"):
        shown = fact.choices[value] if fact.kind == "choice" else skill_name(value, skills)
        return f"the {fact.label} is {'' if operator == 'EQ' else 'not '}{shown}"
    return _compared(fact, operator, value)


def _compared(fact: Value, operator: str, value: Any) -> str:
    amount = f"{value:g} %" if fact.kind == "rate" else f"${value:g}" if fact.kind == "money" else f"{value:g}"
    sign = _SIGNS[operator].replace("fewer", "less") if fact.kind != "count" else _SIGNS[operator]
    return f"{sign.format(amount)} {_noun(fact, value)}"


def _noun(fact: Value, value: Any) -> str:
    """What is counted: "fast jobs", of one "fast job"."""
    return _MANY.sub(r"\1", fact.label, count=1) if fact.kind == "count" and value == 1 else fact.label


def _counted(parameters: dict[str, Any]) -> str:
    parts = []
    if threshold := parameters.get("fast_submit_threshold_seconds"):
        parts.append(f"fast: sooner than {threshold:g} seconds")
    if threshold := parameters.get("answer_threshold"):
        parts.append(f"right: what {threshold:g} Tolokers answered")
    if size := parameters.get("history_size"):
        parts.append(f"among the last {size:g}")
    return f" ({'; '.join(parts)})" if parts else ""


def _action(action: dict[str, Any], collector: Collector, skills: Mapping[str, str]) -> str:
    given = action.get("parameters") or {}
    kind = action["type"]
    if kind in ("RESTRICTION_V2", "RESTRICTION"):
        return f"ban the Toloker from {SCOPES[given['scope']]} {ban_length(given)}"
    if kind == "SET_SKILL":
        return f"set the Toloker’s skill {skill_name(given['skill_id'], skills)} to {given['skill_value']:g}"
    if kind == "SET_SKILL_FROM_OUTPUT_FIELD":
        fact = collector.fact(given["from_field"])
        assert fact is not None
        return f"set the Toloker’s skill {skill_name(given['skill_id'], skills)} to the share of {fact.label}"
    if kind == "CHANGE_OVERLAP":
        many = abs(given["delta"])
        word = f"{many:g} {'more' if given['delta'] > 0 else 'fewer'} Toloker{'s' if many != 1 else ''}"
        return f"offer the job to {word}{' and open the pool' if given.get('open_pool') else ''}"
    if kind == "REJECT_ALL_ASSIGNMENTS" and given.get("public_comment"):
        return f"reject all the Toloker’s jobs that wait for review, with “{given['public_comment']}”"
    label = ACTIONS[kind].label
    return label[0].lower() + label[1:]


def counted(collector: dict[str, Any], rule: dict[str, Any], facts: Mapping[str, Any]) -> str:
    """What a replay counted of that which the rule asks for: "3 reviewed jobs, 67 % rejected jobs"."""
    known = COLLECTORS[collector["type"]]
    parts = []
    for key in dict.fromkeys(condition["key"] for condition in rule["conditions"]):
        fact, value = known.fact(key), facts.get(key)
        if fact is None or value is None:
            continue
        if fact.kind == "choice":
            parts.append(fact.choices.get(str(value), str(value)))
        else:
            parts.append(f"{value:.0f} % {fact.label}" if fact.kind == "rate" else f"${value:.3g} {fact.label}" if fact.kind == "money"
                         else f"{value:g} {_noun(fact, value)}")
    return ", ".join(parts)


def effect(collector: dict[str, Any], rule: dict[str, Any], facts: Mapping[str, Any], skills: Mapping[str, str]) -> str:
    """What a replay's hit would have meant: "banned from this pool for 10 days"."""
    action, known = rule["action"], COLLECTORS[collector["type"]]
    given, kind = action.get("parameters") or {}, action["type"]
    if kind in ("RESTRICTION_V2", "RESTRICTION"):
        return f"banned from {SCOPES[given['scope']]} {ban_length(given)}"
    if kind == "SET_SKILL":
        return f"skill {skill_name(given['skill_id'], skills)} set to {given['skill_value']:g}"
    if kind == "SET_SKILL_FROM_OUTPUT_FIELD":
        value = facts.get(given["from_field"])
        return f"skill {skill_name(given['skill_id'], skills)} {'left as it is' if value is None else f'set to {value:.0f}'}"
    if kind == "APPROVE_ALL_ASSIGNMENTS":
        return "what waited for review accepted"
    if kind == "REJECT_ALL_ASSIGNMENTS":
        return "what waited for review rejected"
    return _action(action, known, skills)


def ban_length(given: dict[str, Any]) -> str:
    """ "for 15 days", "for good"."""
    if "duration_unit" not in given:
        return _for(given["duration_days"], "day") if given.get("duration_days") else "for good"
    return "for good" if given["duration_unit"] == "PERMANENT" else _for(given["duration"], _UNITS[given["duration_unit"]])


def _for(count: float, unit: str) -> str:
    return f"for {count:g} {unit}{'' if count == 1 else 's'}"


def skill_name(skill_id: str, skills: Mapping[str, str]) -> str:
    return f"“{skills[skill_id]}”" if skill_id in skills else f"number {skill_id}"
