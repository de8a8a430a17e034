"""The builder's rules: what a browser sent, what one of its buttons does to them, and what the page shows of them.

A draft is one config with one rule, in the platform's words, with whatever the fields hold. Names of fields: `rule` lists the numbers;
`r0-collector`, `r0-p-<parameter>`, `r0-condition` lists the conditions, `r0-c0-key|operator|value`, `r0-action`, `r0-a-<parameter>`.
`…-was` is the choice that the fields beside it were drawn for: after another choice they begin anew.
"""
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from crowdsourcing import rules
from crowdsourcing.rules.catalogue import ACTIONS, COLLECTORS, Action, Collector, actions_of, config_of, defaults, fresh, parameters_of
from crowdsourcing.rules.presets import PRESETS
from crowdsourcing.rules.values import Value

Draft = dict[str, Any]
SIGNS = {"GT": "more than", "GTE": "at least", "LT": "less than", "LTE": "at most", "EQ": "exactly", "NE": "other than"}
IDENTITY_SIGNS = {"EQ": "is", "NE": "is not"}


def drafts_of(configs: list[dict[str, Any]]) -> list[Draft]:
    """One draft a rule."""
    return [{"collector_config": config["collector_config"], "rules": [rule]} for config in configs for rule in config["rules"]]


def read(data: QueryDict) -> list[Draft]:
    return [_draft(data, f"r{number}") for number in data.getlist("rule") if number.isdigit()]


def _draft(data: QueryDict, at: str) -> Draft:
    collector = COLLECTORS.get(data.get(f"{at}-collector", ""), COLLECTORS["ACCEPTANCE_RATE"])
    if data.get(f"{at}-collector-was") != collector.type:
        return fresh(collector)
    conditions = [_condition(data, f"{at}-c{number}", collector) for number in data.getlist(f"{at}-condition") if number.isdigit()]
    made = config_of(collector.type, _values(data, f"{at}-p", collector.parameters), conditions, _action(data, at, collector))
    if data.get(f"{at}-uuid"):
        made["collector_config"]["uuid"] = data[f"{at}-uuid"]
    return made


def _condition(data: QueryDict, at: str, collector: Collector) -> dict[str, Any]:
    fact = collector.fact(data.get(f"{at}-key")) or collector.facts[0]
    operator = data.get(f"{at}-operator", "")
    same = data.get(f"{at}-key-was") == fact.key
    return {"key": fact.key, "operator": operator if operator in fact.operators else fact.operators[0],
            "value": fact.typed(data.get(f"{at}-value")) if same else fact.default}


def _action(data: QueryDict, at: str, collector: Collector) -> dict[str, Any]:
    action = ACTIONS.get(data.get(f"{at}-action", ""), ACTIONS[collector.actions[0]])
    values = parameters_of(action, collector)
    given = _values(data, f"{at}-a", values) if data.get(f"{at}-action-was") == action.type else defaults(values)
    return {"type": action.type, **({"parameters": given} if given else {})}


def _values(data: QueryDict, at: str, values: tuple[Value, ...]) -> dict[str, Any]:
    found = {value.key: value.typed(data.get(f"{at}-{value.key}")) for value in values}
    return {key: given for key, given in found.items() if given is not None}


# --- buttons ----------------------------------------------------------------------------------------------------------
def press(drafts: list[Draft], verb: str, skill_id: str) -> str:
    """What the button `verb` ("add:…", "preset:…", "remove:0", "condition:0", "uncondition:0.1") does to the drafts, in place.

    Answers the id of the field that is to have the focus then. `skill_id` is the first choice where a preset needs one.
    """
    name, _, rest = verb.partition(":")
    numbers = [int(part) for part in rest.split(".") if part.isdigit()]
    if name == "add" and rest in COLLECTORS:
        drafts.append(fresh(COLLECTORS[rest]))
    elif name == "preset" and rest in PRESETS:
        drafts.append(PRESETS[rest].make(skill_id))
    elif numbers and numbers[0] < len(drafts):
        return _change(drafts, name, numbers)
    else:
        return ""
    return f"r{len(drafts) - 1}-collector"


