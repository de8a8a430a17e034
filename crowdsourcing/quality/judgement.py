"""One decision about one attempt. Pure: what is known of it and a policy's config in, an outcome with its reason out.

The blocks of a policy are asked in the order of policies.ORDER, and the first that is sure decides:

1. rules reject what needs no opinion (nothing was submitted, too fast, frames untouched); suspicion never rejects: it leaves to a person;
2. ground truth rejects below one score and accepts from another; between them it cannot tell;
3. those who did the same job decide by how they agree, once as many as are wanted have handed in: whoever fits what most drew is
   accepted, whoever does not is rejected; while they do not agree one more is asked, then a person;
4. the verification crowd decides once its answers do, whatever the open ones will say. A tie, or an answer that is not sure enough,
   counts for neither side: should the decision hang on it, a person decides;
5. rules accept the rest, if they are to.

Whoever is still to be heard (a score that is not measured, questions without an answer) is waited for. What nothing decides is left to a
person, and so is a rejection of a job that was rejected `max_rounds` times.
"""
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crowdsourcing.quality import reasons
from crowdsourcing.quality.aggregation.intervals import wilson
from crowdsourcing.quality.policies import ORDER

ACCEPT, REJECT, ASK, WAIT = "accept", "reject", "ask", "wait"
OK, BAD = "OK", "BAD"


@dataclass(frozen=True)
class Answer:
    """What verifiers said about one frame. `settled`: nobody else is asked. `frame` is its number within the job, from 1.

    `votes`: (answer, weight) each, the weight how often that person was found right so far, 0..1, None where unknown; who voted is not
    part of it.
    """

    frame: int
    answer: str = ""
    confidence: float | None = None
    settled: bool = False
    votes: tuple[tuple[str, float | None], ...] = ()


@dataclass(frozen=True)
class Agreed:
    """How the attempt goes with others at the same job. `people` handed in of `wanted`; `outcome` as of a Consensus (decided, more,
    requester); `score` 0..1 or None without anything to compare, `low`..`high` with 95 %; `missed`, `extra`: objects that most drew and
    this one did not, and the other way round; `frames`: score by frame within the job, from 1."""

    people: int
    wanted: int
    outcome: str
    score: float | None = None
    low: float = 0.0
    high: float = 1.0
    matched: int = 0
    missed: int = 0
    extra: int = 0
    frames: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
    """What is known of an attempt. None: not known (yet).

    `late`: work may still arrive, so its absence says nothing. `truth_frames`: frames of the job with ground truth; `scores`: score by
    frame; with `honeypots` those frames are a secret that no comment tells. `rejected_before`: rejected attempts at the same job.
    `record`: other attempts of the same person in the project that were accepted, and that were judged; nothing is decided by it.
    """

    frames: int = 1
    with_work: bool = True
    late: bool = False
    measured: bool = True
    seconds: float | None = None
    untouched: int = 0
    suspicion: float | None = None
    suspicion_reasons: tuple[str, ...] = ()
    truth_frames: int = 0
    score: float | None = None
    scores: Mapping[int, float] = field(default_factory=dict)
    honeypots: bool = False
    # None: not counted (yet).
    agreed: Agreed | None = None
    answers: tuple[Answer, ...] = ()
    rejected_before: int = 0
    record: tuple[int, int] | None = None

    @property
    def seconds_a_frame(self) -> float | None:
        return None if self.seconds is None else self.seconds / max(1, self.frames)

    @property
    def untouched_share(self) -> float:
        return self.untouched / max(1, self.frames)


@dataclass(frozen=True)
class Judgement:
    """`outcome`: ACCEPT, REJECT, ASK (a person) or WAIT; `source`: the block that decided or is waited for.

    `inputs` and `thresholds` are what a Verdict keeps; `explanation` is one paragraph that the Toloker may read; `confidence` 0..1, where
    there is one.
    """

    outcome: str
    source: str
    explanation: str
    inputs: dict[str, Any] = field(default_factory=dict)
    thresholds: dict[str, Any] = field(default_factory=dict)
    confidence: float | None = None


@dataclass(frozen=True)
class _Opinion:
    outcome: str
    text: str
    thresholds: dict[str, Any] = field(default_factory=dict)
    confidence: float | None = None


