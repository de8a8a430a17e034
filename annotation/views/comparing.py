"""The page that lays two versions of a job over each other."""
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from annotation.errors import Refused
from annotation.models import Job, Label, Snapshot
from annotation.services.comparisons import (
    CORRECTION,
    CURRENT,
    MERGED,
    TRUTH,
    Comparison,
    Quality,
    compare_versions,
    has_merged,
    listed_snapshots,
    quality_of,
    versions_of,
)
from annotation.services.truth import with_truth
from annotation.shapes.difference import KINDS, Answer, Difference, FrameDifference
from annotation.views.access import job_or_404
from annotation.views.drawing import LISTED, Drawn, drawer
from annotation.views.jobs import around_frame, frame_number

# Frames in the list beside the picture; keys reach the others.
FRAMES_LISTED = 500
# Kind -> (mark, word). The mark says in print and to the colour-blind what the colour says.
MARKS = {"added": ("+", "added"), "removed": ("−", "removed"), "moved": ("↔", "moved"), "relabelled": ("≠", "relabelled"),
         "changed": ("✎", "answers changed"), "unchanged": ("=", "unchanged")}


@dataclass(frozen=True)
class Line:
    """One difference as the page shows it: both outlines and the words. `x`, `y` is where its mark stands, image pixels."""

    kind: str
    mark: str
    before: Drawn | None
    after: Drawn | None
    words: list[str]
    x: float = 0
    y: float = 0

    @property
    def shown(self) -> Drawn:
        """What it is now, or what it was."""
        thing = self.after or self.before
        assert thing is not None
        return thing


@login_required
@require_GET
def job_compare(request: HttpRequest, job_id: int) -> HttpResponse:
    """`?a=` and `?b=` are ids of snapshots, "current", "ground-truth" or, of a replica, "merged"; without them the newest
    snapshot (or else the ground truth) and the current work.

    That choice becomes part of the address. `?frame=` as on the job page, without it the first frame that differs;
    with htmx only the viewer is answered.
    """
    job = job_or_404(request.user, job_id)
    names = request.GET.get("a", ""), request.GET.get("b", "")
    snapshots = listed_snapshots(job=job, names=names)
    frames = {frame.number: frame for frame in with_truth(
        job.task.frames.filter(job.frames_within()).only("task_id", "number", "name", "width", "height"), drawn=not job.is_ground_truth)}
    sides = _sides(snapshots, truth=any(frame.truth for frame in frames.values()), merged=has_merged(job))
    if len(sides) < 2:
        return render(request, "annotation/compare.html", {**_around(job), "sides": []})
    if not all(names):
        query = request.GET.copy()
        query["a"], query["b"] = names[0] or (str(snapshots[0].pk) if snapshots else TRUTH), names[1] or CURRENT
        return redirect(f"{request.path}?{query.urlencode()}")
    try:
        before, after = versions_of(job=job, names=names, listed=snapshots)
    except Refused as refused:
        raise Http404(refused.sentence) from refused
    sizes = {number: (frame.width, frame.height) for number, frame in frames.items()}
    comparison = compare_versions(job=job, before=before, after=after, sizes=sizes)
    context = {**_around(job), **_frame_context(request, job, comparison, frames), "a": names[0], "b": names[1]}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "annotation/_compare_viewer.html", context)
    if CORRECTION in names:
        sides.insert(1, (CORRECTION, None))
    context |= {"sides": sides, "sums": _counted(comparison.counts), "comparison": comparison,
                "quality": _percents(comparison.quality),
                "differing": [(frame, _counted(frame.counts, present=True)) for frame in comparison.differing[:FRAMES_LISTED]],
                "differing_more": max(0, len(comparison.differing) - FRAMES_LISTED)}
    return render(request, "annotation/compare.html", context)


def _around(job: Job) -> dict[str, Any]:
    return {"job": job, "task": job.task, "project": job.task.project}


def _sides(snapshots: Iterable[Snapshot], *, truth: bool, merged: bool) -> list[tuple[str, Snapshot | None]]:
    live = [CURRENT, *([MERGED] if merged else []), *([TRUTH] if truth else [])]
    return [*((name, None) for name in live), *((str(snapshot.pk), snapshot) for snapshot in snapshots)]


