"""Methods that learn from the votes how good each person is: Dawid-Skene, and one coin a person. Both may be anchored by ground truth.

Expectation: the chance of each label of each item, given how good everybody is. Maximization: how good everybody is, given those
chances. Items with ground truth keep it throughout, so what people answered there tells how good they are.
"""
from collections.abc import Mapping

import numpy as np

from crowdsourcing.quality.aggregation.counting import SMOOTHING, likelihoods, with_truth
from crowdsourcing.quality.aggregation.results import Aggregation, decide, normal
from crowdsourcing.quality.aggregation.rules import Rule
from crowdsourcing.quality.aggregation.tables import LEAST, Tables
from crowdsourcing.quality.aggregation.votes import Item, Label, TooManyCells, Votes

ROUNDS = 100
# One coin: until nobody's accuracy moves by more. Dawid-Skene: until the evidence grows by less a vote.
STILL = 1e-7
TOLERANCE = 1e-5
# Chances that differ by a smaller share are equal: learning stops before the last digits.
_TIE = 1e-6
# workers x labels x labels
MOST_ERRORS = 20_000_000


def one_coin(
    votes: Votes, rule: Rule | None = None, *, truth: Mapping[Item, Label] | None = None, smoothing: float = SMOOTHING,
    rounds: int = ROUNDS,
) -> Aggregation:
    """Everybody is right with an accuracy of his own, whatever the answer is, and errs evenly among the others.

    accuracy = (K + expected right) / (2K + votes), K = `smoothing`: 0 gives the plain maximum, 0.5 lets nobody be perfect after two
    votes. Begins with the accuracies on items of the `truth` (label by item; those who gave none there get everybody's together), without
    truth with the shares of the votes. Confidence is the chance of the leading label by the votes alone, or with how common it is
    elsewhere if that is lower: what is usual is never held against a person. ValueError for a negative smoothing.
    """
    if smoothing < 0:
        raise ValueError(f"Smoothing is a number from 0 on; {smoothing:g} is not.")
    votes, known = with_truth(votes, truth)
    chances = _anchored(_shares(votes), known)
    # Shares of the votes as what is usual would let the first round undo what the truth says of people.
    accuracy, usual = _accuracy_on_truth(votes, known, smoothing), np.zeros(len(votes.labels))
    if accuracy is None:
        accuracy, usual = _accuracy(votes, chances, smoothing), _usual(votes, chances)
    evidence, done = np.zeros_like(chances), 0
    while len(votes) and done < rounds:
        done += 1
        evidence = likelihoods(votes, accuracy, LEAST)
        chances = _anchored(normal(evidence + usual), known)
        usual = _usual(votes, chances)
        before, accuracy = accuracy, _accuracy(votes, chances, smoothing)
        if np.abs(accuracy - before).max() < STILL:
            break
    return _estimated(votes, rule, chances, evidence, known, done)


def dawid_skene(
    votes: Votes, rule: Rule | None = None, *, truth: Mapping[Item, Label] | None = None, rounds: int = ROUNDS,
    tolerance: float = TOLERANCE,
) -> Aggregation:
    """Everybody has a table of how often he says what when what is true. Starts from the shares of the votes.

    Stops as crowd-kit's (and so the platform's) does: when the evidence lower bound, with the prior counted once a vote, grows by less
    than `tolerance` a vote. Confidence as with `one_coin`, among the labels that somebody gave to the item. TooManyCells for too many
    people x labels x labels: `one_coin` has no such tables.
    """
    votes, known = with_truth(votes, truth)
    _refuse_large(votes)
    chances = _anchored(_shares(votes), known)
    if not len(votes):
        return _estimated(votes, rule, chances, np.zeros_like(chances), known, 0)
    tables, usual = Tables(votes), _usual(votes, chances)
    tables.learn(chances)
    evidence, done, before = np.zeros_like(chances), 0, -np.inf
    while done < rounds:
        done += 1
        evidence = tables.evidence()
        chances = _anchored(normal(evidence + usual), known)
        usual = _usual(votes, chances)
        tables.learn(chances)
        bound = tables.bound(chances, usual) / len(votes)
        if bound - before < tolerance:
            break
        before = bound
    # What the tables say of a label that hardly occurs is chance.
    evidence = np.where((votes.tally() > 0) | (chances >= (1 - _TIE) * chances.max(axis=1, keepdims=True)), evidence, -np.inf)
    return _estimated(votes, rule, chances, evidence, known, done, tables.errors())


def _refuse_large(votes: Votes) -> None:
    people, labels = len(votes.workers), len(votes.labels)
    if people * labels ** 2 > MOST_ERRORS:
        raise TooManyCells(f"Tables of {labels:,} x {labels:,} answers for {people:,} people are too large: use one coin a person instead.")
    votes.cells("votes", len(votes))


def _estimated(
    votes: Votes, rule: Rule | None, chances: np.ndarray, evidence: np.ndarray, known: np.ndarray, rounds: int,
    errors: np.ndarray | None = None,
) -> Aggregation:
    rule = rule or Rule()
    right = np.bincount(votes.worker, weights=chances[votes.item, votes.label], minlength=len(votes.workers))
    counted = np.bincount(votes.worker, minlength=len(votes.workers)).astype(float)
    decisions = decide(votes, rule, chances, chances, known, evidence=evidence, tie=_TIE)
    return Aggregation(votes, rule, chances, decisions, None, known, right, counted, "model", rounds, errors)


def _shares(votes: Votes) -> np.ndarray:
    """(items, labels); rows sum up to 1, without votes all labels have the same share."""
    counts = votes.tally().astype(float)
    counts[counts.sum(axis=1) == 0] = 1.0
    return counts / counts.sum(axis=1, keepdims=True)


def _anchored(chances: np.ndarray, known: np.ndarray) -> np.ndarray:
    rows = known >= 0
    chances[rows] = 0.0
    chances[rows, known[rows]] = 1.0
    return chances


def _usual(votes: Votes, chances: np.ndarray) -> np.ndarray:
    """(labels,): logarithm of how common each label is among items with votes."""
    voted = np.bincount(votes.item, minlength=len(votes.items)) > 0
    return np.log(np.maximum(chances[voted].sum(axis=0) / max(1, voted.sum()), LEAST))


def _accuracy(votes: Votes, chances: np.ndarray, smoothing: float) -> np.ndarray:
    """(workers,) 0..1, from the chances that each vote is right."""
    number = len(votes.workers)
    right = np.bincount(votes.worker, weights=chances[votes.item, votes.label], minlength=number)
    return (smoothing + right) / (2 * smoothing + np.bincount(votes.worker, minlength=number))


def _accuracy_on_truth(votes: Votes, known: np.ndarray, smoothing: float) -> np.ndarray | None:
    """(workers,) 0..1 where somebody answered an item with ground truth, otherwise None. Always smoothed: a few answers are a beginning."""
    truth = known[votes.item]
    checked = truth >= 0
    if not checked.any():
        return None
    number, k = len(votes.workers), max(smoothing, SMOOTHING)
    total = np.bincount(votes.worker, weights=checked, minlength=number)
    right = np.bincount(votes.worker, weights=truth == votes.label, minlength=number)
    everybody = (k + right.sum()) / (2 * k + total.sum())
    return np.where(total > 0, (k + right) / (2 * k + total), everybody)