def judge(evidence: Evidence, config: Mapping[str, Any]) -> Judgement:
    """`config` as policies.clean gives it. A config that is by hand judges nothing: WAIT."""
    unsure: list[tuple[str, _Opinion]] = []
    for block in ORDER:
        if not config.get(block):
            continue
        opinion = _BLOCKS[block](evidence, config[block])
        if opinion is None:
            continue
        if opinion.outcome == ASK and block != "automatic":
            unsure.append((block, opinion))
            continue
        return _made(evidence, block, _within_rounds(opinion, evidence, config))
    rules = config.get("automatic")
    if rules and rules["accept_rest"] and not unsure:
        return _made(evidence, "automatic", _Opinion(ACCEPT, reasons.nothing_against(), {"accept_rest": True}))
    if unsure:
        block, opinion = unsure[-1]
        texts = dict.fromkeys(each.text for _, each in unsure)
        return _made(evidence, block, _Opinion(ASK, " ".join(texts), opinion.thresholds, opinion.confidence))
    used = [block for block in ORDER if config.get(block)]
    return _made(evidence, used[-1], _Opinion(ASK, reasons.nothing_decides())) if used else Judgement(WAIT, "hand", "")


def _made(evidence: Evidence, source: str, opinion: _Opinion) -> Judgement:
    return Judgement(opinion.outcome, source, opinion.text, inputs_of(evidence), opinion.thresholds, opinion.confidence)


def _within_rounds(opinion: _Opinion, evidence: Evidence, config: Mapping[str, Any]) -> _Opinion:
    limit = config.get("max_rounds")
    if opinion.outcome != REJECT or limit is None or evidence.rejected_before < limit:
        return opinion
    text = f"{opinion.text} {reasons.too_many_rounds(evidence.rejected_before)}"
    return _Opinion(ASK, text, {**opinion.thresholds, "max_rounds": limit}, opinion.confidence)


def inputs_of(evidence: Evidence) -> dict[str, Any]:
    """What a Verdict keeps of the evidence: plain JSON, only what is known."""
    found: dict[str, Any] = {"frames": evidence.frames, "with_work": evidence.with_work, "rejected_before": evidence.rejected_before}
    if evidence.seconds is not None:
        found |= {"seconds": round(evidence.seconds, 1), "untouched_frames": evidence.untouched}
    if evidence.suspicion is not None:
        found |= {"suspicion": round(evidence.suspicion, 3)}
    if evidence.record is not None:
        found["worker"] = _estimate(*evidence.record)
    if evidence.score is not None:
        found["ground_truth"] = {"score": round(evidence.score, 4), "frames": {
            str(frame): round(score, 4) for frame, score in sorted(evidence.scores.items())}}
    if evidence.agreed is not None:
        one = evidence.agreed
        found["consensus"] = {
            "people": one.people, "outcome": one.outcome, "score": one.score, "low": one.low, "high": one.high, "matched": one.matched,
            "missed": one.missed, "extra": one.extra, "frames": {str(frame): score for frame, score in sorted(one.frames.items())}}
    if evidence.answers:
        found["verification"] = [{
            "frame": one.frame, "answer": one.answer, "confidence": None if one.confidence is None else round(one.confidence, 4),
            "settled": one.settled, "votes": [{"answer": word, "weight": None if weight is None else round(weight, 4)}
                                              for word, weight in one.votes]} for one in evidence.answers]
    return found


def _estimate(accepted: int, judged: int) -> dict[str, Any]:
    """How good the person was so far, begun with one even chance, and what it may be with 95 % certainty."""
    low, high = wilson(accepted, judged)
    return {"accepted": accepted, "judged": judged, "estimate": round((0.5 + accepted) / (1 + judged), 4), "low": round(low, 4),
            "high": round(high, 4)}


# --- rules ----------------------------------------------------------------------------------------------------------
def _rules(evidence: Evidence, rules: Mapping[str, Any]) -> _Opinion | None:
    if not evidence.with_work:
        if evidence.late:
            return _Opinion(WAIT, reasons.work_may_come())
        return _Opinion(REJECT, reasons.no_work(), {"reject_without_work": True}, 1.0) if rules["reject_without_work"] else _Opinion(
            ASK, reasons.no_work())
    if not evidence.measured:
        return _Opinion(WAIT, reasons.not_measured())
    least, most, suspicious = (rules[name] for name in ("reject_below_seconds", "reject_untouched_from", "ask_suspicion_from"))
    pace = evidence.seconds_a_frame
    if least is not None and pace is not None and pace < least:
        return _Opinion(REJECT, reasons.too_fast(pace, least), {"reject_below_seconds": least})
    if most is not None and evidence.untouched_share >= most:
        return _Opinion(REJECT, reasons.untouched(evidence.untouched, evidence.frames, most), {"reject_untouched_from": most})
    if suspicious is None:
        return None
    if evidence.suspicion is None:
        return _Opinion(WAIT, reasons.not_measured())
    if evidence.suspicion >= suspicious:
        return _Opinion(ASK, reasons.suspicious(evidence.suspicion_reasons), {"ask_suspicion_from": suspicious})
    return None


