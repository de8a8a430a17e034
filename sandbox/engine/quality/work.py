"""Collectors that count a Toloker's pages: reviews, submissions, pace, income, skips."""
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DateTimeField, F, Max, Q, QuerySet, Sum, When

from sandbox.engine.quality.history import Span, Subject, span
from sandbox.engine.quality.rules import Config, Facts
from sandbox.models import Assignment

_DAY = timedelta(hours=24)
# Pools in which somebody decides; where answers are accepted by themselves there is nothing to learn from it.
_REVIEWED = Q(pool__form__contains='"auto_accept_solutions":false')


def rate(part: float | Decimal, whole: int) -> float | None:
    """Per cent, or None of nothing."""
    return float(100 * part / whole) if whole else None


def _latest(counted: Span, toloker_id: str, moment: str, **which: Any) -> QuerySet[Assignment]:
    """The Toloker's assignments in the span, latest first."""
    rows = Assignment.objects.filter(counted.during(moment), toloker_id=toloker_id, **which).order_by(f"-{moment}", "-id")
    return rows if counted.size is None else rows[:counted.size]


def acceptance_rate(config: Config, subject: Subject) -> Facts:
    """Pages that were accepted or rejected after a look, by the time of the last word on them."""
    counted = span(config, subject)
    rows = (Assignment.objects.filter(_REVIEWED, toloker_id=subject.toloker_id, status__in=("ACCEPTED", "REJECTED"))
            .alias(decided=Case(When(status="ACCEPTED", then=F("accepted")), default=F("rejected"), output_field=DateTimeField()))
            .filter(counted.during("decided")).order_by("-decided", "-id"))
    found = (rows if counted.size is None else rows[:counted.size]).aggregate(
        total=Count("id"), accepted=Count("id", filter=Q(status="ACCEPTED")))
    total, accepted = found["total"], found["accepted"]
    return {"total_assignments_count": total, "accepted_assignments_rate": rate(accepted, total),
            "rejected_assignments_rate": rate(total - accepted, total)}


def answer_count(config: Config, subject: Subject) -> Facts:
    """Pages submitted and not rejected."""
    return {"assignments_accepted_count": _latest(
        span(config, subject), subject.toloker_id, "submitted", status__in=("SUBMITTED", "ACCEPTED")).count()}


def submit_time(config: Config, subject: Subject) -> Facts:
    """Pages submitted, and those of them submitted sooner than the threshold after they were taken."""
    threshold = timedelta(seconds=float(config.parameters.get("fast_submit_threshold_seconds") or 0))
    found = _latest(span(config, subject), subject.toloker_id, "submitted").aggregate(
        total=Count("id"), fast=Count("id", filter=Q(submitted__lt=F("created") + threshold)))
    return {"total_submitted_count": found["total"], "fast_submitted_count": found["fast"]}


def assessment(assignment: Assignment, word: str) -> Facts:
    """The state of the page that a verdict was given on; `word` is ACCEPT, ACCEPT_AFTER_REJECT or REJECT."""
    counts = dict(Assignment.objects.filter(suite_id=assignment.suite_id).values_list("status").annotate(n=Count("id")))
    return {"assessment_event": word, **{f"{name}_assignments_count": counts.get(status, 0) for name, status in (
        ("pending", "SUBMITTED"), ("accepted", "ACCEPTED"), ("rejected", "REJECTED"))}}


def income(config: Config, subject: Subject) -> Facts:
    """USD for pages accepted in the last 24 hours in this one pool, also for a project's rule; bonuses are no wages."""
    counted = span(config, subject).only_pool(subject.pool)
    total = Assignment.objects.filter(
        counted.during("accepted"), toloker_id=subject.toloker_id, status="ACCEPTED", accepted__gt=subject.at - _DAY,
    ).aggregate(total=Sum("reward"))["total"]
    return {"income_sum_for_last_24_hours": float(total or 0)}


def skipped_in_row(config: Config, subject: Subject) -> Facts:
    """Pages skipped since the last one that was submitted. One that ran out of time is neither."""
    counted, own = span(config, subject), Q(toloker_id=subject.toloker_id)
    submitted = Assignment.objects.filter(counted.during("submitted"), own).aggregate(last=Max("submitted"))["last"]
    skipped = Assignment.objects.filter(counted.during("skipped"), own, status="SKIPPED")
    return {"skipped_in_row_count": (skipped if submitted is None else skipped.filter(skipped__gt=submitted)).count()}
