"""Issues and their comments, under CVAT's names; `attempt`, `shape_id`, `message`, `resolved_by` and `resolved_date` are ours."""
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotation.api.constants import Constant
from annotation.api.serializers.people import BasicUserSerializer
from annotation.models import Comment, Issue
from annotation.services.issues import MAX_MESSAGE

BIGGEST_ID = 2**63 - 1


class PositionField(serializers.ListField):
    """`x y` or `x1 y1 x2 y2`: numbers, nothing that only looks like one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=serializers.FloatField(), min_length=2, max_length=4, **options)
        self.help_text = "x y, or x1 y1 x2 y2: pixels of the upright image"


class IssueCreateSerializer(serializers.Serializer):
    """Body of POST."""

    job = serializers.IntegerField(min_value=1, max_value=BIGGEST_ID)
    frame = serializers.IntegerField(min_value=0, max_value=2**31 - 1, help_text="task-absolute")
    position = PositionField()
    message = serializers.CharField(max_length=MAX_MESSAGE, trim_whitespace=True, help_text="the first comment")
    shape_id = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=BIGGEST_ID,
                                        help_text="the object of that frame it is about")
    attempt = serializers.CharField(required=False, max_length=128, allow_blank=True,
                                    help_text="the attempt that was looked at; 409 when the job is at another one")


class IssueChangeSerializer(serializers.Serializer):
    """Body of PATCH."""

    resolved = serializers.BooleanField()


class IssueSerializer(serializers.ModelSerializer):
    """One remark on a place of one frame."""

    owner = BasicUserSerializer(read_only=True, allow_null=True)
    assignee = Constant(None)
    resolved = serializers.SerializerMethodField()
    resolved_by = BasicUserSerializer(read_only=True, allow_null=True)
    position = serializers.ListField(child=serializers.FloatField(), read_only=True)
    message = serializers.CharField(read_only=True, help_text="the first comment's text")
    comments = serializers.SerializerMethodField()

    class Meta:
        model = Issue
        fields = ("id", "job", "frame", "position", "shape_id", "attempt", "message", "owner", "assignee", "resolved", "resolved_by",
                  "resolved_date", "comments", "created_date", "updated_date")

    def get_resolved(self, issue: Any) -> bool:
        return issue.resolved_date is not None

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_comments(self, issue: Any) -> dict[str, Any]:
        path = f"/api/comments?issue_id={issue.pk}"
        request = self.context.get("request")
        return {"count": issue.comment_count, "url": request.build_absolute_uri(path) if request is not None else path}


class CommentCreateSerializer(serializers.Serializer):
    """Body of POST."""

    issue = serializers.IntegerField(min_value=1, max_value=BIGGEST_ID)
    message = serializers.CharField(max_length=MAX_MESSAGE)


class MessageSerializer(serializers.Serializer):
    """Body of PATCH, and of a comment in the editor."""

    message = serializers.CharField(max_length=MAX_MESSAGE)


class CommentSerializer(serializers.ModelSerializer):
    """One message of an issue."""

    owner = BasicUserSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Comment
        fields = ("id", "issue", "owner", "message", "created_date", "updated_date")
