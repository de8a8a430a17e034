"""Registered buckets, and looking into them and into the server's share."""
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from annotation import buckets
from annotation.forms.storages import StorageForm
from annotation.ingest import share
from annotation.models import CloudStorage
from annotation.services import storages as services
from annotation.views import listing
from annotation.views.answers import error_lists, errors_on, refusals_as_messages
from annotation.views.spaces import current_space

ROWS, FILES = 20, 200


@login_required
@require_GET
def storage_list(request: HttpRequest) -> HttpResponse:
    rows = services.storages_for(request.user).select_related("owner", "organization")
    return render(request, "annotation/storage_list.html", {"page": listing.page_of(request, rows, ROWS)})


@login_required
@require_http_methods(["GET", "POST"])
def storage_create(request: HttpRequest) -> HttpResponse:
    form = StorageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with _errors(form):
            storage = services.create_storage(actor=request.user, organization=current_space(request).organization,
                                              provider_type=CloudStorage.Provider.AWS_S3, **form.arguments())
        if not form.errors:
            messages.success(request, "The cloud storage answered and is registered. New tasks may take their images from it.")
            return redirect("annotation:storage_detail", storage.pk)
    return render(request, "annotation/storage_form.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def storage_edit(request: HttpRequest, storage_id: int) -> HttpResponse:
    storage = _storage(request, storage_id, change=True)
    form = StorageForm(request.POST or None, known=storage)
    if request.method == "POST" and form.is_valid():
        with _errors(form):
            services.update_storage(actor=request.user, storage=storage, **form.arguments())
        if not form.errors:
            messages.success(request, "The cloud storage answered and was changed.")
            return redirect("annotation:storage_detail", storage.pk)
    return render(request, "annotation/storage_form.html", {"form": form, "storage": storage}, status=422 if form.errors else 200)


@login_required
@require_GET
def storage_detail(request: HttpRequest, storage_id: int) -> HttpResponse:
    storage = _storage(request, storage_id)
    return render(request, "annotation/storage_detail.html", {
        "storage": storage, "about": storage.specific_attributes, "may_change": services.may_change(request.user, storage)})


@login_required
@require_http_methods(["GET", "POST"])
def storage_delete(request: HttpRequest, storage_id: int) -> HttpResponse:
    storage = _storage(request, storage_id, change=True)
    if request.method == "POST":
        with refusals_as_messages(request):
            services.delete_storage(actor=request.user, storage=storage)
            messages.success(request, f"“{storage.display_name}” was forgotten. Nothing in the bucket changed.")
        return redirect("annotation:storage_list")
    return render(request, "annotation/storage_delete.html", {"storage": storage})


@login_required
@require_GET
def storage_folder(request: HttpRequest, storage_id: int) -> HttpResponse:
    """One folder of a bucket, for htmx; `take` shows boxes to choose by."""
    storage = _storage(request, storage_id)
    folder = request.GET.get("folder", storage.specific_attributes.get("prefix", "")).lstrip("/")
    context: dict[str, Any] = {"address": reverse("annotation:storage_folder", args=[storage.pk]), "place": storage.resource}
    try:
        rows, following = buckets.Bucket(buckets.place_of(storage)).page(folder, request.GET.get("token", ""), FILES)
        context |= {"rows": rows, "following": following}
    except buckets.BucketProblem as problem:
        context["problem"] = problem.sentence
    return _folder(request, folder, context)


@login_required
@require_GET
def share_folder(request: HttpRequest) -> HttpResponse:
    """The same of the server's share."""
    if not share.is_on():
        raise Http404("This server has no share.")
    folder = request.GET.get("folder", "").lstrip("/")
    context: dict[str, Any] = {"address": reverse("annotation:share_folder"), "place": "share"}
    try:
        context["rows"] = share.listing(folder)
    except share.NotShared as refusal:
        context["problem"] = f"“{folder}” {refusal}"
    return _folder(request, folder, context)


def _folder(request: HttpRequest, folder: str, context: dict[str, Any]) -> HttpResponse:
    parts = [part for part in folder.split("/") if part]
    steps = [(part, "/".join(parts[:number]) + "/") for number, part in enumerate(parts, start=1)]
    base = f"{'/'.join(parts)}/" if parts else ""
    rows = [{**row, "path": base + row["name"] + ("/" if row["type"] == "DIR" else "")} for row in context.pop("rows", [])]
    more = bool(request.GET.get("token"))
    return render(request, "annotation/_folder_rows.html" if more else "annotation/_folder.html", {
        **context, "rows": rows, "steps": steps, "folder": base, "take": "take" in request.GET})


def _storage(request: HttpRequest, storage_id: int, *, change: bool = False) -> CloudStorage:
    storage = get_object_or_404(services.storages_for(request.user).select_related("owner"), pk=storage_id)
    if change and not services.may_change(request.user, storage):
        raise PermissionDenied("Only who registered this cloud storage, or a maintainer of its organization, may change it.")
    return storage


@contextmanager
def _errors(form: StorageForm) -> Iterator[None]:
    """As `errors_on`; what is wrong with the server, region and folder is said at the server."""
    with errors_on(form):
        try:
            yield
        except ValidationError as error:
            lists = error_lists(error)
            if "specific_attributes" in lists:
                lists["endpoint_url"] = lists.pop("specific_attributes")
            raise ValidationError({str(field): sentences for field, sentences in lists.items() if field}) from error
