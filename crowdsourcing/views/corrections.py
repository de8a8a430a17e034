"""Fix, Keep the correction, Fix and accept, Throw away."""
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from annotation.views.answers import errors_on, refusals_as_messages
from crowdsourcing import doors, selectors
from crowdsourcing.forms import AcceptForm
from crowdsourcing.models import Assignment
from crowdsourcing.services import corrections as services
from crowdsourcing.services.reasons import open_issues
from crowdsourcing.statuses import CommandKind
from crowdsourcing.views.answers import render_dialog


@login_required
@require_http_methods(["GET", "POST"])
def fix(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """POST opens the actor's draft in the editor; GET asks before somebody else's is taken over (POST with `take_over`)."""
    assignment = doors.assignment(request.user, assignment_id)
    if request.method == "POST":
        with refusals_as_messages(request):
            services.begin_fix(actor=request.user, assignment=assignment, take_over=bool(request.POST.get("take_over")))
            return redirect(_editor(assignment))
        return redirect(_job(assignment))
    return _question(request, assignment, "fix", {
        "title": "Take this correction over?", "verb": "Take over", "icon": "pencil", "take_over": True,
        "text": "You go on where your colleague is. What they saved stays; their editor becomes read-only and tells them so."})


@login_required
@require_POST
def keep(request: HttpRequest, assignment_id: int) -> HttpResponse:
    assignment = doors.assignment(request.user, assignment_id)
    with refusals_as_messages(request):
        kept = services.keep_fix(actor=request.user, assignment=assignment)
        messages.success(request, "The correction is kept. It is exported once the work is accepted." if kept else
                         "Nothing differs from what was submitted: no correction is kept.")
    return redirect(_job(assignment))


@login_required
@require_http_methods(["GET", "POST"])
def throw_away(request: HttpRequest, assignment_id: int) -> HttpResponse:
    assignment = doors.assignment(request.user, assignment_id)
    if request.method == "POST":
        with refusals_as_messages(request):
            services.discard_fix(actor=request.user, assignment=assignment)
            messages.success(request, "The correction is thrown away. What the Toloker submitted counts again.")
        return redirect(_job(assignment))
    return _question(request, assignment, "throw_away", {
        "title": "Throw the correction away?", "verb": "Throw away", "icon": "trash", "danger": True,
        "text": "What the Toloker submitted counts again. A version that was kept stays on record under Attempts; changes that were not "
                "kept are lost."})


@login_required
@require_http_methods(["GET", "POST"])
def fix_and_accept(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """The dialog of Accept; what is asked and what is kept is one transaction."""
    assignment = doors.assignment(request.user, assignment_id)
    form = AcceptForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            services.fix_and_accept(actor=request.user, assignment=assignment, comment=form.cleaned_data["comment"])
        if not form.errors:
            return redirect(_job(assignment))
    fee = assignment.reward * settings.PLATFORM_FEE_PERCENT / 100
    return render_dialog(request, "review_dialog", {
        "title": "Keep the correction and accept?", "verb": "Fix and accept", "icon": "check", "fee": fee, "total": assignment.reward + fee,
        "fee_percent": settings.PLATFORM_FEE_PERCENT, "open_issues": len(open_issues(assignment)), "assignment": assignment, "form": form,
        "job": assignment.job, "action": reverse("crowdsourcing:fix_and_accept", args=[assignment.pk]), "back": _job(assignment),
        "obstacles": [] if form.errors else selectors.obstacles(assignment, CommandKind.ACCEPT_ASSIGNMENT),
        "without_work": assignment.snapshot_id is None,
    }, status=422 if form.errors else 200)


def _question(request: HttpRequest, assignment: Assignment, name: str, words: dict[str, Any]) -> HttpResponse:
    return render_dialog(request, "correction_dialog", {
        **words, "action": reverse(f"crowdsourcing:{name}", args=[assignment.pk]), "back": _job(assignment)})


def _job(assignment: Assignment) -> str:
    return reverse("annotation:job_detail", args=[assignment.job_id])


def _editor(assignment: Assignment) -> str:
    return reverse("annotation:job_editor", args=[assignment.job_id]) + "?mode=correction"
