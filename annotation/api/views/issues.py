"""/api/issues, /api/comments: what reviewers say about places. CVAT's addresses, names and status codes."""
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import mixins, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import selectors
from annotation.api.base import CONFLICT_ERRORS, WRITE_ERRORS, ApiView
from annotation.api.lists import COMMENTS, ISSUES
from annotation.api.serializers.issues import (
    CommentCreateSerializer,
    CommentSerializer,
    IssueChangeSerializer,
    IssueCreateSerializer,
    IssueSerializer,
    MessageSerializer,
)
from annotation.models import Comment, Issue
from annotation.services import issues

_PLACE = OpenApiExample("a place", {"job": 7, "frame": 2, "position": [120.5, 80], "message": "Missing object"}, request_only=True)
_SHAPE = OpenApiExample("an object", {"job": 7, "frame": 2, "position": [100, 60, 180, 120], "shape_id": 31, "message": "Wrong label"},
                        request_only=True)
_OUTSIDE = OpenApiExample("a place outside", {"position": ["The place is outside the image, which has 640 × 480 pixels."]},
                          response_only=True, status_codes=["400"])


class IssueView(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiView):
    """Issues of jobs the caller sees; every member of the project may write."""

    serializer_class = IssueSerializer
    terms = ISSUES
    space_paths = ("job__task__project__organization",)
    search_fields = ("owner__username", "message")
    sort_fields = {"id": "id", "job_id": "job", "frame_id": "frame", "owner": "owner__username", "created_date": "created_date",
                   "updated_date": "updated_date"}

    def get_queryset(self) -> QuerySet[Issue]:
        first = Comment.objects.filter(issue=OuterRef("pk")).order_by("pk").values("message")[:1]
        count = Comment.objects.filter(issue=OuterRef("pk")).order_by().values("issue").annotate(number=Count("pk")).values("number")
        return selectors.issues_for(self.request.user).select_related("job__task__project", "owner", "resolved_by").annotate(
            message=Subquery(first), comment_count=Subquery(count))

    @extend_schema(request=IssueCreateSerializer, examples=[_PLACE, _SHAPE, _OUTSIDE], responses={201: IssueSerializer, **CONFLICT_ERRORS})
    def create(self, request: Request) -> Response:
        """An issue about the job's present attempt, with its first comment."""
        body = IssueCreateSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        wanted: dict[str, Any] = dict(body.validated_data)
        job = selectors.jobs_open_to(request.user).select_related("task__project").filter(pk=wanted.pop("job")).first()
        if job is None:
            raise ValidationError({"job": ["Give the id of a job that you see."]})
        issue = issues.create_issue(actor=request.user, job=job, **wanted)
        return Response(self.answer(issue), status=status.HTTP_201_CREATED)

    @extend_schema(request=IssueChangeSerializer, responses={200: IssueSerializer, **WRITE_ERRORS},
                   examples=[OpenApiExample("resolve", {"resolved": True}, request_only=True)])
    def partial_update(self, request: Request, pk: int) -> Response:
        """Resolve or reopen; a repeat changes nothing."""
        issue = self.get_object()
        body = IssueChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        settle = issues.resolve_issue if body.validated_data["resolved"] else issues.reopen_issue
        settle(actor=request.user, issue=issue)
        return Response(self.answer(issue))

    @extend_schema(responses={204: None, **WRITE_ERRORS})
    def destroy(self, request: Request, pk: int) -> Response:
        """With its comments: by whoever opened it, or by requesters."""
        issues.delete_issue(actor=request.user, issue=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


class CommentView(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiView):
    """Comments on issues of jobs the caller sees, in the order they were said."""

    serializer_class = CommentSerializer
    terms = COMMENTS
    space_paths = ("issue__job__task__project__organization",)
    search_fields = ("message", "owner__username")
    sort_fields = {"id": "id", "issue_id": "issue", "owner": "owner__username", "created_date": "created_date",
                   "updated_date": "updated_date"}

    def get_queryset(self) -> QuerySet[Comment]:
        return selectors.comments_for(self.request.user).select_related("owner", "issue__job__task__project")

    @extend_schema(request=CommentCreateSerializer, responses={201: CommentSerializer, **CONFLICT_ERRORS},
                   examples=[OpenApiExample("an answer", {"issue": 12, "message": "The second car as well."}, request_only=True)])
    def create(self, request: Request) -> Response:
        """Say something more about an issue."""
        body = CommentCreateSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        issue = selectors.issues_for(request.user).select_related("job__task__project").filter(pk=body.validated_data["issue"]).first()
        if issue is None:
            raise ValidationError({"issue": ["Give the id of an issue that you see."]})
        comment = issues.add_comment(actor=request.user, issue=issue, message=body.validated_data["message"])
        return Response(self.answer(comment), status=status.HTTP_201_CREATED)

    @extend_schema(request=MessageSerializer, responses={200: CommentSerializer, **WRITE_ERRORS})
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change one's own words."""
        comment = self.get_object()
        body = MessageSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        issues.edit_comment(actor=request.user, comment=comment, message=body.validated_data["message"])
        return Response(self.answer(comment))

    @extend_schema(responses={204: None, **CONFLICT_ERRORS})
    def destroy(self, request: Request, pk: int) -> Response:
        """Take back one's own words; 409 for the only comment of an issue."""
        issues.delete_comment(actor=request.user, comment=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
