"""The job page: frames with what was drawn on them, now or in an earlier attempt; and the door to the editor."""
import secrets
from bisect import bisect_left
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, F, Func, IntegerField, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from annotation import selectors
from annotation.access import read_only_reason
from annotation.guides import render_guide
from annotation.models import EditorSession, Frame, FrameAnnotation, Job, JobStage, JobState, Snapshot
from annotation.services import editor as editor_services, jobs as services
from annotation.services.corrections import correction_of
from annotation.services.shapes import content_of
from annotation.services.truth import has_truth
from annotation.views.access import job_or_404
from annotation.views.answers import refusals_as_messages
from annotation.views.drawing import draw
from annotation.views.work import people_for


@login_required
@require_GET
def job_detail(request: HttpRequest, job_id: int) -> HttpResponse:
    """`?frame=` (task-absolute number) and `?snapshot=` choose what is shown; with htmx only the viewer is answered."""
    job = job_or_404(request.user, job_id, given=True)
    # Somebody who sees the job only because it was given to them sees its present work, no other attempt and nothing around it.
    role = selectors.role_of(request.user, job.task.project)
    in_full, may_edit = role is not None, role in selectors.EDITORS
    snapshot = _chosen_snapshot(request, job) if in_full else None
    counts = {} if request.htmx else _counts(job)  # type: ignore[attr-defined]
    context = {**viewer_context(request, job, snapshot, counts.get("annotated")), "in_full": in_full}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "annotation/_viewer.html", context)
    annotates = may_edit or selectors.may_annotate(request.user, job)
    context |= {
        "editable": annotates and read_only_reason(job, EditorSession.Mode.REQUESTER) is None,
        "reopenable": annotates and not job.attempt and job.state == JobState.COMPLETED,
        "open_issues": selectors.issues_for(request.user).filter(job=job, resolved_date=None).count(), "counts": counts,
        **(_around(job, may_edit) if in_full else _guide(job)),
    }
    return render(request, "annotation/job_detail.html", context)


def _guide(job: Job) -> dict[str, Any]:
    return {"guide_html": render_guide(job.task.project.guide, job.task.project_id)}


def _around(job: Job, may_edit: bool) -> dict[str, Any]:
    """Its attempts, its neighbours in the task, and what may be set by hand."""
    previous_job, next_job = _neighbours(job)
    return {
        # `data` of snapshots may be large: only the chosen one is read.
        "snapshots": list(job.snapshots.select_related("author").defer("data").order_by("-id")),
        "previous_job": previous_job, "next_job": next_job,
        "truth": has_truth(job=job),
        "people": people_for(job.task.project) if may_edit and not job.attempt else [],
        "stages": JobStage.choices, "states": JobState.choices,
    }


def _neighbours(job: Job) -> tuple[Job | None, Job | None]:
    """The jobs before and behind it in the task; those of a replica are the other people's. One query."""
    if job.is_ground_truth:
        return None, None
    siblings = Job.objects.filter(parent_job=job.parent_job_id) if job.is_replica else job.task.annotation_jobs
    before = Q(start_frame__lt=job.start_frame) | Q(start_frame=job.start_frame, pk__lt=job.pk)
    behind = Q(start_frame__gt=job.start_frame) | Q(start_frame=job.start_frame, pk__gt=job.pk)
    found = siblings.filter(before).order_by("-start_frame", "-pk")[:1].union(
        siblings.filter(behind).order_by("start_frame", "pk")[:1], all=True)
    sides = {(one.start_frame, one.pk) > (job.start_frame, job.pk): one for one in found}
    return sides.get(False), sides.get(True)


def _chosen_snapshot(request: HttpRequest, job: Job) -> Snapshot | None:
    wanted = request.GET.get("snapshot")
    if not wanted:
        return None
    if not wanted.isascii() or not wanted.isdigit() or len(wanted) > 18:
        raise Http404("No such snapshot.")
    return get_object_or_404(Snapshot, pk=int(wanted), job=job)


