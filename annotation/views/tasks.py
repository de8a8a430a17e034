"""Tasks: list, create with images, page, rename, delete."""
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from annotation import extensions, selectors
from annotation.forms.tasks import SourceForm, TaskForm, TaskSettingsForm
from annotation.ingest import share
from annotation.models import Project, Request, Task, Upload
from annotation.models.jobs import JobStage, JobState
from annotation.services import tasks as services
from annotation.services.files import remove_task_files
from annotation.services.ground_truth import ground_truth_job_of
from annotation.views import listing, summaries, work
from annotation.views.access import project_or_404, task_or_404
from annotation.views.answers import error_lists, errors_on, refusals_as_messages
from annotation.views.spaces import current_space

ROWS, JOBS, THUMBNAILS = 20, 25, 24


@login_required
@require_GET
def task_list(request: HttpRequest) -> HttpResponse:
    rows = current_space(request).narrow(selectors.tasks_for(request.user), "project__organization")
    context = listing.list_context(request)
    found = listing.ordered(listing.searched(rows, context["search"]), context["sort"]).select_related("project")
    page = listing.page_of(request, found, ROWS)
    page.object_list = summaries.dress_tasks(page.object_list)
    return render(request, "annotation/task_list.html", {**context, "page": page, "any": bool(page.object_list) or rows.exists()})


