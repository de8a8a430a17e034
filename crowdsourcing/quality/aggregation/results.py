"""What votes came to: an answer or a question for each item, and how good each person is."""
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from crowdsourcing.quality.aggregation.intervals import wilson
from crowdsourcing.quality.aggregation.rules import Outcome, Rule
from crowdsourcing.quality.aggregation.votes import Item, Label, Votes, Worker
from crowdsourcing.quality.aggregation.words import item_sentence, worker_sentence

# Sums of weights and chances that differ by less are equal.
TIE = 1e-9
# Logarithms of chances, likewise.
_EVEN = 1e-6


@dataclass(frozen=True)
class ItemResult:
    """One item. `answer` is None unless the outcome is DECIDED; `leaders` are the labels in front, several in a tie, none without votes.

    `confidence`: 0..1 that the leading label is right (of several the one least likely), by the method's measure; 0 without votes.
    `more`: further votes to ask for. `counts`: label -> people who said it; `behind`: label -> their weight or trust, None where all
    count the same; `chances`: label -> 0..1, of labels that somebody chose or the ground truth names. `by_truth`: the answer is the
    ground truth's.
    """

    item: Item
    outcome: Outcome
    answer: Label | None
    confidence: float
    votes: int
    more: int
    leaders: tuple[Label, ...]
    counts: Mapping[Label, int]
    behind: Mapping[Label, float] | None
    chances: Mapping[Label, float]
    by_truth: bool
    rule: Rule

    @property
    def sentence(self) -> str:
        """The outcome in plain words, numbers in it."""
        return item_sentence(self)


@dataclass(frozen=True)
class WorkerResult:
    """One person. `quality` 0..1 with `low`..`high` (95 %, Wilson): the share `right` of `counted` votes, None while nothing counted.

    `compared`: what "right" means: "others" (said what the others' votes decide, own vote left out) or "model" (expected to be right).
    `checked` of the votes were about items with ground truth, `checked_right` of these right.
    """

    worker: Worker
    votes: int
    counted: float
    right: float
    compared: str
    checked: int = 0
    checked_right: int = 0

    @property
    def quality(self) -> float | None:
        return min(1.0, self.right / self.counted) if self.counted else None

    @property
    def low(self) -> float:
        return wilson(self.right, self.counted)[0]

    @property
    def high(self) -> float:
        return wilson(self.right, self.counted)[1]

    @property
    def sentence(self) -> str:
        return worker_sentence(self)


def normal(logarithms: np.ndarray) -> np.ndarray:
    """Chances of which each row sums up to 1."""
    if not logarithms.size:
        return logarithms
    values = np.exp(logarithms - logarithms.max(axis=1, keepdims=True))
    return values / values.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class Decisions:
    """Arrays over items: `leading` (items, labels) bool, `answer` (items,) place of the label or -1, `confidence` (items,) 0..1,
    `settled` (items,) bool."""

    leading: np.ndarray
    answer: np.ndarray
    confidence: np.ndarray
    settled: np.ndarray


