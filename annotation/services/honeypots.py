"""Other honeypots for jobs that nobody has begun. Whatever was once done on a job was done on its pictures, so those stay: see 0014."""
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from annotation import extensions
from annotation.errors import Refused
from annotation.models import EditorSession, Frame, FrameAnnotation, Issue, Job, JobStage, JobState, JobType, Snapshot, Task, ValidationMode
from annotation.sampling import deal
from annotation.services.ground_truth import ground_truth_job_of
from annotation.services.guards import require_edit

_BEGUN = "has been begun: what was done on it was done on these pictures"


@dataclass(frozen=True)
class Seat:
    """A job (or several over the same frames) in the order of its frames. `honeypots`: number of a frame -> the ground truth's frame whose
    picture it is; `why_fixed`: why these stay, "" where they may change."""

    jobs: list[int]
    honeypots: dict[int, int]
    why_fixed: str = ""

    @property
    def sentence(self) -> str:
        return f"Job #{self.jobs[0]} {self.why_fixed}. Its honeypots stay."


@dataclass(frozen=True)
class Dealt:
    """`changed`: ids of jobs with other honeypots than before; `kept`: sentences of jobs that keep theirs."""

    changed: list[int] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def uses_of(task: Task) -> Counter[int]:
    """Number of each of the ground truth's frames -> in how many places its picture is mixed in. One query."""
    found = Frame.objects.filter(task=task, honeypot_of__isnull=False).order_by().values_list("honeypot_of", flat=True)
    return Counter(real for real in found if real is not None)


@transaction.atomic
def deal_honeypots(*, actor: Any, task: Task, job: Job | None = None, random_seed: int | None = None) -> Dealt:
    """Deal the pictures that measure anew to all jobs that nobody has begun, or to one job.

    Forbidden; Refused(code="no_honeypots", "too_few", "held"): the last where there is nobody to deal to.
    """
    locked, seats = _locked(actor, task)
    pool = _measuring(locked)
    free = [place for place, seat in enumerate(seats) if not seat.why_fixed and (job is None or job.pk in seat.jobs)]
    kept = [seat.sentence for seat in seats if seat.why_fixed and (job is None or job.pk in seat.jobs)]
    if not free:
        sentence = kept[0] if job is not None and kept else "Every job has been begun already: their honeypots stay as they are."
        raise Refused(sentence, "held")
    fixed = {place: list(seat.honeypots.values()) for place, seat in enumerate(seats) if place not in free}
    try:
        # A single job is to get others than it has, as far as there are any: its own come last, however often others are used.
        own = [] if job is None else list(seats[free[0]].honeypots.values()) * (1 + sum(len(seat.honeypots) for seat in seats))
        dealt = deal([len(seat.honeypots) for seat in seats], pool, Random(random_seed), fixed, own)
    except ValueError as problem:
        raise Refused(f"{problem} Let more frames of the ground truth measure, then deal again.", "too_few") from problem
    return Dealt(_put(locked, {place: (seats[place], _in_place(seats[place].honeypots, dealt[place])) for place in free}), kept)


@transaction.atomic
def place_honeypots(*, actor: Any, task: Task, real_frames: Sequence[int], job: Job | None = None) -> Dealt:
    """Of each honeypot, in the order of the frames, the ground truth's frame whose picture it is from now on; of the task or of one job.

    Forbidden; Refused(code="no_honeypots"; "held" names a job that has been begun and would change); ValidationError with
    "honeypot_real_frames".
    """
    locked, seats = _locked(actor, task)
    chosen = [seat for seat in seats if job is None or job.pk in seat.jobs]
    numbers = [number for seat in chosen for number in seat.honeypots]
    if len(real_frames) != len(numbers):
        raise _wrong(f"Give {len(numbers)} frames, one for each honeypot; {len(real_frames)} came.")
    wanted = dict(zip(numbers, real_frames, strict=True))
    measuring = set(_measuring(locked))
    changes = {}
    for place, seat in enumerate(chosen):
        after = {number: wanted[number] for number in seat.honeypots}
        if after == seat.honeypots:
            continue
        if seat.why_fixed:
            raise Refused(seat.sentence, "held")
        if beyond := [real for real in after.values() if real not in measuring]:
            raise _wrong(f"Frame {beyond[0]} is not one of the ground truth’s that measure.")
        if len(set(after.values())) < len(after):
            raise _wrong(f"Job #{seat.jobs[0]} would have a picture twice. Give each of its honeypots another one.")
        changes[place] = (seat, after)
    return Dealt(_put(locked, changes))


