"""Assignment: one Toloker's attempt at one job."""
from django.db import models

from annotation.models import Job, Snapshot
from crowdsourcing.models.accounts import Toloker
from crowdsourcing.models.pools import Pool, TaskSuite
from crowdsourcing.statuses import AssignmentStatus


class Assignment(models.Model):
    """A mirror of the platform's assignment: every field but `job`, `snapshot`, `work_note` and `suspicion*` is what the platform said."""

    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="assignments")
    task_suite = models.ForeignKey(TaskSuite, on_delete=models.PROTECT, related_name="assignments")
    # Where its work lies: the suite's job, or where several people do it one of that job's replicas (mirror.places). Never changes.
    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="assignments")
    toloker = models.ForeignKey(Toloker, on_delete=models.PROTECT, related_name="assignments")
    remote_id = models.CharField(max_length=64)
    status = models.CharField(max_length=32, choices=AssignmentStatus.choices, db_index=True)
    reward = models.DecimalField(max_digits=9, decimal_places=3)
    public_comment = models.TextField(blank=True)
    solution = models.JSONField(default=dict, blank=True)
    # The platform's time.
    created = models.DateTimeField()
    submitted = models.DateTimeField(null=True, blank=True)
    accepted = models.DateTimeField(null=True, blank=True)
    rejected = models.DateTimeField(null=True, blank=True)
    skipped = models.DateTimeField(null=True, blank=True)
    expired = models.DateTimeField(null=True, blank=True)
    # The work that came with it; null for a submitted one means "submitted without work".
    snapshot = models.ForeignKey(Snapshot, null=True, blank=True, on_delete=models.PROTECT, related_name="assignments")
    # What of a solution in the platform's own interface could not be used, and why; for people.
    work_note = models.TextField(blank=True, db_default="")
    first_seen_at = models.DateTimeField(auto_now_add=True)
    # When the newest news was read; news read earlier does not overwrite it.
    mirrored_at = models.DateTimeField(null=True, blank=True)
    # Our own opinion, never a verdict (quality.suspicion): 0..1, and the signals [{"code", "weight", "text"}], strongest first.
    suspicion = models.FloatField(default=0, db_default=0)
    suspicion_signals = models.JSONField(default=list, blank=True, db_default=models.Value([], models.JSONField()))
    suspicion_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pool_id", "created", "id"]
        constraints = [models.UniqueConstraint(fields=["pool", "remote_id"], name="remote_assignment_once")]
        indexes = [
            models.Index(fields=["pool", "status"]),
            # The review queue, oldest and most suspicious first; what still has to be looked at for suspicion; a Toloker's record.
            models.Index(fields=["submitted", "id"], condition=models.Q(status=AssignmentStatus.SUBMITTED), name="waiting_by_age"),
            models.Index(fields=["-suspicion", "submitted", "id"], condition=models.Q(status=AssignmentStatus.SUBMITTED),
                         name="waiting_by_suspicion"),
            models.Index(fields=["pool"], condition=models.Q(status=AssignmentStatus.SUBMITTED, suspicion_at=None), name="waiting_unread"),
            models.Index(fields=["toloker", "status"]),
        ]

    def __str__(self) -> str:
        return self.remote_id
