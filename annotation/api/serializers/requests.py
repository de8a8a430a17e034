"""Background requests."""
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotation.api.serializers.people import BasicUserSerializer
from annotation.models import Request

# What is created, exported or imported, as CVAT's programs call it.
_THINGS: dict[str, str] = {Request.Action.CREATE: "task", Request.Action.EXPORT: "annotations", Request.Action.IMPORT: "annotations"}


def subject_of(request: Request) -> str:
    """"task", "dataset" (with images), "annotations" or "backup"."""
    if request.params.get("save_images"):
        return "dataset"
    return str(request.params.get("subject") or _THINGS[request.action])


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
        target = "job" if request.job_id else "task" if request.task_id or request.params.get("kind") == "task" else "project"
        project_id = request.task.project_id if request.task_id else request.project_id
        return {"type": f"{request.action}:{subject_of(request)}", "target": target, "project_id": project_id,
                "task_id": request.task_id, "job_id": request.job_id, "format": request.params.get("format")}

    def get_result_url(self, request: Any) -> str | None:
        """Absolute; needs the same credentials as the rest of the API."""
        asked = self.context.get("request")
        if not request.result or asked is None:
            return None
        return str(asked.build_absolute_uri(f"/api/requests/{request.pk}/result"))

    def get_result_id(self, request: Any) -> int | None:
        """Of what was made: a filled task, a task or project out of a backup."""
        if request.status != Request.Status.FINISHED:
            return None
        if request.action == Request.Action.CREATE or request.params.get("subject") in ("backup", "dataset"):
            made: int | None = request.task_id or request.project_id
            return made if request.action != Request.Action.EXPORT else None
        return None
