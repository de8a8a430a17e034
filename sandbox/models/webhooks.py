"""Subscriptions and what has to be delivered to them."""
from django.db import models

from sandbox.models.fields import HexIdField, JsonField, Row
from sandbox.models.people import Requester
from sandbox.models.work import Pool


class WebhookSubscription(Row):
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
    """An event on its way to one subscriber, written in the transaction in which it happened.

    `next_try` is the machine's time: the network does not know the sandbox's clock. Empty when it was delivered or given up.
    """

    id = models.UUIDField(primary_key=True)
    subscription = models.ForeignKey(WebhookSubscription, on_delete=models.CASCADE, related_name="events")
    body = JsonField()
    tries = models.PositiveSmallIntegerField(default=0)
    next_try = models.DateTimeField(null=True)
    delivered = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["next_try"], name="webhook_waiting", condition=models.Q(next_try__isnull=False))]
