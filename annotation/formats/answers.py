"""Answers to attributes out of JSON."""
from typing import Any


def text_of(value: Any) -> str:
    """As our attributes spell it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return "" if value is None else str(value)
