"""What a page costs: one price, or prices by a skill of the Toloker who takes it."""
from decimal import ROUND_HALF_UP, Decimal

from sandbox.engine.filters import Facts
from sandbox.models import Pool


def reward_for(pool: Pool, facts: Facts) -> Decimal:
    """The price for this Toloker now. Intervals include their bounds, which are whole numbers, so the skill's rounded value counts.

    Without the skill, or between the intervals, the pool's own price.
    """
    config = pool.form.get("dynamic_pricing_config")
    have = facts.skills.get(str(config.get("skill_id")).lstrip("0")) if config else None
    if config is None or have is None:
        return pool.reward_per_assignment
    value = Decimal(str(have)).quantize(Decimal(1), ROUND_HALF_UP)
    for interval in config.get("intervals") or []:
        first, last = interval.get("from"), interval.get("to")
        if (first is None or first <= value) and (last is None or value <= last):
            return Decimal(str(interval["reward_per_assignment"]))
    return pool.reward_per_assignment


def is_free(pool: Pool) -> bool:
    """Whether nobody is ever paid for a page."""
    intervals = (pool.form.get("dynamic_pricing_config") or {}).get("intervals") or []
    return not pool.reward_per_assignment and not any(interval["reward_per_assignment"] for interval in intervals)
