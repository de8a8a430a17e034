"""/api/webhooks."""
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import selectors
from annotation.api.base import CONFLICT_ERRORS, NOT_FOUND, WRITE_ERRORS, ApiView
from annotation.api.schema import DocumentedErrors
from annotation.api.serializers.webhooks import DeliverySerializer, EventsSerializer, WebhookSerializer, WebhookWriteSerializer
from annotation.api.spaces import PARAMETERS, organization_of
from annotation.api.terms import Terms, number, text
from annotation.models import Webhook, WebhookDelivery
from annotation.services import webhooks
from annotation.webhooks.access import organizations_of, webhooks_for
from annotation.webhooks.events import events_for, is_more

WEBHOOKS: Terms = {
    "id": number("id"), "target_url": text("target_url"), "owner": text("owner__username"), "description": text("description"),
    "type": text("type", choices=tuple(Webhook.Type.values)), "project_id": number("project"), "organization": number("organization"),
}
DELIVERIES: Terms = {
    "id": number("id"), "event": text("event"), "state": text("state", choices=tuple(WebhookDelivery.State.values)),
    "status_code": number("status_code"),
}
_SPACE = [OpenApiParameter(one["name"], location=one["in"], description=one["description"]) for one in PARAMETERS]
_EXAMPLE = OpenApiExample("finished work of a project", request_only=True, value={
    "target_url": "https://example.org/cvatoloka", "type": "project", "project_id": 1, "events": ["update:job", "create:issue"],
    "secret": "a long random word", "description": "to the warehouse"})
_PASSED_ON = ("target_url", "description", "secret", "is_active", "enable_ssl")


def _last(field: str, **narrowed: Any) -> Subquery:
    tried = WebhookDelivery.objects.filter(webhook=OuterRef("pk"), attempts__gt=0, **narrowed)
    return Subquery(tried.order_by("-pk").values(field)[:1])


@extend_schema_view(
    list=extend_schema(operation_id="webhooks_list", description="Webhooks the caller looks after."),
    retrieve=extend_schema(operation_id="webhooks_retrieve", responses={200: WebhookSerializer, **NOT_FOUND},
                           description="One of them; its secret is in no answer."))
