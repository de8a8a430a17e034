"""Times in the user's zone."""
import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone


class UserTimezoneMiddleware:
    """Activates the zone of the user's profile, else the browser's (cookie `timezone`, set by the base page), else UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(self._zone(request)):
            return self.get_response(request)

    def _zone(self, request: HttpRequest) -> zoneinfo.ZoneInfo:
        profile = getattr(request.user, "profile", None) if request.user.is_authenticated else None
        name = (profile.timezone if profile else "") or request.COOKIES.get("timezone", "")
        if name in zoneinfo.available_timezones():
            return zoneinfo.ZoneInfo(name)
        return zoneinfo.ZoneInfo("UTC")
