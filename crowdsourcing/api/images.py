"""Images of the crowd's tasks, for the platform's pages."""
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from annotation.frames import frame_response
from crowdsourcing.image_links import CACHE_SECONDS, NoImage, frame_of


@require_safe
def image(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """The image behind an address of crowdsourcing.image_links; 404 without a word about why. No session is looked at."""
    try:
        frame = frame_of(token, name)
    except NoImage:
        return HttpResponse("There is no such image, or not any more.", status=404, content_type="text/plain; charset=utf-8",
                            headers={"Cache-Control": "no-store"})
    answer = frame_response(request, frame)
    # The address is the permission: caches on the way may keep it, and pages of any site may show it and read its pixels.
    answer["Cache-Control"] = f"public, max-age={CACHE_SECONDS}"
    del answer["Vary"]
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
