"""StatusChange: a change of status is a row; audit, timeline and statistics in one."""
from django.conf import settings
from django.db import models

from crowdsourcing.models.commands import ProviderCommand
from crowdsourcing.statuses import Cause


class StatusChange(models.Model):
    target_type = models.CharField(max_length=16, choices=ProviderCommand.Target.choices)
    target_id = models.BigIntegerField()
    old = models.CharField(max_length=32, blank=True)
    new = models.CharField(max_length=32)
    cause = models.CharField(max_length=16, choices=Cause.choices)
    comment = models.TextField(blank=True)
    command = models.ForeignKey(ProviderCommand, null=True, blank=True, on_delete=models.SET_NULL)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    # When it happened, platform time where known; `seen_at` is when we learnt of it.
    at = models.DateTimeField()
    seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["target_type", "target_id", "at"])]

    def __str__(self) -> str:
        return f"{self.target_type} {self.target_id}: {self.old or 'nothing'} to {self.new}"
