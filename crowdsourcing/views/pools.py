"""Create crowdsourcing task, Update pool, and the verbs Start, Stop, Archive and Sync."""
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from annotation.models import Task
from crowdsourcing import audience, doors, selectors
from crowdsourcing.forms import PoolForm
from crowdsourcing.forms.pools import DELAY_PRESETS, DURATION_PRESETS
from crowdsourcing.models import CrowdProject, Pool
from crowdsourcing.selectors.drawing import example_interface
from crowdsourcing.selectors.skills import audience_of
from crowdsourcing.services import pools as services
from crowdsourcing.statuses import CommandKind, CommandStatus, PoolInterface, PoolStatus
from crowdsourcing.views.answers import errors_on, refusals_as_messages, render_dialog
from crowdsourcing.views.commands import command_context

VERBS: dict[str, dict[str, Any]] = {
    "start": {"kind": CommandKind.START_POOL, "service": services.start_pool, "title": "Start Toloka pool", "verb": "Start",
              "icon": "player-play",
              "text": "Tolokers see the pool at once and begin to work."},
    "stop": {"kind": CommandKind.STOP_POOL, "service": services.stop_pool, "title": "Stop Toloka pool", "verb": "Stop",
             "icon": "player-stop",
             "text": "Nothing new is given out. Who is at work now may still finish and submit, and is paid when you accept."},
    "archive": {"kind": CommandKind.ARCHIVE_POOL, "service": services.archive_pool, "title": "Archive Toloka pool", "verb": "Archive",
                "icon": "archive", "danger": True, "final": True,
                "text": "The pool cannot be started again and nothing in it can be reviewed any more. Annotations and history stay here."},
    "sync": {"kind": CommandKind.SYNC_POOL, "service": services.sync_pool, "title": "Sync Toloka pool", "verb": "Sync", "icon": "refresh",
             "text": "Looks at the pool and its assignments on Toloka now, and brings what changed there here."},
}


def cost(price: Decimal, jobs: int, people: int = 1) -> dict[str, Any]:
    """What all jobs cost when each is accepted from so many people: {price, jobs, people, work, fee_percent, fee, total}, USD."""
    work = price * jobs * people
    fee = work * settings.PLATFORM_FEE_PERCENT / 100
    return {"price": price, "jobs": jobs, "people": people, "work": work, "fee_percent": settings.PLATFORM_FEE_PERCENT, "fee": fee,
            "total": work + fee}


@login_required
@require_http_methods(["GET", "POST"])
def pool_setup(request: HttpRequest, task_id: int) -> HttpResponse:
    task = doors.task(request.user, task_id, edit=True)
    pool = Pool.objects.filter(task=task).first()
    if pool is not None and pool.remote_id and not unpublished(pool):
        return redirect(_update_address(pool))
    form = PoolForm(request.POST or None, instance=pool)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            services.setup_pool(actor=request.user, task=task, config=form.config())
        if not form.errors:
            return redirect("crowdsourcing:pool_setup", task.pk)
    return _form_page(request, task, pool, form, CommandKind.SETUP_POOL)


@login_required
@require_POST
def pool_example(request: HttpRequest, task_id: int) -> HttpResponse:
    """One click: the pool of the platform's segmentation example, with its skill and its rules."""
    task = doors.task(request.user, task_id, edit=True)
    with refusals_as_messages(request):
        pool = services.setup_example_pool(actor=request.user, task=task, skill_name=request.POST.get("skill_name", ""))
        if pool.interface == PoolInterface.EDITOR:
            reasons = " ".join(example_interface(task)[1])
            messages.info(request, f"Tolokers work in our editor, not in Toloka’s own image annotation as in the example. {reasons}")
    return redirect("crowdsourcing:pool_setup", task.pk)


def unpublished(pool: Pool) -> bool:
    """The set-up stopped between the pool and its tasks."""
    return pool.task_suites.filter(remote_task_id="").exists()


