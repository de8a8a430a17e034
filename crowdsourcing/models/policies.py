"""ReviewPolicy: by what a pool's submitted jobs are accepted or rejected, version by version."""
from django.conf import settings
from django.db import models

from crowdsourcing.models.pools import Pool


class ReviewPolicy(models.Model):
    """One version; never changed once written. The pool's newest is in force, none means: by hand."""

    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="review_policies")
    # 1, 2, … within the pool.
    version = models.PositiveIntegerField()
    # What quality.policies says: {"verification": {...}, "ground_truth": {...}, "consensus": {...}, "automatic": {...}}; {} is by hand.
    config = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["pool_id", "version"]
        constraints = [models.UniqueConstraint(fields=["pool", "version"], name="policy_version_once_a_pool")]

    def __str__(self) -> str:
        return f"Policy {self.version} of pool {self.pool_id}"
