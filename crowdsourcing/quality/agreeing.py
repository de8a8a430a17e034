"""How those who did one job agree: counted once for each set of work, before a policy decides about any of it.

All work that waits or was accepted counts, as it was submitted; what was rejected does not. A frame's tags are taken as shapes that are
the same wherever one person and another set them. Two strangers who drew the same are right rather than both wrong, but two wrong ones
beside one who is right must not throw that one out: nobody is judged before most people agree with what was found
(`Rule.few_agree`), so until then one more is asked, then the requester.
"""
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations, pairwise
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from annotation.models import Frame, Job, Snapshot
from annotation.shapes import digest_of
from crowdsourcing.mirror.locks import lock_pool
from crowdsourcing.models import Consensus, Pool
from crowdsourcing.quality.aggregation import Agreement, FrameConsensus, Merged, Outcome, ShapeRule, Standing, agreements, consensus
from crowdsourcing.quality.policies import with_defaults
from crowdsourcing.selectors.consensus import Piece, work_of
from crowdsourcing.selectors.policies import policy_of

# Suites whose work is in memory at once.
ROUND = 50
# Of a larger group neighbours alone are looked at.
MOST_PAIRED = 100


@dataclass(frozen=True)
class Rule:
    """What makes shapes one object, and people agree: a policy's consensus block, or its defaults. `wanted`: people a job."""

    wanted: int
    min_iou: float
    quorum: int | None
    max_people: int
    accept_from: float

    def shapes(self, people: int) -> ShapeRule:
        """For so many people; with fewer than a job takes, what they have counts for what it is worth."""
        least = min(people, self.wanted)
        quorum = None if self.quorum is None else min(self.quorum, people)
        return ShapeRule(self.min_iou, quorum, min_people=max(1, least), max_people=max(self.max_people, people, least))

    def few_agree(self, scores: Sequence[float | None]) -> bool:
        """Whether less than most people agree with what was found, so that nothing follows from it for anybody."""
        return 2 * sum(score is not None and score >= self.accept_from - 1e-9 for score in scores) <= len(scores)


def rule_of(pool: Pool) -> Rule:
    policy = policy_of(pool)
    return rule_by(pool, policy.config if policy is not None else {})


def rule_by(pool: Pool, config: Mapping[str, Any]) -> Rule:
    """The rule that a policy's config would mean for the pool."""
    block = with_defaults("consensus", config.get("consensus") or {})
    return Rule(pool.overlap, block["min_iou"], block["quorum"], max(block["max_people"], pool.overlap), block["accept_from"])


def inputs_of(rule: Rule, pieces: Sequence[Piece]) -> str:
    """Digest of the work and of the rule that an agreement is counted from."""
    return digest_of([vars(rule), sorted([piece.assignment, piece.snapshot] for piece in pieces)])


def agree_pool(pool: Pool) -> int:
    """Count anew where the work or the rule changed; how many jobs that were. Nothing in a pool with one Toloker a job."""
    if pool.overlap < 2:
        return 0
    rule, counted = rule_of(pool), dict(Consensus.objects.filter(task_suite__pool=pool).values_list("pk", "inputs"))
    work = work_of(pool)
    stale = [(suite, pieces) for suite, pieces in work.items() if counted.get(suite) != inputs_of(rule, pieces)]
    for start in range(0, len(stale), ROUND):
        _count(pool, rule, dict(stale[start:start + ROUND]))
    gone = [suite for suite, inputs in counted.items() if inputs and suite not in work]
    if gone:
        _forget(pool, gone)
    return len(stale) + len(gone)


def _forget(pool: Pool, suites: Sequence[int]) -> None:
    """All that was compared was rejected since: nobody is torn any more, and nobody else is asked for that."""
    with transaction.atomic():
        lock_pool(pool)
        Consensus.objects.filter(pk__in=suites).update(
            inputs="", people=0, outcome=Consensus.Outcome.MORE, score=None, frames={}, agreements={}, measured_at=timezone.now())


def _count(pool: Pool, rule: Rule, work: Mapping[int, Sequence[Piece]]) -> None:
    """A round is written at once; what dies before that is counted by the next look."""
    found = count_jobs(rule, work)
    now = timezone.now()
    with transaction.atomic():
        lock_pool(pool)
        Consensus.objects.bulk_create(
            [Consensus(task_suite_id=suite, inputs=inputs_of(rule, work[suite]), measured_at=now, **values)
             for suite, values in found.items()],
            update_conflicts=True, unique_fields=["task_suite"],
            update_fields=["inputs", "people", "outcome", "score", "frames", "agreements", "measured_at"])


def count_jobs(rule: Rule, work: Mapping[int, Sequence[Piece]]) -> dict[int, dict[str, Any]]:
    """Suite -> "people", "outcome", "score", "frames" and "agreements" as a Consensus has them; writes nothing. All is in memory at
    once: not more than ROUND suites. Three queries."""
    drawn = drawn_of_each(work)
    return {suite: _of_job(pieces, rule, drawn[suite]) for suite, pieces in work.items()}


def _of_job(pieces: Sequence[Piece], rule: Rule, drawn: "Drawn") -> dict[str, Any]:
    frames = agreed_on(drawn, rule.shapes(len(pieces)))
    people = agreements(frames.values())
    scores = [people[piece.assignment].score for piece in pieces]
    known = [frame.score for frame in frames.values() if frame.score is not None]
    return {
        "people": len(pieces), "outcome": _outcome(frames, rule, scores), "score": sum(known) / len(known) if known else None,
        "frames": summary_of(frames),
        "agreements": {str(piece.assignment): _of_person(people[piece.assignment], piece.assignment, frames) for piece in pieces}}


