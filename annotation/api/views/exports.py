"""Starting an export of a project or task."""
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import CONFLICT_ERRORS
from annotation.api.serializers.tasks import RqIdSerializer
from annotation.formats import EXPORT_FORMATS
from annotation.formats.registry import EXPORT_ALIASES
from annotation.services import exports

PARAMETERS = [
    OpenApiParameter("format", required=True, enum=list(EXPORT_FORMATS)),
    OpenApiParameter("save_images", OpenApiTypes.BOOL, default=False),
    OpenApiParameter("only_accepted", OpenApiTypes.BOOL, description="left out: accepted jobs only where a crowd worked, else all"),
    OpenApiParameter("version", enum=list(exports.VERSIONS), default="now",
                     description="the shapes as they are now, corrections of reviewers among them, or as people submitted them; of "
                                 "a job that several did then each one's work, its pictures once for each in a folder job_<replica's id>"),
    OpenApiParameter("skip_unchecked", OpenApiTypes.BOOL, default=False,
                     description="without frames on which nobody changed or confirmed the pre-annotations"),
    OpenApiParameter("provenance", OpenApiTypes.BOOL, default=False,
                     description="with provenance.csv, and in COCO attributes that begin with provenance_"),
    OpenApiParameter("filename"),
]


class ExportParameters(serializers.Serializer):
    """Of the query; programs write True and False."""

    format = serializers.CharField()
    save_images = serializers.BooleanField(default=False)
    only_accepted = serializers.BooleanField(default=None, allow_null=True)
    version = serializers.ChoiceField(list(exports.VERSIONS), default="now")
    skip_unchecked = serializers.BooleanField(default=False)
    provenance = serializers.BooleanField(default=False)
    filename = serializers.CharField(default="", allow_blank=True, max_length=200)


class ExportMixin:
    """POST …/dataset/export"""

    @extend_schema(parameters=PARAMETERS, request=None, responses={202: RqIdSerializer, **CONFLICT_ERRORS})
    def export(self, request: Request, pk: int) -> Response:
        """Begin an export; poll /api/requests/{rq_id} until `result_url` is there."""
        thing: Any = self.get_object()  # type: ignore[attr-defined]
        query = ExportParameters(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        wanted["format"] = EXPORT_ALIASES.get(wanted["format"], wanted["format"])
        background = exports.start_export(actor=request.user, project_or_task=thing, **wanted)
        return Response({"rq_id": str(background.pk)}, status=202)
