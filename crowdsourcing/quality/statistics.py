"""The sums behind the pages of quality. Pure: numbers in, numbers out; nothing here knows a table or a page."""
import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Any

import numpy as np

from crowdsourcing.quality.aggregation import wilson

# A chart with more columns than this is a comb: days become weeks, weeks months.
MOST_PERIODS = 40
# Edges of times in seconds: what people call short and long, each about twice the one before.
TIME_EDGES = (0.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_200.0, 1_800.0, 3_600.0)
SCORE_EDGES = tuple(step / 10 for step in range(11))


@dataclass(frozen=True)
class Share:
    """`part` of `whole`; `value` None while nothing was counted; `low`..`high` 95 % (Wilson). `part` may be a sum of values 0..1."""

    part: float
    whole: float

    @property
    def value(self) -> float | None:
        return min(max(self.part / self.whole, 0.0), 1.0) if self.whole else None

    @property
    def low(self) -> float:
        return wilson(self.part, self.whole)[0]

    @property
    def high(self) -> float:
        return wilson(self.part, self.whole)[1]

    def __add__(self, other: "Share") -> "Share":
        return Share(self.part + other.part, self.whole + other.whole)

    @classmethod
    def mean(cls, values: Iterable[float]) -> "Share":
        """Of values 0..1: their mean, with an interval that is rather too wide than too narrow."""
        given = list(values)
        return cls(math.fsum(given), len(given))


@dataclass(frozen=True)
class Quartiles:
    """A quarter lies below `low`, half below `median`, a quarter above `high`. Between two values the line between them counts."""

    low: float
    median: float
    high: float
    number: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Quartiles | None":
        if not values:
            return None
        ordered = sorted(map(float, values))
        return cls(_between(ordered, 0.25), _between(ordered, 0.5), _between(ordered, 0.75), len(ordered))


def _between(ordered: Sequence[float], share: float) -> float:
    """As numpy.percentile, which takes a hundred times as long for the few values of one person out of thousands."""
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    first, last, part = ordered[low], ordered[min(low + 1, len(ordered) - 1)], place - low
    return first + (last - first) * part if part < 0.5 else last - (last - first) * (1 - part)


def histogram(values: Iterable[float], edges: Sequence[float]) -> list[int]:
    """How many values lie in each [edge, next edge); the last one holds its right edge and all above, the first all below.

    `edges` ascend and are two at least; the answer has one number less.
    """
    # A score of 0.3 is stored as a little less or more than the edge of that name.
    places = np.searchsorted(np.asarray(edges), np.fromiter(values, float) + 1e-9, side="right") - 1
    return np.bincount(np.clip(places, 0, len(edges) - 2), minlength=len(edges) - 1).tolist()


