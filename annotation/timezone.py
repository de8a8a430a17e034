"""Times in the user's zone."""
import zoneinfo
from collections.abc import Callable
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from annotation.visitors import visitor_of

# Programs get UTC; asking whose zone it is would cost each of their requests a session, a user and a profile.
_PROGRAMS = "/api/"


class UserTimezoneMiddleware:
    """Activates the zone of the user's profile, else the browser's (cookie `timezone`, set by the base page), else UTC; UTC for the API."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(_PROGRAMS):
            return self.get_response(request)
        with timezone.override(self._zone(request)):
            return self.get_response(request)

    def _zone(self, request: HttpRequest) -> zoneinfo.ZoneInfo:
        name = visitor_of(request).timezone or request.COOKIES.get("timezone", "")
        return zoneinfo.ZoneInfo(name if name in _known() else "UTC")


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    """Every zone's name. Finding them walks a tree of hundreds of files."""
    return frozenset(zoneinfo.available_timezones())
