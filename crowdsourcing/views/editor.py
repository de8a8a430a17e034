"""The editor as a Toloker meets it: in a frame on the platform's task page, without cookies. See docs/editor-protocol.md."""
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from crowdsourcing.connections import warm_in_background
from crowdsourcing.services import editor
from crowdsourcing.services.editor import NotYours, PlatformSilent

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def frame_origins() -> list[str]:
    """Who may frame the editor: the platform's task pages, and every page around those (browsers check all of them)."""
    found = [*settings.EDITOR_FRAME_ANCESTORS, settings.SANDBOX_FRAME_ORIGIN]
    for address in (settings.SANDBOX_PUBLIC_URL, settings.SANDBOX_URL):
        parts = urlsplit(address)
        found.append(f"{parts.scheme}://{parts.netloc}")
        if parts.hostname in ("localhost", "127.0.0.1", "::1") and parts.port:
            found += [f"{parts.scheme}://{name}:{parts.port}" for name in _LOOPBACK[:2]]
    return list(dict.fromkeys(origin for origin in found if origin))


@require_safe
@never_cache
@xframe_options_exempt
def editor_page(request: HttpRequest, job_key: str) -> HttpResponse:
    """The page alone shows nothing of the job: it asks for a session first."""
    try:
        editor.task_suite_of(job_key)
    except NotYours as refusal:
        return _headers(HttpResponse(refusal.sentence, status=404, content_type="text/plain; charset=utf-8"))
    # Its session is asked for in a moment, and that asks the platform.
    warm_in_background()
    answer = render(request, "annotation/editor.html", {
        "api_url": "/api/editor/", "session_url": reverse("crowdsourcing:editor_session", args=[job_key]), "job_key": job_key,
        "parent_origins": " ".join(frame_origins())})
    return _headers(answer)


def _headers(answer: HttpResponse) -> HttpResponse:
    answer["Content-Security-Policy"] = f"frame-ancestors 'self' {' '.join(frame_origins())}; object-src 'none'; base-uri 'none'"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


class _PerJob(SimpleRateThrottle):
    """Reloads of one task by one person."""

    rate = "30/min"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return f"editor-session:{view.kwargs['job_key'][:100]}"


class _PerAddress(SimpleRateThrottle):
    """Many people may share an address; guessing keys is hopeless long before this."""

    rate = "600/min"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return f"editor-session-from:{self.get_ident(request)}"


@method_decorator([csrf_exempt, never_cache, xframe_options_exempt], name="dispatch")
class EditorSessionView(APIView):
    """POST {"assignment_id"} -> 201 {"token", "expires_at", "seconds_left"}; 403, 502, 503 {"code", "detail"}."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (_PerAddress, _PerJob)
    schema = None

    def post(self, request: Request, job_key: str) -> Response:
        body = request.data if isinstance(request.data, dict) else {}
        try:
            opened = editor.open_session(job_key=job_key, assignment_id=body.get("assignment_id", ""))
        except NotYours as refusal:
            return Response({"code": refusal.code, "detail": refusal.sentence}, status=status.HTTP_403_FORBIDDEN)
        except PlatformSilent as silence:
            code = status.HTTP_503_SERVICE_UNAVAILABLE if silence.again else status.HTTP_502_BAD_GATEWAY
            return Response({"code": silence.code, "detail": silence.sentence}, status=code)
        return Response(
            {"token": opened.token, "expires_at": opened.expires_at, "seconds_left": opened.seconds_left}, status=status.HTTP_201_CREATED)
