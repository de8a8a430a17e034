"""What every view of the REST API shares."""
from typing import Any

from django.db.models import Model
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import parsers
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.viewsets import GenericViewSet

from annotation.api.filters import FieldFilters, Search, Sort
from annotation.api.json import CvatJSONParser, CvatJSONRenderer, JSONParser, JSONRenderer

ERROR = OpenApiResponse(OpenApiTypes.OBJECT, description="{detail, code?} or {field: [sentences]}")
NOT_FOUND = {404: ERROR}
WRITE_ERRORS = {400: ERROR, 403: ERROR, 404: ERROR}
CONFLICT_ERRORS = {**WRITE_ERRORS, 409: ERROR}


class ApiView(GenericViewSet):
    """CVAT's media type first: its low-level client sends no Accept. What a user may not see is not in the queryset: 404."""

    renderer_classes = [CvatJSONRenderer, JSONRenderer, BrowsableAPIRenderer]
    parser_classes = [JSONParser, CvatJSONParser, parsers.MultiPartParser, parsers.FormParser]
    filter_backends = [FieldFilters, Search, Sort]
    search_fields: tuple[str, ...] = ()
    # Name in `sort=` -> ORM path.
    sort_fields: dict[str, str] = {}

    def page_of(self, queryset: Any) -> Any:
        """The paginated, filtered, serialised list."""
        page = self.paginate_queryset(self.filter_queryset(queryset))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def answer(self, thing: Model) -> dict[str, Any]:
        """The full object as a GET would show it."""
        return dict(self.get_serializer(self.get_queryset().get(pk=thing.pk)).data)
