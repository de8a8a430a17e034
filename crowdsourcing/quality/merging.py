"""The work of several people put together on the job that each of them did.

Merged when as many were accepted as the pool wants for a job, and again when one more is. What most drew is merged, what as many drew as
did not is kept for the requester to look at: the job then waits for them instead of being complete. A job that somebody changed by hand
since is left alone until they ask for it.
"""
import logging

from django.db import transaction
from django.utils import timezone

from annotation.errors import InvalidAnnotations, Refused as NotNow
from annotation.models import Job
from annotation.services.replicas import put_merged
from crowdsourcing.models import Consensus, Pool, TaskSuite
from crowdsourcing.quality.agreeing import agreed_on, contents_of, drawn_of, inputs_of, rule_of, summary_of
from crowdsourcing.selectors.consensus import is_enough, to_merge, work_of
from crowdsourcing.transitions import Refused

log = logging.getLogger(__name__)


def merge_pool(pool: Pool) -> int:
    """Merge what can be merged; how many jobs that were. One that cannot be leaves the others in peace."""
    if pool.overlap < 2:
        return 0
    merged = 0
    for suite in to_merge(pool).select_related("pool"):
        try:
            merged += merge_job(suite)
        except Exception:
            log.exception("The work on job %s could not be merged", suite.job_id)
    return merged


def merge_job(suite: TaskSuite, *, by_hand: bool = False) -> bool:
    """One job, in one transaction; whether anything changed.

    `by_hand`: with fewer people than are wanted, too, and in the place of what somebody changed. Refused where nothing is accepted yet.
    """
    with transaction.atomic(durable=True):
        Consensus.objects.get_or_create(task_suite=suite)
        row = Consensus.objects.select_for_update(of=("self",)).get(pk=suite.pk)
        rule, pieces = rule_of(suite.pool), work_of(suite.pool, accepted=True, suites=[suite.pk])[suite.pk]
        if not pieces:
            raise Refused("Nothing that was done on this job is accepted yet. Accept somebody's work first.", "not_possible")
        inputs = inputs_of(rule, pieces)
        if inputs == row.merged_inputs and not by_hand:
            return False
        drawn = drawn_of(pieces)
        frames = agreed_on(drawn, rule.shapes(len(pieces)))
        undecided = sum(part["open"] for part in summary_of(frames).values())
        job = Job.objects.select_related("task__project").get(pk=suite.job_id)
        complete = is_enough(suite) and not undecided
        try:
            row.merged_revision = put_merged(
                job=job, frames=contents_of(frames), complete=complete, revision=row.merged_revision, replace=by_hand)
        except InvalidAnnotations as problem:
            row.note = f"What was done cannot be merged: the project's labels are others now ({problem.sentence})"
            row.save(update_fields=["note"])
            return False
        except NotNow as refusal:
            row.note = refusal.sentence
            row.save(update_fields=["note"])
            return False
        row.merged_inputs, row.merged_people, row.merged_frames = inputs, len(pieces), summary_of(frames)
        row.merged_at, row.note = timezone.now(), ""
        row.save(update_fields=["merged_inputs", "merged_people", "merged_frames", "merged_revision", "merged_at", "note"])
        return True
