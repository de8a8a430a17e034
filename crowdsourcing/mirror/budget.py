"""Money set aside for a pool."""
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, F, Q, Sum, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from crowdsourcing.mirror.locks import lock_pool
from crowdsourcing.models import LedgerEntry, Pool
from crowdsourcing.selectors.money import pool_money
from crowdsourcing.statuses import AssignmentStatus
from crowdsourcing.transitions import CONSUMES_OVERLAP


def add_budget(pool: Pool, amount: Decimal) -> None:
    if amount > 0:
        LedgerEntry.objects.create(pool=pool, kind=LedgerEntry.Kind.BUDGET, amount=amount, at=timezone.now())


def take_back_budget(pool: Pool, amount: Decimal) -> None:
    """Of places that are not offered any more, as far as nothing that is still to be done needs the money. Under the pool's lock, after
    the places are written."""
    spare = min(amount, pool_money(pool)["free"] - _needed(pool))
    if spare > 0:
        LedgerEntry.objects.create(pool=pool, kind=LedgerEntry.Kind.WITHDRAW, amount=spare, at=timezone.now())


@transaction.atomic
def cover_price(pool: Pool) -> None:
    """After a higher price: set aside what the jobs that are still to be done cost now."""
    lock_pool(pool)
    add_budget(pool, _needed(pool) - pool_money(pool)["free"])


def _needed(pool: Pool) -> Decimal:
    """What the places that are still to be taken cost now, and those that people work at."""
    suites = pool.task_suites.exclude(remote_task_id="").annotate(
        used=Count("assignments", filter=Q(assignments__status__in=CONSUMES_OVERLAP)))
    remaining = suites.aggregate(total=Coalesce(Sum(Greatest(F("overlap") - F("used"), Value(0))), 0))["total"]
    being_done = pool.assignments.filter(status=AssignmentStatus.ACTIVE).aggregate(total=Sum("reward"))["total"] or Decimal(0)
    return pool.reward_per_assignment * remaining + being_done
