"""/api/crowdsourcing/assignments/bulk and /api/crowdsourcing/bulk-decisions: many assignments decided by one call."""
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from crowdsourcing import doors
from crowdsourcing.api import examples
from crowdsourcing.api.base import RoomViewSet
from crowdsourcing.api.errors import ERRORS
from crowdsourcing.models import BulkDecision, BulkItem
from crowdsourcing.selectors.bulk import OUTCOMES, BulkProgress, bulk_progress, items_seen, progress_of_many
from crowdsourcing.selectors.queue import QueueFilters
from crowdsourcing.services import bulk as services

VERBS = {"accept": BulkDecision.Verb.ACCEPT, "reject": BulkDecision.Verb.REJECT}
_WORDS = {verb: word for word, verb in VERBS.items()}
_FILTERS = {"type": "object", "additionalProperties": False, "properties": {
    "project": {"type": "integer"}, "pool": {"type": "integer"}, "toloker": {"type": "string"},
    "age": {"type": "string", "example": "over-72h"}, "due": {"type": "integer", "description": "Hours until it is accepted by itself."},
    "suspicion": {"type": "string", "enum": ["low", "medium", "high"], "description": "This level or more."},
    "issues": {"type": "string", "enum": ["open"]}, "sort": {"type": "string", "enum": ["oldest", "deadline", "suspicion"]}}}


@extend_schema_field(_FILTERS)
class FiltersField(serializers.DictField):
    """The review queue's filters. A name that is none of them is refused: left out it would mean more jobs than were meant."""

    def to_internal_value(self, data: Any) -> Any:
        values = super().to_internal_value(data)
        if unknown := sorted(values.keys() - QueueFilters.names()):
            raise serializers.ValidationError({name: ["This is not a filter of the review queue."] for name in unknown})
        try:
            return QueueFilters.parse(values)
        except ValidationError as error:
            raise serializers.ValidationError(error.message_dict) from None


class BulkRequestSerializer(serializers.Serializer):
    verb = serializers.ChoiceField(choices=list(VERBS))
    comment = serializers.CharField(required=False, allow_blank=True, default="", max_length=services.MAX_COMMENT,
                                    help_text="Required to reject: every one of the Tolokers reads it.")
    assignments = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), required=False,
                                        max_length=services.MOST, help_text="These; or `filters`.")
    filters = FiltersField(required=False, help_text="With `count` and `amount`: all submitted ones that match and about which no "
                                                           "decision is on its way; {}: all.")
    id = serializers.UUIDField(required=False, help_text="Your own: the same call sent twice makes one decision.")
    count = serializers.IntegerField(required=False, min_value=0,
                                     help_text="With `amount`: what you agree to; 409 “changed” if more match by now. Without the two, "
                                               "filters are 409 “unconfirmed”, which names both.")
    amount = serializers.DecimalField(required=False, min_value=0, max_digits=12, decimal_places=3)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if ("assignments" in values) == ("filters" in values):
            raise serializers.ValidationError({"assignments": "Name either assignments or filters."})
        if ("count" in values) != ("amount" in values):
            raise serializers.ValidationError({"count": "Name count and amount together, or neither."})
        return values


@examples.shown("Two accepted", examples.BULK)
class BulkSerializer(serializers.ModelSerializer):
    verb = serializers.SerializerMethodField()
    actor = serializers.CharField(source="actor.username", default=None, read_only=True)
    going_on = serializers.SerializerMethodField(help_text="Poll until false.")
    outcomes = serializers.SerializerMethodField(help_text="How many assignments came to which outcome.")
    amount_done = serializers.SerializerMethodField(help_text="Prices of those that are done, USD, without the fee.")

    class Meta:
        model = BulkDecision
        fields = ("id", "verb", "comment", "filters", "count", "amount", "actor", "created_at", "stopped_at", "going_on", "outcomes",
                  "amount_done")
        read_only_fields = fields

    @staticmethod
    def _progress(bulk: BulkDecision) -> BulkProgress:
        if not hasattr(bulk, "progress"):
            bulk.progress = bulk_progress(bulk)  # type: ignore[attr-defined]
        return bulk.progress  # type: ignore[attr-defined]

    @extend_schema_field({"type": "string", "enum": list(VERBS)})
    def get_verb(self, bulk: BulkDecision) -> str:
        return _WORDS[BulkDecision.Verb(bulk.verb)]

    def get_going_on(self, bulk: BulkDecision) -> bool:
        return self._progress(bulk).going_on

    @extend_schema_field({"type": "object", "properties": {
        name: {"type": "integer", "description": text} for name, text in OUTCOMES.items()}})
    def get_outcomes(self, bulk: BulkDecision) -> dict[str, int]:
        return self._progress(bulk).counts

    def get_amount_done(self, bulk: BulkDecision) -> str:
        return str(self._progress(bulk).amount)


@examples.shown("Accepted", examples.BULK_ITEM)
class BulkItemSerializer(serializers.ModelSerializer):
    job = serializers.IntegerField(source="assignment.job_id", read_only=True)
    outcome = serializers.ChoiceField(choices=list(OUTCOMES), read_only=True)
    detail = serializers.SerializerMethodField(help_text="Why it was refused or failed, with the next step.")

    class Meta:
        model = BulkItem
        fields = ("id", "assignment", "job", "outcome", "code", "detail", "command")
        read_only_fields = fields

    def get_detail(self, item: BulkItem) -> str:
        return item.sentence or (item.command.error if item.command is not None else "")


