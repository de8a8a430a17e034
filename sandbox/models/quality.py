"""What quality rules remember, and aggregated answers."""
from django.db import models

from sandbox.models.fields import JsonField, Row
from sandbox.models.people import Toloker
from sandbox.models.records import Operation
from sandbox.models.work import Assignment, Pool, Project, Task


class AnswerCheck(Row):
    """One answer compared with a known one or with the majority, for one collector (its uuid; clones share it).

    `score` is 1 for right, 0 for wrong, between for partly right.
    """

    collector = models.CharField(max_length=36)
    kind = models.CharField(max_length=24)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="+")
    toloker = models.ForeignKey(Toloker, on_delete=models.CASCADE, related_name="+")
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    score = models.FloatField()
    golden = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["collector", "assignment", "task"], name="one_check_per_answer")]
        indexes = [models.Index(fields=["collector", "toloker", "id"], name="check_history")]


class CollectorReset(Row):
    """From when a collector counts for one Toloker: the end of the ban that it gave him."""

    collector = models.CharField(max_length=36)
    toloker = models.ForeignKey(Toloker, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["collector", "toloker"], name="one_collector_reset")]


class AggregatedSolution(Row):
    """The answer to one task that an operation made of the accepted ones."""

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="solutions")
    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    confidence = models.FloatField()
    output_values = JsonField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["operation", "task"], name="one_aggregated_solution")]
