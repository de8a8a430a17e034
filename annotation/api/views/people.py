"""/api/auth, /api/users, /api/server."""
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, get_user_model, login, logout
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import mixins, status
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle

from annotation.api.base import ERROR, NOT_FOUND, WRITE_ERRORS, ApiView
from annotation.api.serializers.people import (
    AccessTokenSerializer,
    DetailSerializer,
    KeySerializer,
    LoginSerializer,
    NewAccessTokenSerializer,
    UserSerializer,
)
from annotation.formats import EXPORT_FORMATS, IMPORT_FORMATS
from annotation.models import AccessToken
from annotation.services import tokens

LOGIN_DAYS = 14
# The level of CVAT's API that the answers follow; programs compare it with theirs.
API_LEVEL = "2.80.0"


class LoginThrottle(AnonRateThrottle):
    """Guessing passwords is slow; a script that logs in nine times is not stopped."""

    scope = "login"
    rate = "60/min"


class AuthView(ApiView):
    """Login and logout."""

    serializer_class = LoginSerializer
    filter_backends = []

    def get_permissions(self) -> Any:
        return [AllowAny()] if self.action == "login" else super().get_permissions()

    def get_authenticators(self) -> Any:
        # A stale session or token must not stop anybody from logging in.
        return [] if self.request is not None and self.request.path.endswith("/login") else super().get_authenticators()

    def get_throttles(self) -> list[Any]:
        return [LoginThrottle()] if self.action == "login" else []

    @extend_schema(tags=["auth"], operation_id="auth_login", auth=[], request=LoginSerializer, responses={200: KeySerializer, 400: ERROR},
                   examples=[OpenApiExample("by name", {"username": "alice", "password": "…"}, request_only=True)])
    def login(self, request: Request) -> Response:
        """Begin a session (cookies) and give an access token that ends after 14 days."""
        _refuse_other_sites(request)
        body = LoginSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        username = body.validated_data.get("username") or _username(body.validated_data["email"])
        user = authenticate(request._request, username=username, password=body.validated_data["password"])
        if user is None:
            raise ValidationError({"non_field_errors": ["Unable to log in with this name and password."]})
        login(request._request, user)
        _, value = tokens.create_token(owner=user, name="Login", expiry_date=timezone.now() + timedelta(days=LOGIN_DAYS))
        return Response({"key": value})

    @extend_schema(tags=["auth"], operation_id="auth_logout", request=None, responses={200: DetailSerializer})
    def logout(self, request: Request) -> Response:
        """End the session; with a bearer token that came from a login, revoke that too."""
        if isinstance(request.auth, AccessToken) and request.auth.name == "Login":
            tokens.revoke_token(owner=request.user, token=request.auth)
        logout(request._request)
        return Response({"detail": "Logged out."})


def _refuse_other_sites(request: Request) -> None:
    """Another site's form must not log a browser into its author's account. Programs send no Origin; a login has no CSRF token yet."""
    origin = request.headers.get("Origin")
    own = f"{request.scheme}://{request.get_host()}"
    if origin is not None and origin != own and origin not in settings.CSRF_TRUSTED_ORIGINS:
        raise PermissionDenied("Logging in from the pages of another site is not possible.")


def _username(email: str) -> str:
    user = get_user_model().objects.filter(email__iexact=email, is_active=True).order_by("pk").first()
    # An impossible name keeps the time of the password check the same.
    return user.get_username() if user is not None else "nobody, with a space that no name has"


class AccessTokenView(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiView):
    """Personal access tokens of the caller; revoked ones are gone."""

    serializer_class = AccessTokenSerializer
    search_fields = ("name",)
    sort_fields = {"id": "id", "name": "name", "created_date": "created_date", "expiry_date": "expiry_date",
                   "last_used_date": "last_used_date"}

    def get_queryset(self) -> QuerySet[AccessToken]:
        return AccessToken.objects.filter(owner=self.request.user.pk, revoked_date=None).select_related("owner")

    def _require_session(self) -> None:
        if isinstance(self.request.auth, AccessToken) and self.request.auth.read_only:
            raise PermissionDenied("A read-only token makes no tokens.")

    @extend_schema(tags=["auth"], responses={201: NewAccessTokenSerializer, **WRITE_ERRORS})
    def create(self, request: Request) -> Response:
        """A new token; `value` is shown only in this answer."""
        self._require_session()
        body = AccessTokenSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        token, value = tokens.create_token(owner=request.user, **body.validated_data)
        token.value = value  # type: ignore[attr-defined]
        return Response(NewAccessTokenSerializer(token).data, status=status.HTTP_201_CREATED)

    @extend_schema(tags=["auth"], responses={200: AccessTokenSerializer, **WRITE_ERRORS})
    def partial_update(self, request: Request, pk: int) -> Response:
        """Rename, change the end or make read-only."""
        token = self.get_object()
        body = AccessTokenSerializer(token, data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        body.save()
        return Response(body.data)

    @extend_schema(tags=["auth"], responses={204: None, **NOT_FOUND})
    def destroy(self, request: Request, pk: int) -> Response:
        """Revoke: from now on it opens nothing."""
        tokens.revoke_token(owner=request.user, token=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(tags=["auth"], operation_id="auth_access_tokens_self", responses={200: AccessTokenSerializer, **NOT_FOUND})
    def current(self, request: Request) -> Response:
        """The token of this very request; 404 when the request came with a session."""
        if not isinstance(request.auth, AccessToken):
            raise NotFound("This request carries no access token.")
        return Response(AccessTokenSerializer(request.auth).data)


class UserView(ApiView):
    """Oneself."""

    serializer_class = UserSerializer
    filter_backends = []

    @extend_schema(tags=["users"], operation_id="users_self", responses={200: UserSerializer, 401: ERROR})
    def self(self, request: Request) -> Response:
        """Who am I?"""
        return Response(UserSerializer(request.user).data)


class ServerView(ApiView):
    """What this server is."""

    permission_classes = [AllowAny]
    filter_backends = []

    @extend_schema(tags=["server"], operation_id="server_about", auth=[], responses={200: OpenApiTypes.OBJECT})
    def about(self, request: Request) -> Response:
        """Name and the level of CVAT's API."""
        return Response({
            "name": "cvatoloka", "description": "Image annotation by a crowd", "version": API_LEVEL, "logo_url": "", "subtitle": ""})

    @extend_schema(tags=["server"], operation_id="server_annotation_formats", auth=[], responses={200: OpenApiTypes.OBJECT})
    def formats(self, request: Request) -> Response:
        """What can be exported and imported."""
        exporters = [{"name": name, "ext": "ZIP", "version": known.version, "enabled": True, "dimension": "2d"}
                     for name, known in EXPORT_FORMATS.items()]
        importers = [{"name": name, "ext": known.ext, "version": known.version, "enabled": True, "dimension": "2d"}
                     for name, known in IMPORT_FORMATS.items()]
        return Response({"importers": importers, "exporters": exporters})
