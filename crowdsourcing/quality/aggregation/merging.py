"""One shape out of several people's shapes of one object.

| type | merged shape |
|---|---|
| rectangle, ellipse | weighted median of each number; turned ones: of middle, width, height and angle, each seen from the nearest of its
  descriptions; the shape most like the others where the result would stick out of the picture |
| mask | pixels with more than half of the weight; of exactly half those of the shape most like the others |
| polygon, polyline, points | the shape that is most like all others: somebody's own outline, with his corners where he put them |
"""
from collections.abc import Sequence

import numpy as np

from annotation.shapes.geometry import clean_points
from annotation.shapes.measures import Place, likeness
from crowdsourcing.quality.aggregation.drawings import Drawings, Size, box_ious

# As annotation.shapes.measures lays a mask's rows behind each other.
_ROW = 1 << 24


def weighted_median(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(..., numbers) of `values` (..., people, numbers) by `weights` (..., people), more than 0 together; of an even number the middle
    between the two in the middle."""
    order = np.argsort(values, axis=-2, kind="stable")
    value = np.take_along_axis(values, order, axis=-2)
    below = np.cumsum(np.take_along_axis(np.broadcast_to(weights[..., None], values.shape), order, axis=-2), axis=-2)
    half = below[..., -1:, :] / 2
    slack = half * 1e-9
    low, high = ((above.argmax(axis=-2))[..., None, :] for above in (below >= half - slack, below > half + slack))
    return ((np.take_along_axis(value, low, axis=-2) + np.take_along_axis(value, high, axis=-2)) / 2)[..., 0, :]


def merge_boxes(boxes: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(merged (objects, 4), IoU of each with the merged one (objects, people)) of upright boxes (objects, people, 4), pixels."""
    merged = weighted_median(boxes, weights)
    return merged, box_ious(boxes, merged[:, None, :])


def merge_shapes(drawings: Drawings, members: Sequence[int], weights: np.ndarray) -> tuple[list[float], float, list[float]]:
    """(points, rotation in degrees, likeness of each member with the merged shape) of shapes of one type; `weights`: (members,)."""
    kind = drawings.shapes[members[0]]["type"]
    best = _most_alike(drawings, members, weights)
    points, rotation = list(drawings.place(members[best]).points), drawings.place(members[best]).rotation
    if kind in ("rectangle", "ellipse"):
        turned = _turned(drawings, members, weights, best)
        points, rotation = turned if _fits(kind, *turned, drawings.sizes[drawings.frame[members[0]]]) else (points, rotation)
    elif kind == "mask":
        points = _voted([drawings.place(number) for number in members], weights, best) or points
    merged = {"type": kind, "points": points, "rotation": rotation}
    place = Place.of(merged, drawings.reach[drawings.frame[members[0]]])
    return points, rotation, [likeness(place, drawings.place(number)) for number in members]


def _most_alike(drawings: Drawings, members: Sequence[int], weights: np.ndarray) -> int:
    """Place among the members; of equal ones the first."""
    table = np.eye(len(members))
    for row in range(len(members)):
        for column in range(row):
            table[row, column] = table[column, row] = drawings.likeness(members[column], members[row])
    sums = table @ weights
    return int((sums >= sums.max() - 1e-9).argmax())


def _turned(drawings: Drawings, members: Sequence[int], weights: np.ndarray, best: int) -> tuple[list[float], float]:
    places = [drawings.place(number) for number in members]
    if not any(place.rotation for place in places):
        return weighted_median(np.array([place.points for place in places]), weights).tolist(), 0.0
    box = places[0].type == "rectangle"
    start = places[best].rotation
    rows = []
    for place in places:
        x, y, wide, high = _middle(place.points) if box else _axes(place.points)
        quarters = round((place.rotation - start) / 90)
        rows.append((x, y, *((high, wide) if quarters % 2 else (wide, high)), place.rotation - start - 90 * quarters))
    x, y, wide, high, turn = weighted_median(np.array(rows), weights).tolist()
    rotation = (start + turn) % 360
    return ([x - wide / 2, y - high / 2, x + wide / 2, y + high / 2] if box else [x, y, x + wide / 2, y - high / 2]), rotation


def _fits(kind: str, points: list[float], rotation: float, size: Size | None) -> bool:
    """Whether a job could hold it: what several people say of middle, sides and angle may together stick out of the picture."""
    return size is None or not isinstance(clean_points(kind, points, rotation, *size), str)


def _middle(points: Sequence[float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = points
    return (left + right) / 2, (top + bottom) / 2, right - left, bottom - top


def _axes(points: Sequence[float]) -> tuple[float, float, float, float]:
    x, y, right, top = points
    return x, y, 2 * (right - x), 2 * (y - top)


def _voted(places: list[Place], weights: np.ndarray, best: int) -> list[float]:
    """Run lengths and box of the pixels that have more than half of the weight; [] if no pixel has."""
    weight = weights / weights.sum()
    weight[best] += 1e-6
    starts = np.array([start for place in places for start, _ in place.spans], dtype=np.int64)
    ends = np.array([end for place in places for _, end in place.spans], dtype=np.int64)
    each = np.repeat(weight, [len(place.spans) for place in places])
    at, inverse = np.unique(np.r_[starts, ends], return_inverse=True)
    level = np.cumsum(np.bincount(inverse, weights=np.r_[each, -each], minlength=len(at)))
    inside = level[:-1] > 0.5 + 5e-7
    return _runs(at[:-1][inside], at[1:][inside]) if inside.any() else []


def _runs(starts: np.ndarray, ends: np.ndarray) -> list[float]:
    """A mask's numbers: run lengths in its box row by row, beginning with unset pixels, then left, top, right, bottom."""
    rows = starts // _ROW
    left, right = int((starts % _ROW).min()), int(((ends - 1) % _ROW).max())
    top, bottom, width = int(rows.min()), int(rows.max()), right - left + 1
    first = (rows - top) * width + starts % _ROW - left
    last = first + ends - starts
    begins, stops = np.r_[True, first[1:] != last[:-1]], np.r_[first[1:] != last[:-1], True]
    edges = np.column_stack([first[begins], last[stops]]).ravel()
    whole = (bottom - top + 1) * width
    runs = np.diff(np.r_[0, edges, whole]).tolist()
    return [float(value) for value in (*(runs if runs[-1] else runs[:-1]), left, top, right, bottom)]
