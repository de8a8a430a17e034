"""Marks of this room's pages. `{% load crowd %}`.

| tag | gives |
|---|---|
| `{{ amount|money }}` | "$0.05", "$0.009": two digits after the point, a third where it counts |
| `{% toloka_dot crowd_project_or_pool %}` | label Toloka, dot and word of its status; without the label: named=False |
| `{% assignment_dot assignment %}` | status of an attempt |
| `{% suspicion_dot assignment %}` | level and score; with the label Suspicion: named=True |
| `{{ assignment|reasons }}`, `{{ assignment|more_reasons }}` | why it is suspicious, one line each; all but the first |
| `{% outcome_dot outcome word count %}` | result of a job in a bulk decision |
| `{{ dict|of:key }}`, `{{ dict|find:key }}`, `{{ 3|counted:"late" }}` | a value; a value or None; "3 late" |
| `{{ seconds|duration }}` | "10 min", "1 h 30 min", "3 days" |
| `{{ share|per_cent }}` | "82 %", a dash for nothing |
| `{{ amount|money_rounded }}`, `{{ amount|money_fine }}` | whole cents; four digits after the point |
| `{% mean_suspicion 0.42 %}` | level and score of a mean |
| `{{ reason|close_reason }}` | why the platform closed a pool: "Every job was done." |
| `{{ id|short }}` | the last eight characters of a long id |
"""
from decimal import Decimal
from typing import Any

from django import template
from django.utils.safestring import SafeString

from annotation.templatetags.pages import dot
from crowdsourcing.charts import percent
from crowdsourcing.durations import duration
from crowdsourcing.models import Assignment, CrowdProject, Pool
from crowdsourcing.selectors.queue import suspicion_level
from crowdsourcing.statuses import AssignmentStatus, PoolStatus, ProjectStatus

register = template.Library()
register.filter(duration)
register.filter("per_cent", percent)

PROJECT_DOTS: dict[str, tuple[str, str]] = {
    ProjectStatus.ACTIVE: ("green", "active"), ProjectStatus.ARCHIVED: ("dark", "archived"), ProjectStatus.LOCKED: ("red", "locked"),
    "": ("gray", "not set up yet"),
}
POOL_DOTS: dict[str, tuple[str, str]] = {
    PoolStatus.OPEN: ("green", "open"), PoolStatus.CLOSED: ("gray", "closed"), PoolStatus.ARCHIVED: ("dark", "archived"),
    PoolStatus.LOCKED: ("red", "locked"), "": ("gray", "not set up yet"),
}
ASSIGNMENT_DOTS: dict[str, tuple[str, str]] = {
    AssignmentStatus.ACTIVE: ("blue", "In progress"), AssignmentStatus.SUBMITTED: ("yellow", "Waiting for review"),
    AssignmentStatus.ACCEPTED: ("green", "Accepted"), AssignmentStatus.REJECTED: ("red", "Rejected"),
    AssignmentStatus.SKIPPED: ("gray", "Skipped"), AssignmentStatus.EXPIRED: ("gray", "Time ran out"),
}

LEVEL_DOTS = {"low": "gray", "medium": "yellow", "high": "red"}
OUTCOME_DOTS = {"waiting": "gray", "asked": "blue", "done": "green", "refused": "orange", "failed": "red", "left": "dark"}

# last_close_reason of the platform -> what it means for the requester.
CLOSE_REASONS = {
    "MANUAL": "It was stopped by hand.",
    "FOR_UPDATE": "It is closed for a change and opens again by itself within 15 minutes.",
    "COMPLETED": "Every job was done.",
    "EXPIRED": "Its last day has passed. Set a later date in Update pool, then start it.",
    "NOT_ENOUGH_BALANCE": "The balance ran out. Top up the platform's account, then start it again.",
    "ASSIGNMENTS_LIMIT_EXCEEDED": "The platform's limit of assignments was reached.",
    "BLOCKED": "The platform's moderators stopped it. Ask the platform's support.",
}


@register.filter
def money(amount: Decimal | int | float | str | None) -> str:
    """US dollars; the platform counts in thousandths."""
    if amount is None or amount == "":
        return "–"
    value = Decimal(str(amount)).quantize(Decimal("0.001"))
    text = f"{value:,.3f}"
    text = text[:-1] if text.endswith("0") else text
    return f"-${text[1:]}" if text.startswith("-") else f"${text}"


@register.filter
def money_rounded(amount: Decimal) -> str:
    """Of estimates: whole cents."""
    return money(round(amount, 2))


@register.filter
def money_fine(amount: Decimal) -> str:
    """Of what costs less than a cent: "$0.0042"."""
    return f"${round(amount, 4):,f}" if amount < 1 else money(amount)


@register.simple_tag
def toloka_dot(thing: CrowdProject | Pool, named: bool = True) -> SafeString:
    kind = "pool" if isinstance(thing, Pool) else "project"
    color, word = (POOL_DOTS if isinstance(thing, Pool) else PROJECT_DOTS).get(thing.status) or ("gray", status_word(thing.status))
    hint = f"The {kind} on Toloka is {word}."
    if kind == "pool" and thing.status == PoolStatus.CLOSED:
        hint += " Not visible to Tolokers until started."
    return dot(color, f"Toloka: {word}" if named else word, hint)


@register.simple_tag
def assignment_dot(assignment: Assignment) -> SafeString:
    return dot(*(ASSIGNMENT_DOTS.get(assignment.status) or ("gray", status_word(assignment.status).capitalize())))


@register.filter
def short(identifier: str) -> str:
    text = str(identifier)
    return text if len(text) <= 10 else f"…{text[-8:]}"


@register.filter
def status_word(value: str) -> str:
    """A status value of the platform or our own, for sentences: "ACCEPTED" -> "accepted"."""
    return str(value).replace("_", " ").lower()


@register.filter
def close_reason(value: str) -> str:
    """The platform's last_close_reason in words; one that we do not know as it is."""
    return CLOSE_REASONS.get(value, value)


@register.simple_tag
def suspicion_dot(assignment: Assignment, named: bool = False) -> SafeString:
    level = suspicion_level(assignment.suspicion)
    words = f"{level} {assignment.suspicion:.2f}" if assignment.suspicion else level
    return dot(LEVEL_DOTS[level], f"Suspicion: {words}" if named else words)


@register.simple_tag
def mean_suspicion(score: float | None) -> SafeString:
    if score is None:
        return dot("gray", "not judged yet")
    level = suspicion_level(score)
    return dot(LEVEL_DOTS[level], f"{level} {score:.2f}")


@register.filter
def reasons(assignment: Assignment) -> str:
    return "\n".join(signal["text"] for signal in assignment.suspicion_signals) or "Nothing about it is unusual."


@register.filter
def more_reasons(assignment: Assignment) -> str:
    return " ".join(signal["text"] for signal in assignment.suspicion_signals[1:])


@register.simple_tag
def outcome_dot(outcome: str, word: str, count: int | None = None) -> SafeString:
    return dot(OUTCOME_DOTS[outcome], word if count is None else f"{count} {word}")


@register.filter
def of(values: dict[str, Any], key: str) -> Any:
    return values[key]


@register.filter
def find(values: dict[Any, Any], key: Any) -> Any:
    return values.get(key)


@register.filter
def counted(count: int, words: str) -> str:
    return f"{count} {words}"