def _wrong(sentence: str) -> ValidationError:
    return ValidationError({"honeypot_real_frames": [sentence]})


def _in_place(before: Mapping[int, int], pictures: Iterable[int]) -> dict[int, int]:
    """The pictures at the places of those before; a place keeps its picture where the job has that again."""
    coming = list(pictures)
    stay = {number: real for number, real in before.items() if real in coming}
    new = iter([real for real in coming if real not in stay.values()])
    return {number: stay[number] if number in stay else next(new) for number in before}


# --- what is there --------------------------------------------------------------------------------------------------
def _locked(actor: Any, task: Task) -> tuple[Task, list[Seat]]:
    """The task and its jobs stand still until the transaction ends: nobody begins one meanwhile."""
    require_edit(actor, task.project)
    locked = Task.objects.select_for_update().get(pk=task.pk)
    if locked.validation_mode != ValidationMode.GT_POOL:
        raise Refused("This task has no honeypots: they are mixed in while a task gets its images.", "no_honeypots")
    list(Job.objects.filter(task=locked).order_by("pk").select_for_update().values_list("pk", flat=True))
    frames = Frame.objects.filter(task=locked, honeypot_of__isnull=False).order_by("number")
    mixed = [(number, real) for number, real in frames.values_list("number", "honeypot_of") if real is not None]
    spans: dict[tuple[int, int], list[Any]] = {}
    for one in _with_work(locked).order_by("start_frame", "pk"):
        spans.setdefault((one.start_frame, one.stop_frame), []).append(one)
    outside = extensions.fixed_pictures([one.pk for jobs in spans.values() for one in jobs])
    return locked, [Seat([one.pk for one in jobs], {number: real for number, real in mixed if start <= number <= stop},
                         next((why for one in jobs if (why := _BEGUN if one.has_work else outside.get(one.pk, ""))), ""))
                    for (start, stop), jobs in spans.items()]


def _with_work(task: Task) -> Any:
    """The task's jobs with `has_work`: whether anybody ever did something on them. The ground truth's own is none of them."""
    mine = {"job": OuterRef("pk")}
    kept = Exists(Snapshot.objects.filter(**mine)) | Exists(FrameAnnotation.objects.filter(**mine)) | Exists(Issue.objects.filter(**mine))
    moved = ~Q(attempt="") | ~Q(stage=JobStage.ANNOTATION) | ~Q(state=JobState.NEW)
    return Job.objects.filter(task=task).exclude(type=JobType.GROUND_TRUTH).annotate(has_work=kept | Q(moved))


def _measuring(task: Task) -> list[int]:
    """The ground truth's frames that measure."""
    truth = ground_truth_job_of(task)
    return [number for number in (truth.numbers if truth else []) if number not in task.disabled_frames]


# --- what changes ---------------------------------------------------------------------------------------------------
def _put(task: Task, changes: Mapping[int, tuple[Seat, dict[int, int]]]) -> list[int]:
    """Ids of the jobs that changed. Frames become new rows, so that an address by row shows one picture for ever; whoever has such a job
    open without having saved anything is asked to load it again."""
    moved = {number: real for seat, after in changes.values() for number, real in after.items() if seat.honeypots[number] != real}
    if not moved:
        return []
    jobs = [pk for seat, after in changes.values() if after != seat.honeypots for pk in seat.jobs]
    rows = {row.number: row for row in Frame.objects.filter(task=task, number__in=set(moved.values()))}
    Frame.objects.filter(task=task, number__in=list(moved)).delete()
    Frame.objects.bulk_create([_again(rows[real], number) for number, real in moved.items()], batch_size=500)
    now = timezone.now()
    EditorSession.objects.filter(job__in=jobs, revoked_at=None).update(revoked_at=now)
    Job.objects.filter(pk__in=jobs).update(revision=F("revision") + 1, updated_date=now)
    return jobs


def _again(real: Frame, number: int) -> Frame:
    """Its picture once more, from the same files."""
    row = copy(real)
    row._state = copy(real._state)
    row._state.adding = True
    row.pk, row.number, row.honeypot_of = None, number, real.number
    return row