@extend_schema(tags=["webhooks"])
class WebhookView(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiView):
    """Addresses that are told of events, for a project's owner and a team's maintainers."""

    schema = DocumentedErrors()
    serializer_class = WebhookSerializer
    terms = WEBHOOKS
    space_paths = ("project__organization", "organization")
    search_fields = ("target_url", "description", "owner__username")
    sort_fields = {"id": "id", "target_url": "target_url", "owner": "owner__username", "type": "type", "created_date": "created_date",
                   "updated_date": "updated_date"}

    def get_queryset(self) -> QuerySet[Webhook]:
        return webhooks_for(self.request.user).select_related("owner", "project", "organization").annotate(
            last_status=_last("status_code"), last_delivery_date=_last("updated_date"))

    @extend_schema(operation_id="webhooks_create", request=WebhookWriteSerializer, parameters=_SPACE, examples=[_EXAMPLE],
                   responses={201: WebhookSerializer, **CONFLICT_ERRORS})
    def create(self, request: Request) -> Response:
        """Listen to events of a project, or of all projects of a team. 409 at 20 webhooks of one place."""
        data = self._body(request)
        webhook = webhooks.create_webhook(
            actor=request.user, place=_place(request, data), events=[*data.get("events", []), *data.get("more_events", [])],
            **{name: data[name] for name in _PASSED_ON if name in data})
        return Response(self.answer(webhook), status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="webhooks_update", request=WebhookWriteSerializer, responses={200: WebhookSerializer, **WRITE_ERRORS})
    def update(self, request: Request, pk: int) -> Response:
        """Change everything that is given; project, team and type stay. A secret that is left out stays."""
        return self._change(request, partial=False)

    @extend_schema(operation_id="webhooks_partial_update", request=WebhookWriteSerializer,
                   responses={200: WebhookSerializer, **WRITE_ERRORS})
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change what is given. What waits to be told goes to the new address."""
        return self._change(request, partial=True)

    @extend_schema(operation_id="webhooks_destroy", responses={204: None, **WRITE_ERRORS})
    def destroy(self, request: Request, pk: int) -> Response:
        """With its deliveries, also those that wait."""
        webhooks.delete_webhook(actor=request.user, webhook=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(operation_id="webhooks_create_ping", request=None, responses={200: DeliverySerializer, **WRITE_ERRORS})
    def ping(self, request: Request, pk: int) -> Response:
        """Send the receiver a `ping`. The answer comes at once; look at the delivery for what the receiver said."""
        return Response(DeliverySerializer(webhooks.ping(actor=request.user, webhook=self.get_object())).data)

    @extend_schema(operation_id="webhooks_retrieve_events", responses={200: EventsSerializer, **WRITE_ERRORS}, parameters=[
        OpenApiParameter("type", enum=["all", "organization", "project"], default="all")])
    def events(self, request: Request) -> Response:
        """What may be listened to."""
        wanted = request.query_params.get("type", "all")
        if wanted not in ("all", *Webhook.Type.values):
            raise ValidationError({"type": [f"“{wanted[:40]}” is not one of all, organization, project."]})
        return Response({"webhook_type": wanted, "events": [
            {"key": event.name, "group": {"display_name": event.group}, "title": event.title, "more": event.more}
            for event in events_for(wanted)]})

    def _body(self, request: Request, *, partial: bool = False) -> dict[str, Any]:
        body = WebhookWriteSerializer(data=request.data, partial=partial)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def _change(self, request: Request, *, partial: bool) -> Response:
        webhook = self.get_object()
        data = self._body(request, partial=partial)
        changes = {name: data[name] for name in _PASSED_ON if name in data}
        if "events" in data or "more_events" in data:
            # Each of the two lists stays as it is when it is left out: CVAT's programs know only one.
            kept = {"events": [name for name in webhook.events if not is_more(name)],
                    "more_events": [name for name in webhook.events if is_more(name)]}
            changes["events"] = [*data.get("events", kept["events"]), *data.get("more_events", kept["more_events"])]
        webhooks.update_webhook(actor=request.user, webhook=webhook, **changes)
        return Response(self.answer(webhook))


def _place(request: Request, data: dict[str, Any]) -> Any:
    """The project or team. ValidationError where the caller may not look after it, or it is not there."""
    if data.get("type", Webhook.Type.PROJECT) == Webhook.Type.PROJECT:
        wanted = data.get("project_id")
        project = selectors.projects_for(request.user).filter(pk=wanted).first() if wanted is not None else None
        if project is None:
            raise ValidationError({"project_id": ["Give the id of a project of yours."]})
        return project
    named = organization_of(request)
    team = organizations_of(request.user).filter(pk=named.pk).first() if named is not None else None
    if team is None:
        raise ValidationError({"organization": ["Name a team that you maintain, as org=<its short name>."]})
    return team


@extend_schema_view(
    list=extend_schema(operation_id="webhooks_list_deliveries", responses={200: DeliverySerializer(many=True), **NOT_FOUND},
                       description="What was told, newest first."),
    retrieve=extend_schema(operation_id="webhooks_retrieve_deliveries", responses={200: DeliverySerializer, **NOT_FOUND},
                           description="One of them, with what was sent and the start of the answer."))
@extend_schema(tags=["webhooks"])
class DeliveryView(mixins.ListModelMixin, ApiView):
    """What one webhook was told."""

    schema = DocumentedErrors()
    serializer_class = DeliverySerializer
    terms = DELIVERIES
    search_fields = ("event", "subject")
    sort_fields = {"id": "id", "event": "event", "created_date": "created_date", "updated_date": "updated_date"}

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        if getattr(self, "swagger_fake_view", False):
            return WebhookDelivery.objects.none()
        webhook = get_object_or_404(webhooks_for(self.request.user), pk=self.kwargs["webhook"])
        return WebhookDelivery.objects.filter(webhook=webhook).select_related("webhook__project", "webhook__organization")

    def retrieve(self, request: Request, webhook: int, pk: int) -> Response:
        """With what was sent and answered."""
        return Response(self.get_serializer(get_object_or_404(self.get_queryset(), pk=pk)).data)

    @extend_schema(operation_id="webhooks_create_deliveries_redelivery", request=None,
                   responses={200: DeliverySerializer, **CONFLICT_ERRORS})
    def redeliver(self, request: Request, webhook: int, pk: int) -> Response:
        """Send the same body once more, now; 409 while it is on its way."""
        delivery = webhooks.redeliver(actor=request.user, delivery=get_object_or_404(self.get_queryset(), pk=pk))
        return Response(DeliverySerializer(delivery).data)
