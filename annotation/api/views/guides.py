"""/api/guides, /api/assets."""
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import selectors
from annotation.api.base import CONFLICT_ERRORS, NOT_FOUND, WRITE_ERRORS, ApiView
from annotation.api.serializers.guides import AssetSerializer, AssetWriteSerializer, GuideSerializer, GuideWriteSerializer
from annotation.errors import Refused
from annotation.models import Asset, Project
from annotation.pictures_of_guides import asset_response
from annotation.services import guides, projects
from annotation.services.guards import require_edit

_EXAMPLE = OpenApiExample("a guide", {"project_id": 1, "markdown": "# Draw every car"}, request_only=True)


class GuideView(mixins.RetrieveModelMixin, ApiView):
    """Guides of the projects the caller sees or works on."""

    serializer_class = GuideSerializer
    filter_backends = []

    def get_queryset(self) -> QuerySet[Project]:
        return selectors.projects_worked_on(self.request.user).select_related("owner")

    @extend_schema(request=GuideWriteSerializer, examples=[_EXAMPLE], responses={201: GuideSerializer, **CONFLICT_ERRORS})
    def create(self, request: Request) -> Response:
        """Write a project's guide; 409 when it has one, which is changed by PATCH."""
        body = GuideWriteSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        project = self._named(body.validated_data.get("project_id"), body.validated_data.get("task_id"))
        require_edit(request.user, project)
        if project.guide:
            raise Refused("This project has a guide already: change it by PATCH.", "has_guide")
        projects.update_project(actor=request.user, project=project, guide=body.validated_data.get("markdown", ""))
        return Response(self.answer(project), status=status.HTTP_201_CREATED)

    def _named(self, project_id: int | None, task_id: int | None) -> Project:
        if (project_id is None) == (task_id is None):
            raise ValidationError({"project_id": ["Name the project, or a task of it."]})
        if task_id is not None:
            return get_object_or_404(selectors.tasks_for(self.request.user).select_related("project"), pk=task_id).project
        return get_object_or_404(selectors.projects_for(self.request.user), pk=project_id)

    @extend_schema(request=GuideWriteSerializer, responses={200: GuideSerializer, **WRITE_ERRORS})
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change the text; each change becomes a version."""
        project = self.get_object()
        body = GuideWriteSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        projects.update_project(actor=request.user, project=project, guide=body.validated_data.get("markdown"))
        return Response(self.answer(project))

    @extend_schema(responses={204: None, **WRITE_ERRORS})
    def destroy(self, request: Request, pk: int) -> Response:
        """Empty the guide; its versions and pictures stay."""
        projects.update_project(actor=request.user, project=self.get_object(), guide="")
        return Response(status=status.HTTP_204_NO_CONTENT)


class AssetView(ApiView):
    """Pictures of guides."""

    serializer_class = AssetSerializer
    filter_backends = []

    def get_queryset(self) -> QuerySet[Asset]:
        seen = selectors.projects_worked_on(self.request.user).order_by().values("pk")
        return Asset.objects.filter(project__in=seen).select_related("owner", "project")

    @extend_schema(request={"multipart/form-data": AssetWriteSerializer}, responses={201: AssetSerializer, **CONFLICT_ERRORS})
    def create(self, request: Request) -> Response:
        """Add a picture to a guide: PNG, JPEG, GIF or WebP by content."""
        body = AssetWriteSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        project = get_object_or_404(selectors.projects_for(request.user), pk=body.validated_data["guide_id"])
        asset = guides.add_asset(actor=request.user, project=project, file=body.validated_data["file"])
        return Response(self.answer(asset), status=status.HTTP_201_CREATED)

    @extend_schema(responses={(200, "image/*"): OpenApiTypes.BINARY, **NOT_FOUND})
    def picture(self, request: Request, pk: str) -> HttpResponseBase:
        """The file."""
        return asset_response(self.get_object())

    @extend_schema(responses={204: None, **CONFLICT_ERRORS})
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove it; 409 while the guide shows it."""
        guides.delete_asset(actor=request.user, asset=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
