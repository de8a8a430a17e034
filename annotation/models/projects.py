"""Project, its labels and their attributes. Names and enums are CVAT's."""
from django.conf import settings
from django.db import models

from annotation.models.organizations import Organization


class Project(models.Model):
    """Labels, a guide and tasks that share them."""

    name = models.CharField(max_length=256)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="owned_projects")
    # Markdown; shown to annotators, and sent as instructions to a crowd platform after sanitising.
    guide = models.TextField(blank=True, max_length=64_000)
    # Null: in its owner's personal space.
    organization = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="projects")
    # Where its issues are kept outside; an address.
    bug_tracker = models.CharField(max_length=2000, blank=True)
    created_date = models.DateTimeField(auto_now_add=True)
    updated_date = models.DateTimeField(auto_now=True, db_index=True)

    class Meta:
        ordering = ["-updated_date", "-id"]

    def __str__(self) -> str:
        return self.name


class LabelType(models.TextChoices):
    """Which tool may draw a label; `any` allows every shape, and tags."""

    ANY = "any"
    RECTANGLE = "rectangle"
    POLYGON = "polygon"
    POLYLINE = "polyline"
    POINTS = "points"
    ELLIPSE = "ellipse"
    MASK = "mask"
    TAG = "tag"


class Label(models.Model):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="labels")
    name = models.CharField(max_length=64)
    color = models.CharField(max_length=7, help_text="#rrggbb")
    type = models.CharField(max_length=16, choices=LabelType.choices, default=LabelType.ANY)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="label_name_once_a_project")]

    def __str__(self) -> str:
        return self.name


class AttributeType(models.TextChoices):
    CHECKBOX = "checkbox"
    RADIO = "radio"
    NUMBER = "number"
    TEXT = "text"
    SELECT = "select"


class Attribute(models.Model):
    """One question about a shape. Values are strings: number -> [min, max, step]; checkbox -> "true"/"false"."""

    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="attributes")
    name = models.CharField(max_length=64)
    input_type = models.CharField(max_length=16, choices=AttributeType.choices)
    mutable = models.BooleanField(default=False)
    values = models.JSONField(default=list)
    default_value = models.CharField(max_length=128, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["label", "name"], name="attribute_name_once_a_label")]

    def __str__(self) -> str:
        return self.name
