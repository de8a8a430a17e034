"""Regions on pictures as Toloka's field.image-annotation has them: drawing them, and judging somebody else's.

Coordinates are fractions of the picture's size. What is truly on a picture that nobody told the robots about follows from its address
alone, so annotators and verifiers see the same thing.
"""
import io
import random
from typing import Any

import httpx
from PIL import Image, UnidentifiedImageError

from sandbox.robots import shapes
from sandbox.robots.editor import CannotWork, truth_of
from sandbox.robots.temper import Temper

Box = tuple[float, float, float, float]
# A picture whose size nobody needs to know.
_ANY_SIZE = (1000.0, 1000.0)
# Careful drawing stays above 0.9, crooked drawing mostly far below.
GOOD_ENOUGH = 0.75
_POINT_REACH = 0.03
_KINDS = {"rectangle": "rectangle", "polygon": "polygon", "point": "points"}


def draw(address: str, truth: dict[str, Any], component: dict[str, Any], temper: Temper, needed: bool) -> list[dict[str, Any]]:
    """What this robot marks on the picture. `needed`: the page asks for at least one region."""
    kinds, names = _kinds_of(component), labels_of(component)
    known, size = on_picture(address, truth, names)
    if not component:
        # Nobody says what it may look like: as it is told.
        kinds, names = [*shapes.TYPES], sorted({shape["label"] for shape in known if shape.get("label")})
    true = [shape if shape["type"] in kinds else shapes.as_type(shape, kinds[0]) for shape in known]
    chance = temper.about(address)
    drawn = shapes.drawn(true, names or [""], size, chance, temper.accuracy, temper.spams)
    if needed and not drawn:
        drawn = [shapes.anything(names or [""], size, chance)]
    formed = [shape if shape["type"] in kinds else shapes.as_type(shape, kinds[0]) for shape in drawn]
    return [_region({**shape, "label": shape.get("label") if names else None}, size) for shape in formed]


def on_picture(address: str, truth: dict[str, Any], names: list[str]) -> tuple[list[dict[str, Any]], shapes.Size]:
    """(shapes in pixels, the size they are counted in). CannotWork if the size is needed and the picture cannot be seen."""
    told = truth_of(truth, address)
    if isinstance(told, list):
        return [shape for shape in told if not names or shape.get("label") in names], _picture_size(address) if told else _ANY_SIZE
    chance = random.Random(f"truth:{address}")
    return [shapes.anything(names or [""], _ANY_SIZE, chance) for _ in range(chance.choice((1, 1, 2, 3)))], _ANY_SIZE


def fits(given: Any, address: str, truth: dict[str, Any], component: dict[str, Any]) -> bool:
    """Whether these regions are what is on the picture: every thing marked well, nothing else, labels right where there are any."""
    names = labels_of(component)
    known, size = on_picture(address, truth, names)
    missing = [_as_marked(_region(shape, size)) for shape in known]
    for region in given if isinstance(given, list) else [given]:
        marked = _as_marked(region)
        found = max(missing, key=lambda true: _likeness(true, marked), default=None)
        if found is None or _likeness(found, marked) < GOOD_ENOUGH or (names and found[1] != marked[1]):
            return False
        missing.remove(found)
    return not missing


def labels_of(component: dict[str, Any]) -> list[str]:
    """Values of the labels that a component offers."""
    labels = component.get("labels")
    return [str(label["value"]) for label in labels if isinstance(label, dict) and "value" in label] if isinstance(labels, list) else []


def _kinds_of(component: dict[str, Any]) -> list[str]:
    """Our names of the shapes that may be drawn, the first the most usual."""
    allowed = component.get("shapes")
    if not isinstance(allowed, dict):
        return list(_KINDS.values())
    return [ours for theirs, ours in _KINDS.items() if allowed.get(theirs)] or ["rectangle"]


def _as_marked(region: Any) -> tuple[Box | None, str | None]:
    """(the box around a region, its label); no box for what is no region. Reads the classic component's form, too."""
    if not isinstance(region, dict):
        return None, None
    label = region.get("label") or region.get("annotation")
    data = region.get("data", region)
    try:
        if isinstance(data, dict) and "p1" in data:
            points = [(data[name]["x"], data[name]["y"]) for name in ("p1", "p2")]
        elif region.get("shape") == "rectangle":
            points = [(region["left"], region["top"]), (region["left"] + region["width"], region["top"] + region["height"])]
        elif isinstance(data, list) or "points" in region:
            several = data if isinstance(data, list) else region["points"]
            points = [(point.get("left", point.get("x")), point.get("top", point.get("y"))) for point in several]
        else:
            x, y = data.get("left", data.get("x")), data.get("top", data.get("y"))
            points = [(x - _POINT_REACH, y - _POINT_REACH), (x + _POINT_REACH, y + _POINT_REACH)]
        xs, ys = [float(x) for x, _ in points], [float(y) for _, y in points]
        return (min(xs), min(ys), max(xs), max(ys)), None if label is None else str(label)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None, None


def _likeness(one: tuple[Box | None, str | None], other: tuple[Box | None, str | None]) -> float:
    """Intersection over union of the boxes."""
    if one[0] is None or other[0] is None:
        return 0.0
    (a, b, c, d), (e, f, g, h) = one[0], other[0]
    common = max(0.0, min(c, g) - max(a, e)) * max(0.0, min(d, h) - max(b, f))
    whole = (c - a) * (d - b) + (g - e) * (h - f) - common
    return common / whole if whole > 0 else 0.0


def _region(shape: dict[str, Any], size: shapes.Size) -> dict[str, Any]:
    fractions = [round(min(max(value / size[index % 2], 0.0), 1.0), 6) for index, value in enumerate(shape["points"])]
    label = {"label": shape["label"]} if shape.get("label") else {}
    if shape["type"] == "rectangle":
        x1, y1, x2, y2 = fractions
        return {"shape": "rectangle", "left": x1, "top": y1, "width": round(x2 - x1, 6), "height": round(y2 - y1, 6), **label}
    points = [{"left": x, "top": y} for x, y in zip(fractions[::2], fractions[1::2], strict=True)]
    return {"shape": "point", **points[0], **label} if shape["type"] == "points" else {"shape": "polygon", "points": points, **label}


def _picture_size(address: str) -> shapes.Size:
    try:
        answer = httpx.get(address, timeout=60, follow_redirects=True).raise_for_status()
        with Image.open(io.BytesIO(answer.content)) as picture:
            return float(picture.width), float(picture.height)
    except (httpx.HTTPError, httpx.InvalidURL, UnidentifiedImageError, OSError) as error:
        raise CannotWork(f"{address} cannot be seen: {error}") from error
