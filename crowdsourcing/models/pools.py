"""Pool: twin of a task; TaskSuite: twin of a job."""
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from annotation.models import Job, Task
from crowdsourcing.models.projects import CrowdProject
from crowdsourcing.statuses import PoolInterface, PoolStatus, ReissuePolicy


class Pool(models.Model):
    """What the requester wants of the crowd, in the API's field names, and what the platform said last."""

    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="pool")
    crowd_project = models.ForeignKey(CrowdProject, on_delete=models.PROTECT, related_name="pools")
    # Wanted. Money in USD.
    reward_per_assignment = models.DecimalField(
        max_digits=9, decimal_places=3, validators=[MinValueValidator(Decimal("0.005")), MaxValueValidator(Decimal("100"))])
    use_project_description = models.BooleanField(default=True)
    public_description = models.TextField(blank=True, max_length=5_000)
    may_contain_adult_content = models.BooleanField(default=False)
    auto_accept_solutions = models.BooleanField(default=False)
    auto_close_after_complete_delay_seconds = models.PositiveIntegerField(default=0, validators=[MaxValueValidator(259_200)])
    assignment_max_duration_seconds = models.PositiveIntegerField(default=600, validators=[MinValueValidator(5)])
    auto_accept_period_day = models.PositiveSmallIntegerField(default=21, validators=[MinValueValidator(1), MaxValueValidator(21)])
    # How many Tolokers do each job, each for themselves; more than one: their work is merged (quality.merging).
    overlap = models.PositiveSmallIntegerField(
        default=1, db_default=1, validators=[MinValueValidator(1), MaxValueValidator(10)])
    # Toloka's filter grammar: {"and"|"or": [...]}; {} means everyone.
    filter = models.JSONField(default=dict, blank=True)
    # What Tolokers work in, and what of it the requester chose ({"shapes": ["rectangle", ...]} for the platform's own).
    interface = models.CharField(max_length=24, choices=PoolInterface.choices, default=PoolInterface.EDITOR,
                                 db_default=PoolInterface.EDITOR)
    interface_options = models.JSONField(default=dict, blank=True, db_default=models.Value({}, models.JSONField()))
    # The platform's project whose task page this is; null: the crowd project's own, with our editor.
    drawing_project = models.ForeignKey(
        "crowdsourcing.DrawingProject", null=True, blank=True, on_delete=models.PROTECT, related_name="pools")
    # The platform's quality_control.configs: [{"collector_config": ..., "rules": [...]}]; skills by the platform's ids.
    quality_rules = models.JSONField(default=list, blank=True, db_default=models.Value([], models.JSONField()))
    # Rules that were ours and are to go at the platform; those that somebody made there stay.
    dropped_rules = models.JSONField(default=list, blank=True, editable=False, db_default=models.Value([], models.JSONField()))
    reissue_policy = models.CharField(max_length=16, choices=ReissuePolicy.choices, default=ReissuePolicy.AFTER_DISPUTE)
    will_expire = models.DateTimeField(help_text="The platform stops the pool then.")
    # Observed.
    remote_id = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=32, choices=PoolStatus.choices, blank=True)
    last_close_reason = models.CharField(max_length=64, blank=True)
    # Whether it accepts solutions by itself there, which somebody may have switched in the platform's own pages; null: not read yet.
    remote_auto_accept = models.BooleanField(
        null=True, blank=True, editable=False,
        help_text="Whether the platform has the pool accept solutions by itself; null: not read yet.")
    mark = models.CharField(max_length=64, unique=True)
    # operation_id under which the tasks are created at the platform; fixed before the first call.
    publish_operation_id = models.UUIDField(null=True, blank=True)
    # Sync: one time cursor a stream, {"submitted": ISO, ...}, platform time.
    cursors = models.JSONField(default=dict, blank=True)
    # When the newest news was read; news read earlier does not overwrite it.
    mirrored_at = models.DateTimeField(null=True, blank=True)
    synced_at = models.DateTimeField(null=True, blank=True)
    sync_error = models.TextField(blank=True)
    # Whether the platform was asked to tell us its news at once, or why it was not.
    webhook_on = models.BooleanField(default=False)
    webhook_note = models.TextField(blank=True)
    # A sync was rung for by news and has not begun yet.
    news_wanted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["crowd_project", "remote_id"], condition=~models.Q(remote_id=""), name="remote_pool_once")]

    def __str__(self) -> str:
        return f"Pool of {self.task}"

    @property
    def remote_project_id(self) -> str:
        """The platform's project that the pool belongs to there; empty while that is not made."""
        return self.crowd_project.remote_id if self.drawing_project is None else self.drawing_project.remote_id


class TaskSuite(models.Model):
    """What one Toloker is given: one job, published as one task on a page of its own."""

    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="task_suites")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="task_suite")
    # Secret part of the signed job key; a new value makes old keys worthless.
    key_nonce = models.CharField(max_length=32)
    # Observed: the platform's task (one item) and how many Tolokers may take it in all.
    remote_task_id = models.CharField(max_length=64, blank=True, db_index=True)
    overlap = models.PositiveIntegerField(default=1)
    mirrored_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pool_id", "job_id"]

    def __str__(self) -> str:
        return f"Suite of job {self.job_id}"
