"""Verification: the second crowd that is asked about the first one's work."""
import uuid

from django.db import models

from crowdsourcing.models.accounts import Toloker
from crowdsourcing.models.assignments import Assignment
from crowdsourcing.models.pools import Pool
from crowdsourcing.models.skills import Skill
from crowdsourcing.statuses import PoolStatus


class Verification(models.Model):
    """The verification project and pool at the platform that belong to a pool, and how far its loop is."""

    pool = models.OneToOneField(Pool, on_delete=models.PROTECT, related_name="verification")
    # Wanted: question, price, tasks per page, overlaps, confidence, language, ... (quality.verification says which).
    config = models.JSONField(default=dict)
    # Given to those who annotate, and to those who verify by how often they agree.
    annotated_skill = models.ForeignKey(Skill, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    verifier_skill = models.ForeignKey(Skill, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Observed.
    remote_project_id = models.CharField(max_length=64, blank=True)
    remote_pool_id = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=32, choices=PoolStatus.choices, blank=True)
    last_close_reason = models.CharField(max_length=64, blank=True)
    mark = models.CharField(max_length=64, unique=True)
    cursors = models.JSONField(default=dict, blank=True)
    # What the loop waits for, a sentence; since when it is left to a person, and why.
    waiting_for = models.TextField(blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.TextField(blank=True)
    # Whose turn it is: a run takes it with a lock on this row.
    moved_at = models.DateTimeField(null=True, blank=True)
    sync_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Verification of {self.pool}"


class VerificationTask(models.Model):
    """One question: is this frame of this attempt done well? Sent once, under an operation_id of its own batch."""

    verification = models.ForeignKey(Verification, on_delete=models.CASCADE, related_name="tasks")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="verification_tasks")
    # The frame's number in the task.
    frame = models.PositiveIntegerField()
    # Fixed before the first call; tasks of one batch share it.
    operation_id = models.UUIDField(default=uuid.uuid4, db_index=True)
    # Observed.
    remote_task_id = models.CharField(max_length=64, blank=True)
    overlap = models.PositiveIntegerField(default=0)
    # The answer and how sure it is, once there is one.
    answer = models.CharField(max_length=16, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["verification_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "frame"], name="one_question_a_frame"),
            models.UniqueConstraint(fields=["verification", "remote_task_id"], condition=~models.Q(remote_task_id=""),
                                    name="remote_verification_task_once"),
        ]

    def __str__(self) -> str:
        return f"Question about frame {self.frame} of assignment {self.assignment_id}"


class Vote(models.Model):
    """One verifier's answer to one question."""

    task = models.ForeignKey(VerificationTask, on_delete=models.CASCADE, related_name="votes")
    toloker = models.ForeignKey(Toloker, on_delete=models.PROTECT, related_name="votes")
    # The platform's assignment that it came with: a page of several questions.
    remote_assignment_id = models.CharField(max_length=64)
    answer = models.CharField(max_length=16)
    submitted = models.DateTimeField()
    # What the page cost when it was taken, USD without the fee; the price may be another by now. Null: nobody said.
    reward = models.DecimalField(max_digits=9, decimal_places=3, null=True, blank=True)

    class Meta:
        ordering = ["task_id", "submitted", "id"]
        constraints = [models.UniqueConstraint(fields=["task", "remote_assignment_id"], name="one_vote_a_page")]

    def __str__(self) -> str:
        return f"{self.answer} by {self.toloker}"
