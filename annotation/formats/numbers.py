"""Numbers out of text, without what Python would take besides: "1_0", "nan", "infinity"."""
import re

_NUMBER = re.compile(r"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,4})?\s*")


def number_of(text: str) -> float | None:
    """None for what is no number."""
    return float(text) if len(text) < 400 and _NUMBER.fullmatch(text) else None