# --- ground truth ---------------------------------------------------------------------------------------------------
def _truth(evidence: Evidence, truth: Mapping[str, Any]) -> _Opinion | None:
    """None where the job has too little ground truth to judge by."""
    if evidence.truth_frames < truth["min_frames"] or not evidence.with_work:
        return _without_work(evidence)
    if evidence.score is None:
        return _Opinion(WAIT, reasons.no_score())
    score, low, high = evidence.score, truth["reject_below"], truth["accept_from"]
    held = {"accept_from": high, "reject_below": low, "min_frames": truth["min_frames"]}
    if score >= high:
        return _Opinion(ACCEPT, reasons.fits_truth(score, high), held)
    if score < low:
        return _Opinion(REJECT, reasons.misses_truth(score, low, _worst(evidence, low)), held)
    return _Opinion(ASK, reasons.between(score, low, high), held)


def _without_work(evidence: Evidence) -> _Opinion | None:
    """Nothing can be measured or shown to anybody: a person looks, unless the work may still come."""
    if evidence.with_work:
        return None
    return _Opinion(WAIT, reasons.work_may_come()) if evidence.late else _Opinion(ASK, reasons.no_work())


def _worst(evidence: Evidence, low: float) -> list[int]:
    """Frames to name to the Toloker."""
    return [] if evidence.honeypots else sorted(frame for frame, score in evidence.scores.items() if score < low)


# --- verification crowd ---------------------------------------------------------------------------------------------
def _crowd(evidence: Evidence, crowd: Mapping[str, Any]) -> _Opinion | None:
    if not evidence.with_work:
        return _without_work(evidence)
    held = {name: crowd[name] for name in ("min_confidence", "ok_share", "min_frames")}
    sure = {one.frame: one for one in evidence.answers if _is_sure(one, crowd["min_confidence"])}
    good = sorted(frame for frame, one in sure.items() if one.answer == OK)
    bad = sorted(frame for frame, one in sure.items() if one.answer == BAD)
    asked = len(evidence.answers)
    if asked < crowd["min_frames"]:
        return _Opinion(WAIT, reasons.no_answers(asked, 0))
    wanted = crowd["ok_share"] * asked - 1e-9
    confidence = min((sure[frame].confidence or 0.0 for frame in sure), default=None)
    if len(good) >= wanted:
        return _Opinion(ACCEPT, reasons.verified(len(good), asked, crowd["ok_share"]), held, confidence)
    if asked - len(bad) < wanted:
        return _Opinion(REJECT, reasons.not_verified(bad, asked, crowd["ok_share"]), held, confidence)
    unsettled = [one for one in evidence.answers if not one.settled]
    if unsettled:
        return _Opinion(WAIT, reasons.no_answers(asked, len(unsettled)), held)
    open_ones = sorted(one.frame for one in evidence.answers if one.frame not in sure)
    return _Opinion(ASK, reasons.undecided(open_ones, asked, crowd["min_confidence"]), held, confidence)


def _is_sure(one: Answer, least: float) -> bool:
    """A tie has no answer; an answer that may still change, or of which nobody knows how sure it is, decides nothing."""
    return one.settled and one.answer in (OK, BAD) and one.confidence is not None and one.confidence >= least - 1e-9


# --- those who did the same job ----------------------------------------------------------------------------------------
def _consensus(evidence: Evidence, rule: Mapping[str, Any]) -> _Opinion | None:
    """A tie never decides against anybody: it asks one more, then a person."""
    if not evidence.with_work:
        return _without_work(evidence)
    one = evidence.agreed
    if one is None:
        return _Opinion(WAIT, reasons.not_compared())
    if one.people < one.wanted:
        return _Opinion(WAIT, reasons.too_few_yet(one.people, one.wanted))
    if one.outcome == "more":
        return _Opinion(WAIT, reasons.one_more(one.people))
    high, low = rule["accept_from"], rule["reject_below"]
    held = {name: rule[name] for name in ("accept_from", "reject_below", "min_iou", "quorum", "max_people")}
    if one.score is None or (one.outcome == "requester" and one.score < high - 1e-9):
        return _Opinion(ASK, reasons.torn(one.people), held)
    if one.score >= high - 1e-9:
        return _Opinion(ACCEPT, reasons.agrees(one.score, one.people, high), held)
    worst = sorted(frame for frame, score in one.frames.items() if score < low)
    if one.score < low - 1e-9:
        return _Opinion(REJECT, reasons.disagrees(one.score, one.people, low, one.missed, one.extra, worst), held)
    return _Opinion(ASK, reasons.half_agrees(one.score, one.people, low, high), held)


_BLOCKS: dict[str, Callable[[Evidence, Mapping[str, Any]], _Opinion | None]] = {
    "automatic": _rules, "ground_truth": _truth, "consensus": _consensus, "verification": _crowd}
