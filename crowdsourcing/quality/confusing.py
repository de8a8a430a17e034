"""What attempts took for what: each held once against the ground truth, and against the reviewer's version of it.

Counted when somebody looks at a pool's labels, in the worker; written down a round at a time, so that what dies on the way has kept the
rounds before, and whoever looks next rings for the rest. A version that changed meanwhile makes the row stale, and it is counted again.
"""
from collections import Counter
from collections.abc import Iterable
from typing import Any

from annotation.models import Frame, Snapshot
from annotation.services.truth import truth_of, truth_version
from annotation.shapes.difference import FrameDifference, compare_frames
from crowdsourcing.models import Assignment, LabelConfusion, Pool
from crowdsourcing.selectors.confusion import uncounted

ROUND = 200
_KINDS = LabelConfusion.Against


def count_confusions(pool: Pool) -> int:
    """Count what nobody has counted yet; how many attempts that were."""
    done = 0
    for against in _KINDS:
        while (number := _count_round(pool, against)) > 0:
            done += number
            if number < ROUND:
                break
    return done


def _count_round(pool: Pool, against: str) -> int:
    # Before the frames are read: a truth that changes in between makes a stale row, never a wrong one.
    version = truth_version(pool.task_id) if against == _KINDS.TRUTH else ""
    ids = list(uncounted(pool, against, version).order_by("pk").values_list("pk", flat=True)[:ROUND])
    if not ids:
        return 0
    rows = uncounted(pool, against, version).filter(id__any_of=ids).select_related("snapshot", "task_suite", "job__task").order_by("pk")
    sizes = {number: (width, height) for number, width, height in Frame.objects.filter(task=pool.task_id).order_by().values_list(
        "number", "width", "height")}
    # A snapshot may be large: a few at a time in memory.
    made = [LabelConfusion(assignment=row, against=against, version=version or row.corrected, cells=_cells(row, against, sizes))
            for row in rows.iterator(chunk_size=20)]
    LabelConfusion.objects.bulk_create(
        made, update_conflicts=True, unique_fields=["assignment", "against"], update_fields=["cells", "version", "counted_at"],
        batch_size=200)
    return len(made)


def _cells(row: Any, against: str, sizes: dict[int, tuple[int, int]]) -> dict[str, int]:
    assert isinstance(row, Assignment) and row.snapshot is not None
    given = row.snapshot.data["frames"]
    if against == _KINDS.TRUTH:
        true = truth_of(job=row.job)
        # Nobody knows what is right on the other frames.
        return cells_of(compare_frames(true, {number: given[number] for number in true if number in given}, sizes, ids=False))
    corrected = Snapshot.objects.values_list("data", flat=True).get(pk=int(row.corrected))  # type: ignore[attr-defined]
    return cells_of(compare_frames(corrected["frames"], given, sizes))


def cells_of(frames: Iterable[FrameDifference]) -> dict[str, int]:
    """{"<true label>:<given label>": shapes} of differences from what is right to what was given; see models.LabelConfusion."""
    counts: Counter[str] = Counter()
    for frame in frames:
        for one in frame.shapes:
            true, given = (side["label_id"] if side else "" for side in (one.before, one.after))
            counts[f"{true}:{given}"] += 1
    return dict(sorted(counts.items()))
