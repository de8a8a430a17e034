"""Which shape of one side is which of the other. Three steps, each with what the one before left:

1. the same place to a tenth of a pixel (first with the same meaning, then whatever it means): measure 1, the others less;
2. the same id and type, as long as they have anything in common: somebody corrected it (not where ids of the sides have nothing to
   do with each other, as those of a ground truth);
3. the best measure first, at least 0.5, within one type; of equals the one with the same label.

Only pairs whose boxes have an IoU of a third are measured, and of those the eight best a shape, in three rounds: time grows with the
number of shapes, not with its square, however they lie. Of what is left then, if it is little, all whose areas may be alike: a slip of
the hand far away makes a large box of a small shape.
"""
import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from annotation.shapes.measures import Place, box_iou, likeness

LEAST = 0.5
BOXES_LEAST = 1 / 3
MOST_MEASURED = 8
MOST_SEEN = 150
ROUNDS = 3
# Pairs of what is left, and how exact areas are that are measured along scan lines.
MOST_LEFT = 400
_ROUGHLY = 1.25
# Of pairs that are not in the same place.
_NEARLY = 0.9999

Shape = dict[str, Any]
Pair = tuple[int, int, float]


def pair_shapes(before: list[Shape], after: list[Shape], reach: float, *, ids: bool = True) -> list[Pair]:
    """(position before, position after, measure); each position at most once. `ids`: those of both sides name the same shapes."""
    pairs: list[Pair] = []
    left, right = list(range(len(before))), list(range(len(after)))

    def settle(found: list[Pair]) -> None:
        pairs.extend(found)
        for waiting, side in ((left, 0), (right, 1)):
            done = {pair[side] for pair in found}
            waiting[:] = [number for number in waiting if number not in done]

    for key in (*((_all,) if ids else ()), _meant, _labelled, _placed):
        settle(_equal(before, after, left, right, key))
    olds = {number: Place.of(before[number], reach) for number in left}
    news = {number: Place.of(after[number], reach) for number in right}
    if ids:
        settle(_corrected(before, after, left, right, olds, news))
    for _ in range(ROUNDS):
        index = _Index({n: news[n] for n in right})
        found = _best(before, after, {n: olds[n] for n in left}, news, index.near)
        settle(found)
        if not found:
            break
    if len(left) * len(right) <= MOST_LEFT:
        settle(_best(before, after, {n: olds[n] for n in left}, news, lambda place: [n for n in right if _may_be(place, news[n])]))
    return pairs


def _placed(shape: Shape) -> Any:
    points: Sequence[Any] = [round(value, 1) for value in shape["points"]]
    if shape["type"] in ("polygon", "polyline"):
        points = _undirected(list(zip(points[0::2], points[1::2], strict=False)), closed=shape["type"] == "polygon")
    return shape["type"], tuple(points), round(shape.get("rotation") or 0.0, 1)


def _undirected(points: list[Any], *, closed: bool) -> list[Any]:
    """The same for a line drawn from its other end, and for an outline begun at another corner."""
    if closed:
        first = points.index(min(points))
        points = points[first:] + points[:first]
        return min(points, [points[0], *points[:0:-1]])
    return min(points, points[::-1])


def _labelled(shape: Shape) -> Any:
    return _placed(shape), shape["label_id"]


def _meant(shape: Shape) -> Any:
    answers = sorted((answer["spec_id"], answer["value"]) for answer in shape.get("attributes", []))
    return _labelled(shape), tuple(answers), bool(shape.get("occluded"))


def _all(shape: Shape) -> Any:
    return _meant(shape), shape.get("id")


def _equal(before: list[Shape], after: list[Shape], left: list[int], right: list[int], key: Callable[[Shape], Any]) -> list[Pair]:
    waiting: dict[Any, list[int]] = defaultdict(list)
    for number in reversed(right):
        waiting[key(after[number])].append(number)
    return [(number, same.pop(), 1.0) for number in left if (same := waiting.get(key(before[number])))]


def _corrected(
    before: list[Shape], after: list[Shape], left: list[int], right: list[int], olds: dict[int, Place], news: dict[int, Place],
) -> list[Pair]:
    named = {after[number]["id"]: number for number in right if after[number].get("id")}
    found: list[Pair] = []
    for number in left:
        other = named.get(before[number].get("id"))
        if other is not None and (measure := likeness(olds[number], news[other])) > 0:
            found.append((number, other, min(measure, _NEARLY)))
            del named[before[number]["id"]]
    return found


def _may_be(a: Place, b: Place) -> bool:
    """Whether they may be alike, by what is cheap to know."""
    common = math.prod(max(0.0, min(a.box[k + 2], b.box[k + 2]) - max(a.box[k], b.box[k])) for k in (0, 1))
    small, large = sorted((a.area, b.area))
    return a.type == b.type and common > 0 and _ROUGHLY * min(common, small) >= LEAST * large


def _best(
    before: list[Shape], after: list[Shape], olds: dict[int, Place], news: dict[int, Place], near: Callable[[Place], list[int]],
) -> list[Pair]:
    measured = []
    for i, place in olds.items():
        for j in near(place):
            measure = likeness(place, news[j])
            if measure >= LEAST:
                measured.append((-round(measure, 6), before[i]["label_id"] != after[j]["label_id"], i + j, i, j))
    # i + j: of two equal pairs that want the same shape the same one wins when the sides are exchanged.
    measured.sort()
    taken: set[int] = set()
    met: set[int] = set()
    pairs: list[Pair] = []
    for measure, _, _, i, j in measured:
        if i not in taken and j not in met:
            taken.add(i)
            met.add(j)
            pairs.append((i, j, min(-measure, _NEARLY)))
    return pairs


class _Index:
    """Places by type, size (powers of two) and the cell, twice as large as that size, in which their middle lies."""

    def __init__(self, places: dict[int, Place]) -> None:
        self.places = places
        self.cells: dict[tuple[str, int], dict[tuple[int, int], list[int]]] = defaultdict(lambda: defaultdict(list))
        for number, place in places.items():
            x, y = _middle(place)
            size = 2.0 ** (_level(place) + 1)
            self.cells[place.type, _level(place)][math.floor(x / size), math.floor(y / size)].append(number)

    def near(self, place: Place) -> list[int]:
        """Whose box has an IoU of a third with this one's: its sides differ by a factor of three at most, and so the middles are close."""
        good = []
        for seen, number in enumerate(self._around(place)):
            if seen >= MOST_SEEN:
                break
            iou = box_iou(place.box, self.places[number].box)
            if iou >= BOXES_LEAST:
                good.append((-iou, number))
        return [number for _, number in sorted(good)[:MOST_MEASURED]]

    def _around(self, place: Place) -> Iterator[int]:
        own, (x, y) = _level(place), _middle(place)
        wide, high = place.box[2] - place.box[0], place.box[3] - place.box[1]
        # The most similar sizes first.
        for level in sorted(range(max(0, own - 2), own + 3), key=lambda other: abs(other - own)):
            size, cells = 2.0 ** (level + 1), self.cells.get((place.type, level))
            if cells is None:
                continue
            for column in range(math.floor((x - wide) / size), math.floor((x + wide) / size) + 1):
                for row in range(math.floor((y - high) / size), math.floor((y + high) / size) + 1):
                    yield from cells.get((column, row), ())


def _level(place: Place) -> int:
    side = max(place.box[2] - place.box[0], place.box[3] - place.box[1])
    return math.floor(math.log2(max(side, 1.0)))


def _middle(place: Place) -> tuple[float, float]:
    return (place.box[0] + place.box[2]) / 2, (place.box[1] + place.box[3]) / 2
