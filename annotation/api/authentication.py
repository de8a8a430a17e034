"""Who asks: personal access tokens as `Authorization: Bearer <value>`, or `Token <value>` as older programs write; name and password."""
import hashlib
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions

from annotation import guessing
from annotation.models import AccessToken
from annotation.rows import Joined

_TOKEN = Joined({"t": AccessToken, "u": get_user_model()}, "FROM annotation_accesstoken t JOIN auth_user u ON u.id = t.owner_id "
                "WHERE t.digest = %s AND t.revoked_date IS NULL")


class AccessTokenAuthentication(authentication.BaseAuthentication):
    """401 with a sentence for an unknown, expired or revoked token; a read-only token may only read."""

    def authenticate(self, request):
        header = authentication.get_authorization_header(request).decode("latin-1").split()
        if len(header) != 2 or header[0].lower() not in ("bearer", "token"):
            return None
        found = _TOKEN.first([hashlib.sha256(header[1].encode()).hexdigest()])
        token, owner = found or (None, None)
        now = timezone.now()
        if token is None or owner is None or not owner.is_active or (token.expiry_date and token.expiry_date <= now):
            raise exceptions.AuthenticationFailed("This access token is unknown, expired or revoked. Make a new one on the Tokens page.")
        if token.read_only and request.method not in ("GET", "HEAD", "OPTIONS"):
            raise exceptions.PermissionDenied("This access token may only read.")
        # Once a minute is enough to show when it was used; not a write a request.
        if token.last_used_date is None or (now - token.last_used_date).total_seconds() > 60:
            AccessToken.objects.filter(pk=token.pk).update(last_used_date=now)
        token.owner = owner
        return owner, token

    def authenticate_header(self, request):
        return "Bearer"


class PasswordAuthentication(authentication.BasicAuthentication):
    """`Authorization: Basic`, for programs. An address that was wrong too often waits; right passwords are never counted."""

    def authenticate_credentials(self, userid: str, password: str, request: Any = None) -> tuple[Any, None]:
        """401 for a wrong one, 429 after many (annotation.guessing)."""
        refuse_guesses(request)
        try:
            user, _ = super().authenticate_credentials(userid, password, request)
        except exceptions.AuthenticationFailed:
            guessing.count_wrong(request)
            raise
        return user, None


def refuse_guesses(request: Any) -> None:
    """429 for an address that was wrong too often."""
    if guessing.must_wait(request):
        raise exceptions.Throttled(wait=guessing.WINDOW_SECONDS, detail=guessing.SENTENCE)


class AccessTokenScheme(OpenApiAuthenticationExtension):
    """How the API schema shows it."""

    target_class = AccessTokenAuthentication
    name = "accessTokenAuth"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """RFC 6750."""
        return {"type": "http", "scheme": "bearer"}


class PasswordScheme(OpenApiAuthenticationExtension):
    """The same for a name and a password."""

    target_class = PasswordAuthentication
    name = "basicAuth"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """RFC 7617."""
        return {"type": "http", "scheme": "basic"}
