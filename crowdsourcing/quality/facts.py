"""What is known of a pool, for policies to be held against."""
from collections.abc import Mapping
from typing import Any

from django.db.models import Count, F, Min

from annotation.models import ImportedFrame
from crowdsourcing.models import Pool, Verification
from crowdsourcing.quality.policies import PoolFacts


def facts_of(pool: Pool) -> PoolFacts:
    """In three queries."""
    jobs = pool.task.jobs.filter(task_suite__pool=pool)
    verification = Verification.objects.filter(pool=pool).first()
    return PoolFacts(
        least_frames=jobs.aggregate(least=Min(F("stop_frame") - F("start_frame") + 1))["least"] or 1,
        truth_frames=min(truth_frames_of(pool).values(), default=0),
        votes=most_votes(verification.config) if verification is not None else None,
        verifier_skill=verification is not None and verification.verifier_skill_id is not None,
        annotated_skill=verification is not None and verification.annotated_skill_id is not None,
        accepts_everything=pool.auto_accept_solutions)


def truth_frames_of(pool: Pool) -> dict[int, int]:
    """Job id -> how many of its frames have ground truth, for jobs that have any. One query."""
    rows = ImportedFrame.objects.filter(
        task=pool.task_id, kind=ImportedFrame.Kind.GROUND_TRUTH, task__jobs__task_suite__pool=pool,
        task__jobs__start_frame__lte=F("frame"), task__jobs__stop_frame__gte=F("frame"))
    return dict(rows.order_by().values_list("task__jobs").annotate(Count("pk")))


def most_votes(config: Mapping[str, Any]) -> int:
    """The most votes that one question of a verification may get."""
    return max(int(config.get(name) or 0) for name in ("overlap", "max_overlap"))
