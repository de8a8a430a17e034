"""News of the platform's pool and of its tasks."""
from collections.abc import Sequence

from django.db import transaction

from annotation.webhooks.announcing import changing
from crowdsourcing.job_keys import BadKey, suite_id_of
from crowdsourcing.mirror.budget import add_budget, take_back_budget
from crowdsourcing.mirror.changes import changed_fields, is_stale, status_change
from crowdsourcing.mirror.jobs import drive_jobs
from crowdsourcing.mirror.locks import lock_pool
from crowdsourcing.models import Pool, ProviderCommand, StatusChange, TaskSuite
from crowdsourcing.providers.base import RemotePool, RemoteTask
from crowdsourcing.selectors.clock import platform_now
from crowdsourcing.statuses import Cause, PoolStatus, ReissuePolicy

# Close reasons that somebody chose; the platform closes by itself for every other.
_BY_HAND = ("MANUAL", "FOR_UPDATE")
# The name of a change of a job's suite: it was offered to one more Toloker.
REISSUED = "REISSUED"
WITHDRAWN = "WITHDRAWN"


@transaction.atomic
def mirror_pool(pool: Pool, news: RemotePool, command: ProviderCommand | None = None) -> bool:
    """Whether anything changed. `pool` itself learns what was written."""
    locked = Pool.objects.select_for_update(of=("self",)).select_related("crowd_project__account").get(pk=pool.pk)
    old = locked.status
    changed = [] if is_stale(locked.mirrored_at, news.seen_at) else changed_fields(
        locked, {"remote_id": news.id, "status": news.status[:32], "last_close_reason": news.last_close_reason[:64],
                 **({} if news.auto_accept is None else {"remote_auto_accept": news.auto_accept})})
    if changed:
        locked.mirrored_at = news.seen_at
        with changing("pool", [locked.pk], actor=command.actor if command else None):
            locked.save(update_fields=[*changed, "mirrored_at", "updated_at"])
    if old != locked.status:
        closed_itself = locked.status == PoolStatus.CLOSED and bool(news.last_close_reason) and news.last_close_reason not in _BY_HAND
        status_change(
            target_type=ProviderCommand.Target.POOL, target_id=locked.pk, old=old, new=locked.status,
            command=command, cause=Cause.SYSTEM if closed_itself else Cause.PLATFORM,
            comment=news.last_close_reason if closed_itself else "", at=platform_now(locked.crowd_project.account)).save()
    for field in ("remote_id", "status", "last_close_reason", "remote_auto_accept", "mirrored_at"):
        setattr(pool, field, getattr(locked, field))
    return bool(changed)


@transaction.atomic
def mirror_tasks(pool: Pool, news: Sequence[RemoteTask], command: ProviderCommand | None = None) -> int:
    """Ids and overlaps of the pool's tasks; how many suites changed. Tasks that are not ours are passed over.

    A task seen for the first time, and each place added to its overlap, sets its price aside; a place that was taken back sets it free.
    More overlap than before means the job is offered again.
    """
    lock_pool(pool)
    suites = {suite.pk: suite for suite in _suites_of(pool, news)}
    changed: list[TaskSuite] = []
    moved: list[tuple[TaskSuite, int]] = []
    places = withdrawn = 0
    for task in news:
        suite = suites.get(_suite_id(task))
        if suite is None or is_stale(suite.mirrored_at, task.seen_at):
            continue
        published, before = bool(suite.remote_task_id), suite.overlap
        if not changed_fields(suite, {"remote_task_id": task.id, "overlap": task.overlap}):
            continue
        suite.mirrored_at = task.seen_at
        changed.append(suite)
        places += max(0, task.overlap - before) if published else task.overlap
        withdrawn += max(0, before - task.overlap) if published else 0
        if published and before != task.overlap:
            moved.append((suite, before))
    if changed:
        TaskSuite.objects.bulk_update(changed, ["remote_task_id", "overlap", "mirrored_at"], batch_size=1000)
        add_budget(pool, places * pool.reward_per_assignment)
        take_back_budget(pool, withdrawn * pool.reward_per_assignment)
    if moved:
        StatusChange.objects.bulk_create([_reissue(pool, suite, before, command) for suite, before in moved])
        drive_jobs([suite.pk for suite, _ in moved])
    return len(changed)


def _suites_of(pool: Pool, news: Sequence[RemoteTask]) -> list[TaskSuite]:
    return list(pool.task_suites.filter(pk__in=[_suite_id(task) for task in news]))


def _suite_id(task: RemoteTask) -> int:
    try:
        return suite_id_of(task.job_key)
    except BadKey:
        return 0


def _reissue(pool: Pool, suite: TaskSuite, before: int, command: ProviderCommand | None) -> StatusChange:
    by_rule = pool.reissue_policy == ReissuePolicy.AT_ONCE
    return status_change(
        target_type=ProviderCommand.Target.TASK_SUITE, target_id=suite.pk, old="", command=command,
        new=REISSUED if suite.overlap > before else WITHDRAWN, cause=Cause.SYSTEM if by_rule else Cause.PLATFORM,
        at=platform_now(pool.crowd_project.account))
