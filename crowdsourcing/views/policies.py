"""A pool's review policy: what it says, its versions, trying it on past work, off, and going on after a stop."""
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from annotation.views.answers import error_lists
from crowdsourcing import doors
from crowdsourcing.forms.policies import IN_FORCE, PolicyForm
from crowdsourcing.models import Pool, ReviewPolicy
from crowdsourcing.quality.deciding import open_attempts
from crowdsourcing.quality.policies import is_by_hand
from crowdsourcing.quality.replaying import MOST, Replay, replay
from crowdsourcing.selectors.policies import versions_of
from crowdsourcing.services import policies as services
from crowdsourcing.transitions import Refused
from crowdsourcing.views.answers import refusals_as_messages, render_dialog

# Changes that the page lists; the API gives all.
LISTED = 100


@login_required
@require_http_methods(["GET", "POST"])
def pool_policy(request: HttpRequest, pool_id: int) -> HttpResponse:
    """POST puts a version in force; with `replay` it only tries it on past work."""
    pool = doors.pool(request.user, pool_id)
    versions = versions_of(pool)
    policy = versions[0] if versions else None
    if request.method == "GET":
        return _page(request, pool, versions, PolicyForm(config=policy.config if policy else None))
    doors.require_edit(request.user, pool)
    form = PolicyForm(request.POST)
    if not form.is_valid():
        return _page(request, pool, versions, form)
    try:
        if "replay" in request.POST:
            return _page(request, pool, versions, form, _replayed(pool, policy, form))
        _tell(request, policy, services.set_policy(actor=request.user, pool=pool, config=form.config()))
    except Refused as refusal:
        messages.warning(request, refusal.sentence)
    except ValidationError as error:
        form.complain({name or "": sentences for name, sentences in error_lists(error).items()})
        return _page(request, pool, versions, form)
    return redirect("crowdsourcing:pool_policy", pool.pk)


def _tell(request: HttpRequest, before: ReviewPolicy | None, made: ReviewPolicy) -> None:
    if before is not None and before.pk == made.pk:
        messages.info(request, "That is what the policy in force says already. Nothing was changed.")
    elif is_by_hand(made.config):
        messages.success(request, f"Saved as version {made.version}: this pool is reviewed by hand.")
    else:
        messages.success(request, f"Version {made.version} is in force. What it can decide now it decides within a minute.")


def _replayed(pool: Pool, policy: ReviewPolicy | None, form: PolicyForm) -> Replay:
    config = services.checked_config(pool, form.config())
    held_against = policy.config if policy and form.cleaned_data["against"] == IN_FORCE else None
    return replay(pool, config, held_against)


def _page(request: HttpRequest, pool: Pool, versions: list[Any], form: PolicyForm, tried: Replay | None = None) -> HttpResponse:
    policy = versions[0] if versions else None
    context = {
        "pool": pool, "task": pool.task, "project": pool.task.project, "form": form, "versions": versions, "policy": policy,
        "by_hand": policy is None or is_by_hand(policy.config), "may_edit": doors.may_edit(request.user, pool), "replay": tried,
        "changes": tried.changes[:LISTED] if tried else [], "most_tried": MOST, "waiting": open_attempts(pool).count(),
        "by_policy": form.data.get("against") == IN_FORCE if form.is_bound else False,
    }
    return render(request, "crowdsourcing/pool_policy.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def policy_off(request: HttpRequest, pool_id: int) -> HttpResponse:
    """GET asks, POST does it."""
    pool = doors.pool(request.user, pool_id, edit=True)
    back = reverse("crowdsourcing:pool_policy", args=[pool.pk])
    if request.method == "POST":
        with refusals_as_messages(request):
            services.set_policy(actor=request.user, pool=pool, config={})
            messages.success(request, "The policy is off: this pool is reviewed by hand.")
        return redirect(back)
    return render_dialog(request, "verb_dialog", {
        "title": "Review by hand from now on?", "verb": "Turn off", "icon": "player-stop", "back": back,
        "text": "Nothing more is decided by the policy. What it decided stays decided, and its versions stay here.",
        "action": reverse("crowdsourcing:policy_off", args=[pool.pk])})


@login_required
@require_POST
def policy_resume(request: HttpRequest, pool_id: int) -> HttpResponse:
    pool = doors.pool(request.user, pool_id, edit=True)
    with refusals_as_messages(request):
        services.resume_policy(actor=request.user, pool=pool)
        messages.success(request, "The policy goes on. It does not stop for this start again.")
    return redirect("crowdsourcing:pool_policy", pool.pk)
