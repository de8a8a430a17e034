"""A policy's decision about one attempt, and configs that cannot be: tables of cases, no database."""
from dataclasses import replace
from typing import Any

import pytest

from crowdsourcing.quality.judgement import Answer, Evidence, judge
from crowdsourcing.quality.policies import PolicyError, PoolFacts, clean

EVERYTHING = PoolFacts(least_frames=5, truth_frames=2, votes=5, verifier_skill=True, annotated_skill=True)
RULES = {"automatic": {"reject_below_seconds": 5, "reject_untouched_from": 0.5}}
TRUTH = {"ground_truth": {"accept_from": 0.8, "reject_below": 0.5}}
CROWD = {"verification": {"min_confidence": 0.8}}
HALF = {"verification": {"min_confidence": 0.8, "ok_share": 0.5}}
REST = {"automatic": {"accept_rest": True, "ask_suspicion_from": 0.6}}


def answers(*said: str) -> tuple[Answer, ...]:
    """"OK", "BAD"; "ok?" and "bad?" are not sure enough; "tie"; "" waits."""
    sure = {"OK": 0.95, "BAD": 0.9, "ok?": 0.7, "bad?": 0.79}
    return tuple(Answer(frame, word.rstrip("?").upper() if word in sure else "", sure.get(word), settled=word != "")
                 for frame, word in enumerate(said, start=1))


def work(**fields: Any) -> Evidence:
    return Evidence(**{"frames": 4, "seconds": 400, "suspicion": 0.1, **fields})


CASES: list[tuple[str, dict[str, Any], Evidence, str, str, str]] = [
    # what, config, evidence, outcome, source, a part of the reason
    ("too fast", RULES, work(seconds=8), "reject", "automatic", "2.0 seconds a frame"),
    ("just slow enough", RULES, work(seconds=20), "ask", "automatic", "No rule of the policy can tell"),
    ("untouched", RULES, work(untouched=2), "reject", "automatic", "2 of 4 frames were left untouched"),
    ("few untouched", RULES | TRUTH, work(untouched=1, truth_frames=2, score=0.9), "accept", "ground_truth", "0.90"),
    ("no work", RULES, work(with_work=False), "reject", "automatic", "without any work"),
    ("no work yet", RULES, work(with_work=False, late=True), "wait", "automatic", "on its way"),
    ("no work, forgiven", {"automatic": {"reject_without_work": False, "accept_rest": True}}, work(with_work=False), "ask", "automatic",
     "without any work"),
    ("no work, nobody to show it to", CROWD, work(with_work=False), "ask", "verification", "without any work"),
    ("not measured", RULES, work(measured=False, seconds=None), "wait", "automatic", "not measured"),
    ("suspicious", REST, work(suspicion=0.7, suspicion_reasons=("Too even.",)), "ask", "automatic", "a person decides. Too even."),
    ("suspicion unknown", REST, work(suspicion=None), "wait", "automatic", "not measured"),
    ("nothing against it", REST, work(), "accept", "automatic", "No rule speaks against"),
    ("fits", TRUTH, work(truth_frames=2, score=0.8), "accept", "ground_truth", "0.80 of 1; 0.8 is enough"),
    ("misses", TRUTH, work(truth_frames=2, score=0.49, scores={1: 0.9, 3: 0.1}), "reject", "ground_truth", "worst on frame 3"),
    ("on the lower edge", TRUTH, work(truth_frames=2, score=0.5), "ask", "ground_truth", "between them"),
    ("truth not counted yet", TRUTH, work(truth_frames=2), "wait", "ground_truth", "not compared"),
    ("no truth here", TRUTH, work(), "ask", "ground_truth", "No rule of the policy"),
    ("in between, then crowd", TRUTH | CROWD, work(truth_frames=2, score=0.6, answers=answers("OK")), "accept",
     "verification", "to be right."),
    ("in between, and the crowd is not asked", TRUTH | CROWD, work(truth_frames=2, score=0.6), "wait", "verification", "not been asked"),
    ("in between beats accepting the rest", TRUTH | REST, work(truth_frames=2, score=0.6), "ask", "ground_truth", "between them"),
    ("truth before the crowd", TRUTH | CROWD, work(truth_frames=2, score=0.1, answers=answers("OK")), "reject", "ground_truth", "0.10"),
    ("rules before truth", RULES | TRUTH, work(seconds=1, truth_frames=2, score=1.0), "reject", "automatic", "0.2 seconds"),
    ("all right", CROWD, work(answers=answers("OK", "OK", "OK")), "accept", "verification", "3 of 3 were found to be right"),
    ("one wrong", CROWD, work(answers=answers("OK", "BAD", "OK")), "reject", "verification", "Frame 2 was found not to be right"),
    ("one wrong is enough, whatever comes", CROWD, work(answers=answers("BAD", "", "tie")), "reject", "verification", "Frame 1 was"),
    ("half is enough", HALF, work(answers=answers("OK", "BAD", "OK", "")), "accept", "verification", "at least 50 %"),
    ("half wrong is not more than half", HALF, work(answers=answers("OK", "BAD", "OK", "BAD")), "accept", "verification", "2 of 4"),
    ("more than half wrong", HALF, work(answers=answers("BAD", "BAD", "BAD", "")), "reject", "verification", "Frames 1, 2 and 3 were"),
    ("a question waits", CROWD, work(answers=answers("OK", "")), "wait", "verification", "1 of 2 frames still waits"),
    ("a tie rejects nobody", CROWD, work(answers=answers("OK", "tie")), "ask", "verification", "About frame 2"),
    ("a tie alone rejects nobody", CROWD, work(answers=answers("tie")), "ask", "verification", "A tie decides against nobody"),
    ("not sure enough to reject", CROWD, work(answers=answers("OK", "bad?")), "ask", "verification", "at least 80 %"),
    ("not sure enough to accept", CROWD, work(answers=answers("OK", "ok?")), "ask", "verification", "at least 80 %"),
    ("a tie that does not matter", HALF, work(answers=answers("OK", "OK", "tie")), "accept", "verification", "2 of 3"),
    ("nobody was asked", CROWD, work(), "wait", "verification", "not been asked"),
    ("a crowd is waited for before the rest is accepted", CROWD | REST, work(), "wait", "verification", "not been asked"),
    ("rejected before, and once more", CROWD, work(answers=answers("BAD"), rejected_before=2), "reject", "verification", "not to be right"),
    ("rejected often enough", CROWD, work(answers=answers("BAD"), rejected_before=3), "ask", "verification", "was rejected 3 times before"),
    ("accepted after many", CROWD, work(answers=answers("OK"), rejected_before=9), "accept", "verification", "to be right."),
]


