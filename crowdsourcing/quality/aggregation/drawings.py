"""What several people drew on many frames, as arrays in one canonical order."""
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from annotation.shapes.measures import Place, box_iou, likeness, reach_of
from crowdsourcing.quality.aggregation.votes import Worker, ordered

Frame = Hashable
# As docs/editor-protocol.md has it.
Shape = Mapping[str, Any]
Frames = Mapping[Frame, Mapping[Worker, Sequence[Shape]]]


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
    _places: dict[int, Place] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, frames: Frames, sizes: Mapping[Frame, tuple[int, int]] | None = None) -> "Drawings":
        """`sizes`: (width, height) of frames in pixels, which lines and points are measured by."""
        persons = ordered({person for drawn in frames.values() for person in drawn})
        place = {person: number for number, person in enumerate(persons)}
        shapes = [shape for drawn in frames.values() for mine in drawn.values() for shape in mine]
        frame = np.repeat(np.arange(len(frames)), [sum(map(len, drawn.values())) for drawn in frames.values()])
        mine = [(place[person], len(each)) for drawn in frames.values() for person, each in drawn.items()]
        person = np.repeat([who for who, _ in mine], [number for _, number in mine]).astype(np.int64)
        kinds: dict[Any, int] = {}
        kind = np.fromiter((kinds.setdefault((shape["label_id"], shape["type"]), len(kinds)) for shape in shapes), np.int64, len(shapes))
        reach = [reach_of(*sizes[key]) if sizes and key in sizes else reach_of(0, 0) for key in frames]
        upright = np.fromiter((shape["type"] == "rectangle" and not shape.get("rotation") for shape in shapes), bool, len(shapes))
        places = {int(number): Place.of(dict(shapes[number]), reach[frame[number]]) for number in np.flatnonzero(~upright)}
        boxes = [places[number].box if number in places else shape["points"] for number, shape in enumerate(shapes)]
        box = np.array(boxes, dtype=float).reshape(-1, 4)
        group = frame * max(1, len(kinds)) + kind
        order = np.lexsort((person, _ranks(shapes, places), box[:, 3], box[:, 2], box[:, 1], box[:, 0], group))
        found = cls(tuple(frames), persons, [shapes[number] for number in order], frame[order], person[order], group[order], box[order],
                    upright[order], reach)
        found._places.update({row: places[number] for row, number in enumerate(order.tolist()) if number in places})
        return found

    def __len__(self) -> int:
        return len(self.shapes)

    def place(self, number: int) -> Place:
        if number not in self._places:
            self._places[number] = Place.of(dict(self.shapes[number]), self.reach[self.frame[number]])
        return self._places[number]

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


def box_ious(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(...,) of boxes (..., 4)."""
    wide = np.minimum(a[..., 2], b[..., 2]) - np.maximum(a[..., 0], b[..., 0])
    high = np.minimum(a[..., 3], b[..., 3]) - np.maximum(a[..., 1], b[..., 1])
    common = np.maximum(wide, 0) * np.maximum(high, 0)
    whole = (a[..., 2] - a[..., 0]) * (a[..., 3] - a[..., 1]) + (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1]) - common
    return np.divide(common, whole, out=np.zeros_like(common), where=whole > 0)
