"""Setup crowdsourcing project, Update project, and the verbs Sync and Archive."""
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from annotation.models import Project
from crowdsourcing import doors, selectors
from crowdsourcing.forms import ProjectSetupForm, ProjectUpdateForm
from crowdsourcing.forms.projects import PlatformAnswersForm, choice_of
from crowdsourcing.models import CrowdProject, ProviderCommand
from crowdsourcing.services import projects as services
from crowdsourcing.statuses import CommandKind, CommandStatus
from crowdsourcing.views.answers import errors_on, refusals_as_messages, render_dialog
from crowdsourcing.views.commands import command_context

# verb in the address -> kind, service, words of the dialog.
VERBS: dict[str, dict[str, Any]] = {
    "sync": {"kind": CommandKind.SYNC_PROJECT, "service": services.sync_project, "title": "Sync Toloka project", "verb": "Sync",
             "icon": "refresh",
             "text": "Looks at the project and all its pools on Toloka now, and brings what changed there here."},
    "archive": {"kind": CommandKind.ARCHIVE_PROJECT, "service": services.archive_project, "title": "Archive Toloka project",
                "verb": "Archive",
                "icon": "archive", "danger": True, "final": True,
                "text": "The project disappears for Tolokers. Its annotations, reviews and history stay here."},
}
# Error codes with which a platform says that it does not take the key.
KEY_CODES = {"BadCredentials", "AUTHENTICATION_ERROR", "AUTHENTICATION_FAILED", "ACCESS_DENIED", "HTTP_401", "HTTP_403",
             "another_requester"}


@login_required
@require_http_methods(["GET", "POST"])
def project_setup(request: HttpRequest, project_id: int) -> HttpResponse:
    """The form; its progress; and, after a refusal of the platform, the form again with the sentence where it belongs."""
    project = doors.project(request.user, project_id, edit=True)
    crowd_project = CrowdProject.objects.select_related("account").filter(project=project).first()
    if crowd_project is not None and crowd_project.remote_id:
        return redirect(_update_address(crowd_project))
    if request.method == "POST":
        form = ProjectSetupForm(request.POST)
        if form.is_valid():
            with errors_on(form):
                services.setup_project(actor=request.user, project=project, api_key=form.cleaned_data["api_key"],
                                       description=form.cleaned_data["description"], **form.server())
            if not form.errors:
                return redirect("crowdsourcing:project_setup", project.pk)
        return _setup_page(request, project, crowd_project, form, status=422)
    return _setup_page(request, project, crowd_project, _setup_form(crowd_project))


def _setup_form(crowd_project: CrowdProject | None) -> ProjectSetupForm:
    if crowd_project is None:
        return ProjectSetupForm()
    return ProjectSetupForm(initial={"environment": choice_of(crowd_project.account), "description": crowd_project.description})


def _setup_page(
        request: HttpRequest, project: Project, crowd_project: CrowdProject | None, form: ProjectSetupForm,
        status: int = 200) -> HttpResponse:
    command = selectors.latest_command(crowd_project) if crowd_project else None
    context = {"project": project, "crowd_project": crowd_project, "form": form, **command_context(command, request.user, project)}
    context["key_refused"] = _show_refused_key(form, command)
    if not context.get("command_open"):
        context["obstacles"] = selectors.obstacles(project, CommandKind.SETUP_PROJECT)
    return render(request, "crowdsourcing/project_setup.html", context, status=status)


def _show_refused_key(form: PlatformAnswersForm, command: ProviderCommand | None) -> bool:
    """The platform's refusal of a key stands at the key's field until something new is asked."""
    refused = command is not None and command.status == CommandStatus.FAILED and command.error_code in KEY_CODES and not form.is_bound
    if refused and command is not None:
        form.refuse("api_key", command.error)
    return refused


def _update_address(crowd_project: CrowdProject) -> str:
    """After the set-up the Update form says that it is done; later visits do not repeat it."""
    command = selectors.latest_command(crowd_project)
    fresh = command is not None and command.kind == CommandKind.SETUP_PROJECT and command.status == CommandStatus.DONE
    return reverse("crowdsourcing:project_update", args=[crowd_project.project_id]) + ("?created=1" if fresh else "")


@login_required
@require_http_methods(["GET", "POST"])
def project_update(request: HttpRequest, project_id: int) -> HttpResponse:
    crowd_project = doors.crowd_project_of(request.user, project_id, edit=True)
    if not crowd_project.remote_id:
        return redirect("crowdsourcing:project_setup", project_id)
    form = ProjectUpdateForm(request.POST) if request.method == "POST" else ProjectUpdateForm.of(crowd_project)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            services.update_project(actor=request.user, crowd_project=crowd_project, description=form.cleaned_data["description"],
                                    api_key=form.cleaned_data["api_key"])
        if not form.errors:
            return redirect(reverse("crowdsourcing:project_update", args=[project_id]) + "?saved=1")
    command = selectors.latest_command(crowd_project)
    context = {
        "project": crowd_project.project, "crowd_project": crowd_project, "form": form, "remote_url": selectors.remote_url(crowd_project),
        "obstacles": selectors.obstacles(crowd_project, CommandKind.UPDATE_PROJECT),
        "created": "created" in request.GET,
        "saved": "saved" in request.GET and command is not None and command.status == CommandStatus.DONE,
        **command_context(command, request.user, crowd_project),
    }
    status = 422 if form.errors else 200
    context["key_refused"] = _show_refused_key(form, command)
    return render(request, "crowdsourcing/project_update.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def project_verb(request: HttpRequest, project_id: int, verb: str) -> HttpResponse:
    """GET asks, POST does it."""
    crowd_project = doors.crowd_project_of(request.user, project_id, edit=True)
    words = VERBS.get(verb)
    if words is None:
        raise Http404
    if request.method == "POST":
        with refusals_as_messages(request):
            words["service"](actor=request.user, crowd_project=crowd_project)
        return redirect("annotation:project_detail", project_id)
    context = {
        **words, "crowd_project": crowd_project, "project": crowd_project.project,
        "action": reverse("crowdsourcing:project_verb", args=[project_id, verb]),
        "back": reverse("annotation:project_detail", args=[project_id]),
        "obstacles": selectors.obstacles(crowd_project, words["kind"]),
    }
    return render_dialog(request, "verb_dialog", context)
