"""Work that was done in the platform's own image annotation: it comes with the news of its assignment, as regions of each image.

All of a submission becomes a snapshot, or nothing: what cannot be understood is said on the assignment, which then counts as submitted
without work. It is read again with every look, so a label that comes back brings the work back.
"""
from collections.abc import Sequence
from typing import Any

from annotation.formats.regions import BadRegion, shape_of
from annotation.locks import lock_labels
from annotation.models import Frame, Job
from annotation.services.submissions import keep_submission
from annotation.shapes import FrameSize, Vocabulary, clean_frame
from annotation.shapes.validation import MAX_SHAPES_A_FRAME
from crowdsourcing.mirror.jobs import deciding_attempts, verb_of
from crowdsourcing.mirror.rows import update_rows
from crowdsourcing.models import Assignment, Pool
from crowdsourcing.statuses import PoolInterface

# Problems that are told of one submission.
_TOLD = 5
_SETTLED = ("submitted", "accepted", "rejected")


class _Unusable(Exception):
    """The sentence says what of the solution is wrong."""


def keep_drawn(pool: Pool, rows: Sequence[Any]) -> None:
    """Make snapshots of the submitted work of these rows (mirror.assignments.Fresh, already written) that have none. The pool is locked."""
    waiting = [row for row in rows if row.snapshot_id is None and row.item.submitted is not None]
    if pool.interface != PoolInterface.IMAGE_ANNOTATION or not waiting:
        return
    lock_labels(pool.task.project_id, exclusive=False)
    reader = _Reader(pool)
    jobs = Job.objects.in_bulk({row.job_id for row in waiting})
    newest = deciding_attempts({row.suite_id for row in waiting})
    notes: list[tuple[int, int | None, str]] = []
    for row in sorted(waiting, key=lambda row: (row.item.created, row.item.id)):
        job, deciding = jobs[row.job_id], newest[row.job_id]
        try:
            frames, note = reader.frames(job, row.item.solution)
        except _Unusable as problem:
            notes.append((row.pk, None, str(problem)))
            continue
        current = deciding.attempt == row.item.id and verb_of(deciding) in _SETTLED
        snapshot = keep_submission(job=job, attempt=row.item.id, worker=row.item.user_id, frames=frames, current=current)
        row.snapshot_id = snapshot.pk
        notes.append((row.pk, snapshot.pk, note))
    update_rows(Assignment, ["snapshot_id", "work_note"], notes)


class _Reader:
    """Turns solutions of one pool into frames in stored form."""

    def __init__(self, pool: Pool) -> None:
        self._vocabulary = Vocabulary.of_project(pool.task.project_id)
        sent = pool.drawing_project.label_names if pool.drawing_project is not None else {}
        # Names as they were on the page; what is called so now counts where the page never had it.
        self._labels = {**{label.name: key for key, label in self._vocabulary.labels.items()}, **sent}
        self._only = next(iter(self._vocabulary.labels)) if len(self._vocabulary.labels) == 1 else None
        self._sizes = {number: FrameSize(width, height) for number, width, height in Frame.objects.filter(
            task=pool.task_id).values_list("number", "width", "height")}

    def frames(self, job: Job, solution: Any) -> tuple[dict[int, dict[str, Any]], str]:
        """(frames, a sentence about what was left out or ""). _Unusable."""
        answers = solution.get("frames") if isinstance(solution, dict) else None
        if not isinstance(answers, list):
            raise _Unusable("The platform's solution does not say which image is meant by what.")
        problems: list[str] = []
        found: dict[int, dict[str, Any]] = {}
        empty = 0
        for answer in answers:
            number = answer.get("frame") if isinstance(answer, dict) else None
            if type(number) is not int or not job.holds(number) or number not in self._sizes or number in found:
                problems.append("An answer is about an image that is not in this job.")
                continue
            found[number], left_out = self._frame(number, answer.get("result"), problems)
            empty += left_out
        if problems:
            raise _Unusable(_sentence(problems))
        words = "1 region that marks nothing (no area) was" if empty == 1 else f"{empty} regions that mark nothing (no area) were"
        return found, f"{words} left out." if empty else ""

    def _frame(self, number: int, result: Any, problems: list[str]) -> tuple[dict[str, Any], int]:
        """(content, how many regions were left out)."""
        nothing: dict[str, Any] = {"shapes": [], "tags": []}
        if result is None:
            return nothing, 0
        if not isinstance(result, list) or len(result) > MAX_SHAPES_A_FRAME:
            problems.append(f"Frame {number}: the answer is not a list of at most {MAX_SHAPES_A_FRAME} regions.")
            return nothing, 0
        shapes = []
        for place, region in enumerate(result, start=1):
            try:
                shape = self._shape(region, self._sizes[number])
            except BadRegion as problem:
                problems.append(f"Frame {number}, region {place}: {problem}")
                continue
            if shape is not None:
                shapes.append(shape)
        errors: dict[str, str] = {}
        cleaned = clean_frame({"shapes": shapes, "tags": []}, "f", self._sizes[number], self._vocabulary, errors)
        problems += [f"Frame {number}: {sentence}" for sentence in dict.fromkeys(errors.values())]
        return cleaned, len(result) - len(shapes)

    def _shape(self, region: Any, size: FrameSize) -> dict[str, Any] | None:
        """None for one that marks nothing."""
        type_, points = shape_of(region, size.width, size.height)
        name = region.get("label", region.get("annotation"))
        label_id = self._only if name is None else self._labels.get(name) if isinstance(name, str) else None
        if label_id is None or label_id not in self._vocabulary.labels:
            called = f"the project has no label “{str(name)[:60]}”." if name is not None else "it has no label."
            raise BadRegion(called)
        if (type_ == "polygon" and len(points) < 6) or (type_ == "rectangle" and (points[0] >= points[2] or points[1] >= points[3])):
            return None
        return {"type": type_, "points": points, "label_id": label_id, "source": "manual"}


def _sentence(problems: list[str]) -> str:
    more = len(problems) - _TOLD
    return " ".join(problems[:_TOLD]) + (f" And {more} more." if more > 0 else "")
