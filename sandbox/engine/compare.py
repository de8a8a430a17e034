"""The comparison words of filters and of quality conditions."""
from typing import Any

OPERATORS = ("EQ", "NE", "GT", "GTE", "LT", "LTE", "IN", "NOT_IN")


def holds(have: Any, operator: str, want: Any) -> bool:
    """Whether `have operator want`. Unknown (None) compares false, except that NE and NOT_IN are then true.

    `EQ null` means "has none" and `NE null` "has one". A list on the left (languages, a region with those around it)
    is IN if any member is.
    """
    if operator in ("NE", "NOT_IN"):
        return not holds(have, "EQ" if operator == "NE" else "IN", want)
    if operator == "EQ":
        return bool(have == want)
    if have is None or want is None:
        return False
    if operator == "IN":
        wanted = want if isinstance(want, list) else [want]
        return any(item in wanted for item in (have if isinstance(have, list) else [have]))
    return _ordered(have, operator, want)


def _ordered(have: Any, operator: str, want: Any) -> bool:
    try:
        return {"GT": have > want, "GTE": have >= want, "LT": have < want, "LTE": have <= want}[operator]
    except TypeError:
        return False
