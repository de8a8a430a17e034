"""/worker/v1/assignments/{id}/attachments: files for answers."""
import re
import unicodedata
from typing import Any

from sandbox import files
from sandbox.engine import attachments as engine
from sandbox.errors import ApiError, ValidationError
from sandbox.http import Call, Reply
from sandbox.models import Attachment
from sandbox.worker.views import check_own

_MEDIA_TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}", re.ASCII)
DEFAULT_MEDIA_TYPE = "application/octet-stream"
LONGEST_NAME = 250


def upload(call: Call, key: str) -> Reply:
    """The body is the file, `Content-Type` its media type, `?name=` what it is called. 201 `{id, name, media_type, size}`."""
    check_own(call, key)
    name, media_type = _name(call), _media_type(call)
    if int(call.request.META.get("CONTENT_LENGTH") or 0) > files.MAX_BYTES:
        raise ApiError("CONTENT_TOO_LARGE", f"A file has at most {files.MAX_BYTES} bytes")
    return Reply(show(engine.upload(key, name, media_type, call.request, call.now)), 201)  # type: ignore[arg-type]


def _name(call: Call) -> str:
    name = call.request.GET.get("name", "").strip()
    if not name:
        raise _wrong("VALUE_REQUIRED", "Value must be present and not equal to null")
    if len(name) > LONGEST_NAME:
        raise _wrong("STRING_LENGTH_GREATER_THAN_MAX", f"At most {LONGEST_NAME} characters")
    if any(unicodedata.category(character) == "Cc" for character in name):
        raise _wrong("CHARACTER_NOT_ALLOWED", "Control characters are not allowed")
    return name


def _wrong(code: str, message: str) -> ValidationError:
    return ValidationError({"name": {"code": code, "message": message}})


def _media_type(call: Call) -> str:
    """Without parameters. 415 for forms and packed bodies: the file itself is expected."""
    kind = (call.request.content_type or DEFAULT_MEDIA_TYPE).lower()
    if not _MEDIA_TYPE.fullmatch(kind) or kind.startswith("multipart/"):
        raise ApiError("UNSUPPORTED_MEDIA_TYPE", "The body has to be the file itself and Content-Type its media type")
    return kind


def show(row: Attachment) -> dict[str, Any]:
    return {"id": str(row.id), "name": row.name, "media_type": row.media_type, "size": row.size}


def listing(call: Call, key: str) -> Any:
    """What was uploaded so far, for a task page that was loaded again."""
    check_own(call, key)
    return {"items": [show(row) for row in Attachment.objects.filter(assignment_id=key, size__gte=0).order_by("id")]}
