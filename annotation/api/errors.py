"""From our errors to HTTP answers: {"detail": sentence, "code": ...} or {field: [sentences]}."""
from collections.abc import Callable
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from rest_framework import exceptions, status, views
from rest_framework.response import Response

from annotation.api.json import TooLarge
from annotation.errors import Forbidden, InvalidAnnotations, Refused, RevisionConflict

# Refusals that say the request itself is wrong; the rest meet a state of things that another moment may change: 409.
_BAD_REQUESTS = {"nothing_to_ingest", "is_owner", "no_such_version"}
_others: list[tuple[type[Exception], Callable[[Any], Response]]] = []


class SessionEnded(exceptions.APIException):
    """401 of the editor's API."""

    status_code = status.HTTP_401_UNAUTHORIZED
    default_detail = "This editing session has ended. Open the job again."
    default_code = "session_ended"


def register_error(kind: type[Exception], answer: Callable[[Any], Response]) -> None:
    """A room above tells how its own errors look over HTTP."""
    _others.append((kind, answer))


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's EXCEPTION_HANDLER."""
    for kind, answer in _others:
        if isinstance(exc, kind):
            return answer(exc)
    if isinstance(exc, Refused):
        return _refusal(exc)
    if isinstance(exc, ValidationError):
        return Response(field_errors(exc), status=status.HTTP_400_BAD_REQUEST)
    response = views.exception_handler(exc, context)
    if isinstance(exc, SessionEnded | TooLarge) and response is not None:
        response.data["code"] = exc.default_code
    return response


def field_errors(error: ValidationError) -> dict[str, list[str]]:
    """{field: [sentences]}; what belongs to no field stands under "non_field_errors"."""
    if not hasattr(error, "error_dict"):
        return {"non_field_errors": error.messages}
    return {"non_field_errors" if field == NON_FIELD_ERRORS else field: messages for field, messages in error.message_dict.items()}


def _refusal(refused: Refused) -> Response:
    body: dict[str, Any] = {"code": refused.code, "detail": refused.sentence}
    if isinstance(refused, InvalidAnnotations):
        return Response({**body, "errors": refused.errors}, status=status.HTTP_400_BAD_REQUEST)
    if isinstance(refused, Forbidden):
        return Response(body, status=status.HTTP_403_FORBIDDEN)
    if isinstance(refused, RevisionConflict):
        body["revision"] = refused.revision
    return Response(body, status=status.HTTP_400_BAD_REQUEST if refused.code in _BAD_REQUESTS else status.HTTP_409_CONFLICT)