@login_required
@require_http_methods(["GET", "POST"])
def pool_update(request: HttpRequest, task_id: int) -> HttpResponse:
    pool = doors.pool_of(request.user, task_id, edit=True)
    if not pool.remote_id:
        return redirect("crowdsourcing:pool_setup", task_id)
    form = PoolForm(request.POST or None, instance=pool)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            services.update_pool(actor=request.user, pool=pool, config=form.config())
        if not form.errors:
            return redirect(reverse("crowdsourcing:pool_update", args=[task_id]) + "?saved=1")
    return _form_page(request, pool.task, pool, form, CommandKind.UPDATE_POOL)


def _form_page(request: HttpRequest, task: Task, pool: Pool | None, form: PoolForm, kind: CommandKind) -> HttpResponse:
    crowd_project = CrowdProject.objects.select_related("account").filter(project_id=task.project_id).first()
    command = selectors.latest_command(pool) if pool else None
    done = command is not None and command.status == CommandStatus.DONE
    created = pool is not None and kind == CommandKind.UPDATE_POOL
    obstacles = selectors.obstacles(pool, kind) if pool is not None and created else selectors.obstacles(task, kind)
    context = {
        "task": task, "project": task.project, "pool": pool, "form": form, "is_created": created,
        "crowd_project": crowd_project,
        "remote_url": selectors.remote_url(pool) if pool is not None and created else "",
        "obstacles": [] if form.is_bound else obstacles,
        # Read-only: what may not be changed now is shown as text, not as a form that would be refused.
        "locked": created and pool is not None and pool.status != PoolStatus.CLOSED,
        "cost": cost(form.price(), task.annotation_jobs.count(), form.people()),
        "audience_catalogue": {**audience.catalogue(), "skills": _skills(crowd_project)},
        "audience_sentence": audience_of(pool) if pool else audience.sentence({}), "gone": selectors.skills_gone(pool) if pool else [],
        "example_skill": services.example_skill(task.project), "example": _example(task) if pool is None else None,
        "delay_presets": DELAY_PRESETS, "duration_presets": DURATION_PRESETS,
        "created": "created" in request.GET, "saved": "saved" in request.GET and done,
        **command_context(command, request.user, task),
    }
    return render(request, "crowdsourcing/pool_form.html", context, status=422 if form.errors else 200)


def _example(task: Task) -> dict[str, Any]:
    """What the ready-made pool's Tolokers would draw, and why not there."""
    config, problems = example_interface(task)
    return {"shapes": config["interface_options"].get("shapes", []), "problems": problems}


def _skills(crowd_project: CrowdProject | None) -> list[tuple[str, str]]:
    """What the audience's builder offers: (id, name). Gone ones keep their name, and say so."""
    if crowd_project is None:
        return []
    skills = list(crowd_project.account.skills.all())
    return [(skill.remote_id, f"{skill.name} (gone at the platform)" if skill.gone_at else skill.name) for skill in skills]


def _update_address(pool: Pool) -> str:
    command = selectors.latest_command(pool)
    fresh = command is not None and command.kind == CommandKind.SETUP_POOL and command.status == CommandStatus.DONE
    return reverse("crowdsourcing:pool_update", args=[pool.task_id]) + ("?created=1" if fresh else "")


@login_required
@require_http_methods(["GET", "POST"])
def pool_verb(request: HttpRequest, task_id: int, verb: str) -> HttpResponse:
    """GET asks (Start shows the money), POST does it."""
    pool = doors.pool_of(request.user, task_id, edit=True)
    words = VERBS.get(verb)
    if words is None:
        raise Http404
    if request.method == "POST":
        with refusals_as_messages(request):
            words["service"](actor=request.user, pool=pool)
        return redirect("annotation:task_detail", task_id)
    context = {
        **words, "pool": pool, "task": pool.task,
        "action": reverse("crowdsourcing:pool_verb", args=[task_id, verb]),
        "back": reverse("annotation:task_detail", args=[task_id]),
        "obstacles": selectors.obstacles(pool, words["kind"]),
    }
    if verb == "start":
        counts = selectors.pool_counts(pool)
        context["cost"] = cost(pool.reward_per_assignment, counts["jobs"] - counts["completed"], pool.overlap)
        context["account"] = pool.crowd_project.account
        context["audience_sentence"] = audience_of(pool)
    return render_dialog(request, "verb_dialog", context)
