"""How much two shapes of one type have in common, 0..1. 1 is the same place, 0.5 and more is taken for the same thing.

| type | measure |
|---|---|
| rectangle | IoU: common area ÷ area of both together. Exact; turned ones by scan lines |
| polygon, ellipse | IoU along 32 to 64 scan lines a shape, inside by the even-odd rule: concave and crossing outlines count too. Of
  scribbles that cross those lines more than 2048 times, and of shapes a world apart in size, the IoU of the boxes around them |
| mask | IoU in pixels, exact |
| polyline | 1 − mean distance ÷ reach of 24 points at equal shares of both lengths; the direction of drawing does not matter |
| points | 1 − distance ÷ reach of nearest pairs, over the larger number; of more than 64 points 64 are looked at |

`reach` is how far apart a line or a point may be until nothing is in common: 2 % of the picture's diagonal, at least 5 pixels.
"""
import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

from annotation.shapes.outlines import ellipse_outline, rectangle_outline

SCAN_LINES = 32
LINE_POINTS = 24
MOST_POINTS = 64
# Of one outline with its scan lines; more would let one drawing keep a server busy for minutes.
MOST_CROSSINGS = 2048
# Longer than any line of a picture: rows lie behind each other on one axis.
_ROW = 1 << 24

Box = tuple[float, float, float, float]
Point = tuple[float, float]
# [start, end) on the axis of all rows.
Span = tuple[float, float]


def reach_of(width: float, height: float) -> float:
    """Pixels, for a picture of this size."""
    return max(5.0, 0.02 * math.hypot(width, height))


@dataclass(frozen=True)
class Place:
    """Where a stored shape lies; what the measures need is worked out once."""

    type: str
    points: Sequence[float]
    rotation: float
    reach: float
    _rows: dict[float, list[Span]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, shape: dict[str, Any], reach: float) -> "Place":
        """`shape` as docs/editor-protocol.md has it."""
        return cls(shape["type"], shape["points"], shape.get("rotation") or 0.0, reach)

    @cached_property
    def outline(self) -> list[float]:
        """Corners x y x y …; a mask has none."""
        if self.type == "rectangle":
            return rectangle_outline(list(self.points), self.rotation)
        return ellipse_outline(list(self.points), self.rotation) if self.type == "ellipse" else list(self.points)

    @cached_property
    def box(self) -> Box:
        """Around it; lines and points with half their reach on every side, as a box of no width meets nothing."""
        if self.type == "mask":
            left, top, right, bottom = self.points[-4:]
            return left, top, right + 1, bottom + 1
        if self.type == "rectangle" and not self.rotation:
            return self.points[0], self.points[1], self.points[2], self.points[3]
        xs, ys = self.outline[0::2], self.outline[1::2]
        margin = self.reach / 2 if self.type in ("polyline", "points") else 0.0
        return min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin

    @cached_property
    def pairs(self) -> list[Point]:
        return list(zip(self.points[0::2], self.points[1::2], strict=False))

    @cached_property
    def spans(self) -> list[Span]:
        """A mask's set pixels, in order."""
        *runs, left, top, right, _bottom = (int(value) for value in self.points)
        width, position = right - left + 1, 0
        spans: list[Span] = []
        for number, run in enumerate(runs):
            end = position + run
            while number % 2 and position < end:
                row, column = divmod(position, width)
                length = min(end - position, width - column)
                start = (top + row) * _ROW + left + column
                spans.append((start, start + length))
                position += length
            position = end
        return spans

    @cached_property
    def step(self) -> float:
        """Between scan lines: a power of two, so that shapes of about one size have the same."""
        return 2.0 ** math.floor(math.log2(max(self.box[3] - self.box[1], 0.5) / SCAN_LINES))

    @cached_property
    def travel(self) -> float:
        """How far the outline goes up and down, pixels: over a step, how often it crosses scan lines."""
        heights = self.outline[1::2]
        return sum(abs(y - x) for x, y in pairwise([*heights, heights[0]]))

    def rows(self, step: float) -> list[Span]:
        """What lies inside on scan lines `step` apart."""
        if step not in self._rows:
            self._rows[step] = _inside(self.outline, step)
        return self._rows[step]

    @cached_property
    def area(self) -> float:
        """Pixels, about; of scribbles that are measured by the box around them that box's, 0 of lines and points."""
        if self.type in ("polyline", "points"):
            return 0.0
        left, top, right, bottom = self.box
        if self.type == "mask":
            return sum(end - start for start, end in self.spans)
        if (self.type == "rectangle" and not self.rotation) or self.travel > MOST_CROSSINGS * self.step:
            return (right - left) * (bottom - top)
        return self.step * sum(end - start for start, end in self.rows(self.step))

    @cached_property
    def stations(self) -> list[Point]:
        return _along(self.pairs)


