"""Webhooks and their deliveries, under CVAT's names; `more_events`, `state`, `next_attempt_at` and `key` are ours."""
from typing import Any

import orjson
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotation.api.constants import Constant
from annotation.api.serializers.people import BasicUserSerializer
from annotation.models import Webhook, WebhookDelivery
from annotation.services.webhooks import MAX_DESCRIPTION, MAX_SECRET
from annotation.webhooks.events import is_more

_EVENTS = "CVAT's names; GET /api/webhooks/events?type= lists them"


class WebhookWriteSerializer(serializers.Serializer):
    """Body of POST and PUT. A team's webhook: `type` organization, the team as `org`, `org_id` or X-Organization."""

    target_url = serializers.CharField(max_length=2048)
    type = serializers.ChoiceField(Webhook.Type.choices, required=False)
    project_id = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**63 - 1)
    events = serializers.ListField(child=serializers.CharField(max_length=64), required=False, max_length=200, help_text=_EVENTS)
    more_events = serializers.ListField(child=serializers.CharField(max_length=64), required=False, max_length=200,
                                        help_text="events that CVAT has no name for; left out, they stay as they are")
    description = serializers.CharField(max_length=MAX_DESCRIPTION, required=False, allow_blank=True)
    content_type = serializers.ChoiceField([("application/json", "JSON")], required=False)
    secret = serializers.CharField(max_length=MAX_SECRET, required=False, allow_blank=True, write_only=True, trim_whitespace=False,
                                   help_text="signs deliveries; in no answer. \"\": none")
    is_active = serializers.BooleanField(required=False)
    enable_ssl = serializers.BooleanField(required=False, help_text="whether a certificate must be good")


class WebhookSerializer(serializers.ModelSerializer):
    """`last_status` and `last_delivery_date` are there once something was sent."""

    url = serializers.SerializerMethodField()
    owner = BasicUserSerializer(read_only=True, allow_null=True)
    project_id = serializers.IntegerField(read_only=True, allow_null=True)
    organization = serializers.IntegerField(source="organization_id", read_only=True, allow_null=True)
    content_type = Constant("application/json")
    events = serializers.SerializerMethodField()
    more_events = serializers.SerializerMethodField(help_text="events that CVAT has no name for")
    is_signed = serializers.SerializerMethodField(help_text="whether there is a secret")
    last_status = serializers.IntegerField(read_only=True, required=False, help_text="HTTP status of the last answer")
    last_delivery_date = serializers.DateTimeField(read_only=True, required=False)

    class Meta:
        model = Webhook
        fields = ("id", "url", "target_url", "description", "type", "content_type", "is_active", "enable_ssl", "is_signed", "created_date",
                  "updated_date", "owner", "project_id", "organization", "events", "more_events", "last_status", "last_delivery_date")

    def to_representation(self, instance: Any) -> dict[str, Any]:
        # CVAT's client takes a number or nothing here, no null.
        shown = dict(super().to_representation(instance))
        return {name: value for name, value in shown.items() if value is not None or name not in ("last_status", "last_delivery_date")}

    def get_url(self, webhook: Any) -> str:
        request = self.context.get("request")
        path = f"/api/webhooks/{webhook.pk}"
        return str(request.build_absolute_uri(path)) if request is not None else path

    def get_events(self, webhook: Any) -> list[str]:
        return [name for name in webhook.events if not is_more(name)]

    def get_more_events(self, webhook: Any) -> list[str]:
        return [name for name in webhook.events if is_more(name)]

    def get_is_signed(self, webhook: Any) -> bool:
        return bool(webhook.secret)


class DeliverySerializer(serializers.ModelSerializer):
    """One event told, or to be told. `request` is the body that is sent, `response` the start of the answer, or why there was none."""

    webhook_id = serializers.IntegerField(read_only=True)
    attempt = serializers.IntegerField(source="attempts", read_only=True, help_text="how often it was tried")
    request_duration = serializers.IntegerField(source="duration_ms", read_only=True, allow_null=True, help_text="milliseconds")
    changed_fields = serializers.SerializerMethodField(help_text="names in before_update, joined by commas")
    request = serializers.JSONField(source="payload", read_only=True)
    response = serializers.SerializerMethodField()
    key = serializers.UUIDField(read_only=True, help_text="X-Delivery-Id")

    class Meta:
        model = WebhookDelivery
        fields = ("id", "key", "webhook_id", "event", "state", "status_code", "redelivery", "attempt", "next_attempt_at",
                  "request_duration", "created_date", "updated_date", "changed_fields", "request", "response")

    def get_changed_fields(self, delivery: Any) -> str:
        return ",".join(delivery.payload.get("before_update", {}))

    @extend_schema_field(OpenApiTypes.ANY)
    def get_response(self, delivery: Any) -> Any:
        """JSON as JSON, everything else as text."""
        try:
            return orjson.loads(delivery.response)
        except orjson.JSONDecodeError:
            return delivery.response


class EventGroupSerializer(serializers.Serializer):
    """Events that belong together."""

    display_name = serializers.CharField()


class EventSerializer(serializers.Serializer):
    """A name to listen to. `more`: goes into `more_events`."""

    key = serializers.CharField()
    group = EventGroupSerializer()
    title = serializers.CharField()
    more = serializers.BooleanField()


class EventsSerializer(serializers.Serializer):
    """What webhooks of a type may listen to."""

    webhook_type = serializers.ChoiceField(["all", "organization", "project"])
    events = EventSerializer(many=True)
