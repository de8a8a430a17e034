"""ProviderCommand: what a requester wants of the platform (the outbox)."""
import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from crowdsourcing.models.accounts import ProviderAccount
from crowdsourcing.statuses import OPEN_COMMAND_STATUSES, CommandKind, CommandStatus


class ProviderCommand(models.Model):
    """One intent. Its id serves as operation_id at the platform. At most one open command a target."""

    class Target(models.TextChoices):
        CROWD_PROJECT = "crowd_project"
        POOL = "pool"
        TASK_SUITE = "task_suite"
        ASSIGNMENT = "assignment"
        VERIFICATION = "verification"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="commands")
    kind = models.CharField(max_length=32, choices=CommandKind.choices)
    target_type = models.CharField(max_length=16, choices=Target.choices)
    target_id = models.BigIntegerField()
    payload = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    status = models.CharField(max_length=16, choices=CommandStatus.choices, default=CommandStatus.PENDING)
    # For people: the step it is at, and what went wrong, a sentence with the next step.
    step = models.CharField(max_length=128, blank=True)
    error_code = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(
            fields=["target_type", "target_id"], condition=models.Q(status__in=OPEN_COMMAND_STATUSES),
            name="one_open_command_a_target")]
        indexes = [models.Index(fields=["status", "next_try_at"]), models.Index(fields=["target_type", "target_id", "created_at"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.target_type} {self.target_id}"
