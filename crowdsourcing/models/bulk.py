"""BulkDecision: many jobs accepted or rejected by one click; a row for each of them."""
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from crowdsourcing.models.assignments import Assignment
from crowdsourcing.models.commands import ProviderCommand
from crowdsourcing.statuses import CommandKind


class BulkDecision(models.Model):
    """Who decided what about which jobs, and how far it is. The rows are the truth: whoever carries it on starts from them."""

    class Verb(models.TextChoices):
        ACCEPT = CommandKind.ACCEPT_ASSIGNMENT.value, "Accept"
        REJECT = CommandKind.REJECT_ASSIGNMENT.value, "Reject"

    # Made by the asker, so that the same form sent twice is one decision.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="bulk_decisions")
    verb = models.CharField(max_length=32, choices=Verb.choices)
    comment = models.TextField(blank=True)
    # The queue's filters when all that match were meant; null when they were ticked one by one.
    filters = models.JSONField(null=True, blank=True)
    # As it was confirmed: how many, and the sum of their prices in USD, without the platform's fee.
    count = models.PositiveIntegerField()
    amount = models.DecimalField(max_digits=12, decimal_places=3)
    created_at = models.DateTimeField(auto_now_add=True)
    # Nothing more is asked from then on; and since when everything was asked.
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    all_asked_at = models.DateTimeField(null=True, blank=True)
    # When a run took its turn last; the next one names it, so that one chain of runs works on a decision.
    moved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["actor", "-created_at"]),
            models.Index(fields=["moved_at"], condition=Q(stopped_at=None, all_asked_at=None), name="bulk_going_on"),
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} {self.count} job{'' if self.count == 1 else 's'}"


class BulkItem(models.Model):
    """One assignment of a bulk decision: waiting until it is its turn, then asked (its command says the rest) or refused by us."""

    class State(models.TextChoices):
        WAITING = "waiting"
        ASKED = "asked"
        REFUSED = "refused"

    bulk = models.ForeignKey(BulkDecision, on_delete=models.CASCADE, related_name="items")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="bulk_items")
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    command = models.ForeignKey(ProviderCommand, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Why it was refused: a word for programs and a sentence.
    code = models.CharField(max_length=64, blank=True)
    sentence = models.TextField(blank=True)

    class Meta:
        ordering = ["bulk_id", "id"]
        constraints = [models.UniqueConstraint(fields=["bulk", "assignment"], name="once_a_bulk_decision")]
        indexes = [models.Index(fields=["bulk", "id"], condition=Q(state="waiting"), name="bulk_items_waiting")]

    def __str__(self) -> str:
        return f"{self.state} {self.assignment_id} of {self.bulk_id}"
