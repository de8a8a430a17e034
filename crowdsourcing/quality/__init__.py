"""Rules of ours about the crowd's work, run by the clock and after news."""
from crowdsourcing.quality.confusing import count_confusions
from crowdsourcing.quality.deciding import pools_to_settle, settle_pool
from crowdsourcing.quality.judging import judge_pool, pools_unread, pools_waiting
from crowdsourcing.quality.reissue import reissue_after_dispute
from crowdsourcing.quality.truth import score_pool

__all__ = ["count_confusions", "judge_pool", "pools_to_settle", "pools_unread", "pools_waiting", "reissue_after_dispute", "score_pool",
           "settle_pool"]
