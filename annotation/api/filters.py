"""Lists: `?field=value`, `search=`, `sort=name,-id`, `filter=<JSON logic>` (CVAT's conventions). A view names its `terms` (api.lists)."""
from typing import Any

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters
from rest_framework import exceptions
from rest_framework.filters import BaseFilterBackend

from annotation.api.json_logic import BadFilter, compile_filter
from annotation.api.terms import Terms, Unfit, with_columns

MAX_SEARCH = 256
_EXAMPLE = '{"and":[{"==":[{"var":"name"},"Monday"]},{"<":[{"var":"id"},100]}]}'


class FieldFilters(filters.DjangoFilterBackend):
    """django-filter, for views with a `filterset_class`; bad values are 400 with the field's name."""


class SimpleFilters(BaseFilterBackend):
    """`?name=value` for each of the view's `terms`, all at once; an empty value is none, a name that no term has is not looked at."""

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        terms: Terms = view.terms
        wanted = {name: given for name in terms if (given := request.query_params.get(name, "")) != ""}
        condition = Q()
        for name, given in wanted.items():
            try:
                condition &= Q(**{terms[name].column(name): terms[name].of_text(given)})
            except Unfit as unfit:
                raise exceptions.ValidationError({name: [f"“{given[:64]}” {unfit}"]}) from unfit
        return with_columns(queryset, terms, set(wanted)).filter(condition) if wanted else queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """For the API schema."""
        return [_parameter(name, term.help, term.schema()) for name, term in getattr(view, "terms", {}).items()]


class Search(BaseFilterBackend):
    """Every word must be found in one of the view's `search_fields`."""

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        text = request.query_params.get("search", "").replace("\x00", "")[:MAX_SEARCH]
        for word in text.split() if view.search_fields else []:
            found = Q()
            for field in view.search_fields:
                found |= Q(**{f"{field}__icontains": word})
            queryset = queryset.filter(found)
        return queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """For the API schema."""
        return [_parameter("search", f"Words to find in {', '.join(view.search_fields)}")] if getattr(view, "search_fields", ()) else []


class Sort(BaseFilterBackend):
    """`sort=name,-id`; 400 for a field that is not one of the view's `sort_fields`."""

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        wanted = [part.strip() for part in request.query_params.get("sort", "").split(",") if part.strip()]
        paths = []
        for part in wanted if view.sort_fields else []:
            name = part.removeprefix("-")
            if name not in view.sort_fields:
                raise exceptions.ValidationError({"sort": [f"“{name[:64]}” is not one of {', '.join(view.sort_fields)}."]})
            paths.append(("-" if part.startswith("-") else "") + view.sort_fields[name])
        order = paths or _order_of(queryset)
        # The key last, so that pages never overlap.
        return queryset.order_by(*order) if {"id", "-id", "pk", "-pk"} & set(order) else queryset.order_by(*order, "-pk")

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """For the API schema."""
        fields = getattr(view, "sort_fields", {})
        return [_parameter("sort", f"Comma-separated, - for descending: {', '.join(fields)}")] if fields else []


class LogicFilter(BaseFilterBackend):
    """`filter=<JSON logic>` over the view's `terms` (api.json_logic); 400 with a sentence for what cannot be read."""

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        source = request.query_params.get("filter", "")
        if not view.terms or not source.strip():
            return queryset
        try:
            condition, names = compile_filter(source, view.terms)
        except BadFilter as bad:
            raise exceptions.ValidationError({"filter": [str(bad)]}) from bad
        return with_columns(queryset, view.terms, names).filter(condition)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """For the API schema."""
        names = [name for name, term in getattr(view, "terms", {}).items() if not term.simple_only]
        words = f"JSON logic, such as {_EXAMPLE}; operators and or ! !! == != < > <= >= in var; names: {', '.join(names)}"
        return [_parameter("filter", words)] if names else []


def _order_of(queryset: QuerySet[Any]) -> list[Any]:
    """What the queryset is ordered by, as it stands."""
    return list(queryset.query.order_by or queryset.model._meta.ordering)


def _parameter(name: str, description: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    described = {"description": description} if description else {}
    return {"name": name, "required": False, "in": "query", **described, "schema": schema or {"type": "string"}}
