"""Images of frames for people who are logged in. The files are never served directly."""
import mimetypes

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from annotation import selectors

QUALITIES = ("work", "original", "thumbnail")
# A frame's files never change; an hour bounds how long a browser shows one after the permission is gone.
MAX_AGE = 3600


@login_required
@require_safe
def frame_image(request: HttpRequest, frame_id: int, quality: str) -> HttpResponseBase:
    """`work` is upright and fit for browsers, `original` the bytes as they came, `thumbnail` small."""
    if quality not in QUALITIES:
        raise Http404("No such quality.")
    frame = get_object_or_404(selectors.frames_for(request.user), pk=frame_id)
    file = {"original": frame.original, "thumbnail": frame.thumbnail, "work": frame.work_copy or frame.original}[quality]
    etag = quote_etag(f"{frame.sha256}-{quality}")
    # The browser's copy is good: answer before the file is opened.
    answer: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if answer is None:
        if not file.name or not file.storage.exists(file.name):
            raise Http404("This image's file is gone.")
        media_type = frame.media_type if file == frame.original else mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        answer = FileResponse(file.open("rb"), content_type=media_type, filename=frame.name)
    answer["ETag"] = etag
    answer["Cache-Control"] = f"private, max-age={MAX_AGE}"
    # Whatever the bytes are, opened alone they run nothing.
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
