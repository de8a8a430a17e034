"""Everything that can come back instead of an answer, as our errors: one closed table by Toloka's `code`."""
from collections.abc import Mapping
from json import JSONDecodeError
from typing import Any

import httpx
from toloka.client.exceptions import ApiError

from crowdsourcing.providers.errors import (
    BadCredentials,
    NotEnoughBalance,
    NotFound,
    ProviderError,
    RateLimited,
    Refused,
    Unavailable,
    Unknown,
)

_LIST = "toloka-kit 1.2.3, client/error_codes.py"
_DOCS = "API reference, errors"
# code -> (our error, sentence, what taught it).
CODES: dict[str, tuple[type[ProviderError], str, str]] = {
    "AUTHENTICATION_ERROR": (BadCredentials, "The platform does not accept this API key. Check it in the project's form.", _DOCS),
    "OAUTH_AUTHENTICATION_ERROR": (BadCredentials, "The platform does not accept this API key. Check it in the project's form.", _DOCS),
    "ACCESS_DENIED": (BadCredentials, "This API key may not touch that object: it belongs to another requester.", _DOCS),
    "NEED_PHONE_CONFIRMATION": (Refused, "The platform wants the requester's phone confirmed first. Do it in its account settings.", _DOCS),
    "NOT_ENOUGH_BALANCE": (NotEnoughBalance, "There is not enough money on the platform's account. Top it up, then try again.", _LIST),
    "DOES_NOT_EXIST": (NotFound, "The platform has no such object any more.", _DOCS),
    "VALIDATION_ERROR": (Refused, "The platform does not accept a value.", _DOCS),
    "CONFLICT_STATE": (Refused, "That is not possible in the object's present state.", _DOCS),
    "INAPPROPRIATE_STATUS": (Refused, "That is not possible in the object's present status.", _LIST),
    "POOL_INAPPROPRIATE_STATUS": (Refused, "The pool's status at the platform does not allow that.", _LIST),
    "PROJECT_INAPPROPRIATE_STATUS": (Refused, "The project's status at the platform does not allow that.", _LIST),
    "EMPTY_POOL": (Refused, "The pool holds no jobs. Publish the task's jobs first.", _LIST),
    "UNARCHIVED_POOLS_CONFLICT": (Refused, "Archive all pools of the project first, also those made in the platform's own pages.", _LIST),
    "THERE_IS_ACTIVE_ASSIGNMENT": (Refused, "Somebody is still working in this pool. Wait until it is submitted or expired.", _LIST),
    "THERE_IS_REJECTED_ASSIGNMENT": (
        Refused, "A rejection is too recent: the Toloker may still appeal. Try again when nine days are over.", _LIST),
    "SUBMITTED_ASSIGNMENTS_CONFLICT": (Refused, "Some submitted assignments are not reviewed yet. Accept or reject them first.", _LIST),
    "TRAINING_ARCHIVE_CONFLICT": (Refused, "Archive the project's trainings first.", _LIST),
    "MIXER_CONFIG_REQUIRED": (Refused, "The pool has no mixing rules and takes no tasks. Set it up again.", _LIST),
    "POOL_TASK_TYPE_CONFLICT": (Refused, "The pool holds another kind of tasks.", _LIST),
    "POOL_LOCKED_BY_ANOTHER_OPERATION": (Unavailable, "The platform is still busy with this pool. We try again by ourselves.", _LIST),
    "POOL_TASKS_COUNT_EXCEEDED": (Refused, "The platform takes no more tasks in one pool. Split the task.", _LIST),
    "POOL_ASSIGNMENTS_COUNT_EXCEEDED": (Refused, "The pool has reached the platform's limit of assignments.", _LIST),
    "TASKS_CREATION_DOES_NOT_FIT_QUOTA": (Refused, "The platform's quota of tasks is used up.", "toloka-kit issue 229"),
    "OPERATION_ALREADY_EXISTS": (Refused, "The platform has this operation already.", _LIST),
    "TOO_MANY_REQUESTS": (RateLimited, "The platform asks us to slow down. We try again by ourselves.", _DOCS),
    "INTERNAL_ERROR": (Unavailable, "The platform had an error of its own. We try again by ourselves.", _DOCS),
    "REMOTE_SERVICE_UNAVAILABLE": (Unavailable, "The platform is not available. We try again by ourselves.", _DOCS),
}
_INTERVAL_SECONDS = {"MIN": 60.0, "HOUR": 3600.0, "DAY": 86_400.0}
# HTTP status -> our error, where the body has no code that we know.
_STATUSES: dict[int, type[ProviderError]] = {
    401: BadCredentials, 402: NotEnoughBalance, 403: BadCredentials, 404: NotFound, 408: Unavailable, 409: Refused, 413: Refused,
    429: RateLimited,
}
_MAX_WORDS = 300


