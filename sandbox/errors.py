"""Refusals in Toloka's words: `{request_id, code, message, payload?}` and field errors by dotted path."""
from typing import Any

# Code -> HTTP status. The codes are those of toloka-kit's enum of documented and internal errors.
STATUS_BY_CODE = {
    "VALIDATION_ERROR": 400,
    "AUTHENTICATION_ERROR": 401,
    "ACCESS_DENIED": 403,
    "DOES_NOT_EXIST": 404,
    "METHOD_NOT_ALLOWED": 405,
    "CONTENT_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "TOO_MANY_REQUESTS": 429,
    "INTERNAL_ERROR": 500,
    "REMOTE_SERVICE_UNAVAILABLE": 503,
}
MESSAGES = {
    "VALIDATION_ERROR": "Validation failed",
    "AUTHENTICATION_ERROR": "Authentication failed: the token is missing or unknown",
    "ACCESS_DENIED": "Access denied",
    "DOES_NOT_EXIST": "The object does not exist",
    "METHOD_NOT_ALLOWED": "This address does not answer to this method",
    "EMPTY_POOL": "The pool has no tasks",
    "NOT_ENOUGH_BALANCE": "Not enough money on the balance",
    "UNARCHIVED_POOLS_CONFLICT": "Archive all pools and trainings of the project first",
    "THERE_IS_ACTIVE_ASSIGNMENT": "The pool has assignments in work",
    "SUBMITTED_ASSIGNMENTS_CONFLICT": "The pool has submitted assignments that nobody has reviewed",
    "THERE_IS_REJECTED_ASSIGNMENT": "The pool has an assignment that was rejected too recently to archive it",
    "OPERATION_ALREADY_EXISTS": "An operation with this id already exists",
    "MIXER_CONFIG_REQUIRED": "The pool needs mixer_config for single tasks",
    "INAPPROPRIATE_STATUS": "The action is not possible in the object's current status",
    "PROJECT_INAPPROPRIATE_STATUS": "The project is archived",
    "TOO_MANY_REQUESTS": "Too many requests",
    "POOL_IS_TRAINING": "This is the id of a training: see /v1/trainings",
    "SKILL_IS_TRAINING": "Only its training sets this skill",
    "SYSTEM_SCOPE_MODIFICATION": "Restrictions of the platform itself cannot be changed",
    "OPERATION_LOGS_ARCHIVED": "The operation's log is no longer kept",
    "NO_TASKS_AVAILABLE": "There is nothing in this pool for this Toloker",
    "TOO_MANY_ACTIVE_ASSIGNMENTS": "Finish what you have taken first",
}


class ApiError(Exception):
    """A refusal. `status` defaults by code; codes not in the table are 409, as Toloka's conflicts are."""

    def __init__(self, code: str, message: str = "", *, payload: dict[str, Any] | None = None, status: int | None = None):
        self.code = code
        self.status = status or STATUS_BY_CODE.get(code, 409)
        self.message = message or MESSAGES.get(code, code)
        self.payload = payload
        super().__init__(f"{code}: {self.message}")


class ValidationError(ApiError):
    """400 with `payload = {dotted path: {code, message, params?}}`."""

    def __init__(self, errors: dict[str, Any]):
        super().__init__("VALIDATION_ERROR", payload=errors)


def inappropriate(*appropriate: str) -> ApiError:
    """409 that names the statuses in which the action would have been possible."""
    return ApiError("INAPPROPRIATE_STATUS", payload={"appropriate_statuses": list(appropriate)})


def error_body(error: ApiError, request_id: str) -> dict[str, Any]:
    body: dict[str, Any] = {"request_id": request_id, "code": error.code, "message": error.message}
    if error.payload is not None:
        body["payload"] = error.payload
    return body
