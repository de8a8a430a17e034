"""Files that come in pieces."""
import uuid

from django.conf import settings
from django.db import models

from annotation.models.tasks import Task


class PartialUpload(models.Model):
    """A file on its way in by resumable upload; its pieces lie in the storage under their offsets. Bytes."""

    class Purpose(models.TextChoices):
        DATA = "data"
        ANNOTATIONS = "annotations"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="partial_uploads")
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
