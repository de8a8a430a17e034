"""Serving the bytes of a frame. Who may see it is the caller's business."""
import logging
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags

from annotation.models import Frame

log = logging.getLogger(__name__)
QUALITIES = ("work", "original", "thumbnail")
# Bytes of a frame never change; an hour bounds how long a browser may show what it was once allowed to see.
CACHE_SECONDS = 3600


def frame_response(request: HttpRequest, frame: Frame, quality: str = "work") -> HttpResponse:
    """The image in the quality "work" (upright, what browsers show), "original" or "thumbnail" (CVAT's "compressed" is "work").

    With ETag and 304; the media type is what the decoder found, never what the sender claimed. Http404 for another quality.
    """
    quality = "work" if quality == "compressed" else quality
    if quality not in QUALITIES:
        raise Http404(f"The quality is one of {', '.join(QUALITIES)}.")
    file, media_type = _file(frame, quality)
    etag = f'"{frame.sha256[:32]}-{quality}"'
    if etag in parse_etags(request.META.get("HTTP_IF_NONE_MATCH", "")):
        response: HttpResponse = HttpResponseNotModified()
    else:
        try:
            # Names of frames may hold anything: the header gets one of our own.
            response = FileResponse(file.open("rb"), content_type=media_type, filename=f"frame_{frame.number}")  # type: ignore[assignment]
        except FileNotFoundError:
            log.error("The file %s of frame %s is missing.", file.name, frame.pk)
            raise Http404("The file of this frame is missing on the server.") from None
    response["ETag"] = etag
    response["Cache-Control"] = f"private, max-age={CACHE_SECONDS}"
    response["Vary"] = "Authorization, Cookie"
    response["X-Content-Type-Options"] = "nosniff"
    # An image opened by itself must not become a page.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _file(frame: Frame, quality: str) -> tuple[Any, str]:
    if quality == "thumbnail":
        return frame.thumbnail, "image/jpeg"
    if quality == "work" and frame.work_copy:
        return frame.work_copy, "image/png" if str(frame.work_copy.name).endswith(".png") else "image/jpeg"
    return frame.original, frame.media_type
