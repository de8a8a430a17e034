"""Sharing a project with other people."""
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from annotation import selectors
from annotation.forms.projects import MemberForm
from annotation.services import members as services
from annotation.views.access import project_or_404
from annotation.views.answers import errors_on, refusals_as_messages
from annotation.views.projects import detail_context


@login_required
@require_POST
def member_add(request: HttpRequest, project_id: int) -> HttpResponse:
    """Also changes the role of somebody who is a member already."""
    project = project_or_404(request.user, project_id)
    # Who may not share is told so before anything about other accounts.
    if not selectors.may_share(request.user, project):
        raise PermissionDenied("Only the project's owner may share it.")
    form = MemberForm(request.POST)
    if form.is_valid():
        person = form.cleaned_data["person"]
        with errors_on(form):
            services.share_project(actor=request.user, project=project, user=person, role=form.cleaned_data["role"])
    if form.errors:
        return render(request, "annotation/project_detail.html", detail_context(request, project, form), status=422)
    messages.success(request, f"{person.get_username()} is now a {form.cleaned_data['role']} in this project.")
    return redirect("annotation:project_detail", project.pk)


@login_required
@require_POST
def member_remove(request: HttpRequest, project_id: int, user_id: int) -> HttpResponse:
    project = project_or_404(request.user, project_id)
    person = get_object_or_404(get_user_model(), pk=user_id, memberships__project=project)
    leaving = person == request.user
    with refusals_as_messages(request):
        services.unshare_project(actor=request.user, project=project, user=person)
        messages.success(request, "You left the project." if leaving else f"{person.get_username()} no longer sees this project.")
    return redirect("annotation:project_list") if leaving else redirect("annotation:project_detail", project.pk)
