"""Regions of the platform's component and our shapes: the same numbers there and back, and what it cannot hold as polygons."""
import math
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import example, given, settings, strategies as st

from annotation.formats.mask_outlines import mask_outlines
from annotation.formats.regions import BadRegion, fraction, pixel, polygon_region, regions_of, shape_of

SIDES = st.integers(1, 65_000)
MANY = settings(max_examples=400, deadline=None, derandomize=True)


def through_json(thing: Any) -> Any:
    return orjson.loads(orjson.dumps(thing))


@st.composite
def places(draw: st.DrawFn, side: int) -> float:
    """A place along a side with up to nine decimals, or one that came out of a fraction of any number of bits."""
    if draw(st.booleans()):
        return pixel(draw(st.floats(0, 1)), side)
    decimals = draw(st.integers(0, 9))
    return min(round(draw(st.floats(0, side)), decimals), float(side))


@st.composite
def stretches(draw: st.DrawFn, side: int) -> tuple[float, float]:
    """Where a rectangle begins and ends: both with up to nine decimals, or as they came out of a region, which says the difference."""
    if draw(st.booleans()):
        begins = draw(st.floats(0, 1))
        return pixel(begins, side), pixel(begins + draw(st.floats(0, 1 - begins)), side)
    decimals = st.integers(0, 9)
    first, second = (min(round(draw(st.floats(0, side)), draw(decimals)), float(side)) for _ in range(2))
    return min(first, second), max(first, second)


@st.composite
def held(draw: st.DrawFn) -> tuple[dict[str, Any], int, int]:
    """A shape that the component holds, and the size of its picture."""
    width, height = draw(SIDES), draw(SIDES)
    kind = draw(st.sampled_from(["rectangle", "polygon", "points"]))
    if kind == "rectangle":
        (left, right), (top, bottom) = draw(stretches(width)), draw(stretches(height))
        points = [left, top, right, bottom]
    else:
        corners = 1 if kind == "points" else draw(st.integers(3, 9))
        points = [draw(places(side)) for _ in range(corners) for side in (width, height)]
    return {"type": kind, "points": points, "rotation": 0}, width, height


@MANY
@given(held())
@example(({"type": "rectangle", "points": [1.5, 0.0, 22.542409935573254, 0.0], "rotation": 0}, 162, 1))  # no sum with 1.5 / 162 comes to it
def test_what_it_holds_is_the_same_to_the_last_bit(case: tuple[dict[str, Any], int, int]) -> None:
    shape, width, height = case
    [region] = through_json(regions_of(shape, width, height))
    assert shape_of(region, width, height) == (shape["type"], shape["points"])
    numbers = [value for value in region.values() if isinstance(value, float)]
    assert all(0 <= value <= 1 for value in numbers)


@MANY
@given(st.floats(0, 1), SIDES)
def test_any_fraction_is_the_same_place_for_ever(value: float, side: int) -> None:
    at = pixel(value, side)
    assert pixel(fraction(at, side), side) == at
    assert abs(at - value * side) <= 1e-8


@MANY
@given(st.floats(0, 1), SIDES)
def test_any_place_moves_by_less_than_anybody_can_measure(part: float, side: int) -> None:
    value = part * side
    assert abs(pixel(fraction(value, side), side) - value) <= 1e-9


def test_fractions_of_people_and_programs_stay_short() -> None:
    assert fraction(123.45, 640) == 0.192890625
    for value in (0.123456, 0.1, 0.333333, 0.5, 1.0, 0.0):
        assert fraction(pixel(value, 1366), 1366) == value
    assert regions_of({"type": "rectangle", "points": [64, 48, 320, 240], "rotation": 0}, 640, 480) == [
        {"shape": "rectangle", "left": 0.1, "top": 0.1, "width": 0.4, "height": 0.4}]


def area(region: dict[str, Any], width: int, height: int) -> float:
    points = shape_of(region, width, height)[1]
    xs, ys = points[0::2], points[1::2]
    return abs(sum(xs[i - 1] * ys[i] - xs[i] * ys[i - 1] for i in range(len(xs)))) / 2


