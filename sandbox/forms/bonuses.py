"""Checking bonuses."""
from decimal import Decimal
from typing import Any

from sandbox.forms.checker import Checker

READ_ONLY = ("id", "created", "__item_idx")
SMALLEST, LARGEST = Decimal("0.005"), Decimal(100)
_MESSAGE = ("public_title", "public_message")


def bonus_form(body: Any) -> tuple[Checker, Decimal]:
    """(the checker with what is wrong, the amount)."""
    check = Checker(body)
    check.text("user_id", required=True)
    amount = check.number("amount", SMALLEST, LARGEST, required=True) or Decimal(0)
    if amount != round(amount, 6):
        check.fail("amount", "INVALID_VALUE", "An amount has at most six digits after the point")
    check.text("private_comment")
    check.text("assignment_id")
    silent = check.boolean("without_message")
    for name in _MESSAGE:
        if silent and check.data.get(name) is not None:
            check.fail(name, "VALUE_NOT_ALLOWED", "A bonus without_message has no message")
        elif not silent:
            _check_texts(check, name)
    return check, amount


def _check_texts(check: Checker, name: str) -> None:
    """A text by language: `{"EN": "Well done"}`."""
    texts = check.part(name, required=True)
    if texts is None:
        return
    if not texts.data:
        check.fail(name, "EMPTY_OBJECT_NOT_ALLOWED", "Say it in one language at least")
    for language in texts.data:
        texts.text(language, required=True)
