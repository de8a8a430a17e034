"""Pre-annotations and ground truth of a task: sending them in, counting and removing them."""
from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import CONFLICT_ERRORS, NOT_FOUND
from annotation.api.serializers.imports import (
    AnnotationFileSerializer,
    FormatField,
    ImportedSerializer,
    ImportParameters,
    KindParameter,
)
from annotation.api.serializers.tasks import RqIdSerializer
from annotation.api.views.resumable import ResumableMixin, create_resumable, upload_named
from annotation.models import Job, PartialUpload, Task
from annotation.services import imports, partial_uploads

_BEGUN = OpenApiExample("begun", {"rq_id": "6b0f8a0e-0000-4000-8000-000000000000"}, response_only=True, status_codes=["202"])
_BUSY = OpenApiExample("under way", {"code": "busy", "detail": "Another import of this kind is under way. Wait until it is done."},
                       response_only=True, status_codes=["409"])
_BAD = OpenApiExample("empty", {"annotation_file": ["a.json is empty."]}, response_only=True, status_codes=["400"])
_THERE = OpenApiExample("one kind is there", [
    {"kind": "preannotation", "frames": 10, "shapes": 120, "tags": 0, "rq_id": "6b0f8a0e-0000-4000-8000-000000000000",
     "filename": "detector.json"},
    {"kind": "ground_truth", "frames": 0, "shapes": 0, "tags": 0, "rq_id": None, "filename": None}], response_only=True)


class FileParameters(serializers.Serializer):
    """Of the query; others of CVAT's are accepted and not used."""

    format = FormatField()
    filename = serializers.CharField(default="", allow_blank=True, max_length=600)
    import_mode = serializers.ChoiceField(["replace", "append"], default="replace")


class AnnotationFilesMixin(ResumableMixin):
    """POST …/annotations/ of tasks and jobs."""

    @extend_schema(parameters=[FileParameters], request={"multipart/form-data": AnnotationFileSerializer},
                   responses={202: RqIdSerializer, **CONFLICT_ERRORS}, examples=[_BEGUN, _BUSY, _BAD])
    def send_annotations(self, request: Request, pk: int) -> Response:
        """Put what a file holds on the jobs: in one request, or CVAT's steps by header: Upload-Start, tus, Upload-Finish.

        All or nothing: what does not fit, or a job that somebody holds, fails the request and changes nothing.
        """
        thing: Task | Job = self.get_object()  # type: ignore[attr-defined]
        if "Upload-Length" in request.headers:
            return create_resumable(request, thing, PartialUpload.Purpose.ANNOTATIONS)
        query = FileParameters(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        if "Upload-Start" in request.headers:
            return Response({}, status=202)
        wanted = query.validated_data
        upload = None if "annotation_file" in request.FILES else upload_named(
            request, thing, PartialUpload.Purpose.ANNOTATIONS, wanted["filename"])
        task, job = (thing.task, thing) if isinstance(thing, Job) else (thing, None)
        with request.FILES["annotation_file"] if upload is None else partial_uploads.whole(upload) as file:
            background = imports.start_import(actor=request.user, task=task, kind=imports.ON_JOBS, file=file, format=wanted["format"],
                                              mode=wanted["import_mode"], job=job)
        if upload is not None:
            partial_uploads.forget(upload)
        return Response({"rq_id": str(background.pk)}, status=202)


class TaskImportMixin(AnnotationFilesMixin):
    """…/annotations/import, …/annotations/imported of tasks."""

    @extend_schema(parameters=[ImportParameters], request={"multipart/form-data": AnnotationFileSerializer},
                   responses={202: RqIdSerializer, **CONFLICT_ERRORS}, examples=[_BEGUN, _BUSY, _BAD])
    def import_annotations(self, request: Request, pk: int) -> Response:
        """Begin an import; poll /api/requests/{rq_id}: its `errors` or `warnings` are the report.

        What is there of the kind is replaced in the end, all at once. Labels and images are matched by name. Anything that does not fit
        fails the request and changes nothing; with leave_out=true the rest is stored.
        """
        task: Task = self.get_object()  # type: ignore[attr-defined]
        query = ImportParameters(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        file = request.FILES.get("annotation_file")
        if file is None:
            raise ValidationError({"annotation_file": ["Send the file as multipart/form-data under this name."]})
        parameters = query.validated_data
        try:
            background = imports.start_import(
                actor=request.user, task=task, kind=imports.KINDS[parameters["kind"]], file=file, format=parameters["format"],
                leave_out=parameters["leave_out"])
        except ValidationError as error:
            if "file" not in getattr(error, "error_dict", {}):
                raise
            raise ValidationError({"annotation_file": error.message_dict["file"]}) from error
        return Response({"rq_id": str(background.pk)}, status=202)

    @extend_schema(responses={200: ImportedSerializer(many=True), **NOT_FOUND}, examples=[_THERE], filters=False)
    def imported(self, request: Request, pk: int) -> Response:
        """How much is there of both kinds."""
        found = imports.imported_of(task=self.get_object())  # type: ignore[attr-defined]
        rows: list[dict[str, Any]] = [{"kind": name, **found[kind]._asdict()} for name, kind in imports.KINDS.items()]
        return Response(ImportedSerializer(rows, many=True).data)

    @extend_schema(parameters=[KindParameter], responses={204: None, **CONFLICT_ERRORS}, examples=[_BUSY])
    def remove_imported(self, request: Request, pk: int) -> Response:
        """Forget one kind. Jobs that started with pre-annotations keep them."""
        task: Task = self.get_object()  # type: ignore[attr-defined]
        query = KindParameter(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        imports.remove_imported(actor=request.user, task=task, kind=imports.KINDS[query.validated_data["kind"]])
        return Response(status=204)
