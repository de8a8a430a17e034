"""Pascal VOC: Annotations/<image>.xml with boxes, ImageSets/Main/<subset>.txt, and ImageSets/Main/<label>_<subset>.txt for tags.

Boxes count pixels from 0 here, as CVAT and Datumaro write them, not from 1. Answers to attributes are written the way Datumaro does.
"""
from collections.abc import Callable, Iterator
from typing import Any
from xml.sax.saxutils import escape

from annotation.formats.archive import Archive
from annotation.formats.cvat import clean
from annotation.formats.losses import Losses
from annotation.formats.scope import AnnotatedImage, ImageRow, Scope
from annotation.formats.simpler import box_of, note_meaning, note_turned, subset_of
from annotation.formats.stems import Stems, split_suffix


class Writer:
    """One file an image."""

    passes = 1

    def __init__(self, scope: Scope, losses: Losses, variant: str) -> None:
        self._scope = scope
        self._losses = losses
        self._labels = {label.pk: _xml(label.name) for label in scope.labels}
        self._files = {label.pk: label.name.replace("/", "_").replace("\\", "_") for label in scope.labels}
        self._attributes = {attribute.pk: _xml(attribute.name) for label in scope.labels for attribute in label.attributes.all()}

    def write(self, archive: Archive, tell: Callable[[int], None], copy: Callable[[ImageRow, str], None]) -> None:
        """Every frame once; `copy(image, path)` puts the image itself there where that is wanted."""
        stems = Stems(self._scope, self._losses)
        archive.put("labelmap.txt", self._label_map().encode())
        for done, annotated in enumerate(self._scope.annotated(), start=1):
            image, subset = annotated.image, subset_of(annotated.image)
            stem = stems.of(image)
            archive.put(f"Annotations/{stem}.xml", "".join(self._annotation(annotated)).encode())
            archive.append(f"ImageSets/Main/{subset}.txt", f"{stem}\n".encode())
            for tag in annotated.tags:
                self._tag(tag)
                archive.append(f"ImageSets/Main/{self._files[tag['label_id']]}_{subset}.txt", f"{stem}  1\n".encode())
            copy(image, f"JPEGImages/{stem}{split_suffix(image.path)[1]}")
            tell(done)
        archive.put_lists()

    def _label_map(self) -> str:
        colors = {label.name: ",".join(str(int(label.color[start:start + 2], 16)) for start in (1, 3, 5)) for label in self._scope.labels}
        return "# label:color_rgb:parts:actions\n" + "".join(f"{name}:{color}::\n" for name, color in colors.items())

    def _tag(self, tag: dict[str, Any]) -> None:
        if tag["attributes"]:
            self._losses.note("{n} tags lost the answers to their attributes: here only shapes have some.")
        if tag["group"]:
            self._losses.note("{n} tags lost their group: this format has none.")

    def _annotation(self, annotated: AnnotatedImage) -> Iterator[str]:
        image = annotated.image
        note_turned(self._losses, image)
        folder = image.path.rpartition("/")[0]
        yield (f"<annotation>\n  <folder>{_xml(folder)}</folder>\n  <filename>{_xml(image.path)}</filename>\n"
               "  <source><database>Unknown</database><annotation>Unknown</annotation><image>Unknown</image></source>\n"
               f"  <size><width>{image.width}</width><height>{image.height}</height><depth>3</depth></size>\n  <segmented>0</segmented>\n")
        for shape in annotated.shapes:
            box = box_of(shape, image, self._losses)
            if box is not None:
                note_meaning(self._losses, shape, attributes=True, occluded=True)
                yield self._object(shape, box)
        yield "</annotation>\n"

    def _object(self, shape: dict[str, Any], box: tuple[float, float, float, float]) -> str:
        x1, y1, x2, y2 = box
        known = self._attributes
        answers = "".join([f"<attribute><name>{known[answer['spec_id']]}</name><value>{_xml(answer['value'])}</value></attribute>"
                           for answer in shape["attributes"] if answer["spec_id"] in known])
        return (f"  <object>\n    <name>{self._labels[shape['label_id']]}</name>\n    <truncated>0</truncated>\n"
                f"    <occluded>{int(shape['occluded'])}</occluded>\n    <difficult>0</difficult>\n"
                f"    <bndbox><xmin>{x1:.10g}</xmin><ymin>{y1:.10g}</ymin><xmax>{x2:.10g}</xmax><ymax>{y2:.10g}</ymax></bndbox>\n"
                f"{f'    <attributes>{answers}</attributes>' + chr(10) if answers else ''}  </object>\n")


def _xml(text: str) -> str:
    # A parser would make a line feed of a bare carriage return.
    return escape(clean(text), {"\r": "&#13;"})
