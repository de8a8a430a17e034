"""Charts as parts of SVG pictures, drawn on the server: geometry and words here, markup in templates/crowdsourcing/_chart_*.html.

Each has a title, a sentence that says what is to be seen, and its numbers as a table; colours are classes of quality.css and never stand
alone. Lengths are units of the picture, a pixel each in a card of the usual width.
"""
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crowdsourcing.quality.statistics import Share

WIDTH, HEIGHT = 640, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 616, 12, 196
_WIDEST = 120
# As many names below a chart as can be read.
_MOST_NAMES = 13


@dataclass(frozen=True)
class Bar:
    x: str
    y: str
    width: str
    height: str
    kind: str
    title: str


@dataclass(frozen=True)
class Mark:
    """A word at a place along an axis."""

    at: str
    word: str


@dataclass(frozen=True)
class Row:
    """One line of the table behind a chart."""

    name: str
    numbers: Sequence[int]


@dataclass(frozen=True)
class Columns:
    """Stacked columns. `kinds`: (class, word, how many in all) from the ground up; `rows`: the table, without columns of nothing."""

    key: str
    title: str
    summary: str
    bars: Sequence[Bar]
    lines: Sequence[Mark]
    names: Sequence[Mark]
    kinds: Sequence[tuple[str, str, int]]
    rows: Sequence[Row]
    head: str
    unit: str
    marker: Mark | None = None
    box: str = field(default=f"0 0 {WIDTH} {HEIGHT}")

    @property
    def number(self) -> int:
        return sum(count for _, _, count in self.kinds)


@dataclass(frozen=True)
class Axis:
    """What stands below the columns: their `names`, or the `edges` between them (one more). `head`: what they are, for the table;
    `unit`: what is counted. `marker`: (place in columns from the left, words), a line across, e.g. a median."""

    head: str
    unit: str = "jobs"
    names: Sequence[str] = ()
    edges: Sequence[str] = ()
    marker: tuple[float, str] | None = None

    @property
    def number(self) -> int:
        return len(self.names) or len(self.edges) - 1

    def name(self, place: int) -> str:
        return self.names[place] if self.names else f"{self.edges[place]} – {self.edges[place + 1]}"


def columns(key: str, title: str, summary: str, stacks: Mapping[str, Sequence[int]], axis: Axis) -> Columns:
    """`stacks`: word -> a count a column, all as long as the axis; `key`: its id on the page."""
    number = axis.number
    totals = [sum(counts[place] for counts in stacks.values()) for place in range(number)]
    step, top = _scale(max(totals, default=0))
    wide = (_RIGHT - _LEFT) / max(1, number)
    high = (_BOTTOM - _TOP) / top
    bars = []
    for place in range(number):
        ground = float(_BOTTOM)
        for word, counts in stacks.items():
            if not counts[place]:
                continue
            height = counts[place] * high
            ground -= height
            # A bin is as wide as its edges say; a name needs no more than that it can be pointed at.
            gap = max(min(wide * 0.12, 6), (wide - _WIDEST) / 2 if axis.names else 0)
            bars.append(Bar(_n(_LEFT + place * wide + gap), _n(ground), _n(wide - 2 * gap), _n(max(height - 1, 1)), _class(word),
                            f"{axis.name(place)}: {counts[place]} {word} of {totals[place]}"))
    return Columns(
        key, title, summary, bars, [Mark(_n(_BOTTOM - value * high), f"{value}") for value in range(0, top + 1, step)],
        _names(axis, wide), [(_class(word), word, sum(counts)) for word, counts in stacks.items() if sum(counts)],
        [Row(axis.name(place), [counts[place] for counts in stacks.values() if sum(counts)]) for place in range(number) if totals[place]],
        axis.head, axis.unit, axis.marker and Mark(_n(_LEFT + axis.marker[0] * wide), axis.marker[1]))


def _names(axis: Axis, wide: float) -> list[Mark]:
    words, shift = (axis.names, 0.5) if axis.names else (axis.edges, 0.0)
    every = math.ceil(len(words) / _MOST_NAMES) or 1
    return [Mark(_n(_LEFT + (place + shift) * wide), word) for place, word in enumerate(words) if place % every == 0]


def _scale(most: int) -> tuple[int, int]:
    """(step, top) of the axis: whole numbers of 1, 2 or 5 times a power of ten, at most five lines."""
    step = 1
    while most > 4 * step:
        step = {"1": 2, "2": 5, "5": 10}[f"{step}"[0]] * 10 ** (len(f"{step}") - 1)
    return step, max(step, math.ceil(most / step) * step)


def trimmed(counts: Mapping[str, Sequence[int]], edges: Sequence[str]) -> tuple[dict[str, Sequence[int]], list[str], int]:
    """Without the empty bins at both ends; last how many are gone at the left."""
    used = [place for place in range(len(edges) - 1) if any(row[place] for row in counts.values())]
    if not used:
        return dict(counts), list(edges), 0
    first, last = used[0], used[-1]
    return {word: row[first:last + 1] for word, row in counts.items()}, list(edges[first:last + 2]), first


@dataclass(frozen=True)
class Interval:
    """A share as a point on a line from 0 to 1 with its 95 % interval; places in units of a picture 100 wide."""

    low: str
    high: str
    width: str
    at: str
    value: str
    words: str


def interval(share: Share) -> Interval | None:
    """None while nothing was counted."""
    if share.value is None:
        return None
    words = f"{percent(share.value)}, with 95 % certainty between {percent(share.low)} and {percent(share.high)}"
    return Interval(_n(100 * share.low), _n(100 * share.high), _n(100 * (share.high - share.low)), _n(100 * share.value),
                    percent(share.value), words)


def percent(value: float | None) -> str:
    """"82 %"; never 100 % or 0 % where a little is missing; a dash for None."""
    if value is None:
        return "–"
    whole = round(100 * value)
    if (whole == 100 and value < 1) or (whole == 0 and value > 0):
        return "> 99 %" if value > 0.5 else "< 1 %"
    return f"{whole} %"


def _class(word: str) -> str:
    return "k-" + word.replace(" ", "-")


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
