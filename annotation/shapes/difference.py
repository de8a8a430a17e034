"""What differs between two versions of a job's frames: pure, no database.

A version is {"<frame number>": {"shapes": [...], "tags": [...], "nothing_here"?: true}} as snapshots keep it. Shapes are paired as
`annotation.shapes.pairing` says and compared by place, label, answers and occlusion. Ids, groups, order from back to front and
source are not compared: two people who draw the same give them differently.

With the ground truth on one side the same pairs say how good the other side is: `Agreement`.
"""
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from annotation.shapes.measures import reach_of
from annotation.shapes.pairing import pair_shapes

# In the order in which they are told. One shape may be relabelled and moved: it counts in both, and shows as the first.
KINDS = ("added", "removed", "relabelled", "moved", "changed")
COUNTS = (*KINDS, "unchanged")
# Of pictures whose size nobody gave.
_SIZE = (1920, 1080)

Thing = dict[str, Any]
Frames = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Answer:
    """An attribute's value on both sides; None where it has none."""

    spec_id: int
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Difference:
    """One shape or tag on both sides, or on one. `measure` is what the places have in common (annotation.shapes.measures)."""

    before: Thing | None
    after: Thing | None
    measure: float | None = None
    answers: tuple[Answer, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """Some of KINDS in their order, or ("unchanged",)."""
        if self.before is None or self.after is None:
            return ("added" if self.before is None else "removed",)
        occluded = bool(self.before.get("occluded")) != bool(self.after.get("occluded"))
        found = {"relabelled": self.before["label_id"] != self.after["label_id"],
                 "moved": self.measure is not None and self.measure < 1, "changed": bool(self.answers) or occluded}
        return tuple(kind for kind in KINDS if found.get(kind)) or ("unchanged",)

    @property
    def kind(self) -> str:
        return self.kinds[0]


@dataclass(frozen=True)
class Agreement:
    """How two sides agree, in objects (shapes and tags). `matched`: pairs with the same label. `measured` of them are shapes, whose
    measures add up to `measure_sum`."""

    before: int = 0
    after: int = 0
    matched: int = 0
    measured: int = 0
    measure_sum: float = 0.0

    def __add__(self, other: "Agreement") -> "Agreement":
        return Agreement(self.before + other.before, self.after + other.after, self.matched + other.matched,
                         self.measured + other.measured, self.measure_sum + other.measure_sum)

    @property
    def mean_measure(self) -> float | None:
        """Mean IoU of the matched shapes (of lines and points their closeness); None without any."""
        return self.measure_sum / self.measured if self.measured else None

    def shares(self, *, truth_first: bool) -> tuple[float | None, float | None]:
        """(precision, recall) of the side that is not the truth; None where there is nothing to be a share of."""
        truth, found = (self.before, self.after) if truth_first else (self.after, self.before)
        return (self.matched / found if found else None, self.matched / truth if truth else None)


@dataclass(frozen=True)
class FrameDifference:
    """One frame. `nothing_here` is the mark before and after."""

    number: int
    shapes: list[Difference] = field(default_factory=list)
    tags: list[Difference] = field(default_factory=list)
    nothing_here: tuple[bool, bool] = (False, False)

    @property
    def counts(self) -> dict[str, int]:
        """How many shapes and tags of each kind; all of COUNTS."""
        counts = dict.fromkeys(COUNTS, 0)
        for difference in (*self.shapes, *self.tags):
            for kind in difference.kinds:
                counts[kind] += 1
        return counts

    @property
    def agreement(self) -> Agreement:
        things = (*self.shapes, *self.tags)
        matched = [one for one in things if one.before and one.after and one.before["label_id"] == one.after["label_id"]]
        measures = [one.measure for one in matched if one.measure is not None]
        return Agreement(sum(one.before is not None for one in things), sum(one.after is not None for one in things), len(matched),
                         len(measures), sum(measures))

    @property
    def differs(self) -> bool:
        return self.nothing_here[0] != self.nothing_here[1] or any(d.kind != "unchanged" for d in (*self.shapes, *self.tags))


def compare_frames(before: Frames, after: Frames, sizes: Mapping[int, tuple[int, int]], *, ids: bool = True) -> list[FrameDifference]:
    """Every frame that has something on one of the sides, in order. `sizes`: frame number -> (width, height) in pixels; `ids` as in
    annotation.shapes.pairing."""
    numbers = sorted({int(number) for number in (*before, *after)})
    return [compare_frame(number, before.get(str(number), {}), after.get(str(number), {}), sizes.get(number, _SIZE), ids=ids)
            for number in numbers]


def compare_frame(number: int, before: Mapping[str, Any], after: Mapping[str, Any], size: tuple[int, int], *,
                  ids: bool = True) -> FrameDifference:
    """The pairs in the order of the second side, then what was removed."""
    return FrameDifference(
        number, _shapes(before.get("shapes", []), after.get("shapes", []), reach_of(*size), ids),
        _tags(before.get("tags", []), after.get("tags", [])),
        (bool(before.get("nothing_here")), bool(after.get("nothing_here"))))


def sum_counts(frames: list[dict[str, int]]) -> dict[str, int]:
    """All of COUNTS over some frames' counts."""
    return {kind: sum(counts[kind] for counts in frames) for kind in COUNTS}


def _shapes(before: list[Thing], after: list[Thing], reach: float, ids: bool) -> list[Difference]:
    pairs = {j: (i, measure) for i, j, measure in pair_shapes(before, after, reach, ids=ids)}
    found = []
    for j, thing in enumerate(after):
        if j not in pairs:
            found.append(Difference(None, thing))
        else:
            i, measure = pairs[j]
            found.append(Difference(before[i], thing, measure, _answers(before[i], thing)))
    known = {i for i, _ in pairs.values()}
    return found + [Difference(thing, None) for i, thing in enumerate(before) if i not in known]


def _tags(before: list[Thing], after: list[Thing]) -> list[Difference]:
    """A tag is paired with one of the same label, first with the same answers."""
    left = list(before)
    partners: dict[int, Thing] = {}
    same: Callable[[Thing, Thing], bool]
    for same in (lambda one, other: not _answers(one, other), lambda one, other: True):
        for position, tag in enumerate(after):
            if position in partners:
                continue
            match = next((k for k, old in enumerate(left) if old["label_id"] == tag["label_id"] and same(old, tag)), None)
            if match is not None:
                partners[position] = left.pop(match)
    found = [Difference(partners[position], tag, None, _answers(partners[position], tag)) if position in partners else Difference(None, tag)
             for position, tag in enumerate(after)]
    return found + [Difference(tag, None) for tag in left]


def _answers(before: Thing, after: Thing) -> tuple[Answer, ...]:
    """Answers that differ. Another label asks other questions: nothing to compare then."""
    if before["label_id"] != after["label_id"]:
        return ()
    old, new = ({answer["spec_id"]: answer["value"] for answer in thing.get("attributes", [])} for thing in (before, after))
    return tuple(Answer(spec, old.get(spec), new.get(spec)) for spec in sorted({*old, *new}) if old.get(spec) != new.get(spec))