@examples.taken("One of them", {"items": [9]})
class RetrySerializer(serializers.Serializer):
    items = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False, help_text="Only these; left out: all.")


class NotConfirmedSerializer(serializers.Serializer):
    code = serializers.CharField(help_text="unconfirmed, changed: send count and amount if you agree; nothing, id_taken: without the two.")
    detail = serializers.CharField(help_text="A sentence for people, with the next step.")
    count = serializers.IntegerField(required=False, help_text="How many match now.")
    amount = serializers.DecimalField(required=False, max_digits=12, decimal_places=3, help_text="Their prices, USD, without the fee.")


NOT_CONFIRMED = OpenApiResponse(
    NotConfirmedSerializer, description="Nobody agreed to that; nothing was decided.", examples=[OpenApiExample("Confirm it", value={
        "code": "unconfirmed", "count": 2, "amount": "0.100",
        "detail": "2 jobs match, for 0.100 USD without the platform's fee. If all of that is meant, send the same again with count 2 and "
                  "amount 0.100."})])
STARTED = OpenApiResponse(
    BulkSerializer, description="It is carried on in the background. Poll /api/crowdsourcing/bulk-decisions/{id} until going_on is false.",
    examples=[OpenApiExample("Two accepted", value=examples.BULK)])
_ANSWERS: dict[int, Any] = {200: BulkSerializer, **ERRORS}


@extend_schema(tags=["crowdsourcing: bulk decisions"])
class BulkStartViewSet(RoomViewSet):
    serializer_class = BulkRequestSerializer
    queryset = BulkDecision.objects.none()

    @extend_schema(operation_id="crowdsourcing_assignments_bulk", request=BulkRequestSerializer, summary="Accept or reject many",
                   responses={202: STARTED, **ERRORS, 409: NOT_CONFIRMED}, examples=[
                       OpenApiExample("By their ids", value={"verb": "accept", "assignments": [12, 15]}, request_only=True),
                       OpenApiExample("All that match", request_only=True, value={
                           "verb": "reject", "comment": "No boxes at all.", "filters": {"pool": 5, "suspicion": "high"},
                           "count": 2, "amount": "0.100"})])
    def create(self, request: Request) -> Response:
        """Each assignment becomes a command of its own, with the same checks as a single one, a few at a time.

        All that match a filter may be all that waits: such a call says how many it means and for how much. Send it without `count` and
        `amount` first; the 409 names both.
        """
        values = self.checked(BulkRequestSerializer)
        count, amount = values.pop("count", None), values.pop("amount", None)
        confirmed = (count, amount) if count is not None else None
        try:
            bulk = services.decide_many(actor=request.user, **{**values, "verb": VERBS[values["verb"]]}, confirmed=confirmed)
        except services.NotConfirmed as error:
            found = {"code": error.code, "detail": error.sentence, "count": error.count, "amount": str(error.amount)}
            return Response(found, status=status.HTTP_409_CONFLICT)
        return Response(BulkSerializer(bulk).data, status=status.HTTP_202_ACCEPTED)


@extend_schema(tags=["crowdsourcing: bulk decisions"])
class BulkViewSet(ListModelMixin, RetrieveModelMixin, RoomViewSet):
    """One's own bulk decisions (all for an admin), newest first."""

    serializer_class = BulkSerializer
    queryset = BulkDecision.objects.none()
    lookup_value_regex = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"

    def get_queryset(self) -> Any:
        return doors.bulk_decisions_for(self.request.user)

    def paginate_queryset(self, queryset: Any) -> Any:
        rows = super().paginate_queryset(queryset)
        if self.action == "list":
            progress = progress_of_many([row.pk for row in rows or []])
            for row in rows or []:
                row.progress = progress[row.pk]
        return rows

    @extend_schema(responses={200: BulkItemSerializer(many=True), 400: ERRORS[400], 404: ERRORS[404]},
                   summary="What became of each assignment", parameters=[OpenApiParameter("outcome", str, enum=list(OUTCOMES))])
    @action(detail=True, methods=["get"])
    def items(self, request: Request, pk: str) -> Response:
        """In the order in which they are asked; `?outcome=failed` narrows."""
        bulk = doors.bulk_decision(request.user, pk)  # type: ignore[arg-type]
        wanted = request.query_params.get("outcome", "")
        if wanted and wanted not in OUTCOMES:
            raise serializers.ValidationError({"outcome": [f"“{wanted}” is not one of {', '.join(OUTCOMES)}."]})
        items = items_seen(request.user, bulk)
        rows = self.paginate_queryset(items.filter(outcome=wanted) if wanted else items)
        return self.get_paginated_response(BulkItemSerializer(rows, many=True).data)

    @extend_schema(request=None, responses=_ANSWERS, summary="Stop")
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str) -> Response:
        """Nothing more is asked; what is on its way to the platform is not called back."""
        return self._after(services.stop_bulk)

    @extend_schema(request=None, responses=_ANSWERS, summary="Go on")
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Ask for what was left alone, after all."""
        return self._after(services.resume_bulk)

    @extend_schema(request=RetrySerializer, responses=_ANSWERS, summary="Try again")
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """What failed or was not possible, with every check again."""
        return self._after(services.retry_bulk, items=self.checked(RetrySerializer).get("items"))

    def _after(self, service: Callable[..., BulkDecision], **more: Any) -> Response:
        bulk = service(actor=self.request.user, bulk=self.get_object(), **more)
        return Response(BulkSerializer(bulk).data)
