"""/api/crowdsourcing/assignments."""
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from crowdsourcing import doors
from crowdsourcing.api.base import VERB_ANSWERS, RoomViewSet
from crowdsourcing.api.corrections import OF_ASSIGNMENTS, CorrectionActions
from crowdsourcing.api.filters import AssignmentFilter
from crowdsourcing.api.serializers import AcceptSerializer, AssignmentSerializer, RejectSerializer
from crowdsourcing.models import Assignment
from crowdsourcing.services import assignments as services


@extend_schema(tags=["crowdsourcing: assignments"])
class AssignmentViewSet(CorrectionActions, ListModelMixin, RetrieveModelMixin, RoomViewSet):
    """One Toloker's attempts at jobs. Every member of the project may accept and reject."""

    serializer_class = AssignmentSerializer
    filterset_class = AssignmentFilter
    queryset = Assignment.objects.none()

    def get_queryset(self) -> Any:
        return doors.assignments_for(self.request.user).order_by("-created", "-pk").prefetch_related(OF_ASSIGNMENTS, "verdicts")

    @extend_schema(request=AcceptSerializer, responses=VERB_ANSWERS, summary="Accept",
                   examples=[OpenApiExample("With a comment", value={"comment": "Good boxes."}, request_only=True)])
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """The requester is charged. Also possible after a rejection, while a dispute is possible."""
        assignment = self.get_object()
        return self.asked(services.accept_assignment(actor=request.user, assignment=assignment, **self.checked(AcceptSerializer)))

    @extend_schema(request=RejectSerializer, responses=VERB_ANSWERS, summary="Reject",
                   examples=[OpenApiExample("Why", value={"comment": "The car on the left is missing."}, request_only=True),
                             OpenApiExample("Issues of the review", value={"comment": "Please read the guide.", "issues": [12, 14]},
                                            request_only=True)])
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """No charge is made; the Toloker may appeal. 400 without a reason, or with an issue that is not an open one of this attempt."""
        assignment = self.get_object()
        return self.asked(services.reject_assignment(actor=request.user, assignment=assignment, **self.checked(RejectSerializer)))
