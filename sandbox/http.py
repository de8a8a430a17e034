"""JSON in, JSON out, refusals in Toloka's body: what all three doors share."""
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from sandbox.errors import ApiError, ValidationError, error_body
from sandbox.models import Requester, Toloker
from sandbox.models.fields import plain
from sandbox.specs import is_too_deep

log = logging.getLogger(__name__)
_WORDS = {"true": True, "false": False}


@dataclass
class Call:
    """One request: who asks, when on the sandbox's clock, with what."""

    request: HttpRequest
    requester: Requester | None = None
    toloker: Toloker | None = None

    @property
    def now(self) -> datetime:
        now: datetime = self.request.now  # type: ignore[attr-defined]
        return now

    @cached_property
    def body(self) -> Any:
        """Parsed JSON; None if there is no body (toloka-kit sends none for `{}` and `[]`). 400, 413, 415."""
        try:
            raw = self.request.body
        except RequestDataTooBig:
            raise ApiError("CONTENT_TOO_LARGE", "The request body is too large") from None
        if not raw.strip():
            return None
        kind = (self.request.content_type or "").lower()
        if kind and kind != "application/json" and not kind.endswith("+json"):
            raise ApiError("UNSUPPORTED_MEDIA_TYPE", "application/json is expected")
        try:
            body = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise ApiError("VALIDATION_ERROR", f"The body is not JSON: {error}", payload={}) from None
        if is_too_deep(body):
            raise ApiError("VALIDATION_ERROR", "The body is nested too deeply", payload={})
        return body

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean of the query, in words."""
        text = self.request.GET.get(name)
        if text is None:
            return default
        if text.lower() not in _WORDS:
            raise ValidationError({name: {"code": "BOOLEAN_EXPECTED", "message": "true or false is expected"}})
        return _WORDS[text.lower()]


@dataclass
class Reply:
    """An answer other than 200."""

    body: Any = None
    status: int = 200


Handler = Callable[..., Any]


def json_response(body: Any, status: int = 200) -> HttpResponse:
    if body is None and status in (200, 204):
        return HttpResponse(status=204)
    return HttpResponse(orjson.dumps(body, default=plain), content_type="application/json", status=status)


def error_response(error: ApiError) -> HttpResponse:
    request_id = uuid.uuid4().hex
    response = json_response(error_body(error, request_id), error.status)
    response["X-Request-Id"] = request_id
    return response


def door(identify: Callable[[HttpRequest], Call], limit: Callable[[Call], None] | None = None) -> Callable[..., Any]:
    """A maker of views for one interface: `view = door(identify)(GET=list_them, POST=create_one)`."""

    def endpoint(**handlers: Handler) -> Callable[..., HttpResponseBase]:
        def view(request: HttpRequest, **parts: str) -> HttpResponseBase:
            try:
                call = identify(request)
                # The middleware takes the body off again.
                handler = handlers.get("GET" if request.method == "HEAD" else request.method or "")
                if handler is None:
                    return _not_allowed(handlers)
                if limit is not None:
                    limit(call)
                _refuse_packed(request)
                return _answer(handler(call, **parts))
            except ApiError as error:
                return error_response(error)
            except OperationalError:
                log.exception("%s %s", request.method, request.path)
                return error_response(ApiError("REMOTE_SERVICE_UNAVAILABLE", "The database did not answer: try again"))
            except Exception:
                log.exception("%s %s", request.method, request.path)
                return error_response(ApiError("INTERNAL_ERROR", "Internal error"))

        guarded = csrf_exempt(view)
        # What sandbox.openapi describes an address by.
        guarded.handlers, guarded.identify = handlers, identify  # type: ignore[attr-defined]
        return guarded

    return endpoint


def _answer(result: Any) -> HttpResponseBase:
    if isinstance(result, HttpResponseBase):
        return result
    return json_response(result.body, result.status) if isinstance(result, Reply) else json_response(result)


def _refuse_packed(request: HttpRequest) -> None:
    """415 for gzip and the like: nothing here unpacks, and a packed file must not be kept as if it were the file."""
    if request.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity"):
        raise ApiError("UNSUPPORTED_MEDIA_TYPE", "The body has to come without Content-Encoding")


def without_body(response: HttpResponseBase) -> HttpResponse:
    """The answer to HEAD: status, headers and length of what GET would bring."""
    if not response.streaming and "Content-Length" not in response.headers:
        response["Content-Length"] = str(len(response.content))  # type: ignore[attr-defined]
    bare = HttpResponse(status=response.status_code, headers=response.headers)
    bare.cookies = response.cookies
    response.close()
    return bare


def _not_allowed(handlers: dict[str, Handler]) -> HttpResponse:
    response = error_response(ApiError("METHOD_NOT_ALLOWED"))
    response["Allow"] = ", ".join(sorted(handlers))
    return response


def bearer(request: HttpRequest, *schemes: str) -> str:
    """The token of the Authorization header under one of these schemes. 401."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() not in {s.lower() for s in schemes} or not token.strip():
        raise ApiError("AUTHENTICATION_ERROR")
    return token.strip()
