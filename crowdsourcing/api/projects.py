"""/api/crowdsourcing/accounts and /projects."""
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from crowdsourcing import doors
from crowdsourcing.api.base import VERB_ANSWERS, RoomViewSet, with_open_command
from crowdsourcing.api.filters import CrowdProjectFilter
from crowdsourcing.api.serializers import AccountSerializer, CrowdProjectSerializer, ProjectChangeSerializer, ProjectSetupSerializer
from crowdsourcing.models import CrowdProject, ProviderAccount
from crowdsourcing.services import projects as services

SETUP_EXAMPLE = OpenApiExample("Sandbox", request_only=True, value={
    "project": 3, "provider": "toloka", "environment": "sandbox", "api_key": "…", "description": "Draw a box around every car."})


@extend_schema(tags=["crowdsourcing: accounts"])
class AccountViewSet(ListModelMixin, RetrieveModelMixin, RoomViewSet):
    """Requester accounts on a platform: your own, and those behind projects that you may change. Keys are never shown."""

    serializer_class = AccountSerializer
    queryset = ProviderAccount.objects.none()

    def get_queryset(self) -> Any:
        return doors.accounts_for(self.request.user).select_related("owner")


@extend_schema(tags=["crowdsourcing: projects"])
class CrowdProjectViewSet(ListModelMixin, RetrieveModelMixin, RoomViewSet):
    """Projects on the platform, twins of the annotation projects."""

    serializer_class = CrowdProjectSerializer
    filterset_class = CrowdProjectFilter
    queryset = CrowdProject.objects.none()

    def get_queryset(self) -> Any:
        return with_open_command(doors.crowd_projects_for(self.request.user).select_related("account__owner"), "crowd_project")

    @extend_schema(request=ProjectSetupSerializer, responses=VERB_ANSWERS, examples=[SETUP_EXAMPLE], summary="Setup crowdsourcing project")
    def create(self, request: Request) -> Response:
        """Check the key and create the project on the platform. After a failure: again, with another key."""
        data = self.checked(ProjectSetupSerializer)
        project = doors.project(request.user, data["project"].pk, edit=True)
        crowd_project = services.setup_project(
            actor=request.user, project=project, environment=data["environment"], base_url=data["base_url"], api_key=data["api_key"],
            description=data["description"])
        return self.asked_of(crowd_project)

    @extend_schema(request=ProjectChangeSerializer, responses=VERB_ANSWERS, summary="Update project")
    def partial_update(self, request: Request, pk: str) -> Response:
        """Only description and key can be changed; name and guide are sent along as they are now."""
        crowd_project = self.editable()
        data = self.checked(ProjectChangeSerializer)
        return self.asked(services.update_project(
            actor=request.user, crowd_project=crowd_project, description=data.get("description", crowd_project.description),
            api_key=data.get("api_key", "")))

    @extend_schema(request=None, responses=VERB_ANSWERS, summary="Sync Toloka project")
    @action(detail=True, methods=["post"])
    def sync(self, request: Request, pk: str) -> Response:
        """Look at the project and all its pools now."""
        return self.asked(services.sync_project(actor=request.user, crowd_project=self.editable()))

    @extend_schema(request=None, responses=VERB_ANSWERS, summary="Archive Toloka project")
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: str) -> Response:
        """Final. All pools must be archived."""
        return self.asked(services.archive_project(actor=request.user, crowd_project=self.editable()))
