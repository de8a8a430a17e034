"""Task, its frames, and files on their way in."""
import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from annotation.models.projects import Project


class SortingMethod(models.TextChoices):
    LEXICOGRAPHICAL = "lexicographical"
    NATURAL = "natural"
    PREDEFINED = "predefined"
    RANDOM = "random"


class ValidationMode(models.TextChoices):
    """CVAT's words. GT: the ground truth job's frames are also in the jobs; GT_POOL: copies of its frames are mixed into them."""

    GT = "gt", "Ground truth"
    GT_POOL = "gt_pool", "Honeypots"


class Task(models.Model):
    """Frames cut into jobs of `segment_size` (0: one job for all). `size` is set when ingest is done."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="tasks")
    name = models.CharField(max_length=256)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="owned_tasks")
    segment_size = models.PositiveIntegerField(default=0)
    frame_overlap = models.PositiveIntegerField(default=0)
    sorting_method = models.CharField(max_length=16, choices=SortingMethod.choices, default=SortingMethod.NATURAL)
    size = models.PositiveIntegerField(default=0)
    # "Train" and the like: formats that know subsets sort by it.
    subset = models.CharField(max_length=64, blank=True)
    # Cut out of a video file (CVAT's mode "interpolation").
    from_video = models.BooleanField(default=False)
    # How the frames came (annotation.ingest.origin.Origin): {} for images that were uploaded whole.
    origin = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    # Whether a job that somebody takes starts with the task's pre-annotations on its frames.
    show_preannotations = models.BooleanField(default=False)
    # "" without a ground truth job.
    validation_mode = models.CharField(max_length=8, choices=ValidationMode.choices, blank=True)
    # With honeypots: how many are in a job.
    validation_frames_per_job = models.PositiveIntegerField(default=0)
    # Of the ground truth's frames: what nothing is measured by (CVAT's disabled_frames).
    disabled_frames = ArrayField(models.PositiveIntegerField(), default=list, blank=True)
    created_date = models.DateTimeField(auto_now_add=True)
    updated_date = models.DateTimeField(auto_now=True, db_index=True)

    class Meta:
        ordering = ["-updated_date", "-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def annotation_jobs(self) -> Any:
        """Its jobs (a QuerySet) without the ground truth's, which is no work for anybody else, and without replicas."""
        return self.jobs.filter(type="annotation")


def frame_path(kind: str, task_id: int, number: int, suffix: str) -> str:
    return f"tasks/{task_id}/{kind}/{number:06d}-{uuid.uuid4().hex[:8]}{suffix}"


class Frame(models.Model):
    """One image. `original` holds the bytes as they came; width and height are of the upright picture, pixels."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="frames")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=512)
    source_url = models.URLField(max_length=2048, blank=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    # EXIF orientation 1..8 of the original; 1 is upright.
    orientation = models.PositiveSmallIntegerField(default=1)
    media_type = models.CharField(max_length=64)
    byte_size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    original = models.FileField(max_length=255)
    # Empty until it is made: in the background after a large task was filled, or by the first who looks.
    thumbnail = models.FileField(max_length=255, blank=True)
    # An upright copy that browsers can show; empty where the original serves as it is, and until it is made.
    work_copy = models.FileField(max_length=255, blank=True)
    needs_work_copy = models.BooleanField(default=False)
    # Why no copy can be made of the original; "" as long as nothing is known to be wrong.
    damage = models.CharField(max_length=255, blank=True)
    # A honeypot: the number of the ground truth's frame whose picture this is. It looks like every other to whoever annotates.
    honeypot_of = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["task_id", "number"]
        constraints = [models.UniqueConstraint(fields=["task", "number"], name="frame_number_once_a_task")]
        indexes = [models.Index(fields=["task", "number"], condition=models.Q(thumbnail="", damage=""), name="frame_without_copies")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class ImportedFrame(models.Model):
    """What an import says is on a frame, in the form of FrameAnnotation: a start for whoever annotates, or the ground truth.

    One row a frame and kind; a frame without a row was not in the import. A row without shapes and tags says that nothing is there.
    """

    class Kind(models.TextChoices):
        PREANNOTATION = "preannotation"
        GROUND_TRUTH = "ground truth"

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="imported_frames")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    frame = models.PositiveIntegerField()
    shapes = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    tags = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    updated_date = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["task_id", "kind", "frame"]
        constraints = [models.UniqueConstraint(fields=["task", "kind", "frame"], name="imported_once_a_frame_and_kind")]

    def __str__(self) -> str:
        return f"{self.kind} of frame {self.frame} of task {self.task_id}"


class Upload(models.Model):
    """A file received for a task and not yet ingested; removed when ingest is over."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="uploads")
    name = models.CharField(max_length=512)
    file = models.FileField(max_length=255)
    position = models.PositiveIntegerField(default=0)
    created_date = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name