class NotAnAnswer(Exception):
    """JSON, but not what was asked for."""


def classified(error: Exception) -> ProviderError | None:
    """Our error for theirs; None for a mistake that is not the platform's."""
    if isinstance(error, ProviderError):
        return error
    if isinstance(error, ApiError):
        return _from_code(error)
    if isinstance(error, httpx.HTTPStatusError):
        return _from_status(error.response.status_code, "")
    if isinstance(error, httpx.TimeoutException):
        return Unavailable("The platform did not answer in time. We try again by ourselves.", "TIMEOUT")
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
        return Refused("The platform's address is not a web address. Ask your administrator.", "BAD_ADDRESS")
    if isinstance(error, httpx.TransportError):
        return Unavailable("The platform cannot be reached. We try again by ourselves.", "NO_CONNECTION")
    if isinstance(error, JSONDecodeError | KeyError | UnicodeDecodeError | NotAnAnswer):
        # A proxy's page instead of an answer, or an error without a code (the kit fails while reading it).
        return Unavailable("Something between us and the platform answered in its place. We try again by ourselves.", "NOT_AN_ANSWER")
    return None


def operation_failed(operation: Mapping[str, Any]) -> ProviderError:
    """An operation that ended with FAIL: nothing of it was done."""
    details = operation.get("details") or {}
    code = str(details.get("code") or details.get("error_code") or "")
    kind, sentence, _ = CODES.get(code, (Refused, "", ""))
    words = details.get("error") or details.get("message") or ""
    if kind is NotEnoughBalance:
        return NotEnoughBalance(sentence, code)
    return Refused(f"{sentence or 'The platform could not do it.'} {str(words)[:_MAX_WORDS]}".strip(), "OPERATION_FAILED")


def _from_code(error: ApiError) -> ProviderError:
    known = CODES.get(error.code or "")
    if known is None:
        return _from_status(error.status_code or 0, error.code or "", error.message or "")
    kind, sentence, _ = known
    if kind is RateLimited:
        return RateLimited(sentence, error.code or "", retry_after=_retry_after(error))
    if error.code == "VALIDATION_ERROR":
        sentence = f"{sentence} {_validation(error.payload)}".strip()
    return kind(sentence, error.code or "")


def _retry_after(error: ApiError) -> float:
    header = error.response.headers.get("Retry-After", "") if error.response is not None else ""
    if header.isdecimal():
        return float(header)
    payload = error.payload if isinstance(error.payload, dict) else {}
    return _INTERVAL_SECONDS.get(str(payload.get("interval")), _INTERVAL_SECONDS["MIN"])


def _validation(payload: Any) -> str:
    """"reward_per_assignment: Value must be greater than 0.005", at most three of them."""
    if not isinstance(payload, dict):
        return ""
    parts = [f"{path}: {_message(value)}" for path, value in list(payload.items())[:3]]
    more = f" (and {len(payload) - 3} more)" if len(payload) > 3 else ""
    return ("; ".join(parts) + more)[:_MAX_WORDS]


def _message(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("message") or value.get("code") or value)
    return str(getattr(value, "message", None) or value)


def _from_status(status: int, code: str, message: str = "") -> ProviderError:
    words = f" It says: {message[:_MAX_WORDS]}" if message else ""
    name = code or f"HTTP_{status}"
    if status >= 500:
        return Unavailable(f"The platform is not available. We try again by ourselves.{words}", name)
    kind = _STATUSES.get(status, Unknown)
    if kind is RateLimited:
        return RateLimited("The platform asks us to slow down. We try again by ourselves.", name, retry_after=_INTERVAL_SECONDS["MIN"])
    if kind is BadCredentials:
        return BadCredentials(f"The platform does not accept this API key. Check it in the project's form.{words}", name)
    if kind is Unavailable:
        return Unavailable("The platform did not answer in time. We try again by ourselves.", name)
    if kind is Unknown and 400 <= status < 500:
        return Refused(f"The platform refused this.{words or f' (HTTP {status})'}", name)
    return kind(f"The platform refused this.{words or f' (HTTP {status})'}", name)
