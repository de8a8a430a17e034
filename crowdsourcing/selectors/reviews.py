"""Times of a review, on our clock."""
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Value

from crowdsourcing.models import Assignment
from crowdsourcing.selectors.clock import our_time
from crowdsourcing.statuses import AssignmentStatus


def automatic_acceptance(assignment: Assignment) -> datetime | None:
    """When the platform accepts by itself what nobody has judged; None for what does not wait for a review."""
    return review_end(assignment) if assignment.status == AssignmentStatus.SUBMITTED else None


def review_end(assignment: Assignment) -> datetime | None:
    """When the time for a review is (or was) over, whatever became of it; None before it is submitted."""
    if assignment.submitted is None:
        return None
    return our_time(assignment.pool.crowd_project.account, assignment.submitted + timedelta(days=assignment.pool.auto_accept_period_day))


def _times(column: str, unit: timedelta) -> ExpressionWrapper:
    return ExpressionWrapper(F(column) * Value(unit, output_field=DurationField()), output_field=DurationField())


# The same as `review_end`, in the database: our clock.
REVIEW_END = ExpressionWrapper(
    F("submitted") + _times("pool__auto_accept_period_day", timedelta(days=1))
    - _times("pool__crowd_project__account__clock_offset_seconds", timedelta(seconds=1)), output_field=DateTimeField())


def dispute_end(assignment: Assignment) -> datetime | None:
    """Until when the platform may still turn a rejection; None for what is not rejected."""
    if assignment.status != AssignmentStatus.REJECTED or assignment.rejected is None:
        return None
    return our_time(assignment.pool.crowd_project.account, assignment.rejected + timedelta(days=settings.DISPUTE_DAYS))
