"""The guide's editor with its live preview and its pictures, and the guide through time."""
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from annotation import selectors
from annotation.errors import Refused
from annotation.forms.projects import GuideForm
from annotation.guides import picture_of, render_guide
from annotation.models import Asset, GuideVersion
from annotation.pictures_of_guides import asset_response
from annotation.services import guides, projects as services
from annotation.views import listing
from annotation.views.access import project_or_404
from annotation.views.answers import errors_on, refusals_as_messages

ROWS = 25


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
    newest = project.guide_versions.select_related("author").order_by("-number").first()
    context = {"form": form, "project": project, "guide_html": render_guide(form["guide"].value() or "", project.pk), "newest": newest}
    return render(request, "annotation/guide_form.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def guide_preview(request: HttpRequest, project_id: int) -> HttpResponse:
    """The typed text as the page will show it; nothing is stored."""
    project = project_or_404(request.user, project_id, edit=True)
    form = GuideForm(request.POST)
    if not form.is_valid():
        return render(request, "annotation/_guide.html", {"too_long": form.errors["guide"]})
    return render(request, "annotation/_guide.html", {"guide_html": render_guide(form.cleaned_data["guide"], project.pk)})


@login_required
@require_POST
def guide_picture(request: HttpRequest, project_id: int) -> JsonResponse:
    """Keep a dropped, pasted or chosen picture: {"markdown"} to put into the text, or {"detail"} with 4xx."""
    project = project_or_404(request.user, project_id, edit=True)
    file = request.FILES.get("file")
    if file is None:
        return JsonResponse({"detail": "Choose a picture."}, status=400)
    try:
        asset = guides.add_asset(actor=request.user, project=project, file=file)
    except ValidationError as error:
        return JsonResponse({"detail": " ".join(error.messages)}, status=400)
    except Refused as refused:
        return JsonResponse({"detail": refused.sentence}, status=409)
    words = "".join(letter for letter in asset.filename.rpartition(".")[0] or asset.filename if letter not in "[]()\\")
    return JsonResponse({"markdown": f"![{words}](/api/assets/{asset.pk})"})


@require_GET
def picture(request: HttpRequest, key: str) -> HttpResponseBase:
    """A picture of a guide for whoever has its address: those who read the guide, also without an account."""
    named = picture_of(key)
    asset = Asset.objects.filter(pk=named[1], project=named[0]).first() if named is not None else None
    if asset is None:
        raise Http404("There is no such picture.")
    return asset_response(asset)


@login_required
@require_GET
def guide_versions(request: HttpRequest, project_id: int) -> HttpResponse:
    """The newest first."""
    project = project_or_404(request.user, project_id)
    page = listing.page_of(request, project.guide_versions.select_related("author").defer("markdown").order_by("-number"), ROWS)
    newest = project.guide_versions.order_by("-number").values_list("number", flat=True).first()
    return render(request, "annotation/guide_versions.html", {"project": project, "page": page, "newest": newest})


@login_required
@require_http_methods(["GET", "POST"])
def guide_version(request: HttpRequest, project_id: int, number: int) -> HttpResponse:
    """Look at one; POST makes it the guide again."""
    project = project_or_404(request.user, project_id, edit=request.method == "POST")
    version = get_object_or_404(GuideVersion.objects.select_related("author"), project=project, number=number)
    if request.method == "POST":
        with refusals_as_messages(request):
            guides.restore_version(actor=request.user, project=project, number=number)
            messages.success(request, f"Version {number} is the guide again.")
        return redirect("annotation:project_detail", project.pk)
    context = {"project": project, "version": version, "guide_html": render_guide(version.markdown, project.pk),
               "current": version.markdown == project.guide, "may_edit": selectors.may_edit(request.user, project)}
    return render(request, "annotation/guide_version.html", context)

