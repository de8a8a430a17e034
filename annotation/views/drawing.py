"""Shapes as parts of an SVG picture in pixels of the upright image, for pages that only show them."""
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from annotation.models import Label

# A frame with more is drawn whole but listed only so far: the list is for people.
LISTED = 300


@dataclass(frozen=True)
class Drawn:
    """`tag` is the SVG element, `geometry` its attributes; `filled` says whether it has an inside; `answers` are (question, answer)."""

    id: int
    label: str
    color: str
    type: str
    tag: str
    geometry: dict[str, str]
    filled: bool = True
    occluded: bool = False
    source: str = "manual"
    answers: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Drawing:
    """Everything on one frame; `listed` is the beginning of `shapes`, `more` how many the list leaves out."""

    shapes: list[Drawn]
    tags: list[Drawn]

    @property
    def listed(self) -> list[Drawn]:
        return self.shapes[:LISTED]

    @property
    def more(self) -> int:
        return max(0, len(self.shapes) - LISTED)


def draw(content: dict[str, Any], labels: Iterable[Label]) -> Drawing:
    """`content` is {"shapes": [...], "tags": [...]} as stored; labels come with their attributes prefetched.

    A label that is gone since (old snapshots) shows as its number in grey.
    """
    drawn = drawer(labels)
    # Drawn from the back to the front, listed in the same order.
    shapes = sorted(content.get("shapes", []), key=lambda shape: shape.get("z_order", 0))
    return Drawing([drawn(shape) for shape in shapes], [drawn(tag) for tag in content.get("tags", [])])


def drawer(labels: Iterable[Label]) -> Callable[[dict[str, Any]], Drawn]:
    """What draws one stored shape or tag; labels as for `draw`."""
    known = {label.pk: label for label in labels}
    questions = {attribute.pk: attribute.name for label in known.values() for attribute in label.attributes.all()}
    return lambda thing: _drawn(thing, known, questions)


def _drawn(thing: dict[str, Any], labels: dict[int, Label], questions: dict[int, str]) -> Drawn:
    label = labels.get(thing["label_id"])
    kind = thing.get("type", "tag")
    tag, geometry = ("", {}) if kind == "tag" else _element(kind, thing["points"], thing.get("rotation", 0))
    return Drawn(
        id=thing.get("id") or 0, label=label.name if label else f"label {thing['label_id']}", color=label.color if label else "#8a93a5",
        type=kind, tag=tag, geometry=geometry, filled=kind not in ("polyline", "points"), occluded=bool(thing.get("occluded")),
        source=thing.get("source", "manual"),
        answers=[(questions.get(a["spec_id"], f"attribute {a['spec_id']}"), a["value"]) for a in thing.get("attributes", [])],
    )


def _element(kind: str, points: list[float], rotation: float) -> tuple[str, dict[str, str]]:
    if kind == "rectangle":
        x1, y1, x2, y2 = points
        box = {"x": _n(x1), "y": _n(y1), "width": _n(x2 - x1), "height": _n(y2 - y1)}
        return "rect", {**box, **_turned(rotation, (x1 + x2) / 2, (y1 + y2) / 2)}
    if kind == "ellipse":
        cx, cy, right, top = points
        return "ellipse", {"cx": _n(cx), "cy": _n(cy), "rx": _n(right - cx), "ry": _n(cy - top), **_turned(rotation, cx, cy)}
    if kind == "mask":
        return "path", {"d": mask_path(points), "class": "mask"}
    pairs = list(zip(points[::2], points[1::2], strict=False))
    if kind == "points":
        # A line of no length with round ends: its size on the screen does not depend on the zoom.
        return "path", {"d": "".join(f"M{_n(x)} {_n(y)}h0" for x, y in pairs), "class": "dots"}
    return kind, {"points": " ".join(f"{_n(x)},{_n(y)}" for x, y in pairs)}


def _turned(rotation: float, x: float, y: float) -> dict[str, str]:
    return {"transform": f"rotate({_n(rotation)} {_n(x)} {_n(y)})"} if rotation else {}


def mask_path(points: list[float]) -> str:
    """One box for each run of set pixels in each line. `points`: run lengths starting with an empty run, then left, top, right, bottom."""
    *runs, left, top, right, _bottom = (int(value) for value in points)
    width = right - left + 1
    edges = [0]
    for run in runs:
        edges.append(edges[-1] + run)
    parts = []
    for number, (start, end) in enumerate(pairwise(edges)):
        while number % 2 and start < end:
            row, column = divmod(start, width)
            length = min(end - start, width - column)
            parts.append(f"M{left + column} {top + row}h{length}v1h-{length}z")
            start += length
    return "".join(parts)


def _n(value: float) -> str:
    """Two decimals are a hundredth of a pixel."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
