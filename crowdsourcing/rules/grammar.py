"""The closed grammar of quality rules.

    rules     := [config, ...]
    config    := {"collector_config": {"type", "uuid"?, "parameters"?}, "rules": [rule, ...]}
    rule      := {"conditions": [{"key", "operator", "value"}, ...], "action": {"type", "parameters"?}}

A path names a config, a rule in it and the place: "0.rules.1.action.parameters.skill_id". People count from 1 over all rules.
"""
import uuid
from typing import Any

from django.core.exceptions import ValidationError

from crowdsourcing.rules.catalogue import ACTIONS, COLLECTORS, LONGEST, Collector, actions_of, parameters_of
from crowdsourcing.rules.values import Value

MAX_RULES = 100
MAX_CONDITIONS = 20


class RulesError(ValueError):
    """`errors`: path -> sentence; `numbers`: path -> number of the rule it is in, from 1 (0: all of them)."""

    def __init__(self, errors: dict[str, str], numbers: dict[str, int]) -> None:
        super().__init__("; ".join(told(errors, numbers)))
        self.errors, self.numbers = errors, numbers


def told(errors: dict[str, str], numbers: dict[str, int]) -> list[str]:
    """Sentences that say which rule is meant."""
    return [f"Rule {numbers[path]}: {sentence}" if numbers.get(path) else sentence for path, sentence in errors.items()]


def clean(value: Any) -> list[dict[str, Any]]:
    """The configs with equal collectors put together, as the platform's own clients do. Raises RulesError."""
    return _Check().clean(value)


def checked(value: Any) -> list[dict[str, Any]]:
    """`clean` for services: ValidationError with a sentence a mistake."""
    try:
        return clean(value)
    except RulesError as error:
        raise ValidationError(told(error.errors, error.numbers)) from None


