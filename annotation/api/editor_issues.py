"""Issues in the editor (docs/editor-protocol.md): the same services as /api/issues, held to the one job of the session.

A crowd's token never comes here: what reviewers say about anybody's attempt is 404 for it.
"""
from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import selectors
from annotation.api.editor import EditorView
from annotation.api.serializers.issues import IssueChangeSerializer, IssueCreateSerializer, MessageSerializer
from annotation.models import Comment, EditorSession, Issue
from annotation.services import issues

_ERROR = OpenApiResponse(OpenApiTypes.OBJECT, description="{code, detail} or {field: [sentences]}")
_ERRORS = {401: _ERROR, 404: _ERROR}
_WRITE_ERRORS = {400: _ERROR, 403: _ERROR, 409: _ERROR, **_ERRORS}
_PLACE = OpenApiExample("a place", {"frame": 2, "position": [120.5, 80], "message": "Missing object", "attempt": "a1"}, request_only=True)


class EditorIssueSerializer(IssueCreateSerializer):
    """Body of POST: the session names the job."""

    job = None  # type: ignore[assignment]


class IssuesView(EditorView):
    """What every view here shares."""

    def initial(self, request: Request, *arguments: Any, **names: Any) -> None:
        """404 for sessions of a crowd: they belong to nobody of ours, or are limited to an attempt of their own."""
        super().initial(request, *arguments, **names)
        if self.session.mode == EditorSession.Mode.TOLOKER or self.session.user is None:
            raise Http404("There are no issues for this session.")

    def issue(self, pk: int) -> Issue:
        """One of the session's job. 404."""
        found = selectors.issues_for(self.session.user).select_related("job__task__project").filter(
            pk=pk, job=self.session.job_id).first()
        if found is None:
            raise Http404("This job has no such issue. It may have been deleted: load the page again.")
        return found

    def comment(self, pk: int) -> Comment:
        """One of the session's job. 404."""
        found = selectors.comments_for(self.session.user).select_related("issue__job__task__project").filter(
            pk=pk, issue__job=self.session.job_id).first()
        if found is None:
            raise Http404("This job has no such comment. It may have been deleted: load the page again.")
        return found

    def message(self) -> str:
        """The body's "message". 400."""
        body = MessageSerializer(data=self.request.data)
        body.is_valid(raise_exception=True)
        return str(body.validated_data["message"])

    def answer(self, pk: int, code: int = status.HTTP_200_OK) -> Response:
        """The issue as the list shows it."""
        [found] = _listed(self.session, pk=pk)
        return Response(found, status=code)


class IssueListView(IssuesView):
    """/api/editor/issues"""

    @extend_schema(tags=["editor"], operation_id="editor_issues", responses={200: OpenApiTypes.OBJECT, **_ERRORS})
    def get(self, request: Request) -> Response:
        """All issues of the job with their comments, and the attempt that is looked at now."""
        self.session.job.refresh_from_db(fields=["attempt"])
        return Response({"attempt": self.session.job.attempt, "issues": _listed(self.session)})

    @extend_schema(tags=["editor"], operation_id="editor_issue_create", request=EditorIssueSerializer, examples=[_PLACE],
                   responses={201: OpenApiTypes.OBJECT, **_WRITE_ERRORS})
    def post(self, request: Request) -> Response:
        """Pin an issue to a place or an object."""
        body = EditorIssueSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        made = issues.create_issue(actor=self.session.user, job=self.session.job, **body.validated_data)
        return self.answer(made.pk, status.HTTP_201_CREATED)


class IssueOneView(IssuesView):
    """/api/editor/issues/{id}"""

    @extend_schema(tags=["editor"], operation_id="editor_issue_settle", request=IssueChangeSerializer,
                   responses={200: OpenApiTypes.OBJECT, **_WRITE_ERRORS})
    def patch(self, request: Request, pk: int) -> Response:
        """Resolve or reopen."""
        body = IssueChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        settle = issues.resolve_issue if body.validated_data["resolved"] else issues.reopen_issue
        settle(actor=self.session.user, issue=self.issue(pk))
        return self.answer(pk)

    @extend_schema(tags=["editor"], operation_id="editor_issue_delete", responses={204: None, **_WRITE_ERRORS})
    def delete(self, request: Request, pk: int) -> Response:
        """With its comments."""
        issues.delete_issue(actor=self.session.user, issue=self.issue(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class IssueCommentsView(IssuesView):
    """/api/editor/issues/{id}/comments"""

    @extend_schema(tags=["editor"], operation_id="editor_comment_create", request=MessageSerializer,
                   responses={201: OpenApiTypes.OBJECT, **_WRITE_ERRORS})
    def post(self, request: Request, pk: int) -> Response:
        """Answer an issue; the whole issue comes back."""
        issues.add_comment(actor=self.session.user, issue=self.issue(pk), message=self.message())
        return self.answer(pk, status.HTTP_201_CREATED)


class CommentOneView(IssuesView):
    """/api/editor/comments/{id}"""

    @extend_schema(tags=["editor"], operation_id="editor_comment_edit", request=MessageSerializer,
                   responses={200: OpenApiTypes.OBJECT, **_WRITE_ERRORS})
    def patch(self, request: Request, pk: int) -> Response:
        """Change one's own words; the whole issue comes back."""
        comment = self.comment(pk)
        issues.edit_comment(actor=self.session.user, comment=comment, message=self.message())
        return self.answer(comment.issue_id)

    @extend_schema(tags=["editor"], operation_id="editor_comment_delete", responses={200: OpenApiTypes.OBJECT, **_WRITE_ERRORS})
    def delete(self, request: Request, pk: int) -> Response:
        """Take back one's own words; the issue without them comes back."""
        comment = self.comment(pk)
        issues.delete_comment(actor=self.session.user, comment=comment)
        return self.answer(comment.issue_id)


def _listed(session: EditorSession, **only: Any) -> list[dict[str, Any]]:
    job = session.job
    user: Any = session.user
    rows = selectors.issues_for(user).filter(job=job, **only).select_related("owner").prefetch_related("comments__owner")
    rows = rows.order_by("frame", "pk")
    edits = selectors.may_edit(user, job.task.project)
    return [{
        "id": row.pk, "frame": row.frame, "position": row.position, "shape_id": row.shape_id, "resolved": row.resolved_date is not None,
        "earlier": row.attempt != job.attempt, "owner": _name(row), "created_date": row.created_date,
        "may_delete": edits or row.owner_id == user.pk, "comments": [_comment(one, user) for one in row.comments.all()],
    } for row in rows]


def _comment(comment: Comment, user: Any) -> dict[str, Any]:
    return {"id": comment.pk, "owner": _name(comment), "message": comment.message, "created_date": comment.created_date,
            "edited": (comment.updated_date - comment.created_date).total_seconds() > 1, "own": comment.owner_id == user.pk}


def _name(thing: Issue | Comment) -> str:
    return thing.owner.get_username() if thing.owner else "somebody who left"
