"""Datumaro's own JSON (version 1.0): annotations/<subset>.json. Written here directly; Datumaro itself is not needed for it.

Holds everything but an object's source and the attributes of images. Turned rectangles and ellipses carry the attribute “rotation”.
"""
from collections.abc import Callable
from typing import IO, Any

import orjson

from annotation.formats.archive import Archive
from annotation.formats.coco import typed
from annotation.formats.losses import Losses
from annotation.formats.run_lengths import packed
from annotation.formats.scope import AnnotatedImage, ImageRow, Scope
from annotation.formats.simpler import note_source, note_turned, subset_of
from annotation.formats.stems import Stems
from annotation.shapes.outlines import mask_to_coco

Json = dict[str, Any]


class Writer:
    """One file for all images: the subset stands in its name, and a scope of several has a file for each."""

    passes = 1

    def __init__(self, scope: Scope, losses: Losses, variant: str = "") -> None:
        self._scope = scope
        self._items = Items(scope, losses)

    def write(self, archive: Archive, tell: Callable[[int], None], copy: Callable[[ImageRow, str], None]) -> None:
        """Every frame once; `copy(image, path)` puts the image itself there where that is wanted."""
        names = sorted({subset_of(image, "default") for image in self._subsets()}) or ["default"]
        done = 0
        for name in names:
            with archive.member(f"annotations/{name}.json") as member:
                done = self._write(member, name, done, tell, alone=len(names) == 1)
        for image in self._scope.images():
            copy(image, f"images/{subset_of(image, 'default')}/{image.path}")
            tell(self._scope.frame_count)

    def _subsets(self) -> list[ImageRow]:
        """One stand-in for each task."""
        return [ImageRow(0, task.pk, 0, "", 0, 0, 1, "", task.subset) for task in self._scope.tasks]

    def _write(self, out: IO[bytes], subset: str, done: int, tell: Callable[[int], None], *, alone: bool) -> int:
        out.write(self._items.head())
        separator = b""
        for annotated in self._scope.annotated():
            if alone or subset_of(annotated.image, "default") == subset:
                out.write(separator + orjson.dumps(self._items.of(annotated)))
                separator = b","
                done += 1
                tell(done)
        out.write(b"]}")
        return done


class Items:
    """Frames as Datumaro's items. `stems`: how images are called; without them by their whole path."""

    def __init__(self, scope: Scope, losses: Losses) -> None:
        self._labels = scope.labels
        self._numbers = {label.pk: number for number, label in enumerate(scope.labels)}
        self._attributes = {attribute.pk: attribute for label in scope.labels for attribute in label.attributes.all()}
        self._losses = losses
        self._stems = Stems(scope, losses)

    def head(self) -> bytes:
        """The file up to its first item."""
        labels = [{"name": label.name, "parent": "", "attributes": [attribute.name for attribute in label.attributes.all()]}
                  for label in self._labels]
        head = {"dm_format_version": "1.0", "media_type": 2, "infos": {},
                "categories": {"label": {"labels": labels, "label_groups": [], "attributes": ["occluded"]}}}
        return orjson.dumps(head)[:-1] + b',"items":['

    def of(self, annotated: AnnotatedImage) -> Json:
        image = annotated.image
        note_turned(self._losses, image)
        objects = [*(self._shape(shape, image) for shape in annotated.shapes),
                   *({**self._common(tag, "label"), "attributes": self._answers(tag)} for tag in annotated.tags)]
        return {"id": self._stems.of(image), "annotations": objects, "attr": {"frame": image.number},
                "image": {"path": image.path, "size": [image.height, image.width]}}

    def _common(self, thing: Json, kind: str) -> Json:
        note_source(self._losses, thing)
        return {"id": 0, "type": kind, "group": thing["group"], "label_id": self._numbers[thing["label_id"]]}

    def _shape(self, shape: Json, image: ImageRow) -> Json:
        kind, points = shape["type"], shape["points"]
        attributes = {"occluded": shape["occluded"], **({"rotation": shape["rotation"]} if shape["rotation"] else {}),
                      **self._answers(shape)}
        made = {**self._common(shape, "bbox" if kind == "rectangle" else kind), "attributes": attributes, "z_order": shape["z_order"]}
        if kind == "rectangle":
            x1, y1, x2, y2 = points
            return {**made, "bbox": [x1, y1, round(x2 - x1, 6), round(y2 - y1, 6)]}
        if kind == "mask":
            runs, _, _ = mask_to_coco(points, image.width, image.height)
            return {**made, "rle": {"counts": packed(runs["counts"]), "size": runs["size"]}}
        if kind == "ellipse":
            cx, cy, right, top = points
            return {**made, "points": [round(2 * cx - right, 6), top, right, round(2 * cy - top, 6)]}
        if kind == "points":
            return {**made, "points": points, "visibility": [2] * (len(points) // 2)}
        return {**made, "points": points}

    def _answers(self, thing: Json) -> Json:
        known = self._attributes
        return {known[answer["spec_id"]].name: typed(known[answer["spec_id"]].input_type, answer["value"])
                for answer in thing["attributes"] if answer["spec_id"] in known}
