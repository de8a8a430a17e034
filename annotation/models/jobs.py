"""Job, the shapes on its frames, snapshots of what was submitted, and editor sessions."""
from collections.abc import Sequence

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from annotation.models.tasks import Task


class JobType(models.TextChoices):
    """CVAT's words. ANNOTATION is what people are given; a task has one GROUND_TRUTH job at most, which its requester does. A
    CONSENSUS_REPLICA is one person's place at an annotation job that several people do; their work is merged there."""

    ANNOTATION = "annotation", "Annotation"
    GROUND_TRUTH = "ground_truth", "Ground truth"
    CONSENSUS_REPLICA = "consensus_replica", "Consensus replica"


class JobStage(models.TextChoices):
    ANNOTATION = "annotation"
    VALIDATION = "validation"
    ACCEPTANCE = "acceptance"


class JobState(models.TextChoices):
    NEW = "new"
    IN_PROGRESS = "in progress"
    COMPLETED = "completed"
    REJECTED = "rejected"


class Job(models.Model):
    """Frames start_frame..stop_frame (inclusive, task-absolute) that one person annotates. A ground truth job spans its whole task and
    has the frames of `included_frames` only: ask `numbers`, `holds` and `frames_within`, not the two ends.

    `attempt` and `worker` are opaque references of whoever works on it from outside ("" for our own users);
    an attempt's work is kept in Snapshot rows, the job holds the current attempt's shapes only.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="jobs")
    start_frame = models.PositiveIntegerField()
    stop_frame = models.PositiveIntegerField()
    type = models.CharField(max_length=32, choices=JobType.choices, default=JobType.ANNOTATION)
    # Of a replica: the job that it is a place at; both have the same frames.
    parent_job = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="replicas")
    # Sorted; null: all from start to stop. An array and no JSON: plain rows (annotation.rows) carry it.
    included_frames = ArrayField(models.PositiveIntegerField(), null=True, blank=True)
    stage = models.CharField(max_length=16, choices=JobStage.choices, default=JobStage.ANNOTATION)
    state = models.CharField(max_length=16, choices=JobState.choices, default=JobState.NEW)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="assigned_jobs")
    attempt = models.CharField(max_length=128, blank=True)
    worker = models.CharField(max_length=128, blank=True)
    # Moves by one with every stored change of shapes; writers name the revision they started from.
    revision = models.PositiveIntegerField(default=0)
    last_object_id = models.PositiveBigIntegerField(default=0)
    created_date = models.DateTimeField(auto_now_add=True)
    updated_date = models.DateTimeField(auto_now=True, db_index=True)

    class Meta:
        ordering = ["task_id", "start_frame", "id"]
        # The order of every list of jobs: a page is read, not sorted out of all.
        indexes = [models.Index(fields=["task", "start_frame", "id"], name="job_in_order")]
        constraints = [
            models.CheckConstraint(condition=Q(stop_frame__gte=F("start_frame")), name="job_frames_in_order"),
            models.UniqueConstraint(fields=["task"], condition=Q(type="ground_truth"), name="one_ground_truth_job_a_task"),
            models.CheckConstraint(
                condition=~Q(type="ground_truth") | Q(included_frames__isnull=False), name="ground_truth_names_its_frames"),
            models.CheckConstraint(
                condition=Q(type="consensus_replica", parent_job__isnull=False) | (~Q(type="consensus_replica") & Q(parent_job=None)),
                name="replicas_and_only_they_have_a_parent"),
        ]

    def __str__(self) -> str:
        return f"Job {self.pk}"

    @property
    def numbers(self) -> Sequence[int]:
        """Its frames, in order."""
        return range(self.start_frame, self.stop_frame + 1) if self.included_frames is None else self.included_frames

    @property
    def first_frame(self) -> int:
        return self.numbers[0]

    @property
    def frames_in_words(self) -> str:
        """ "3–7", or "2, 5, 9" of a ground truth job; of many the first ones."""
        if self.included_frames is None:
            return f"{self.start_frame}–{self.stop_frame}"
        return ", ".join(map(str, self.included_frames[:8])) + (", …" if len(self.included_frames) > 8 else "")

    @property
    def frame_count(self) -> int:
        return len(self.numbers)

    def holds(self, number: int) -> bool:
        """Whether this frame of the task is one of the job's."""
        return number in self.numbers

    def frames_within(self, path: str = "number") -> Q:
        """The condition that `path`, the number of one of the task's frames, is in the job."""
        if self.included_frames is None:
            return Q(**{f"{path}__range": (self.start_frame, self.stop_frame)})
        return Q(**{f"{path}__in": self.included_frames})

    @property
    def is_ground_truth(self) -> bool:
        return self.type == JobType.GROUND_TRUTH

    @property
    def is_replica(self) -> bool:
        return self.type == JobType.CONSENSUS_REPLICA


