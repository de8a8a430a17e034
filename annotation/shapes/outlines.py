"""Shapes as polygons, boxes, areas and COCO run lengths. Pixels of the upright image."""
import math

ELLIPSE_POINTS = 64


def turned(points: list[tuple[float, float]], centre: tuple[float, float], degrees: float) -> list[tuple[float, float]]:
    """Turned clockwise on the screen (y points down), as editors of images count."""
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    cx, cy = centre
    return [(cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos) for x, y in points]


def rectangle_outline(points: list[float], rotation: float) -> list[float]:
    """Four corners x y x y … of `x1 y1 x2 y2`."""
    x1, y1, x2, y2 = points
    corners = [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]
    return _flat(turned(corners, ((x1 + x2) / 2, (y1 + y2) / 2), rotation) if rotation else corners)


def ellipse_outline(points: list[float], rotation: float) -> list[float]:
    """A polygon of 64 corners on the ellipse `cx cy right-x top-y`."""
    cx, cy, right, top = points
    steps = [2 * math.pi * step / ELLIPSE_POINTS for step in range(ELLIPSE_POINTS)]
    corners = [(cx + (right - cx) * math.cos(t), cy + (cy - top) * math.sin(t)) for t in steps]
    return _flat(turned(corners, (cx, cy), rotation) if rotation else corners)


def bounding_box(points: list[float]) -> list[float]:
    """[x, y, width, height] around x y x y …"""
    xs, ys = points[0::2], points[1::2]
    return [_short(min(xs)), _short(min(ys)), _short(max(xs) - min(xs)), _short(max(ys) - min(ys))]


def polygon_area(points: list[float]) -> float:
    """Shoelace formula, square pixels, never negative."""
    xs, ys = points[0::2], points[1::2]
    double = sum(xs[i - 1] * ys[i] - xs[i] * ys[i - 1] for i in range(len(xs)))
    return _short(abs(double) / 2)


def mask_to_coco(points: list[float], width: int, height: int) -> tuple[dict[str, list[int]], list[float], float]:
    """(uncompressed COCO run lengths of the whole image, column by column from a zero run; bounding box; area in pixels)."""
    left, top, right, bottom = (int(value) for value in points[-4:])
    box_width, box_height = right - left + 1, bottom - top + 1
    rows = bytearray()
    for number, run in enumerate(points[:-4]):
        rows += (b"\x01" if number % 2 else b"\x00") * int(run)
    counts: list[int] = []
    # `bit` is what the run that is open now consists of.
    run, bit = left * height, 0
    for column in range(box_width):
        cells = b"\x00" * top + bytes(rows[column::box_width]) + b"\x00" * (height - top - box_height)
        position = 0
        while position < height:
            change = cells.find(1 - bit, position)
            if change < 0:
                run += height - position
                break
            counts.append(run + change - position)
            run, bit, position = 0, 1 - bit, change
    if bit == 1:
        counts.append(run)
        run = 0
    run += (width - right - 1) * height
    if run:
        counts.append(run)
    return {"counts": counts, "size": [height, width]}, [float(left), float(top), float(box_width), float(box_height)], float(rows.count(1))


def _flat(points: list[tuple[float, float]]) -> list[float]:
    return [_short(value) for point in points for value in point]


def _short(value: float) -> float:
    """Ten thousandths of a pixel are enough, and the file is half as long."""
    return round(value, 4)
