"""Drawing: true shapes as a person would draw them, with the errors of a careless one.

Points are pixels, flat: rectangle `x1 y1 x2 y2`, polygon, polyline and points `x y x y ...`, ellipse `cx cy right-x top-y`.
"""
import random
from typing import Any

Shape = dict[str, Any]
Size = tuple[float, float]
TYPES = ("rectangle", "polygon", "points")
_STEADY = 0.015


def drawn(truth: list[Shape], names: list[str], size: Size, chance: random.Random, accuracy: float, spams: bool) -> list[Shape]:
    """What comes out when this truth is drawn: `{type, label, points}` each. `names` are the labels there are."""
    if spams:
        return [anything(names, size, chance) for _ in range(chance.randint(0, 3))] if names else []
    result = []
    for shape in truth:
        if chance.random() < accuracy:
            result.append(_moved(shape, size, chance, _STEADY))
        else:
            result += _mistaken(shape, names, size, chance)
    if names and chance.random() < (1 - accuracy) / 3:
        result.append(anything(names, size, chance))
    return result


def _mistaken(shape: Shape, names: list[str], size: Size, chance: random.Random) -> list[Shape]:
    """Overlooked, mislabelled or badly drawn."""
    kind = chance.choice(("missed", "mislabelled", "crooked"))
    others = [name for name in names if name != shape.get("label")]
    if kind == "missed":
        return []
    if kind == "mislabelled" and others:
        return [{**_moved(shape, size, chance, _STEADY), "label": chance.choice(others)}]
    return [_moved(shape, size, chance, 0.35)]


def _moved(shape: Shape, size: Size, chance: random.Random, how_far: float) -> Shape:
    """Every point off by up to `how_far` of the shape's own size, inside the picture."""
    xs, ys = shape["points"][::2], shape["points"][1::2]
    reach = (max(max(xs) - min(xs), 10) * how_far, max(max(ys) - min(ys), 10) * how_far)
    points = [_inside(value + chance.uniform(-1, 1) * reach[index % 2], size[index % 2]) for index, value in enumerate(shape["points"])]
    if shape["type"] == "rectangle":
        points = _upright(points, size)
    return {**shape, "points": points}


def _inside(value: float, edge: float) -> float:
    return round(min(max(value, 0.0), edge), 2)


def _upright(points: list[float], size: Size) -> list[float]:
    x1, y1, x2, y2 = points
    left, right, top, bottom = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
    if right - left < 1:
        left, right = (left, left + 1) if left + 1 <= size[0] else (right - 1, right)
    if bottom - top < 1:
        top, bottom = (top, top + 1) if top + 1 <= size[1] else (bottom - 1, bottom)
    return [left, top, right, bottom]


def anything(names: list[str], size: Size, chance: random.Random) -> Shape:
    width, height = size[0] * chance.uniform(0.05, 0.4), size[1] * chance.uniform(0.05, 0.4)
    left, top = chance.uniform(0, size[0] - width), chance.uniform(0, size[1] - height)
    return {"type": "rectangle", "label": chance.choice(names),
            "points": [round(left, 2), round(top, 2), round(left + width, 2), round(top + height, 2)]}


def something(names: list[str], size: Size, about: str) -> list[Shape]:
    """A "truth" for a picture nobody has told the robots about: the same for all of them, so that they agree."""
    return [anything(names, size, random.Random(f"truth:{about}"))] if names else []


def as_type(shape: Shape, wanted: str) -> Shape:
    """The shape in the form that a label allows: `wanted` is a label's type, `any` allows every form."""
    if wanted in ("any", shape["type"]):
        return shape
    xs, ys = shape["points"][::2], shape["points"][1::2]
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    corners = [left, top, right, top, right, bottom, left, bottom]
    middle = [(left + right) / 2, (top + bottom) / 2]
    forms = {"rectangle": [left, top, right, bottom], "polygon": corners, "polyline": corners, "points": middle,
             "ellipse": [*middle, right, top], "mask": _filled(left, top, right, bottom)}
    return {**shape, "type": wanted, "points": forms[wanted]}


def _filled(left: float, top: float, right: float, bottom: float) -> list[float]:
    """A box as a mask: no zeros, then all ones, then the box, inclusive."""
    x1, y1 = int(left), int(top)
    x2, y2 = max(x1, int(right) - 1), max(y1, int(bottom) - 1)
    return [0, (x2 - x1 + 1) * (y2 - y1 + 1), x1, y1, x2, y2]
