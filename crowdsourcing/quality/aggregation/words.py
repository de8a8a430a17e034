"""Outcomes as one plain sentence with its numbers: verdicts quote them."""
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crowdsourcing.quality.aggregation.results import ItemResult, WorkerResult


def people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"


def share(value: float) -> str:
    """Three digits, cut off: 0.7999 is not shown as the 0.8 that it misses."""
    return f"{math.floor(value * 1000 + 1e-6) / 1000:.3f}"


def quoted(label: Any) -> str:
    return f"“{label}”"


def listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def item_sentence(result: "ItemResult") -> str:
    """One item's outcome."""
    if result.by_truth:
        return _truth(result)
    if not result.votes:
        return f"Nobody has voted yet: {_next(result)}."
    said = _said(result)
    if result.answer is not None:
        wanted = f", {result.rule.min_confidence:g} wanted" if result.rule.min_confidence else ""
        unsure = result.confidence < result.rule.min_confidence - 1e-9
        last = f"; with {people(result.votes)} the leading answer is taken" if unsure else ""
        return f"{said}: {quoted(result.answer)} with confidence {share(result.confidence)}{wanted}{last}."
    if len(result.leaders) != 1:
        tie = "a tie" if result.leaders else "no answer with any weight behind it"
        return f"{said}: {tie}, which decides nothing; {_next(result)}."
    if result.votes < result.rule.min_votes:
        return f"{said}; a decision takes {result.rule.min_votes}: {_next(result)}."
    return f"{said}: confidence {share(result.confidence)} is below the {result.rule.min_confidence:g} wanted; {_next(result)}."


def _said(result: "ItemResult") -> str:
    """Most first; labels in an order of their own, so that the sentence does not depend on how they are listed."""
    order = sorted(result.counts, key=lambda label: (-result.counts[label], str(label)))
    first, *rest = order
    begin = f"{result.counts[first]} of {people(result.votes)} said {quoted(first)}"
    said = listed([begin, *(f"{result.counts[label]} {quoted(label)}" for label in rest)])
    if result.behind is None:
        return said
    weights = " against ".join(f"{result.behind[label]:.2f}" for label in order)
    return f"{said} (weight {weights})"


def _next(result: "ItemResult") -> str:
    if result.more:
        return "one more vote is needed" if result.more == 1 else f"{result.more} more votes are needed"
    return f"more than {people(result.rule.max_votes or 0)} are not asked, so the requester decides"


def _truth(result: "ItemResult") -> str:
    (answer,) = result.leaders
    begin = f"The ground truth says {quoted(answer)}"
    if not result.votes:
        return f"{begin}; nobody has voted."
    return f"{begin}; {result.counts.get(answer, 0)} of {people(result.votes)} said so."


def worker_sentence(result: "WorkerResult") -> str:
    """One person's quality."""
    if result.quality is None:
        return f"{_votes(result.votes)}, none of which could be compared with anybody's: the quality is unknown."
    interval = f"quality {share(result.quality)}, with 95 % certainty between {share(result.low)} and {share(result.high)}"
    if result.compared == "others":
        return f"Said what the others decided in {result.right:g} of {result.counted:g} votes that could be compared: {interval}."
    checked = f" ({result.checked_right} of {result.checked} checked by ground truth are)" if result.checked else ""
    return f"{result.right:.1f} of {_votes(result.votes)} are expected to be right{checked}: {interval}."


def _votes(number: int) -> str:
    return "1 vote" if number == 1 else f"{number} votes"
