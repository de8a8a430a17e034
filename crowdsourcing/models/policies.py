"""ReviewPolicy: by what a pool's submitted jobs are accepted or rejected, version by version."""
from django.conf import settings
from django.db import models

from crowdsourcing.models.pools import Pool


class ReviewPolicy(models.Model):
    """One version; its config is never changed once written. The pool's newest is in force, none means: by hand."""

    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="review_policies")
    # 1, 2, … within the pool.
    version = models.PositiveIntegerField()
    # What quality.policies says: {"verification": {...}, "ground_truth": {...}, "consensus": {...}, "automatic": {...}}; {} is by hand.
    config = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # It began badly: since when it decides nothing any more and why, until somebody lets it go on all the same.
    stopped_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.TextField(blank=True, db_default="")
    resumed_at = models.DateTimeField(null=True, blank=True)
    resumed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["pool_id", "version"]
        constraints = [models.UniqueConstraint(fields=["pool", "version"], name="policy_version_once_a_pool")]

    @property
    def is_stopped(self) -> bool:
        return self.stopped_at is not None and self.resumed_at is None

    def __str__(self) -> str:
        return f"Policy {self.version} of pool {self.pool_id}"
