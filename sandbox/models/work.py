"""Projects, pools, tasks, suites, assignments."""
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from sandbox.models.fields import HexIdField, JsonField, Row
from sandbox.models.people import Requester, Toloker


class Project(Row):
    """`form` is what the requester sent, without the fields that only the server writes."""

    requester = models.ForeignKey(Requester, on_delete=models.CASCADE, related_name="projects")
    status = models.CharField(max_length=16, default="ACTIVE")
    form = JsonField()
    created = models.DateTimeField()


class ProjectSpec(Row):
    """One major version of a project's task_spec. A breaking edit makes a new one, which only new pools use."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="specs")
    number = models.PositiveIntegerField()
    task_spec = JsonField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="spec_numbers")]


class Pool(Row):
    """A pool or a training (`type`): they share one space of ids, and one life.

    `form` as in Project; the columns after it repeat those of its fields that the engine asks for.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="pools")
    spec = models.ForeignKey(ProjectSpec, on_delete=models.PROTECT)
    type = models.CharField(max_length=16, default="REGULAR")
    status = models.CharField(max_length=16, default="CLOSED")
    last_close_reason = models.CharField(max_length=32, blank=True)
    created = models.DateTimeField()
    last_started = models.DateTimeField(null=True)
    last_stopped = models.DateTimeField(null=True)
    form = JsonField()
    reward_per_assignment = models.DecimalField(max_digits=12, decimal_places=6)
    priority = models.IntegerField(default=0)
    # Empty for trainings, which do not end by themselves.
    will_expire = models.DateTimeField(null=True)
    # Of a training: the skill that says how much of it somebody got right at the first attempt.
    training_skill = models.ForeignKey("Skill", null=True, on_delete=models.SET_NULL, related_name="trainings")
    # The training that training_requirement asks for.
    training = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="linked_pools")
    cloned = models.BooleanField(default=False)
    # The last edit, upload, change of status or submission: pools left alone for long are archived.
    touched = models.DateTimeField(null=True)
    # When tasks were last added or an overlap changed: force_last_assignment_delay_seconds counts from here.
    tasks_changed = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["status"], name="pool_status")]


class Task(Row):
    """One item. `kind` follows from its form: REAL, GOLDEN (known solutions), TRAINING (and a hint).

    `consumed` counts assignments that use up overlap; `remaining` is overlap - consumed, never below zero,
    and says nothing for infinite overlap.
    """

    id = HexIdField(primary_key=True)
    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=8)
    form = JsonField()
    overlap = models.IntegerField(null=True)
    infinite_overlap = models.BooleanField(default=False)
    consumed = models.IntegerField(default=0)
    remaining = models.IntegerField(default=0)
    reserved_for = ArrayField(models.CharField(max_length=64), default=list)
    unavailable_for = ArrayField(models.CharField(max_length=64), default=list)
    # The page that the requester put it on; empty where pages are mixed.
    suite = models.ForeignKey("TaskSuite", null=True, on_delete=models.CASCADE, related_name="tasks")
    # Dynamic overlap has said its last word.
    dynamic_overlap_done = models.BooleanField(default=False)
    created = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["pool", "id"], name="task_pool_id"),
            # In an order that no other index has: by id alone the planner may walk the primary key through what is used up.
            models.Index(fields=["pool", "kind", "created", "id"], name="task_open",
                         condition=Q(infinite_overlap=True) | Q(remaining__gt=0)),
        ]


class TaskSuite(Row):
    """A page of tasks. Smart mixing makes one for each assignment (`mixed`); else the requester made it, and overlap is counted here,
    with columns as in Task. `form` is what the requester sent, without tasks and the columns.
    """

    id = HexIdField(primary_key=True)
    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="suites")
    mixed = models.BooleanField(default=True)
    task_ids = ArrayField(models.CharField(max_length=36))
    form = JsonField(default=dict)
    overlap = models.IntegerField(null=True)
    infinite_overlap = models.BooleanField(default=False)
    consumed = models.IntegerField(default=0)
    remaining = models.IntegerField(default=0)
    reserved_for = ArrayField(models.CharField(max_length=64), default=list)
    unavailable_for = ArrayField(models.CharField(max_length=64), default=list)
    # Larger goes first.
    issuing_order_override = models.DecimalField(max_digits=10, decimal_places=5, default=0)
    created = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["pool", "id"], name="suite_pool_id"),
            models.Index(fields=["pool", "-issuing_order_override", "id"], name="suite_open",
                         condition=Q(mixed=False) & (Q(infinite_overlap=True) | Q(remaining__gt=0))),
        ]


class Assignment(Row):
    """One Toloker's attempt at a suite. `reward` and `fee` are frozen when it is issued."""

    id = HexIdField(primary_key=True)
    suite = models.ForeignKey(TaskSuite, on_delete=models.CASCADE, related_name="assignments")
    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="assignments")
    toloker = models.ForeignKey(Toloker, on_delete=models.CASCADE, related_name="assignments")
    status = models.CharField(max_length=16, default="ACTIVE")
    reward = models.DecimalField(max_digits=12, decimal_places=6)
    fee = models.DecimalField(max_digits=12, decimal_places=6)
    task_ids = ArrayField(models.CharField(max_length=36))
    solutions = JsonField(null=True)
    # The answers to all tasks as they were first given, if a training task among them was wrong; else nothing.
    first_declined = JsonField(null=True)
    public_comment = models.TextField(null=True)
    deadline = models.DateTimeField()
    created = models.DateTimeField()
    submitted = models.DateTimeField(null=True)
    accepted = models.DateTimeField(null=True)
    rejected = models.DateTimeField(null=True)
    skipped = models.DateTimeField(null=True)
    expired = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["pool", "id"], name="asg_pool_id"),
            *(models.Index(fields=["pool", name, "id"], name=f"asg_pool_{name}", condition=Q(**{f"{name}__isnull": False}))
              for name in ("submitted", "accepted", "rejected", "skipped", "expired")),
            models.Index(fields=["pool", "created", "id"], name="asg_pool_created"),
            models.Index(fields=["pool", "status"], name="asg_open", condition=Q(status__in=["ACTIVE", "SUBMITTED"])),
            models.Index(fields=["toloker", "id"], name="asg_toloker"),
            # What is in work is asked at every taking, and must not cost more the more has been done.
            models.Index(fields=["pool"], name="asg_pool_active", condition=Q(status="ACTIVE")),
            models.Index(fields=["toloker"], name="asg_toloker_active", condition=Q(status="ACTIVE")),
        ]


class AssignmentTask(Row):
    """Which Toloker was given which task: the constraint is the rule that nobody gets the same task twice."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="links")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="links")
    toloker = models.ForeignKey(Toloker, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "toloker"], name="never_the_same_task_twice")]
