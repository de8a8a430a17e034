"""The formats by the names CVAT's programs use."""
from typing import NamedTuple

from annotation.formats import bridge


class ExportFormat(NamedTuple):
    """`name` and `version` as `GET /api/server/annotation/formats` shows them; `module` holds the writer, `variant` is for it.

    `bridged`: written by Datumaro, an extra (formats.bridge).
    """

    name: str
    version: str
    module: str
    variant: str = ""
    bridged: bool = False


class ImportFormat(NamedTuple):
    """The same for reading; `ext` are the suffixes a file may have, `suffix` that of the file with the annotations. `many`: the reader
    wants all files of an archive, not one."""

    name: str
    version: str
    module: str
    ext: str
    suffix: str
    variant: str = ""
    bridged: bool = False
    many: bool = False


_ULTRALYTICS = {"Detection": "detection", "Segmentation": "segmentation", "Oriented Bounding Boxes": "oriented"}
# Name, version, Datumaro's word.
_BRIDGED = (("Segmentation mask", "1.1", "voc_segmentation"), ("LabelMe", "3.0", "label_me"), ("Open Images V6", "1.0", "open_images"))

EXPORT_FORMATS = {
    "COCO 1.0": ExportFormat("COCO", "1.0", "coco"),
    "CVAT for images 1.1": ExportFormat("CVAT for images", "1.1", "cvat"),
    "Datumaro 1.0": ExportFormat("Datumaro", "1.0", "datumaro"),
    "ImageNet 1.0": ExportFormat("ImageNet", "1.0", "imagenet"),
    "PASCAL VOC 1.1": ExportFormat("PASCAL VOC", "1.1", "voc"),
    "YOLO 1.1": ExportFormat("YOLO", "1.1", "yolo", "darknet"),
    **{f"Ultralytics YOLO {name} 1.0": ExportFormat(f"Ultralytics YOLO {name}", "1.0", "yolo", variant)
       for name, variant in _ULTRALYTICS.items()},
    "Toloka assignments 1.0": ExportFormat("Toloka assignments", "1.0", "toloka", "table"),
    "Toloka image annotation 1.0": ExportFormat("Toloka image annotation", "1.0", "toloka", "json"),
    **{f"{name} {version}": ExportFormat(name, version, "bridged", variant, True) for name, version, variant in _BRIDGED},
}
IMPORT_FORMATS = {
    "COCO 1.0": ImportFormat("COCO", "1.0", "coco_reader", "JSON, ZIP", ".json"),
    "CVAT 1.1": ImportFormat("CVAT", "1.1", "cvat_reader", "XML, ZIP", ".xml"),
    "Datumaro 1.0": ImportFormat("Datumaro", "1.0", "datumaro_reader", "JSON, ZIP", ".json", many=True),
    "ImageNet 1.0": ImportFormat("ImageNet", "1.0", "imagenet_reader", "ZIP", "", many=True),
    "PASCAL VOC 1.1": ImportFormat("PASCAL VOC", "1.1", "voc_reader", "ZIP", ".xml", many=True),
    "YOLO 1.1": ImportFormat("YOLO", "1.1", "yolo_reader", "ZIP", ".txt", "darknet", many=True),
    **{f"Ultralytics YOLO {name} 1.0": ImportFormat(f"Ultralytics YOLO {name}", "1.0", "yolo_reader", "ZIP", ".txt", variant, many=True)
       for name, variant in _ULTRALYTICS.items()},
    "Toloka assignments 1.0": ImportFormat("Toloka assignments", "1.0", "toloka_reader", "TSV, ZIP", ".tsv", "table"),
    "Toloka image annotation 1.0": ImportFormat("Toloka image annotation", "1.0", "toloka_reader", "JSON, ZIP", ".json", "json"),
    **{f"{name} {version}": ImportFormat(name, version, "bridged_reader", "ZIP", "", variant, True, True)
       for name, version, variant in _BRIDGED},
}
# Other names that CVAT's programs use: the client's default for `annotation_path`, and those of the other direction.
IMPORT_ALIASES = {"CVAT XML 1.1": "CVAT 1.1", "CVAT for images 1.1": "CVAT 1.1"}
EXPORT_ALIASES = {"CVAT XML 1.1": "CVAT for images 1.1", "CVAT 1.1": "CVAT for images 1.1"}
# Archives of images and annotations that become a task.
DATASET_FORMATS = ("COCO 1.0", "CVAT 1.1")


def is_enabled(known: ExportFormat | ImportFormat) -> bool:
    """Whether it works on this installation."""
    return not known.bridged or bridge.is_installed()


def why_not(name: str, known: ExportFormat | ImportFormat) -> str:
    """The sentence for a format that does not."""
    return "" if is_enabled(known) else f"“{name}” needs an extra that is not installed here. Ask the administrator to run bin/formats."
