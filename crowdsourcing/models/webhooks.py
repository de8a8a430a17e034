"""WebhookEvent: what a platform told us without being asked. A hint, kept so that it counts once."""
from django.db import models

from crowdsourcing.models.pools import Pool


class WebhookEvent(models.Model):
    uuid = models.UUIDField(primary_key=True)
    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="webhook_events")
    type = models.CharField(max_length=64)
    received_at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.type} {self.uuid}"
