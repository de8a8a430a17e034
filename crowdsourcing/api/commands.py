"""/api/crowdsourcing/commands and /status-changes."""
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from crowdsourcing import doors
from crowdsourcing.api.base import VERB_ANSWERS, RoomViewSet
from crowdsourcing.api.filters import CommandFilter, StatusChangeFilter
from crowdsourcing.api.serializers import CommandSerializer, StatusChangeSerializer
from crowdsourcing.models import ProviderCommand, StatusChange
from crowdsourcing.services.retries import retry_command


@extend_schema(tags=["crowdsourcing: commands"])
class CommandViewSet(ListModelMixin, RetrieveModelMixin, RoomViewSet):
    """What was asked of the platform, and how far it is. Newest first."""

    serializer_class = CommandSerializer
    filterset_class = CommandFilter
    queryset = ProviderCommand.objects.none()
    lookup_value_regex = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"

    def get_queryset(self) -> Any:
        return doors.commands_for(self.request.user)

    @extend_schema(request=None, responses=VERB_ANSWERS, summary="Try again")
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """A new command like a failed one, as long as nothing newer was asked of its target."""
        return self.asked(retry_command(actor=request.user, command=self.get_object()))


@extend_schema(tags=["crowdsourcing: history"])
class StatusChangeViewSet(ListModelMixin, RetrieveModelMixin, RoomViewSet):
    """Every change of status that was seen: what, from, to, who or what caused it, when. Newest first."""

    serializer_class = StatusChangeSerializer
    filterset_class = StatusChangeFilter
    queryset = StatusChange.objects.none()

    def get_queryset(self) -> Any:
        return doors.status_changes_for(self.request.user)
