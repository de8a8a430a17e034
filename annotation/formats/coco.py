"""COCO JSON (instances): https://cocodataset.org/#format-data. Ids count from 1; coordinates are pixels of the upright image.

What COCO cannot hold: polylines and tags (left out), rotation (a turned rectangle or ellipse becomes a polygon with its bounding box),
z-order and groups. Points become `keypoints` without names, because COCO names keypoints by category and ours are free in number.
"""
import math
from collections.abc import Callable
from datetime import UTC, datetime
from math import floor
from typing import IO, Any

import orjson

from annotation.formats.losses import Losses
from annotation.formats.provenance import Provenance
from annotation.formats.scope import AnnotatedImage, ImageRow, Scope
from annotation.formats.simpler import note_source
from annotation.models import AttributeType, Label
from annotation.shapes.outlines import bounding_box, ellipse_outline, mask_to_coco, polygon_area, rectangle_outline

MEMBER = "annotations/instances_default.json"


PASSES = 2


def write(scope: Scope, out: IO[bytes], losses: Losses, tell: Callable[[int], None], provenance: Provenance | None = None) -> None:
    """The whole file to `out`, one frame in memory at a time. `tell(frames done)` counts every frame twice (images, annotations)."""
    categories = {label.pk: number for number, label in enumerate(scope.labels, start=1)}
    head = {
        "info": {"description": scope.target.name, "version": "1.0", "date_created": datetime.now(UTC).strftime("%Y-%m-%d"),
                 "contributor": "", "url": "", "year": datetime.now(UTC).year},
        "licenses": [{"id": 0, "name": "", "url": ""}],
        "categories": [{"id": categories[label.pk], "name": label.name, "supercategory": ""} for label in scope.labels],
    }
    out.write(orjson.dumps(head)[:-1] + b',"images":[')
    done = 0
    for image in scope.images():
        out.write((b"," if done else b"") + orjson.dumps(_image(image, losses)))
        done += 1
        tell(done)
    out.write(b'],"annotations":[')
    writer = _Annotations(scope.labels, categories, losses, provenance)
    separator = b""
    for annotated in scope.annotated():
        if found := writer.of(annotated):
            # One frame at once, without the list's brackets.
            out.write(separator + orjson.dumps(found)[1:-1])
            separator = b","
        done += 1
        tell(done)
    out.write(b"]}")


def _image(image: ImageRow, losses: Losses) -> dict[str, Any]:
    if image.orientation != 1:
        losses.note("{n} images are stored turned (EXIF orientation): sizes and coordinates are those of the upright picture.")
    return {"id": image.image_id, "width": image.width, "height": image.height, "file_name": image.path, "license": 0, "flickr_url": "",
            "coco_url": "", "date_captured": 0}


class _Annotations:
    def __init__(self, labels: list[Label], categories: dict[int, int], losses: Losses, provenance: Provenance | None) -> None:
        self._provenance = provenance
        self._categories = categories
        self._attributes = {attribute.pk: attribute for label in labels for attribute in label.attributes.all()}
        self._losses = losses
        self._last_id = 0

    def of(self, annotated: AnnotatedImage) -> list[dict[str, Any]]:
        for _ in annotated.tags:
            self._losses.note("{n} tags were left out: COCO cannot say something about a whole image.")
        return [annotation for shape in annotated.shapes if (annotation := self._annotation(shape, annotated.image))]

    def _annotation(self, shape: dict[str, Any], image: ImageRow) -> dict[str, Any] | None:
        # What most annotations are goes the short way.
        is_box = shape["type"] == "rectangle" and not shape["rotation"]
        outline = plain_box(shape["points"]) if is_box else self._outline(shape, image)
        if outline is None:
            return None
        self._last_id += 1
        if shape["group"]:
            self._losses.note("{n} shapes lost their group: COCO has none.")
        if shape["source"] != "manual":
            note_source(self._losses, shape)
        if shape["z_order"]:
            self._losses.note("{n} shapes lost their z-order: COCO has none.")
        return {"id": self._last_id, "image_id": image.image_id, "category_id": self._categories[shape["label_id"]], **outline,
                "iscrowd": 0, "attributes": {"occluded": shape["occluded"], **self._answers(shape)}
                if shape["attributes"] or self._provenance is not None else {"occluded": shape["occluded"]}}

    def _outline(self, shape: dict[str, Any], image: ImageRow) -> dict[str, Any] | None:
        points, kind = shape["points"], shape["type"]
        if kind == "mask":
            counts, box, area = mask_to_coco(points, image.width, image.height)
            return {"segmentation": counts, "area": area, "bbox": box}
        if kind == "points":
            self._losses.note("{n} points shapes are written as keypoints without names.")
            keypoints = [value for x, y in zip(points[0::2], points[1::2], strict=True) for value in (x, y, 2)]
            return {"segmentation": [], "area": 0.0, "bbox": bounding_box(points), "keypoints": keypoints,
                    "num_keypoints": len(points) // 2}
        if kind == "polyline":
            self._losses.note("{n} polylines were left out: COCO cannot hold them.")
            return None
        outline = points
        if kind == "rectangle":
            outline = rectangle_outline(points, shape["rotation"])
            self._losses.note("{n} turned rectangles are written as polygons with their bounding boxes.")
        elif kind == "ellipse":
            self._losses.note("{n} ellipses are written as polygons of 64 points.")
            outline = ellipse_outline(points, shape["rotation"])
        return {"segmentation": [outline], "area": polygon_area(outline), "bbox": bounding_box(outline)}

    def _answers(self, shape: dict[str, Any]) -> dict[str, Any]:
        answers: dict[str, Any] = {}
        for answer in shape["attributes"]:
            attribute = self._attributes.get(answer["spec_id"])
            if attribute is not None:
                answers[attribute.name] = typed(attribute.input_type, answer["value"])
        return answers if self._provenance is None else {**answers, **self._provenance.attributes(shape)}


def plain_box(points: list[float]) -> dict[str, Any]:
    """What most annotations are, without the arithmetic of outlines. Numbers to ten thousandths, as there; in arithmetic, because
    `round` goes through text and takes three times as long."""
    x1, y1, x2, y2 = [floor(value * 10_000 + 0.5) for value in points]
    width, height = x2 - x1, y2 - y1
    x, y, right, bottom = x1 / 10_000, y1 / 10_000, x2 / 10_000, y2 / 10_000
    return {"segmentation": [[x, y, right, y, right, bottom, x, bottom]], "area": floor(width * height / 10_000 + 0.5) / 10_000,
            "bbox": [x, y, width / 10_000, height / 10_000]}


def typed(input_type: str, value: str) -> Any:
    """An answer as JSON has it: true, a number, or a text."""
    if input_type == AttributeType.CHECKBOX:
        return value == "true"
    if input_type == AttributeType.NUMBER:
        number = float(value)
        if not math.isfinite(number):
            return value
        # Whole numbers as such, as far as JSON's readers keep them exact.
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    return value
