"""The annotator's guide through time, and the pictures in it. The current text stands on the project."""
import uuid

from django.conf import settings
from django.db import models

from annotation.models.projects import Project


class GuideVersion(models.Model):
    """A guide as it was from `created_date` on, so that a verdict or an export can say which one people had."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="guide_versions")
    # 1, 2, … within the project.
    number = models.PositiveIntegerField()
    markdown = models.TextField(blank=True, max_length=64_000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_date = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["project_id", "number"]
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="guide_version_once_a_project")]

    def __str__(self) -> str:
        return f"Guide {self.number} of project {self.project_id}"


class Asset(models.Model):
    """A picture of a guide."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="assets")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    filename = models.CharField(max_length=512)
    media_type = models.CharField(max_length=64)
    byte_size = models.PositiveBigIntegerField()
    file = models.FileField(max_length=255)
    created_date = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["project_id", "created_date"]

    def __str__(self) -> str:
        return self.filename
