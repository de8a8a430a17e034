"""What this room adds to the pages of jobs (annotation.extensions)."""
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from annotation.models import Issue, Job
from crowdsourcing import doors, selectors
from crowdsourcing.models import Assignment, Consensus, Pool, TaskSuite, Verdict
from crowdsourcing.selectors.consensus import progress_of
from crowdsourcing.selectors.corrections import correction_state, corrections_of, with_comparable
from crowdsourcing.selectors.policies import verdicts_of
from crowdsourcing.selectors.reviews import automatic_acceptance, dispute_end
from crowdsourcing.statuses import AssignmentStatus, CommandKind, ReissuePolicy
from crowdsourcing.views.commands import command_context

Context = dict[str, Any] | None


@dataclass(frozen=True)
class _Sight:
    """What the panels of a job's page share, read once a request. `attempts`: at the job and at its replicas, newest first, with what
    every panel shows of them; `corrections`: by attempt."""

    suite: TaskSuite
    may_edit: bool
    attempts: list[Any]
    corrections: dict[str, Any]

    @cached_property
    def verdicts(self) -> dict[int, list[Verdict]]:
        """Attempt -> its verdicts, the newest first."""
        return verdicts_of(self.attempts)


def _sight(request: HttpRequest, job: Job) -> _Sight | None:
    """None where no crowd does the job, and for a worker of an organization: they see the job that was given to them, nothing of the
    crowd."""
    kept: dict[int, _Sight | None] = request.__dict__.setdefault("_crowd_jobs", {})
    if job.pk not in kept:
        kept[job.pk] = _look(request, job)
    return kept[job.pk]


def _look(request: HttpRequest, job: Job) -> _Sight | None:
    suite = selectors.suite_of(job)
    if suite is None or not doors.may_review(request.user, job):
        return None
    issues = Issue.objects.filter(job=OuterRef("job"), attempt=OuterRef("remote_id"), resolved_date=None).order_by().values("attempt")
    attempts = with_comparable(selectors.attempts_of(job)).select_related(
        "pool__task__project", "pool__crowd_project__account", "task_suite", "job").defer("snapshot__data").annotate(
        open_issues=Coalesce(Subquery(issues.annotate(number=Count("pk")).values("number")), 0))
    return _Sight(suite, doors.may_edit(request.user, job), list(attempts), corrections_of(job))


def pool_of(request: HttpRequest, task_id: int) -> Pool | None:
    """A task's pool, read once a request."""
    kept: dict[int, Pool | None] = request.__dict__.setdefault("_crowd_pools", {})
    if task_id not in kept:
        kept[task_id] = Pool.objects.select_related(
            "crowd_project__account", "crowd_project__project", "task__project", "drawing_project").filter(task_id=task_id).first()
    return kept[task_id]


class _Badges:
    """Of one task's jobs: two queries at most, however many jobs a list shows."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @cached_property
    def people(self) -> dict[int, dict[str, int]]:
        """Jobs that several do -> how far they are."""
        return progress_of(self._pool.task_suites.values("job")) if self._pool.overlap > 1 else {}

    @cached_property
    def statuses(self) -> dict[int, str]:
        """Job -> status of its newest attempt."""
        rows = Assignment.objects.filter(job__task_id=self._pool.task_id).order_by("job_id", "-created", "-remote_id")
        return dict(rows.distinct("job_id").values_list("job_id", "status"))


def job_badge(request: HttpRequest, job: Job) -> Context:
    """Where the attempt says more than the job's state."""
    if request.resolver_match and request.resolver_match.url_name == "job_detail":
        return None  # the bar says it
    pool = pool_of(request, job.task_id)
    if pool is None:
        return None
    kept: dict[int, _Badges] = request.__dict__.setdefault("_crowd_badges", {})
    badges = kept.setdefault(pool.pk, _Badges(pool))
    if job.pk in badges.people:
        return {"people": badges.people[job.pk]} if badges.people[job.pk]["here"] else None
    status = badges.statuses.get(job.pk)
    telling = (AssignmentStatus.SUBMITTED, AssignmentStatus.SKIPPED, AssignmentStatus.EXPIRED)
    return {"assignment": Assignment(status=status)} if status in telling else None


