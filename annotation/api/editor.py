"""The editor's HTTP API (docs/editor-protocol.md). One token opens one job, nothing else."""
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponseBase
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import authentication, permissions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.api.errors import SessionEnded, TooLarge
from annotation.api.json import MAX_BYTES, JSONParser, JSONRenderer
from annotation.errors import InvalidAnnotations
from annotation.frames import QUALITIES, frame_response
from annotation.guides import render_guide
from annotation.models import EditorSession, Frame, Job, Label
from annotation.services import editor

SCHEME = "Editor"
_ERROR = OpenApiResponse(OpenApiTypes.OBJECT, description="{code, detail}")
_ERRORS = {401: _ERROR}
_CONFLICTS = {400: _ERROR, 401: _ERROR, 409: _ERROR}


class EditorAuthentication(authentication.BaseAuthentication):
    """`Authorization: Editor <token>`; request.auth becomes the EditorSession."""

    def authenticate(self, request: Request) -> tuple[Any, EditorSession]:
        """SessionEnded (401) for anything but a live session's token."""
        parts = authentication.get_authorization_header(request).decode("latin-1").split()
        session = editor.session_of(parts[1]) if len(parts) == 2 and parts[0].lower() == SCHEME.lower() else None
        if session is None:
            raise SessionEnded
        return session.user or AnonymousUser(), session

    def authenticate_header(self, request: Request) -> str:
        """For WWW-Authenticate."""
        return SCHEME


class EditorScheme(OpenApiAuthenticationExtension):
    """How the API schema shows it."""

    target_class = EditorAuthentication
    name = "editorToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """OpenAPI has no word for own schemes: a header."""
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Editor <token>"}


class HasSession(permissions.BasePermission):
    """Whoever has a session may use these views, logged in or not."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, EditorSession)


class EditorView(APIView):
    """Base of the editor's views."""

    authentication_classes = [EditorAuthentication]
    permission_classes = [HasSession]
    renderer_classes = [JSONRenderer]
    parser_classes = [JSONParser]

    def initial(self, request: Request, *arguments: Any, **names: Any) -> None:
        """Refuse bodies by their announced length, before reading them."""
        super().initial(request, *arguments, **names)
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
            raise TooLarge(f"At most {MAX_BYTES // 2**20} MB a request are taken.")

    @property
    def session(self) -> EditorSession:
        """Of this request."""
        return self.request.auth  # type: ignore[return-value]

    def revision(self) -> int:
        """The body's "revision". InvalidAnnotations."""
        body = self.request.data
        revision = body.get("revision") if isinstance(body, dict) else None
        if isinstance(revision, bool) or not isinstance(revision, int) or revision < 0:
            raise InvalidAnnotations({"revision": "give the revision you started from, a whole number."})
        return revision


class AnnotationsBody(serializers.Serializer):
    """Replaces what is on the named frames."""

    revision = serializers.IntegerField(min_value=0)
    frames = serializers.DictField(
        child=serializers.DictField(), help_text="frame number -> {shapes: [...], tags: [...], nothing_here?: true, starting_point?: true}")


class RevisionBody(serializers.Serializer):
    """What a change answers, and what submit takes."""

    revision = serializers.IntegerField(min_value=0)


class SubmitAnswer(serializers.Serializer):
    """Goes to the platform as the assignment's solution."""

    job_key = serializers.CharField()
    revision = serializers.IntegerField()
    digest = serializers.CharField()


_EXAMPLE = OpenApiExample("one box", {"revision": 4, "frames": {"0": {"shapes": [
    {"client_id": "b1", "type": "rectangle", "label_id": 3, "points": [10.0, 20.0, 110.0, 220.0], "rotation": 0, "occluded": False,
     "attributes": [{"spec_id": 9, "value": "true"}]}], "tags": []}}}, request_only=True)


