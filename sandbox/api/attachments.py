"""/v1/attachments: files that Tolokers sent with their answers."""
import logging
import uuid
from typing import Any

from django.http import FileResponse

from sandbox import files, times
from sandbox.api.door import my_assignment, my_id, my_pool, owner_of
from sandbox.api.listing import Listing, each
from sandbox.errors import ApiError, ValidationError
from sandbox.http import Call
from sandbox.models import Attachment

log = logging.getLogger(__name__)
TYPES = ("ASSIGNMENT_ATTACHMENT",)
LISTING = Listing(times=("created",), uuids=("id",), most=100)


def show(row: Attachment) -> dict[str, Any]:
    return {
        "id": str(row.id), "attachment_type": TYPES[0], "name": row.name, "media_type": row.media_type,
        "details": {"user_id": row.toloker_id, "assignment_id": row.assignment_id, "pool_id": str(row.pool_id)},
        "created": times.show(row.created), "owner": owner_of(row.requester_id)}


def listing(call: Call) -> Any:
    """Of a pool or an assignment: one of them has to be named. Only files that a submitted answer named."""
    query = call.request.GET
    rows = Attachment.objects.filter(requester_id=my_id(call), submitted=True)
    if not query.get("pool_id") and not query.get("assignment_id"):
        raise ValidationError({"pool_id": {"code": "VALUE_REQUIRED", "message": "Give pool_id or assignment_id"}})
    if query.get("pool_id"):
        rows = rows.filter(pool_id=my_pool(call, query["pool_id"]).id)
    if query.get("assignment_id"):
        rows = rows.filter(assignment_id=my_assignment(call, query["assignment_id"]).id)
    if query.get("type") and query["type"] not in TYPES:
        raise ValidationError({"type": {"code": "UNKNOWN_ENUM_VALUE", "message": f"One of {', '.join(TYPES)} is expected"}})
    for name, column in (("name", "name"), ("user_id", "toloker_id")):
        if query.get(name):
            rows = rows.filter(**{column: query[name]})
    return LISTING.page(call, rows, each(show))


def _mine(call: Call, key: str) -> Attachment:
    try:
        row = Attachment.objects.filter(pk=uuid.UUID(key), submitted=True).first()
    except ValueError:
        row = None
    if row is None:
        raise ApiError("DOES_NOT_EXIST")
    if row.requester_id != my_id(call):
        raise ApiError("ACCESS_DENIED")
    return row


def one(call: Call, key: str) -> Any:
    return show(_mine(call, key))


def download(call: Call, key: str) -> FileResponse:
    """The bytes. A browser saves them and never shows them: they are a stranger's. 404 if the disk has lost them."""
    row = _mine(call, key)
    try:
        stream = open(files.path_of(row.id), "rb")
    except FileNotFoundError:
        log.error("The bytes of attachment %s are not under SANDBOX_FILES", row.id)
        raise ApiError("DOES_NOT_EXIST", "The file's bytes are gone") from None
    response = FileResponse(stream, as_attachment=True, filename=row.name, content_type=row.media_type)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response
