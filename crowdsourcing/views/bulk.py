"""Many decisions at once: the question, the page with what becomes of each job, and the list of earlier ones."""
import uuid
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crowdsourcing import doors
from crowdsourcing.models import Assignment, BulkDecision
from crowdsourcing.selectors.bulk import OUTCOMES, bulk_progress, items_seen, progress_of_many
from crowdsourcing.selectors.corrections import in_hand
from crowdsourcing.selectors.queue import LEVELS, QueueFilters
from crowdsourcing.services import bulk as services
from crowdsourcing.statuses import ReissuePolicy
from crowdsourcing.transitions import Refused
from crowdsourcing.views.answers import refusals_as_messages, render_dialog
from crowdsourcing.views.assignments import AFTER_REJECTION
from crowdsourcing.views.reviews import queue_address, whole_number

ROWS = 50
LISTED = 50
VERBS = {"accept": BulkDecision.Verb.ACCEPT, "reject": BulkDecision.Verb.REJECT}
_UNREADABLE = "This question is not complete. Go back to the queue and press the button again."


@login_required
@require_http_methods(["GET", "POST"])
def bulk_new(request: HttpRequest) -> HttpResponse:
    """GET asks, with number, money and fee; POST decides. Both name the jobs by `assignment=` or, with `all=1`, by `filters=<query>`."""
    data = request.POST if request.method == "POST" else request.GET
    verb = VERBS.get(data.get("verb", ""))
    if verb is None:
        return _refusal(request, QueueFilters(), _UNREADABLE)
    filters = QueueFilters()
    try:
        # Strictly: a filter left out would mean more jobs than anybody saw.
        filters = QueueFilters.parse(QueryDict(data.get("filters", "")).dict())
        wanted = {"filters": filters} if data.get("all") else {"assignments": _ticked(data)}
        if request.method == "POST":
            return _decide(request, verb, filters, wanted)
        return _question(request, verb, filters, wanted)
    except ValidationError as error:
        return _refusal(request, filters, " ".join(error.messages))
    except Refused as error:
        return _refusal(request, filters, error.sentence)


def _ticked(data: QueryDict) -> list[int]:
    if not data.getlist("assignment"):
        raise ValidationError({"assignments": "Tick the jobs first, or tick “all that match”."})
    return _numbers(data.getlist("assignment"))


def _numbers(texts: list[str]) -> list[int]:
    ids = [whole_number(text) for text in texts]
    if None in ids:
        raise ValidationError({"assignments": _UNREADABLE})
    return [pk for pk in ids if pk is not None]


def _question(request: HttpRequest, verb: str, filters: QueueFilters, wanted: dict[str, Any], *, comment: str = "",
              error: str = "") -> HttpResponse:
    rows = services.matching(actor=request.user, **wanted)
    if not rows:
        raise Refused("Nothing is left to decide here: it was decided meanwhile, or nothing matches.", "nothing")
    ids, amount = [pk for pk, _ in rows], sum((price for _, price in rows), Decimal(0))
    fee = amount * settings.PLATFORM_FEE_PERCENT / 100
    danger = verb == BulkDecision.Verb.REJECT
    named = f"{len(ids):,} job{'s' if len(ids) > 1 else ''}"
    chosen = Assignment.objects.filter(id__any_of=ids)
    named_by = [("all", "1"), ("seen", ",".join(map(str, ids)))] if "filters" in wanted else [("assignment", pk) for pk in ids]
    hidden = [("verb", "reject" if danger else "accept"), ("filters", filters.query()), ("id", str(uuid.uuid4())), ("count", len(ids)),
              ("amount", amount), *named_by]
    context = {
        "title": f"Reject {named}?" if danger else f"Accept {named}?", "verb": f"{'Reject' if danger else 'Accept'} {named}",
        "danger": danger, "hidden": hidden, "count": len(ids), "amount": amount, "fee": fee, "total": amount + fee,
        "fee_percent": settings.PLATFORM_FEE_PERCENT, "in_hand": chosen.filter(in_hand()).count(),
        "suspicious": chosen.filter(suspicion__gte=LEVELS["high"]).count(),
        "what_next": _what_next(chosen) if danger else "", "dispute_days": settings.DISPUTE_DAYS, "limit": services.MAX_COMMENT,
        "comment": comment, "error": error, "back": queue_address(filters), "filters": filters if "filters" in wanted else None}
    return render_dialog(request, "bulk_dialog", context, status=422 if error else 200)


