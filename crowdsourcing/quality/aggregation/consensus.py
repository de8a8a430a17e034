"""Several people's shapes on frames made into one set of shapes, with scores."""
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from crowdsourcing.quality.aggregation.agreement import Agreement, FrameConsensus, Merged, ShapeRule, Standing
from crowdsourcing.quality.aggregation.clusters import cluster
from crowdsourcing.quality.aggregation.counting import weight_of
from crowdsourcing.quality.aggregation.drawings import Drawings, Frame, Frames
from crowdsourcing.quality.aggregation.merging import merge_boxes, merge_shapes
from crowdsourcing.quality.aggregation.rules import Outcome
from crowdsourcing.quality.aggregation.votes import Worker

# Frames at once: memory stays small however many there are.
ROUND = 5_000


def consensus(
    frames: Frames, rule: ShapeRule | None = None, *, weights: Mapping[Worker, float | None] | None = None,
    sizes: Mapping[Frame, tuple[int, int]] | None = None,
) -> dict[Frame, FrameConsensus]:
    """`frames`: frame -> person -> shapes as docs/editor-protocol.md has them, in pixels; a person with an empty list looked and found
    nothing. Shapes are one object if they have one label and type and are alike enough; a merged shape and its score follow the `weights`
    (a person's quality, 0 and more, 1 for whoever is not named), the quorum counts heads. `sizes`: frame -> (width, height) in pixels;
    how near lines and points must be follows from it. ValueError for a negative weight.
    """
    rule = rule or ShapeRule()
    names, found = list(frames), {}
    for start in range(0, len(names), ROUND):
        some = {name: frames[name] for name in names[start:start + ROUND]}
        found.update({one.frame: one for one in _round(some, rule, weights or {}, sizes)})
    return found


def _round(
    frames: Frames, rule: ShapeRule, weights: Mapping[Worker, float | None], sizes: Mapping[Frame, tuple[int, int]] | None,
) -> Iterator[FrameConsensus]:
    drawings = Drawings.of(frames, sizes)
    weight = np.array([weight_of(person, weights.get(person)) for person in drawings.persons], dtype=float)
    by_frame: dict[int, list[_Object]] = defaultdict(list)
    for one in _objects(drawings, cluster(drawings, rule.min_iou), weight):
        by_frame[int(drawings.frame[one.members[0]])].append(one)
    of_person = dict(zip(drawings.persons, weight.tolist(), strict=True))
    for number, (name, drawn) in enumerate(frames.items()):
        yield _frame(drawings, name, {person: of_person[person] for person in drawn}, by_frame[number], rule)


class _Object(NamedTuple):
    members: list[int]
    points: list[float]
    rotation: float
    ious: list[float]
    # Sum of the IoUs by weight.
    fit: float


def _objects(drawings: Drawings, first: np.ndarray, weight: np.ndarray) -> list[_Object]:
    """In the order of their first shapes. `first`: (shapes,) the first shape of each one's object; `weight`: (persons,)."""
    order = np.argsort(first, kind="stable")
    starts = np.flatnonzero(np.r_[True, first[order][1:] != first[order][:-1]]) if len(order) else order
    sizes = np.diff(np.r_[starts, len(order)])
    simple = np.logical_and.reduceat(drawings.upright[order], starts) if len(order) else np.zeros(0, bool)
    found: dict[int, _Object] = {}
    for size in np.unique(sizes[simple]).tolist():
        members = order[starts[simple & (sizes == size)][:, None] + np.arange(size)]
        each = weight[drawings.person[members]]
        merged, ious = merge_boxes(drawings.box[members], _some(each))
        rows = zip(members.tolist(), merged.tolist(), ious.tolist(), (ious * each).sum(axis=1).tolist(), strict=True)
        found.update({mine[0]: _Object(mine, points, 0.0, fits, fit) for mine, points, fits, fit in rows})
    for start, size in zip(starts[~simple].tolist(), sizes[~simple].tolist(), strict=True):
        mine = order[start:start + size].tolist()
        each = weight[drawings.person[mine]]
        points, rotation, fits = merge_shapes(drawings, mine, _some(each))
        found[mine[0]] = _Object(mine, points, rotation, fits, float(np.dot(each, fits)))
    return [found[key] for key in sorted(found)]


def _some(weights: np.ndarray) -> np.ndarray:
    """Of people none of whom has any weight all have the same."""
    return np.where(weights.sum(axis=-1, keepdims=True) > 0, weights, 1.0)


def _frame(
    drawings: Drawings, name: Frame, weights: dict[Worker, float], objects: list[_Object], rule: ShapeRule,
) -> FrameConsensus:
    people, quorum, who = len(weights), rule.quorum_of(len(weights)), drawings.person
    whole = sum(sorted(weights.values()))
    merged: list[Merged] = []
    # Person -> objects of each standing, and the IoU with the agreed ones.
    counts: dict[Standing, Counter[Worker]] = {standing: Counter() for standing in Standing}
    fits = dict.fromkeys(weights, 0.0)
    for one in objects:
        persons = tuple([drawings.persons[number] for number in who[one.members].tolist()])
        shapes = tuple([drawings.shapes[number] for number in one.members])
        standing = rule.standing(len(persons), people)
        counts[standing].update(persons)
        if standing is Standing.AGREED:
            for person, iou in zip(persons, one.ious, strict=True):
                fits[person] += iou
        score = min(1.0, one.fit / whole) if whole else sum(one.ious) / people
        kind, label = shapes[0]["type"], shapes[0]["label_id"]
        merged.append(Merged(kind, label, one.points, one.rotation, standing, persons, shapes, one.ious, people, quorum, score))
    matched, extra = counts[Standing.AGREED], counts[Standing.DROPPED]
    decided = people >= rule.wanted and not counts[Standing.OPEN]
    more = 0 if decided else rule.more(people)
    outcome = Outcome.DECIDED if decided else Outcome.NEEDS_MORE_VOTES if more else Outcome.NEEDS_REQUESTER
    agreed, empty = sum(one.standing is Standing.AGREED for one in merged), int(decided and not merged)
    found = {person: Agreement(1, matched[person], agreed - matched[person], extra[person], fit, empty) for person, fit in fits.items()}
    return FrameConsensus(name, outcome, more, tuple(merged), found, rule)
