"""The three doors, and the pages."""
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from sandbox.errors import ApiError
from sandbox.http import error_response, json_response

_JSON = ("/api/", "/worker/", "/control/")


@csrf_exempt
def _unknown(request: HttpRequest, **parts: str) -> HttpResponse:
    return error_response(ApiError("DOES_NOT_EXIST", "There is nothing at this address"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A host that we are not called by, or something else that Django does not let through."""
    if request.path.startswith(_JSON):
        return error_response(ApiError("VALIDATION_ERROR", "The request is not acceptable", payload={}))
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(_JSON):
        return _unknown(request)
    return defaults.page_not_found(request, exception, "sandbox/404.html")


def server_error(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(_JSON):
        return error_response(ApiError("INTERNAL_ERROR", "Internal error"))
    return defaults.server_error(request, "sandbox/500.html")


def health(request: HttpRequest) -> HttpResponse:
    """200 while the server answers and reaches its database: the clock is read before every request."""
    return json_response({"status": "ok"})


handler400 = bad_request
handler404 = not_found
handler500 = server_error
urlpatterns = [
    path("healthz", health),
    path("api/", include("sandbox.api.urls")),
    path("worker/v1/", include("sandbox.worker.urls")),
    path("control/v1/", include("sandbox.control.urls")),
    re_path(r"^(?:api|worker|control)(?:/|$)", _unknown),
    path("", include("sandbox.desk.urls")),
]
