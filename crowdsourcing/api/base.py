"""What every viewset of this room shares."""
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import status
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from crowdsourcing import doors, selectors
from crowdsourcing.api.errors import ERRORS, RoomErrors, ServiceErrors
from crowdsourcing.api.serializers import CommandSerializer
from crowdsourcing.models import ProviderCommand
from crowdsourcing.statuses import OPEN_COMMAND_STATUSES

ASKED = OpenApiResponse(
    CommandSerializer, description="The platform is being asked. Poll /api/crowdsourcing/commands/{id} until status is done or failed.",
    examples=[OpenApiExample("Started", value={
        "id": "6f1c2a34-3f2d-4a52-9d0e-1f6a5c7b8d90", "kind": "start_pool", "status": "pending", "step": "Waiting for a worker",
        "error_code": "",
        "error": "", "attempts": 0, "target": {"type": "pool", "id": 5}, "actor": "alice", "created_at": "2026-11-22T10:00:00Z",
        "next_try_at": "2026-11-22T10:00:00Z", "finished_at": None})])
VERB_ANSWERS: dict[int, Any] = {202: ASKED, **ERRORS}


class RoomViewSet(ServiceErrors, GenericViewSet):
    """Rows of projects that the user sees; everything else is 404."""

    lookup_value_regex = r"\d{1,18}"
    schema = RoomErrors()

    def asked(self, command: ProviderCommand | None) -> Response:
        assert command is not None
        return Response(CommandSerializer(command, context=self.get_serializer_context()).data, status=status.HTTP_202_ACCEPTED)

    def asked_of(self, target: Any) -> Response:
        return self.asked(selectors.latest_command(target))

    def editable(self) -> Any:
        """The row of the address, for those who may change its project. 404 and 403."""
        found = self.get_object()
        doors.require_edit(self.request.user, found)
        return found

    def checked(self, serializer_class: Any, **options: Any) -> dict[str, Any]:
        serializer = serializer_class(data=self.request.data, context=self.get_serializer_context(), **options)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data


def with_open_command(rows: QuerySet[Any], target_type: str) -> QuerySet[Any]:
    """Adds `open_command`, without a query a row."""
    open_ones = ProviderCommand.objects.filter(target_type=target_type, target_id=OuterRef("pk"), status__in=OPEN_COMMAND_STATUSES)
    return rows.annotate(open_command=Subquery(open_ones.values("pk")[:1]))
