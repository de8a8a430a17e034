"""A pool's verification crowd: setting it up, how far it is, changing it, pausing, going on."""
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from crowdsourcing import doors, selectors
from crowdsourcing.forms.verifications import VerificationForm, VerificationSetupForm
from crowdsourcing.models import Pool, Verification
from crowdsourcing.quality.verification.waiting import is_closed_by_hand, needs_somebody
from crowdsourcing.selectors.links import verification_url
from crowdsourcing.selectors.policies import policy_of
from crowdsourcing.selectors.verifications import POLICY, foreseen, progress_of, verification_obstacles, verification_of
from crowdsourcing.services import verifications as services
from crowdsourcing.statuses import PoolStatus
from crowdsourcing.verification_wishes import DEFAULTS
from crowdsourcing.views.answers import errors_on, refusals_as_messages, render_dialog
from crowdsourcing.views.commands import command_context

VERBS: dict[str, dict[str, Any]] = {
    "pause": {"service": services.pause_verification, "title": "Pause the verification?", "verb": "Pause", "icon": "player-stop",
              "text": "Nothing more is asked. What is asked already may still be answered and paid, and counts.",
              "done": "The verification is paused."},
    "resume": {"service": services.resume_verification, "title": "Let the verification go on?", "verb": "Go on", "icon": "player-play",
               "text": "Open questions are asked again at once, and their answers are paid as they come.",
               "done": "The verification goes on."},
    "renew": {"service": services.renew_verification, "title": "Make a new verification pool?", "verb": "Make a new one", "icon": "plus",
              "text": "The archived one stays as it is. What is not answered yet is asked in the new one; answers so far count.",
              "done": ""},
    "look": {"service": services.look_at_verification, "title": "Look for answers now?", "verb": "Look now", "icon": "refresh",
             "text": "It is looked for answers by itself too, every few seconds while questions are open.",
             "done": "Looking for answers."},
}


@login_required
@require_http_methods(["GET", "POST"])
def pool_verification(request: HttpRequest, pool_id: int) -> HttpResponse:
    pool = doors.pool(request.user, pool_id)
    verification = verification_of(pool)
    is_new = verification is None or not verification.remote_pool_id
    kind = VerificationSetupForm if is_new else VerificationForm
    config = verification.config if verification else None
    if verification is not None and request.headers.get("HX-Target") == "verification-state":
        return render(request, "crowdsourcing/_verification_state.html", {
            "pool": pool, "verification": verification, "anew": True,
            **_state(verification, selectors.open_command(verification) is not None)})
    if request.method == "GET":
        return _page(request, pool, verification, kind(config=config))
    doors.require_edit(request.user, pool)
    form = kind(request.POST, config=config)
    if form.is_valid():
        with errors_on(form):
            _save(request, pool, None if is_new else verification, form)
        if not form.errors:
            return redirect("crowdsourcing:pool_verification", pool.pk)
    return _page(request, pool, verification, form)


def _save(request: HttpRequest, pool: Pool, verification: Verification | None, form: VerificationForm) -> None:
    if verification is not None:
        services.update_verification(actor=request.user, verification=verification, config=form.config())
        return
    services.setup_verification(actor=request.user, pool=pool, config=form.config(), decide=form.cleaned_data["decide"],
                                reissue_at_once=form.cleaned_data["reissue_at_once"])


def _state(verification: Verification, busy: bool) -> dict[str, Any]:
    """What the live part of the page shows. `live`: it asks for itself, as something may happen."""
    progress, sentence = progress_of(verification), verification.waiting_for
    return {"progress": progress, "answered": progress["questions"] - progress["waiting"], "waiting_for": sentence, "command_open": busy,
            "needs_somebody": needs_somebody(sentence),
            "live": bool(progress["waiting"]) or busy or verification.pool.status == PoolStatus.OPEN}


def _page(request: HttpRequest, pool: Pool, verification: Verification | None, form: VerificationForm) -> HttpResponse:
    command = selectors.latest_command(verification) if verification else None
    policy = policy_of(pool)
    named = bool(policy and policy.config.get("verification")) or bool(verification and POLICY in verification.cursors)
    told = command_context(command, request.user, pool)
    is_new = verification is None or not verification.remote_pool_id
    # Each frame of each piece of work is asked about once; what is rejected and done again is asked about again.
    questions = pool.task.size * pool.overlap
    context = {
        "cost": foreseen({**DEFAULTS, **(verification.config if verification else {})}, questions) if is_new else None,
        "pool": pool, "task": pool.task, "project": pool.task.project, "verification": verification, "form": form,
        "is_set_up": not is_new, "may_edit": doors.may_edit(request.user, pool),
        "obstacles": verification_obstacles(pool) if is_new else [],
        "policy_names_it": named,
        "remote_url": verification_url(verification) if verification else "",
        "is_archived": verification is not None and verification.status == PoolStatus.ARCHIVED,
        "by_hand": verification is not None and is_closed_by_hand(verification),
        **told, **(_state(verification, bool(told.get("command_open"))) if verification else {}),
    }
    return render(request, "crowdsourcing/pool_verification.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def verification_verb(request: HttpRequest, pool_id: int, verb: str) -> HttpResponse:
    """GET asks, POST does it."""
    pool = doors.pool(request.user, pool_id, edit=True)
    words, verification = VERBS.get(verb), verification_of(pool)
    if words is None or verification is None:
        raise Http404
    back = reverse("crowdsourcing:pool_verification", args=[pool.pk])
    if request.method == "POST":
        with refusals_as_messages(request):
            words["service"](actor=request.user, verification=verification)
            if words["done"]:
                messages.success(request, words["done"])
        return redirect(back)
    return render_dialog(request, "verb_dialog", {
        **words, "back": back, "action": reverse("crowdsourcing:verification_verb", args=[pool.pk, verb])})
