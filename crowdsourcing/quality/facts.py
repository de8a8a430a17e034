"""What is known of a pool, for policies to be held against."""
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Count, F, Min, OuterRef, Subquery

from annotation.models import Frame, Job
from annotation.services.truth import with_truth
from crowdsourcing.models import Pool, Verification
from crowdsourcing.quality.policies import PoolFacts


def facts_of(pool: Pool) -> PoolFacts:
    """In three queries."""
    jobs = pool.task.jobs.filter(task_suite__pool=pool)
    verification = Verification.objects.filter(pool=pool).first()
    return PoolFacts(
        least_frames=jobs.aggregate(least=Min(F("stop_frame") - F("start_frame") + 1))["least"] or 1,
        truth_frames=min(truth_frames_of(pool).values(), default=0),
        people=pool.overlap,
        votes=most_votes(verification.config) if verification is not None else None,
        verifier_skill=verification is not None and verification.verifier_skill_id is not None,
        annotated_skill=verification is not None and verification.annotated_skill_id is not None,
        accepts_everything=pool.auto_accept_solutions)


def truth_frames_of(pool: Pool, of_jobs: Collection[int] | None = None) -> dict[int, int]:
    """Job id -> how many of its frames have ground truth, for jobs that have any: of the whole pool, or of these. One query."""
    frames = with_truth(Frame.objects.filter(
        task=OuterRef("task"), number__gte=OuterRef("start_frame"), number__lte=OuterRef("stop_frame"))).filter(truth=True)
    counted = Subquery(frames.order_by().values("task").annotate(number=Count("pk")).values("number"))
    chosen = Job.objects.filter(task_suite__pool=pool) if of_jobs is None else Job.objects.filter(pk__in=of_jobs)
    jobs = chosen.order_by().annotate(truth_frames=counted)
    return dict(jobs.filter(truth_frames__isnull=False).values_list("pk", "truth_frames"))


def most_votes(config: Mapping[str, Any]) -> int:
    """The most votes that one question of a verification may get."""
    return max(int(config.get(name) or 0) for name in ("overlap", "max_overlap"))
