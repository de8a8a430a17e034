"""How suspicious one attempt looks, and why. Pure. An order for reviewers, never a verdict: nothing is rejected by it.

Each signal has a weight 0..1; together they make 1 - (1 - a)(1 - b)..., so that several weak ones add up and none passes 1. What is usual
is told by the pool's own medians, so that a pool of empty pictures does not make everybody suspicious; a pool in which most work is bad
hides the bad, and the Tolokers' records are left to tell.
"""
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from crowdsourcing.quality.measures import TINY_PIXELS, Measure

# So many jobs with work must be there before they say what is usual; so many judged ones before a rate of rejection says anything.
LEAST_PEERS = 5
LEAST_JUDGED = 3
# In place of the number of a job that lies in another project.
ELSEWHERE = 0
_FAST, _FEW, _MOST, _REJECTED = 0.35, 1 / 3, 0.5, 0.3
_NO_TIME_SECONDS = 1.0
# Scores against the ground truth: careful work with slightly other outlines is above the first.
_FITS, _MISSES = 0.7, 0.5
# A pool whose usual job has as many as this a frame is not one of empty pictures.
_USUALLY_THERE = 0.5


@dataclass(frozen=True)
class Signal:
    """`text` is a sentence for people with the numbers in it, `code` a word for programs."""

    code: str
    weight: float
    text: str


@dataclass(frozen=True)
class Suspicion:
    """`score` 0..1, two digits; signals strongest first."""

    score: float
    signals: tuple[Signal, ...]


@dataclass(frozen=True)
class Peers:
    """What is usual in a pool: medians over its jobs with work. Without enough of them `enough` is False and the rest means nothing."""

    enough: bool = False
    seconds_a_frame: float = 0.0
    marks_a_frame: float = 0.0
    untouched_share: float = 0.0
    tiny_share: float = 0.0
    huge_share: float = 0.0

    @classmethod
    def of(cls, jobs: Iterable[Measure]) -> "Peers":
        worked = [job for job in jobs if job.with_work]
        if len(worked) < LEAST_PEERS:
            return cls()
        return cls(
            True, median(job.seconds_a_frame for job in worked), median(job.marks_a_frame for job in worked),
            median(_share(job.untouched_frames, job.frames) for job in worked),
            median(_share(job.tiny, job.areas) for job in worked), median(_share(job.huge, job.areas) for job in worked))


@dataclass(frozen=True)
class Record:
    """What else is known, most of it about the same Toloker's work for this requester: judged attempts, and other jobs with shapes at the
    same places or of the same sizes (job numbers; ELSEWHERE for a job of another project, which whoever reads this may not see)."""

    accepted: int = 0
    rejected: int = 0
    same_places: Sequence[int] = field(default_factory=tuple)
    same_sizes: Sequence[int] = field(default_factory=tuple)
    # Of this job: how it fits the ground truth (models.TruthScore), on so many frames; None where nothing is known.
    truth: float | None = None
    truth_frames: int = 0


def judge(job: Measure, peers: Peers, record: Record) -> Suspicion:
    found = [signal for rule in _RULES if (signal := rule(job, peers, record)) is not None]
    left = 1.0
    for signal in found:
        left *= 1 - signal.weight
    return Suspicion(round(1 - left, 2), tuple(sorted(found, key=lambda signal: -signal.weight)))


def _without_work(job: Measure, peers: Peers, record: Record) -> Signal | None:
    if job.with_work:
        return None
    return Signal("without_work", 0.8, "Submitted without work: nothing that can be used came with it.")


def _fast(job: Measure, peers: Peers, record: Record) -> Signal | None:
    usual, own = peers.seconds_a_frame, job.seconds_a_frame
    if not job.with_work:
        return None
    if peers.enough and usual > 0 and own < _FAST * usual:
        weight = 0.3 if own >= 0.2 * usual else 0.5
        return Signal("too_fast", weight, f"{_number(own)} s a frame; the usual job of this pool takes {_number(usual)} s a frame.")
    if not peers.enough and own < _NO_TIME_SECONDS:
        return Signal("too_fast", 0.4, f"{_number(own)} s a frame: hardly time to look at it.")
    return None


def _few(job: Measure, peers: Peers, record: Record) -> Signal | None:
    if not job.with_work or job.nothing_here_frames == job.frames or not peers.enough or peers.marks_a_frame < _USUALLY_THERE:
        return None
    if job.marks_a_frame >= _FEW * peers.marks_a_frame:
        return None
    usual = f"the usual job of this pool has {_number(peers.marks_a_frame)} a frame"
    if not job.marks:
        return Signal("few_shapes", 0.5, f"No shape or tag at all; {usual}.")
    have = f"{_count(job.marks, 'shape or tag', 'shapes and tags')} on {_count(job.frames, 'frame')}"
    return Signal("few_shapes", 0.35, f"{have}; {usual}.")


