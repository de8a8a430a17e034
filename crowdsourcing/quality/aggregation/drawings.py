"""What several people drew on many frames, as arrays in one canonical order."""
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from annotation.shapes.measures import MOST_POINTS, Place, box_iou, likeness, reach_of
from crowdsourcing.quality.aggregation.votes import Worker, ordered

Frame = Hashable
# As docs/editor-protocol.md has it.
Shape = Mapping[str, Any]
Frames = Mapping[Frame, Mapping[Worker, Sequence[Shape]]]
Size = tuple[int, int]
# Areas that are measured along scan lines are that exact.
_ROUGHLY = 1.25


@dataclass(frozen=True)
class Drawings:
    """Shapes sorted by group, place and person: in whatever order they came, the arrays are the same.

    `frame`, `person`, `group`: (shapes,) places in `frames`, `persons`, and a number for each frame, label and type together;
    `box`: (shapes, 4) left, top, right, bottom around each, pixels; `upright`: (shapes,) rectangles that are not turned, of which the
    box is the shape.
    """

    frames: tuple[Frame, ...]
    persons: tuple[Worker, ...]
    shapes: list[Shape]
    frame: np.ndarray
    person: np.ndarray
    group: np.ndarray
    box: np.ndarray
    upright: np.ndarray
    reach: list[float]
    # (width, height) of each frame where it is known.
    sizes: list[Size | None]
    _places: dict[int, Place] = field(default_factory=dict, repr=False)
    _known_dots: dict[int, np.ndarray] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, frames: Frames, sizes: Mapping[Frame, Size] | None = None) -> "Drawings":
        """`sizes`: (width, height) of frames in pixels, which lines and points are measured by and merged shapes have to fit in."""
        persons = ordered({person for drawn in frames.values() for person in drawn})
        place = {person: number for number, person in enumerate(persons)}
        shapes = [shape for drawn in frames.values() for mine in drawn.values() for shape in mine]
        frame = np.repeat(np.arange(len(frames)), [sum(map(len, drawn.values())) for drawn in frames.values()])
        mine = [(place[person], len(each)) for drawn in frames.values() for person, each in drawn.items()]
        person = np.repeat([who for who, _ in mine], [number for _, number in mine]).astype(np.int64)
        kinds: dict[Any, int] = {}
        kind = np.fromiter((kinds.setdefault((shape["label_id"], shape["type"]), len(kinds)) for shape in shapes), np.int64, len(shapes))
        known = [(sizes or {}).get(key) for key in frames]
        reach = [reach_of(*(size or (0, 0))) for size in known]
        upright = np.fromiter((shape["type"] == "rectangle" and not shape.get("rotation") for shape in shapes), bool, len(shapes))
        places = {int(number): Place.of(dict(shapes[number]), reach[frame[number]]) for number in np.flatnonzero(~upright)}
        boxes = [places[number].box if number in places else shape["points"] for number, shape in enumerate(shapes)]
        box = np.array(boxes, dtype=float).reshape(-1, 4)
        group = frame * max(1, len(kinds)) + kind
        order = np.lexsort((person, _ranks(shapes, places), box[:, 3], box[:, 2], box[:, 1], box[:, 0], group))
        found = cls(tuple(frames), persons, [shapes[number] for number in order], frame[order], person[order], group[order], box[order],
                    upright[order], reach, known)
        found._places.update({row: places[number] for row, number in enumerate(order.tolist()) if number in places})
        return found

    def __len__(self) -> int:
        return len(self.shapes)

    def place(self, number: int) -> Place:
        if number not in self._places:
            self._places[number] = Place.of(dict(self.shapes[number]), self.reach[self.frame[number]])
        return self._places[number]

    def at_most(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """(pairs,) 0..1 of shapes of one group: likeness cannot be more, by what is cheap to know. Not less for a slip of the hand that
        makes the box around one of them large."""
        common, (small, large) = shared_area(self.box[i], self.box[j]), np.sort([self._areas[i], self._areas[j]], axis=0)
        by_area = np.divide(_ROUGHLY * np.minimum(common, small), large, out=np.ones_like(common), where=large > 0)
        apart = np.hypot(*(self._middles[i] - self._middles[j]).T) / np.array(self.reach)[self.frame[i]]
        bound = np.minimum(by_area, np.maximum(0.0, 1 - apart))
        bound = np.where((common > 0) | (self.box[i] == self.box[j]).all(axis=-1), bound, 0.0)
        for row in np.flatnonzero(bound > 0).tolist():
            a, b = int(i[row]), int(j[row])
            if self.shapes[a]["type"] == "points":
                bound[row] = min(self._near(a, b), self._near(b, a))
        return bound

    def _near(self, a: int, b: int) -> float:
        """Of points: the share of the larger number that may lie within reach of any of `b`; 1 of more than are measured."""
        mine, most = self._dots(a), max(len(self._dots(a)), len(self._dots(b)))
        inside = (mine >= self.box[b, :2] - self.place(b).reach / 2) & (mine <= self.box[b, 2:] + self.place(b).reach / 2)
        return float(inside.all(axis=1).sum()) / most if most <= MOST_POINTS else 1.0

    def _dots(self, number: int) -> np.ndarray:
        if number not in self._known_dots:
            self._known_dots[number] = np.array(self.place(number).pairs)
        return self._known_dots[number]

    @cached_property
    def _areas(self) -> np.ndarray:
        """(shapes,) pixels, 0 of lines and points."""
        found = (self.box[:, 2] - self.box[:, 0]) * (self.box[:, 3] - self.box[:, 1])
        for number in np.flatnonzero(~self.upright).tolist():
            found[number] = self.place(number).area
        return found

    @cached_property
    def _middles(self) -> np.ndarray:
        """(shapes, 2) of lines, which are at least as far apart on average as these; 0 of everything else."""
        found = np.zeros((len(self), 2))
        for number in np.flatnonzero(~self.upright).tolist():
            if self.shapes[number]["type"] == "polyline":
                found[number] = np.mean(self.place(number).stations, axis=0)
        return found

    def likeness(self, i: int, j: int) -> float:
        """0..1, IoU where both have an area."""
        if self.upright[i] and self.upright[j]:
            return box_iou(tuple(self.box[i].tolist()), tuple(self.box[j].tolist()))
        return likeness(self.place(i), self.place(j))


def _ranks(shapes: list[Shape], places: Mapping[int, Place]) -> np.ndarray:
    """(shapes,): an order of shapes by their numbers, where the box around them does not tell."""
    ranks = np.zeros(len(shapes), dtype=np.int64)
    keys = {number: (place.rotation, tuple(place.points)) for number, place in places.items()}
    known = {key: rank for rank, key in enumerate(sorted(set(keys.values())))}
    for number, key in keys.items():
        ranks[number] = known[key]
    return ranks


def shared_area(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(...,) of boxes (..., 4)."""
    wide = np.minimum(a[..., 2], b[..., 2]) - np.maximum(a[..., 0], b[..., 0])
    high = np.minimum(a[..., 3], b[..., 3]) - np.maximum(a[..., 1], b[..., 1])
    return np.maximum(wide, 0) * np.maximum(high, 0)


def box_ious(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(...,) of boxes (..., 4)."""
    common = shared_area(a, b)
    whole = (a[..., 2] - a[..., 0]) * (a[..., 3] - a[..., 1]) + (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1]) - common
    return np.divide(common, whole, out=np.zeros_like(common), where=whole > 0)
