"""Task distribution functions: which tasks in the row that a Toloker does are chosen. Pure.

`{scope POOL | PROJECT, distribution UNIFORM, window_days, intervals: [{from, to, frequency}]}`: the first task of an interval is
chosen and then every `frequency`-th; outside the intervals none. Tasks are numbered from 1.
"""
from bisect import bisect_right
from collections.abc import Iterable
from typing import Any


def chosen(function: dict[str, Any], numbers: Iterable[int]) -> set[int]:
    """Those of these places in the row that the function chooses."""
    intervals = sorted(((max(int(given.get("from") or 1), 1), given.get("to"), int(given["frequency"]))
                        for given in function.get("intervals") or []), key=lambda interval: interval[0])
    starts = [start for start, _, _ in intervals]
    found = set()
    for number in numbers:
        place = bisect_right(starts, number) - 1
        if place >= 0:
            start, end, frequency = intervals[place]
            if (end is None or number <= end) and (number - start) % frequency == 0:
                found.add(number)
    return found
