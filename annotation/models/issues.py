"""What a reviewer says about a place or a shape, and the answers to it. Shapes and words as CVAT's issues and comments."""
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from annotation.models.jobs import Job


class Issue(models.Model):
    """A remark on one frame of a job. `position` is pixels of the upright image, `x y` or the four sides `x1 y1 x2 y2`.

    `attempt` is the attempt it was made about: the job may be somebody else's by now. `shape_id` is the shape it is pinned to, if any.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="issues")
    attempt = models.CharField(max_length=128, blank=True, db_index=True)
    frame = models.PositiveIntegerField()
    position = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    shape_id = models.PositiveBigIntegerField(null=True, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    resolved_date = models.DateTimeField(null=True, blank=True)
    created_date = models.DateTimeField(auto_now_add=True)
    updated_date = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["job_id", "frame", "id"]

    def __str__(self) -> str:
        return f"Issue {self.pk} on frame {self.frame} of job {self.job_id}"


class Comment(models.Model):
    """One message of an issue."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="comments")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    message = models.TextField(max_length=4096)
    created_date = models.DateTimeField(auto_now_add=True)
    updated_date = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["issue_id", "id"]

    def __str__(self) -> str:
        return f"Comment {self.pk} on issue {self.issue_id}"