def box_iou(a: Box, b: Box) -> float:
    """Of upright boxes left, top, right, bottom."""
    common = max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    whole = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common
    return common / whole if whole > 0 else 0.0


def likeness(a: Place, b: Place) -> float:
    """0..1, the same both ways round; 0 for different types."""
    if a.type != b.type:
        return 0.0
    if list(a.points) == list(b.points) and a.rotation == b.rotation:
        return 1.0
    if a.type == "rectangle" and not a.rotation and not b.rotation:
        return box_iou(a.box, b.box)
    return min(1.0, _MEASURES.get(a.type, _scanned)(a, b))


def _scanned(a: Place, b: Place) -> float:
    step = min(a.step, b.step)
    if max(a.travel, b.travel) > MOST_CROSSINGS * step:
        return box_iou(a.box, b.box)
    return _of_spans(a.rows(step), b.rows(step))


def _masks(a: Place, b: Place) -> float:
    return _of_spans(a.spans, b.spans)


def _of_spans(first: Sequence[Span], second: Sequence[Span]) -> float:
    common = _shared(first, second)
    whole = sum(end - start for start, end in (*first, *second)) - common
    return common / whole if whole > 0 else 0.0


def _inside(outline: list[float], step: float) -> list[Span]:
    """The stretches inside the outline on lines that lie `step` apart."""
    found: dict[int, list[float]] = defaultdict(list)
    corners = list(zip(outline[0::2], outline[1::2], strict=True))
    for (x1, y1), (x2, y2) in pairwise([*corners, corners[0]]):
        if y1 == y2:
            continue
        slope = (x2 - x1) / (y2 - y1)
        # Each edge owns its upper end only: a corner on a line counts once.
        for row in range(math.ceil(min(y1, y2) / step - 0.5), math.ceil(max(y1, y2) / step - 0.5)):
            found[row].append(x1 + ((row + 0.5) * step - y1) * slope)
    spans: list[Span] = []
    for row in sorted(found):
        edges = sorted(found[row])
        spans += [(row * _ROW + start, row * _ROW + end) for start, end in zip(edges[0::2], edges[1::2], strict=True)]
    return spans


def _shared(first: Sequence[Span], second: Sequence[Span]) -> float:
    """Length of what two sorted lists of stretches have in common."""
    common, i, j = 0.0, 0, 0
    while i < len(first) and j < len(second):
        (start, end), (other_start, other_end) = first[i], second[j]
        overlap = (end if end < other_end else other_end) - (start if start > other_start else other_start)
        if overlap > 0:
            common += overlap
        if end < other_end:
            i += 1
        else:
            j += 1
    return common


def _lines(a: Place, b: Place) -> float:
    def apart(first: list[Point], second: list[Point]) -> float:
        return sum(math.dist(p, q) for p, q in zip(first, second, strict=True)) / LINE_POINTS

    return max(0.0, 1 - min(apart(a.stations, b.stations), apart(a.stations, b.stations[::-1])) / a.reach)


def _along(line: list[Point]) -> list[Point]:
    """LINE_POINTS points at equal shares of the line's length, ends included."""
    at = [0.0]
    for p, q in pairwise(line):
        at.append(at[-1] + math.dist(p, q))
    stations = []
    for number in range(LINE_POINTS):
        wanted = at[-1] * number / (LINE_POINTS - 1)
        piece = min(max(bisect_left(at, wanted), 1), len(line) - 1)
        length = at[piece] - at[piece - 1]
        share = (wanted - at[piece - 1]) / length if length else 0.0
        (x1, y1), (x2, y2) = line[piece - 1], line[piece]
        stations.append((x1 + (x2 - x1) * share, y1 + (y2 - y1) * share))
    return stations


def _points(a: Place, b: Place) -> float:
    first, second = _some(a.pairs), _some(b.pairs)
    near = sorted((math.dist(p, q), i + j, i, j) for i, p in enumerate(first) for j, q in enumerate(second))
    taken: set[int] = set()
    met: set[int] = set()
    total = 0.0
    for distance, _, i, j in near:
        if distance >= a.reach:
            break
        if i not in taken and j not in met:
            taken.add(i)
            met.add(j)
            total += 1 - distance / a.reach
    counts = sorted((len(a.pairs), len(b.pairs)))
    return total / min(len(first), len(second)) * counts[0] / counts[1]


def _some(points: list[Point]) -> list[Point]:
    if len(points) <= MOST_POINTS:
        return points
    return [points[number * len(points) // MOST_POINTS] for number in range(MOST_POINTS)]


_MEASURES: dict[str, Callable[[Place, Place], float]] = {"mask": _masks, "polyline": _lines, "points": _points}
