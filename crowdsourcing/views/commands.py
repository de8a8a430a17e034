"""Progress of a command, asked for again and again while it is open; and trying a failed one again."""
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from crowdsourcing import doors
from crowdsourcing.models import Assignment, CrowdProject, Pool, ProviderCommand, TaskSuite, Verification
from crowdsourcing.selectors.commands import target_of
from crowdsourcing.services.retries import REVIEWS, retry_command
from crowdsourcing.statuses import OPEN_COMMAND_STATUSES, CommandStatus
from crowdsourcing.views.answers import refusals_as_messages

# After so long without a worker's answer the page says where to look.
SLOW_SECONDS = 30


def command_context(command: ProviderCommand | None, user: Any, thing: Any) -> dict[str, Any]:
    """What _command.html shows. `thing` is the command's target or anything of the same project."""
    if command is None:
        return {"command": None}
    waiting = command.status == CommandStatus.PENDING and command.attempts == 0
    failed = command.status == CommandStatus.FAILED
    return {
        "command": command,
        "command_open": command.status in OPEN_COMMAND_STATUSES,
        "command_failed": failed,
        "command_slow": waiting and (timezone.now() - command.created_at).total_seconds() > SLOW_SECONDS,
        "command_waits": command.status == CommandStatus.PENDING and command.attempts > 0,
        "may_retry": failed and (doors.may_review(user, thing) if command.kind in REVIEWS else doors.may_edit(user, thing)),
    }


@login_required
@require_GET
def command_fragment(request: HttpRequest, command_id: UUID) -> HttpResponse:
    """While the command is open: its step. Afterwards the page around it is out of date and is loaded again."""
    command = doors.command(request.user, command_id)
    response = render(request, "crowdsourcing/_command.html", command_context(command, request.user, target_of(command)))
    if command.status not in OPEN_COMMAND_STATUSES:
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_POST
def command_retry(request: HttpRequest, command_id: UUID) -> HttpResponse:
    command = doors.command(request.user, command_id)
    target = target_of(command)
    if command.kind not in REVIEWS:
        doors.require_edit(request.user, target)
    with refusals_as_messages(request):
        retry_command(actor=request.user, command=command)
    return redirect(page_of(target))


def page_of(target: Any) -> str:
    """The page on which a command's progress is shown."""
    if isinstance(target, CrowdProject):
        return reverse("annotation:project_detail", args=[target.project_id])
    if isinstance(target, Pool):
        return reverse("annotation:task_detail", args=[target.task_id])
    if isinstance(target, Verification):
        return reverse("crowdsourcing:pool_verification", args=[target.pool_id])
    suite = target.task_suite if isinstance(target, Assignment) else target
    assert isinstance(suite, TaskSuite)
    return reverse("annotation:job_detail", args=[suite.job_id])
