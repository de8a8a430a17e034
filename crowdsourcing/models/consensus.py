"""Consensus: what the people who did one job agree on, and what of it is on the job."""
from django.db import models

from crowdsourcing.models.pools import TaskSuite


class Consensus(models.Model):
    """Of a job that several Tolokers do. Counted again when the work or the rule changed (quality.consensus, quality.merging)."""

    class Outcome(models.TextChoices):
        DECIDED = "decided", "Decided"
        MORE = "more", "Needs one more Toloker"
        REQUESTER = "requester", "Needs the requester"

    task_suite = models.OneToOneField(TaskSuite, on_delete=models.CASCADE, primary_key=True, related_name="consensus")
    # --- how they agree: all work that waits or was accepted ---
    # Digest of that work and of the rule.
    inputs = models.CharField(max_length=64, blank=True)
    people = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, default=Outcome.MORE)
    # 0..1: mean over the frames on which there is something to agree on; null without any.
    score = models.FloatField(null=True, blank=True)
    # {"<frame>": {"outcome", "score", "agreed", "open", "dropped"}}, objects counted.
    frames = models.JSONField(default=dict, blank=True)
    # {"<assignment>": {"score", "low", "high", "matched", "missed", "extra", "frames": {"<frame>": score}}}
    agreements = models.JSONField(default=dict, blank=True)
    measured_at = models.DateTimeField(null=True, blank=True)
    # --- what was merged: accepted work only ---
    merged_inputs = models.CharField(max_length=64, blank=True)
    # Revision of the job that merging left: another one now means that somebody changed it since.
    merged_revision = models.PositiveIntegerField(null=True, blank=True)
    merged_people = models.PositiveSmallIntegerField(default=0)
    # As `frames`, of what was merged.
    merged_frames = models.JSONField(default=dict, blank=True)
    merged_at = models.DateTimeField(null=True, blank=True)
    # Why it was not merged by itself, for people; "" if nothing is in the way.
    note = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"Consensus of job {self.task_suite.job_id}"
