"""Subscriptions and what has to be delivered to them."""
from django.db import models
from django.db.models import Q

from sandbox.models.fields import HexIdField, JsonField, Row
from sandbox.models.people import Requester
from sandbox.models.work import Pool


class WebhookSubscription(Row):
    """`created` differs between any two of a requester: toloka-kit pages by it."""

    id = HexIdField(primary_key=True)
    requester = models.ForeignKey(Requester, on_delete=models.CASCADE, related_name="subscriptions")
    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="subscriptions")
    event_type = models.CharField(max_length=32)
    webhook_url = models.TextField()
    secret_key = models.TextField(blank=True)
    created = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pool", "event_type", "webhook_url"], name="one_subscription")]


class WebhookEvent(Row):
    """An event on its way to one subscriber, written in the transaction in which it happened. `id` is the order of happening.

    `written` and `next_try` are the machine's time: the network does not know the sandbox's clock. `next_try` is empty when it was
    delivered or given up.
    """

    uuid = models.UUIDField(unique=True)
    subscription = models.ForeignKey(WebhookSubscription, on_delete=models.CASCADE, related_name="events")
    body = JsonField()
    tries = models.PositiveSmallIntegerField(default=0)
    next_try = models.DateTimeField(null=True)
    delivered = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    written = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["subscription", "id"], name="webhook_waiting", condition=Q(next_try__isnull=False)),
            models.Index(fields=["written"], name="webhook_done", condition=Q(next_try__isnull=True)),
        ]
