"""Accept, Reject, Give to another Toloker."""
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from crowdsourcing import doors, selectors
from crowdsourcing.forms import AcceptForm, RejectForm
from crowdsourcing.models import Assignment
from crowdsourcing.selectors.corrections import open_draft_of, what_becomes_of
from crowdsourcing.selectors.reviews import dispute_end
from crowdsourcing.services import assignments as services
from crowdsourcing.services.reasons import open_issues
from crowdsourcing.statuses import CommandKind, ReissuePolicy
from crowdsourcing.views.answers import errors_on, refusals_as_messages, render_dialog

# What happens to the job after a rejection, by the pool's policy.
AFTER_REJECTION = {
    ReissuePolicy.AFTER_DISPUTE: "The job stays with this Toloker while an appeal is possible ({days} days); then another Toloker gets it.",
    ReissuePolicy.AT_ONCE: "Another Toloker gets the job at once. If you accept this one later after an appeal, you pay for both.",
    ReissuePolicy.BY_HAND: "The job stays as it is until you press “Give to another Toloker”.",
}


@login_required
@require_http_methods(["GET", "POST"])
def assignment_accept(request: HttpRequest, assignment_id: int) -> HttpResponse:
    assignment = doors.assignment(request.user, assignment_id)
    form = AcceptForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            # Whoever saw it as submitted does not overrule a colleague's rejection by the same click.
            services.accept_assignment(actor=request.user, assignment=assignment, comment=form.cleaned_data["comment"],
                                       overrule=bool(request.POST.get("overrule")), despite_draft=_knows_of_draft(request))
        if not form.errors:
            return redirect(_where_from(request, assignment))
    fee = assignment.reward * settings.PLATFORM_FEE_PERCENT / 100
    words = {"title": "Accept this work?", "verb": "Accept", "icon": "check", "kind": CommandKind.ACCEPT_ASSIGNMENT, "fee": fee,
             "total": assignment.reward + fee, "fee_percent": settings.PLATFORM_FEE_PERCENT, "open_issues": len(open_issues(assignment))}
    return _dialog(request, assignment, form, words, "crowdsourcing:assignment_accept")


@login_required
@require_http_methods(["GET", "POST"])
def assignment_reject(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """Open issues about this attempt may be ticked as reasons; `assignment_reject_preview` shows what the Toloker will read."""
    assignment = doors.assignment(request.user, assignment_id)
    issues = open_issues(assignment)
    form = RejectForm(request.POST or None, issues=issues)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            services.reject_assignment(actor=request.user, assignment=assignment, **form.cleaned_data,
                                       despite_draft=_knows_of_draft(request))
        if not form.errors:
            return redirect(_where_from(request, assignment))
    policy = ReissuePolicy(assignment.pool.reissue_policy)
    words = {"title": "Reject this work?", "verb": "Reject", "icon": "x", "kind": CommandKind.REJECT_ASSIGNMENT, "danger": True,
             "what_next": AFTER_REJECTION[policy].format(days=settings.DISPUTE_DAYS), "dispute_days": settings.DISPUTE_DAYS,
             **_preview(assignment, form, issues)}
    return _dialog(request, assignment, form, words, "crowdsourcing:assignment_reject")


@login_required
@require_POST
def assignment_reject_preview(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """A fragment: the comment as it would go to the platform. Nothing is written."""
    assignment = doors.assignment(request.user, assignment_id)
    issues = open_issues(assignment)
    form = RejectForm(request.POST, issues=issues)
    form.is_valid()
    return render(request, "crowdsourcing/_reject_preview.html", _preview(assignment, form, issues))


def _preview(assignment: Assignment, form: RejectForm, issues: list[Any]) -> dict[str, Any]:
    """What the Toloker would read with what is in the form now, or why it cannot be sent."""
    if not form.is_bound:
        values: dict[str, Any] = {"comment": "", "issues": [issue.pk for issue in issues]}
    else:
        values = {"comment": "", "issues": [], **form.cleaned_data}
    if not values["comment"].strip() and not values["issues"]:
        return {"preview": "", "preview_problem": ""}
    try:
        text = services.rejection_comment(assignment=assignment, **values)
    except ValidationError as error:
        return {"preview": "", "preview_problem": " ".join(error.messages)}
    return {"preview": text, "preview_problem": "", "preview_limit": services.MAX_COMMENT}


def _dialog(request: HttpRequest, assignment: Assignment, form: forms.Form, words: dict[str, Any], address: str) -> HttpResponse:
    back = _where_from(request, assignment)
    draft = open_draft_of(assignment)
    if draft is not None:
        words = {**words, "draft": draft, "draft_note": what_becomes_of(draft, request.user, words["kind"]),
                 "verb": f"{words['verb']} all the same"}
    context = {
        **words, "assignment": assignment, "form": form, "job": assignment.job,
        "action": reverse(address, args=[assignment.pk]) + ("?from=editor" if _from_editor(request) else ""), "back": back,
        "obstacles": [] if form.errors else selectors.obstacles(assignment, words["kind"]),
        "without_work": assignment.snapshot_id is None,
    }
    return render_dialog(request, "review_dialog", context, status=422 if form.errors else 200)


def _knows_of_draft(request: HttpRequest) -> bool:
    """The dialog named the reviewer who fixes the work: what began after the question is in no answer to it."""
    return bool(request.POST.get("despite_draft"))


def _from_editor(request: HttpRequest) -> bool:
    return request.GET.get("from") == "editor"


def _where_from(request: HttpRequest, assignment: Assignment) -> str:
    """The page with the bar that was pressed: the job's, or its review in the editor."""
    job = assignment.job_id
    return reverse("annotation:job_editor", args=[job]) + "?mode=review" if _from_editor(request) else reverse(
        "annotation:job_detail", args=[job])


@login_required
@require_http_methods(["GET", "POST"])
def reissue(request: HttpRequest, task_suite_id: int) -> HttpResponse:
    suite = doors.task_suite(request.user, task_suite_id, edit=True)
    if request.method == "POST":
        with refusals_as_messages(request):
            services.reissue_job(actor=request.user, task_suite=suite)
        return redirect("annotation:job_detail", suite.job_id)
    context = {
        "title": "Give this job to another Toloker?", "verb": "Give to another Toloker", "icon": "switch-horizontal",
        "text": "The rejected work stays on record. The job is offered again, never to the same Toloker, at the pool's present price.",
        "action": reverse("crowdsourcing:reissue", args=[suite.pk]), "back": reverse("annotation:job_detail", args=[suite.job_id]),
        "obstacles": selectors.obstacles(suite, CommandKind.REISSUE_JOB), "dispute_note": _dispute_note(suite),
    }
    return render_dialog(request, "verb_dialog", context)


def _dispute_note(suite: Any) -> str:
    latest = selectors.latest_assignment(suite)
    ends = dispute_end(latest) if latest else None
    if ends is None or timezone.now() >= ends:
        return ""
    return "The Toloker may still appeal. If you accept the rejected work later, you pay for both."
