"""What the pages say about fixing an attempt, and with what it can be compared."""
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from annotation.models import Correction, Job
from crowdsourcing.models import Assignment
from crowdsourcing.selectors.truth import truth_of_suite
from crowdsourcing.statuses import AssignmentStatus


def with_comparable(assignments: QuerySet[Assignment]) -> QuerySet[Any]:
    """Each with `earlier_snapshot` (id of the work of the attempt before, or None) and `has_truth` (a ground truth for its job)."""
    earlier = Assignment.objects.filter(
        task_suite=OuterRef("task_suite"), created__lt=OuterRef("created"), snapshot__isnull=False).order_by("-created")
    return assignments.annotate(earlier_snapshot=Subquery(earlier.values("snapshot")[:1]), has_truth=Exists(truth_of_suite()))


def kept_corrections(job: Job) -> dict[str, Correction]:
    """Attempt -> the reviewer's version of it that counts. One query."""
    kept = Correction.objects.filter(job=job, snapshot__isnull=False).select_related("snapshot__author").defer("snapshot__data")
    return {correction.attempt: correction for correction in kept}


def correction_state(assignment: Assignment, user: Any, *, may_review: bool, busy: bool) -> dict[str, Any]:
    """For the bar: the attempt's correction with `changed_frames`, and which verbs are offered. One query."""
    job = assignment.task_suite.job
    correction = (Correction.objects.select_related("owner", "snapshot__author").defer("snapshot__data")
                  .annotate(changed_frames=Count("frames")).filter(job=job, attempt=assignment.remote_id).first())
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
