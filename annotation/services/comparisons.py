"""Two versions of one job beside each other: any of its snapshots, what is on it now, and the ground truth."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Case, F, JSONField, When

from annotation.errors import Refused
from annotation.models import Frame, Job, Snapshot
from annotation.services.corrections import open_draft
from annotation.services.shapes import frames_of
from annotation.services.truth import truth_of
from annotation.shapes import digest_of
from annotation.shapes.difference import Agreement, FrameDifference, compare_frame, compare_frames, sum_counts

CURRENT = "current"
TRUTH = "ground-truth"
# Of a replica: what the work of all who did the job was merged to.
MERGED = "merged"
# A reviewer's open draft.
CORRECTION = "correction"
# Another rule of pairing needs another name, or old numbers are shown.
_CACHE_KEY = "differences-3-{}-{}-{}-{}"
_CACHE_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Version:
    """One side. `name` is what the address calls it: a snapshot's id, "current", "ground-truth", "merged" or "correction"; `snapshot` is
    that of an id."""

    name: str
    frames: dict[str, Any]
    digest: str
    snapshot: Snapshot | None = None


@dataclass(frozen=True)
class FrameCounts:
    """`counts` and `agreement` as annotation.shapes.difference has them; `differs` also where only the mark "nothing here" does."""

    number: int
    counts: dict[str, int]
    differs: bool
    agreement: Agreement


@dataclass(frozen=True)
class Quality:
    """How good a version is, measured by the ground truth: shares from 0 to 1, None where there is nothing to measure."""

    precision: float | None
    recall: float | None
    mean_iou: float | None
    matched: int
    found: int
    truth: int


@dataclass(frozen=True)
class Comparison:
    """Both sides and what they differ in; `frames` are those with something on one side (with the ground truth: that it knows)."""

    before: Version
    after: Version
    frames: list[FrameCounts]

    @property
    def counts(self) -> dict[str, int]:
        return sum_counts([frame.counts for frame in self.frames])

    @property
    def quality(self) -> Quality | None:
        """Over all frames; None without the ground truth on one side."""
        return quality_of(self.before, self.after, sum((frame.agreement for frame in self.frames), Agreement()))

    @property
    def differing(self) -> list[FrameCounts]:
        return [frame for frame in self.frames if frame.differs]

    def frame(self, number: int, size: tuple[int, int]) -> FrameDifference:
        """One frame in full."""
        first, second = _known(self.before, self.after)
        return compare_frame(number, first.get(str(number), {}), second.get(str(number), {}), size,
                             ids=not _own_ids(self.before, self.after))


def quality_of(before: Version, after: Version, agreement: Agreement) -> Quality | None:
    """None unless exactly one side is the ground truth."""
    if (before.name == TRUTH) == (after.name == TRUTH):
        return None
    first = before.name == TRUTH
    precision, recall = agreement.shares(truth_first=first)
    truth, found = (agreement.before, agreement.after) if first else (agreement.after, agreement.before)
    return Quality(precision, recall, agreement.mean_measure, agreement.matched, found, truth)


def has_merged(job: Job) -> bool:
    """Whether the job is a replica, and something was ever put on the job that it is a place at."""
    return job.parent_job is not None and job.parent_job.revision > 0


def listed_snapshots(*, job: Job, names: Sequence[str] = ()) -> list[Any]:
    """All of the job's snapshots, the newest first, without `data`; those that are named have it as `kept`. One query."""
    ids = [int(name) for name in names if name.isascii() and name.isdigit() and len(name) <= 18]
    kept = Case(When(pk__in=ids, then=F("data")), default=None, output_field=JSONField())
    return list(job.snapshots.select_related("author").defer("data").annotate(kept=kept).order_by("-pk"))


def versions_of(*, job: Job, names: Sequence[str], listed: Sequence[Any]) -> list[Version]:
    """The job's versions of these names, in their order; `listed` is what `listed_snapshots` gave for them.

    Refused(code="no_such_version") with a sentence.
    """
    snapshots = {str(snapshot.pk): snapshot for snapshot in listed}
    live = {CURRENT: frames_of(job=job) if CURRENT in names else {}}
    if TRUTH in names:
        live[TRUTH] = truth_of(job=job)
    if MERGED in names and job.parent_job is not None and has_merged(job):
        live[MERGED] = frames_of(job=job.parent_job)
    if CORRECTION in names:
        live |= _draft(job)
    versions = []
    for name in names:
        snapshot = snapshots.get(name)
        if name == TRUTH and not live[TRUTH]:
            raise Refused("There is no ground truth for this job's frames: import one on the task's page, or finish its ground truth job.",
                          "no_such_version")
        if name in live:
            versions.append(Version(name, live[name], digest_of({"frames": live[name]})))
        elif snapshot is not None:
            versions.append(Version(name, snapshot.kept["frames"], snapshot.digest, snapshot))
        else:
            raise Refused(f"This job has no version “{name[:40]}”: give the id of one of its snapshots, “{CURRENT}” or “{TRUTH}”.",
                          "no_such_version")
    return versions


def _draft(job: Job) -> dict[str, dict[str, Any]]:
    draft = open_draft(job=job)
    if draft is None:
        raise Refused("Nobody is fixing this job now. Choose another version.", "no_such_version")
    return {CORRECTION: draft}


def compare_versions(*, job: Job, before: Version, after: Version, sizes: Mapping[int, tuple[int, int]]) -> Comparison:
    """Counts of every frame. They are kept for a day by what was compared: snapshots never change."""
    kinds = (before.name == TRUTH, after.name == TRUTH, _own_ids(before, after))
    key = _CACHE_KEY.format(job.task_id, before.digest, after.digest, "".join(f"{kind:d}" for kind in kinds))
    rows = cache.get(key)
    if rows is None:
        found = _compared(before, after, sizes)
        rows = [(frame.number, frame.counts, frame.differs, frame.agreement) for frame in found]
        cache.set(key, rows, _CACHE_SECONDS)
    return Comparison(before, after, [FrameCounts(*row) for row in rows])


def differences(*, job: Job, before: Version, after: Version) -> list[FrameDifference]:
    """Every frame that has something on one of the sides, in full."""
    return _compared(before, after, sizes_of(job))


def sizes_of(job: Job) -> dict[int, tuple[int, int]]:
    rows = Frame.objects.filter(job.frames_within(), task=job.task_id).values_list("number", "width", "height")
    return {number: (width, height) for number, width, height in rows}


def _compared(before: Version, after: Version, sizes: Mapping[int, tuple[int, int]]) -> list[FrameDifference]:
    first, second = _known(before, after)
    return compare_frames(first, second, sizes, ids=not _own_ids(before, after))


def _measured(before: Version, after: Version) -> bool:
    """Whether the ground truth is one side."""
    return TRUTH in (before.name, after.name)


def _own_ids(before: Version, after: Version) -> bool:
    """Whether one side's ids mean nothing on the other: the ground truth's, and those of merged work."""
    return before.name != after.name and bool({TRUTH, MERGED} & {before.name, after.name})


def _known(before: Version, after: Version) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both sides' frames; of a frame that the ground truth does not know nothing can be said, and it has no mark "nothing here"."""
    if not _measured(before, after):
        return before.frames, after.frames
    truth = before.frames if before.name == TRUTH else after.frames
    first, second = ({number: {kind: content[kind] for kind in ("shapes", "tags")} for number, content in side.frames.items()
                      if number in truth} for side in (before, after))
    return first, second