def pair_agreement(items: Iterable[Mapping[Any, int]]) -> Share:
    """Of all pairs of answers to one item (answer -> how often it was given), how many are equal."""
    equal = pairs = 0
    for counts in items:
        number = sum(counts.values())
        pairs += number * (number - 1) // 2
        equal += sum(count * (count - 1) // 2 for count in counts.values())
    return Share(equal, pairs)


def alpha(items: Iterable[Mapping[Any, int]]) -> float | None:
    """Krippendorff's alpha for names: agreement beyond chance, 1 all agree, 0 as if by chance, less than 0 worse than that.

    Each item: answer -> how often. Items with one answer say nothing. None without pairs, or where only one answer was ever given.
    K. Krippendorff, Content Analysis, chapter 11.
    """
    used: Counter[Hashable] = Counter()
    differing = 0.0
    for counts in items:
        number = sum(counts.values())
        if number < 2:
            continue
        for answer, count in counts.items():
            used[answer] += count
        differing += (number * number - sum(count * count for count in counts.values())) / (number - 1)
    whole = sum(used.values())
    by_chance = whole * whole - sum(count * count for count in used.values())
    return 1 - (whole - 1) * differing / by_chance if by_chance else None


@dataclass(frozen=True)
class Period:
    """One column of a chart over time: [start, end)."""

    start: datetime
    end: datetime


def periods(moments: Sequence[datetime], zone: tzinfo) -> tuple[str, list[Period]]:
    """("hour", "day", "week" or "month", the periods from the first to the last moment, gaps too); ("day", []) without moments.

    Hours while all lies within two days; the smallest unit that makes no more than MOST_PERIODS. Days and hours are the zone's.
    """
    if not moments:
        return "day", []
    first, last = min(moments).astimezone(zone), max(moments).astimezone(zone)
    units = ("hour", "day", "week", "month") if last - first < timedelta(days=1, hours=12) else ("day", "week", "month")
    unit, starts = "month", [first]
    for unit in units:
        starts = _starts(first, last, unit)
        if len(starts) <= MOST_PERIODS + 1:
            break
    return unit, [Period(start, end) for start, end in pairwise(starts)]


def _starts(first: datetime, last: datetime, unit: str) -> list[datetime]:
    """Beginnings of all periods, and the end of the last. As local times: a day with a changed clock is one day."""
    zone, start = first.tzinfo, first.replace(minute=0, second=0, microsecond=0)
    if unit != "hour":
        start = start.replace(hour=0)
    if unit == "week":
        start -= timedelta(days=start.weekday())
    if unit == "month":
        start = start.replace(day=1)
    found = [start]
    while found[-1] <= last:
        found.append(_next(found[-1], unit).replace(tzinfo=zone))
    return found


def _next(start: datetime, unit: str) -> datetime:
    if unit == "month":
        return (start.replace(day=28) + timedelta(days=4)).replace(day=1)
    return start + {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}[unit]


@dataclass(frozen=True)
class Confusion:
    """What was taken for what. `cells`: (true, given) -> times; None on one side: nothing was drawn there, or nothing is there."""

    cells: Mapping[tuple[Any, Any], int]

    @property
    def same(self) -> int:
        return sum(count for (true, given), count in self.cells.items() if true is not None and true == given)

    @property
    def swapped(self) -> int:
        """Objects that were found, under another label."""
        return sum(count for (true, given), count in self.cells.items() if None not in (true, given) and true != given)

    @property
    def missed(self) -> int:
        return sum(count for (_, given), count in self.cells.items() if given is None)

    @property
    def extra(self) -> int:
        return sum(count for (true, _), count in self.cells.items() if true is None)

    @property
    def labels(self) -> Share:
        """Of the objects that both sides have, those with the same label."""
        return Share(self.same, self.same + self.swapped)

    @property
    def objects(self) -> Share:
        """Of all objects of either side, those that both have with the same label."""
        return Share(self.same, self.same + self.swapped + self.missed + self.extra)

    def labels_of(self) -> list[Hashable]:
        """All of them, the most frequent first."""
        counts: Counter[Hashable] = Counter()
        for (true, given), count in self.cells.items():
            for label in {true, given} - {None}:
                counts[label] += count
        return [label for label, _ in sorted(counts.items(), key=lambda entry: (-entry[1], str(entry[0])))]

    def crowded(self, most: int, rest: Hashable) -> "Confusion":
        """The same with only the `most` labels that are confused most (then: that are most frequent); all others are `rest`."""
        labels = self.labels_of()
        if len(labels) <= most:
            return self
        wrong: Counter[Hashable] = Counter()
        for (true, given), count in self.cells.items():
            if true is not None and given is not None and true != given:
                wrong[true] += count
                wrong[given] += count
        kept = set(sorted(labels, key=lambda label: (-wrong[label], labels.index(label)))[:most])
        cells: defaultdict[tuple[Any, Any], int] = defaultdict(int)
        for (true, given), count in self.cells.items():
            # What the others are confused with among each other is not shown: it would look like agreement.
            both = None not in (true, given) and true != given and true not in kept and given not in kept
            if not both:
                cells[_kept(true, kept, rest), _kept(given, kept, rest)] += count
        return Confusion(dict(cells))


def _kept(label: Hashable | None, kept: set[Hashable], rest: Hashable) -> Hashable | None:
    return label if label is None or label in kept else rest
