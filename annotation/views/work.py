"""Jobs given to people: one's own list, and giving them."""
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from annotation import selectors
from annotation.models import Frame, Job, JobStage, JobState, Project
from annotation.services import jobs as services
from annotation.views import listing
from annotation.views.access import job_or_404
from annotation.views.answers import refusals_as_messages
from annotation.views.spaces import current_space

ROWS = 25
# More names than this in a list are no help: the API takes any.
MOST_PEOPLE = 200


def people_for(project: Project) -> list[Any]:
    """Whom jobs of the project may be given to, for a list to choose from."""
    return list(selectors.people_of(project).only("pk", "username")[:MOST_PEOPLE])


@login_required
@require_GET
def job_list(request: HttpRequest) -> HttpResponse:
    """Jobs given to the user: those to do first, then those that wait for others, `?state=` narrows."""
    given = current_space(request).narrow(selectors.jobs_given_to(request.user), "task__project__organization")
    state = request.GET.get("state", "")
    rows = given.filter(state=state) if state in JobState.values else given
    page = listing.page_of(request, _in_order(rows).select_related("task__project"), ROWS)
    page.object_list = _dressed(page.object_list)
    return render(request, "annotation/job_list.html", {
        "page": page, "states": JobState.choices, "state": state, "any": bool(page.object_list) or given.exists()})


def _in_order(rows: Any) -> Any:
    to_do = When(stage=JobStage.ANNOTATION, state__in=(JobState.NEW, JobState.IN_PROGRESS, JobState.REJECTED), then=Value(0))
    return rows.annotate(later=Case(to_do, default=Value(1), output_field=IntegerField())).order_by("later", "task_id", "start_frame", "pk")


def _dressed(rows: Any) -> list[Any]:
    """With `.preview`, their first frame, and `.open_issues`."""
    jobs = list(rows)
    wanted = Q(pk=None)
    for job in jobs:
        wanted |= Q(task=job.task_id, number=job.first_frame)
    frames = {(frame.task_id, frame.number): frame for frame in Frame.objects.filter(wanted)}
    issues = dict(Job.objects.filter(pk__in=[job.pk for job in jobs]).order_by().values_list("pk").annotate(
        number=Count("issues", filter=Q(issues__resolved_date=None, issues__attempt=""))))
    for job in jobs:
        job.preview = frames.get((job.task_id, job.first_frame))
        job.open_issues = issues.get(job.pk, 0)
    return jobs


@login_required
@require_POST
def job_assign(request: HttpRequest, job_id: int) -> HttpResponse:
    """`assignee` (a user's id, empty: nobody), `stage` and `state`, each if it is sent."""
    job = job_or_404(request.user, job_id, edit=True)
    wanted: dict[str, Any] = {name: request.POST[name] for name in ("stage", "state") if request.POST.get(name)}
    # The list in a table leaves an empty choice out.
    chosen = request.POST.get("assignee", "")
    known = chosen.isascii() and chosen.isdigit() and len(chosen) < 10
    person = get_user_model().objects.filter(pk=int(chosen), is_active=True).first() if known else None
    with refusals_as_messages(request):
        if chosen and person is None:
            messages.error(request, "There is no such user. Load the page again and choose another one.")
        else:
            services.update_job(actor=request.user, job=job, assignee=person, **wanted)
            messages.success(request, f"Job #{job.pk} is {person.get_username()}’s." if person else f"Job #{job.pk} is nobody’s.")
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(back) if back and safe else redirect("annotation:job_detail", job.pk)
