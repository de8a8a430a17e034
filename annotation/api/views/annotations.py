"""…/annotations/ of jobs and tasks, in CVAT's flat form."""
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import CONFLICT_ERRORS, NOT_FOUND
from annotation.models import Job
from annotation.services import annotations as services

_EMPTY: dict[str, Any] = {"version": 0, "tags": [], "shapes": [], "tracks": []}
_EXAMPLE = OpenApiExample("one box", {"version": 0, "tags": [], "tracks": [], "shapes": [
    {"type": "rectangle", "frame": 0, "label_id": 3, "points": [10.0, 20.0, 110.0, 220.0], "occluded": False, "attributes": []}]})


class AnnotationsMixin:
    """GET, PUT, PATCH, DELETE; a reviewer may only look (403), a job that somebody holds or that is finished is 409."""

    def _services(self, thing: Any) -> tuple[Callable[[], Any], Callable[..., Any], Callable[..., Any]]:
        if isinstance(thing, Job):
            return (lambda: services.job_data(job=thing), lambda **names: services.replace_data(job=thing, **names),
                    lambda **names: services.change_data(job=thing, **names))
        return (lambda: services.task_data(task=thing), lambda **names: services.replace_task_data(task=thing, **names),
                lambda **names: services.change_task_data(task=thing, **names))

    @extend_schema(responses={200: OpenApiTypes.OBJECT, **NOT_FOUND}, examples=[_EXAMPLE])
    def annotations(self, request: Request, pk: int) -> Response:
        """All shapes and tags."""
        read, _, _ = self._services(self.get_object())  # type: ignore[attr-defined]
        return Response(read())

    @extend_schema(request=OpenApiTypes.OBJECT, responses={200: OpenApiTypes.OBJECT, **CONFLICT_ERRORS}, examples=[_EXAMPLE])
    def put_annotations(self, request: Request, pk: int) -> Response:
        """Replace everything; all or nothing. With a `version` other than 0: 409 when somebody saved since that was read."""
        _, replace, _ = self._services(self.get_object())  # type: ignore[attr-defined]
        return Response(replace(actor=request.user, data=request.data))

    @extend_schema(parameters=[OpenApiParameter("action", required=True, enum=list(services.ACTIONS))], request=OpenApiTypes.OBJECT,
                   responses={200: OpenApiTypes.OBJECT, **CONFLICT_ERRORS}, examples=[_EXAMPLE])
    def patch_annotations(self, request: Request, pk: int) -> Response:
        """Add, change by id, or remove by id; answers the objects that were named."""
        action = request.query_params.get("action", "")
        if action not in services.ACTIONS:
            raise ValidationError({"action": [f"“{action}” is not one of {', '.join(services.ACTIONS)}."]})
        _, _, change = self._services(self.get_object())  # type: ignore[attr-defined]
        return Response(change(actor=request.user, action=action, data=request.data))

    @extend_schema(responses={204: None, **CONFLICT_ERRORS})
    def delete_annotations(self, request: Request, pk: int) -> Response:
        """Remove everything."""
        _, replace, _ = self._services(self.get_object())  # type: ignore[attr-defined]
        replace(actor=request.user, data=_EMPTY)
        return Response(status=204)
