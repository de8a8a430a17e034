"""Who said what about which item: many people's votes as arrays."""
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

# Of one table items x labels or votes x labels; more is asked in parts (a table of this size takes 160 MB).
MOST_CELLS = 20_000_000

Item = Hashable
Worker = Hashable
Label = Hashable


class TooManyCells(ValueError):
    """The sentence says what to do."""


@dataclass(frozen=True)
class Votes:
    """Votes in one canonical order, each person at most once an item: whatever order they came in, the arrays are the same.

    `item`, `worker`, `label`: int64 arrays of shape (votes,), places in `items`, `workers` and `labels`. `items` and `workers` are sorted;
    `labels` are the allowed answers as they were given, then the others that somebody gave (also `unlisted`), sorted. No result depends on
    the order of `labels`.
    """

    items: tuple[Item, ...]
    workers: tuple[Worker, ...]
    labels: tuple[Label, ...]
    item: np.ndarray
    worker: np.ndarray
    label: np.ndarray
    unlisted: tuple[Label, ...] = ()
    contradictions: tuple[tuple[Item, Worker], ...] = ()

    @classmethod
    def of(cls, rows: Iterable[Sequence[Any]], *, labels: Collection[Label] = (), items: Collection[Item] = ()) -> "Votes":
        """`rows`: (item, worker, label) each, in any order. `labels`: the allowed answers; `items`: those that are to be in the result
        even if nobody voted on them.

        None and NaN as label are no vote. Somebody's repeated vote counts once; whoever gave different answers to one item said nothing
        about it (`contradictions`). An answer outside `labels` counts as one more possible answer, as at the platform.
        """
        asked, voters, said = _columns(rows)
        listed = dict.fromkeys(labels)
        unlisted = ordered({label for label in set(said) if label not in listed})
        all_items, workers, all_labels = ordered({*asked, *items}), ordered(set(voters)), (*listed, *unlisted)
        item, worker, label, twice = _once(
            _codes(asked, all_items), _codes(voters, workers), _codes(said, all_labels), len(workers), len(all_labels))
        contradictions = tuple((all_items[pair // len(workers)], workers[pair % len(workers)]) for pair in twice)
        return cls(all_items, workers, all_labels, item, worker, label, unlisted, contradictions)

    def __len__(self) -> int:
        return len(self.item)

    def with_labels(self, labels: Iterable[Label]) -> "Votes":
        """The same votes, with these labels possible, too."""
        more = ordered({label for label in labels if label not in self.labels})
        return replace(self, labels=(*self.labels, *more)) if more else self

    def tally(self, weight: np.ndarray | None = None) -> np.ndarray:
        """(items, labels): how many votes, or how much of `weight` (votes,), each label of each item has."""
        size = self.cells("items", len(self.items))
        found = np.bincount(self.item * len(self.labels) + self.label, weights=weight, minlength=size)
        # Without votes numpy counts in whole numbers, weights or not.
        return (found if weight is None else found.astype(float)).reshape(len(self.items), len(self.labels))

    def cells(self, what: str, rows: int) -> int:
        """rows x labels. TooManyCells"""
        size = rows * len(self.labels)
        if size > MOST_CELLS:
            raise TooManyCells(f"{rows:,} {what} with {len(self.labels):,} possible answers are too many at once: aggregate them in parts.")
        return size


def ordered(keys: Iterable[Hashable]) -> tuple[Any, ...]:
    """Sorted; keys that do not compare, by the names of their types."""
    found = list(keys)
    try:
        return tuple(sorted(found))
    except TypeError:
        return tuple(sorted(found, key=lambda key: (type(key).__name__, repr(key))))


def _columns(rows: Iterable[Sequence[Any]]) -> tuple[Sequence[Any], Sequence[Any], Sequence[Any]]:
    """Items, workers and labels of those rows that are votes."""
    given = list(rows)
    if not all(label is not None and label == label for label in {row[2] for row in given}):
        given = [row for row in given if row[2] is not None and row[2] == row[2]]
    items, workers, labels = zip(*given, strict=True) if given else ((), (), ())
    return items, workers, labels


def _codes(values: Sequence[Any], among: Sequence[Any]) -> np.ndarray:
    place = {key: number for number, key in enumerate(among)}
    return np.fromiter(map(place.__getitem__, values), dtype=np.int64, count=len(values))


def _once(item: np.ndarray, worker: np.ndarray, label: np.ndarray, workers: int, labels: int) -> tuple[np.ndarray, ...]:
    """Sorted, repetitions and contradictions left out; last the contradicting places item x workers + worker."""
    if not len(item):
        return item, worker, label, item
    vote = np.sort((item * workers + worker) * labels + label)
    vote = vote[np.r_[True, vote[1:] != vote[:-1]]]
    pair, label = np.divmod(vote, labels)
    twice = np.unique(pair[1:][pair[1:] == pair[:-1]])
    keep = ~np.isin(pair, twice)
    item, worker = np.divmod(pair[keep], workers)
    return item, worker, label[keep], twice
