"""What people agree on in a frame, and how well each agrees: the results of a consensus."""
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple

from crowdsourcing.quality.aggregation.drawings import Frame, Shape
from crowdsourcing.quality.aggregation.intervals import wilson
from crowdsourcing.quality.aggregation.rules import Outcome
from crowdsourcing.quality.aggregation.votes import Worker
from crowdsourcing.quality.aggregation.words import people, share


class Standing(StrEnum):
    """Of one object: enough people drew it, too few did, or nobody can say yet."""

    AGREED = "agreed"
    OPEN = "open"
    DROPPED = "dropped"


@dataclass(frozen=True)
class ShapeRule:
    """When shapes are one object and when it counts.

    `min_iou`: IoU (likeness) from which shapes of two people may be one object, more than 0; `quorum`: people who must have drawn it,
    None for more than half; `min_people`: people on a frame before anything counts; `max_people`: people at most, None for no limit.
    ValueError for what cannot be.
    """

    min_iou: float = 0.5
    quorum: int | None = None
    min_people: int = 2
    max_people: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.min_iou <= 1:
            raise ValueError(f"The IoU from which shapes are one object is more than 0 and at most 1; {self.min_iou:g} is not.")
        if self.min_people < 1 or (self.quorum is not None and self.quorum < 1):
            raise ValueError("A frame takes at least 1 person, and so does an object.")
        if self.max_people is not None and self.max_people < self.wanted:
            raise ValueError(f"At most {people(self.max_people)} cannot be fewer than the {self.wanted} that a frame takes.")

    @property
    def wanted(self) -> int:
        """People on a frame before anything counts."""
        return max(self.min_people, self.quorum or 1)

    def quorum_of(self, number: int) -> int:
        """How many of `number` people must have drawn an object."""
        return self.quorum or number // 2 + 1

    def standing(self, support: int, number: int) -> Standing:
        """Of an object that `support` of `number` people drew. As many for as against it is a tie: it is open."""
        if number < self.wanted:
            return Standing.OPEN
        if support >= self.quorum_of(number):
            return Standing.AGREED
        return Standing.OPEN if 2 * support == number else Standing.DROPPED

    def more(self, number: int) -> int:
        """How many further people to ask when `number` did not decide; 0: there may be no more."""
        needed = max(1, self.wanted - number)
        return needed if self.max_people is None else max(0, min(needed, self.max_people - number))


class Merged(NamedTuple):
    """One object: `points` and `rotation` (degrees) as docs/editor-protocol.md has them, pixels. `persons` drew it, with these `shapes`
    and these `ious` with the merged one. `score` 0..1: those IoUs over everybody on the frame, so that who did not draw it counts as 0."""

    type: str
    label_id: Any
    points: list[float]
    rotation: float
    standing: Standing
    persons: tuple[Worker, ...]
    shapes: tuple[Shape, ...]
    ious: list[float]
    people: int
    quorum: int
    score: float

    @property
    def mean_iou(self) -> float:
        return sum(self.ious) / len(self.ious)

    @property
    def shape(self) -> dict[str, Any]:
        """For a job: like the shape that fits best, without its id; what is ticked and chosen, by most people (of a tie, that shape's)."""
        best = self.shapes[self.ious.index(max(self.ious))]
        kept = {name: value for name, value in best.items() if name != "id"}
        if "occluded" in kept:
            kept["occluded"] = _most([shape.get("occluded") for shape in self.shapes], kept["occluded"])
        if kept.get("attributes"):
            kept["attributes"] = _attributes(best, self.shapes)
        return {**kept, "points": list(self.points), "rotation": self.rotation}

    @property
    def sentence(self) -> str:
        fits = f"{len(self.persons)} of {people(self.people)} drew it, with a mean IoU of {share(self.mean_iou)}: score {share(self.score)}"
        if self.standing is Standing.AGREED:
            return f"{fits}."
        if self.standing is Standing.DROPPED:
            return f"{fits}; {self.quorum} are needed, so it is left out."
        return f"{fits}; that decides nothing yet."


