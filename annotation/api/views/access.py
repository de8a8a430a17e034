"""/api/auth."""
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, get_user_model, login, logout, update_session_auth_hash
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import mixins, status
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import guessing
from annotation.api.authentication import refuse_guesses
from annotation.api.base import ERROR, NOT_FOUND, WRITE_ERRORS, ApiView
from annotation.api.lists import ACCESS_TOKENS
from annotation.api.serializers.people import (
    AccessTokenSerializer,
    DetailSerializer,
    KeySerializer,
    LoginSerializer,
    NewAccessTokenSerializer,
    PasswordChangeSerializer,
    RegisteredSerializer,
    RegisterSerializer,
)
from annotation.models import AccessToken
from annotation.services import people, tokens

LOGIN_DAYS = 14


class AuthView(ApiView):
    """Accounts: login and logout, a new one, another password."""

    serializer_class = LoginSerializer
    filter_backends = []

    def get_permissions(self) -> Any:
        return [AllowAny()] if self._is_open() else super().get_permissions()

    def get_authenticators(self) -> Any:
        # A stale session or token must not stop anybody from logging in.
        return [] if self._is_open() else super().get_authenticators()

    def _is_open(self) -> bool:
        return self.request is not None and self.request.path.endswith(("/login", "/register"))

    @extend_schema(tags=["auth"], operation_id="auth_login", auth=[], request=LoginSerializer,
                   responses={200: KeySerializer, 400: ERROR, 403: ERROR, 429: ERROR},
                   examples=[OpenApiExample("by name", {"username": "alice", "password": "…"}, request_only=True)])
    def login(self, request: Request) -> Response:
        """Begin a session (cookies) and give an access token that ends after 14 days. Too many wrong passwords: 429."""
        _refuse_other_sites(request)
        refuse_guesses(request)
        body = LoginSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        username = body.validated_data.get("username") or _username(body.validated_data["email"])
        user = authenticate(request._request, username=username, password=body.validated_data["password"])
        if user is None:
            guessing.count_wrong(request)
            raise ValidationError({"non_field_errors": ["Unable to log in with this name and password."]})
        return Response({"key": _begin(request, user)})

    @extend_schema(tags=["auth"], operation_id="auth_logout", request=None, responses={200: DetailSerializer})
    def logout(self, request: Request) -> Response:
        """End the session; with a bearer token that came from a login, revoke that too."""
        if isinstance(request.auth, AccessToken) and request.auth.name == "Login":
            tokens.revoke_token(owner=request.user, token=request.auth)
        logout(request._request)
        return Response({"detail": "Logged out."})

    @extend_schema(tags=["auth"], operation_id="auth_register", auth=[], request=RegisterSerializer,
                   responses={201: RegisteredSerializer, 400: ERROR, 403: ERROR, 429: ERROR})
    def register(self, request: Request) -> Response:
        """Make an account and log it in. 403 where signing up is switched off."""
        _refuse_other_sites(request)
        refuse_guesses(request)
        body = RegisterSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            user = people.register_person(**body.validated_data)
        except DjangoValidationError:
            # Names and addresses that are taken can be guessed like passwords.
            guessing.count_wrong(request)
            raise
        user.backend = "django.contrib.auth.backends.ModelBackend"
        answer = {name: getattr(user, name) for name in ("username", "email", "first_name", "last_name")}
        return Response({**answer, "email_verification_required": False, "key": _begin(request, user)}, status=status.HTTP_201_CREATED)

    @extend_schema(tags=["auth"], operation_id="auth_password_change", request=PasswordChangeSerializer,
                   responses={200: DetailSerializer, 400: ERROR, 403: ERROR, 429: ERROR})
    def change_password(self, request: Request) -> Response:
        """Not with an access token: a token that was lost must not become an account that was lost."""
        if isinstance(request.auth, AccessToken):
            raise PermissionDenied("A password is not changed with an access token. Log in with the password.")
        refuse_guesses(request)
        body = PasswordChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            user = people.change_password(user=request.user, **body.validated_data)
        except DjangoValidationError as error:
            if "old_password" in error.message_dict:
                guessing.count_wrong(request)
            raise
        update_session_auth_hash(request._request, user)
        return Response({"detail": "New password has been saved."})


def _begin(request: Request, user: Any) -> str:
    """A session's cookies on the answer, and the value of a new token."""
    login(request._request, user)
    return tokens.create_token(owner=user, name="Login", expiry_date=timezone.now() + timedelta(days=LOGIN_DAYS))[1]


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
    terms = ACCESS_TOKENS
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


