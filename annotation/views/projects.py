"""Projects: list, create, edit, page, delete."""
import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from annotation import extensions, selectors
from annotation.forms.projects import MemberForm, ProjectForm, labels_json
from annotation.guides import render_guide
from annotation.models import Frame, Job, JobType, Project
from annotation.services import projects as services
from annotation.views import listing, summaries
from annotation.views.access import project_or_404
from annotation.views.answers import errors_on, refusals_as_messages
from annotation.views.spaces import current_space, home_named, homes_of, is_worker_in

CARDS = 12
TASKS = 20


@login_required
@require_GET
def project_list(request: HttpRequest) -> HttpResponse:
    space = current_space(request)
    rows = space.narrow(selectors.projects_for(request.user), "organization")
    context = listing.list_context(request)
    found = listing.ordered(listing.searched(rows, context["search"]), context["sort"]).select_related("owner", "organization")
    page = listing.page_of(request, found, CARDS)
    ids = [project.pk for project in page]
    page.object_list = summaries.dress(page.object_list, summaries.project_progress(ids), summaries.project_previews(ids))
    return render(request, "annotation/project_list.html", {
        **context, "page": page, "any": bool(ids) or rows.exists(), "space": space, "is_worker": is_worker_in(request, space)})


@login_required
@require_http_methods(["GET", "POST"])
def project_create(request: HttpRequest) -> HttpResponse:
    form = ProjectForm(request.POST or None, initial={"labels": "[]"})
    if request.method == "POST" and form.is_valid():
        known, home = home_named(request, request.POST.get("place", ""))
        if not known:
            form.add_error(None, "You may not have projects in that organization. Choose another place.")
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            project = services.create_project(
                actor=request.user, name=form.cleaned_data["name"], labels=form.cleaned_data["labels"], organization=home)
        if not form.errors:
            messages.success(request, f"Project “{project.name}” was created.")
            return redirect("annotation:project_detail", project.pk)
    return _form_page(request, form, None)


@login_required
@require_http_methods(["GET", "POST"])
def project_edit(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_or_404(request.user, project_id, edit=True)
    form = ProjectForm(request.POST or None, initial={"name": project.name, "labels": pretty_labels(project)})
    if request.method == "POST" and form.is_valid():
        with errors_on(form), transaction.atomic():
            services.update_project(actor=request.user, project=project, name=form.cleaned_data["name"])
            services.set_labels(actor=request.user, project=project, labels=form.cleaned_data["labels"])
        if not form.errors:
            messages.success(request, "The project was saved.")
            return redirect("annotation:project_detail", project.pk)
        project.refresh_from_db()
    return _form_page(request, form, project)


def pretty_labels(project: Project) -> str:
    return json.dumps(labels_json(project), indent=2, ensure_ascii=False)


def _form_page(request: HttpRequest, form: ProjectForm, project: Project | None) -> HttpResponse:
    here = current_space(request).organization
    context = {"form": form, "project": project, "homes": [] if project else homes_of(request),
               "home": request.POST.get("place", str(here.pk) if here else ""),
               "label_errors": form.label_errors() if form.is_bound else []}
    return render(request, "annotation/project_form.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def project_detail(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_or_404(request.user, project_id)
    return render(request, "annotation/project_detail.html", detail_context(request, project))


def detail_context(request: HttpRequest, project: Project, member_form: MemberForm | None = None) -> dict[str, Any]:
    """What the project page shows; the form of sharing comes back here with its errors."""
    context = listing.list_context(request)
    tasks = project.tasks.all()
    found = listing.ordered(listing.searched(tasks, context["search"]), context["sort"])
    page = listing.page_of(request, found, TASKS)
    page.object_list = summaries.dress_tasks(page.object_list)
    return {
        **context,
        "project": project,
        "page": page,
        "any": bool(page.object_list) or tasks.exists(),
        "labels": project.labels.prefetch_related("attributes"),
        "guide_html": render_guide(project.guide, project.pk),
        "members": project.members.select_related("user").order_by("role", "user__username"),
        "member_form": member_form or MemberForm(),
        "progress": summaries.project_progress([project.pk])[project.pk],
        "may_edit": (role := selectors.role_of(request.user, project)) in selectors.EDITORS,
        "may_share": role in selectors.SHARERS,
        "requests": selectors.requests_for(request.user).filter(project=project)[:3],
    }


@login_required
@require_http_methods(["GET", "POST"])
def project_delete(request: HttpRequest, project_id: int) -> HttpResponse:
    """GET says what would be lost and what stands in the way; POST deletes."""
    project = project_or_404(request.user, project_id, edit=True)
    if not selectors.may_share(request.user, project):
        raise PermissionDenied("Only the project's owner may delete it.")
    if request.method == "POST":
        name = project.name
        with refusals_as_messages(request):
            services.delete_project(actor=request.user, project=project)
            messages.success(request, f"Project “{name}” was deleted.")
            return redirect("annotation:project_list")
        return redirect("annotation:project_delete", project_id)
    obstacles = extensions.deletion_obstacles(project)
    for task in project.tasks.all():
        obstacles += extensions.deletion_obstacles(task)
    context = {
        "project": project,
        "obstacles": list(dict.fromkeys(obstacles)),
        "losses": [
            ("task", project.tasks.count()), ("frame", Frame.objects.filter(task__project=project).count()),
            ("job", Job.objects.filter(task__project=project, type=JobType.ANNOTATION).count()), ("label", project.labels.count()),
        ],
    }
    return render(request, "annotation/project_delete.html", context)
