"""Masks as polygons: the edges of their pixels, joined, with few corners."""
import math
from bisect import bisect_right
from typing import Any

import numpy as np
import numpy.typing as npt

# Pixels by which a corner may be off for being left out: the stairs of a slanted edge are up to 1 deep. Small pieces keep more.
TOLERANCE = 1.2
_OF_SIZE = 0.05
_Ints = npt.NDArray[np.int64]


def mask_outlines(points: list[float]) -> list[list[float]]:
    """Corners x y x y … of a ring around each piece of a mask as it is stored (row by row from a zero run, then left, top, right, bottom).

    Pieces that touch at a corner only are apart. A hole is part of its piece's ring, which goes to it along a row of pixels and back.
    """
    left, top, right, bottom = (int(value) for value in points[-4:])
    runs = np.asarray(points[:-4], dtype=np.int64)
    cells = np.repeat(np.arange(len(runs)) % 2, runs).reshape(bottom - top + 1, right - left + 1).astype(np.int8)
    rings = _Rings(np.pad(cells, 1))
    return [[float(value) for x, y in simpler(ring) for value in (x + left, y + top)] for ring in rings.joined()]


class _Rings:
    """Corners of the edges between pixels that are in and pixels that are not, linked so that what is in lies at the right hand.

    `cells` has a border of zeros; the corner x, y is the upper left one of the pixel x, y without that border.
    """

    def __init__(self, cells: Any) -> None:
        self._cells = cells
        self._find_corners()
        self.next: list[int] = [-1] * len(self.x)
        self._before: dict[int, int] = {}
        # Edges that go up, by x: where they end, from the top; and the corners of their lower part, which is not cut yet.
        self._tops: dict[int, list[int]] = {}
        self._upright: dict[int, list[tuple[int, int]]] = {}
        self._link()

    def _find_corners(self) -> None:
        """Each place where an edge turns; places where four edges meet are there twice, and which is first says what belongs together."""
        a, b, c, d = self._cells[:-1, :-1], self._cells[:-1, 1:], self._cells[1:, :-1], self._cells[1:, 1:]
        turns, falling, rising = (a ^ b ^ c ^ d) == 1, (a & d & ~b & ~c & 1) == 1, (b & c & ~a & ~d & 1) == 1
        y, x = np.nonzero(turns | falling | rising)
        double = (falling | rising)[y, x]
        x, y, swapped = (np.repeat(values, 1 + double) for values in (x, y, rising[y, x]))
        order = np.arange(len(x))
        second = np.zeros(len(x), dtype=np.int64)
        second[1:] = (x[1:] == x[:-1]) & (y[1:] == y[:-1])
        # Along its row a double corner is left, then right. Down its column the one that belongs to the upper edge comes first.
        self.x, self.y = x.tolist(), y.tolist()
        self._along = order
        self._down = np.lexsort((np.where(swapped, 1 - second, second), y, x))

    def _link(self) -> None:
        for first, last in zip(self._along[0::2].tolist(), self._along[1::2].tolist(), strict=True):
            below = self._cells[self.y[first] + 1, self.x[first] + 1]
            start, end = (first, last) if below else (last, first)
            self.next[start] = end
            self._before[end] = start
        for first, last in zip(self._down[0::2].tolist(), self._down[1::2].tolist(), strict=True):
            inside = self._cells[self.y[first] + 1, self.x[first] + 1]
            start, end = (last, first) if inside else (first, last)
            self.next[start] = end
            self._before[end] = start
            if inside:
                self._tops.setdefault(self.x[first], []).append(self.y[first])
                self._upright.setdefault(self.x[first], []).append((start, end))

    def joined(self) -> list[list[tuple[int, int]]]:
        """A ring a piece, its holes in it."""
        starts, holes = [], []
        for ring in self._walked(range(len(self.next))):
            area = sum(self.x[one] * self.y[two] - self.x[two] * self.y[one] for one, two in zip(ring, [*ring[1:], ring[0]], strict=True))
            if area > 0:
                starts.append(ring[0])
            else:
                holes.append(min(ring, key=lambda corner: (self.y[corner], self.x[corner])))
        # From the top, each row from the left: what a hole is joined to is joined already.
        for hole in sorted(holes, key=lambda corner: (self.y[corner], self.x[corner])):
            self._join(hole)
        return [[(self.x[corner], self.y[corner]) for corner in ring] for ring in self._walked(starts)]

    def _walked(self, starts: Any) -> list[list[int]]:
        seen: set[int] = set()
        rings = []
        for start in starts:
            ring, corner = [], start
            while corner not in seen:
                seen.add(corner)
                ring.append(corner)
                corner = self.next[corner]
            if ring:
                rings.append(ring)
        return rings

    def _join(self, hole: int) -> None:
        """Cut the edge that lies left of the hole's upper left corner, in the same row of pixels, and go to the hole and back there."""
        x, y = self.x[hole], self.y[hole]
        row = self._cells[y + 1, :x + 1]
        edge_x = int(np.nonzero(row == 0)[0][-1])
        place = bisect_right(self._tops[edge_x], y) - 1
        lower, upper = self._upright[edge_x][place]
        there, back, again = self._corner(edge_x, y), self._corner(edge_x, y), self._corner(x, y)
        # The hole's ring is entered at its corner and left at a second one at the same place.
        self.next[self._before[hole]] = again
        self.next[lower], self.next[there], self.next[again], self.next[back] = there, hole, back, upper
        self._upright[edge_x][place] = (lower, there)

    def _corner(self, x: int, y: int) -> int:
        self.x.append(x)
        self.y.append(y)
        self.next.append(-1)
        return len(self.next) - 1


def simpler(ring: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ring without corners that lie within TOLERANCE of the line between their neighbours (Douglas and Peucker); at least 3."""
    if len(ring) <= 4:
        return ring
    corners = np.asarray(ring, dtype=np.float64)
    tolerance = min(TOLERANCE, _OF_SIZE * float(np.ptp(corners, axis=0).max()))
    far = int(np.argmax(((corners - corners[0]) ** 2).sum(axis=1)))
    closed = np.vstack([corners, corners[:1]])
    kept = {0, far}
    parts = [(0, far), (far, len(ring))]
    while parts:
        first, last = parts.pop()
        if last - first < 2:
            continue
        between = closed[first + 1:last]
        distances = _distances(between, closed[first], closed[last])
        worst = int(np.argmax(distances))
        if distances[worst] > tolerance:
            middle = first + 1 + worst
            kept.add(middle)
            parts += [(first, middle), (middle, last)]
    return [ring[number] for number in sorted(kept)] if len(kept) > 2 else ring


def _distances(points: Any, start: Any, end: Any) -> Any:
    along = end - start
    length = math.hypot(*along)
    if not length:
        return np.hypot(*(points - start).T)
    return np.abs(along[0] * (points[:, 1] - start[1]) - along[1] * (points[:, 0] - start[0])) / length
