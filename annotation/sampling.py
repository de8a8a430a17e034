"""Which frames a task's ground truth is made of, and where honeypots lie among the others: CVAT's validation parameters. No tables."""
import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from heapq import heapify, heappop, heappush
from typing import Any

from django.core.exceptions import ValidationError

from annotation.segments import cut

GT, GT_POOL = "gt", "gt_pool"
UNIFORM, PER_JOB, MANUAL = "random_uniform", "random_per_job", "manual"
METHODS = {GT: (UNIFORM, PER_JOB, MANUAL), GT_POOL: (UNIFORM, MANUAL)}
MAX_SEED = 2**63 - 1
_COUNTS, _SHARES = ("frame_count", "frames_per_job_count"), ("frame_share", "frames_per_job_share")


@dataclass(frozen=True)
class Choice:
    """How frames are chosen. `frames`: names while a task is made, numbers later. Shares are above 0 and at most 1; a share is never
    less than one frame."""

    mode: str = GT
    method: str = UNIFORM
    frames: list[Any] = field(default_factory=list)
    frame_count: int | None = None
    frame_share: float | None = None
    frames_per_job_count: int | None = None
    frames_per_job_share: float | None = None
    random_seed: int | None = None

    def params(self) -> dict[str, Any]:
        """For Request.params."""
        return asdict(self)

    def generator(self) -> random.Random:
        """The same for the same seed."""
        return random.Random(self.random_seed)

    def chosen(self, size: int, spans: Sequence[tuple[int, int]], rng: random.Random) -> list[int]:
        """Numbers of 0..size-1, sorted. `spans`: first and last frame of each job. ValueError with a sentence for too many."""
        if self.method == PER_JOB:
            return self._of_each(spans, rng)
        if self.method == MANUAL:
            if beyond := [number for number in self.frames if not 0 <= number < size]:
                raise ValueError(f"The task has no frame {beyond[0]}: its frames are 0 to {size - 1}.")
            return sorted(set(self.frames))
        count = self.frame_count if self.frame_count is not None else max(1, int((self.frame_share or 0) * size))
        if count > size:
            raise ValueError(f"{count} ground truth frames are more than the task's {size} frames. Choose fewer.")
        return sorted(rng.sample(range(size), count))

    def _of_each(self, spans: Sequence[tuple[int, int]], rng: random.Random) -> list[int]:
        """Of every job; a frame of two jobs counts for both."""
        found: set[int] = set()
        for start, stop in spans:
            frames = range(start, stop + 1)
            count = self.a_job(len(frames))
            if count > len(frames):
                raise ValueError(f"{count} ground truth frames a job are more than a job's {len(frames)} frames. Choose fewer.")
            there = [number for number in frames if number in found]
            left = [number for number in frames if number not in found]
            found.update(rng.sample(left, min(max(0, count - len(there)), len(left))))
        return sorted(found)

    def a_job(self, frames: int) -> int:
        """How many of a job's frames."""
        if self.frames_per_job_count is not None:
            return self.frames_per_job_count
        return max(1, int((self.frames_per_job_share or 0) * frames))


@dataclass(frozen=True)
class Mixed:
    """A task with honeypots. `places`: of each frame, in order, the place of its picture in what was given and whether it is a honeypot;
    `spans`: the jobs; the ground truth's frames are the last ones, from `first_truth` on."""

    places: list[tuple[int, bool]]
    spans: list[tuple[int, int]]
    first_truth: int
    per_job: int


def mix(size: int, pool: Sequence[int], segment_size: int, choice: Choice, rng: random.Random) -> Mixed:
    """Frames that are no ground truth become jobs of `segment_size` (0: one), and into each come pictures of the ground truth at random
    places, dealt by `deal`. ValueError with a sentence.
    """
    kept = set(pool)
    others = [place for place in range(size) if place not in kept]
    if not others:
        raise ValueError("All frames would be ground truth and none is left for the jobs. Choose fewer ground truth frames.")
    count = choice.a_job(segment_size or len(others))
    if count > len(pool):
        raise ValueError(f"{count} honeypots a job need as many different pictures, the ground truth has {len(pool)}. "
                         "Choose more ground truth frames, or fewer a job.")
    places: list[tuple[int, bool]] = []
    spans: list[tuple[int, int]] = []
    cuts = list(cut(len(others), segment_size, 0))
    for (start, stop), honeypots in zip(cuts, deal([count] * len(cuts), pool, rng), strict=True):
        job = [(place, False) for place in others[start:stop + 1]]
        for place in honeypots:
            job.insert(rng.randint(0, len(job)), (place, True))
        spans.append((len(places), len(places) + len(job) - 1))
        places += job
    return Mixed(places + [(place, False) for place in sorted(pool)], spans, len(places), count)