@dataclass(frozen=True, slots=True)
class Agreement:
    """How one person's shapes go with what people agree on, on one frame or on many (`+`).

    `matched`, `missed`: agreed objects this person drew or did not; `extra`: shapes that too few others drew; `iou`: sum over the
    matched. What is still open counts for nothing. `score` 0..1 = iou / (matched + missed / 2 + extra / 2), panoptic quality; None while
    there is nothing to compare. `low`..`high`: 95 % (Wilson, rather too wide).
    """

    frames: int = 0
    matched: int = 0
    missed: int = 0
    extra: int = 0
    iou: float = 0.0
    # Frames on which nobody drew anything, this person neither.
    empty: int = 0

    def __add__(self, other: "Agreement") -> "Agreement":
        return Agreement(*(getattr(self, name) + getattr(other, name) for name in Agreement.__dataclass_fields__))

    @property
    def counted(self) -> float:
        return self.matched + self.missed / 2 + self.extra / 2 + self.empty

    @property
    def score(self) -> float | None:
        return min(1.0, (self.iou + self.empty) / self.counted) if self.counted else None

    @property
    def low(self) -> float:
        return wilson(self.iou + self.empty, self.counted)[0]

    @property
    def high(self) -> float:
        return wilson(self.iou + self.empty, self.counted)[1]

    @property
    def sentence(self) -> str:
        if self.score is None:
            return "Nothing is agreed yet that this person's shapes could be compared with."
        begin = f"Drew {self.matched} of {self.matched + self.missed} agreed objects"
        if self.matched:
            begin += f" with a mean IoU of {share(self.iou / self.matched)}"
        return (f"{begin}, and {self.extra} that others did not: agreement {share(self.score)}, with 95 % certainty between "
                f"{share(self.low)} and {share(self.high)}.")


@dataclass(frozen=True)
class FrameConsensus:
    """One frame. `objects`: in an order of their own, all standings; `agreements`: everybody who looked at it; `more`: people to ask."""

    frame: Frame
    outcome: Outcome
    more: int
    objects: tuple[Merged, ...]
    agreements: Mapping[Worker, Agreement]
    rule: ShapeRule = field(repr=False)

    @property
    def agreed(self) -> list[dict[str, Any]]:
        """The agreed shapes, for a job."""
        return [one.shape for one in self.objects if one.standing is Standing.AGREED]

    @property
    def score(self) -> float | None:
        """0..1: mean score of the agreed and the open objects; 1 if people agree that there are none, None without anything to agree on."""
        scores = [one.score for one in self.objects if one.standing is not Standing.DROPPED]
        if scores:
            return sum(scores) / len(scores)
        return 1.0 if self.outcome is Outcome.DECIDED else None

    @property
    def sentence(self) -> str:
        counts = {standing: sum(one.standing is standing for one in self.objects) for standing in Standing}
        number = len(self.agreements)
        agreed = counts[Standing.AGREED]
        begin = (f"{people(number)} looked: {agreed} object{'' if agreed == 1 else 's'} agreed, {counts[Standing.DROPPED]} drawn by too "
                 f"few, {counts[Standing.OPEN]} undecided")
        if self.outcome is Outcome.DECIDED:
            return f"{begin}."
        if self.more:
            return f"{begin}; {'one more person is' if self.more == 1 else f'{self.more} more people are'} needed."
        return f"{begin}; more than {people(self.rule.max_people or 0)} are not asked, so the requester decides."


def agreements(frames: Iterable[FrameConsensus]) -> dict[Worker, Agreement]:
    """Everybody's agreement over all frames."""
    found: dict[Worker, Agreement] = {}
    for frame in frames:
        for worker, one in frame.agreements.items():
            found[worker] = found[worker] + one if worker in found else replace(one)
    return found


def _attributes(best: Shape, shapes: Iterable[Shape]) -> list[dict[str, Any]]:
    given = [{answer["spec_id"]: answer["value"] for answer in shape.get("attributes") or []} for shape in shapes]
    return [{**answer, "value": _most([one[answer["spec_id"]] for one in given if answer["spec_id"] in one], answer["value"])}
            for answer in best["attributes"]]


def _most(values: list[Hashable], otherwise: Any) -> Any:
    """What more than any other value occurs, `otherwise` in a tie."""
    counts = {value: values.count(value) for value in values}
    most = [value for value, count in counts.items() if count == max(counts.values())]
    return most[0] if len(most) == 1 else otherwise
