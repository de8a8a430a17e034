"""Many people's votes or shapes made into one answer, with how sure it is. Pure: numbers in, numbers and sentences out.

docs/decisions/0010 says how and why. A tie never decides against a person: it asks for one more vote, then for the requester.
"""
from crowdsourcing.quality.aggregation.agreement import Agreement, FrameConsensus, Merged, ShapeRule, Standing, agreements
from crowdsourcing.quality.aggregation.consensus import consensus
from crowdsourcing.quality.aggregation.counting import majority, smoothed, weighted
from crowdsourcing.quality.aggregation.estimating import dawid_skene, one_coin
from crowdsourcing.quality.aggregation.intervals import wilson
from crowdsourcing.quality.aggregation.results import Aggregation, ItemResult, WorkerResult
from crowdsourcing.quality.aggregation.rules import Outcome, Rule
from crowdsourcing.quality.aggregation.votes import TooManyCells, Votes

__all__ = [
    "Aggregation", "Agreement", "FrameConsensus", "ItemResult", "Merged", "Outcome", "Rule", "ShapeRule", "Standing", "TooManyCells",
    "Votes", "WorkerResult", "agreements", "consensus", "dawid_skene", "majority", "one_coin", "smoothed", "weighted", "wilson",
]
