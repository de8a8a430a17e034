"""An import that goes onto the jobs of a task, in one transaction."""
from typing import Any

from django.db import transaction

from annotation.errors import Refused
from annotation.formats.counting import number_of
from annotation.formats.spool import Spool
from annotation.locks import lock_labels
from annotation.models import Job, Task
from annotation.runner import Run, RunFailed
from annotation.services.shapes import frames_of, save_frames
from annotation.shapes import Vocabulary

_EMPTY: dict[str, Any] = {"shapes": [], "tags": []}


def put_on_jobs(run: Run, task: Task, vocabulary: Vocabulary, spool: Spool, notes: list[str]) -> None:
    """Request.params["mode"]: "replace" what is on the jobs (on Request.job only, if it names one), or "append" to it.

    A frame of two jobs goes to the first. RunFailed, RunLost.
    """
    append = run.request.params.get("mode") == "append"
    coming = dict(spool.frames())
    with transaction.atomic():
        lock_labels(task.project_id, exclusive=False)
        if Vocabulary.of_project(task.project_id).described() != vocabulary.described():
            raise RunFailed("The project's labels were changed while the file was read. Import it again.")
        run.lock()
        jobs = task.annotation_jobs if run.request.job_id is None else Job.objects.filter(pk=run.request.job_id)
        for job in jobs.select_for_update(of=("self",)).select_related("task").order_by("start_frame", "pk"):
            mine = {number: coming.pop(number) for number in job.numbers if number in coming}
            _save(job, mine, append=append)
        shapes, tags = spool.counts["shapes"], spool.counts["tags"]
        run.finish(f"{number_of(shapes, 'shape')} and {number_of(tags, 'tag')} on {number_of(spool.frame_count, 'frame')}.",
                   warnings=notes[:1000])


def _save(job: Job, mine: dict[int, Any], *, append: bool) -> None:
    before = frames_of(job=job)
    after = {str(number): {kind: [{**thing, "id": None} for thing in content[kind]] for kind in _EMPTY} for number, content in mine.items()}
    if append:
        after = {number: {kind: [*before.get(number, _EMPTY)[kind], *content[kind]] for kind in _EMPTY}
                 for number, content in after.items() if content["shapes"] or content["tags"]}
    else:
        after |= {number: _EMPTY for number in before if number not in after}
    if not after:
        return
    try:
        save_frames(job=job, revision=job.revision, frames=after)
    except Refused as refused:
        raise RunFailed(f"Job {job.pk}: {refused.sentence} Nothing was imported.") from refused