def _percents(quality: Quality | None) -> list[tuple[str, str, str]]:
    """(word, value, what it is a share of) for the page; nothing without the ground truth."""
    if quality is None:
        return []
    shares = (("Precision", quality.precision, f"{quality.matched} of {quality.found} objects are in the ground truth"),
              ("Recall", quality.recall, f"{quality.matched} of the ground truth’s {quality.truth} were found"),
              ("Mean IoU", quality.mean_iou, "of the shapes that were found"))
    return [(word, "–" if share is None else f"{share:.0%}".replace("%", " %"), meaning) for word, share, meaning in shares]


def _counted(counts: dict[str, int], *, present: bool = False) -> list[dict[str, Any]]:
    """Counts in the legend's order; with `present` without the unchanged and those that are 0."""
    kinds = KINDS if present else (*KINDS, "unchanged")
    return [{"kind": kind, "mark": MARKS[kind][0], "word": MARKS[kind][1], "count": counts[kind]}
            for kind in kinds if counts[kind] or not present]


def _frame_context(request: HttpRequest, job: Job, comparison: Comparison, frames: dict[int, Any]) -> dict[str, Any]:
    """One frame with both sides, and the way to its neighbours. Without `?frame=` the first one that differs."""
    numbers = [frame.number for frame in comparison.differing]
    number = frame_number(request, job) if request.GET.get("frame") or not numbers else numbers[0]
    frame = frames.get(number)
    if frame is None:
        raise Http404("This frame is gone.")
    difference = comparison.frame(number, (frame.width, frame.height))
    shapes, tags = lines_of(difference, job.task.project.labels.prefetch_related("attributes"))
    # Drawn with what differs on top, listed the other way round.
    listed = sorted(shapes, key=lambda line: line.kind == "unchanged")
    numbered = [(position, line) for position, line in enumerate(listed, start=1)]
    return {
        "frame": frame, "difference": difference, "drawn": numbered[::-1], "listed": numbered[:LISTED], "tags": tags,
        "more": max(0, len(numbered) - LISTED), "legend": _counted(difference.counts), **around_frame(job, number),
        "frame_quality": _percents(quality_of(comparison.before, comparison.after, difference.agreement)),
        "mark_size": round(frame.width / 55 + 4, 1),
        "previous_different": max((other for other in numbers if other < number), default=None),
        "next_different": min((other for other in numbers if other > number), default=None),
    }


def lines_of(difference: FrameDifference, labels: Iterable[Label]) -> tuple[list[Line], list[Line]]:
    """Shapes and tags of a frame's difference; labels come with their attributes prefetched."""
    known = list(labels)
    names = {attribute.pk: attribute.name for label in known for attribute in label.attributes.all()}
    drawn = drawer(known)
    return [_line(one, drawn, names) for one in difference.shapes], [_line(one, drawn, names) for one in difference.tags]


def _line(one: Difference, drawn: Callable[[dict[str, Any]], Drawn], names: dict[int, str]) -> Line:
    before, after = (drawn(thing) if thing else None for thing in (one.before, one.after))
    return Line(one.kind, MARKS[one.kind][0], before, after, _words(one, before, after, names), *_corner(one.after or one.before or {}))


def _words(one: Difference, before: Drawn | None, after: Drawn | None, names: dict[int, str]) -> list[str]:
    words = []
    if "relabelled" in one.kinds and before and after:
        words.append(f"{before.label} → {after.label}")
    if "moved" in one.kinds and one.measure is not None and after:
        # What moved is never 100 %.
        percent = min(99, round(one.measure * 100))
        words.append(f"moved, {percent} % alike" if after.type in ("polyline", "points") else f"moved, IoU {percent} %")
    words += [_answer(answer, names) for answer in one.answers]
    if before and after and before.occluded != after.occluded:
        words.append("now occluded" if after.occluded else "no longer occluded")
    return words or [MARKS[one.kind][1]]


def _answer(answer: Answer, names: dict[int, str]) -> str:
    before, after = ("–" if value in (None, "") else value for value in (answer.before, answer.after))
    return f"{names.get(answer.spec_id, f'attribute {answer.spec_id}')}: {before} → {after}"


def _corner(shape: dict[str, Any]) -> tuple[float, float]:
    """Left and top of what the stored numbers span; a tag lies nowhere."""
    points = shape.get("points")
    if not points:
        return 0.0, 0.0
    if shape["type"] == "mask":
        return points[-4], points[-3]
    if shape["type"] == "ellipse":
        return 2 * points[0] - points[2], points[3]
    return min(points[0::2]), min(points[1::2])
