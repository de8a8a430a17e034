"""YOLO in its two layouts, and three kinds of lines in the newer one.

“YOLO 1.1” is Darknet's: obj.data, obj.names, train.txt, obj_train_data/<image>.txt. “Ultralytics YOLO …” has data.yaml, train.txt,
labels/train/<image>.txt. A line is the label's number and fractions of the image's size: middle and size of a box, the corners of a
polygon (Segmentation), or four corners of a turned box (Oriented Bounding Boxes).
"""
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from annotation.formats.archive import Archive
from annotation.formats.losses import Losses
from annotation.formats.scope import AnnotatedImage, ImageRow, Scope
from annotation.formats.simpler import box_of, note_meaning, note_tags, note_turned, outline_of, subset_of
from annotation.formats.stems import Stems, split_suffix

DARKNET, DETECTION, SEGMENTATION, ORIENTED = "darknet", "detection", "segmentation", "oriented"


class Writer:
    """`variant` is one of the four above."""

    passes = 1

    def __init__(self, scope: Scope, losses: Losses, variant: str) -> None:
        self._scope = scope
        self._losses = losses
        self._variant = variant
        self._numbers = {label.pk: number for number, label in enumerate(scope.labels)}

    def write(self, archive: Archive, tell: Callable[[int], None], copy: Callable[[ImageRow, str], None]) -> None:
        """Every frame once; `copy(image, path)` puts the image itself there where that is wanted."""
        stems, subsets = Stems(self._scope, self._losses), set()
        for done, annotated in enumerate(self._scope.annotated(), start=1):
            image, subset = annotated.image, self._subset(annotated.image)
            subsets.add(subset)
            stem = stems.of(image)
            folder = f"obj_{subset}_data" if self._variant == DARKNET else f"images/{subset}"
            path = f"{folder}/{stem}{split_suffix(image.path)[1]}"
            labels = folder if self._variant == DARKNET else f"labels/{subset}"
            archive.put(f"{labels}/{stem}.txt", "".join(self._lines(annotated)).encode())
            archive.append(f"{subset}.txt", f"{'data/' if self._variant == DARKNET else ''}{path}\n".encode())
            copy(image, path)
            tell(done)
        archive.put_lists()
        for name, text in self._heads(sorted(subsets) or ["train"]):
            archive.put(name, text.encode())

    def _subset(self, image: ImageRow) -> str:
        subset = subset_of(image)
        return "valid" if self._variant == DARKNET and subset == "val" else subset

    def _heads(self, subsets: list[str]) -> Iterator[tuple[str, str]]:
        names = [" ".join(label.name.split()) for label in self._scope.labels]
        if self._variant == DARKNET:
            lists = "".join(f"{subset} = data/{subset}.txt\n" for subset in subsets)
            yield "obj.data", f"classes = {len(names)}\n{lists}names = data/obj.names\nbackup = backup/\n"
            yield "obj.names", "".join(f"{name}\n" for name in names)
            return
        lists = "".join(f"{subset}: {subset}.txt\n" for subset in subsets)
        # Single quotes: YAML's plainest, doubled inside.
        quoted = "".join(f"  {number}: '{name.replace(chr(39), chr(39) * 2)}'\n" for number, name in enumerate(names))
        yield "data.yaml", f"path: .\n{lists}names:\n{quoted}" if names else f"path: .\n{lists}names: {{}}\n"

    def _lines(self, annotated: AnnotatedImage) -> Iterator[str]:
        note_turned(self._losses, annotated.image)
        note_tags(self._losses, annotated.tags)
        for shape in annotated.shapes:
            numbers = self._fractions(shape, annotated.image)
            if numbers is not None:
                note_meaning(self._losses, shape)
                yield f"{self._numbers[shape['label_id']]} {numbers}\n"

    def _fractions(self, shape: dict[str, Any], image: ImageRow) -> str | None:
        if self._variant in (DARKNET, DETECTION):
            box = box_of(shape, image, self._losses)
            return _middle(box, image) if box else None
        corners = self._corners(shape, image)
        if corners is None:
            return None
        width, height = image.width, image.height
        return " ".join([_short(value / (height if number % 2 else width)) for number, value in enumerate(corners)])

    def _corners(self, shape: dict[str, Any], image: ImageRow) -> Sequence[float] | None:
        kind, outline = shape["type"], outline_of(shape)
        if self._variant == SEGMENTATION:
            if outline is None:
                self._losses.note(f"{{n}} objects of the type {kind} were left out: this format holds polygons.")
            elif kind != "polygon":
                self._losses.note(f"{{n}} objects of the type {kind} are written as polygons.")
            return outline
        if kind == "rectangle" and outline is not None:
            return outline
        box = box_of(shape, image, self._losses)
        return None if box is None else (box[0], box[1], box[2], box[1], box[2], box[3], box[0], box[3])


def _middle(box: tuple[float, float, float, float], image: ImageRow) -> str:
    x1, y1, x2, y2 = box
    width, height = image.width, image.height
    return f"{(x1 + x2) / 2 / width:.10g} {(y1 + y2) / 2 / height:.10g} {(x2 - x1) / width:.10g} {(y2 - y1) / height:.10g}"


def _short(value: float) -> str:
    """Ten digits tell places of a picture of a million pixels a side apart."""
    return f"{value:.10g}"
