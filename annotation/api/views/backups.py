"""…/backup/export of tasks and projects, and /api/tasks/backup/, /api/projects/backup/, which make them again."""
from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import CONFLICT_ERRORS, ApiView
from annotation.api.serializers.tasks import RqIdSerializer
from annotation.api.spaces import WHERE, organization_of
from annotation.api.views.resumable import ResumableMixin, Target, create_resumable, upload_named
from annotation.models import PartialUpload
from annotation.services import backups, partial_uploads

_BEGUN = OpenApiExample("begun", {"rq_id": "6b0f8a0e-0000-4000-8000-000000000000"}, response_only=True, status_codes=["202"])


class BackupParameters(serializers.Serializer):
    """Of the query; others of CVAT's are accepted and not used."""

    filename = serializers.CharField(default="", allow_blank=True, max_length=600)


class BackupMixin:
    """POST …/backup/export"""

    @extend_schema(parameters=[OpenApiParameter("filename")], request=None, responses={202: RqIdSerializer, **CONFLICT_ERRORS},
                   examples=[_BEGUN])
    def export_backup(self, request: Request, pk: int) -> Response:
        """Begin a backup; poll /api/requests/{rq_id} until `result_url` is there."""
        query = BackupParameters(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        thing: Any = self.get_object()  # type: ignore[attr-defined]
        background = backups.start_backup(actor=request.user, project_or_task=thing, filename=query.validated_data["filename"][:200])
        return Response({"rq_id": str(background.pk)}, status=202)


class BackupFileSerializer(serializers.Serializer):
    """multipart/form-data, instead of CVAT's steps."""

    task_file = serializers.FileField(required=False)
    project_file = serializers.FileField(required=False)


class RestoreView(ResumableMixin, ApiView):
    """Base of both."""

    serializer_class = RqIdSerializer
    filter_backends = []
    kind = ""

    def _upload_target(self) -> Target | None:
        return None

    @extend_schema(parameters=[BackupParameters, *WHERE], request={"multipart/form-data": BackupFileSerializer},
                   responses={202: RqIdSerializer, **CONFLICT_ERRORS}, examples=[_BEGUN])
    def restore(self, request: Request) -> Response:
        """Make it again out of a backup: in one request, or CVAT's steps by header: Upload-Start, tus, Upload-Finish.

        The request's `result_id` is that of what was made.
        """
        if "Upload-Length" in request.headers:
            return create_resumable(request, None, PartialUpload.Purpose.BACKUP, f"{self.kind}s/backup")
        if "Upload-Start" in request.headers:
            return Response({}, status=202)
        query = BackupParameters(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        file = request.FILES.get(f"{self.kind}_file")
        if file is None and not query.validated_data["filename"]:
            raise ValidationError({f"{self.kind}_file": ["Send the backup as multipart/form-data under this name."]})
        upload = partial_uploads.receive(actor=request.user, purpose=PartialUpload.Purpose.BACKUP, file=file) if file is not None \
            else upload_named(request, None, PartialUpload.Purpose.BACKUP, query.validated_data["filename"])
        with partial_uploads.kept(upload, came_at_once=file is not None):
            background = backups.start_restore(actor=request.user, upload=upload, kind=self.kind, organization=organization_of(request))
        return Response({"rq_id": str(background.pk)}, status=202)


class TaskRestoreView(RestoreView):
    """/api/tasks/backup/"""

    kind = "task"


class ProjectRestoreView(RestoreView):
    """/api/projects/backup/"""

    kind = "project"