class _Check:
    def __init__(self) -> None:
        self.errors: dict[str, str] = {}
        self.numbers: dict[str, int] = {}
        self.number = 0
        # history_size of the collector that is being read.
        self.size: int | None = None

    def fail(self, path: str, sentence: str) -> None:
        self.errors.setdefault(path, sentence)
        self.numbers.setdefault(path, self.number)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        configs = [] if value is None else value
        found: list[dict[str, Any]] = []
        if not isinstance(configs, list):
            self.fail("", "Must be a list of rules: [{\"collector_config\": …, \"rules\": […]}].")
        elif sum(len(one["rules"]) for one in configs if isinstance(one, dict) and isinstance(one.get("rules"), list)) > MAX_RULES:
            self.fail("", f"A pool has {MAX_RULES} rules at most.")
        else:
            for place, config in enumerate(configs):
                read = self.config(config, str(place))
                if read is not None:
                    found.append(read)
        if self.errors:
            raise RulesError(self.errors, self.numbers)
        return gathered(found)

    def keys(self, value: Any, path: str, wanted: tuple[str, ...], more: tuple[str, ...] = ()) -> bool:
        if not isinstance(value, dict):
            self.fail(path, f"Must be an object with {' and '.join(wanted)}.")
            return False
        missing, unknown = [key for key in wanted if key not in value], sorted(map(str, set(value) - set(wanted) - set(more)))
        if missing:
            self.fail(path, f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing.")
        if unknown:
            self.fail(path, f"The platform does not know {', '.join(unknown)} here. Leave it out.")
        return not missing and not unknown

    def config(self, config: Any, path: str) -> dict[str, Any] | None:
        self.number += 1
        if not self.keys(config, path, ("collector_config", "rules")):
            return None
        at = f"{path}.collector_config"
        if not self.keys(config["collector_config"], at, ("type",), ("uuid", "parameters")):
            return None
        told_of = config["collector_config"]
        collector = COLLECTORS.get(told_of["type"]) if isinstance(told_of["type"], str) else None
        if collector is None:
            self.fail(f"{at}.type", f"The platform has no collector {told_of['type']}. Choose one of {', '.join(COLLECTORS)}.")
            return None
        self.uuid(told_of.get("uuid"), f"{at}.uuid")
        parameters = self.values(told_of.get("parameters"), collector.parameters, f"{at}.parameters")
        size = parameters.get("history_size")
        self.size = size if isinstance(size, int) else None
        rules = config["rules"]
        if not isinstance(rules, list) or not rules:
            self.fail(f"{path}.rules", "Must be a list with at least one rule.")
            return None
        kept = []
        for place, rule in enumerate(rules):
            self.number += place > 0
            kept.append(self.rule(rule, collector, f"{path}.rules.{place}"))
        named = {"type": collector.type, **({"uuid": told_of["uuid"]} if told_of.get("uuid") else {}),
                 **({"parameters": parameters} if parameters else {})}
        return {"collector_config": named, "rules": kept}

    def uuid(self, given: Any, path: str) -> None:
        if given in (None, ""):
            return
        try:
            uuid.UUID(given if isinstance(given, str) else "")
        except ValueError:
            self.fail(path, "uuid is the platform's own name of a collector. Leave it out.")

    def values(self, given: Any, wanted: tuple[Value, ...], path: str) -> dict[str, Any]:
        """The parameters that are filled in."""
        if given is None:
            given = {}
        if not self.keys(given, path, (), tuple(value.key for value in wanted)):
            return {}
        for value in wanted:
            if problem := value.problem(given.get(value.key)):
                self.fail(f"{path}.{value.key}", problem)
        return {key: value for key, value in given.items() if value is not None and value != ""}

    def rule(self, rule: Any, collector: Collector, path: str) -> dict[str, Any]:
        if not self.keys(rule, path, ("conditions", "action")):
            return {}
        conditions = rule["conditions"]
        if not isinstance(conditions, list) or not 1 <= len(conditions) <= MAX_CONDITIONS:
            self.fail(f"{path}.conditions", f"Give 1 to {MAX_CONDITIONS} conditions; all of them must hold.")
            conditions = []
        for place, condition in enumerate(conditions):
            self.condition(condition, collector, f"{path}.conditions.{place}")
            self.reachable(condition, collector, f"{path}.conditions.{place}.value")
        return {"conditions": conditions, "action": self.action(rule["action"], collector, f"{path}.action")}

    def condition(self, condition: Any, collector: Collector, path: str) -> None:
        if not self.keys(condition, path, ("key", "operator", "value")):
            return
        fact = collector.fact(condition["key"])
        if fact is None:
            self.fail(f"{path}.key", f"“{collector.label}” does not know {condition['key']}. "
                                     f"Choose one of {', '.join(known.key for known in collector.facts)}.")
            return
        if condition["operator"] not in fact.operators:
            self.fail(f"{path}.operator", f"Compare {fact.label} by one of {', '.join(fact.operators)}.")
        if problem := fact.problem(condition["value"]):
            self.fail(f"{path}.value", problem[0].upper() + problem[1:])

    def reachable(self, condition: Any, collector: Collector, path: str) -> None:
        """Among the last so many there are never more than so many: such a condition would never hold."""
        fact = collector.fact(condition.get("key")) if isinstance(condition, dict) else None
        if fact is None or fact.kind != "count" or self.size is None or fact.problem(condition.get("value")):
            return
        value, operator = condition["value"], condition.get("operator")
        if (operator == "GT" and value >= self.size) or (operator in ("GTE", "EQ") and value > self.size):
            self.fail(path, f"Among the last {self.size} there are never so many: this would never hold. Give a smaller number.")

    def action(self, action: Any, collector: Collector, path: str) -> dict[str, Any]:
        if not self.keys(action, path, ("type",), ("parameters",)):
            return {}
        known = ACTIONS.get(action["type"]) if isinstance(action["type"], str) else None
        allowed = actions_of(collector)
        if known is None or known not in allowed:
            usual = ", ".join(one.type for one in allowed if one.offered)
            self.fail(f"{path}.type", misfit(action["type"], collector) + f" Choose one of {usual}.")
            return {}
        parameters = self.values(action.get("parameters"), parameters_of(known, collector), f"{path}.parameters")
        if known.type == "RESTRICTION_V2":
            self.duration(parameters, f"{path}.parameters.duration")
        if known.type == "CHANGE_OVERLAP" and parameters.get("delta") == 0:
            self.fail(f"{path}.parameters.delta", "How many more: 0 changes nothing; 1 gives the job to one more Toloker.")
        return {"type": known.type, **({"parameters": parameters} if parameters else {})}

    def duration(self, parameters: dict[str, Any], path: str) -> None:
        unit, duration = parameters.get("duration_unit"), parameters.get("duration")
        if unit == "PERMANENT":
            parameters.pop("duration", None)
        elif unit in LONGEST and duration is None:
            self.fail(path, "For how long? Give a number, or choose “for good”.")
        elif unit in LONGEST and isinstance(duration, int | float) and duration > LONGEST[unit]:
            self.fail(path, f"For at most {LONGEST[unit]:,} {unit.lower()}; choose “for good” instead.")


def misfit(action: Any, collector: Collector) -> str:
    """Why an action does not go with a collector."""
    if not isinstance(action, str) or action not in ACTIONS:
        return f"The platform has no action {action}."
    label = ACTIONS[action].label
    if action == "CHANGE_OVERLAP":
        return f"“{label}” is about a job, and “{collector.label}” is about a Toloker: they do not go together."
    if collector.subject == "task suite":
        return f"“{label}” is about a Toloker, and “{collector.label}” is about a job: they do not go together."
    return f"“{label}” needs a share, and “{collector.label}” counts none."


def gathered(configs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rules of equal collectors in one config, in the order of the first."""
    found: list[dict[str, Any]] = []
    for config in configs:
        same = next((one for one in found if one["collector_config"] == config["collector_config"]), None)
        if same is None:
            found.append({"collector_config": config["collector_config"], "rules": list(config["rules"])})
        else:
            same["rules"] += config["rules"]
    return found


def skills_in(configs: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """(skill id, number of the rule) of every skill that is named, from 1 over all rules. `configs` have passed `clean`."""
    found: list[tuple[str, int]] = []
    number = 0
    for config in configs:
        for rule in config["rules"]:
            number += 1
            skill = (rule["action"].get("parameters") or {}).get("skill_id")
            named = [skill] if skill else []
            named += [condition["value"] for condition in rule["conditions"] if condition["key"] == "skill_id"]
            found += [(str(one), number) for one in named]
    return found
