"""Reading quality_control: which rules a pool has, and whether their conditions hold."""
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.engine import compare
from sandbox.models import Pool

Facts = dict[str, Any]


@dataclass(frozen=True)
class Config:
    """One collector with its rules. `of_project`: it stands in the project and counts over all its pools."""

    kind: str
    uuid: str
    parameters: dict[str, Any]
    rules: list[dict[str, Any]]
    of_project: bool

    @property
    def history_size(self) -> int | None:
        size = self.parameters.get("history_size")
        return int(size) if size else None

    def is_same_rule(self, other: "Config") -> bool:
        """Whether both keep one history: a clone's collector has the same uuid; a rule written twice the same parameters."""
        if self.kind != other.kind:
            return False
        return self.uuid == other.uuid or _but_history(self.parameters) == _but_history(other.parameters)


def _but_history(parameters: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if name != "history_size"}


def configs(pool: Pool, *kinds: str) -> list[Config]:
    """The pool's collectors of these kinds, then its project's. `pool.project` should be loaded."""
    return [config for config in (*read(pool.form, False), *read(pool.project.form, True)) if config.kind in kinds]


def read(form: dict[str, Any], of_project: bool) -> Iterator[Config]:
    """The collectors of a stored form of a pool or a project."""
    for config in (form.get("quality_control") or {}).get("configs") or []:
        collector = config.get("collector_config") or {}
        yield Config(kind=str(collector.get("type")), uuid=str(collector.get("uuid")), parameters=collector.get("parameters") or {},
                     rules=config.get("rules") or [], of_project=of_project)


def fulfilled(rule: dict[str, Any], facts: Facts) -> bool:
    """Whether every condition holds. A rate of nothing is unknown, and unknown compares false (NE: true)."""
    return all(compare.holds(facts.get(condition["key"]), condition["operator"], condition.get("value"))
               for condition in rule.get("conditions") or [])
