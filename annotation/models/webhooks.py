"""News that go out: whom to tell of what, and what was told when."""
import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from annotation.models.organizations import Organization
from annotation.models.projects import Project


class Webhook(models.Model):
    """An address that is told of events in a project or in an organization's projects. Names are CVAT's."""

    class Type(models.TextChoices):
        PROJECT = "project"
        ORGANIZATION = "organization"

    type = models.CharField(max_length=16, choices=Type.choices)
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="webhooks")
    organization = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.CASCADE, related_name="webhooks")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="webhooks")
    target_url = models.URLField(max_length=8192)
    description = models.CharField(max_length=128, blank=True)
    # "update:job" and so on.
    events = models.JSONField(default=list)
    # Encrypted (Fernet); empty: deliveries are not signed.
    secret = models.BinaryField(blank=True, default=bytes)
    is_active = models.BooleanField(default=True)
    enable_ssl = models.BooleanField(default=True)
    created_date = models.DateTimeField(auto_now_add=True)
    updated_date = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(type="project", project__isnull=False) | Q(type="organization", organization__isnull=False, project=None),
                name="webhook_has_its_target")
        ]

    def __str__(self) -> str:
        return f"Webhook {self.pk} to {self.target_url}"


class WebhookDelivery(models.Model):
    """One event for one webhook: the row is the truth, Celery the bell. Tried again with back-off until told or given up."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        FAILED = "failed"

    # Told with every try, so that a receiver knows what it has seen. The number beside it is what CVAT's programs ask by.
    key = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=64)
    # What it is about, as "job:17".
    subject = models.CharField(max_length=64, blank=True)
    # The database transaction that wrote it, until it is first tried: later changes of the same transaction join it.
    written_by = models.BigIntegerField(null=True, blank=True)
    # What is sent, as it was when it happened.
    payload = models.JSONField(encoder=DjangoJSONEncoder)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    # Claimed until then by a worker that is telling it now.
    claimed_until = models.DateTimeField(null=True, blank=True)
    # Of the last try: HTTP status (null: no answer), the start of the answer, or why there was none, and how long it took.
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    response = models.TextField(blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    redelivery = models.BooleanField(default=False)
    created_date = models.DateTimeField(auto_now_add=True)
    updated_date = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["webhook", "next_attempt_at"], condition=Q(state="waiting"), name="webhook_deliveries_waiting"),
            models.Index(fields=["webhook", "-id"], name="webhook_deliveries_newest"),
            models.Index(fields=["written_by"], condition=Q(written_by__isnull=False), name="webhook_deliveries_written_by"),
            models.Index(fields=["created_date"], name="webhook_deliveries_age"),
        ]

    def __str__(self) -> str:
        return f"{self.event} to webhook {self.webhook_id}"
