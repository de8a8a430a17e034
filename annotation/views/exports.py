"""Exports of a project or a task: choose, start, follow on the requests page."""
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotation.formats import EXPORT_FORMATS
from annotation.formats.registry import is_enabled
from annotation.forms.tasks import ExportForm
from annotation.models import Job, Project, Task
from annotation.models.jobs import JobStage, JobState, JobType
from annotation.services import exports as services
from annotation.views.access import project_or_404, task_or_404
from annotation.views.answers import errors_on


@login_required
@require_http_methods(["GET", "POST"])
def project_export(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_or_404(request.user, project_id, edit=True)
    return _export(request, project, project)


@login_required
@require_http_methods(["GET", "POST"])
def task_export(request: HttpRequest, task_id: int) -> HttpResponse:
    task = task_or_404(request.user, task_id, edit=True)
    return _export(request, task, task.project)


def _export(request: HttpRequest, thing: Project | Task, project: Project) -> HttpResponse:
    jobs = Job.objects.filter(task__project=project, type=JobType.ANNOTATION) if isinstance(thing, Project) else thing.annotation_jobs
    accepted = jobs.filter(stage=JobStage.ACCEPTANCE, state=JobState.COMPLETED).count()
    several = Job.objects.filter(parent_job__in=jobs).exists()
    form = ExportForm(request.POST or None, initial={"which": "accepted" if accepted else "all"}, several=several)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            started = services.start_export(actor=request.user, project_or_task=thing, **form.arguments())
        if not form.errors:
            return redirect("annotation:request_detail", started.pk)
    context = {
        "form": form, "project": project, "task": thing if isinstance(thing, Task) else None, "thing": thing, "jobs": jobs.count(),
        "accepted": accepted, "not_installed": [name for name, known in EXPORT_FORMATS.items() if not is_enabled(known)],
    }
    return render(request, "annotation/export.html", context, status=422 if form.errors else 200)