def viewer_context(request: HttpRequest, job: Job, snapshot: Snapshot | None, annotated: int | None = None) -> dict[str, Any]:
    """One frame, what is on it, and the way to its neighbours. `annotated`: on how many frames somebody did something, if that is known."""
    number = frame_number(request, job)
    frame = get_object_or_404(Frame, task=job.task_id, number=number)
    labels = list(job.task.project.labels.prefetch_related("attributes"))
    if snapshot is not None:
        content = snapshot.data["frames"].get(str(number), {})
        annotated = sum(not kept.get("starting_point") for kept in snapshot.data["frames"].values())
    else:
        row = FrameAnnotation.objects.filter(job=job, frame=number).first()
        content = content_of(row.shapes, row.tags, row.nothing_here, row.starting_point) if row else {}
        if annotated is None:
            annotated = FrameAnnotation.objects.filter(job=job, starting_point=False).count()
    return {
        "job": job, "task": job.task, "project": job.task.project, "frame": frame, "snapshot": snapshot, "labels": labels,
        "drawing": draw(content, labels), **around_frame(job, number),
        "annotated": annotated, "nothing_here": content.get("nothing_here", False),
        "starting_point": content.get("starting_point", False),
    }


def frame_number(request: HttpRequest, job: Job) -> int:
    """The frame asked for, or the job's nearest behind it; its first frame without one."""
    try:
        wanted = int(request.GET.get("frame", ""))
    except ValueError:
        return job.first_frame
    return job.numbers[min(bisect_left(job.numbers, wanted), job.frame_count - 1)]


def around_frame(job: Job, number: int) -> dict[str, Any]:
    """`position` in the job from 1, `previous` and `next` or None."""
    place = bisect_left(job.numbers, number)
    return {"position": place + 1, "previous": job.numbers[place - 1] if place else None,
            "next": job.numbers[place + 1] if place + 1 < job.frame_count else None}


def _counts(job: Job) -> dict[str, int]:
    """How many shapes and tags are on the job now, and frames on which somebody did something; counted inside the database."""
    length = {"function": "jsonb_array_length", "output_field": IntegerField()}
    sums = FrameAnnotation.objects.filter(job=job).aggregate(
        shapes=Sum(Func(F("shapes"), **length), default=0), tags=Sum(Func(F("tags"), **length), default=0),
        annotated=Count("pk", filter=Q(starting_point=False)))
    return dict(sums)


@login_required
@require_POST
def job_reopen(request: HttpRequest, job_id: int) -> HttpResponse:
    """One's own finished job may be changed again."""
    job = job_or_404(request.user, job_id, given=True)
    with refusals_as_messages(request):
        services.reopen_job(actor=request.user, job=job)
        messages.success(request, "The job is open again: its shapes may be changed.")
    return redirect("annotation:job_detail", job.pk)


@login_required
@require_GET
def job_editor(request: HttpRequest, job_id: int) -> HttpResponse:
    """Opens a session of the user: to work where that is possible, else to look. `?mode=review` to look, `?mode=correction` to go on with
    one's own correction of the attempt that holds the job (back to the job's page where there is none)."""
    job = job_or_404(request.user, job_id, given=True)
    if request.GET.get("mode") == "correction":
        return _correction_editor(request, job)
    editable = selectors.may_annotate(request.user, job) and read_only_reason(job, EditorSession.Mode.REQUESTER) is None
    mode = EditorSession.Mode.REQUESTER if editable and request.GET.get("mode") != "review" else EditorSession.Mode.REVIEW
    return _editor_page(request, job, mode)


def _correction_editor(request: HttpRequest, job: Job) -> HttpResponse:
    correction = correction_of(job=job)
    if correction is None or not correction.open or correction.owner_id != request.user.pk:
        messages.warning(request, "You are not fixing this job now. Press Fix to begin.")
        return redirect("annotation:job_detail", job.pk)
    # A browser's draft of one correction must not be offered to another.
    return _editor_page(request, job, EditorSession.Mode.CORRECTION, attempt=correction.attempt, job_key=f"correction-{correction.pk}")


def _editor_page(request: HttpRequest, job: Job, mode: str, *, attempt: str = "", job_key: str = "") -> HttpResponse:
    _session, token = editor_services.open_session(
        job=job, mode=mode, attempt=attempt, user=request.user, expires_at=timezone.now() + editor_services.OWN_SESSION,
        context={"title": job.task.name})
    nonce = secrets.token_urlsafe(16)
    context = {
        "job": job, "title": f"Job #{job.pk} · {job.task.name}", "csp_nonce": nonce,
        "api_url": "/api/editor/", "token": token, "session_url": "", "job_key": job_key, "parent_origins": "",
        "review": mode == EditorSession.Mode.REVIEW,
    }
    answer = render(request, "annotation/editor.html", context)
    # The page holds a key: no cache keeps it, no other page frames it, no foreign script runs beside it.
    answer["Cache-Control"] = "no-store"
    answer["Content-Security-Policy"] = (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
        "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'")
    return answer