def review_bar(request: HttpRequest, job: Job) -> Context:
    """Accept and Reject for the job's latest attempt; what cannot be done now is not offered. Not on a job that several do: each of
    their replicas has one."""
    sight = _sight(request, job)
    if sight is None or (sight.suite.pool.overlap > 1 and not job.is_replica):
        return None
    suite = sight.suite
    assignment = next((one for one in sight.attempts if one.job_id == job.pk), None)
    if assignment is None:
        return {"job": job, "suite": suite, "pool": suite.pool, "assignment": None}
    status, pool = assignment.status, suite.pool
    # Automatic mode: the platform accepts; there is nothing to press unless it was switched on after this one was submitted.
    by_hand = not pool.auto_accept_solutions or status == AssignmentStatus.SUBMITTED
    commands = selectors.latest_commands([suite, assignment])
    context = command_context(commands[0] if commands else None, request.user, job)
    busy = bool(context.get("command_open"))
    # Whatever is on its way is the newest of its target.
    idle = not any(selectors.is_open(command) for command in commands)
    return {
        "job": job, "suite": suite, "pool": pool, "assignment": assignment, **context,
        "may_accept": by_hand and not busy and not selectors.obstacles(assignment, CommandKind.ACCEPT_ASSIGNMENT, idle=idle),
        "may_reject": by_hand and not busy and not selectors.obstacles(assignment, CommandKind.REJECT_ASSIGNMENT, idle=idle),
        "may_reissue": status == AssignmentStatus.REJECTED and not job.is_replica and sight.may_edit
        and _may_reissue(suite, assignment)
        and not busy and not selectors.obstacles(suite, CommandKind.REISSUE_JOB, idle=idle),
        "accepted_by_itself_at": automatic_acceptance(assignment),
        "without_work": status in (AssignmentStatus.SUBMITTED, AssignmentStatus.REJECTED) and assignment.snapshot_id is None,
        "open_issues": assignment.open_issues,
        "dispute_ends": dispute_end(assignment), "policy": ReissuePolicy(pool.reissue_policy),
        **correction_state(assignment, sight.corrections.get(assignment.remote_id), request.user, may_review=True, busy=busy),
    }


def consensus_bar(request: HttpRequest, job: Job) -> Context:
    """Of a job that several do: how far they are, how they agree, and what is to be decided about the merged work."""
    sight = _sight(request, job)
    if sight is None or sight.suite.pool.overlap == 1 or job.is_replica:
        return None
    suite = sight.suite
    row: Consensus | None = getattr(suite, "consensus", None)
    people = [one for one in sight.attempts if one.status not in (AssignmentStatus.SKIPPED, AssignmentStatus.EXPIRED)]
    for one in people:
        # Who was rejected counts no more: what the verdict was made of says how they agreed then.
        then = next((verdict.inputs["consensus"] for verdict in sight.verdicts.get(one.pk, []) if verdict.inputs.get("consensus")), None)
        one.agreed = (row.agreements.get(str(one.pk)) if row is not None else None) or then
    context = command_context(selectors.latest_command(suite), request.user, job)
    may_edit, busy = sight.may_edit, bool(context.get("command_open"))
    progress = progress_of([job.pk])[job.pk]
    undecided = [int(number) for number, frame in row.merged_frames.items() if frame["open"]] if row is not None else []
    return {
        "job": job, "suite": suite, "pool": suite.pool, "consensus": row, "people": list(reversed(people)), **progress, **context,
        "undecided": sorted(undecided),
        "changed": row is not None and row.merged_revision is not None and row.merged_revision != job.revision,
        "may_merge": may_edit and bool(progress["accepted"]),
        "may_reissue": may_edit and not busy and not selectors.obstacles(suite, CommandKind.REISSUE_JOB, idle=True),
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
    sight = _sight(request, job)
    if sight is None:
        return None
    suite, attempts, verdicts = sight.suite, sight.attempts, sight.verdicts
    for number, attempt in enumerate(reversed(attempts), start=1):
        attempt.number = number
        correction = sight.corrections.get(attempt.remote_id)
        attempt.correction = correction if correction is not None and correction.snapshot_id is not None else None
        attempt.told = verdicts.get(attempt.pk, [])
    numbers = {attempt.pk: attempt.number for attempt in attempts}
    changes = list(selectors.changes_of(suite, numbers))
    for change in changes:
        change.attempt_number = numbers.get(change.target_id) if change.target_type == "assignment" else None  # type: ignore[attr-defined]
    latest = attempts[0] if attempts else None
    return {
        "job": job, "pool": suite.pool, "suite": suite, "attempts": attempts, "changes": list(reversed(changes)), "latest": latest,
        "shown_snapshot": request.GET.get("snapshot", ""),
        "accepted_by_itself_at": automatic_acceptance(latest) if latest else None,
    }
