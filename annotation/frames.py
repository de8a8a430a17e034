"""Serving the bytes of a frame. Who may see it is the caller's business."""
import io
import logging
import mimetypes
import zipfile
from collections.abc import Callable
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
    quality = _checked(quality)

    def answer() -> HttpResponse:
        opened, media_type = _open(frame, quality)
        # Names of frames may hold anything: the header gets one of our own.
        return FileResponse(opened, content_type=media_type, filename=f"frame_{frame.number}")  # type: ignore[return-value]

    return _cached(request, f'"{frame.sha256[:32]}-{quality}"', answer)


def chunk_response(request: HttpRequest, frame: Frame, quality: str = "work") -> HttpResponse:
    """The same in a zip archive, for programs that take frames by the chunk: a chunk is one frame here."""
    quality = _checked(quality)

    def answer() -> HttpResponse:
        opened, media_type = _open(frame, quality)
        packed = io.BytesIO()
        with opened, zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(f"{frame.number:06d}{mimetypes.guess_extension(media_type) or '.bin'}", opened.read())
        return HttpResponse(packed.getvalue(), content_type="application/zip")

    return _cached(request, f'"{frame.sha256[:32]}-{quality}-chunk"', answer)


def _checked(quality: str) -> str:
    quality = "work" if quality == "compressed" else quality
    if quality not in QUALITIES:
        raise Http404(f"The quality is one of {', '.join(QUALITIES)}.")
    return quality


def _cached(request: HttpRequest, etag: str, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """304 for who has it, else the answer, with the headers of both."""
    known = etag in parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))
    response = HttpResponseNotModified() if known else answer()
    response["ETag"] = etag
    response["Cache-Control"] = f"private, max-age={CACHE_SECONDS}"
    response["Vary"] = "Authorization, Cookie"
    response["X-Content-Type-Options"] = "nosniff"
    # An image opened by itself must not become a page.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _open(frame: Frame, quality: str) -> tuple[Any, str]:
    file, media_type = _file(frame, quality)
    try:
        return file.open("rb"), media_type
    except FileNotFoundError:
        log.error("The file %s of frame %s is missing.", file.name, frame.pk)
        raise Http404("The file of this frame is missing on the server.") from None


def _file(frame: Frame, quality: str) -> tuple[Any, str]:
    if quality == "thumbnail":
        return frame.thumbnail, "image/jpeg"
    if quality == "work" and frame.work_copy:
        return frame.work_copy, "image/png" if str(frame.work_copy.name).endswith(".png") else "image/jpeg"
    return frame.original, frame.media_type
