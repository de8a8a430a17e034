"""Background work of the user: progress, results, errors."""
import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from annotation import selectors
from annotation.models import Request
from annotation.services.requests import cancel_request
from annotation.views import listing
from annotation.views.answers import refusals_as_messages

ROWS = 25
UNDER_WAY = (Request.Status.QUEUED, Request.Status.STARTED)


def _own(request: HttpRequest) -> QuerySet[Request]:
    return selectors.requests_for(request.user).filter(owner_id=request.user.pk).select_related("project", "task__project", "job")


@login_required
@require_GET
def request_list(request: HttpRequest) -> HttpResponse:
    page = listing.page_of(request, _own(request), ROWS)
    return render(request, "annotation/request_list.html", {"page": page})


@login_required
@require_GET
def request_detail(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """The page of one request; htmx polls the same address for the fragment that `view` names.

    `view=row` is a row of the requests page, `view=progress` a block on any page; with `then=reload` the page itself is loaded again
    when the work is over, because more of it changed than the block.
    """
    background = get_object_or_404(selectors.requests_for(request.user).select_related("project", "task__project"), pk=request_id)
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, "annotation/request_detail.html", {"background": background})
    then = "reload" if request.GET.get("then") == "reload" else ""
    if then and background.status not in UNDER_WAY:
        return HttpResponseClientRefresh()
    template = "annotation/_request_row.html" if request.GET.get("view") == "row" else "annotation/_request.html"
    return render(request, template, {"background": background, "then": then, "brief": "brief" in request.GET})


@login_required
@require_POST
def request_cancel(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    background = get_object_or_404(selectors.requests_for(request.user), pk=request_id)
    with refusals_as_messages(request):
        cancel_request(actor=request.user, request=background)
        messages.success(request, "Cancelled. Nothing of it is kept.")
    return redirect("annotation:request_list")


@login_required
@require_GET
def request_download(request: HttpRequest, request_id: uuid.UUID) -> HttpResponseBase:
    background = get_object_or_404(selectors.requests_for(request.user), pk=request_id, status=Request.Status.FINISHED)
    if not background.result.name or not background.result.storage.exists(background.result.name):
        raise Http404("This result is gone. Start the export again.")
    answer = FileResponse(background.result.open("rb"), as_attachment=True, filename=background.result_name or "result.zip")
    answer["Cache-Control"] = "private, no-store"
    return answer
