"""The charts of the pages of quality, out of what crowdsourcing.quality.reports says."""
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from django.utils.formats import date_format

from crowdsourcing.charts import Axis, Columns, columns, percent, trimmed
from crowdsourcing.durations import duration
from crowdsourcing.quality.reports import Days, Distribution, Summary, Verification
from crowdsourcing.quality.statistics import SCORE_EDGES, TIME_EDGES, Quartiles

_UNITS = {"hour": "Hour", "day": "Day", "week": "Week from", "month": "Month"}
_SCORES = [f"{edge:g}" for edge in SCORE_EDGES]
_TIMES = [duration(edge) if edge else "0" for edge in TIME_EDGES[:-1]] + ["longer"]


def decisions(days: Days) -> Columns | None:
    """None before anything was decided."""
    if not days.periods:
        return None
    names = [_named(period.start, days.unit, days.periods[0].start) for period in days.periods]
    accepted, all_of_them = sum(days.accepted), sum(days.accepted) + sum(days.rejected)
    return columns("decisions", "Decisions over time",
                   f"Accepted are {accepted} of {_jobs(all_of_them)} that were decided, {_part(accepted, all_of_them)}.",
                   {"accepted": days.accepted, "rejected": days.rejected}, Axis(_UNITS[days.unit], names=names))


def _named(start: datetime, unit: str, first: datetime) -> str:
    if unit == "month":
        return date_format(start, "M y")
    if unit == "hour":
        return date_format(start, "j M, H:i" if start.hour == 0 or start == first else "H:i")
    return date_format(start, "j M")


def _jobs(number: int) -> str:
    return "1 job" if number == 1 else f"{number} jobs"


def _part(part: int, whole: int) -> str:
    return percent(part / whole if whole else None)


def scores(found: Distribution, key: str, title: str, summary: str, head: str = "Score", unit: str = "jobs") -> Columns | None:
    return columns(key, title, summary, found.counts, Axis(head, unit, edges=_SCORES)) if found.number else None


def truth(found: Distribution, summary: Summary) -> Columns | None:
    share = summary.truth
    return scores(found, "truth", "Score by the ground truth",
                  f"{'1 job was' if share.whole == 1 else f'{share.whole:g} jobs were'} measured; the mean is {percent(share.value)}. "
                  "Further right is better.")


def suspicion(found: Distribution) -> Columns | None:
    high = sum(sum(counts[6:]) for counts in found.counts.values())
    return scores(found, "suspicion", "Suspicion",
                  f"{high} of {_jobs(found.number)} looked highly suspicious (0.6 and more). Further left is better.",
                  "Suspicion")


def confidence(said: Verification) -> Columns | None:
    return scores(said.confidence, "confidence", "How sure the answers are",
                  f"Settled are {sum(said.settled.values())} of {said.questions} question{'' if said.questions == 1 else 's'}. "
                  "Further right is surer.", "Confidence",
                  "questions")


def agreement(found: Distribution) -> Columns | None:
    agreed, whole = sum(found.counts.get("agreed", ())), found.number
    return scores(found, "agreement", "Agreement of those who did one job",
                  f"Those who did it agree on {agreed} of {_jobs(whole)}, {_part(agreed, whole)}. Further right is better.", "Agreement")


def times(found: Distribution, quartiles: Quartiles | None) -> Columns | None:
    """Seconds a job; the median as a line."""
    if not found.number or quartiles is None:
        return None
    counts, edges, cut = trimmed(found.counts, _TIMES)
    summary = (f"Half of the jobs took less than {duration(quartiles.median)}; the middle half took {duration(quartiles.low)} "
               f"to {duration(quartiles.high)}.")
    return columns("times", "Time per job", summary, counts, Axis(
        "Time", edges=edges, marker=(_place(quartiles.median, TIME_EDGES) - cut, f"median {duration(quartiles.median)}")))


def _place(value: float, edges: Sequence[float]) -> float:
    """Where a value stands among the bins, in bins from the left."""
    for number, (low, high) in enumerate(pairwise(edges)):
        if value < high:
            return number + (value - low) / (high - low)
    return len(edges) - 1.5
