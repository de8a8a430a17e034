"""Quality rules in a few words, and what they did."""
from datetime import datetime
from typing import Any

from tests.sandbox.conftest import Shop
from tests.stack.sandbox import TolokerAccount

BANNED_DAYS = 10


def collector(kind: str, *rules: dict[str, Any], uuid: str | None = None, **parameters: Any) -> dict[str, Any]:
    """One of `configs`."""
    return {"collector_config": {"type": kind, **({"parameters": parameters} if parameters else {}), **({"uuid": uuid} if uuid else {})},
            "rules": list(rules)}


def rule(conditions: list[tuple[str, str, Any]], action: str, **parameters: Any) -> dict[str, Any]:
    return {"conditions": [{"key": key, "operator": operator, "value": value} for key, operator, value in conditions],
            "action": {"type": action, **({"parameters": parameters} if parameters else {})}}


def ban(*conditions: tuple[str, str, Any], scope: str = "POOL", **parameters: Any) -> dict[str, Any]:
    """Ten days, unless `parameters` say otherwise."""
    given = parameters or {"duration_unit": "DAYS", "duration": BANNED_DAYS}
    return rule(list(conditions), "RESTRICTION_V2", scope=scope, **given)


def quality(*configs: dict[str, Any]) -> dict[str, Any]:
    """Fields of a pool or a project."""
    return {"quality_control": {"configs": list(configs)}}


def new_skill(shop: Shop, name: str = "skill") -> str:
    return shop.ask("POST", "/skills", {"name": name, "hidden": False})["id"]


def value_of(shop: Shop, skill: str, toloker: TolokerAccount) -> float | None:
    """The Toloker's exact value, None if he has not the skill."""
    found = shop.ask("GET", f"/user-skills?skill_id={skill}&user_id={toloker.id}")["items"]
    return found[0]["exact_value"] if found else None


def bans(shop: Shop, toloker: TolokerAccount) -> list[dict[str, Any]]:
    return shop.ask("GET", f"/user-restrictions?user_id={toloker.id}")["items"]


def days_of(ban_row: dict[str, Any]) -> float:
    span = datetime.fromisoformat(ban_row["will_expire"]) - datetime.fromisoformat(ban_row["created"])
    return span.total_seconds() / 86_400


def work(toloker: TolokerAccount, pool: str, *results: str) -> list[str]:
    """Take and submit one page per result, all its tasks answered with it; the pages' ids."""
    done = []
    for result in results:
        page = toloker.take(pool)
        toloker.submit(page["id"], *({"result": result} for _ in page["tasks"]))
        done.append(page["id"])
    return done


def control_tasks(shop: Shop, pool: str, count: int, right: str = "OK", **fields: Any) -> list[str]:
    """Tasks with one known solution, for everybody."""
    return shop.tasks(pool, count, "open_pool=true", infinite_overlap=True,
                      known_solutions=[{"output_values": {"result": right}}], **fields)
