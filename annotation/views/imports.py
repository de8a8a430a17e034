"""Pre-annotations and ground truth of a task: what is there, importing, showing to annotators, removing."""
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from annotation import selectors
from annotation.forms.imports import ImportForm
from annotation.models import ImportedFrame, Request, Task
from annotation.services import imports as services, tasks
from annotation.views.access import task_or_404
from annotation.views.answers import errors_on, refusals_as_messages
from annotation.views.requests import UNDER_WAY

_TITLES = {ImportedFrame.Kind.PREANNOTATION.value: "Pre-annotations", ImportedFrame.Kind.GROUND_TRUTH.value: "Ground truth"}
_IN_ADDRESS = {kind.value: name for name, kind in services.KINDS.items()}


@login_required
@require_http_methods(["GET", "POST"])
def task_imports(request: HttpRequest, task_id: int) -> HttpResponse:
    """The form, and what is there of both kinds."""
    task = task_or_404(request.user, task_id, edit=request.method == "POST")
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            services.start_import(actor=request.user, task=task, **form.arguments())
        if not form.errors:
            return redirect("annotation:task_imports", task.pk)
    context = {
        "form": form, "task": task, "project": task.project, "kinds": _kinds(task),
        "may_edit": selectors.may_edit(request.user, task.project),
        "max_bytes": settings.IMPORT_MAX_BYTES, "max_shapes": settings.IMPORT_MAX_SHAPES,
    }
    return render(request, "annotation/task_imports.html", context, status=422 if form.errors else 200)


def _kinds(task: Task) -> list[dict[str, Any]]:
    rows = []
    for kind, there in services.imported_of(task=task).items():
        status = there.latest.status if there.latest else ""
        rows.append({"name": _IN_ADDRESS[kind], "title": _TITLES[kind], "there": there,
                     "going": there.latest if status in UNDER_WAY else None,
                     "failed": there.latest if status == Request.Status.FAILED else None})
    return rows


@login_required
@require_POST
def task_show_preannotations(request: HttpRequest, task_id: int) -> HttpResponse:
    task = task_or_404(request.user, task_id, edit=True)
    shown = request.POST.get("show") == "on"
    with refusals_as_messages(request):
        tasks.update_task(actor=request.user, task=task, show_preannotations=shown)
        messages.success(request, "Jobs that are begun from now on start with the pre-annotations." if shown
                         else "Jobs that are begun from now on start empty.")
    return redirect("annotation:task_imports", task.pk)


@login_required
@require_POST
def task_imports_remove(request: HttpRequest, task_id: int, kind: str) -> HttpResponse:
    task = task_or_404(request.user, task_id, edit=True)
    if kind not in services.KINDS:
        raise Http404("There is no such kind.")
    with refusals_as_messages(request):
        services.remove_imported(actor=request.user, task=task, kind=services.KINDS[kind])
        messages.success(request, f"{_TITLES[services.KINDS[kind].value]} of this task were removed." if kind == "preannotation"
                         else "The ground truth of this task was removed.")
    return redirect("annotation:task_imports", task.pk)
