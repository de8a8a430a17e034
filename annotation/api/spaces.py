"""The space a request is about, CVAT's way: header `X-Organization: <short name>`, or `?org=<short name>` or `?org_id=<id>` before it.

An empty name is the personal space; nothing at all is everything the caller sees.
"""
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions
from rest_framework.filters import BaseFilterBackend

from annotation import selectors
from annotation.models import Organization
from annotation.spaces import EVERYTHING, PERSONAL, Space

HEADER = "X-Organization"
_WORDS = "The organization's short name; empty: the personal space; left out: everything the caller sees"
PARAMETERS: list[dict[str, Any]] = [
    {"name": "org", "in": "query", "required": False, "description": _WORDS, "schema": {"type": "string"}},
    {"name": "org_id", "in": "query", "required": False, "description": "The organization's id", "schema": {"type": "integer"}},
    {"name": HEADER, "in": "header", "required": False, "description": _WORDS, "schema": {"type": "string"}},
]
# The same for doors that make something.
WHERE = [OpenApiParameter("org", description="Where it begins: the organization's short name; empty or left out: the personal space"),
         OpenApiParameter("org_id", OpenApiTypes.INT, description="The organization's id"),
         OpenApiParameter(HEADER, location=OpenApiParameter.HEADER, description="As `org`, which goes before it")]


def space_of(request: Any) -> Space:
    """Of a REST framework request. 404 for an organization that is not there or not the caller's, 400 for what contradicts itself."""
    slug, number = request.query_params.get("org"), request.query_params.get("org_id")
    if slug is None and number is None:
        slug = request.headers.get(HEADER)
    if slug is None and number is None:
        return EVERYTHING
    found = _by_id(request, number) if number is not None else None
    if slug is None:
        assert found is not None
        return Space(organization=found)
    named = _by_slug(request, slug.strip())
    if number is not None and named != found:
        raise exceptions.ValidationError({"org": ["org and org_id name different places: give one of them."]})
    return Space(organization=named) if named is not None else PERSONAL


def organization_of(request: Any) -> Organization | None:
    """Where something new begins: None is the personal space, also of a request that names no place."""
    return space_of(request).organization


class InSpace(BaseFilterBackend):
    """Narrows a list to the request's space; the view's `space_paths` lead to the organization. Single objects are found anywhere."""

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        paths = getattr(view, "space_paths", ())
        return space_of(request).narrow(queryset, *paths) if paths and view.action == "list" else queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """For the API schema."""
        return PARAMETERS if getattr(view, "space_paths", ()) else []


def _by_id(request: Any, raw: str) -> Organization:
    if not (raw.isascii() and raw.isdigit() and len(raw) < 18):
        raise exceptions.ValidationError({"org_id": ["Give the organization's id, a whole number."]})
    return _one(request, f"#{int(raw)}", pk=int(raw))


def _by_slug(request: Any, slug: str) -> Organization | None:
    return _one(request, f"“{slug[:64]}”", slug=slug.replace("\x00", "")) if slug else None


def _one(request: Any, name: str, **key: Any) -> Organization:
    found = selectors.organizations_for(request.user).filter(**key).first()
    if found is None:
        raise exceptions.NotFound(f"There is no organization {name}, or you are not in it. Ask its owner for an invitation.")
    return found
