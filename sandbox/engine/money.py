"""Where money is. Submitting holds price and fee, a rejection gives them back, an acceptance pays them out.

All amounts are USD, Decimal. Every movement is one ledger row and the matching change of the balances; what costs nothing moves
nothing, and locks nobody's account.
"""
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.db import connection
from django.db.models import F, Sum

from sandbox.errors import ApiError
from sandbox.models import Assignment, LedgerEntry, Requester, Toloker, UserBonus

_STEP = Decimal("0.000001")


def fee_for(reward: Decimal) -> Decimal:
    """The platform's fee on a price, from SANDBOX_FEE_PERCENT, to a millionth."""
    return (reward * Decimal(settings.SANDBOX_FEE_PERCENT) / 100).quantize(_STEP, ROUND_HALF_UP)


def spendable(requester_id: str, *, lock: bool = False) -> Decimal:
    """Balance less what ACTIVE assignments will cost if they are submitted.

    `lock`: nobody else spends or promises anything of it until the transaction ends.
    """
    rows = Requester.objects.select_for_update(no_key=True) if lock else Requester.objects.all()
    balance = rows.values_list("balance", flat=True).get(pk=requester_id)
    promised = Assignment.objects.filter(status="ACTIVE", pool__project__requester_id=requester_id).aggregate(
        total=Sum(F("reward") + F("fee")))["total"]
    return balance - (promised or Decimal(0))


def top_up(requester_id: str, amount: Decimal, at: datetime) -> None:
    _write(at, "TOP_UP", "outside", f"requester:{requester_id}", amount)
    Requester.objects.filter(pk=requester_id).update(balance=F("balance") + amount)


def hold(assignment: Assignment, requester_id: str, at: datetime) -> None:
    """On submit: price and fee leave the balance and wait."""
    cost = assignment.reward + assignment.fee
    if not cost:
        return
    _write(at, "HOLD", f"requester:{requester_id}", f"held:{requester_id}", cost, assignment)
    Requester.objects.filter(pk=requester_id).update(balance=F("balance") - cost, held=F("held") + cost)
    Toloker.objects.filter(pk=assignment.toloker_id).update(on_review=F("on_review") + assignment.reward)


def release(assignment: Assignment, requester_id: str, at: datetime) -> None:
    """On rejection: what waited goes back."""
    cost = assignment.reward + assignment.fee
    if not cost:
        return
    _write(at, "RELEASE", f"held:{requester_id}", f"requester:{requester_id}", cost, assignment)
    Requester.objects.filter(pk=requester_id).update(balance=F("balance") + cost, held=F("held") - cost)
    Toloker.objects.filter(pk=assignment.toloker_id).update(on_review=F("on_review") - assignment.reward)


def pay(assignment: Assignment, requester_id: str, at: datetime) -> None:
    """On acceptance: the Toloker gets the price, the platform its fee."""
    if not assignment.reward + assignment.fee:
        return
    _write(at, "REWARD", f"held:{requester_id}", f"toloker:{assignment.toloker_id}", assignment.reward, assignment)
    _write(at, "FEE", f"held:{requester_id}", "fee", assignment.fee, assignment)
    Requester.objects.filter(pk=requester_id).update(held=F("held") - assignment.reward - assignment.fee)
    Toloker.objects.filter(pk=assignment.toloker_id).update(
        on_review=F("on_review") - assignment.reward, balance=F("balance") + assignment.reward)


def hold_again(assignment: Assignment, requester_id: str, at: datetime) -> None:
    """Before a rejected assignment is accepted after all. 409 NOT_ENOUGH_BALANCE: what is promised to those at work is not spent."""
    cost = assignment.reward + assignment.fee
    if cost and spendable(requester_id, lock=True) < cost:
        raise ApiError("NOT_ENOUGH_BALANCE")
    hold(assignment, requester_id, at)


def pay_bonuses(bonuses: list[UserBonus], requester_id: str, at: datetime) -> None:
    """Each bonus and the fee on it leave the balance at once. The Tolokers and the requester are locked by the caller."""
    spent = Decimal(0)
    entries = []
    for bonus in bonuses:
        fee = fee_for(bonus.amount)
        spent += bonus.amount + fee
        for kind, credit, amount in (("BONUS", f"toloker:{bonus.toloker_id}", bonus.amount), ("FEE", "fee", fee)):
            if amount:
                entries.append(LedgerEntry(at=at, kind=kind, debit=f"requester:{requester_id}", credit=credit, amount=amount, bonus=bonus))
    LedgerEntry.objects.bulk_create(entries, batch_size=2_000)
    Requester.objects.filter(pk=requester_id).update(balance=F("balance") - spent)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sandbox_toloker AS t SET balance = t.balance + paid.amount FROM (SELECT toloker_id, sum(amount) AS amount"
            " FROM sandbox_userbonus WHERE id = ANY(%s) GROUP BY toloker_id) AS paid WHERE t.id = paid.toloker_id",
            [[bonus.id for bonus in bonuses]])


def _write(at: datetime, kind: str, debit: str, credit: str, amount: Decimal, assignment: Assignment | None = None) -> None:
    if amount:
        LedgerEntry.objects.create(at=at, kind=kind, debit=debit, credit=credit, amount=amount, assignment=assignment)
