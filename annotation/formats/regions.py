"""Regions of Toloka's `field.image-annotation` and our shapes: one into the other. Pure.

A region has fractions of the picture's width and height from 0 to 1 and perhaps a label: {"shape": "rectangle", "left", "top", "width",
"height"}, {"shape": "polygon", "points": [{"left", "top"}, …]}, {"shape": "point", "left", "top"}. Pixels are those of the upright picture.

Exactness: upright rectangles, polygons and single points come back from their regions as the same numbers, if they have at most GRID
decimals or came out of a region themselves; of other numbers the last of their bits may change (1e-11 of a pixel).
"""
import math
from collections.abc import Iterator
from typing import Any

from annotation.formats.found import shown
from annotation.formats.mask_outlines import mask_outlines
from annotation.shapes.outlines import ellipse_outline, rectangle_outline

# Decimals of a pixel. A fraction that cannot be told from one that means a number with so many decimals means that number.
GRID = 9
# Relative error of a fraction that was divided, taken apart, put together and multiplied again.
_SLIP = 8 * 2.0 ** -52
# Fractions may lie outside by so much, which is rounding; they are moved onto the edge.
_TOLERANCE = 0.01
Region = dict[str, Any]


class BadRegion(Exception):
    """The sentence says why this is no region; it begins in the middle ("its points are not a list.")."""


def pixel(fraction: float, side: int) -> float:
    """The place in pixels of a side that is `side` pixels long."""
    exact = fraction * side
    short = round(exact, GRID)
    return short if abs(short - exact) <= _SLIP * exact else exact


def fraction(value: float, side: int) -> float:
    """The shortest fraction that `pixel` makes this value of, if there is one; else the nearest."""
    nearest = min(max(value / side, 0.0), 1.0)
    return next((found for found in _around(nearest) if pixel(found, side) == value), nearest)


def _around(number: float) -> Iterator[float]:
    """Short ones first, then the nearest four of those with all their bits; from 0 to 1."""
    yield from (round(number, 6), round(number, 10), number)
    below = above = number
    for _ in range(2):
        below, above = math.nextafter(below, 0.0), math.nextafter(above, 1.0)
        yield from (below, above)


def regions_of(shape: dict[str, Any], width: int, height: int) -> list[Region]:
    """What shows a shape in the component, without its label. Never empty for a shape that is stored.

    Several for points and for a mask of several pieces. Turned rectangles, ellipses and masks become polygons, a polyline one that
    goes there and back.
    """
    points, kind = shape["points"], shape["type"]
    if kind == "rectangle" and not shape["rotation"]:
        return [_rectangle(points, width, height)]
    if kind == "points":
        return [{"shape": "point", **_place(x, y, width, height)} for x, y in zip(points[0::2], points[1::2], strict=True)]
    return [polygon_region(outline, width, height) for outline in _outlines(shape)]


def _outlines(shape: dict[str, Any]) -> list[list[float]]:
    points, kind = shape["points"], shape["type"]
    if kind == "mask":
        return mask_outlines(points)
    if kind == "polyline":
        pairs = list(zip(points[0::2], points[1::2], strict=True))
        return [[value for pair in (*pairs, *pairs[-2:0:-1]) for value in pair]]
    if kind == "rectangle":
        return [rectangle_outline(points, shape["rotation"])]
    return [ellipse_outline(points, shape["rotation"]) if kind == "ellipse" else list(points)]


def polygon_region(outline: Any, width: int, height: int) -> Region:
    """Corners x y x y … in pixels."""
    return {"shape": "polygon", "points": [_place(x, y, width, height) for x, y in zip(outline[0::2], outline[1::2], strict=True)]}


def _rectangle(points: list[float], width: int, height: int) -> Region:
    x1, y1, x2, y2 = points
    (left, across), (top, down) = _stretch(x1, x2, width), _stretch(y1, y2, height)
    return {"shape": "rectangle", "left": left, "top": top, "width": across, "height": down}


def _stretch(start: float, end: float, side: int) -> tuple[float, float]:
    """(fraction where it begins, how much longer it is) of two places in pixels. Sums round: not every beginning has a length that comes to
    the last bit of the end."""
    first, goal = fraction(start, side), fraction(end, side)
    for begin in (first, *_around(first)):
        if pixel(begin, side) == start:
            for length in _around(max(goal - begin, 0.0)):
                if pixel(begin + length, side) == end:
                    return begin, length
    return first, max(goal - first, 0.0)


def _place(x: float, y: float, width: int, height: int) -> dict[str, float]:
    return {"left": fraction(x, width), "top": fraction(y, height)}


def shape_of(region: Any, width: int, height: int) -> tuple[str, list[float]]:
    """(type, points in pixels) of a region in either spelling. BadRegion. Whether the shape is a good one is not asked here."""
    kind, relative = relative_shape_of(region)
    return kind, [pixel(value, (width, height)[place % 2]) for place, value in enumerate(relative)]


def relative_shape_of(region: Any) -> tuple[str, list[float]]:
    """The same in fractions: for readers that do not know the picture yet. The classic component's spelling too, {"type", "data"}."""
    if not isinstance(region, dict):
        raise BadRegion("it is not an object.")
    return _classic(region) if "data" in region else _template(region)


def _template(region: Region) -> tuple[str, list[float]]:
    kind = region.get("shape")
    if kind == "rectangle":
        left, top, width, height = (_fraction(region.get(side)) for side in ("left", "top", "width", "height"))
        return "rectangle", [left, top, left + width, top + height]
    if kind == "point":
        return "points", _pair(region, "left", "top")
    if kind == "polygon":
        return "polygon", _flat(region.get("points"), "left", "top")
    raise BadRegion(f"“{shown(kind)}” is not a rectangle, a polygon or a point.")


def _classic(region: Region) -> tuple[str, list[float]]:
    kind, data = region.get("type"), region.get("data")
    if kind == "rectangle" and isinstance(data, dict):
        (x1, y1), (x2, y2) = (_pair(data.get(corner), "x", "y") for corner in ("p1", "p2"))
        return "rectangle", [min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)]
    if kind == "point":
        return "points", _pair(data, "x", "y")
    if kind == "polygon":
        return "polygon", _flat(data, "x", "y")
    raise BadRegion(f"“{shown(kind)}” is not a rectangle, a polygon or a point.")


def _pair(thing: Any, x: str, y: str) -> list[float]:
    if not isinstance(thing, dict):
        raise BadRegion("a point of it is not an object.")
    return [_fraction(thing.get(x)), _fraction(thing.get(y))]


def _flat(points: Any, x: str, y: str) -> list[float]:
    if not isinstance(points, list):
        raise BadRegion("its points are not a list.")
    return [value for point in points for value in _pair(point, x, y)]


def _fraction(value: Any) -> float:
    if type(value) not in (int, float) or not -_TOLERANCE <= value <= 1 + _TOLERANCE:
        raise BadRegion("its coordinates are not fractions of the image from 0 to 1.")
    return float(value)
