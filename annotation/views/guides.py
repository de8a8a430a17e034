"""The guide's editor and its live preview."""
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from annotation.forms.projects import GuideForm
from annotation.guides import render_guide
from annotation.services import projects as services
from annotation.views.access import project_or_404
from annotation.views.answers import errors_on


@login_required
@require_http_methods(["GET", "POST"])
def project_guide(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_or_404(request.user, project_id, edit=True)
    form = GuideForm(request.POST or None, initial={"guide": project.guide})
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            services.update_project(actor=request.user, project=project, guide=form.cleaned_data["guide"])
        if not form.errors:
            messages.success(request, "The guide was saved.")
            return redirect("annotation:project_detail", project.pk)
    context = {"form": form, "project": project, "guide_html": render_guide(form["guide"].value() or "")}
    return render(request, "annotation/guide_form.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def guide_preview(request: HttpRequest) -> HttpResponse:
    """The typed text as the page will show it; nothing is stored."""
    form = GuideForm(request.POST)
    if not form.is_valid():
        return render(request, "annotation/_guide.html", {"too_long": form.errors["guide"]})
    return render(request, "annotation/_guide.html", {"guide_html": render_guide(form.cleaned_data["guide"])})
