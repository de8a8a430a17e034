"""Methods that count votes: the majority, and Toloka's rule by skill."""
import math
from collections.abc import Mapping

import numpy as np

from crowdsourcing.quality.aggregation.results import TIE, Aggregation, decide, normal
from crowdsourcing.quality.aggregation.rules import Rule
from crowdsourcing.quality.aggregation.votes import Item, Label, Votes, Worker

# Toloka's K: how little is believed of somebody of whom nothing is known.
SMOOTHING = 0.5
# Nobody is never wrong: two experts who disagree would make every answer impossible.
SUREST = 1e-6


def smoothed(right: float, total: float) -> float:
    """How far somebody is trusted by checked answers, 0..1: (K + right) / (2K + total), 0.5 if there are none."""
    return (SMOOTHING + right) / (2 * SMOOTHING + total)


def majority(
    votes: Votes, rule: Rule | None = None, *, weights: Mapping[Worker, float | None] | None = None,
    truth: Mapping[Item, Label] | None = None,
) -> Aggregation:
    """The answer of most people; confidence is its share of the votes.

    `weights`: how much a person's vote counts, 0 and more, 1 for whoever is not named (None, NaN); the confidence is then the share of
    the weight. An item of `truth` is decided by it. ValueError for a negative or infinite weight.
    """
    votes, known = with_truth(votes, truth)
    each = np.array([weight_of(worker, (weights or {}).get(worker)) for worker in votes.workers], dtype=float)
    behind = votes.tally(each[votes.worker])
    whole = behind.sum(axis=1, keepdims=True)
    chances = np.divide(behind, whole, out=np.full_like(behind, 1 / max(1, behind.shape[1])), where=whole > 0)
    return _counted(votes, rule or Rule(), chances, each, known, shown=weights is not None)


def weighted(
    votes: Votes, rule: Rule | None = None, *, skills: Mapping[Worker, float | None],
    records: Mapping[Worker, tuple[float, float]] | None = None, truth: Mapping[Item, Label] | None = None,
) -> Aggregation:
    """Toloka's WEIGHTED_DYNAMIC_OVERLAP: the answer with the most trust behind it; confidence is the chance that it is right if
    everybody errs with 1 - trust, evenly among the other possible answers.

    `skills`: per cent, 0..100. Whoever has none (not named, None, NaN) is trusted by `records`, (right, all) of checked answers, see
    `smoothed`. A baseline solution is the vote of a "worker" of its own whose skill is its weight. ValueError for an impossible skill.
    """
    votes, known = with_truth(votes, truth)
    trust = np.array([_trust(worker, skills.get(worker), records or {}) for worker in votes.workers], dtype=float)
    return _counted(votes, rule or Rule(), normal(likelihoods(votes, trust)), trust, known, shown=True)


def likelihoods(votes: Votes, trust: np.ndarray, surest: float = SUREST) -> np.ndarray:
    """(items, labels): logarithm of the chance of all votes on the item, were the label right. `trust`: (workers,) 0..1, kept `surest`
    away from both."""
    others = len(votes.labels) - 1
    if others < 1:
        return np.zeros((len(votes.items), len(votes.labels)))
    right = np.clip(trust, surest, 1 - surest)
    hit, miss = np.log(right)[votes.worker], np.log((1 - right) / others)[votes.worker]
    return votes.tally(hit - miss) + np.bincount(votes.item, weights=miss, minlength=len(votes.items))[:, None]


def with_truth(votes: Votes, truth: Mapping[Item, Label] | None) -> tuple[Votes, np.ndarray]:
    """The votes with the labels of the truth among theirs, and (items,) the place of each item's true label, -1 where nobody knows it."""
    named = {item: label for item, label in (truth or {}).items() if label is not None}
    votes = votes.with_labels(named.values())
    place = {label: number for number, label in enumerate(votes.labels)}
    return votes, np.array([place[named[item]] if item in named else -1 for item in votes.items], dtype=np.int64)


def _counted(votes: Votes, rule: Rule, chances: np.ndarray, weight: np.ndarray, truth: np.ndarray, *, shown: bool) -> Aggregation:
    """`weight`: (workers,) how much each person's vote counts."""
    behind = votes.tally(weight[votes.worker])
    right, counted = agreement(votes, behind, weight, truth)
    return Aggregation(votes, rule, chances, decide(votes, rule, chances, behind, truth), behind if shown else None, truth, right, counted,
                       "others")


def agreement(votes: Votes, behind: np.ndarray, weight: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(workers,) twice: how many votes said what the others' votes decide, or the truth, and how many could be compared.

    A vote is compared with the others' alone; where those are tied, or there are none, nothing can be said.
    """
    number = len(votes.workers)
    if not len(votes):
        return np.zeros(number), np.zeros(number)
    votes.cells("votes", len(votes))
    others = behind[votes.item]
    others[np.arange(len(votes)), votes.label] -= weight[votes.worker]
    most = others.max(axis=1)
    leading = others >= (most - TIE * np.maximum(most, 1.0))[:, None]
    clear, best = (leading.sum(axis=1) == 1) & (most > TIE), leading.argmax(axis=1)
    known = truth[votes.item]
    best, clear = np.where(known >= 0, known, best), clear | (known >= 0)
    right = np.bincount(votes.worker, weights=clear & (best == votes.label), minlength=number)
    return right, np.bincount(votes.worker, weights=clear, minlength=number)


def weight_of(worker: Worker, value: float | None) -> float:
    """How much a person's vote counts; None and NaN: 1. ValueError"""
    if value is None or math.isnan(value):
        return 1.0
    if not 0 <= value < math.inf:
        raise ValueError(f"A vote's weight is a number from 0 on; {value:g} of {worker} is not.")
    return float(value)


def _trust(worker: Worker, skill: float | None, records: Mapping[Worker, tuple[float, float]]) -> float:
    if skill is None or math.isnan(skill):
        return smoothed(*records.get(worker, (0, 0)))
    if not 0 <= skill <= 100:
        raise ValueError(f"A skill is a number from 0 to 100; {skill:g} of {worker} is not.")
    return skill / 100
