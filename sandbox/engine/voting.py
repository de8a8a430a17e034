"""One answer out of many, and how sure it is: the mathematics alone, without tables.

Everything is multiplied as sums of logarithms, so thousands of answers do not run out of floating point.
"""
import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

A = TypeVar("A", bound=Hashable)
# Nobody is never wrong: with 0 and 1 two experts who disagree would make every option impossible.
_SUREST = 1e-6
# Toloka's K: how little is believed of somebody of whom nothing is known.
SMOOTHING = 0.5
_LEAST = 1e-10
# The widest range of whole numbers that can be aggregated: largest less smallest.
WIDEST_RANGE = 32
ITERATIONS, TOLERANCE = 100, 1e-5


def options(entry: dict[str, Any]) -> list[Any] | None:
    """The answers that an output field can have, in order; None if it cannot be aggregated.

    That can be: boolean, string and numbers with allowed values, integers with a range of at most 32.
    """
    kind, allowed = str(entry.get("type")).lower(), entry.get("allowed_values")
    if kind in ("boolean", "string", "integer", "float") and allowed:
        return list(dict.fromkeys(allowed))
    if kind == "boolean":
        return [True, False]
    low, high = entry.get("min_value"), entry.get("max_value")
    if kind == "integer" and low is not None and high is not None and 0 <= high - low <= WIDEST_RANGE:
        return list(range(int(low), int(high) + 1))
    return None


def accuracy(correct: float, total: float) -> float:
    """How far somebody is trusted by his control answers; 0.5 if he has given none."""
    return (SMOOTHING + correct) / (2 * SMOOTHING + total)


def weighted(votes: Sequence[tuple[A, float]], options: Sequence[A]) -> tuple[A, float]:
    """(answer, confidence 0..1) of at least one vote `(answer, trust 0..1)`.

    Toloka's rule: the answer with the most trust behind it wins; its confidence is the chance that it is right if everybody errs
    with 1 - trust, evenly among the other options. Of equal answers the one that comes first in `options` wins.
    """
    behind: dict[A, float] = defaultdict(float)
    for answer, trust in votes:
        behind[answer] += trust
    order = {option: place for place, option in enumerate(options)}
    winner = max(behind, key=lambda answer: (behind[answer], -order.get(answer, len(order))))
    count = len({*order, *behind})
    if count == 1:
        return winner, 1.0
    likelihood = _likelihoods(votes, behind, count)
    # The options that nobody chose are all equally likely.
    nobody = sum(math.log((1 - _bounded(trust)) / (count - 1)) for _, trust in votes)
    top = max(nobody, *likelihood.values())
    whole = sum(math.exp(value - top) for value in likelihood.values()) + (count - len(likelihood)) * math.exp(nobody - top)
    return winner, math.exp(likelihood[winner] - top) / whole


def _likelihoods(votes: Sequence[tuple[A, float]], chosen: Iterable[A], count: int) -> dict[A, float]:
    """Of each chosen answer: the logarithm of the chance of all these votes, were it the right one."""
    result = dict.fromkeys(chosen, 0.0)
    for answer, trust in votes:
        right = _bounded(trust)
        hit, miss = math.log(right), math.log((1 - right) / (count - 1))
        for candidate in result:
            result[candidate] += hit if candidate == answer else miss
    return result


def _bounded(trust: float) -> float:
    return min(max(trust, _SUREST), 1 - _SUREST)


@dataclass(frozen=True)
class Answer:
    """One person's answer to one task."""

    task: str
    worker: str
    label: Hashable


def dawid_skene(answers: Sequence[Answer]) -> dict[str, dict[Hashable, float]]:
    """For each task the chance of each label that occurs at all, by expectation maximization.

    Starts from the shares of votes; each person has a matrix of how often he says what when what is true. Stops when the evidence
    grows by less than TOLERANCE an answer, or after ITERATIONS rounds.
    """
    if not answers:
        return {}
    model = _Model(answers)
    before = -math.inf
    for _ in range(ITERATIONS):
        evidence = model.round() / len(answers)
        if evidence - before < TOLERANCE:
            break
        before = evidence
    return {task: dict(zip(model.labels, chances, strict=True)) for task, chances in model.chances.items()}


def most_likely(chances: Mapping[Hashable, float]) -> tuple[Hashable, float]:
    """(label, chance); of equal ones the first."""
    label = max(chances, key=lambda key: chances[key])
    return label, chances[label]


class _Model:
    """What is believed so far. A "saying" is one person using one label; rows of numbers have the true label as index."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self.labels: list[Hashable] = list(dict.fromkeys(answer.label for answer in answers))
        place = {label: index for index, label in enumerate(self.labels)}
        sayings: dict[tuple[str, int], int] = {}
        # task -> the sayings about it
        self.said: dict[str, list[int]] = defaultdict(list)
        for answer in answers:
            pair = (answer.worker, place[answer.label])
            self.said[answer.task].append(sayings.setdefault(pair, len(sayings)))
        self.of_worker: dict[str, list[int]] = defaultdict(list)
        for (worker, _), saying in sayings.items():
            self.of_worker[worker].append(saying)
        label_of = [label for _, label in sayings]
        self.chances = {task: self._shares([label_of[saying] for saying in said]) for task, said in self.said.items()}
        self._learn(len(sayings))

    def _shares(self, labels: list[int]) -> list[float]:
        return [labels.count(index) / len(labels) for index in range(len(self.labels))]

    def round(self) -> float:
        """One step of expectation and one of maximization; how well the model then explains the answers."""
        errors, priors = self.errors, self.priors
        for task, said in self.said.items():
            self.chances[task] = _normal([sum(column) for column in zip(priors, *(errors[saying] for saying in said), strict=True)])
        return self._learn(len(errors)) - sum(
            max(chance, _LEAST) * math.log(max(chance, _LEAST)) for row in self.chances.values() for chance in row)

    def _learn(self, sayings: int) -> float:
        """How common each label is and each person's matrix, as logarithms, from the chances; and what they expect of the answers.

        The prior counts once for each answer, as in Crowd-Kit, whose model Toloka runs: it decides when the rounds end.
        """
        counts = [[0.0] * len(self.labels) for _ in range(sayings)]
        for task, said in self.said.items():
            for index, chance in enumerate(self.chances[task]):
                if chance:
                    for saying in said:
                        counts[saying][index] += chance
        self.priors = [math.log(max(sum(column) / len(self.chances), _LEAST)) for column in zip(*self.chances.values(), strict=True)]
        self.errors: list[list[float]] = [[] for _ in range(sayings)]
        for mine in self.of_worker.values():
            whole = [sum(max(counts[saying][index], _LEAST) for saying in mine) for index in range(len(self.labels))]
            for saying in mine:
                self.errors[saying] = [math.log(max(count, _LEAST) / total) for count, total in zip(counts[saying], whole, strict=True)]
        return sum(count * (error + prior) for row, logs in zip(counts, self.errors, strict=True)
                   for count, error, prior in zip(row, logs, self.priors, strict=True))


def _normal(logs: list[float]) -> list[float]:
    """Chances that sum to 1 from logarithms that need not."""
    top = max(logs)
    values = [math.exp(value - top) for value in logs]
    whole = sum(values)
    return [value / whole for value in values]
