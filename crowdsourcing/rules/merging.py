"""Our rules and the platform's: which are the same, and what a pool's rules become when both are put together."""
import json
from typing import Any

from crowdsourcing.rules.presets import reissue

Configs = list[dict[str, Any]]


def gives_again(config: dict[str, Any], rule: dict[str, Any]) -> bool:
    """Whether the rule offers a rejected job to somebody else: then nobody else has to."""
    action = rule.get("action") or {}
    return ((config.get("collector_config") or {}).get("type") == "ASSIGNMENTS_ASSESSMENT" and action.get("type") == "CHANGE_OVERLAP"
            and _number((action.get("parameters") or {}).get("delta")) > 0
            and any((one.get("key"), one.get("value")) == ("assessment_event", "REJECT") for one in rule.get("conditions") or []))


def _number(value: Any) -> float:
    return value if isinstance(value, int | float) else 0


def reissues(configs: Configs) -> bool:
    return any(gives_again(config, rule) for config in configs for rule in config.get("rules") or [])


def with_reissue(configs: Configs, at_once: bool) -> Configs:
    """The rules with the one that offers rejected jobs again, where that is wanted and none of them does so already."""
    return [*configs, reissue()] if at_once and not reissues(configs) else configs


def without_reissue(configs: Configs) -> Configs:
    """The rules without those that offer rejected jobs again."""
    return _kept(configs, lambda config, rule: not gives_again(config, rule))


def signature(config: dict[str, Any], rule: dict[str, Any]) -> str:
    """Equal for two rules that do the same, however they are written down."""
    collector, action = config.get("collector_config") or {}, rule.get("action") or {}
    conditions = sorted(json.dumps(_plain(one), sort_keys=True) for one in rule.get("conditions") or [])
    return json.dumps([collector.get("type"), _plain(collector.get("parameters")), conditions, action.get("type"),
                       _plain(action.get("parameters"))], sort_keys=True)


def _plain(value: Any) -> Any:
    """Without what is empty or false, and with one way to write a number."""
    if isinstance(value, dict):
        kept = {key: _plain(item) for key, item in value.items() if item is not False or key == "value"}
        return {key: item for key, item in kept.items() if item not in (None, "", {}, [])} or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return value


def signatures(configs: Configs) -> set[str]:
    return {signature(config, rule) for config in configs for rule in config.get("rules") or []}


def dropped(before: Configs, after: Configs, known: Configs) -> Configs:
    """Rules that were ours and are not wanted any more: they are to go at the platform, and nobody else's with them."""
    wanted = signatures(after)
    gone = _kept([*known, *before], lambda config, rule: signature(config, rule) not in wanted)
    seen: set[str] = set()

    def is_new(config: dict[str, Any], rule: dict[str, Any]) -> bool:
        name = signature(config, rule)
        fresh = name not in seen
        seen.add(name)
        return fresh

    return _kept(gone, is_new)


def differ(found: Configs, wanted: Configs, gone: Configs) -> bool:
    """Whether the platform lacks a rule of ours, or still has one that was."""
    theirs = signatures(found)
    return not signatures(wanted) <= theirs or bool(theirs & signatures(gone)) or reissues(found) != reissues(wanted)


def merged(found: Configs, wanted: Configs, gone: Configs) -> Configs:
    """What the platform's pool is to have: our rules, and what somebody added in the platform's own pages.

    A collector keeps the id that the platform gave it: its history hangs on it.
    """
    ours = signatures(wanted) | signatures(gone)
    others = _kept(found, lambda config, rule: signature(config, rule) not in ours and not gives_again(config, rule))
    ids = {_collector(config): config["collector_config"]["uuid"] for config in found if (config.get("collector_config") or {}).get("uuid")}
    mine = [_with_id(config, ids) for config in wanted]
    for config in mine:
        same = [one for one in others if _collector(one) == _collector(config)]
        config["rules"] = [*config["rules"], *(rule for one in same for rule in one["rules"])]
        others = [one for one in others if one not in same]
    return [*others, *mine]


def _collector(config: dict[str, Any]) -> str:
    told = config.get("collector_config") or {}
    return json.dumps([told.get("type"), _plain(told.get("parameters"))], sort_keys=True)


def _with_id(config: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    told = dict(config["collector_config"])
    known = told.get("uuid") or ids.get(_collector(config))
    return {"collector_config": {**told, **({"uuid": known} if known else {})}, "rules": list(config["rules"])}


def _kept(configs: Configs, keep: Any) -> Configs:
    found = [{**config, "rules": [rule for rule in config.get("rules") or [] if keep(config, rule)]} for config in configs]
    return [config for config in found if config["rules"]]
