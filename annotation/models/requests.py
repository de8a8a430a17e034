"""Background work that a person waits for."""
import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from annotation.models.jobs import Job
from annotation.models.projects import Project
from annotation.models.tasks import Task


class Request(models.Model):
    """One background job (CVAT's word), polled at /api/requests/{id}. The row is the truth, Celery only the bell."""

    class Action(models.TextChoices):
        CREATE = "create"
        EXPORT = "export"
        IMPORT = "import"

    class Status(models.TextChoices):
        QUEUED = "queued"
        STARTED = "started"
        FINISHED = "finished"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="requests")
    action = models.CharField(max_length=16, choices=Action.choices)
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="requests")
    task = models.ForeignKey(Task, null=True, blank=True, on_delete=models.CASCADE, related_name="requests")
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.CASCADE, related_name="requests")
    params = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.QUEUED, db_index=True)
    # 0..1
    progress = models.FloatField(default=0)
    message = models.TextField(blank=True)
    # One sentence for every input that could not be used, the request's own order; at most 1000.
    errors = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    # What a person should know about a finished request: skipped files, things a format could not hold.
    warnings = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    # How often it was begun. The fence: a run that finds another number here lost the request and writes nothing more.
    run = models.PositiveSmallIntegerField(default=0)
    result = models.FileField(max_length=255, blank=True)
    result_name = models.CharField(max_length=256, blank=True)
    created_date = models.DateTimeField(auto_now_add=True)
    started_date = models.DateTimeField(null=True, blank=True)
    finished_date = models.DateTimeField(null=True, blank=True)
    heartbeat = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_date"]
        constraints = [
            # A task is filled by one request at a time.
            models.UniqueConstraint(
                fields=["task"], condition=Q(action="create", status__in=["queued", "started"]), name="one_filling_a_task")
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.pk}"
