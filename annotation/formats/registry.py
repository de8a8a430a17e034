"""The formats by the names CVAT's programs use."""
from typing import NamedTuple


class ExportFormat(NamedTuple):
    """`name` and `version` as `GET /api/server/annotation/formats` shows them; `module` holds the writer."""

    name: str
    version: str
    module: str


EXPORT_FORMATS = {
    "COCO 1.0": ExportFormat("COCO", "1.0", "coco"),
    "CVAT for images 1.1": ExportFormat("CVAT for images", "1.1", "cvat"),
}
