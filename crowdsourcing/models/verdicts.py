"""Verdict: why one attempt was accepted, rejected or left to a person; TruthScore: how it fits what is known to be right."""
from django.conf import settings
from django.db import models

from annotation.models import GuideVersion
from crowdsourcing.models.assignments import Assignment
from crowdsourcing.models.commands import ProviderCommand
from crowdsourcing.models.policies import ReviewPolicy


class Verdict(models.Model):
    """One decision with all that it was made of. Append-only but for `command`."""

    class Outcome(models.TextChoices):
        ACCEPT = "accept", "Accept"
        REJECT = "reject", "Reject"
        ASK = "ask", "Left to a person"

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="verdicts")
    # Null: decided by hand, without a policy in force.
    policy = models.ForeignKey(ReviewPolicy, null=True, blank=True, on_delete=models.PROTECT, related_name="verdicts")
    guide_version = models.ForeignKey(GuideVersion, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    # Which part decided: "verification", "ground_truth", "consensus", "automatic", "hand".
    source = models.CharField(max_length=16)
    # Votes with weights, score per frame, agreement, speed, the worker's estimate; and what they were held against.
    inputs = models.JSONField(default=dict, blank=True)
    thresholds = models.JSONField(default=dict, blank=True)
    # One paragraph in plain words.
    explanation = models.TextField(blank=True)
    confidence = models.FloatField(null=True, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    command = models.ForeignKey(ProviderCommand, null=True, blank=True, on_delete=models.PROTECT, related_name="verdicts")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["assignment_id", "id"]
        constraints = [
            # However often a process dies and begins again: a policy decides about an attempt once.
            # Not by `actor`: a person whose account is deleted has none either.
            models.UniqueConstraint(fields=["assignment"], condition=models.Q(outcome__in=["accept", "reject"]) & ~models.Q(source="hand"),
                                    name="decided_once_by_policy"),
        ]
        indexes = [models.Index(fields=["policy", "outcome"])]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} assignment {self.assignment_id}"


class TruthScore(models.Model):
    """How one attempt fits the ground truth of its frames, 0..1. Counted again when the truth changed."""

    assignment = models.OneToOneField(Assignment, on_delete=models.CASCADE, primary_key=True, related_name="truth_score")
    score = models.FloatField()
    # {"<frame>": {"score", "matched", "missing", "extra", "relabelled"}}
    frames = models.JSONField(default=dict)
    # Digest of the truth that it was held against.
    truth = models.CharField(max_length=64)
    measured_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.score:.2f} of assignment {self.assignment_id}"