def _change(drafts: list[Draft], name: str, numbers: list[int]) -> str:
    draft = drafts[numbers[0]]
    conditions = draft["rules"][0]["conditions"]
    collector = COLLECTORS[draft["collector_config"]["type"]]
    if name == "remove":
        del drafts[numbers[0]]
        return "add-rule"
    if name == "condition":
        used = {condition["key"] for condition in conditions}
        fact = next((one for one in collector.facts if one.key not in used), collector.facts[0])
        conditions.append({"key": fact.key, "operator": fact.operators[0], "value": fact.default})
        return f"r{numbers[0]}-c{len(conditions) - 1}-key"
    if name == "uncondition" and len(numbers) > 1 and numbers[1] < len(conditions) > 1:
        del conditions[numbers[1]]
    return f"r{numbers[0]}-add"


# --- what the page shows ----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Field:
    """One input. `options`: (value, words) of a list; empty for others."""

    id: str
    value: Value
    given: Any
    problem: str = ""
    options: tuple[tuple[str, str], ...] = ()

    @property
    def shown(self) -> str:
        return "" if self.given is None else f"{self.given:g}" if isinstance(self.given, float) else str(self.given)


@dataclass(frozen=True)
class ConditionRow:
    id: str
    number: int
    collector: Collector
    operator: str
    signs: tuple[tuple[str, str], ...]
    field: Field


@dataclass
class RuleRow:
    id: str
    number: int
    collector: Collector
    uuid: str
    parameters: list[Field]
    conditions: list[ConditionRow]
    action: Action
    actions: list[Action]
    action_fields: list[Field]
    sentence: str = ""
    problems: list[str] = field(default_factory=list)
    preview: Any = None


def rows(drafts: list[Draft], skills: Mapping[str, str], problems: Mapping[str, str]) -> list[RuleRow]:
    """`skills`: id -> name of those that may be chosen; `problems`: path of rules.RulesError -> sentence."""
    return [_row(number, draft, skills, problems) for number, draft in enumerate(drafts)]


def _row(number: int, draft: Draft, skills: Mapping[str, str], problems: Mapping[str, str]) -> RuleRow:
    collector = COLLECTORS[draft["collector_config"]["type"]]
    rule = draft["rules"][0]
    action, at = ACTIONS[rule["action"]["type"]], f"r{number}"
    place = f"{number}.rules.0"

    def fields(values: tuple[Value, ...], given: dict[str, Any], letter: str, path: str) -> list[Field]:
        return [_field(f"{at}-{letter}-{value.key}", value, given.get(value.key), skills, problems.get(f"{path}.{value.key}", ""))
                for value in values]

    parameters = fields(collector.parameters, draft["collector_config"].get("parameters") or {}, "p",
                        f"{number}.collector_config.parameters")
    conditions = [_condition_row(f"{at}-c{position}", position, condition, collector, skills,
                                 problems.get(f"{place}.conditions.{position}.value", ""))
                  for position, condition in enumerate(rule["conditions"])]
    action_fields = fields(parameters_of(action, collector), rule["action"].get("parameters") or {}, "a", f"{place}.action.parameters")
    shown = {one.problem for one in [*parameters, *action_fields, *(row.field for row in conditions)]}
    return RuleRow(
        at, number + 1, collector, draft["collector_config"].get("uuid", ""), parameters, conditions, action, _actions(collector, action),
        action_fields, worded(draft, skills),
        [text for path, text in problems.items() if path.split(".")[0] == str(number) and text not in shown])


def _actions(collector: Collector, chosen: Action) -> list[Action]:
    """Those that are offered, and the one that is there."""
    return [action for action in actions_of(collector) if action.offered or action == chosen]


def worded(draft: Draft, skills: Mapping[str, str]) -> str:
    """The rule in plain English; empty while something in it is missing."""
    try:
        return rules.sentences(rules.clean([draft]), skills)[0]
    except rules.RulesError:
        return ""


def _condition_row(at: str, number: int, condition: dict[str, Any], collector: Collector, skills: Mapping[str, str],
                   problem: str) -> ConditionRow:
    fact = collector.fact(condition["key"]) or collector.facts[0]
    words = IDENTITY_SIGNS if len(fact.operators) == len(IDENTITY_SIGNS) else SIGNS
    return ConditionRow(at, number, collector, condition["operator"], tuple((name, words[name]) for name in fact.operators),
                        _field(f"{at}-value", fact, condition["value"], skills, problem))


def _field(at: str, value: Value, given: Any, skills: Mapping[str, str], problem: str) -> Field:
    options: tuple[tuple[str, str], ...] = tuple(value.choices.items())
    if value.kind == "skill":
        options = tuple(skills.items())
        if given and given not in skills:
            options += ((str(given), f"number {given}, not among this account’s skills"),)
    return Field(at, value, given, problem, options)
