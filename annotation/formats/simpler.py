"""What becomes of our shapes in formats that hold less: boxes, outlines, and the words for what is lost."""
from collections.abc import Sequence
from typing import Any

from annotation.formats.losses import Losses
from annotation.formats.scope import ImageRow
from annotation.shapes.outlines import ellipse_outline, rectangle_outline

Box = tuple[float, float, float, float]
_PLURAL = {"rectangle": "rectangles", "polygon": "polygons", "ellipse": "ellipses", "mask": "masks", "polyline": "polylines",
           "points": "points shapes"}


def box_of(shape: dict[str, Any], image: ImageRow, losses: Losses) -> Box | None:
    """x1 y1 x2 y2 within the image around what has an area, with a note where that is less than the shape; else None."""
    points, kind, turned = shape["points"], shape["type"], shape["rotation"]
    if kind == "rectangle" and not turned:
        return tuple(points)
    if kind == "mask":
        left, top, right, bottom = points[-4:]
        losses.note("{n} masks are written as the boxes around them.")
        return left, top, right + 1, bottom + 1
    outline = outline_of(shape)
    if outline is None:
        losses.note(f"{{n}} {_PLURAL[kind]} were left out: this format holds boxes.")
        return None
    losses.note("{n} turned rectangles are written as the boxes around them." if kind == "rectangle"
                else f"{{n}} {_PLURAL[kind]} are written as the boxes around them.")
    xs, ys = outline[0::2], outline[1::2]
    box = max(min(xs), 0.0), max(min(ys), 0.0), min(max(xs), float(image.width)), min(max(ys), float(image.height))
    if box[0] < box[2] and box[1] < box[3]:
        return box
    losses.note("{n} shapes without an area inside their image were left out.")
    return None


def outline_of(shape: dict[str, Any]) -> Sequence[float] | None:
    """Corners x y x y …; None for what has no outline of its own."""
    points, kind = shape["points"], shape["type"]
    if kind == "polygon":
        return list(points)
    if kind == "rectangle":
        return rectangle_outline(points, shape["rotation"])
    return ellipse_outline(points, shape["rotation"]) if kind == "ellipse" else None


def note_meaning(losses: Losses, shape: dict[str, Any], *, attributes: bool = False, occluded: bool = False) -> None:
    """Count what is said of a shape beside its place and label; `attributes`, `occluded`: whether the format holds them."""
    if shape["attributes"] and not attributes:
        losses.note("{n} shapes lost the answers to their attributes: this format has none.")
    if shape["occluded"] and not occluded:
        losses.note("{n} shapes are not marked as occluded any more: this format has no word for it.")
    if shape["group"]:
        losses.note("{n} shapes lost their group: this format has none.")
    note_source(losses, shape)
    if shape["z_order"]:
        losses.note("{n} shapes lost their z-order: this format has none.")


def note_source(losses: Losses, thing: dict[str, Any]) -> None:
    if thing["source"] != "manual":
        losses.note("{n} objects do not say any more that a program or a file made them: this format has no word for it.")


def note_tags(losses: Losses, tags: list[dict[str, Any]]) -> None:
    for _ in tags:
        losses.note("{n} tags were left out: this format cannot say something about a whole image.")


def note_turned(losses: Losses, image: ImageRow) -> None:
    if image.orientation != 1:
        losses.note("{n} images are stored turned (EXIF orientation): sizes and coordinates are those of the upright picture.")


def subset_of(image: ImageRow, default: str = "train") -> str:
    """A folder's name: the task's subset in small letters, digits and dashes."""
    name = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in image.subset.lower()).strip("-")
    return {"": default, "training": "train", "validation": "val", "testing": "test"}.get(name, name)
