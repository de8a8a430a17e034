"""Serving the bytes of a frame. Who may see it is the caller's business."""
import io
import logging
import mimetypes
import re
import zipfile
from collections.abc import Callable
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified, StreamingHttpResponse
from django.utils.http import content_disposition_header, parse_etags

from annotation import copies
from annotation.models import Frame
from annotation.stored import Stored, on_disk

log = logging.getLogger(__name__)
QUALITIES = ("work", "original", "thumbnail")
# Bytes of a frame never change; an hour bounds how long a browser may show what it was once allowed to see.
CACHE_SECONDS = 3600
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


def frame_response(request: HttpRequest, frame: Frame, quality: str = "work", *, filename: str = "") -> HttpResponseBase:
    """The image in the quality "work" (upright, what browsers show), "original" or "thumbnail" (CVAT's "compressed" is "work").

    Strong ETag with 304, one Range with 206 or 416, HEAD; sent by the front server where settings say so. The media type is what the
    decoder found, never what the sender claimed. Http404 for another quality and for files that are gone or damaged.
    """
    quality = _checked(quality)

    def answer() -> HttpResponseBase:
        name, media_type = _file(frame, quality)
        # Names of frames may hold anything: programs get one of our own.
        disposition = content_disposition_header(False, filename or f"frame_{frame.number}") or "inline"
        response = _accelerated(name) or _sent(request, name, etag)
        response["Content-Type"] = media_type
        response["Content-Disposition"] = disposition
        return response

    etag = f'"{frame.sha256}-{quality}"'
    return _cached(request, etag, answer)


def chunk_response(request: HttpRequest, frame: Frame, quality: str = "work") -> HttpResponseBase:
    """The same in a zip archive, for programs that take frames by the chunk: a chunk is one frame here."""
    quality = _checked(quality)

    def answer() -> HttpResponseBase:
        name, media_type = _file(frame, quality)
        stored = _stored(name)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
            # The same bytes each time: the tag is a strong one.
            member = zipfile.ZipInfo(f"{frame.number:06d}{mimetypes.guess_extension(media_type) or '.bin'}")
            archive.writestr(member, stored.read(0, stored.size))
        return HttpResponse(packed.getvalue(), content_type="application/zip")

    return _cached(request, f'"{frame.sha256}-{quality}-chunk"', answer)


def _checked(quality: str) -> str:
    quality = "work" if quality == "compressed" else quality
    if quality not in QUALITIES:
        raise Http404(f"The quality is one of {', '.join(QUALITIES)}.")
    return quality


def _cached(request: HttpRequest, etag: str, answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """304 for who has it, else the answer, with the headers of both."""
    known = parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))
    response = HttpResponseNotModified() if etag in known or known == ["*"] else answer()
    response["ETag"] = etag
    response["Cache-Control"] = f"private, max-age={CACHE_SECONDS}"
    response["Vary"] = "Authorization, Cookie"
    response["X-Content-Type-Options"] = "nosniff"
    # Whatever the bytes are, opened by themselves they run nothing.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _accelerated(name: str) -> HttpResponse | None:
    """The front server sends the file and cuts ranges out of it."""
    if not settings.MEDIA_ACCEL_LOCATION or not on_disk():
        return None
    response = HttpResponse()
    response["X-Accel-Redirect"] = f"{settings.MEDIA_ACCEL_LOCATION.rstrip('/')}/{quote(name)}"
    return response


def _sent(request: HttpRequest, name: str, etag: str) -> HttpResponseBase:
    stored = _stored(name)
    part = _part(request, stored.size, etag)
    if part == "unsatisfiable":
        stored.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{stored.size}"})
    start, stop = part if isinstance(part, tuple) else (0, stored.size)
    response: HttpResponseBase
    if request.method == "HEAD":
        stored.close()
        response = HttpResponse()
    else:
        response = StreamingHttpResponse(stored.blocks(start, stop))
        response._resource_closers.append(stored.close)  # type: ignore[attr-defined]
    if isinstance(part, tuple):
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{stop - 1}/{stored.size}"
    response["Content-Length"] = str(stop - start)
    response["Accept-Ranges"] = "bytes"
    return response


def _part(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | str | None:
    """(start, stop) of the one range that was asked for, "unsatisfiable", or None: the whole (also for several ranges, as HTTP allows)."""
    asked = _RANGE.fullmatch(request.META.get("HTTP_RANGE", "").replace(" ", ""))
    if asked is None or asked[0] == "bytes=-" or request.method != "GET" or request.META.get("HTTP_IF_RANGE", etag) != etag:
        return None
    first, last = asked.groups()
    if not first:
        start, stop = max(size - int(last), 0), size
    elif last and int(last) < int(first):
        return None
    else:
        start, stop = int(first), min(int(last) + 1, size) if last else size
    return (start, stop) if start < stop else "unsatisfiable"


def _stored(name: str) -> Stored:
    try:
        return Stored(name)
    except FileNotFoundError:
        log.error("The file %s of a frame is missing.", name)
        raise Http404("The file of this frame is missing on the server.") from None


def _file(frame: Frame, quality: str) -> tuple[str, str]:
    """(name in the storage, media type); copies that are not there yet are made now."""
    if (quality == "thumbnail" and not frame.thumbnail) or (quality == "work" and frame.needs_work_copy and not frame.work_copy):
        try:
            copies.make(frame)
        except FileNotFoundError:
            log.error("The original of frame %s is missing.", frame.pk)
            raise Http404("The file of this frame is missing on the server.") from None
    if quality == "thumbnail":
        if not frame.thumbnail:
            raise Http404(f"This image cannot be shown: it {frame.damage}")
        return str(frame.thumbnail.name), "image/jpeg"
    if quality == "work" and frame.work_copy:
        return str(frame.work_copy.name), "image/png" if str(frame.work_copy.name).endswith(".png") else "image/jpeg"
    return str(frame.original.name), frame.media_type
