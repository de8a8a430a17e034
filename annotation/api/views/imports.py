"""Pre-annotations and ground truth of a task: sending them in, counting and removing them."""
from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import CONFLICT_ERRORS, NOT_FOUND
from annotation.api.serializers.imports import AnnotationFileSerializer, ImportedSerializer, ImportParameters, KindParameter
from annotation.api.serializers.tasks import RqIdSerializer
from annotation.models import Task
from annotation.services import imports

_BEGUN = OpenApiExample("begun", {"rq_id": "6b0f8a0e-0000-4000-8000-000000000000"}, response_only=True, status_codes=["202"])
_BUSY = OpenApiExample("under way", {"code": "busy", "detail": "Another import of this kind is under way. Wait until it is done."},
                       response_only=True, status_codes=["409"])
_BAD = OpenApiExample("empty", {"annotation_file": ["a.json is empty."]}, response_only=True, status_codes=["400"])
_THERE = OpenApiExample("one kind is there", [
    {"kind": "preannotation", "frames": 10, "shapes": 120, "tags": 0, "rq_id": "6b0f8a0e-0000-4000-8000-000000000000",
     "filename": "detector.json"},
    {"kind": "ground_truth", "frames": 0, "shapes": 0, "tags": 0, "rq_id": None, "filename": None}], response_only=True)


class TaskImportMixin:
    """…/annotations/import and …/annotations/imported of tasks."""

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
