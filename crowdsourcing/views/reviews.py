"""What waits for a review, over all pools: the queue with its filters, the job that comes next, and what is accepted by itself soon."""
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from crowdsourcing import doors
from crowdsourcing.models import Pool
from crowdsourcing.selectors.board import FAR, NEAR, due_soon, due_soon_sums
from crowdsourcing.selectors.queue import QueueFilters, next_to_review, queue_of, queue_sums, undecided, with_decisions

ROWS = 50
# The queue that a browser looked at last, as its address has it: “next” goes on there.
QUEUE_COOKIE = "review_queue"
_EDITOR, _AFTER = "editor", "after"
# What the page offers of each filter: value, words.
CHOICES = {
    "age": [("under-24h", "Last 24 hours"), ("over-24h", "Over 24 hours"), ("over-72h", "Over 3 days"), ("over-168h", "Over 7 days")],
    "due": [(24, "Due in 24 h"), (48, "Due in 48 h")],
    "suspicion": [("medium", "Medium or high"), ("high", "High")],
    "issues": [("open", "Open issues")],
    "sort": [("oldest", "Oldest first"), ("deadline", "Due first"), ("suspicion", "By suspicion")],
}


@login_required
@require_GET
def review_queue(request: HttpRequest) -> HttpResponse:
    filters, complaints = _read(request)
    rows = queue_of(request.user, filters)
    sums = queue_sums(rows)
    pages = Paginator(_shown(rows), ROWS)
    pages.__dict__["count"] = sums["count"]  # counted with the sums
    pools = list(_pools(request.user))
    fee = sums["amount"] * settings.PLATFORM_FEE_PERCENT / 100
    response = render(request, "crowdsourcing/review_queue.html", {
        "page": pages.get_page(request.GET.get("page")), "filters": filters, "complaints": complaints, "choices": CHOICES, "pools": pools,
        "projects": list({pool.task.project_id: pool.task.project for pool in pools}.values()),
        "sums": sums, "fee": fee, "fee_percent": settings.PLATFORM_FEE_PERCENT, "query": filters.query()})
    response.set_cookie(QUEUE_COOKIE, filters.query(), samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE)
    return response


def _read(request: HttpRequest) -> tuple[QueueFilters, list[str]]:
    """Filters that cannot be read are left out here, and named: only looking depends on them."""
    data = request.GET.dict()
    try:
        return QueueFilters.parse(data), []
    except ValidationError as error:
        bad = error.message_dict
        return QueueFilters.parse({name: value for name, value in data.items() if name not in bad}), [
            sentence for sentences in bad.values() for sentence in sentences]


def _shown(rows: Any) -> Any:
    return with_decisions(rows).select_related("pool__task__project", "task_suite", "toloker", "snapshot").defer("snapshot__data")


def _pools(user: Any) -> Any:
    """Those with something that waits."""
    waiting = queue_of(user, QueueFilters()).order_by().values("pool")
    return Pool.objects.filter(pk__in=waiting).select_related("task__project").order_by("task__project__name", "task__name", "pk")


@login_required
@require_GET
def review_soon(request: HttpRequest) -> HttpResponse:
    """The board: what the platform accepts by itself in the next hours, the most suspicious first."""
    groups = due_soon(request.user)
    totals = due_soon_sums(request.user)
    return render(request, "crowdsourcing/review_soon.html", {
        "groups": groups, "totals": totals, "near": NEAR, "far": FAR, "fee_percent": settings.PLATFORM_FEE_PERCENT,
        "with_fee": totals["far_amount"] * (100 + settings.PLATFORM_FEE_PERCENT) / 100})


@login_required
@require_GET
def review_next(request: HttpRequest) -> HttpResponse:
    """To the job that comes after `?after=<assignment>` in the queue of the address or, without filters there, the queue looked at last;
    `&to=editor` opens it in the editor. At the end back to the queue, which says so."""
    filters = filters_of(request)
    after_id = whole_number(request.GET.get(_AFTER, ""))
    after = doors.assignment(request.user, after_id) if after_id is not None else None
    found = next_to_review(request.user, after, filters)
    if found is None:
        messages.info(request, nothing_more(request.user, filters))
        return redirect(queue_address(filters))
    job = found.job_id
    if request.GET.get("to") == _EDITOR:
        return redirect(reverse("annotation:job_editor", args=[job]) + "?mode=review")
    return redirect("annotation:job_detail", job)


def filters_of(request: HttpRequest) -> QueueFilters:
    """What the address says, else what the queue looked at last had. What cannot be read is no filter here: nothing is decided by it."""
    said: dict[str, Any] = {name: value for name, value in request.GET.items() if value}
    if not QueueFilters.names() & said.keys():
        said = QueryDict(request.COOKIES.get(QUEUE_COOKIE, "")).dict()
    try:
        return QueueFilters.parse(said)
    except ValidationError:
        return QueueFilters()


def nothing_more(user: Any, filters: QueueFilters) -> str:
    left = undecided(queue_of(user, filters)).count()
    if left:
        return f"Nothing more waits behind that one. {left} that you passed over still wait{'s' if left == 1 else ''}."
    return "Nothing more waits in this queue." if filters.narrows else "Nothing more waits for your review."


def queue_address(filters: QueueFilters) -> str:
    query = filters.query()
    return reverse("crowdsourcing:review_queue") + (f"?{query}" if query else "")


def whole_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
