"""What the pages say about fixing an attempt, and with what it can be compared."""
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from annotation.models import Correction, Job
from crowdsourcing.models import Assignment
from crowdsourcing.selectors.truth import truth_of_suite
from crowdsourcing.statuses import AssignmentStatus, CommandKind


def with_comparable(assignments: QuerySet[Assignment]) -> QuerySet[Any]:
    """Each with `earlier_snapshot` (id of the work of the attempt before, or None) and `has_truth` (a ground truth for its job)."""
    earlier = Assignment.objects.filter(
        job=OuterRef("job"), created__lt=OuterRef("created"), snapshot__isnull=False).order_by("-created")
    return assignments.annotate(earlier_snapshot=Subquery(earlier.values("snapshot")[:1]), has_truth=Exists(truth_of_suite()))


def corrections_of(job: Job) -> dict[str, Any]:
    """Attempt at the job or a replica of it -> its correction with `changed_frames`: a draft, a version that counts, or both. One
    query."""
    rows = Correction.objects.filter(Q(job=job) | Q(job__parent_job=job)).select_related("owner", "snapshot__author")
    return {correction.attempt: correction for correction in rows.defer("snapshot__data").annotate(changed_frames=Count("frames"))}


def in_hand() -> Exists:
    """For a query of assignments: whether a reviewer has a draft of the attempt open."""
    return Exists(Correction.objects.filter(job=OuterRef("job"), attempt=OuterRef("remote_id"), open=True))


def open_draft_of(assignment: Assignment) -> Correction | None:
    """The draft that a reviewer has open of this attempt, with `changed_frames`. One query."""
    drafts = Correction.objects.filter(job=assignment.job_id, attempt=assignment.remote_id, open=True)
    return drafts.select_related("owner").annotate(changed_frames=Count("frames")).first()


def what_becomes_of(draft: Correction, user: Any, kind: CommandKind) -> str:
    """Who fixes the work, and what a decision without the draft means for it: for people."""
    own = user is not None and draft.owner_id == user.pk
    name = draft.owner.get_username() if draft.owner is not None else "Somebody"
    who = "You are fixing this work yourself." if own else f"{name} is fixing this work."
    whose = "your draft" if own else "the draft"
    if kind == CommandKind.REJECT_ASSIGNMENT:
        return f"{who} Once it is rejected, {whose} cannot be kept unless the work is accepted after all."
    keeper = "you" if own else name if draft.owner is not None else "whoever takes it over"
    return (f"{who} Accepted without it, what the Toloker submitted is paid and exported; {whose} stays open, and {keeper} can still keep "
            "it.")


def correction_state(assignment: Assignment, correction: Any, user: Any, *, may_review: bool, busy: bool) -> dict[str, Any]:
    """For the bar: the attempt's correction as `corrections_of` gives it, or None, and which verbs are offered."""
    job = assignment.job
    holds = may_review and not busy and job.attempt == assignment.remote_id
    waiting = holds and assignment.status == AssignmentStatus.SUBMITTED
    open_one = correction is not None and correction.open
    mine = open_one and correction is not None and correction.owner_id in (None, user.pk)
    kept = correction is not None and correction.snapshot_id is not None
    return {
        "correction": correction, "correction_mine": mine,
        "may_fix": waiting and assignment.snapshot_id is not None and not open_one,
        "may_take_over": waiting and open_one and not mine, "may_go_on": waiting and mine,
        "may_keep": mine and (waiting or (holds and assignment.status == AssignmentStatus.ACCEPTED)),
        "may_throw_away": may_review and not busy and (mine or (kept and waiting and not open_one)),
    }
