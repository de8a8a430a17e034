"""Results as Toloka has them: its table of assignments (TSV), and regions of `field.image-annotation` (formats.regions) by image, JSON."""
import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from annotation.formats.archive import Archive
from annotation.formats.losses import Losses
from annotation.formats.provenance import Provenance
from annotation.formats.regions import Region, regions_of
from annotation.formats.scope import AnnotatedImage, ImageRow, Scope
from annotation.formats.simpler import note_meaning, note_tags, note_turned

WITH_PROVENANCE = True
IMAGE, RESULT = "INPUT:image", "OUTPUT:result"
# Column -> what room 2 tells of a job, where it tells it.
_ASSIGNMENT = {"ASSIGNMENT:link": "link", "ASSIGNMENT:assignment_id": "assignment_id", "ASSIGNMENT:worker_id": "toloker",
               "ASSIGNMENT:status": "status", "ASSIGNMENT:started": "started", "ASSIGNMENT:submitted": "submitted",
               "ASSIGNMENT:accepted": "accepted", "ASSIGNMENT:reward": "price"}
COLUMNS = (IMAGE, RESULT, "GOLDEN:result", "HINT:text", *_ASSIGNMENT)
_NEEDS_QUOTES = re.compile(r"[\t\r\n\"]")


class Writer:
    """`variant`: “table” (assignments.tsv) or “json” (image_annotation.json). An image is called by its address where it was fetched."""

    passes = 1

    def __init__(self, scope: Scope, losses: Losses, variant: str, provenance: Provenance) -> None:
        self._scope = scope
        self._losses = losses
        self._variant = variant
        self._provenance = provenance
        self._labels = {label.pk: label.name for label in scope.labels}

    def write(self, archive: Archive, tell: Callable[[int], None], copy: Callable[[ImageRow, str], None]) -> None:
        """Every frame once, then the images where they are wanted."""
        table = self._variant == "table"
        with archive.member("assignments.tsv" if table else "image_annotation.json") as out:
            out.write(_line(COLUMNS) if table else b"[")
            for done, annotated in enumerate(self._scope.annotated(), start=1):
                result = orjson.dumps(list(self._regions(annotated)))
                name = annotated.image.source_url or annotated.image.path
                if table:
                    out.write(_line([name, result.decode(), "", "", *self._assignment(annotated.image)]))
                else:
                    out.write((b",\n" if done > 1 else b"\n") + b'{"image":' + orjson.dumps(name) + b',"result":' + result + b"}")
                tell(done)
            out.write(b"" if table else b"\n]\n")
        for image in self._scope.images():
            copy(image, f"images/{image.path}")
            tell(self._scope.frame_count)

    def _assignment(self, image: ImageRow) -> Iterator[str]:
        told = self._provenance.of_job(self._scope.job_of(image))
        for key in _ASSIGNMENT.values():
            text = told.get(key, "")
            yield "APPROVED" if (key, text) == ("status", "ACCEPTED") else text

    def _regions(self, annotated: AnnotatedImage) -> Iterator[dict[str, Any]]:
        image = annotated.image
        note_turned(self._losses, image)
        note_tags(self._losses, annotated.tags)
        for shape in annotated.shapes:
            regions = self._region(shape, image)
            if regions:
                note_meaning(self._losses, shape)
            label = self._labels[shape["label_id"]]
            yield from ({**region, "label": label} for region in regions)

    def _region(self, shape: dict[str, Any], image: ImageRow) -> list[Region]:
        kind = shape["type"]
        if kind in ("mask", "polyline"):
            self._losses.note(f"{{n}} objects of the type {kind} were left out: Toloka's component has rectangles, polygons and points.")
            return []
        regions = regions_of(shape, image.width, image.height)
        if len(regions) > 1:
            self._losses.note("{n} points shapes were taken apart into single points.")
        if regions[0]["shape"] == "polygon" and kind != "polygon":
            self._losses.note(f"{{n}} objects of the type {kind} are written as polygons.")
        return regions


def _line(cells: Any) -> bytes:
    return ("\t".join('"' + cell.replace('"', '""') + '"' if _NEEDS_QUOTES.search(cell) else cell for cell in cells) + "\n").encode()
