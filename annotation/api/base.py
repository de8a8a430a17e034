"""What every view of the REST API shares."""
from typing import Any

from django.db.models import Model
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import parsers
from rest_framework.viewsets import GenericViewSet

from annotation.api.browsing import PageRenderer
from annotation.api.filters import FieldFilters, LogicFilter, Search, SimpleFilters, Sort
from annotation.api.json import CvatJSONParser, CvatJSONRenderer, JSONParser, JSONRenderer
from annotation.api.schema import DocumentedErrors
from annotation.api.spaces import InSpace
from annotation.api.terms import Terms

ERROR = OpenApiResponse(OpenApiTypes.OBJECT, description="{detail, code?} or {field: [sentences]}")
NOT_FOUND = {404: ERROR}
WRITE_ERRORS = {400: ERROR, 403: ERROR, 404: ERROR}
CONFLICT_ERRORS = {**WRITE_ERRORS, 409: ERROR}


class ApiView(GenericViewSet):
    """CVAT's media type first: its low-level client sends no Accept. What a user may not see is not in the queryset: 404."""

    renderer_classes = [CvatJSONRenderer, JSONRenderer, PageRenderer]
    parser_classes = [JSONParser, CvatJSONParser, parsers.MultiPartParser, parsers.FormParser]
    schema = DocumentedErrors()
    filter_backends = [InSpace, FieldFilters, SimpleFilters, Search, Sort, LogicFilter]
    # Name in `?name=value` and in `filter=` -> what it reads (api.lists).
    terms: Terms = {}
    # Lists: ORM paths to the organization of a row (api.spaces); () for lists that belong to no place.
    space_paths: tuple[str, ...] = ()
    search_fields: tuple[str, ...] = ()
    # Name in `sort=` -> ORM path.
    sort_fields: dict[str, str] = {}

    def get_object(self) -> Any:
        """By its key alone: names of the lists' filters mean other things at some single objects' doors."""
        found = get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])
        self.check_object_permissions(self.request, found)
        return found

    def page_of(self, queryset: Any) -> Any:
        """The paginated, filtered, serialised list."""
        page = self.paginate_queryset(self.filter_queryset(queryset))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def answer(self, thing: Model) -> dict[str, Any]:
        """The full object as a GET would show it."""
        return dict(self.get_serializer(self.get_queryset().get(pk=thing.pk)).data)
