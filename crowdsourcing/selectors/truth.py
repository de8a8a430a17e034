"""Which attempts can be held against what is known to be right."""
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from annotation.models import Frame
from annotation.services.truth import with_truth
from crowdsourcing.models import Assignment, Pool
from crowdsourcing.statuses import AssignmentStatus

CAME_IN = (AssignmentStatus.SUBMITTED, AssignmentStatus.ACCEPTED, AssignmentStatus.REJECTED)


def truth_of_suite() -> QuerySet[Any]:
    """Inside a query over assignments: frames of the attempt's job of which is known what is right."""
    return with_truth(Frame.objects.filter(
        task=OuterRef("pool__task"), number__gte=OuterRef("job__start_frame"),
        number__lte=OuterRef("job__stop_frame"))).filter(truth=True)


def unscored(pool: Pool, version: str) -> QuerySet[Assignment]:
    """The pool's submitted work that nobody has held against this version of the truth (annotation.services.truth), by id."""
    work = Assignment.objects.filter(pool=pool, status__in=CAME_IN, snapshot__isnull=False).exclude(truth_score__truth=version)
    return work.filter(Exists(truth_of_suite())).order_by("pk")
