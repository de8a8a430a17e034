"""DrawingProject: the platform's project for pools that are annotated in the platform's own image annotation."""
from django.db import models

from crowdsourcing.models.projects import CrowdProject
from crowdsourcing.statuses import ProjectStatus


class DrawingProject(models.Model):
    """Beside the CrowdProject, whose task page is our editor: a project of the platform has one task page (decision 0011).

    One for each choice of shapes; its pools share it. `status` and `remote_*` are observed, the rest is what is wanted. `replaced`: it was
    archived at the platform, which is final, and new pools get another one of the same choice.
    """

    crowd_project = models.ForeignKey(CrowdProject, on_delete=models.PROTECT, related_name="drawing_projects")
    # What may be drawn, as "rectangle" or "point polygon": sorted, with spaces; and whether each image needs at least one region.
    shapes = models.CharField(max_length=64)
    needed = models.BooleanField(default=False)
    # Label name -> label id, of every name that was ever on the task page: work that is under way outlives a renaming.
    label_names = models.JSONField(default=dict, blank=True)
    replaced = models.BooleanField(default=False, db_default=False)
    mark = models.CharField(max_length=64, unique=True)
    remote_id = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=32, choices=ProjectStatus.choices, blank=True)
    mirrored_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["crowd_project", "shapes", "needed"], condition=models.Q(replaced=False), name="drawing_project_in_use_once_a_choice")]

    def __str__(self) -> str:
        return f"{self.crowd_project.project}: {self.shapes}"
