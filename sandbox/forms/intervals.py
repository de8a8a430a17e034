"""Checking lists of intervals `{from, to, ...}`: prices by skill, and how often certain tasks are given."""
from sandbox.forms.checker import Checker

MOST_INTERVALS = 10_000
LARGEST_COUNT = 1_000_000
LARGEST_FREQUENCY = 10_000_000
SCOPES = ("POOL", "PROJECT")


def check_intervals(owner: Checker, low: int, high: int) -> list[Checker]:
    """`intervals` of the owner: 1 to 10,000, bounds included, `from` missing means `low`, `to` missing without end; none overlap.

    Returns their checkers, so that the rest of each can be looked at.
    """
    parts = owner.parts("intervals", required=True)
    if not parts and owner.at("intervals") not in owner.errors:
        owner.fail("intervals", "ARRAY_SIZE_LESS_THAN_MIN", "At least one interval is expected", min=1)
    if len(parts) > MOST_INTERVALS:
        owner.fail("intervals", "ARRAY_SIZE_GREATER_THAN_MAX", f"At most {MOST_INTERVALS} intervals", max=MOST_INTERVALS)
        return []
    bounds = []
    for part in parts:
        first, last = part.integer("from", low, high), part.integer("to", low, high)
        if first is not None and last is not None and last < first:
            part.fail("to", "VALUE_LESS_THAN_MIN", "The interval ends before it begins", min=str(first))
        bounds.append((low if first is None else first, high if last is None else last, part))
    for (_, end, _), (start, _, part) in zip(ordered := sorted(bounds, key=lambda bound: bound[:2]), ordered[1:], strict=False):
        if start <= end:
            part.fail("from", "INVALID_VALUE", "The interval overlaps another one")
    return parts


def check_distribution(owner: Checker, name: str) -> None:
    """A task distribution function. Scope and window may be missing, as in Toloka's own examples."""
    function = owner.part(name)
    if function is None:
        return
    function.choice("scope", SCOPES)
    function.choice("distribution", ("UNIFORM",), required=True)
    function.integer("window_days", 1, 365)
    for part in check_intervals(function, 0, LARGEST_COUNT):
        part.integer("frequency", 1, LARGEST_FREQUENCY, required=True)
