"""The annotator's guide and its pictures, as CVAT's programs know them."""
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotation.api.serializers.people import BasicUserSerializer
from annotation.models import Asset, GuideVersion, Project
from annotation.services.projects import GUIDE_LENGTH


class GuideWriteSerializer(serializers.Serializer):
    """POST names the project, or a task of it: tasks share their project's guide."""

    project_id = serializers.IntegerField(required=False, allow_null=True)
    task_id = serializers.IntegerField(required=False, allow_null=True)
    markdown = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False, max_length=GUIDE_LENGTH)


class GuideSerializer(serializers.ModelSerializer):
    """A project's guide; its id is the project's. `version` counts the changes of its text, 0 while there is none."""

    project_id = serializers.IntegerField(source="pk", read_only=True)
    task_id = serializers.SerializerMethodField()
    markdown = serializers.CharField(source="guide", read_only=True)
    owner = BasicUserSerializer(read_only=True)
    version = serializers.SerializerMethodField()

    class Meta:
        model = Project
        fields = ("id", "project_id", "task_id", "owner", "markdown", "version", "created_date", "updated_date")

    @extend_schema_field({"type": "integer", "nullable": True})
    def get_task_id(self, project: Any) -> None:
        return None

    def get_version(self, project: Any) -> int:
        return GuideVersion.objects.filter(project=project).order_by("-number").values_list("number", flat=True).first() or 0


class AssetWriteSerializer(serializers.Serializer):
    """multipart/form-data"""

    guide_id = serializers.IntegerField()
    file = serializers.FileField(help_text="PNG, JPEG, GIF or WebP")


class AssetSerializer(serializers.ModelSerializer):
    """A picture of a guide: `![](/api/assets/<uuid>)` shows it."""

    uuid = serializers.SerializerMethodField()
    owner = BasicUserSerializer(read_only=True)
    guide_id = serializers.IntegerField(source="project_id", read_only=True)

    class Meta:
        model = Asset
        fields = ("uuid", "filename", "created_date", "owner", "guide_id")

    @extend_schema_field(OpenApiTypes.UUID)
    def get_uuid(self, asset: Any) -> str:
        return str(asset.pk)
