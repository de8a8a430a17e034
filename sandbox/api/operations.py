"""Operations: what took effect, when, and the log of batches. All finish before they are answered."""
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from sandbox import times
from sandbox.api.listing import Listing, each, without_nothing
from sandbox.errors import ApiError, ValidationError
from sandbox.http import Call, Reply
from sandbox.models import Operation, Requester

LOG_KEPT = timedelta(days=30)
TYPES = ("PROJECT.ARCHIVE", "POOL.OPEN", "POOL.CLOSE", "POOL.ARCHIVE", "POOL.CLONE", "TRAINING.OPEN", "TRAINING.CLOSE", "TRAINING.ARCHIVE",
         "TRAINING.CLONE", "TASK.BATCH_CREATE", "TASK_SUITE.BATCH_CREATE", "USER_BONUS.BATCH_CREATE", "SOLUTION.AGGREGATE", "ANALYTICS")
LISTING = Listing(times=("submitted", "finished"), uuids=("id",), most=300,
                  words={"type": TYPES, "status": ("PENDING", "RUNNING", "SUCCESS", "FAIL")})


def show(operation: Operation) -> dict[str, Any]:
    return without_nothing({
        "id": str(operation.id), "type": operation.type, "status": operation.status, "submitted": times.show(operation.submitted),
        "started": times.show(operation.started), "finished": times.show(operation.finished), "progress": operation.progress,
        "parameters": operation.parameters, "details": operation.details,
    })


def finished(requester: Requester, kind: str, at: datetime, parameters: dict[str, Any], **fields: Any) -> Operation:
    """A new operation that is already over. 409 OPERATION_ALREADY_EXISTS if `id` is known."""
    key = fields.pop("id", None) or uuid.uuid4()
    try:
        with transaction.atomic():
            return Operation.objects.create(id=key, requester=requester, type=kind, submitted=at, started=at, finished=at,
                                            parameters=parameters, status=fields.pop("status", "SUCCESS"), **fields)
    except IntegrityError:
        raise ApiError("OPERATION_ALREADY_EXISTS") from None


def accepted(call: Call, kind: str, parameters: dict[str, Any], **fields: Any) -> Reply:
    """202 with a finished operation; `fields` as in `finished`."""
    assert call.requester is not None
    return Reply(show(finished(call.requester, kind, call.now, parameters, **fields)), 202)


def id_of(call: Call) -> uuid.UUID | None:
    """`operation_id` of the query. 400 UUID_EXPECTED."""
    text = call.request.GET.get("operation_id")
    if text is None:
        return None
    try:
        return uuid.UUID(text)
    except ValueError:
        raise ValidationError({"operation_id": {"code": "UUID_EXPECTED", "message": "A UUID is expected"}}) from None


def listing(call: Call) -> Any:
    return LISTING.page(call, Operation.objects.filter(requester=call.requester).defer("log"), each(show))


def _mine(call: Call, key: str) -> Operation:
    try:
        operation = Operation.objects.filter(pk=uuid.UUID(key)).first()
    except ValueError:
        operation = None
    if operation is None:
        raise ApiError("DOES_NOT_EXIST")
    if call.requester is None or operation.requester_id != call.requester.id:
        raise ApiError("ACCESS_DENIED")
    return operation


def one(call: Call, key: str) -> Any:
    return show(_mine(call, key))


def log(call: Call, key: str) -> Any:
    """An array; empty for operations that are no batch. 409 OPERATION_LOGS_ARCHIVED after a month."""
    operation = _mine(call, key)
    if operation.finished and operation.finished + LOG_KEPT < call.now:
        raise ApiError("OPERATION_LOGS_ARCHIVED")
    return operation.log or []
