"""Checking a price for a page of tasks."""
from decimal import Decimal

from sandbox.forms.checker import Checker

SMALLEST_PRICE = Decimal("0.005")
LARGEST_PRICE = 100_000


def check_price(check: Checker, name: str) -> None:
    """USD: 0, or from 0.005 to 100,000 with at most six digits after the point."""
    price = check.number(name, 0, LARGEST_PRICE, required=True)
    if price and price < SMALLEST_PRICE:
        check.fail(name, "VALUE_LESS_THAN_MIN", f"A price is 0 or at least {SMALLEST_PRICE}", min=str(SMALLEST_PRICE))
    elif price and price != round(price, 6):
        check.fail(name, "INVALID_VALUE", "A price has at most six digits after the point")
