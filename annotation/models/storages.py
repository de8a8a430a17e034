"""Places outside where images lie."""
from django.conf import settings
from django.db import models

from annotation.models.organizations import Organization


class CloudStorage(models.Model):
    """A bucket that tasks are made from. Only read. Names are CVAT's."""

    class Provider(models.TextChoices):
        AWS_S3 = "AWS_S3_BUCKET"
        AZURE = "AZURE_CONTAINER"
        GOOGLE = "GOOGLE_CLOUD_STORAGE"

    class CredentialsType(models.TextChoices):
        KEY_SECRET_KEY_PAIR = "KEY_SECRET_KEY_PAIR"
        ANONYMOUS_ACCESS = "ANONYMOUS_ACCESS"

    provider_type = models.CharField(max_length=24, choices=Provider.choices, default=Provider.AWS_S3)
    # The bucket.
    resource = models.CharField(max_length=222)
    display_name = models.CharField(max_length=63)
    description = models.TextField(blank=True, max_length=8_000)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="cloud_storages")
    organization = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.CASCADE, related_name="cloud_storages")
    credentials_type = models.CharField(max_length=24, choices=CredentialsType.choices)
    # {"key", "secret_key"} as JSON, encrypted (Fernet); empty for anonymous access.
    credentials = models.BinaryField(blank=True, default=bytes)
    # {"region"?, "endpoint_url"?, "prefix"?}
    specific_attributes = models.JSONField(default=dict)
    created_date = models.DateTimeField(auto_now_add=True)
    updated_date = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.display_name