def _outcome(frames: Mapping[int, FrameConsensus], rule: Rule, scores: Sequence[float | None]) -> str:
    decided = all(frame.outcome is Outcome.DECIDED for frame in frames.values()) and not rule.few_agree(scores)
    if decided and len(scores) >= rule.wanted:
        return Consensus.Outcome.DECIDED
    return Consensus.Outcome.MORE if len(scores) < rule.max_people else Consensus.Outcome.REQUESTER


def _of_person(one: Agreement, person: int, frames: Mapping[int, FrameConsensus]) -> dict[str, Any]:
    each = {str(number): frame.agreements[person].score for number, frame in frames.items()}
    return {"score": _short(one.score), "low": _short(one.low), "high": _short(one.high), "matched": one.matched, "missed": one.missed,
            "extra": one.extra, "frames": {number: _short(score) for number, score in each.items() if score is not None}}


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def summary_of(frames: Mapping[int, FrameConsensus]) -> dict[str, Any]:
    """{"<frame>": {"score", "agreed", "open", "dropped"}}: objects of each standing; no score where there is nothing to agree on."""
    return {str(number): {"score": _short(frame.score), **{
        standing.value: sum(one.standing is standing for one in frame.objects) for standing in Standing}}
        for number, frame in frames.items()}


# --- what people drew, as the aggregation takes it --------------------------------------------------------------------
@dataclass(frozen=True)
class Drawn:
    """`frames`: frame -> assignment -> shapes, every frame of the job and everybody on each; `sizes`: (width, height) pixels."""

    frames: dict[int, dict[int, list[dict[str, Any]]]]
    sizes: dict[int, tuple[int, int]]


def drawn_of(pieces: Sequence[Piece]) -> Drawn:
    """The work of these attempts at one job."""
    return drawn_of_each({0: pieces})[0]


def drawn_of_each(work: Mapping[int, Sequence[Piece]]) -> dict[int, Drawn]:
    """The same of several jobs of one task, by the keys of `work`. Three queries."""
    jobs = Job.objects.in_bulk({pieces[0].job for pieces in work.values()})
    frames = Frame.objects.filter(reduce(or_, (job.frames_within() for job in jobs.values()), Q(pk=None)),
                                  task__in={job.task_id for job in jobs.values()})
    sizes = {number: (width, height) for number, width, height in frames.values_list("number", "width", "height")}
    data = dict(Snapshot.objects.filter(pk__in={piece.snapshot for pieces in work.values() for piece in pieces}).values_list("pk", "data"))
    found = {}
    for key, pieces in work.items():
        own = {number: sizes[number] for number in jobs[pieces[0].job].numbers if number in sizes}
        found[key] = Drawn({number: {
            piece.assignment: _on_frame(data[piece.snapshot]["frames"].get(str(number)) or {}, size) for piece in pieces}
            for number, size in own.items()}, own)
    return found


def agreed_on(drawn: Drawn, rule: ShapeRule) -> dict[int, FrameConsensus]:
    return dict(consensus(drawn.frames, rule, sizes=drawn.sizes))  # type: ignore[arg-type]


def _on_frame(content: Mapping[str, Any], size: tuple[int, int]) -> list[dict[str, Any]]:
    whole = [0, 0, *size]
    tags = [{"type": "rectangle", "points": whole, "label_id": ("tag", tag["label_id"]), "attributes": tag.get("attributes", [])}
            for tag in content.get("tags", [])]
    return [*content.get("shapes", []), *tags]


def contents_of(frames: Mapping[int, FrameConsensus]) -> dict[int, dict[str, Any]]:
    """Frame -> {"shapes", "tags"} of what people agree on and of what is still open; what too few drew is left out."""
    found = {}
    for number, frame in frames.items():
        kept = [one for one in frame.objects if one.standing is not Standing.DROPPED]
        groups, names = groups_of(kept), set[str]()
        shapes = [_named_once(one.shape, names) | ({"group": group} if group or "group" in one.shape else {})
                  for one, group in zip(kept, groups, strict=True)]
        found[number] = {
            "shapes": [{**shape, "source": "consensus"} for shape in shapes if not isinstance(shape["label_id"], tuple)],
            "tags": [{"label_id": shape["label_id"][1], "attributes": shape.get("attributes", []), "source": "consensus"}
                     for shape in shapes if isinstance(shape["label_id"], tuple)]}
    return found


def _named_once(shape: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """People who began with the same objects have the same names for them: without a name that another merged object has already."""
    name = shape.get("client_id")
    if name in names:
        return {key: value for key, value in shape.items() if key != "client_id"}
    names.update([name] if name else [])
    return shape


def groups_of(objects: Sequence[Merged]) -> list[int]:
    """A number from 1 for those that more than half of the people who drew both put together, 0 alone. Each person's numbers are their
    own, so those of the shapes say nothing."""
    members: dict[tuple[Hashable, int], list[int]] = defaultdict(list)
    for place, one in enumerate(objects):
        for person, shape in zip(one.persons, one.shapes, strict=True):
            if shape.get("group"):
                members[person, shape["group"]].append(place)
    together = Counter(pair for mine in members.values() for pair in (
        combinations(mine, 2) if len(mine) <= MOST_PAIRED else pairwise(mine)))
    home = list(range(len(objects)))

    def home_of(one: int) -> int:
        while home[one] != one:
            home[one] = one = home[home[one]]
        return one

    for (first, second), count in sorted(together.items()):
        if 2 * count > len(set(objects[first].persons) & set(objects[second].persons)):
            home[home_of(second)] = home_of(first)
    homes = [home_of(one) for one in range(len(objects))]
    sizes, numbers = Counter(homes), dict[int, int]()
    return [numbers.setdefault(one, len(numbers) + 1) if sizes[one] > 1 else 0 for one in homes]