class FrameAnnotation(models.Model):
    """All shapes and tags of one frame of one job, as CVAT-shaped JSON (docs/editor-protocol.md). No row: nothing there.

    `nothing_here`: somebody looked and says that this frame needs no shape; never together with shapes or tags.
    `starting_point`: what is here came from the task's pre-annotations and nobody changed or confirmed it yet; never on an empty frame.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="frame_annotations")
    frame = models.PositiveIntegerField()
    shapes = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    tags = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    nothing_here = models.BooleanField(default=False)
    starting_point = models.BooleanField(default=False)
    updated_date = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["job_id", "frame"]
        constraints = [models.UniqueConstraint(fields=["job", "frame"], name="annotation_once_a_frame")]

    def __str__(self) -> str:
        return f"Frame {self.frame} of job {self.job_id}"


class Snapshot(models.Model):
    """What an attempt looked like at one moment. Never changed after it is written.

    `data` is {"frames": {"<number>": {"shapes": [...], "tags": [...], "nothing_here"?: true, "starting_point"?: true}}};
    `digest` the SHA-256 of its canonical JSON. CORRECTED is a reviewer's version of an attempt, made by `author`; the attempt's own
    snapshot stays beside it.
    """

    class Reason(models.TextChoices):
        SUBMITTED = "submitted"
        ABANDONED = "abandoned"
        REPLACED = "replaced"
        CORRECTED = "corrected"

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="snapshots")
    attempt = models.CharField(max_length=128, blank=True, db_index=True)
    worker = models.CharField(max_length=128, blank=True)
    reason = models.CharField(max_length=16, choices=Reason.choices)
    revision = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    data = models.JSONField(encoder=DjangoJSONEncoder)
    shape_count = models.PositiveIntegerField(default=0)
    tag_count = models.PositiveIntegerField(default=0)
    # Of a CORRECTED one; others are their worker's.
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_date = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["job_id", "id"]
        constraints = [
            # One submission an attempt: a repeated submit finds this row instead of making another.
            models.UniqueConstraint(
                fields=["job", "attempt"], condition=Q(reason="submitted") & ~Q(attempt=""), name="one_submission_an_attempt")
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.attempt} on job {self.job_id}"


class EditorSession(models.Model):
    """A key to one job in the editor. Only the token's SHA-256 is stored."""

    class Mode(models.TextChoices):
        TOLOKER = "toloker"
        REQUESTER = "requester"
        REVIEW = "review"
        CORRECTION = "correction"

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="editor_sessions")
    token_digest = models.CharField(max_length=64, unique=True)
    mode = models.CharField(max_length=16, choices=Mode.choices)
    attempt = models.CharField(max_length=128, blank=True, db_index=True)
    worker = models.CharField(max_length=128, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE)
    # What the editor's frame shows: {"title", "price", "currency", "job_key"}; opaque to this room.
    context = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    deadline = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_date = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.mode} session on job {self.job_id}"