def test_what_it_cannot_show_becomes_polygons_of_the_same_place() -> None:
    turned = {"type": "rectangle", "points": [40, 40, 80, 60], "rotation": 30}
    ellipse = {"type": "ellipse", "points": [50, 50, 80, 30], "rotation": 0}
    line = {"type": "polyline", "points": [0, 0, 10, 0, 10, 20], "rotation": 0}
    [box] = regions_of(turned, 100, 100)
    assert (box["shape"], len(box["points"])) == ("polygon", 4)
    assert area(box, 100, 100) == pytest.approx(800, abs=0.01)
    assert area(regions_of(ellipse, 100, 100)[0], 100, 100) == pytest.approx(math.pi * 600, rel=0.01)
    [there_and_back] = regions_of(line, 100, 100)
    assert shape_of(there_and_back, 100, 100) == ("polygon", [0, 0, 10, 0, 10, 20, 10, 0])
    assert len(regions_of({"type": "points", "points": [1, 1, 2, 2], "rotation": 0}, 10, 10)) == 2
    assert polygon_region([-0.4, 0, 10.3, 10, 0, 10], 10, 10)["points"][:2] == [{"left": 0, "top": 0}, {"left": 1, "top": 1}]


def as_mask(cells: Any, left: int = 0, top: int = 0) -> list[float]:
    flat = cells.ravel()
    edges = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff(np.concatenate([[0], edges, [len(flat)]])).tolist()
    return [*([] if flat[0] == 0 else [0]), *runs, left, top, left + cells.shape[1] - 1, top + cells.shape[0] - 1]


def filled(outline: list[float], rows: int, columns: int) -> Any:
    """How often each pixel's middle is gone around."""
    times = np.zeros((rows, columns), dtype=int)
    corners = list(zip(outline[0::2], outline[1::2], strict=True))
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        for row in range(rows):
            middle = row + 0.5
            if (y1 <= middle) != (y2 <= middle):
                cut = x1 + (middle - y1) * (x2 - x1) / (y2 - y1)
                times[row] += (np.arange(columns) + 0.5 > cut) * (1 if y2 > y1 else -1)
    return times


@settings(max_examples=300, deadline=None, derandomize=True)
@given(rows=st.integers(1, 9), columns=st.integers(1, 9), seed=st.integers(0, 10_000), share=st.sampled_from([0.3, 0.5, 0.7, 0.9]))
def test_small_masks_are_their_pixels_with_every_hole(rows: int, columns: int, seed: int, share: float) -> None:
    cells = (np.random.default_rng(seed).random((rows, columns)) < share).astype(int)
    if not cells.any():
        cells[0, 0] = 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("annotation.formats.mask_outlines.TOLERANCE", 0)
        outlines = mask_outlines(as_mask(cells, 3, 2))
    shown = sum(filled([value - (3, 2)[place % 2] for place, value in enumerate(outline)], rows, columns) for outline in outlines)
    assert (np.abs(shown) == cells).all(), cells


def test_large_masks_have_few_corners_and_nearly_all_their_pixels() -> None:
    reach = np.hypot(*np.mgrid[-300:300, -400:400])
    cells = ((reach < 280) & (reach > 120)).astype(int)
    [outline] = mask_outlines(as_mask(cells))
    assert len(outline) < 400
    wrong = (np.abs(filled(outline, *cells.shape)) != cells).sum()
    assert wrong / cells.sum() < 0.01
    assert [r["shape"] for r in regions_of({"type": "mask", "points": as_mask(cells), "rotation": 0}, 800, 600)] == ["polygon"]


@pytest.mark.parametrize("region", [
    None, 5, [], {}, {"shape": "circle"}, {"shape": "rectangle", "left": 0, "top": 0, "width": "1", "height": 1},
    {"shape": "rectangle", "left": 0, "top": 0, "width": 1}, {"shape": "point", "left": float("nan"), "top": 0},
    {"shape": "point", "left": True, "top": 0}, {"shape": "polygon", "points": {}}, {"shape": "polygon", "points": [[1, 2]]},
    {"shape": "point", "left": 2, "top": 0}, {"type": "polygon", "data": 3}, {"type": "line", "data": []}, {"data": None}])
def test_what_is_no_region_is_said_in_words(region: Any) -> None:
    with pytest.raises(BadRegion, match=r"\.$"):
        shape_of(region, 10, 10)
