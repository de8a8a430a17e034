"""Jobs that go to another Toloker by themselves: rejected ones whose dispute period is over, where the pool's policy says so, and those
on which several people do not agree yet; and offers that nobody is wanted for any more."""
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, DateTimeField, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value
from django.utils import timezone

from crowdsourcing import selectors
from crowdsourcing.intents import insert_reissue, insert_withdrawal
from crowdsourcing.models import Assignment, Consensus, Pool, TaskSuite
from crowdsourcing.selectors.clock import our_time
from crowdsourcing.selectors.policies import policy_of
from crowdsourcing.statuses import AssignmentStatus, CommandKind, CommandStatus, PoolStatus, ProjectStatus, ReissuePolicy
from crowdsourcing.transitions import CONSUMES_OVERLAP, Refused

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
    rejected = Q(job__stage="validation", job__state="rejected") | Q(job__replicas__state="rejected")
    candidates = TaskSuite.objects.filter(
        rejected, pool__reissue_policy=ReissuePolicy.AFTER_DISPUTE, pool__crowd_project__status=ProjectStatus.ACTIVE,
        assignments__status=AssignmentStatus.REJECTED,
    ).exclude(Exists(_disputable())).exclude(pool__status__in=[PoolStatus.ARCHIVED, PoolStatus.LOCKED]).select_related(
        "pool__crowd_project__account").distinct()
    for suite in candidates:
        if _is_due(suite):
            yield suite


def _disputable() -> QuerySet[Assignment]:
    """Of a suite: rejected work whose dispute period is not over by the platform's clock. Most rejected jobs have some: they are not
    looked at one by one."""
    now = ExpressionWrapper(
        Value(timezone.now() - timedelta(days=settings.DISPUTE_DAYS), output_field=DateTimeField())
        + ExpressionWrapper(F("pool__crowd_project__account__clock_offset_seconds")
                            * Value(timedelta(seconds=1), output_field=DurationField()), output_field=DurationField()),
        output_field=DateTimeField())
    return Assignment.objects.filter(task_suite=OuterRef("pk"), status=AssignmentStatus.REJECTED, rejected__gt=now)


def _is_due(suite: TaskSuite) -> bool:
    if len(selectors.people_at(suite)) >= suite.pool.overlap:
        # Others took the places of those who were rejected. Whether they agree is another matter (ask_one_more).
        return False
    latest = suite.assignments.filter(status=AssignmentStatus.REJECTED).order_by("-rejected").first()
    if latest is None or latest.rejected is None:
        return False
    account = suite.pool.crowd_project.account
    ends = latest.rejected + timedelta(days=settings.DISPUTE_DAYS)
    if selectors.platform_now(account) < ends or selectors.obstacles(suite, CommandKind.REISSUE_JOB):
        return False
    rejected = our_time(account, latest.rejected)
    return not _failed_since(suite, rejected)


def _failed_since(suite: TaskSuite, moment: datetime) -> bool:
    """Whether we asked by ourselves since then, and were refused."""
    last = selectors.latest_command(suite)
    return last is not None and last.status == CommandStatus.FAILED and last.actor_id is None and last.created_at > moment


def ask_one_more(pool: Pool) -> list[UUID]:
    """Offer jobs on which people do not agree to one more, if the pool's policy decides by consensus; ids of the commands.

    Nobody is asked while somebody still has the job, or has not come for it yet, nor once as many are accepted as are wanted: somebody
    decided that they will do.
    """
    policy = policy_of(pool)
    if pool.overlap < 2 or policy is None or not policy.config.get("consensus") or policy.is_stopped:
        return []
    found: list[UUID] = []
    torn = TaskSuite.objects.filter(pool=pool, consensus__outcome=Consensus.Outcome.MORE, consensus__people__gte=pool.overlap).exclude(
        assignments__status=AssignmentStatus.ACTIVE).select_related("pool__crowd_project__account", "consensus")
    for suite in torn.order_by("pk"):
        counted = suite.consensus.measured_at
        if selectors.is_enough(suite) or selectors.obstacles(suite, CommandKind.REISSUE_JOB):
            continue
        if counted is not None and _failed_since(suite, counted):
            continue
        try:
            with transaction.atomic(durable=True):
                found.append(insert_reissue(actor=None, task_suite=suite).pk)
        except Refused as refusal:
            log.info("Job of suite %s is not offered to one more now: %s", suite.pk, refusal.code)
    return found


def withdraw_spare(pool: Pool) -> list[UUID]:
    """Take back what the platform offers beyond what is wanted; ids of the commands. After a look at the platform.

    The handlers of decisions do so at once; this is for what they could not see: the platform's own rule offers a rejected job again some
    time after the rejection, and work is accepted by the platform itself or in its own pages.
    """
    if pool.status == PoolStatus.ARCHIVED:
        return []
    found: list[UUID] = []
    used = Count("assignments", filter=Q(assignments__status__in=CONSUMES_OVERLAP))
    raised = (pool.task_suites.filter(overlap__gt=F("pool__overlap")).exclude(remote_task_id="")
              .annotate(used=used).filter(overlap__gt=F("used")))
    for suite in raised.select_related("pool__crowd_project__account").order_by("pk"):
        if not selectors.spare_places(suite) or _refused_before(suite):
            continue
        try:
            with transaction.atomic(durable=True):
                found.append(insert_withdrawal(actor=None, task_suite=suite).pk)
        except Refused as refusal:
            log.info("The offer of suite %s is not taken back now: %s", suite.pk, refusal.code)
    return found


def _refused_before(suite: TaskSuite) -> bool:
    """Whether the platform did not let us take back the same offer: it is not asked for ever."""
    last = selectors.latest_command(suite)
    return (last is not None and last.kind == CommandKind.WITHDRAW_OFFER and last.status == CommandStatus.FAILED
            and last.payload["overlap"] == suite.overlap)
