"""A pool's quality rules: the builder with its preview; and the account's skills."""
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from crowdsourcing import doors, rules, selectors
from crowdsourcing.forms import rules as builder
from crowdsourcing.forms.skills import SkillForm
from crowdsourcing.models import Pool
from crowdsourcing.rules.catalogue import COLLECTORS
from crowdsourcing.rules.presets import PRESETS
from crowdsourcing.selectors.rule_previews import events_of, preview
from crowdsourcing.services import pools as services, rules as skill_services
from crowdsourcing.statuses import CommandKind, CommandStatus, PoolStatus
from crowdsourcing.transitions import Refused
from crowdsourcing.views.answers import errors_on
from crowdsourcing.views.commands import command_context


@login_required
@require_http_methods(["GET", "POST"])
def pool_rules(request: HttpRequest, pool_id: int) -> HttpResponse:
    """GET shows the rules, as a form where they may be changed now; POST is a button of the form: `do`."""
    pool = doors.pool(request.user, pool_id, edit=request.method == "POST")
    # Asked for by names, by those that are gone, and by the fields: read once.
    prefetch_related_objects([pool], "crowd_project__account__skills")
    if request.method == "GET":
        drafts = builder.drafts_of(selectors.rules_of(pool))
        return _page(request, pool, drafts, {"previewed": "preview" in request.GET})
    drafts, verb = builder.read(request.POST), request.POST.get("do", "")
    skills = selectors.skills_of(pool.crowd_project.account)
    focus = builder.press(drafts, verb, skills[0].remote_id if skills else "")
    shown: dict[str, Any] = {"focus": focus, "previewed": verb == "preview" or "previewed" in request.POST, "changed": True}
    if verb == "save":
        try:
            services.update_pool(actor=request.user, pool=pool, config={"quality_rules": drafts})
        except (ValidationError, Refused) as error:
            return _page(request, pool, drafts, shown | _complaints(drafts, error), status=422)
        return _go(request, reverse("crowdsourcing:pool_rules", args=[pool.pk]) + "?saved=1")
    if verb == "preview":
        shown |= _complaints(drafts, None)
    return _page(request, pool, drafts, shown)


def _complaints(drafts: list[builder.Draft], error: ValidationError | Refused | None) -> dict[str, Any]:
    """What is wrong, at its field; what has no field above the rules."""
    try:
        rules.clean(drafts)
    except rules.RulesError as found:
        return {"problems": found.errors, "complaints": [text for path, text in found.errors.items() if not path]}
    if error is None:
        return {}
    return {"complaints": [error.sentence] if isinstance(error, Refused) else error.messages}


def _go(request: HttpRequest, address: str) -> HttpResponse:
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _page(request: HttpRequest, pool: Pool, drafts: list[builder.Draft], shown: dict[str, Any], status: int = 200) -> HttpResponse:
    account = pool.crowd_project.account
    skills = selectors.skills_of(account)
    rows = builder.rows(drafts, {skill.remote_id: skill.name for skill in skills}, shown.get("problems", {}))
    may_edit = doors.may_edit(request.user, pool)
    command = selectors.latest_command(pool)
    obstacles = selectors.obstacles(pool, CommandKind.UPDATE_POOL) if may_edit else []
    if shown.get("previewed"):
        _look_back(pool, drafts, rows)
    context = {
        "pool": pool, "task": pool.task, "project": pool.task.project, "rows": rows, "collectors": list(COLLECTORS.values()),
        "presets": list(PRESETS.values()), "skills": skills, "gone": selectors.skills_gone(pool), "may_edit": may_edit,
        "obstacles": obstacles, "locked": not may_edit or bool(obstacles), "is_open": pool.status == PoolStatus.OPEN,
        "saved": "saved" in request.GET and command is not None and command.status == CommandStatus.DONE,
        "attempts": pool.assignments.count() if shown.get("previewed") else None,
        **shown, **command_context(command, request.user, pool),
    }
    fragment = getattr(request, "htmx", False) and request.method == "POST"
    return render(request, "crowdsourcing/_rules_body.html" if fragment else "crowdsourcing/pool_rules.html", context, status=status)


def _look_back(pool: Pool, drafts: list[builder.Draft], rows: list[builder.RuleRow]) -> None:
    """The preview of every rule that is whole."""
    events, names = events_of(pool), selectors.skill_names(pool.crowd_project.account)
    for draft, row in zip(drafts, rows, strict=True):
        if row.sentence:
            config = rules.clean([draft])[0]
            row.preview = preview(events, config["collector_config"], config["rules"][0], names)


@login_required
@require_http_methods(["GET", "POST"])
def project_skills(request: HttpRequest, project_id: int) -> HttpResponse:
    """The skills of the account behind a project, and a form for one more."""
    crowd_project = doors.crowd_project_of(request.user, project_id, edit=request.method == "POST")
    form = SkillForm(request.POST or None)
    if request.method == "POST" and request.POST.get("do") != "language" and form.is_valid():
        with errors_on(form):
            skill_services.make_skill(actor=request.user, crowd_project=crowd_project, **form.wanted())
        if not form.errors:
            return redirect(reverse("crowdsourcing:project_skills", args=[project_id]) + "?made=1")
    command = selectors.latest_command(crowd_project)
    may_edit = doors.may_edit(request.user, crowd_project)
    everything = sorted(crowd_project.account.skills.all(), key=lambda skill: (skill.gone_at is not None, skill.name.lower()))
    context = {
        "project": crowd_project.project, "crowd_project": crowd_project, "form": form, "skills": everything, "may_edit": may_edit,
        "obstacles": selectors.obstacles(crowd_project, CommandKind.ENSURE_SKILL) if may_edit else [],
        "made": request.method == "GET" and "made" in request.GET and command is not None and command.kind == CommandKind.ENSURE_SKILL
        and command.status == CommandStatus.DONE,
        **command_context(command, request.user, crowd_project),
    }
    invalid = request.method == "POST" and request.POST.get("do") != "language"
    return render(request, "crowdsourcing/project_skills.html", context, status=422 if invalid else 200)
