"""Backing up a task or a project, and making one out of a backup; both are followed on the requests page."""
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from annotation.forms.backups import RestoreForm
from annotation.models import PartialUpload
from annotation.services import backups, partial_uploads
from annotation.views.access import project_or_404, task_or_404
from annotation.views.answers import errors_on, refusals_as_messages
from annotation.views.spaces import current_space


@login_required
@require_POST
def project_backup(request: HttpRequest, project_id: int) -> HttpResponse:
    return _backup(request, project_or_404(request.user, project_id, edit=True), "annotation:project_detail")


@login_required
@require_POST
def task_backup(request: HttpRequest, task_id: int) -> HttpResponse:
    return _backup(request, task_or_404(request.user, task_id, edit=True), "annotation:task_detail")


def _backup(request: HttpRequest, thing: Any, page: str) -> HttpResponse:
    with refusals_as_messages(request):
        started = backups.start_backup(actor=request.user, project_or_task=thing)
        return redirect("annotation:request_detail", started.pk)
    return redirect(page, thing.pk)


@login_required
@require_http_methods(["GET", "POST"])
def project_restore(request: HttpRequest) -> HttpResponse:
    return _restore(request, "project")


@login_required
@require_http_methods(["GET", "POST"])
def task_restore(request: HttpRequest) -> HttpResponse:
    return _restore(request, "task")


def _restore(request: HttpRequest, kind: str) -> HttpResponse:
    form = RestoreForm(request.POST, request.FILES) if request.method == "POST" else RestoreForm()
    if form.is_bound and form.is_valid():
        with errors_on(form):
            upload = partial_uploads.receive(actor=request.user, purpose=PartialUpload.Purpose.BACKUP, file=form.cleaned_data["file"])
            with partial_uploads.kept(upload, came_at_once=True):
                home = current_space(request).organization
                started = backups.start_restore(actor=request.user, upload=upload, kind=kind, organization=home)
            return redirect("annotation:request_detail", started.pk)
    return render(request, "annotation/restore.html", {"form": form, "kind": kind}, status=422 if form.errors else 200)
