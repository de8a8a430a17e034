"""Search, order and pages of lists: from the address, so that a list can be bookmarked and sent."""
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest

# Value in the address -> words on the page, order of rows. Ids make the order total.
SORTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "-updated": ("Last updated", ("-updated_date", "-id")),
    "-created": ("Newest", ("-created_date", "-id")),
    "created": ("Oldest", ("created_date", "id")),
    "name": ("Name A–Z", ("name", "id")),
    "-name": ("Name Z–A", ("-name", "-id")),
}


def searched(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Rows whose name holds the text, or whose id it is."""
    text = text.strip().replace("\x00", "")[:256]
    if not text:
        return rows
    wanted = Q(name__icontains=text)
    number = text.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 18:
        wanted |= Q(pk=int(number))
    return rows.filter(wanted)


def ordered(rows: QuerySet[Any], sort: str) -> QuerySet[Any]:
    return rows.order_by(*SORTS.get(sort, SORTS["-updated"])[1])


def page_of(request: HttpRequest, rows: Any, size: int, parameter: str = "page", total: int | None = None) -> Page:
    """The page asked for; a number out of range gives the nearest one. `total`: how many rows there are, where that is known."""
    paginator = Paginator(rows, size)
    if total is not None:
        # Its own is counted with a query when it is asked for, and kept under the same name.
        paginator.__dict__["count"] = total
    return paginator.get_page(request.GET.get(parameter))


def list_context(request: HttpRequest) -> dict[str, Any]:
    """What the toolbar of a list shows."""
    return {
        "search": request.GET.get("search", ""),
        "sort": request.GET.get("sort") if request.GET.get("sort") in SORTS else "-updated",
        "sorts": [(value, words) for value, (words, _) in SORTS.items()],
    }
