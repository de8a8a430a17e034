"""Who may do what: members of a project, tokens for programs, personal settings."""
from django.conf import settings
from django.db import models

from annotation.models.projects import Project


class ProjectMember(models.Model):
    """A user with whom a project is shared. The owner needs no row."""

    class Role(models.TextChoices):
        REQUESTER = "requester", "Requester: may change everything but the sharing"
        REVIEWER = "reviewer", "Reviewer: may look, accept and reject"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)
    created_date = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="member_once_a_project")]

    def __str__(self) -> str:
        return f"{self.role} {self.user_id} of project {self.project_id}"


class AccessToken(models.Model):
    """A personal access token: `Authorization: Bearer <value>`. The value is shown once; only its SHA-256 is stored."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_tokens")
    name = models.CharField(max_length=50)
    # First characters of the value, to tell tokens apart on the page.
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    read_only = models.BooleanField(default=False)
    expiry_date = models.DateTimeField(null=True, blank=True)
    created_date = models.DateTimeField(auto_now_add=True)
    last_used_date = models.DateTimeField(null=True, blank=True)
    revoked_date = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_date"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class Profile(models.Model):
    """Personal settings of a user."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile")
    timezone = models.CharField(max_length=64, blank=True, help_text="IANA name; empty: the browser's")

    def __str__(self) -> str:
        return f"Settings of user {self.user_id}"
