"""/v1/user-bonuses."""
from decimal import Decimal
from typing import Any

from django.db.models import CharField, QuerySet
from django.db.models.expressions import RawSQL

from sandbox import times
from sandbox.api import batches
from sandbox.api.batches import Batch, Errors
from sandbox.api.door import my_bonus, my_id
from sandbox.api.listing import Listing, each
from sandbox.engine import bonuses as engine
from sandbox.errors import ApiError
from sandbox.forms.bonuses import READ_ONLY, bonus_form
from sandbox.forms.checker import Checker, form_of
from sandbox.http import Call, Reply
from sandbox.models import Assignment, Toloker, UserBonus

LISTING = Listing(times=("created",), numbers=("id",))
# Toloka's words: no two with the same amount, title, message and comment for one Toloker in one operation.
_SAME = ("user_id", "amount", "public_title", "public_message", "private_comment")


def show(bonus: UserBonus) -> dict[str, Any]:
    return {**bonus.form, "amount": bonus.amount, "id": str(bonus.id), "created": times.show(bonus.created)}


class BonusBatch(Batch[UserBonus]):
    """Bonuses of one request: all of them are paid, or none."""

    operation, made_as, refused_as = "USER_BONUS.BATCH_CREATE", "USER_BONUS_PERSIST", "USER_BONUS_VALIDATE"
    id_name = "user_bonus_id"
    flags = ("skip_invalid_items",)
    most_at_once = 100

    def read(self) -> tuple[dict[int, UserBonus], Errors]:
        people = _People(self.items, my_id(self.call))
        bonuses: dict[int, UserBonus] = {}
        errors: Errors = {}
        seen: set[str] = set()
        for index, item in enumerate(self.items):
            check, amount = bonus_form(item)
            people.check(check)
            twin = repr([check.data.get(name) for name in _SAME])
            if not check.errors and twin in seen:
                check.fail("user_id", "ENTITY_CONFLICT", "This Toloker gets the same bonus in the same operation already")
            seen.add(twin)
            if check.errors:
                errors[index] = check.errors
            else:
                bonuses[index] = self._bonus(form_of(check.data, READ_ONLY), amount)
        return bonuses, errors

    def _bonus(self, form: dict[str, Any], amount: Decimal) -> UserBonus:
        return UserBonus(requester_id=my_id(self.call), toloker_id=form["user_id"], assignment_id=form.get("assignment_id"),
                         amount=amount, form={"without_message": False, **form}, created=self.call.now)

    def store(self, rows: dict[int, UserBonus]) -> None:
        engine.pay(my_id(self.call), list(rows.values()), self.call.now)

    def show(self, row: UserBonus) -> dict[str, Any]:
        return show(row)

    def as_failure(self, refusal: ApiError) -> dict[str, Any] | None:
        if refusal.code != "NOT_ENOUGH_BALANCE":
            return None
        return {"amount": {"code": refusal.code, "message": refusal.message}}


class _People:
    """The Tolokers and assignments that a batch names, looked up at once."""

    def __init__(self, items: list[Any], me: str) -> None:
        self.me = me
        self.tolokers = set(Toloker.objects.filter(pk__in=_texts(items, "user_id")).values_list("id", flat=True))
        found = Assignment.objects.filter(pk__in=_texts(items, "assignment_id"))
        self.assignments = {row[0]: row[1:] for row in found.values_list("id", "toloker_id", "pool__project__requester_id")}

    def check(self, check: Checker) -> None:
        """The Toloker exists; the assignment is his, and in a pool of mine."""
        user, assignment = check.data.get("user_id"), check.data.get("assignment_id")
        if isinstance(user, str) and user not in self.tolokers:
            check.fail("user_id", "ENTITY_DOES_NOT_EXIST", "There is no such Toloker")
        if not isinstance(assignment, str):
            return
        toloker, requester = self.assignments.get(assignment, (None, None))
        if requester is None:
            check.fail("assignment_id", "ENTITY_DOES_NOT_EXIST", "There is no such assignment")
        elif requester != self.me:
            check.fail("assignment_id", "ENTITY_ACCESS_DENIED", "The assignment is another requester's")
        elif toloker != user:
            check.fail("assignment_id", "INVALID_VALUE", "The assignment is another Toloker's")


def _texts(items: list[Any], name: str) -> set[str]:
    named = {item[name] for item in items if isinstance(item, dict) and isinstance(item.get(name), str)}
    return {text for text in named if "\x00" not in text}


def create(call: Call) -> Reply:
    """One bonus or many, at once or as an operation."""
    return batches.create(call, BonusBatch)


def listing(call: Call) -> Any:
    return LISTING.page(call, _asked_for(call), each(show))


def _asked_for(call: Call) -> QuerySet[UserBonus]:
    """Mine; of one Toloker, for one assignment, with one private comment if asked."""
    query = call.request.GET
    rows = UserBonus.objects.filter(requester_id=my_id(call))
    for name, column in (("user_id", "toloker_id"), ("assignment_id", "assignment_id")):
        if query.get(name):
            rows = rows.filter(**{column: query[name]})
    if query.get("private_comment"):
        rows = rows.annotate(comment=RawSQL("form::jsonb ->> 'private_comment'", [], CharField())).filter(comment=query["private_comment"])
    return rows


def one(call: Call, key: str) -> Any:
    return show(my_bonus(call, key))
