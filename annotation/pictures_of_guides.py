"""Sending a guide's picture. Who may see it is the caller's business."""
from django.http import FileResponse, Http404, HttpResponseBase

from annotation.models import Asset


def asset_response(asset: Asset) -> HttpResponseBase:
    """The file as it came. Its type is what the decoder found, and it runs nothing wherever it is opened. Http404 when it is gone."""
    try:
        file = asset.file.open("rb")
    except FileNotFoundError:
        raise Http404("The picture is gone from the server.") from None
    answer = FileResponse(file, content_type=asset.media_type)
    answer["Cache-Control"] = "private, max-age=3600"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    # Pages of a platform show it from another origin.
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
