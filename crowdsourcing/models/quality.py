"""WorkMeasure: what can be counted about a submitted attempt. Written once, since the work it counts never changes."""
from django.db import models

from crowdsourcing.models.assignments import Assignment


class WorkMeasure(models.Model):
    """Numbers that suspicion is judged by; quality.measures says how each is counted. Without work all but `seconds` and `frames` are 0."""

    assignment = models.OneToOneField(Assignment, on_delete=models.CASCADE, primary_key=True, related_name="measure")
    with_work = models.BooleanField()
    frames = models.PositiveIntegerField()
    # From taking to submitting, the platform's clock.
    seconds = models.FloatField()
    # Shapes and tags together; frames without any that are marked "nothing here"; frames with neither.
    marks = models.PositiveIntegerField(default=0)
    nothing_here_frames = models.PositiveIntegerField(default=0)
    untouched_frames = models.PositiveIntegerField(default=0)
    # Shapes with an area, and how many of them are a few pixels or a whole frame.
    areas = models.PositiveIntegerField(default=0)
    tiny = models.PositiveIntegerField(default=0)
    huge = models.PositiveIntegerField(default=0)
    # Digests of all shapes' types and places, and of types and sizes; empty where there are too few shapes to mean anything.
    places = models.CharField(max_length=32, blank=True, db_index=True)
    sizes = models.CharField(max_length=32, blank=True, db_index=True)

    def __str__(self) -> str:
        return f"Measure of assignment {self.assignment_id}"
