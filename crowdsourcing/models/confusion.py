"""LabelConfusion: what an attempt took for what, held against a better version. Kept, because pairing shapes is dear."""
from django.db import models

from crowdsourcing.models.assignments import Assignment


class LabelConfusion(models.Model):
    """One attempt against one better version of its job. Counted again when that version is another one."""

    class Against(models.TextChoices):
        TRUTH = "truth", "Ground truth"
        CORRECTION = "correction", "Reviewer’s version"

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="confusions")
    against = models.CharField(max_length=16, choices=Against.choices)
    # {"<true label>:<given label>": shapes}; one side empty: nothing was drawn there ("3:"), or nothing is there (":3").
    cells = models.JSONField(default=dict)
    # Which version it was: the correction's snapshot, or how many frames the truth had and when it changed last.
    version = models.CharField(max_length=64)
    counted_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "against"], name="confusion_once_a_version")]

    def __str__(self) -> str:
        return f"Assignment {self.assignment_id} against the {self.against}"
