"""What stands around every request: the clock, the log of requester-API calls, planned faults."""
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date

from sandbox import clock, faults, times
from sandbox.errors import ApiError
from sandbox.http import error_response, without_body
from sandbox.models import RequestRecord

GetResponse = Callable[[HttpRequest], HttpResponse]
_FAULTY = ("/api/", "/worker/")


class ClockMiddleware:
    """Lets everything due happen first, and dates the answer by the sandbox's clock.

    Also the outermost place, so a planned drop closes the connection after all else, the log included, is done.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.now, request.course = clock.tick()  # type: ignore[attr-defined]
        response = _unwritable(request) or self.get_response(request)
        course = request.course  # type: ignore[attr-defined]
        response["Date"] = http_date(course.at(times.machine_now()).timestamp())
        if course.speed != 1:
            # For pages that count the time down between two answers.
            response["X-Clock-Speed"] = f"{course.speed:g}"
        if getattr(response, "drop", False):
            faults.cut(request)
        return without_body(response) if request.method == "HEAD" else response


def _unwritable(request: HttpRequest) -> HttpResponse | None:
    """400 for an address with the NUL character: the database can neither look for it nor log it."""
    if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
        return error_response(ApiError("VALIDATION_ERROR", "The NUL character is not allowed", payload={}))
    return None


class RequestLogMiddleware:
    """Writes a row for each requester-API call before it is answered, so that a test can count."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.SANDBOX_CONTROL and request.path.startswith("/api/"):
            RequestRecord.objects.create(
                at=request.now, method=request.method or "", path=request.path,  # type: ignore[attr-defined]
                query=request.META.get("QUERY_STRING", ""), requester_id=getattr(request, "requester_id", None),
                status=0 if getattr(response, "drop", False) else response.status_code)
        return response


class FaultMiddleware:
    """Plays planned faults on the requester and Toloker APIs; never on the control API."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        fault = None
        if settings.SANDBOX_CONTROL and request.path.startswith(_FAULTY):
            fault = faults.next_fault(request)
        if fault is None:
            return self.get_response(request)
        if fault["seconds"]:
            faults.wait(fault)
        if fault["effect"] == "status":
            return error_response(faults.error_of(fault))
        response = HttpResponse() if fault["effect"] == "drop_before" else self.get_response(request)
        response.drop = fault["effect"].startswith("drop")  # type: ignore[attr-defined]
        return response
