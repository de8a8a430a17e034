"""Many jobs' attempts at once: what services.jobs does for one, for a page of news from a crowd."""
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone
from psycopg2.extras import execute_values

from annotation.locks import lock_labels
from annotation.models import Correction, FrameAnnotation, Job, JobStage, JobState, Snapshot, Task
from annotation.services import jobs
from annotation.services.shapes import write_frames
from annotation.webhooks.announcing import changing

_WHERE: dict[str, tuple[str, str]] = {
    "begin": (JobStage.ANNOTATION.value, JobState.IN_PROGRESS.value),
    "release": (JobStage.ANNOTATION.value, JobState.NEW.value),
    "submitted": (JobStage.VALIDATION.value, JobState.COMPLETED.value),
    "accepted": (JobStage.ACCEPTANCE.value, JobState.COMPLETED.value),
    "rejected": (JobStage.VALIDATION.value, JobState.REJECTED.value),
}
_READ = ("stage", "state", "attempt", "worker", "revision", "last_object_id", "assignee", "task_id", "updated_date")
_MARKS = {"submitted": jobs.mark_submitted, "accepted": jobs.mark_accepted, "rejected": jobs.mark_rejected}


@dataclass(frozen=True, slots=True)
class Move:
    """The newest attempt at a job and what became of it: begin, submitted, accepted, rejected or release."""

    job_id: int
    attempt: str
    worker: str
    verb: str


@transaction.atomic
def settle_attempts(*, moves: Sequence[Move]) -> None:
    """Bring each job where its newest attempt says; at most one move a job. A repeat changes nothing.

    Jobs that hold nothing of anybody go in one UPDATE; where something must be kept or put back, services.jobs does it one by one.
    """
    keys = [move.job_id for move in moves]
    with changing("job", keys, projects=Task.objects.filter(jobs__in=keys).order_by().values("project")):
        _settle_all(moves)


def _settle_all(moves: Sequence[Move]) -> None:
    filled = _starting_filled(moves)
    locked = {job.pk: job for job in Job.objects.select_for_update().filter(
        pk__in=[move.job_id for move in moves]).order_by("pk").only(*_READ)}
    waiting = [(job, move) for move in moves if (job := locked.get(move.job_id)) is not None and not _is_there(job, move)]
    held = _held([job.pk for job, _ in waiting])
    known = set(Snapshot.objects.filter(attempt__in=[move.attempt for _, move in waiting]).values_list("job_id", "attempt"))
    plain = []
    for job, move in waiting:
        untouched = not job.attempt and job.pk not in held | filled and (job.pk, move.attempt) not in known
        if move.verb != "release" and (job.attempt == move.attempt or untouched) and not _would_go_back(job, move):
            plain.append((job.pk, move.attempt, move.worker, *_WHERE[move.verb], int(job.attempt != move.attempt)))
        else:
            _settle(job, move)
    _update(plain)


def _starting_filled(moves: Sequence[Move]) -> set[int]:
    """Jobs that somebody takes and that start with their task's pre-annotations. Labels are locked first, as `begin_attempt` does."""
    begun = [move.job_id for move in moves if move.verb == "begin"]
    rows = list(Job.objects.filter(pk__in=begun, task__show_preannotations=True).values_list("pk", "task__project_id")) if begun else []
    for project_id in sorted({project_id for _, project_id in rows}):
        lock_labels(project_id, exclusive=False)
    return {pk for pk, _ in rows}


def _is_there(job: Job, move: Move) -> bool:
    attempt = "" if move.verb == "release" else move.attempt
    return (job.stage, job.state) == _WHERE[move.verb] and job.attempt == attempt


def _would_go_back(job: Job, move: Move) -> bool:
    """Its own submission in the editor may be further than the platform's news."""
    return move.verb in ("begin", "submitted") and job.attempt == move.attempt and job.stage != JobStage.ANNOTATION


def _held(job_ids: Sequence[int]) -> set[int]:
    return set(FrameAnnotation.objects.filter(job__in=job_ids).values_list("job_id", flat=True))


def _settle(job: Job, move: Move) -> None:
    if move.verb == "release":
        # Whoever holds it: the newest attempt may be over before we heard that it took the job from an older one.
        jobs.release_job(job=job, attempt=job.attempt or move.attempt)
        return
    if job.attempt != move.attempt:
        jobs.begin_attempt(job=job, attempt=move.attempt, worker=move.worker, starting_point=move.verb == "begin")
        _put_back(job, move)
    if move.verb in _MARKS:
        _MARKS[move.verb](job=job)


def _put_back(job: Job, move: Move) -> None:
    """Work that made place for somebody in vain (rejected, offered again, accepted after all) is on its job again."""
    if move.verb != "accepted" or job.attempt == move.attempt:
        return
    kept = Snapshot.objects.filter(job=job, attempt=move.attempt).order_by("-pk")
    # A reviewer's correction counts as long as nobody threw it away.
    corrected = Snapshot.objects.filter(pk__in=Correction.objects.filter(job=job, attempt=move.attempt).values("snapshot")).first()
    snapshot = corrected or kept.filter(reason=Snapshot.Reason.SUBMITTED).first() or kept.first()
    if snapshot is None:
        return
    if job.attempt:
        jobs.release_job(job=job, attempt=job.attempt)
    write_frames(job, {int(number): content for number, content in snapshot.data["frames"].items()})
    job.attempt, job.worker = move.attempt, snapshot.worker
    job.revision += 1
    job.save(update_fields=["attempt", "worker", "revision", "last_object_id", "updated_date"])


def _update(rows: list[tuple[int, str, str, str, str, int]]) -> None:
    if not rows:
        return
    now = timezone.now()
    with connection.cursor() as cursor:
        execute_values(
            cursor.cursor,
            "UPDATE annotation_job SET attempt = v.attempt, worker = v.worker,"
            " assignee_id = CASE WHEN v.taken = 1 THEN NULL ELSE assignee_id END,"
            " stage = v.stage, state = v.state, revision = revision + v.taken, updated_date = v.at"
            " FROM (VALUES %s) AS v(id, attempt, worker, stage, state, taken, at) WHERE annotation_job.id = v.id",
            [(*row, now) for row in rows], page_size=1000)
