"""Checking the parts of a pool that change by themselves: overlap, prices, what is reviewed, who is let in by quality."""
from sandbox.forms.aggregation import field_names
from sandbox.forms.checker import Checker
from sandbox.forms.intervals import check_distribution, check_intervals
from sandbox.forms.prices import check_price

MAX_OVERLAP = 30_000


def check_dynamic(check: Checker) -> None:
    """All of them, as far as the form alone can tell."""
    _check_overlap(check)
    _check_pricing(check)
    _check_checkpoints(check)
    _check_balance(check)


def _check_overlap(check: Checker) -> None:
    config = check.part("dynamic_overlap_config")
    if config is None:
        return
    config.choice("type", ("BASIC",), required=True)
    most = config.integer("max_overlap", 1, MAX_OVERLAP, required=True)
    config.number("min_confidence", 0, 1, required=True)
    config.text("answer_weight_skill_id", required=True)
    if not field_names(config) and config.at("fields") not in config.errors:
        config.fail("fields", "VALUES_REQUIRED", "Say which output fields to aggregate")
    least = _default_overlap(check)
    if most is not None and least is not None and most <= least:
        config.fail("max_overlap", "VALUE_LESS_THAN_MIN", "Above the overlap of new tasks is expected", min=str(least + 1))
    # Missing is taken for the least: programs of Toloka's early days leave it out.
    if check.data.get("auto_close_after_complete_delay_seconds") == 0:
        check.fail("auto_close_after_complete_delay_seconds", "VALUE_LESS_THAN_MIN", "Dynamic overlap needs a delay of at least 1", min="1")


def _default_overlap(check: Checker) -> int | None:
    given = check.data.get("defaults")
    if not isinstance(given, dict):
        return None
    overlap = given.get("default_overlap_for_new_tasks")
    overlap = given.get("default_overlap_for_new_task_suites") if overlap is None else overlap
    return overlap if isinstance(overlap, int) else None


def _check_pricing(check: Checker) -> None:
    config = check.part("dynamic_pricing_config")
    if config is None:
        return
    config.choice("type", ("SKILL",), required=True)
    config.text("skill_id", required=True)
    for part in check_intervals(config, 0, 100):
        check_price(part, "reward_per_assignment")


def _check_checkpoints(check: Checker) -> None:
    quality = check.part("quality_control")
    config = quality.part("checkpoints_config") if quality else None
    for name in ("real_settings", "golden_settings", "training_settings"):
        settings = config.part(name) if config else None
        if settings:
            settings.integer("target_overlap", 1, MAX_OVERLAP, required=True)
            check_distribution(settings, "task_distribution_function")


def _check_balance(check: Checker) -> None:
    balance = check.part("speed_quality_balance")
    if balance is None:
        return
    kind = balance.choice("type", ("TOP_PERCENTAGE_BY_QUALITY", "BEST_CONCURRENT_USERS_BY_QUALITY"), required=True)
    if kind == "TOP_PERCENTAGE_BY_QUALITY":
        balance.integer("percent", 10, 100, required=True)
    elif kind:
        balance.integer("count", 1, 100, required=True)
