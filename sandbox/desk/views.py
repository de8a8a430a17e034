"""Three shells of HTML. What is on them is fetched by JavaScript from the Toloker API and the requester API, as any other client would."""
from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from .origins import desk_origins, frame_origin, on_frame_origin

# Instructions are a requester's HTML: they are shown in a frame without scripts, which inherits this policy, hence inline styles and
# any image.
_DESK_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src * data: blob:; "
    "frame-src 'self' {frame}; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


def _page(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    if on_frame_origin(request):
        # The origin of the tasks must never hold a token: send people to the desk's own address.
        return redirect(desk_origins(request)[0] + request.get_full_path())
    response = render(request, template, {"frame_origin": frame_origin(request), **context})
    response["Content-Security-Policy"] = _DESK_POLICY.format(frame=frame_origin(request))
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The Toloker's desk: open tasks, one task, my work, earnings."""
    return _page(request, "sandbox/desk.html", {})


@require_safe
def requester(request: HttpRequest, **ids: str) -> HttpResponse:
    """The requester's pages, at the paths that toloka-kit prints. The page's script reads the ids from the address."""
    return _page(request, "sandbox/requester.html", {})


@require_safe
@xframe_options_exempt
def frame(request: HttpRequest) -> HttpResponse:
    """The page in which a requester's task runs. Only the desk may frame it, and it answers on its own origin only (404 elsewhere)."""
    if not on_frame_origin(request):
        raise Http404("Tasks are shown on their own origin only.")
    origins = desk_origins(request)
    response = render(request, "sandbox/frame.html", {"desk_origins": origins})
    response["Content-Security-Policy"] = f"frame-ancestors {' '.join(origins)}"
    response["Cache-Control"] = "no-cache"
    return response
