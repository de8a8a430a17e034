"""Files that come in pieces."""
import uuid

from django.conf import settings
from django.db import models

from annotation.models.jobs import Job
from annotation.models.projects import Project
from annotation.models.tasks import Task


class PartialUpload(models.Model):
    """A file on its way in by resumable upload; its pieces lie in the storage under their offsets. Bytes.

    For a task, a job or a project; for none of them when it is a backup that will become one.
    """

    class Purpose(models.TextChoices):
        DATA = "data"
        ANNOTATIONS = "annotations"
        DATASET = "dataset"
        BACKUP = "backup"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.ForeignKey(Task, null=True, blank=True, on_delete=models.CASCADE, related_name="partial_uploads")
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.CASCADE, related_name="partial_uploads")
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="partial_uploads")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    name = models.CharField(max_length=512)
    length = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    created_date = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_date", "id"]

    def __str__(self) -> str:
        return f"{self.name}: {self.offset} of {self.length}"
