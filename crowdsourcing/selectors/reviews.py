"""Times of a review, on our clock."""
from datetime import datetime, timedelta

from django.conf import settings

from crowdsourcing.models import Assignment
from crowdsourcing.selectors.clock import our_time
from crowdsourcing.statuses import AssignmentStatus


def automatic_acceptance(assignment: Assignment) -> datetime | None:
    """When the platform accepts by itself what nobody has judged; None for what does not wait for a review."""
    if assignment.status != AssignmentStatus.SUBMITTED or assignment.submitted is None:
        return None
    return our_time(assignment.pool.crowd_project.account, assignment.submitted + timedelta(days=assignment.pool.auto_accept_period_day))


def dispute_end(assignment: Assignment) -> datetime | None:
    """Until when the platform may still turn a rejection; None for what is not rejected."""
    if assignment.status != AssignmentStatus.REJECTED or assignment.rejected is None:
        return None
    return our_time(assignment.pool.crowd_project.account, assignment.rejected + timedelta(days=settings.DISPUTE_DAYS))
