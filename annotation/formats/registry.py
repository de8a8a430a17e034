"""The formats by the names CVAT's programs use."""
from typing import NamedTuple


class ExportFormat(NamedTuple):
    """`name` and `version` as `GET /api/server/annotation/formats` shows them; `module` holds the writer."""

    name: str
    version: str
    module: str


class ImportFormat(NamedTuple):
    """The same for reading; `ext` are the suffixes a file may have, `suffix` that of the file with the annotations."""

    name: str
    version: str
    module: str
    ext: str
    suffix: str


EXPORT_FORMATS = {
    "COCO 1.0": ExportFormat("COCO", "1.0", "coco"),
    "CVAT for images 1.1": ExportFormat("CVAT for images", "1.1", "cvat"),
}
IMPORT_FORMATS = {
    "COCO 1.0": ImportFormat("COCO", "1.0", "coco_reader", "JSON, ZIP", ".json"),
    "CVAT 1.1": ImportFormat("CVAT", "1.1", "cvat_reader", "XML, ZIP", ".xml"),
}