def _nothing_here(job: Measure, peers: Peers, record: Record) -> Signal | None:
    if not job.with_work or not job.frames or job.nothing_here_frames < job.frames:
        return None
    if peers.enough and peers.marks_a_frame < _USUALLY_THERE:
        return None
    all_of_them = "The only frame is" if job.frames == 1 else f"All {job.frames} frames are"
    text = f"{all_of_them} marked “nothing here”"
    if not peers.enough:
        return Signal("nothing_here", 0.15, f"{text}.")
    return Signal("nothing_here", 0.5, f"{text}; the usual job of this pool has {_rate(peers.marks_a_frame)} a frame.")


def _untouched(job: Measure, peers: Peers, record: Record) -> Signal | None:
    share = _share(job.untouched_frames, job.frames)
    if not job.with_work or not share or (peers.enough and peers.untouched_share >= 0.7 * share):
        return None
    left = f"{job.untouched_frames} of {_count(job.frames, 'frame')} left untouched"
    return Signal("untouched", max(0.1, round(0.5 * share, 2)), f"{left}: nothing drawn, changed or marked “nothing here”.")


def _same_places(job: Measure, peers: Peers, record: Record) -> Signal | None:
    if not record.same_places:
        return None
    what, weight = ("The only shape is", 0.3) if job.marks == 1 else ("All shapes are", 0.55)
    return Signal("same_places", weight, f"{what} exactly where the same Toloker put them in {_jobs(record.same_places)}.")


def _same_sizes(job: Measure, peers: Peers, record: Record) -> Signal | None:
    if not record.same_sizes or record.same_places:
        return None
    return Signal("same_sizes", 0.35, f"All shapes are exactly as large as the same Toloker’s in {_jobs(record.same_sizes)}.")


def _often_rejected(job: Measure, peers: Peers, record: Record) -> Signal | None:
    judged = record.accepted + record.rejected
    rate = _share(record.rejected, judged)
    if judged < LEAST_JUDGED or rate < _REJECTED:
        return None
    weight = min(0.5, round(0.6 * rate, 2))
    return Signal("often_rejected", weight, f"{record.rejected} of this Toloker’s {judged} judged jobs were rejected.")


def _misses_truth(job: Measure, peers: Peers, record: Record) -> Signal | None:
    if record.truth is None or record.truth >= _FITS:
        return None
    weight = 0.3 if record.truth >= _MISSES else 0.6
    known = _count(record.truth_frames, "frame")
    return Signal("misses_truth", weight, f"Scores {record.truth:.2f} of 1 against the ground truth of {known}.")


def _tiny(job: Measure, peers: Peers, record: Record) -> Signal | None:
    if _share(job.tiny, job.areas) < _MOST or peers.tiny_share >= _MOST / 2:
        return None
    limit = f"{TINY_PIXELS:.0f} × {TINY_PIXELS:.0f} pixels"
    return Signal("tiny_shapes", 0.35, f"{job.tiny} of {_count(job.areas, 'shape')} smaller than {limit}.")


def _huge(job: Measure, peers: Peers, record: Record) -> Signal | None:
    if _share(job.huge, job.areas) < _MOST or peers.huge_share >= _MOST / 2:
        return None
    return Signal("huge_shapes", 0.3, f"{job.huge} of {_count(job.areas, 'shape')} as large as the whole frame.")


_RULES: tuple[Callable[[Measure, Peers, Record], Signal | None], ...] = (
    _without_work, _fast, _few, _nothing_here, _untouched, _same_places, _same_sizes, _often_rejected, _misses_truth, _tiny, _huge)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _number(value: float) -> str:
    """"0.4", "3.5", "12", "240": as much as means something."""
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}".removesuffix(".0")


def _rate(marks: float) -> str:
    number = _number(marks)
    return f"{number} shape or tag" if number == "1" else f"{number} shapes or tags"


def _count(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def _jobs(numbers: Sequence[int]) -> str:
    named = sorted(number for number in numbers if number != ELSEWHERE)
    shown, more, elsewhere = named[:2], len(named[2:]), len(numbers) - len(named)
    parts = [str(number) for number in shown] + ([f"{more} more"] if more else [])
    listed = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)
    words = f"{'job' if len(parts) == 1 else 'jobs'} {listed}" if parts else ""
    others = _count(elsewhere, "job of another project", "jobs of other projects") if elsewhere else ""
    return " and in ".join(part for part in (words, others) if part)
