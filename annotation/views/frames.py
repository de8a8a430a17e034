"""Images of frames for people who are logged in. The files are never served directly."""
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from annotation import selectors
from annotation.frames import frame_response


@login_required
@require_safe
def frame_image(request: HttpRequest, frame_id: int, quality: str) -> HttpResponseBase:
    """`work` is upright and fit for browsers, `original` the bytes as they came, `thumbnail` small."""
    frame = get_object_or_404(selectors.frames_for(request.user), pk=frame_id)
    return frame_response(request, frame, quality, filename=frame.name)
