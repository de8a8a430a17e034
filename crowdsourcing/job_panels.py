"""What this room adds to the pages of jobs (annotation.extensions)."""
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from annotation.models import Issue, Job
from crowdsourcing import doors, selectors
from crowdsourcing.models import Assignment, Consensus, TaskSuite
from crowdsourcing.selectors.consensus import progress_of
from crowdsourcing.selectors.corrections import correction_state, kept_corrections, with_comparable
from crowdsourcing.selectors.policies import verdicts_of
from crowdsourcing.selectors.reviews import automatic_acceptance, dispute_end
from crowdsourcing.statuses import AssignmentStatus, CommandKind, ReissuePolicy
from crowdsourcing.views.commands import command_context

Context = dict[str, Any] | None


def job_badge(request: HttpRequest, job: Job) -> Context:
    """Where the attempt says more than the job's state. Two queries a task and request, however many jobs the list shows."""
    if request.resolver_match and request.resolver_match.url_name == "job_detail":
        return None  # the bar says it
    kept = request.__dict__.setdefault("_crowd_badges", {})
    if job.task_id not in kept:
        kept[job.task_id] = _badges(job.task_id)
    people, statuses = kept[job.task_id]
    if job.pk in people:
        return {"people": people[job.pk]} if people[job.pk]["here"] else None
    status = statuses.get(job.pk)
    telling = (AssignmentStatus.SUBMITTED, AssignmentStatus.SKIPPED, AssignmentStatus.EXPIRED)
    return {"assignment": Assignment(status=status)} if status in telling else None


def _badges(task_id: int) -> tuple[dict[int, dict[str, int]], dict[int, str]]:
    """Of a task: jobs that several do -> how far they are; job -> status of its newest attempt."""
    rows = (Assignment.objects.filter(job__task_id=task_id).order_by("job_id", "-created", "-remote_id")
            .distinct("job_id").values_list("job_id", "status"))
    return progress_of(TaskSuite.objects.filter(pool__task=task_id).values("job")), dict(rows)


def review_bar(request: HttpRequest, job: Job) -> Context:
    """Accept and Reject for the job's latest attempt; what cannot be done now is not offered. Not on a job that several do: each of
    their replicas has one."""
    suite = selectors.suite_of(job)
    if suite is not None and suite.pool.overlap > 1 and not job.is_replica:
        return None
    # A worker of an organization sees the job that was given to them, nothing of the crowd.
    review = suite is not None and doors.may_review(request.user, job)
    if suite is None or not review:
        return None
    assignment = with_comparable(doors.assignments_for(request.user)).filter(job=job).order_by("-created", "-remote_id").first()
    if assignment is None:
        return {"job": job, "suite": suite, "pool": suite.pool, "assignment": None}
    status, pool = assignment.status, suite.pool
    # Automatic mode: the platform accepts; there is nothing to press unless it was switched on after this one was submitted.
    by_hand = not pool.auto_accept_solutions or status == AssignmentStatus.SUBMITTED
    suite_command, own = selectors.latest_command(suite), selectors.latest_command(assignment)
    newest = max(filter(None, (suite_command, own)), key=lambda command: command.created_at, default=None)
    context = command_context(newest, request.user, job)
    busy = bool(context.get("command_open"))
    return {
        "job": job, "suite": suite, "pool": pool, "assignment": assignment, **context,
        "may_accept": review and by_hand and not busy and not selectors.obstacles(assignment, CommandKind.ACCEPT_ASSIGNMENT),
        "may_reject": review and by_hand and not busy and not selectors.obstacles(assignment, CommandKind.REJECT_ASSIGNMENT),
        "may_reissue": status == AssignmentStatus.REJECTED and not job.is_replica and doors.may_edit(request.user, job)
        and _may_reissue(suite, assignment)
        and not busy and not selectors.obstacles(suite, CommandKind.REISSUE_JOB),
        "accepted_by_itself_at": automatic_acceptance(assignment),
        "without_work": status in (AssignmentStatus.SUBMITTED, AssignmentStatus.REJECTED) and assignment.snapshot_id is None,
        "open_issues": Issue.objects.filter(job=job, attempt=assignment.remote_id, resolved_date=None).count(),
        "dispute_ends": dispute_end(assignment), "policy": ReissuePolicy(pool.reissue_policy),
        **correction_state(assignment, request.user, may_review=review, busy=busy),
    }


def consensus_bar(request: HttpRequest, job: Job) -> Context:
    """Of a job that several do: how far they are, how they agree, and what is to be decided about the merged work."""
    suite = selectors.suite_of(job)
    if suite is None or suite.pool.overlap == 1 or job.is_replica or not doors.may_review(request.user, job):
        return None
    row = Consensus.objects.filter(pk=suite.pk).first()
    people = list(selectors.attempts_of(job).exclude(status__in=(AssignmentStatus.SKIPPED, AssignmentStatus.EXPIRED)))
    for one in people:
        one.agreed = row.agreements.get(str(one.pk)) if row is not None else None  # type: ignore[attr-defined]
    context = command_context(selectors.latest_command(suite), request.user, job)
    may_edit, busy = doors.may_edit(request.user, job), bool(context.get("command_open"))
    progress = progress_of([job.pk])[job.pk]
    undecided = [int(number) for number, frame in row.merged_frames.items() if frame["open"]] if row is not None else []
    return {
        "job": job, "suite": suite, "pool": suite.pool, "consensus": row, "people": list(reversed(people)), **progress, **context,
        "undecided": sorted(undecided),
        "changed": row is not None and row.merged_revision is not None and row.merged_revision != job.revision,
        "may_merge": may_edit and bool(progress["accepted"]),
        "may_reissue": may_edit and not busy and not selectors.obstacles(suite, CommandKind.REISSUE_JOB),
    }


def editor_bar(request: HttpRequest, job: Job) -> Context:
    """The same bar above the editor: its dialogs lead back there."""
    context = review_bar(request, job)
    return None if context is None else {**context, "in_editor": True}


def _may_reissue(suite: TaskSuite, assignment: Assignment) -> bool:
    """By hand always; otherwise once the dispute is over, should the automatic one not have come."""
    if suite.pool.reissue_policy == ReissuePolicy.BY_HAND:
        return True
    ends = dispute_end(assignment)
    return ends is not None and ends <= timezone.now()


def job_panel(request: HttpRequest, job: Job) -> Context:
    suite = selectors.suite_of(job)
    if suite is None or not doors.may_review(request.user, job):
        return None
    attempts = list(selectors.attempts_of(job).select_related("pool__crowd_project__account").defer("snapshot__data"))
    kept, verdicts = kept_corrections(job), verdicts_of(attempts)
    for number, attempt in enumerate(reversed(attempts), start=1):
        attempt.number = number  # type: ignore[attr-defined]
        attempt.correction = kept.get(attempt.remote_id)  # type: ignore[attr-defined]
        attempt.told = verdicts.get(attempt.pk, [])  # type: ignore[attr-defined]
    changes = list(selectors.timeline_of(job))
    numbers = {attempt.pk: attempt.number for attempt in attempts}  # type: ignore[attr-defined]
    for change in changes:
        change.attempt_number = numbers.get(change.target_id) if change.target_type == "assignment" else None  # type: ignore[attr-defined]
    latest = attempts[0] if attempts else None
    return {
        "job": job, "pool": suite.pool, "suite": suite, "attempts": attempts, "changes": list(reversed(changes)), "latest": latest,
        "shown_snapshot": request.GET.get("snapshot", ""),
        "accepted_by_itself_at": automatic_acceptance(latest) if latest else None,
    }
