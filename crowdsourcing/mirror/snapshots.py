"""The work that came with an assignment."""
from collections.abc import Sequence
from typing import Any

from annotation.models import Snapshot


def snapshots_of(rows: Sequence[Any]) -> list[tuple[Any, int]]:
    """(row, snapshot id) for each submitted assignment (mirror.assignments.Fresh) whose attempt left work and that has none yet.
    Those without stay without: "submitted without work"."""
    waiting = {row.item.id: row for row in rows if row.snapshot_id is None and row.item.submitted is not None}
    if not waiting:
        return []
    found = Snapshot.objects.filter(attempt__any_of=list(waiting), reason=Snapshot.Reason.SUBMITTED).values_list(
        "attempt", "job", "pk")
    return [(waiting[attempt], pk) for attempt, job_id, pk in found if waiting[attempt].job_id == job_id]
