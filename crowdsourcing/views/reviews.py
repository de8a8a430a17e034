"""What waits for a review, over all pools; oldest first. Several at once can be accepted here."""
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from crowdsourcing import doors
from crowdsourcing.models import Assignment, Pool, ProviderCommand
from crowdsourcing.selectors.queue import QueueFilters, next_to_review, queue_of, undecided
from crowdsourcing.selectors.reviews import automatic_acceptance
from crowdsourcing.services import assignments as services
from crowdsourcing.statuses import OPEN_COMMAND_STATUSES
from crowdsourcing.transitions import Refused

ROWS = 50
# The queue that a browser looked at last, as its address has it: “next” goes on there.
QUEUE_COOKIE = "review_queue"
_EDITOR, _AFTER = "editor", "after"


@login_required
@require_GET
def review_queue(request: HttpRequest) -> HttpResponse:
    rows = doors.waiting_for(request.user)
    chosen = _pool_id(request)
    pools = Pool.objects.filter(pk__in=rows.order_by().values("pool")).select_related("task__project").order_by("task__name", "pk")
    shown = rows.filter(pool=chosen) if chosen else rows
    page = Paginator(shown, ROWS).get_page(request.GET.get("page"))
    page.object_list = _dressed(list(page.object_list))
    total = shown.aggregate(total=Sum("reward"))["total"] or 0
    return render(request, "crowdsourcing/review_queue.html", {
        "page": page, "pools": pools, "chosen": chosen, "total": total, "fee_percent": settings.PLATFORM_FEE_PERCENT})


def _dressed(rows: list[Assignment]) -> list[Assignment]:
    """With the time of automatic acceptance, and whether a decision is on its way to the platform."""
    busy = dict(ProviderCommand.objects.filter(
        target_type=ProviderCommand.Target.ASSIGNMENT, target_id__in=[row.pk for row in rows], status__in=OPEN_COMMAND_STATUSES)
        .values_list("target_id", "kind"))
    for row in rows:
        row.accepted_by_itself_at = automatic_acceptance(row)  # type: ignore[attr-defined]
        row.deciding = busy.get(row.pk)  # type: ignore[attr-defined]
    return rows


def _pool_id(request: HttpRequest) -> int | None:
    text = request.GET.get("pool", "") or request.POST.get("pool", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


@login_required
@require_POST
def review_accept(request: HttpRequest) -> HttpResponse:
    """Accept what is ticked, at most one page of it; each is a command of its own."""
    ids = [int(text) for text in request.POST.getlist("assignment") if text.isascii() and text.isdigit() and len(text) < 18][:ROWS]
    asked, refused = 0, []
    for assignment in doors.waiting_for(request.user).filter(pk__in=ids):
        try:
            services.accept_assignment(actor=request.user, assignment=assignment)
            asked += 1
        except Refused as error:
            refused.append(f"Job {assignment.task_suite.job_id}: {error.sentence}")
    if asked:
        messages.success(request, f"Toloka is asked to accept {asked} job{'s' if asked > 1 else ''}.")
    if refused:
        messages.warning(request, " ".join(refused[:5]))
    if not ids:
        messages.warning(request, "Tick the jobs to accept first.")
    chosen = _pool_id(request)
    return redirect(reverse("crowdsourcing:review_queue") + (f"?pool={chosen}" if chosen else ""))


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
    to_editor = request.GET.get("to") == _EDITOR
    return redirect("annotation:job_editor" if to_editor else "annotation:job_detail", found.task_suite.job_id)


def filters_of(request: HttpRequest) -> QueueFilters:
    """What the address says, else what the queue looked at last had. What cannot be read is no filter here: nothing is decided by it."""
    said = {name: value for name, value in request.GET.items() if value}
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
