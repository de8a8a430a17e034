"""What our pages let a browser do: their own scripts and styles, nothing inline, no frame around them."""
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

HEADER = "Content-Security-Policy"
# Pictures also from the web: an annotator's guide may show some.
POLICY = (
    "default-src 'self'; img-src 'self' data: blob: https: http:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'")
# Pages of Django, its admin and REST framework, with inline parts or scripts of their own; none shows a stranger's text as HTML.
FOREIGN = ("/admin/", "/api/")


class PagePolicyMiddleware:
    """Adds the policy to pages that say nothing of their own (the editor, frames and others do)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        page = response.headers.get("Content-Type", "").startswith("text/html")
        if page and HEADER not in response.headers and not request.path.startswith(FOREIGN):
            # The page of a fault carries its own style: it must look right when nothing else of us answers.
            fault = "; style-src 'self' 'unsafe-inline'" if response.status_code >= 500 else ""
            response.headers[HEADER] = POLICY + fault
        return response
