"""JSON in and out through orjson, in CVAT's media types. REST framework reads this before it is ready itself: nothing of ours is asked."""
from typing import Any

import orjson
from rest_framework import exceptions, parsers, renderers, status
from rest_framework.utils.encoders import JSONEncoder

MAX_BYTES = 32 * 1024 * 1024
_encoder = JSONEncoder()


class TooLarge(exceptions.APIException):
    """413."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The request is too large."
    default_code = "too_large"


class JSONRenderer(renderers.BaseRenderer):
    """application/json."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """Empty for None."""
        if data is None:
            return b""
        try:
            return orjson.dumps(data, default=_encoder.default)
        except orjson.JSONEncodeError:
            # Names that are numbers and the like: few answers have them, and looking for them costs the others a third.
            return orjson.dumps(data, default=_encoder.default, option=orjson.OPT_NON_STR_KEYS)


class CvatJSONRenderer(JSONRenderer):
    """What CVAT's own clients ask for; REST framework's JSON alone answers them 406."""

    media_type = "application/vnd.cvat+json"
    format = "cvat+json"


class JSONParser(parsers.BaseParser):
    """At most 32 MB (413); no NaN, no lone surrogates, which PostgreSQL cannot store (400)."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """ParseError or TooLarge."""
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise TooLarge(f"At most {MAX_BYTES // 2**20} MB a request are taken.")
        try:
            return orjson.loads(body) if body.strip() else {}
        except orjson.JSONDecodeError as error:
            raise exceptions.ParseError(f"This is not JSON: {error}") from error


class CvatJSONParser(JSONParser):
    """The same in CVAT's media type."""

    media_type = "application/vnd.cvat+json"
