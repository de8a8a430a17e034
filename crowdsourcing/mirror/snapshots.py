"""The work that came with an assignment."""
from collections.abc import Sequence

from annotation.models import Snapshot
from crowdsourcing.models import Assignment


def attach_snapshots(assignments: Sequence[Assignment]) -> list[Assignment]:
    """Give each submitted assignment without a snapshot the one its attempt left; unsaved. Those without stay without: "submitted
    without work"."""
    waiting = {row.remote_id: row for row in assignments if row.snapshot_id is None and row.submitted is not None}
    if not waiting:
        return []
    found = []
    snapshots = Snapshot.objects.filter(
        attempt__in=list(waiting), reason=Snapshot.Reason.SUBMITTED, job__task_suite__in=[row.task_suite_id for row in waiting.values()])
    for snapshot in snapshots.select_related("job__task_suite").defer("data"):
        row = waiting[snapshot.attempt]
        if snapshot.job.task_suite.pk == row.task_suite_id:
            row.snapshot = snapshot
            found.append(row)
    return found
