"""Background requests."""
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotation.api.serializers.people import BasicUserSerializer
from annotation.models import Request

# What is created, exported or imported, as CVAT's programs call it.
_THINGS: dict[str, str] = {Request.Action.CREATE: "task", Request.Action.EXPORT: "dataset", Request.Action.IMPORT: "annotations"}


class RequestSerializer(serializers.ModelSerializer):
    """`progress` is 0..1; `errors` names every bad input of a failed request, `warnings` what a finished one left out."""

    id = serializers.CharField(read_only=True)
    operation = serializers.SerializerMethodField()
    owner = BasicUserSerializer(read_only=True)
    result_url = serializers.SerializerMethodField()
    result_id = serializers.SerializerMethodField()

    class Meta:
        model = Request
        fields = ("id", "status", "message", "progress", "operation", "created_date", "started_date", "finished_date", "owner",
                  "result_url", "result_id", "errors", "warnings")

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_operation(self, request: Any) -> dict[str, Any]:
        return {"type": f"{request.action}:{_THINGS[request.action]}",
                "target": "task" if request.task_id else "project", "project_id": request.project_id, "task_id": request.task_id,
                "job_id": None, "format": request.params.get("format")}

    def get_result_url(self, request: Any) -> str | None:
        """Absolute; needs the same credentials as the rest of the API."""
        asked = self.context.get("request")
        if not request.result or asked is None:
            return None
        return str(asked.build_absolute_uri(f"/api/requests/{request.pk}/result"))

    def get_result_id(self, request: Any) -> int | None:
        return request.task_id if request.action == Request.Action.CREATE and request.status == Request.Status.FINISHED else None
