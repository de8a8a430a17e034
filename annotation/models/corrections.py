"""What a reviewer makes of submitted work. The attempt's own snapshot stays as it is."""
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from annotation.models.jobs import Job, Snapshot


class Correction(models.Model):
    """A reviewer's version of one attempt at a job; one row an attempt.

    While it is `open`, `owner` changes a draft: the job's frames (with `base_digest` when the draft began) with `CorrectedFrame` rows over
    them. `snapshot` is the version that was kept last and counts now; null while none was kept, or when it was thrown away.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="corrections")
    attempt = models.CharField(max_length=128)
    # Who changes it now, or did last.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    open = models.BooleanField(default=True)
    # Moves by one with every stored change of the draft.
    revision = models.PositiveIntegerField(default=0)
    base_digest = models.CharField(max_length=64)
    snapshot = models.ForeignKey(Snapshot, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    created_date = models.DateTimeField(auto_now_add=True)
    updated_date = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["job_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["job", "attempt"], name="one_correction_an_attempt"),
            models.CheckConstraint(condition=~Q(attempt=""), name="correction_of_an_attempt"),
        ]

    def __str__(self) -> str:
        return f"Correction of {self.attempt} on job {self.job_id}"


class CorrectedFrame(models.Model):
    """A frame that the open draft changed. `content` is what services.shapes keeps of a frame; empty lists: all was taken away."""

    correction = models.ForeignKey(Correction, on_delete=models.CASCADE, related_name="frames")
    frame = models.PositiveIntegerField()
    content = models.JSONField(encoder=DjangoJSONEncoder)
    updated_date = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["correction_id", "frame"]
        constraints = [models.UniqueConstraint(fields=["correction", "frame"], name="corrected_once_a_frame")]

    def __str__(self) -> str:
        return f"Frame {self.frame} of correction {self.correction_id}"
