"""Rejected jobs whose dispute period is over go to another Toloker, where the pool's policy says so."""
import logging
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from crowdsourcing import selectors
from crowdsourcing.intents import insert_reissue
from crowdsourcing.models import TaskSuite
from crowdsourcing.selectors.clock import our_time
from crowdsourcing.statuses import AssignmentStatus, CommandKind, CommandStatus, PoolStatus, ProjectStatus, ReissuePolicy
from crowdsourcing.transitions import Refused

log = logging.getLogger(__name__)


def reissue_after_dispute() -> list[UUID]:
    """Insert a command for each job that is due; their ids. What the platform refused once is not asked again by itself."""
    found: list[UUID] = []
    for suite in _due():
        try:
            with transaction.atomic(durable=True):
                found.append(insert_reissue(actor=None, task_suite=suite).pk)
        except Refused as refusal:
            log.info("Job of suite %s is not reissued now: %s", suite.pk, refusal.code)
    return found


def _due() -> Iterator[TaskSuite]:
    candidates = TaskSuite.objects.filter(
        pool__reissue_policy=ReissuePolicy.AFTER_DISPUTE, pool__crowd_project__status=ProjectStatus.ACTIVE,
        job__stage="validation", job__state="rejected", assignments__status=AssignmentStatus.REJECTED,
    ).exclude(pool__status__in=[PoolStatus.ARCHIVED, PoolStatus.LOCKED]).select_related("pool__crowd_project__account").distinct()
    for suite in candidates:
        if _is_due(suite):
            yield suite


def _is_due(suite: TaskSuite) -> bool:
    latest = selectors.latest_assignment(suite)
    if latest is None or latest.rejected is None:
        return False
    account = suite.pool.crowd_project.account
    ends = latest.rejected + timedelta(days=settings.DISPUTE_DAYS)
    if selectors.platform_now(account) < ends or selectors.obstacles(suite, CommandKind.REISSUE_JOB):
        return False
    rejected = our_time(account, latest.rejected)
    last = selectors.latest_command(suite)
    return not (last is not None and last.status == CommandStatus.FAILED and last.actor_id is None and last.created_at > rejected)
