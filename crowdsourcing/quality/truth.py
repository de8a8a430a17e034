"""TruthScore: how a submitted attempt fits the ground truth of those of its frames that have one, honeypots among them.

A frame's score is its panoptic quality: shapes are paired as annotation.shapes.pairing pairs them (one to one, IoU 0.5 or more), and
score = sum of the IoU of pairs with the right label / (those pairs + half of what is missing, too much or of a wrong label, on both
sides). 1: the same; a frame that needs nothing and has nothing is 1; all right and placed with IoU 0.8 is 0.8; half of the objects
found, perfectly, is 0.67. Tags count as pairs of IoU 1. Answers to attributes are not judged. The attempt's score is the mean of its
frames' scores. (Kirillov et al., Panoptic Segmentation, 2019, eq. 1, over all labels at once.)

Counted when work is seen as submitted, and again once the truth changed; a round is written at a time, so what dies on the way has kept
the rounds before it.
"""
from collections.abc import Mapping
from typing import Any

from annotation.models import Frame
from annotation.services.truth import truth_of, truth_version
from annotation.shapes.difference import FrameDifference, compare_frames
from crowdsourcing.models import Assignment, Pool, TruthScore
from crowdsourcing.selectors.truth import unscored

ROUND = 200


def score_pool(pool: Pool) -> int:
    """Hold the pool's work against the truth that counts now, as far as nobody has; how many attempts that were."""
    # Before the truth is read: one that changes in between makes a stale row, never a wrong one.
    version = truth_version(pool.task_id)
    stale = TruthScore.objects.filter(assignment__pool=pool).exclude(truth=version)
    done = 0
    while version and (number := _score_round(pool, version)):
        done += number
    # What the present truth says nothing about any more. The rounds above have replaced the others.
    stale.delete()
    return done


def frame_score(frame: FrameDifference) -> dict[str, Any]:
    """From the truth to what was given: {"score", "matched", "missing", "extra", "relabelled"}; a relabelled object is in the right
    place under a wrong label, and neither missing nor extra."""
    matched = missing = extra = relabelled = 0
    fit = 0.0
    for one in (*frame.shapes, *frame.tags):
        if one.before is None or one.after is None:
            missing, extra = missing + (one.after is None), extra + (one.before is None)
        elif one.before["label_id"] != one.after["label_id"]:
            relabelled += 1
        else:
            matched += 1
            fit += 1.0 if one.measure is None else one.measure
    weight = matched + (missing + extra) / 2 + relabelled
    return {"score": round(fit / weight, 4) if weight else 1.0, "matched": matched, "missing": missing, "extra": extra,
            "relabelled": relabelled}


def scores_of(truth: Mapping[str, Any], given: Mapping[str, Any], sizes: Mapping[int, tuple[int, int]]) -> tuple[float, dict[str, Any]]:
    """(mean score, "<frame>" -> frame_score) of the frames that `truth` knows, one at least; both as `services.shapes.frames_of` gives
    them."""
    found = compare_frames(truth, {number: given[number] for number in truth if number in given}, sizes, ids=False)
    frames = {str(frame.number): frame_score(frame) for frame in found}
    return round(sum(frame["score"] for frame in frames.values()) / len(frames), 4), frames


def _score_round(pool: Pool, version: str) -> int:
    ids = list(unscored(pool, version).values_list("pk", flat=True)[:ROUND])
    sizes = {number: (width, height) for number, width, height in Frame.objects.filter(task=pool.task_id).order_by().values_list(
        "number", "width", "height")} if ids else {}
    rows = Assignment.objects.filter(id__any_of=ids).select_related("snapshot", "task_suite", "job__task").order_by("pk")
    made = []
    # A snapshot may be large: a few at a time in memory.
    for row in rows.iterator(chunk_size=20):
        truth = truth_of(job=row.job)
        if truth and row.snapshot is not None:
            score, frames = scores_of(truth, row.snapshot.data["frames"], sizes)
            made.append(TruthScore(assignment=row, score=score, frames=frames, truth=version))
    TruthScore.objects.bulk_create(made, update_conflicts=True, unique_fields=["assignment"],
                                   update_fields=["score", "frames", "truth", "measured_at"], batch_size=200)
    # Less than was asked for: the truth went away on the way. The next look sees it.
    return len(made) if len(made) == len(ids) else 0
