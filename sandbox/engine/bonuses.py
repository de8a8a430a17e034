"""Bonuses: money beside the price, paid at once."""
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from sandbox import times
from sandbox.engine import money
from sandbox.errors import ApiError
from sandbox.models import Toloker, UserBonus


@transaction.atomic
def pay(requester_id: str, bonuses: list[UserBonus], at: datetime) -> None:
    """Save these new bonuses of one requester and pay them and the fee on them: all or none. 409 NOT_ENOUGH_BALANCE.

    What is promised to those at work is not spent. Ids are drawn with the requester's row locked, so they ascend for whoever pages.
    """
    tolokers = {bonus.toloker_id for bonus in bonuses}
    list(Toloker.objects.filter(pk__in=tolokers).order_by("id").select_for_update(no_key=True).values_list("id"))
    spendable = money.spendable(requester_id, lock=True)
    if bonuses and spendable < sum(bonus.amount + money.fee_for(bonus.amount) for bonus in bonuses):
        raise ApiError("NOT_ENOUGH_BALANCE")
    UserBonus.objects.bulk_create(bonuses, batch_size=2_000)
    money.pay_bonuses(bonuses, requester_id, at)


def ids_of(assignment_ids: Iterable[str]) -> dict[str, list[str]]:
    """Ids of the bonuses for each of these assignments that has any, in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for assignment_id, key in (UserBonus.objects.filter(assignment_id__in=set(assignment_ids)).order_by("id")
                               .values_list("assignment_id", "id")):
        found[str(assignment_id)].append(str(key))
    return dict(found)


def newest_of(toloker_id: str, most: int = 50) -> list[dict[str, Any]]:
    """What a Toloker sees of his bonuses, the newest first."""
    return [{"id": str(bonus.id), "amount": bonus.amount, "public_title": bonus.form.get("public_title"),
             "public_message": bonus.form.get("public_message"), "assignment_id": bonus.assignment_id, "created": times.show(bonus.created)}
            for bonus in UserBonus.objects.filter(toloker_id=toloker_id).order_by("-id")[:most]]
