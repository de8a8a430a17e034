"""Pages as CVAT's clients expect them."""
from typing import Any

from django.core.paginator import Page, Paginator
from rest_framework import pagination


class ShortPaginator(Paginator):
    """Counts only where it must: a first page that is not full tells by itself how many there are."""

    def page(self, number: Any) -> Page[Any]:
        if str(number) != "1" or "count" in self.__dict__ or not hasattr(self.object_list, "query"):
            return super().page(number)
        rows = list(self.object_list[: self.per_page + 1])
        if len(rows) <= self.per_page:
            self.__dict__["count"] = len(rows)
        return Page(rows[: self.per_page], 1, self)


class PageNumberPagination(pagination.PageNumberPagination):
    """`?page=N&page_size=M` -> {count, next, previous, results}."""

    page_size_query_param = "page_size"
    max_page_size = 500
    django_paginator_class = ShortPaginator
