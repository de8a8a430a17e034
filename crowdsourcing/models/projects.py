"""CrowdProject: the platform's project, twin of a project."""
from django.db import models

from annotation.models import Project
from crowdsourcing.models.accounts import ProviderAccount
from crowdsourcing.statuses import ProjectStatus


class CrowdProject(models.Model):
    """`status` and `remote_*` are observed (only the mirror writes them); the rest is what the requester wants."""

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="crowd_project")
    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="crowd_projects")
    description = models.TextField(blank=True, max_length=5_000)
    remote_id = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=32, choices=ProjectStatus.choices, blank=True)
    # Mark written to the platform's private_comment before creation, so that a lost answer is found again.
    mark = models.CharField(max_length=64, unique=True)
    # When the newest news was read; news read earlier does not overwrite it.
    mirrored_at = models.DateTimeField(null=True, blank=True)
    synced_at = models.DateTimeField(null=True, blank=True)
    sync_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["account", "remote_id"], condition=~models.Q(remote_id=""), name="remote_project_once")]

    def __str__(self) -> str:
        return f"{self.project} on {self.account.get_provider_display()}"
