"""Decisions of a policy that never got through to the platform: tried for an hour while it was away, or sent with a bad key.

What the platform refused is left to people; this was never said no to. It is asked for again, the same command, once a look at the pool
has worked since, as long as a policy is in force and nobody took the work up meanwhile.
"""
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from crowdsourcing.models import Assignment, Pool, ProviderCommand, Verdict
from crowdsourcing.quality.deciding import in_force
from crowdsourcing.selectors.corrections import in_hand
from crowdsourcing.selectors.policies import BY_HAND
from crowdsourcing.selectors.queue import undecided
from crowdsourcing.statuses import AssignmentStatus, CommandStatus

# Between giving up and the next try.
REST = timedelta(minutes=30)
# Not about the work: the key, or money.
_NOT_THE_WORK = ("BadCredentials", "AUTHENTICATION_ERROR", "OAUTH_AUTHENTICATION_ERROR", "UNREADABLE_KEY", "HTTP_401", "HTTP_403",
                 "NotEnoughBalance", "NOT_ENOUGH_BALANCE", "HTTP_402")


def resume_decisions(pool: Pool) -> Iterator[UUID]:
    """Commands that wait for their next try from now on."""
    looked = Pool.objects.filter(pk=pool.pk, sync_error="").values_list("synced_at", flat=True).first()
    if looked is None or in_force(pool) is None:
        return
    before = min(looked, timezone.now() - REST)
    for verdict in _given_up(pool).filter(command__finished_at__lt=before).values("assignment", "command"):
        if _is_resumed(verdict["assignment"], verdict["command"]):
            yield verdict["command"]


def _given_up(pool: Pool) -> QuerySet[Verdict]:
    waiting = undecided(Assignment.objects.filter(pool=pool, status=AssignmentStatus.SUBMITTED)).exclude(in_hand())
    newer = ProviderCommand.objects.filter(
        target_type=ProviderCommand.Target.ASSIGNMENT, target_id=OuterRef("assignment"), created_at__gt=OuterRef("command__created_at"))
    return Verdict.objects.filter(
        Q(command__attempts__gte=settings.COMMAND_MAX_ATTEMPTS) | Q(command__error_code__in=_NOT_THE_WORK),
        assignment__in=waiting.values("pk"), command__status=CommandStatus.FAILED, command__actor=None,
    ).exclude(source=BY_HAND).exclude(Exists(newer)).order_by("pk")


def _is_resumed(assignment: int, command: UUID) -> bool:
    """Locked as a person's decision locks it: of both at once one is made."""
    try:
        with transaction.atomic(durable=True):
            row = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment)
            if row.status != AssignmentStatus.SUBMITTED or not _given_up(row.pool).filter(command=command).exists():
                return False
            now = timezone.now()
            return bool(ProviderCommand.objects.filter(pk=command, status=CommandStatus.FAILED).update(
                status=CommandStatus.PENDING, attempts=0, claimed_at=None, finished_at=None, next_try_at=now))
    except IntegrityError:
        # Something else is asked of it.
        return False