@login_required
@require_http_methods(["GET", "POST"])
def task_create(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_or_404(request.user, project_id, edit=True)
    form = TaskForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        task = _create_filled(request, project, form)
        if task is not None:
            return _made(request, task)
    return _source_page(request, form, {"project": project, "labels": project.labels.exists()})


@login_required
@require_http_methods(["GET", "POST"])
def task_images(request: HttpRequest, task_id: int) -> HttpResponse:
    """Give images to a task that has none yet: the way on after images that could not be used."""
    task = task_or_404(request.user, task_id, edit=True)
    form = SourceForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        if _fill(request, task, form):
            return _made(request, task)
    elif task.size:
        messages.info(request, "This task has its images already. Make a new task for more.")
        return redirect("annotation:task_detail", task.pk)
    return _source_page(request, form, {"project": task.project, "task": task})


def _create_filled(request: HttpRequest, project: Project, form: TaskForm) -> Task | None:
    """The task with its request under way, or None with the errors on the form and nothing kept: neither rows nor files."""
    names = ("name", "segment_size", "frame_overlap", "sorting_method")
    made: list[Task] = []
    with _source_errors(form), transaction.atomic():
        made.append(services.create_task(actor=request.user, project=project, **{name: form.cleaned_data[name] for name in names}))
        _hand_over(request, made[0], form, [])
    if form.errors:
        for task in made:
            remove_task_files(task.pk)
        return None
    return made[0]


def _fill(request: HttpRequest, task: Task, form: SourceForm) -> bool:
    kept: list[Upload] = []
    with _source_errors(form), transaction.atomic():
        _hand_over(request, task, form, kept)
    if form.errors:
        for upload in kept:
            upload.file.delete(save=False)
    return not form.errors


def _hand_over(request: HttpRequest, task: Task, form: SourceForm, kept: list[Upload]) -> None:
    files = [(file.name or "", file) for file in form.uploads()]
    if files:
        kept += services.add_uploads(actor=request.user, task=task, files=files)
    services.start_ingest(actor=request.user, task=task, **form.sources())


@contextmanager
def _source_errors(form: SourceForm) -> Iterator[None]:
    """As `errors_on`, but the service calls the field of a refused upload `file`."""
    with errors_on(form):
        try:
            yield
        except ValidationError as error:
            names = {"file": "files", "validation_params": "honeypots", "server_files": f"{form.cleaned_data['source']}_files"}
            renamed = {names.get(field, field): sentences for field, sentences in error_lists(error).items() if field}
            raise (ValidationError(renamed) if renamed else error) from error


def _made(request: HttpRequest, task: Task) -> HttpResponse:
    """The page's script uploads with progress and asks for JSON; a plain form is redirected."""
    address = reverse("annotation:task_detail", args=[task.pk])
    return JsonResponse({"location": address}, status=201) if wants_json(request) else redirect(address)


def _source_page(request: HttpRequest, form: SourceForm, context: dict[str, Any]) -> HttpResponse:
    status = 422 if form.errors else 200
    if form.errors and wants_json(request):
        return JsonResponse({"errors": {field: list(map(str, sentences)) for field, sentences in form.errors.items()}}, status=status)
    limits = {
        "max_files": settings.INGEST_MAX_FILES, "max_file_bytes": settings.INGEST_MAX_FILE_BYTES,
        "max_total_bytes": settings.INGEST_MAX_TOTAL_BYTES,
    }
    context = {"form": form, "limits": limits, "has_share": share.is_on(), **context}
    return render(request, "annotation/task_form.html", context, status=status)


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


@login_required
@require_GET
def task_detail(request: HttpRequest, task_id: int) -> HttpResponse:
    # Before the task: read after it, a filling that ends in between would show as finished beside a task without images.
    ingest = Request.objects.filter(task=task_id, action=Request.Action.CREATE).order_by("-created_date").first()
    task = task_or_404(request.user, task_id)
    all_jobs = list(task.annotation_jobs.values_list("pk", "start_frame", "stop_frame", "stage", "state"))
    wanted = _wanted_places(request)
    places = [(stage, state) for _, _, _, stage, state in all_jobs]
    page = listing.page_of(request, task.annotation_jobs.filter(**wanted).select_related("assignee"), JOBS, total=sum(
        wanted.get("stage", stage) == stage and wanted.get("state", state) == state for stage, state in places))
    # The places beside each job ask for its task and project: do not fetch them again for every row.
    for job in page:
        job.task = task
    frames = listing.page_of(request, task.frames.all(), THUMBNAILS, "frames", total=task.size)
    truth = ground_truth_job_of(task) if task.validation_mode else None
    known = set(truth.numbers) if truth else set()
    for frame in frames:
        frame.job_id = next((job for job, start, stop, *_ in all_jobs if start <= frame.number <= stop), None)
        # With honeypots the ground truth's frames are in no other job.
        if frame.job_id is None and truth is not None:
            frame.job_id = truth.pk
    requests = selectors.requests_for(request.user).filter(task=task)
    context = {
        "task": task, "project": task.project, "page": page, "frames": frames,
        "job_count": len(all_jobs), "truth": truth, "truth_frames": known,
        "progress": summaries.progress_of(places),
        "labels": task.project.labels.all(),
        "states": JobState.choices, "stages": JobStage.choices,
        "state": request.GET.get("state", ""), "stage": request.GET.get("stage", ""),
        "may_edit": (may_edit := selectors.may_edit(request.user, task.project)),
        "people": work.people_for(task.project) if may_edit else [],
        "ingest": ingest,
        "requests": requests.exclude(action=Request.Action.CREATE)[:3],
    }
    return render(request, "annotation/task_detail.html", context)


def _wanted_places(request: HttpRequest) -> dict[str, str]:
    """`?state=` and `?stage=`, as far as there are such."""
    asked = {name: request.GET.get(name, "") for name in ("state", "stage")}
    return {name: value for name, value in asked.items() if value in {"state": JobState, "stage": JobStage}[name].values}


@login_required
@require_http_methods(["GET", "POST"])
def task_edit(request: HttpRequest, task_id: int) -> HttpResponse:
    task = task_or_404(request.user, task_id, edit=True)
    form = TaskSettingsForm(request.POST or None, initial={"name": task.name})
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            services.update_task(actor=request.user, task=task, name=form.cleaned_data["name"])
        if not form.errors:
            messages.success(request, "The task was renamed.")
            return redirect("annotation:task_detail", task.pk)
    context = {"form": form, "task": task, "project": task.project}
    return render(request, "annotation/task_edit.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def task_delete(request: HttpRequest, task_id: int) -> HttpResponse:
    """GET says what would be lost and what stands in the way; POST deletes."""
    task = task_or_404(request.user, task_id, edit=True)
    if request.method == "POST":
        with refusals_as_messages(request):
            services.delete_task(actor=request.user, task=task)
            messages.success(request, f"Task “{task.name}” was deleted.")
            return redirect("annotation:project_detail", task.project_id)
        return redirect("annotation:task_delete", task_id)
    context = {
        "task": task, "project": task.project, "obstacles": extensions.deletion_obstacles(task),
        "losses": [("frame", task.size), ("job", task.annotation_jobs.count())],
    }
    return render(request, "annotation/task_delete.html", context)