class JobView(EditorView):
    """GET /api/editor/job"""

    @extend_schema(tags=["editor"], operation_id="editor_job", responses={200: OpenApiTypes.OBJECT, **_ERRORS})
    def get(self, request: Request) -> Response:
        """Everything the editor needs to begin: job, frames, labels, guide, what is there already."""
        session, job = self.session, self.session.job
        work = editor.work_of(session)
        reason = work.read_only_reason
        labels = Label.objects.filter(project=job.task.project_id).prefetch_related("attributes")
        return Response({
            "job": {"id": job.pk, "task_name": job.task.name, "start_frame": job.start_frame, "stop_frame": job.stop_frame,
                    "read_only": reason is not None, "read_only_reason": reason or "", "stage": job.stage, "state": job.state},
            "frames": list(_frames(job).values("number", "name", "width", "height")),
            "labels": [_label(label) for label in labels],
            "guide_html": render_guide(job.task.project.guide, job.task.project_id),
            "annotations": {"revision": work.revision, "frames": work.frames},
            "context": _context(session, read_only=reason is not None),
        })


class FrameView(EditorView):
    """GET /api/editor/frames/{number}"""

    @extend_schema(tags=["editor"], operation_id="editor_frame", responses={(200, "image/*"): OpenApiTypes.BINARY, **_ERRORS, 404: _ERROR},
                   parameters=[OpenApiParameter("quality", enum=list(QUALITIES), default="work")])
    def get(self, request: Request, number: int) -> HttpResponseBase:
        """The image. 404 for frames outside the job."""
        frame = _frames(self.session.job).filter(number=number).first()
        if frame is None:
            raise Http404("This job has no such frame.")
        return frame_response(request._request, frame, request.query_params.get("quality", "work"))


class AnnotationsView(EditorView):
    """/api/editor/annotations"""

    @extend_schema(tags=["editor"], operation_id="editor_annotations", responses={200: AnnotationsBody, **_ERRORS})
    def get(self, request: Request) -> Response:
        """What is stored now."""
        work = editor.work_of(self.session)
        return Response({"revision": work.revision, "frames": work.frames})

    @extend_schema(tags=["editor"], operation_id="editor_save", request=AnnotationsBody, examples=[_EXAMPLE],
                   responses={200: RevisionBody, 413: _ERROR, **_CONFLICTS})
    def patch(self, request: Request) -> Response:
        """Replace what is on the named frames; all or nothing."""
        revision = self.revision()
        body: dict[str, Any] = dict(request.data)
        saved = editor.save(session=self.session, revision=revision, frames=body.get("frames", {}))
        return Response({"revision": saved})


class SubmitView(EditorView):
    """POST /api/editor/submit"""

    @extend_schema(tags=["editor"], operation_id="editor_submit", request=RevisionBody, responses={200: SubmitAnswer, **_CONFLICTS})
    def post(self, request: Request) -> Response:
        """Keep an immutable snapshot and finish the job. A repeat with the same revision answers the same."""
        snapshot = editor.submit(session=self.session, revision=self.revision())
        return Response({"job_key": self.session.context.get("job_key", ""), "revision": snapshot.revision, "digest": snapshot.digest})


def _frames(job: Job) -> Any:
    return Frame.objects.filter(job.frames_within(), task=job.task_id).order_by("number")


def _label(label: Label) -> dict[str, Any]:
    return {"id": label.pk, "name": label.name, "color": label.color, "type": label.type, "attributes": [
        {"id": attribute.pk, "name": attribute.name, "input_type": attribute.input_type, "mutable": attribute.mutable,
         "values": attribute.values, "default_value": attribute.default_value} for attribute in label.attributes.all()]}


def _context(session: EditorSession, *, read_only: bool) -> dict[str, Any]:
    left = None if session.deadline is None else max(0, int((session.deadline - timezone.now()).total_seconds()))
    shown = {name: session.context.get(name) for name in ("title", "price", "currency") if name in session.context}
    # A correction is kept or thrown away on the job's page.
    can_submit = not read_only and session.mode != EditorSession.Mode.CORRECTION
    return {"title": session.job.task.project.name, **shown, "seconds_left": left, "mode": session.mode, "can_submit": can_submit,
            "can_skip": session.mode == EditorSession.Mode.TOLOKER and not read_only}