@pytest.mark.parametrize(
    ("config", "evidence", "outcome", "source", "reason"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_decides(config: dict[str, Any], evidence: Evidence, outcome: str, source: str, reason: str) -> None:
    found = judge(evidence, clean(config, EVERYTHING))
    assert (found.outcome, found.source) == (outcome, source)
    assert reason in found.explanation
    assert found.inputs["frames"] == 4


def test_by_hand_judges_nothing() -> None:
    assert judge(work(answers=answers("BAD")), {}).outcome == "wait"


def test_a_verdict_keeps_what_it_was_made_of_and_names_no_worker() -> None:
    votes = (("OK", 0.9), ("BAD", 0.4), ("OK", None))
    seen = work(answers=(Answer(2, "OK", 0.97, True, votes),), truth_frames=1, score=0.61, scores={3: 0.61}, rejected_before=1)
    found = judge(seen, clean(TRUTH | CROWD, EVERYTHING))
    assert found.inputs == {
        "frames": 4, "with_work": True, "rejected_before": 1, "seconds": 400, "untouched_frames": 0, "suspicion": 0.1,
        "ground_truth": {"score": 0.61, "frames": {"3": 0.61}},
        "verification": [{"frame": 2, "answer": "OK", "confidence": 0.97, "settled": True, "votes": [
            {"answer": "OK", "weight": 0.9}, {"answer": "BAD", "weight": 0.4}, {"answer": "OK", "weight": None}]}]}
    assert found.thresholds == {"min_confidence": 0.8, "ok_share": 1, "min_frames": 1}
    assert found.confidence == 0.97


def test_a_reason_fits_the_platforms_comment_however_many_frames() -> None:
    seen = work(frames=10_000, answers=answers(*["BAD"] * 10_000))
    found = judge(seen, clean(CROWD, EVERYTHING))
    assert "and 9988 more" in found.explanation
    assert len(found.explanation) < 400


NOTHING = PoolFacts()
IMPOSSIBLE: list[tuple[str, Any, PoolFacts, str, str]] = [
    ("no object", [], NOTHING, "", "A policy is an object"),
    ("a word nobody knows", {"magic": {}}, NOTHING, "magic", "There is no “magic”"),
    ("a value nobody knows", {"automatic": {"speed": 1}}, NOTHING, "automatic.speed", "There is no “speed” here"),
    ("a block that is no object", {"automatic": 3}, NOTHING, "automatic", "is an object with"),
    ("a word", {"automatic": {"reject_below_seconds": "fast"}}, NOTHING, "automatic.reject_below_seconds", "from 0.1 to 86400"),
    ("no number", {"automatic": {"ask_suspicion_from": float("nan")}}, NOTHING, "automatic.ask_suspicion_from", "from 0.01 to 1"),
    ("true for a number", {"automatic": {"ask_suspicion_from": True}}, NOTHING, "automatic.ask_suspicion_from", "Choose a number"),
    ("a number for true", {"automatic": {"accept_rest": 1}}, NOTHING, "automatic.accept_rest", "true or false"),
    ("half a round", {"automatic": {}, "max_rounds": 1.5}, NOTHING, "max_rounds", "whole number from 1 to 100"),
    ("a share above 1", {**CROWD, "stop": {"accepted_share": 10}}, EVERYTHING, "stop.accepted_share", "from 0.01 to 1"),
    ("limits of nothing", {"max_rounds": 3}, NOTHING, "", "Nothing in this policy decides"),
    ("rules that decide nothing", {"automatic": {"reject_without_work": False, "ask_suspicion_from": None}}, NOTHING, "automatic",
     "decide nothing"),
    ("consensus of one", {"consensus": {"min_iou": 0.5}}, EVERYTHING, "consensus", "agrees with nobody"),
    ("confidence without votes", CROWD, NOTHING, "verification", "Nobody votes yet"),
    ("confidence of no votes", CROWD, PoolFacts(votes=0, verifier_skill=True, annotated_skill=True), "verification.min_confidence",
     "no votes"),
    ("verification without skill", CROWD, PoolFacts(votes=5, verifier_skill=True), "verification", "no skill for those who annotate"),
    ("verification without any skill", CROWD, PoolFacts(votes=5), "verification", "for those who verify and none for those who annotate"),
    ("more validation than frames", {"verification": {"min_frames": 6}}, EVERYTHING, "verification.min_frames", "has 5 frames"),
    ("ground truth without any", TRUTH, NOTHING, "ground_truth", "No job of this pool has a frame with ground truth"),
    ("more truth than there is", {"ground_truth": {"min_frames": 3}}, EVERYTHING, "ground_truth.min_frames", "only 2 frames"),
    ("rejected above accepted", {"ground_truth": {"accept_from": 0.4, "reject_below": 0.6}}, EVERYTHING, "ground_truth.reject_below",
     "accepted and rejected"),
    ("the platform accepts all", REST, PoolFacts(accepts_everything=True), "", "accepts everything by itself"),
]


@pytest.mark.parametrize(
    ("config", "facts", "path", "sentence"), [case[1:] for case in IMPOSSIBLE], ids=[case[0] for case in IMPOSSIBLE])
def test_refuses_in_words(config: Any, facts: PoolFacts, path: str, sentence: str) -> None:
    with pytest.raises(PolicyError) as caught:
        clean(config, facts)
    assert sentence in caught.value.errors[path]


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(PolicyError) as caught:
        clean({"verification": {"min_confidence": 2, "ok_share": 0}, "max_rounds": 0, "x": 1}, EVERYTHING)
    assert set(caught.value.errors) == {"verification.min_confidence", "verification.ok_share", "max_rounds", "x"}


@pytest.mark.parametrize("config", [{}, {"automatic": None}, {"verification": False, "consensus": None}], ids=["empty", "null", "false"])
def test_by_hand_is_empty(config: dict[str, Any]) -> None:
    assert clean(config, NOTHING) == {}


def test_defaults_are_written_out_and_stay_when_they_come_back() -> None:
    full = clean({"automatic": {}}, NOTHING)
    assert full == {
        "automatic": {"reject_without_work": True, "reject_below_seconds": None, "reject_untouched_from": None, "ask_suspicion_from": 0.6,
                      "accept_rest": False},
        "max_rounds": 3, "stop": {"first": 20, "accepted_share": 0.1}}
    assert clean(full, NOTHING) == full
    assert clean({**full, "stop": None}, NOTHING)["stop"] is None


def test_a_comment_names_no_honeypot() -> None:
    evidence = work(truth_frames=2, score=0.49, scores={1: 0.9, 3: 0.1})
    assert "worst on frame 3" in judge(evidence, clean(TRUTH, EVERYTHING)).explanation
    assert "worst on" not in judge(replace(evidence, honeypots=True), clean(TRUTH, EVERYTHING)).explanation
