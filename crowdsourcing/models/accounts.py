"""Access to a platform, and the people we met there."""
from django.conf import settings
from django.db import models


class ProviderAccount(models.Model):
    """One requester's access to one server that speaks Toloka's API. The key is stored encrypted and never leaves."""

    class Environment(models.TextChoices):
        SANDBOX = "sandbox", "Sandbox"
        PRODUCTION = "production", "Production"
        OTHER = "other", "Other server"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="provider_accounts")
    provider = models.CharField(max_length=16, default="toloka", choices=[("toloka", "Toloka")])
    environment = models.CharField(max_length=16, choices=Environment.choices, default=Environment.SANDBOX)
    # Host root, without /api/v1.
    base_url = models.URLField(max_length=512)
    encrypted_key = models.BinaryField(editable=False)
    # Observed: what GET /requester said.
    requester_id = models.CharField(max_length=64, blank=True)
    requester_name = models.CharField(max_length=256, blank=True)
    balance = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    # Platform clock minus ours, seconds, from the Date header of its answers.
    clock_offset_seconds = models.IntegerField(default=0)
    # When skills' values and bans of our Tolokers were read last, why that failed since, and how far each stream is read.
    people_read_at = models.DateTimeField(null=True, blank=True)
    people_error = models.TextField(blank=True)
    people_cursors = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.get_provider_display()} {self.get_environment_display()} {self.requester_name}".strip()


class Toloker(models.Model):
    """Somebody who worked for us; known by the platform's user id only."""

    account = models.ForeignKey(ProviderAccount, on_delete=models.CASCADE, related_name="tolokers")
    user_id = models.CharField(max_length=64)
    first_seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "user_id"], name="toloker_once_an_account")]

    def __str__(self) -> str:
        return self.user_id
