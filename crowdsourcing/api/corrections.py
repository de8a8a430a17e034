"""/api/crowdsourcing/assignments/{id}/fix: a reviewer's own version of submitted work."""
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.services import editor as room1_editor
from annotation.services.corrections import KEPT_CORRECTIONS
from crowdsourcing.api import examples
from crowdsourcing.api.base import VERB_ANSWERS
from crowdsourcing.api.errors import ERRORS
from crowdsourcing.api.serializers import FixAndAcceptSerializer
from crowdsourcing.services import corrections as services

# With the kept corrections of their jobs, which AssignmentSerializer reads.
OF_ASSIGNMENTS = Prefetch(f"job__{KEPT_CORRECTIONS.prefetch_to}", KEPT_CORRECTIONS.queryset)


@examples.taken("A colleague's", {"take_over": True})
class FixSerializer(serializers.Serializer):
    take_over = serializers.BooleanField(default=False, help_text="go on with what a colleague has open; theirs becomes read-only")


class OpenedFixSerializer(serializers.Serializer):
    """A draft and the key to it: `PATCH /api/editor/annotations` with `Authorization: Editor <token>` changes it."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField()
    revision = serializers.IntegerField(help_text="of the draft")


@examples.shown("Kept", {"snapshot": 141})
class KeptFixSerializer(serializers.Serializer):
    snapshot = serializers.IntegerField(allow_null=True, help_text="of the corrected version; null: it says what was submitted")


_OPENED = OpenApiResponse(OpenedFixSerializer, examples=[OpenApiExample("Opened", value={
    "token": "kZ0…", "expires_at": "2026-11-22T22:00:00Z", "revision": 0})])


class CorrectionActions:
    """For AssignmentViewSet. 409 `being_corrected` while a colleague has it open, `busy` while a decision is on its way."""

    @extend_schema(request=FixSerializer, responses={201: _OPENED, **ERRORS}, summary="Fix")
    @action(detail=True, methods=["post"])
    def fix(self, request: Request, pk: str) -> Response:
        """Open a draft of the submitted work, or go on with one's own. What was submitted is not touched."""
        assignment = self.get_object()  # type: ignore[attr-defined]
        wanted: dict[str, Any] = self.checked(FixSerializer)  # type: ignore[attr-defined]
        correction = services.begin_fix(actor=request.user, assignment=assignment, **wanted)
        expires_at = timezone.now() + room1_editor.OWN_SESSION
        _, token = room1_editor.open_session(
            job=assignment.job, mode="correction", attempt=correction.attempt, user=request.user, expires_at=expires_at)
        return Response({"token": token, "expires_at": expires_at, "revision": correction.revision}, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={200: KeptFixSerializer, **ERRORS}, summary="Keep the correction")
    @action(detail=True, methods=["post"], url_path="fix/keep", url_name="keep-fix")
    def keep_fix(self, request: Request, pk: str) -> Response:
        """Keep it without deciding. Exports hold it once the work is accepted. A repeat answers the same."""
        snapshot = services.keep_fix(actor=request.user, assignment=self.get_object())  # type: ignore[attr-defined]
        return Response({"snapshot": snapshot and snapshot.pk})

    @extend_schema(request=FixAndAcceptSerializer, responses=VERB_ANSWERS, summary="Fix and accept")
    @action(detail=True, methods=["post"], url_path="fix/accept", url_name="fix-and-accept")
    def fix_and_accept(self, request: Request, pk: str) -> Response:
        """Keep the correction and ask the platform to accept: both or neither."""
        comment = self.checked(FixAndAcceptSerializer)["comment"]  # type: ignore[attr-defined]
        command = services.fix_and_accept(
            actor=request.user, assignment=self.get_object(), comment=comment)  # type: ignore[attr-defined]
        return self.asked(command)  # type: ignore[attr-defined]

    @extend_schema(request=None, responses={204: None, **ERRORS}, summary="Throw the correction away")
    @action(detail=True, methods=["post"], url_path="fix/throw-away", url_name="throw-fix-away")
    def throw_fix_away(self, request: Request, pk: str) -> Response:
        """What was submitted counts again; a version that was kept stays on record among the job's snapshots."""
        services.discard_fix(actor=request.user, assignment=self.get_object())  # type: ignore[attr-defined]
        return Response(status=status.HTTP_204_NO_CONTENT)
