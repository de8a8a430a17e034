"""A task's ground truth job: choosing its frames, what it holds, which of them measure, deleting it."""
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from annotation import selectors
from annotation.forms.ground_truth import GroundTruthForm
from annotation.models import Frame, FrameAnnotation, Job, Task, ValidationMode
from annotation.services import ground_truth as services, honeypots
from annotation.views import listing
from annotation.views.access import task_or_404
from annotation.views.answers import error_lists, errors_on, refusals_as_messages

SHOWN = 60
# The service's fields that the form has under another name.
_SAME = {"frames_per_job_count": "frame_count"}


@login_required
@require_http_methods(["GET", "POST"])
def task_ground_truth(request: HttpRequest, task_id: int) -> HttpResponse:
    """The form, or the job that was made of it."""
    task = task_or_404(request.user, task_id, edit=request.method == "POST")
    # Ten of many; of few a third, so that what is offered can be had.
    form = GroundTruthForm(request.POST or None, initial={"frame_count": min(10, max(1, task.size // 3))})
    if request.method == "POST" and form.is_valid():
        job = _created(request, task, form)
        if job is not None:
            messages.success(request, f"Ground truth job #{job.pk} has {job.frame_count} frame{'' if job.frame_count == 1 else 's'}. "
                                      "Draw on them what is right, then submit it.")
            return redirect("annotation:task_ground_truth", task.pk)
    job = services.ground_truth_job_of(task)
    context = {"form": form, "task": task, "project": task.project, "job": job, "may_edit": selectors.may_edit(request.user, task.project),
               "has_honeypots": task.validation_mode == ValidationMode.GT_POOL, **(_around(request, task, job) if job else {})}
    return render(request, "annotation/task_ground_truth.html", context, status=422 if form.errors else 200)


def _created(request: HttpRequest, task: Task, form: GroundTruthForm) -> Job | None:
    with errors_on(form):
        try:
            return services.create_ground_truth_job(actor=request.user, task=task, choice=form.choice())
        except ValidationError as error:
            raise ValidationError({_SAME.get(field or "", field): sentences
                                   for field, sentences in error_lists(error).items() if field}) from error
    return None


def _around(request: HttpRequest, task: Task, job: Job) -> dict[str, Any]:
    frames = listing.page_of(request, Frame.objects.filter(job.frames_within(), task=task).order_by("number"), SHOWN)
    drawn = set(FrameAnnotation.objects.filter(job=job).values_list("frame", flat=True))
    for frame in frames:
        frame.drawn, frame.disabled = frame.number in drawn, frame.number in task.disabled_frames
    return {"frames": frames, "drawn": len(drawn), "disabled": len(task.disabled_frames), **_spread(task, job)}


def _spread(task: Task, job: Job) -> dict[str, Any]:
    """How often the ground truth's pictures are mixed in: in all, the most of one, and whether there are fewer than places."""
    if task.validation_mode != ValidationMode.GT_POOL:
        return {}
    uses = honeypots.uses_of(task)
    measuring = job.frame_count - len(task.disabled_frames)
    return {"uses": uses.total(), "most_uses": max(uses.values(), default=0), "too_few": uses.total() > measuring, "measuring": measuring}


@login_required
@require_POST
def task_disable_frames(request: HttpRequest, task_id: int) -> HttpResponse:
    """`frame` measures nobody from now on with `disabled` "on", else it does again."""
    task = task_or_404(request.user, task_id, edit=True)
    text = request.POST.get("frame", "")
    with refusals_as_messages(request):
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise ValidationError("Say which frame.")
        number, off = int(text), request.POST.get("disabled") == "on"
        services.disable_frames(actor=request.user, task=task,
                                frames=[*(one for one in task.disabled_frames if one != number), *([number] if off else [])])
        messages.success(request, f"Nobody is measured by frame {number} any more." if off else f"Frame {number} measures again.")
    return redirect("annotation:task_ground_truth", task.pk)


@login_required
@require_POST
def task_deal_honeypots(request: HttpRequest, task_id: int) -> HttpResponse:
    task = task_or_404(request.user, task_id, edit=True)
    with refusals_as_messages(request):
        dealt = honeypots.deal_honeypots(actor=request.user, task=task)
        changed, kept = len(dealt.changed), len(dealt.kept)
        messages.success(request, " ".join(filter(None, (
            f"{changed} job{' has' if changed == 1 else 's have'} other honeypots now." if changed else "Every job was dealt what it had.",
            f"{kept} keep{'s' if kept == 1 else ''} theirs: {dealt.kept[0]}" if kept else ""))))
    return redirect("annotation:task_ground_truth", task.pk)


@login_required
@require_POST
def task_ground_truth_delete(request: HttpRequest, task_id: int) -> HttpResponse:
    task = task_or_404(request.user, task_id, edit=True)
    job = services.ground_truth_job_of(task)
    with refusals_as_messages(request):
        if job is not None:
            services.delete_ground_truth_job(actor=request.user, job=job)
            messages.success(request, f"Ground truth job #{job.pk} was deleted.")
    return redirect("annotation:task_ground_truth", task.pk)
