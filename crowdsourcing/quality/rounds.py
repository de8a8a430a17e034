"""One round over a pool's work: what can be counted, decided, asked and merged now."""
import logging
from collections.abc import Callable, Iterable
from uuid import UUID

from crowdsourcing.models import Pool
from crowdsourcing.quality.agreeing import agree_pool
from crowdsourcing.quality.deciding import settle_pool
from crowdsourcing.quality.judging import judge_pool
from crowdsourcing.quality.merging import merge_pool
from crowdsourcing.quality.reissue import ask_one_more, withdraw_spare
from crowdsourcing.quality.resuming import resume_decisions
from crowdsourcing.quality.truth import score_pool

log = logging.getLogger(__name__)


def judge_pools(pools: Iterable[Pool]) -> None:
    """An opinion that cannot be had in one pool is no trouble of the others, and none of the look that brought the news."""
    for pool in pools:
        try:
            judge_pool(pool)
        except Exception:
            log.exception("Judging the work of pool %s failed", pool.pk)


def settle_round(pool: Pool, ring: Callable[[UUID], None]) -> None:
    """What cannot be decided now is decided by the next round; the look that brought the news does not suffer."""
    try:
        # The truth may have changed since the work was seen.
        score_pool(pool)
        agree_pool(pool)
        settle_pool(pool, ring)
        for command in resume_decisions(pool):
            ring(command)
        for command in ask_one_more(pool):
            ring(command)
        merge_pool(pool)
    except Exception:
        log.exception("Settling the policy of pool %s failed", pool.pk)


def withdraw_round(pool: Pool, ring: Callable[[UUID], None]) -> None:
    """After every look, also one that brought no news: what it saw offered may be more than is wanted by now."""
    try:
        for command in withdraw_spare(pool):
            ring(command)
    except Exception:
        log.exception("What pool %s offers beyond what is wanted could not be taken back", pool.pk)
