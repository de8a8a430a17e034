"""Shapes that came in files."""
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotation.formats import IMPORT_FORMATS
from annotation.formats.registry import IMPORT_ALIASES
from annotation.services.imports import KINDS


class FormatField(serializers.ChoiceField):
    """A format by its name or another that CVAT's programs use; the value is its name."""

    def __init__(self, **names: Any) -> None:
        super().__init__(list(IMPORT_FORMATS), **names)

    def to_internal_value(self, data: Any) -> Any:
        """Of IMPORT_FORMATS."""
        return super().to_internal_value(IMPORT_ALIASES.get(data, data) if isinstance(data, str) else data)


class ImportParameters(serializers.Serializer):
    """Of the query; programs write True and False."""

    kind = serializers.ChoiceField(list(KINDS))
    format = FormatField(default="", allow_blank=True)
    leave_out = serializers.BooleanField(default=False)


class KindParameter(serializers.Serializer):
    """Of the query."""

    kind = serializers.ChoiceField(list(KINDS))


class AnnotationFileSerializer(serializers.Serializer):
    """multipart/form-data; the field's name is CVAT's."""

    annotation_file = serializers.FileField(help_text="a file of one of the formats, or a zip archive with it")


class ImportedSerializer(serializers.Serializer):
    """What is there of one kind; `rq_id` the import it came from, null when there is nothing or the import is forgotten."""

    kind = serializers.ChoiceField(list(KINDS))
    frames = serializers.IntegerField()
    shapes = serializers.IntegerField()
    tags = serializers.IntegerField()
    rq_id = serializers.SerializerMethodField()
    filename = serializers.SerializerMethodField()

    @extend_schema_field(OpenApiTypes.STR)
    def get_rq_id(self, entry: dict[str, Any]) -> str | None:
        return str(entry["request"].pk) if entry["request"] else None

    @extend_schema_field(OpenApiTypes.STR)
    def get_filename(self, entry: dict[str, Any]) -> str | None:
        return str(entry["request"].params["filename"]) if entry["request"] else None
