"""The merged work of several Tolokers on one job, when a person asks for it."""
from typing import Any

from crowdsourcing.models import Consensus, TaskSuite
from crowdsourcing.quality.merging import merge_job
from crowdsourcing.services.access import may_edit
from crowdsourcing.services.commands import require
from crowdsourcing.statuses import PoolStatus
from crowdsourcing.transitions import Refused


def merge_now(*, actor: Any, task_suite: TaskSuite) -> Consensus:
    """Merge what is accepted so far, in the place of what is on the job (kept as a snapshot if somebody drew it). With fewer people than
    are wanted the job waits for the others. Forbidden; Refused where one Toloker does the job, or nothing is accepted."""
    suite = TaskSuite.objects.select_related("pool__task__project").get(pk=task_suite.pk)
    require(may_edit(actor, suite.pool.task.project))
    if suite.pool.overlap == 1:
        raise Refused("One Toloker does this job: there is nothing to merge.", "not_possible")
    if suite.pool.status == PoolStatus.ARCHIVED:
        raise Refused("The pool is archived: its jobs stay as they are. Reopen the job to change its shapes.", "not_possible")
    merge_job(suite, by_hand=True)
    return Consensus.objects.get(pk=suite.pk)
