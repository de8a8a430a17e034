"""Formats that Datumaro writes: our shapes go to it as its own JSON in a folder that is gone afterwards.

It holds the whole dataset in memory, in its own process. What these formats cannot hold is counted here, before.
"""
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from annotation.formats import bridge
from annotation.formats.archive import Archive
from annotation.formats.cvat import clean
from annotation.formats.datumaro import Items
from annotation.formats.losses import Losses
from annotation.formats.scope import AnnotatedImage, ImageRow, Scope
from annotation.formats.simpler import note_meaning, note_tags, outline_of, subset_of
from annotation.formats.stems import Stems, split_suffix
from annotation.runner import RunFailed

# Datumaro's word -> (folder of images, what it holds besides outlines and masks).
_IMAGES = {"voc_segmentation": "JPEGImages/{stem}", "label_me": "Images/{subset}/{stem}", "open_images": "images/{subset}/{stem}"}
_HOLDS: dict[str, set[str]] = {"voc_segmentation": set(), "label_me": {"attributes", "occluded", "boxes"},
                               "open_images": {"tags", "boxes"}}


class Writer:
    """`variant` is Datumaro's word for the format."""

    passes = 1

    def __init__(self, scope: Scope, losses: Losses, variant: str) -> None:
        self._scope = scope
        self._losses = losses
        self._variant = variant
        self._holds = _HOLDS[variant]
        self._items = Items(scope, Losses())

    def write(self, archive: Archive, tell: Callable[[int], None], copy: Callable[[ImageRow, str], None]) -> None:
        """RunFailed when Datumaro fails."""
        with tempfile.TemporaryDirectory(prefix="formats-") as folder:
            source, target = Path(folder, "in"), Path(folder, "out")
            self._put(source / "annotations", tell)
            try:
                bridge.run(["export", self._variant, str(source), str(target)], lambda: tell(self._scope.frame_count))
            except bridge.BridgeFailed as problem:
                raise RunFailed(f"Datumaro could not write this format: {problem}. Choose another format, or export in parts.") from problem
            for path in sorted(path for path in target.rglob("*") if path.is_file()):
                with archive.member(path.relative_to(target).as_posix()) as member, path.open("rb") as file:
                    while chunk := file.read(1 << 20):
                        member.write(chunk)
        stems = Stems(self._scope, Losses())
        for image in self._scope.images():
            name = _IMAGES[self._variant].format(subset=subset_of(image, "default"), stem=stems.of(image))
            copy(image, name + split_suffix(image.path)[1])
            tell(self._scope.frame_count)

    def _put(self, folder: Path, tell: Callable[[int], None]) -> None:
        """A file for each subset."""
        folder.mkdir(parents=True)
        files: dict[str, Any] = {}
        try:
            for done, annotated in enumerate(self._scope.annotated(), start=1):
                subset = subset_of(annotated.image, "default")
                fresh = subset not in files
                out = files.setdefault(subset, None) or (folder / f"{subset}.json").open("wb")
                files[subset] = out
                out.write((self._items.head() if fresh else b",") + orjson.dumps(self._items.of(self._simpler(annotated))))
                tell(done)
            for out in files.values():
                out.write(b"]}")
        finally:
            for out in files.values():
                if out is not None:
                    out.close()

    def _simpler(self, annotated: AnnotatedImage) -> AnnotatedImage:
        """What the format can hold, with a note for the rest."""
        shapes = []
        for shape in annotated.shapes:
            kept = self._shape(shape)
            if kept is not None:
                note_meaning(self._losses, shape, attributes="attributes" in self._holds, occluded="occluded" in self._holds)
                answers = [{**answer, "value": clean(answer["value"])} for answer in shape["attributes"]]
                shapes.append({**kept, "group": 0, "attributes": answers})
        if "tags" in self._holds:
            return AnnotatedImage(annotated.image, shapes, annotated.tags)
        note_tags(self._losses, annotated.tags)
        return AnnotatedImage(annotated.image, shapes, [])

    def _shape(self, shape: dict[str, Any]) -> dict[str, Any] | None:
        kind = shape["type"]
        if kind == "mask" or (kind == "rectangle" and not shape["rotation"] and "boxes" in self._holds):
            return shape
        outline = outline_of(shape)
        if outline is None:
            self._losses.note(f"{{n}} objects of the type {kind} were left out: this format holds areas.")
            return None
        words = "pixels of a mask" if self._variant != "label_me" else "polygons"
        if kind != "polygon" or self._variant != "label_me":
            self._losses.note(f"{{n}} objects of the type {kind} are written as {words}.")
        return {**shape, "type": "polygon", "points": list(outline), "rotation": 0.0}
