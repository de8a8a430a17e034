"""POST /api/projects/{id}/dataset/: images and annotations that become a task."""
from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import CONFLICT_ERRORS
from annotation.api.serializers.imports import FormatField
from annotation.api.serializers.tasks import RqIdSerializer
from annotation.api.views.resumable import ResumableMixin, create_resumable, upload_named
from annotation.models import PartialUpload
from annotation.services import datasets, partial_uploads

_BEGUN = OpenApiExample("begun", {"rq_id": "6b0f8a0e-0000-4000-8000-000000000000"}, response_only=True, status_codes=["202"])


class DatasetParameters(serializers.Serializer):
    """Of the query; others of CVAT's are accepted and not used."""

    format = FormatField()
    filename = serializers.CharField(default="", allow_blank=True, max_length=600)


class DatasetFileSerializer(serializers.Serializer):
    """multipart/form-data, instead of CVAT's steps."""

    dataset_file = serializers.FileField()


class DatasetMixin(ResumableMixin):
    """…/dataset/ of projects."""

    @extend_schema(parameters=[DatasetParameters], request={"multipart/form-data": DatasetFileSerializer},
                   responses={202: RqIdSerializer, **CONFLICT_ERRORS}, examples=[_BEGUN])
    def send_dataset(self, request: Request, pk: int) -> Response:
        """Make a task of a zip archive with images and annotations: in one request, or CVAT's steps by header: Upload-Start, tus,
        Upload-Finish.

        All or nothing: a label that the project does not have, or anything else that does not fit, fails the request.
        """
        project: Any = self.get_object()  # type: ignore[attr-defined]
        if "Upload-Length" in request.headers:
            return create_resumable(request, project, PartialUpload.Purpose.DATASET)
        query = DatasetParameters(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        if "Upload-Start" in request.headers:
            return Response({}, status=202)
        wanted, file = query.validated_data, request.FILES.get("dataset_file")
        if file is None and not wanted["filename"]:
            raise ValidationError({"dataset_file": ["Send the archive as multipart/form-data under this name."]})
        upload = partial_uploads.receive(actor=request.user, purpose=PartialUpload.Purpose.DATASET, file=file, project=project) \
            if file is not None else upload_named(request, project, PartialUpload.Purpose.DATASET, wanted["filename"])
        with partial_uploads.kept(upload, came_at_once=file is not None):
            background = datasets.start_dataset_import(actor=request.user, project=project, upload=upload, format=wanted["format"])
        return Response({"rq_id": str(background.pk)}, status=202)
