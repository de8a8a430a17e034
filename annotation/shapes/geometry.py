"""Points of shapes: finite, enough of them, inside the image."""
import math
from typing import Any

# Pixels by which a point may lie outside: rounding in a browser. It is moved onto the edge.
TOLERANCE = 1.0
MAX_NUMBERS = 200_000
_PLAIN = frozenset((int, float))
_LEAST = {"polygon": 3, "polyline": 2, "points": 1}
TYPES = ("rectangle", "polygon", "polyline", "points", "ellipse", "mask")


def clean_points(shape_type: str, raw: Any, rotation: float, width: int, height: int) -> list[float] | str:
    """The points as floats clipped to 0..width, 0..height, or a sentence saying what is wrong with them."""
    if not isinstance(raw, list) or len(raw) > MAX_NUMBERS:
        return f"give a list of at most {MAX_NUMBERS} numbers."
    # bool is an int in Python, JSON's true is not a number. What JSON gives is told by its types at once.
    if not _PLAIN.issuperset(map(type, raw)) and not all(isinstance(value, int | float) and not isinstance(value, bool) for value in raw):
        return "every entry is a number."
    try:
        # + 0.0 turns -0.0 into 0.0, which PostgreSQL does not keep apart.
        points = [float(value) + 0.0 for value in raw]
    except OverflowError:
        return "every entry is a finite number."
    if not all(map(math.isfinite, points)):
        return "every entry is a finite number."
    if shape_type == "mask":
        return _mask(points, width, height)
    if shape_type in ("rectangle", "ellipse"):
        return _box(shape_type, points, rotation, width, height)
    least = _LEAST[shape_type]
    if len(points) % 2 or len(points) < 2 * least:
        return f"a {shape_type} needs x y pairs, at least {least}; these are {len(points)} numbers."
    return _inside(points, width, height)


def _inside(points: list[float], width: int, height: int) -> list[float] | str:
    limits = (width, height)
    across, down = points[::2], points[1::2]
    if down and min(across) >= 0 and min(down) >= 0 and max(across) <= width and max(down) <= height:
        return points
    for position, value in enumerate(points):
        if not -TOLERANCE <= value <= limits[position % 2] + TOLERANCE:
            axis = "xy"[position % 2]
            return f"{axis} = {value:g} lies outside the image ({width} x {height} pixels)."
    return [min(max(value, 0.0), float(limits[position % 2])) for position, value in enumerate(points)]


def _box(shape_type: str, points: list[float], rotation: float, width: int, height: int) -> list[float] | str:
    if len(points) != 4:
        return f"a {shape_type} has 4 numbers, not {len(points)}."
    if shape_type == "rectangle":
        x1, y1, x2, y2 = points
        points = [min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)]
        half = ((points[2] - points[0]) / 2, (points[3] - points[1]) / 2)
        centre = (points[0] + half[0], points[1] + half[1])
    else:
        half = (points[2] - points[0], points[0 + 1] - points[3])
        centre = (points[0], points[1])
    if half[0] <= 0 or half[1] <= 0:
        return f"the {shape_type} has no area."
    if rotation:
        # The stored numbers are those before turning and may stick out; what is seen, turned, may not: the editor's own rule.
        return points if _turned_fits(shape_type, centre, half, rotation, (width, height)) else (
            f"turned by {rotation:g} degrees the {shape_type} reaches outside the image ({width} x {height} pixels).")
    clipped = _inside(points, width, height)
    if not isinstance(clipped, str) and shape_type == "rectangle" and (clipped[0] >= clipped[2] or clipped[1] >= clipped[3]):
        return "the rectangle has no area inside the image."
    if not isinstance(clipped, str) and shape_type == "ellipse" and (clipped[2] <= clipped[0] or clipped[3] >= clipped[1]):
        return "the ellipse has no area inside the image."
    return clipped


def _turned_fits(shape_type: str, centre: tuple[float, float], half: tuple[float, float], rotation: float, size: tuple[int, int]) -> bool:
    """Whether the box around the turned shape lies in the image."""
    cosine, sine = abs(math.cos(math.radians(rotation))), abs(math.sin(math.radians(rotation)))
    sides = ((half[0] * cosine, half[1] * sine), (half[0] * sine, half[1] * cosine))
    reach = [math.hypot(*pair) if shape_type == "ellipse" else sum(pair) for pair in sides]
    return all(reach[axis] - TOLERANCE <= centre[axis] <= size[axis] - reach[axis] + TOLERANCE for axis in (0, 1))


def _mask(points: list[float], width: int, height: int) -> list[float] | str:
    if len(points) < 5 or any(value < 0 or value != int(value) for value in points):
        return "a mask is whole numbers: run lengths, then left, top, right, bottom."
    left, top, right, bottom = (int(value) for value in points[-4:])
    if right < left or bottom < top or right >= width or bottom >= height:
        return f"the mask's box {left} {top} {right} {bottom} lies outside the image ({width} x {height} pixels)."
    area = (right - left + 1) * (bottom - top + 1)
    if sum(points[:-4]) != area:
        return f"the run lengths add up to {int(sum(points[:-4]))}, the box has {area} pixels."
    if sum(points[1:-4:2]) == 0:
        return "the mask is empty."
    return points
