"""The work of several Tolokers merged when somebody asks for it."""
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from crowdsourcing import doors
from crowdsourcing.models import Consensus, TaskSuite
from crowdsourcing.selectors.consensus import progress_of
from crowdsourcing.services.consensus import merge_now
from crowdsourcing.views.answers import refusals_as_messages, render_dialog


@login_required
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, task_suite_id: int) -> HttpResponse:
    """GET asks, POST does it."""
    suite = doors.task_suite(request.user, task_suite_id, edit=True)
    back = reverse("annotation:job_detail", args=[suite.job_id])
    if request.method == "POST":
        with refusals_as_messages(request):
            merged = merge_now(actor=request.user, task_suite=suite)
            people = merged.merged_people
            messages.success(request, f"The work of {people} {'Toloker is' if people == 1 else 'Tolokers is'} on the job now.")
        return redirect(back)
    progress = progress_of([suite.job_id]).get(suite.job_id, {"accepted": 0, "wanted": 1})
    return render_dialog(request, "verb_dialog", {
        "title": "Merge what is accepted now?", "verb": "Merge", "icon": "stack-2", "back": back, "text": _text(suite, progress),
        "action": reverse("crowdsourcing:merge", args=[suite.pk])})


def _text(suite: TaskSuite, progress: dict[str, int]) -> str:
    row = Consensus.objects.filter(pk=suite.pk).first()
    drawn_by_hand = row is not None and (row.note or suite.job.revision != (row.merged_revision or 0))
    few = progress["accepted"] < suite.pool.overlap
    return " ".join(sentence for sentence, said in (
        (f"{progress['accepted']} of {progress['wanted']} people are accepted so far. What most of them drew is put on the job.", True),
        ("The job waits until the others are accepted, too.", few),
        ("What is on it now is kept as a record beside it.", drawn_by_hand)) if said)