def _what_next(chosen: Any) -> str:
    """One sentence where all pools do the same."""
    policies = set(chosen.order_by().values_list("pool__reissue_policy", flat=True).distinct())
    if len(policies) == 1:
        return AFTER_REJECTION[ReissuePolicy(policies.pop())].format(days=settings.DISPUTE_DAYS)
    return "What happens to the jobs then is set in each pool: another Toloker gets them after the appeal, at once, or when you say so."


def _decide(request: HttpRequest, verb: str, filters: QueueFilters, wanted: dict[str, Any]) -> HttpResponse:
    comment = request.POST.get("comment", "")
    try:
        confirmed = int(request.POST.get("count", "")), Decimal(request.POST.get("amount", ""))
        number = uuid.UUID(request.POST.get("id", ""))
    except (ValueError, InvalidOperation):
        return _refusal(request, filters, _UNREADABLE)
    if not confirmed[1].is_finite():
        return _refusal(request, filters, _UNREADABLE)
    # What was submitted since the question is in no answer to it.
    seen = _numbers(request.POST.get("seen", "").split(",")) if "filters" in wanted else None
    try:
        bulk = services.decide_many(actor=request.user, verb=verb, comment=comment, seen=seen, confirmed=confirmed, id=number, **wanted)
    except ValidationError as error:
        if "comment" not in error.message_dict:
            raise
        return _question(request, verb, filters, wanted, comment=comment, error=" ".join(error.messages))
    except Refused as error:
        if error.code != "changed":
            raise
        return _question(request, verb, filters, wanted, comment=comment, error=error.sentence)
    return redirect("crowdsourcing:bulk_detail", bulk.pk)


def _refusal(request: HttpRequest, filters: QueueFilters, sentence: str) -> HttpResponse:
    # htmx shows 2xx and 422 only.
    return render_dialog(request, "bulk_dialog", {
        "title": "Nothing was decided", "obstacle": sentence, "back": queue_address(filters)}, status=422)


@login_required
@require_GET
def bulk_list(request: HttpRequest) -> HttpResponse:
    rows = list(doors.bulk_decisions_for(request.user)[:LISTED])
    progress = progress_of_many([row.pk for row in rows])
    return render(request, "crowdsourcing/bulk_list.html", {"rows": [(row, progress[row.pk]) for row in rows], "listed": LISTED})


@login_required
@require_GET
def bulk_detail(request: HttpRequest, bulk_id: uuid.UUID) -> HttpResponse:
    """The page; asked for by htmx only its live part."""
    bulk = doors.bulk_decision(request.user, bulk_id)
    progress = bulk_progress(bulk)
    shown = request.GET.get("show", "")
    items = items_seen(request.user, bulk)
    items = items.filter(outcome=shown) if shown in OUTCOMES else items
    query = urlencode({name: request.GET[name] for name in ("show", "page") if request.GET.get(name)})
    words = {**OUTCOMES, "done": "rejected" if bulk.verb == BulkDecision.Verb.REJECT else "accepted"}
    fee = progress.amount * settings.PLATFORM_FEE_PERCENT / 100
    asked_by_htmx = bool(getattr(request, "htmx", False))
    response = render(request, "crowdsourcing/_bulk_progress.html" if asked_by_htmx else "crowdsourcing/bulk_detail.html", {
        "bulk": bulk, "progress": progress, "page": Paginator(items, ROWS).get_page(request.GET.get("page")), "shown": shown,
        "query": query, "words": words, "counts": [(name, words[name], number) for name, number in progress.counts.items() if number],
        "fee": fee, "total": progress.amount + fee, "fee_percent": settings.PLATFORM_FEE_PERCENT,
        "filters": QueueFilters.parse(bulk.filters) if bulk.filters is not None else None})
    response["Vary"] = "HX-Request"
    return response


@login_required
@require_POST
def bulk_verb(request: HttpRequest, bulk_id: uuid.UUID, verb: str) -> HttpResponse:
    """stop, resume; retry all that failed or, with `item=`, one."""
    bulk = doors.bulk_decision(request.user, bulk_id)
    with refusals_as_messages(request):
        if verb == "stop":
            services.stop_bulk(actor=request.user, bulk=bulk)
            messages.success(request, "Stopped. What is on its way to the platform already is not called back.")
        elif verb == "resume":
            services.resume_bulk(actor=request.user, bulk=bulk)
        elif verb == "retry":
            item = whole_number(request.POST.get("item", ""))
            services.retry_bulk(actor=request.user, bulk=bulk, items=None if item is None else [item])
        else:
            raise Http404("There is no such verb.")
    return redirect(reverse("crowdsourcing:bulk_detail", args=[bulk.pk]))