def deal(counts: Sequence[int], pool: Sequence[int], rng: random.Random, fixed: Mapping[int, Collection[int]] | None = None,
         counted: Collection[int] = ()) -> list[list[int]]:
    """For each job so many pictures, by chance and none twice in a job: of all the least used, of those what lies farthest away in the
    order of the jobs. So each is used as rarely as can be, and neighbours share none if the pool has twice as many as a job.

    `fixed`: of jobs that keep theirs, by place; they count, and get what they have. `counted`: pictures that count as used once
    more each time they are named. ValueError where a job wants more than there are.
    """
    fixed = fixed or {}
    if any(count > len(pool) for place, count in enumerate(counts) if place not in fixed):
        raise ValueError(f"A job wants {max(counts)} honeypots, and {len(pool)} pictures of the ground truth can be dealt.")
    pile = _Pile(pool, Counter([*counted, *(one for pictures in fixed.values() for one in pictures)]), rng)
    dealt = []
    for place, count in enumerate(counts):
        pictures = list(fixed[place]) if place in fixed else pile.draw(count, fixed.get(place + 1, ()))
        pile.lay(place, pictures, again=place not in fixed)
        dealt.append(pictures)
    return dealt


class _Pile:
    """Pictures in the order in which they are dealt: the least used, then what was dealt longest ago, then by chance."""

    def __init__(self, pool: Sequence[int], used: Counter[int], rng: random.Random) -> None:
        self.used, self.rng, self.last = used, rng, dict.fromkeys(pool, -1)
        self._heap = [self._entry(one) for one in pool]
        heapify(self._heap)

    def _entry(self, one: int) -> tuple[int, int, float, int]:
        return self.used[one], self.last[one], self.rng.random(), one

    def draw(self, count: int, later: Collection[int]) -> list[int]:
        """So many; of equally used ones those last that are in `later`."""
        drawn: list[int] = []
        aside: list[tuple[int, int, float, int]] = []
        while len(drawn) < count and (self._heap or aside):
            if aside and (not self._heap or self._heap[0][0] > aside[0][0]):
                drawn.append(aside.pop(0)[3])
                continue
            entry = heappop(self._heap)
            if entry[:2] != (self.used[entry[3]], self.last[entry[3]]):
                continue  # what it was before it was dealt
            if entry[3] in later:
                aside.append(entry)
            else:
                drawn.append(entry[3])
        for entry in aside:
            heappush(self._heap, entry)
        return drawn

    def lay(self, place: int, pictures: Sequence[int], *, again: bool) -> None:
        """They lie in the job at `place` now; `again`: which was not counted before."""
        for one in pictures:
            self.used[one] += again
            if one in self.last:
                self.last[one] = place
                heappush(self._heap, self._entry(one))


def clean_choice(raw: Any, *, names: bool) -> Choice:
    """From CVAT's body; `names`: manual frames are told by name, else by number. ValidationError with its names."""
    if not isinstance(raw, dict):
        raise ValidationError({"mode": ["Give an object with mode and frame_selection_method."]})
    errors: dict[str, list[str]] = {}
    mode, method = raw.get("mode") or GT, raw.get("frame_selection_method")
    if not isinstance(mode, str) or mode not in METHODS:
        raise ValidationError({"mode": [f"Give one of {', '.join(METHODS)}."]})
    if method not in METHODS[mode]:
        raise ValidationError({"frame_selection_method": [f"Give one of {', '.join(METHODS[mode])}."]})
    numbers = {name: _count(raw, name, errors) for name in _COUNTS} | {name: _share(raw, name, errors) for name in _SHARES}
    _one_of(numbers, "frame_count", "frame_share", method == UNIFORM, errors)
    _one_of(numbers, "frames_per_job_count", "frames_per_job_share", method == PER_JOB or mode == GT_POOL, errors)
    frames = _frames(raw.get("frames"), errors, names=names, wanted=method == MANUAL)
    seed = _seed(raw.get("random_seed"), errors)
    if errors:
        raise ValidationError(errors)
    return Choice(mode, method, frames, random_seed=seed, **numbers)  # type: ignore[arg-type]


def _count(raw: dict[str, Any], name: str, errors: dict[str, list[str]]) -> int | None:
    value = raw.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1_000_000:
        errors[name] = ["Give a whole number from 1."]
        return None
    return value


def _share(raw: dict[str, Any], name: str, errors: dict[str, list[str]]) -> float | None:
    value = raw.get(name)
    if value is None:
        return None
    # Not NaN either: it is in no order.
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 1:
        errors[name] = ["Give a share above 0 and at most 1, like 0.05."]
        return None
    return float(value)


def _one_of(numbers: dict[str, Any], count: str, share: str, wanted: bool, errors: dict[str, list[str]]) -> None:
    given = [name for name in (count, share) if numbers[name] is not None]
    if wanted and not given and not {count, share} & set(errors):
        errors[count] = [f"Give {count} or {share}."]
    elif wanted and len(given) > 1:
        errors[share] = [f"Give {count} or {share}, not both."]
    elif not wanted and given:
        errors[given[0]] = ["This way of choosing frames does not use it."]


def _frames(value: Any, errors: dict[str, list[str]], *, names: bool, wanted: bool) -> list[Any]:
    if not wanted:
        if value:
            errors["frames"] = ["Frames are named with the method manual only."]
        return []
    kind = str if names else int
    fits = isinstance(value, list) and all(isinstance(one, kind) and not isinstance(one, bool) for one in value)
    if not value or not fits or len(set(value)) != len(value):
        errors["frames"] = [f"Give a list of the frames’ {'names' if names else 'numbers'}, each once."]
        return []
    return list(value)


def _seed(value: Any, errors: dict[str, list[str]]) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_SEED):
        errors["random_seed"] = ["Give a whole number from 0."]
        return None
    return value
