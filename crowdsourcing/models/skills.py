"""Skill: what a platform remembers of a Toloker as a number from 0 to 100."""
from django.db import models

from crowdsourcing.models.accounts import ProviderAccount


class Skill(models.Model):
    """A mirror of the platform's skill: every field is what the platform said last."""

    account = models.ForeignKey(ProviderAccount, on_delete=models.CASCADE, related_name="skills")
    remote_id = models.CharField(max_length=64)
    name = models.CharField(max_length=256)
    hidden = models.BooleanField(default=True)
    # Language (EN, ES, ...) -> what Tolokers and other requesters read.
    public_requester_description = models.JSONField(default=dict, blank=True)
    mirrored_at = models.DateTimeField(null=True, blank=True)
    # The platform did not list it any more.
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["account_id", "name", "id"]
        constraints = [models.UniqueConstraint(fields=["account", "remote_id"], name="remote_skill_once")]

    def __str__(self) -> str:
        return self.name
