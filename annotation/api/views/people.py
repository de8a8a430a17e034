"""/api/users."""
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import mixins
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import selectors
from annotation.acquaintance import users_for
from annotation.api.base import ERROR, NOT_FOUND, WRITE_ERRORS, ApiView
from annotation.api.lists import USERS
from annotation.api.serializers.people import BasicUserSerializer, UserChangeSerializer, UserSerializer
from annotation.services import people

_EITHER = PolymorphicProxySerializer(
    "AnyUser", [UserSerializer, BasicUserSerializer], resource_type_field_name=None, many=False)


class UserView(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiView):
    """Oneself, and the people with whom one shares a project or an organization; everybody else is 404."""

    serializer_class = BasicUserSerializer
    terms = USERS
    search_fields = ("username", "first_name", "last_name")
    sort_fields = {"id": "id", "username": "username", "first_name": "first_name", "last_name": "last_name"}

    def get_queryset(self) -> QuerySet[Any]:
        return users_for(self.request.user).order_by("pk")

    @extend_schema(tags=["users"], operation_id="users_self", responses={200: UserSerializer, 401: ERROR})
    def self(self, request: Request) -> Response:
        """Who am I?"""
        return Response(UserSerializer(request.user).data)

    @extend_schema(tags=["users"], responses={200: _EITHER, **NOT_FOUND})
    def retrieve(self, request: Request, pk: int) -> Response:
        """Oneself with everything, others by their names."""
        return Response(self._shown(self.get_object()))

    @extend_schema(tags=["users"], request=UserChangeSerializer, responses={200: _EITHER, **WRITE_ERRORS})
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change one's own names and e-mail address."""
        user = self.get_object()
        if user.pk != request.user.pk:
            raise PermissionDenied("People change only what is said of themselves.")
        body = UserChangeSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        people.change_person(user=user, **body.validated_data)
        return Response(self._shown(user))

    def _shown(self, user: Any) -> Any:
        fully = user.pk == self.request.user.pk or selectors.is_admin(self.request.user)
        return (UserSerializer if fully else BasicUserSerializer)(user).data
