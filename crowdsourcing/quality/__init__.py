"""Rules of ours about the crowd's work, run by the clock and after news."""
from crowdsourcing.quality.agreeing import agree_pool
from crowdsourcing.quality.confusing import count_confusions
from crowdsourcing.quality.deciding import pools_to_settle, settle_pool
from crowdsourcing.quality.judging import judge_pool, pools_unread, pools_waiting
from crowdsourcing.quality.merging import merge_pool
from crowdsourcing.quality.reissue import ask_one_more, reissue_after_dispute, withdraw_spare
from crowdsourcing.quality.rounds import judge_pools, settle_round, withdraw_round
from crowdsourcing.quality.truth import score_pool

__all__ = ["agree_pool", "ask_one_more", "count_confusions", "judge_pool", "judge_pools", "merge_pool", "pools_to_settle", "pools_unread",
           "pools_waiting", "reissue_after_dispute", "score_pool", "settle_pool", "settle_round", "withdraw_round",
           "withdraw_spare"]
