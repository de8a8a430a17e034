"""What services raise, as HTTP answers: 409 {"code", "detail"} for an obstacle, 400 {field: [sentences]} for bad values."""
from typing import Any, ClassVar

from django.core.exceptions import ValidationError as DjangoValidationError
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, ValidationError

from annotation.api.schema import DocumentedErrors, answer_of
from annotation.views.answers import error_lists
from crowdsourcing.transitions import Refused


class Conflict(APIException):
    """Something stands in the way now. `detail` is a sentence with the next step, `code` a word for programs."""

    status_code = status.HTTP_409_CONFLICT

    def __init__(self, refused: Refused) -> None:
        super().__init__({"code": refused.code, "detail": refused.sentence})


class ServiceErrors:
    """For viewsets: lets the services' own exceptions through as answers."""

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, Refused):
            exc = Conflict(exc)
        elif isinstance(exc, DjangoValidationError):
            exc = ValidationError({name or "non_field_errors": sentences for name, sentences in error_lists(exc).items()})
        return super().handle_exception(exc)  # type: ignore[misc]


class ConflictAnswer(serializers.Serializer):
    code = serializers.CharField(help_text="busy: a command for the target is on its way; not_possible: a precondition is not met.")
    detail = serializers.CharField(help_text="A sentence for people, with the next step.")


class DetailAnswer(serializers.Serializer):
    detail = serializers.CharField()


BAD_REQUEST = OpenApiResponse(
    description="Values that are not allowed: field name -> sentences.", response={"type": "object", "additionalProperties": {}},
    examples=[OpenApiExample("A field", value={"reward_per_assignment": ["Ensure this value is greater than or equal to 0.005."]}),
              OpenApiExample("A rule of the audience", value={"filter": {"and.0.value": ["Country: choose one of AF, AX, …"]}})])
FORBIDDEN = OpenApiResponse(
    DetailAnswer, description="Your role does not allow it: reviewers may accept and reject, not edit. Or the token may only read.",
    examples=[OpenApiExample("A reviewer", value={"detail": "Your role in this project does not allow changes."})])
NOT_FOUND = OpenApiResponse(
    DetailAnswer, description="There is no such thing, no such page, or you are not a member of its project.",
    examples=[OpenApiExample("Not yours", value={"detail": "There is no such thing, or it is not yours."})])
CONFLICT = OpenApiResponse(
    ConflictAnswer, description="A precondition is not met; nothing was asked of the platform.",
    examples=[OpenApiExample("Open pool", value={"code": "not_possible", "detail": "The pool is open. Stop it first."}),
              OpenApiExample("Double click", value={"code": "busy",
                                                    "detail": "“Start pool” is still on its way. Wait until it is finished."})])
UNKNOWN = answer_of("Authentication credentials were not provided.", "Nobody is logged in, or the token or password is no good.")
TOO_MANY = answer_of("Too many wrong passwords came from this address.", "Too many wrong passwords came from this address; wait.")
ERRORS = {400: BAD_REQUEST, 403: FORBIDDEN, 404: NOT_FOUND, 409: CONFLICT}


class RoomErrors(DocumentedErrors):
    """The same in this room's words."""

    SHARED: ClassVar[dict[int, OpenApiResponse]] = {400: BAD_REQUEST, 401: UNKNOWN, 403: FORBIDDEN, 404: NOT_FOUND, 429: TOO_MANY}