@dataclass(frozen=True)
class Aggregation:
    """All items of `votes`, in their order; looked at one by one (`of`, iteration) or as arrays.

    `chances`: (items, labels) 0..1, rows sum up to 1; `behind`: (items, labels) weight of the votes, None where all count the same;
    `truth`: (items,) place of the ground truth's label, -1 without; `right`, `counted`: (workers,), see WorkerResult.
    """

    votes: Votes
    rule: Rule
    chances: np.ndarray
    decisions: Decisions
    behind: np.ndarray | None
    truth: np.ndarray
    right: np.ndarray
    counted: np.ndarray
    compared: str
    # Rounds of expectation and maximization; 0 for methods without.
    rounds: int = 0
    # (workers, labels said, labels true), chances; Dawid-Skene alone knows it.
    errors: np.ndarray | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.votes.items)

    def __iter__(self) -> Iterator[ItemResult]:
        return (self._at(row) for row in range(len(self)))

    def of(self, item: Item) -> ItemResult:
        """KeyError for an item that was not asked about."""
        return self._at(self._rows[item])

    @property
    def answers(self) -> dict[Item, Label]:
        """Of the items that are decided."""
        labels = self.votes.labels
        settled = self.decisions.settled.tolist()
        return {item: labels[answer] for item, answer, done in zip(self.votes.items, self.decisions.answer.tolist(), settled, strict=True)
                if done}

    @cached_property
    def workers(self) -> dict[Worker, WorkerResult]:
        """Everybody with a vote that counts."""
        number = len(self.votes.workers)
        votes = np.bincount(self.votes.worker, minlength=number)
        truth = self.truth[self.votes.item]
        checked = np.bincount(self.votes.worker, weights=truth >= 0, minlength=number)
        right = np.bincount(self.votes.worker, weights=truth == self.votes.label, minlength=number)
        rows = zip(self.votes.workers, votes.tolist(), self.counted.tolist(), self.right.tolist(), checked.tolist(), right.tolist(),
                   strict=True)
        return {worker: WorkerResult(worker, count, counted, good, self.compared, int(known), int(known_right))
                for worker, count, counted, good, known, known_right in rows}

    def confusion(self, worker: Worker) -> dict[tuple[Label, Label], float]:
        """(said, true) -> how often, 0..1, `worker` says `said` where `true` is true; Dawid-Skene only. KeyError, ValueError"""
        if self.errors is None:
            raise ValueError("Only Dawid-Skene estimates what people confuse with what.")
        table = self.errors[{name: row for row, name in enumerate(self.votes.workers)}[worker]]
        return {(said, true): float(table[i, j]) for i, said in enumerate(self.votes.labels) for j, true in enumerate(self.votes.labels)}

    @cached_property
    def _rows(self) -> dict[Item, int]:
        return {item: row for row, item in enumerate(self.votes.items)}

    @cached_property
    def _counts(self) -> np.ndarray:
        return self.votes.tally()

    def _at(self, row: int) -> ItemResult:
        labels, made = self.votes.labels, self.decisions
        counts, truth = self._counts[row], int(self.truth[row])
        votes = int(counts.sum())
        shown = [place for place in range(len(labels)) if counts[place] or place == truth]
        answer = int(made.answer[row])
        outcome, more = Outcome.DECIDED, 0
        if not made.settled[row]:
            more = self.rule.more(votes)
            outcome = Outcome.NEEDS_MORE_VOTES if more else Outcome.NEEDS_REQUESTER
        return ItemResult(
            item=self.votes.items[row], outcome=outcome, answer=labels[answer] if outcome is Outcome.DECIDED else None,
            confidence=float(made.confidence[row]), votes=votes, more=more,
            leaders=tuple(labels[place] for place in np.flatnonzero(made.leading[row])),
            counts={labels[place]: int(counts[place]) for place in shown if counts[place]},
            behind=None if self.behind is None else {labels[place]: float(self.behind[row, place]) for place in shown if counts[place]},
            chances={labels[place]: float(self.chances[row, place]) for place in shown}, by_truth=truth >= 0, rule=self.rule)


def decide(
    votes: Votes, rule: Rule, chances: np.ndarray, support: np.ndarray, truth: np.ndarray, *, evidence: np.ndarray | None = None,
    tie: float = TIE,
) -> Decisions:
    """`support` (items, labels): the most of it leads, those within `tie` (a share of the most) lead together. `evidence` (items, labels):
    what the votes alone say, as logarithms: a label that they make as likely as the leader makes it a tie, and the leader is no surer
    than they are, so that what is usual elsewhere never decides about a person."""
    items, number = support.shape
    people = np.bincount(votes.item, minlength=items)
    if not number:
        return Decisions(np.zeros((items, 0), bool), np.full(items, -1), np.zeros(items), np.zeros(items, bool))
    most = support.max(axis=1, keepdims=True)
    leading = (support >= most - tie * np.maximum(np.abs(most), TIE)) & (people > 0)[:, None] & (most > 0)
    answer = np.where(leading.any(axis=1), leading.argmax(axis=1), -1)
    if evidence is not None:
        least = np.where(leading, evidence, np.inf).min(axis=1, keepdims=True)
        leading |= (evidence >= least - _EVEN) & (answer >= 0)[:, None]
        chances = np.minimum(chances, normal(evidence))
    sure = np.where(leading, chances, 1.0).min(axis=1)
    known = truth >= 0
    leading[known] = False
    leading[known, truth[known]] = True
    answer = np.where(known, truth, answer)
    confidence = np.where(known, 1.0, np.where(answer >= 0, sure, 0.0))
    settled = (leading.sum(axis=1) == 1) & (people >= rule.min_votes)
    enough = confidence >= rule.min_confidence - TIE
    if rule.settle_at_maximum and rule.max_votes is not None:
        enough |= people >= rule.max_votes
    return Decisions(leading, answer, confidence, (settled & enough) | known)
