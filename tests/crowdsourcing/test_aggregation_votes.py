"""Votes made into one answer: Toloka's numbers, crowd-kit's numbers, ties, truth, and what holds for any votes."""
import json
import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from crowdsourcing.quality.aggregation import (
    Aggregation,
    Outcome,
    Rule,
    TooManyCells,
    Votes,
    dawid_skene,
    majority,
    one_coin,
    weighted,
    wilson,
)

pytestmark = pytest.mark.unit
OPTIONS = ["OK", "BAD", "404"]
REFERENCE = json.loads((Path(__file__).parent / "reference" / "crowdkit.json").read_text())["cases"]
Method = Callable[..., Aggregation]
METHODS: dict[str, Method] = {
    "majority": majority, "weighted": lambda votes, rule=None, **more: weighted(votes, rule, skills={}, **more), "one coin": one_coin,
    "dawid_skene": dawid_skene,
}


def of_one(said: list[Any]) -> Votes:
    return Votes.of([("t", number, label) for number, label in enumerate(said)])


def by_skill(votes: list[tuple[Any, float]], rule: Rule | None = None, labels: list[Any] = OPTIONS) -> Any:
    rows = [("t", number, label) for number, (label, _) in enumerate(votes)]
    return weighted(Votes.of(rows, labels=labels), rule, skills={number: 100 * trust for number, (_, trust) in enumerate(votes)}).of("t")


# --- Toloka's rule ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("votes", "answer", "confidence"), [
    ([("OK", 0.7), ("OK", 0.9)], "OK", 0.977), ([("OK", 0.7), ("BAD", 0.9)], "BAD", 0.761),
    ([("OK", 0.7), ("BAD", 0.9), ("BAD", 0.8)], "BAD", 0.962), ([("OK", 0.5)], "OK", 0.5),
    # The sum of trust decides who leads, not the likelihood.
    ([("OK", 0.4), ("OK", 0.4), ("BAD", 0.7)], "OK", 0.16 * 0.15 / (0.16 * 0.15 + 0.09 * 0.7 + 0.09 * 0.15)),
    ([("OK", 1.0)], "OK", 1.0), ([("new", 0.8)], "new", 0.8),
    # Two experts who disagree, and somebody nobody trusts at all: there the platform answers, we ask.
    ([("OK", 1.0), ("BAD", 1.0)], None, 0.5), ([("OK", 0.0)], None, 0.0),
])
def test_an_answer_is_as_sure_as_toloka_says(votes: list[Any], answer: str | None, confidence: float) -> None:
    found = by_skill(votes)
    assert found.answer == answer
    assert found.confidence == pytest.approx(confidence, abs=5e-4)


def test_without_an_alternative_an_answer_is_certain() -> None:
    assert by_skill([("OK", 0.1)], labels=["OK"]).confidence == 1.0


def test_whoever_has_no_skill_is_trusted_by_checked_answers() -> None:
    votes = Votes.of([("t", "ann", "OK"), ("t", "bob", "BAD"), ("t", "eve", "BAD")], labels=OPTIONS)
    found = weighted(votes, skills={"ann": None, "bob": math.nan}, records={"ann": (3, 3), "bob": (0, 3)}).of("t")
    assert found.behind == {"OK": pytest.approx(3.5 / 4), "BAD": pytest.approx(0.5 / 4 + 0.5)}
    assert found.answer == "OK"


@pytest.mark.parametrize("skill", [-1, 100.5, math.inf])
def test_an_impossible_skill_or_weight_is_refused(skill: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 100"):
        weighted(of_one(["OK"]), skills={0: skill})
    with pytest.raises(ValueError, match="from 0 on"):
        majority(of_one(["OK"]), weights={0: -abs(skill)})


# --- crowd-kit -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("case", REFERENCE)
@pytest.mark.parametrize("method", ["majority", "majority by skill", "dawid_skene", "one_coin", "dawid_skene with truth"])
def test_crowd_kit_finds_the_same_chances(case: str, method: str) -> None:
    given = REFERENCE[case]
    if method not in given["found"]:
        assert not given["truth"]
        return
    votes = Votes.of([(item, worker, label) for item, said in given["votes"].items() for worker, label in said.items()])
    ours = {
        "majority": lambda: majority(votes), "majority by skill": lambda: majority(votes, weights=given["skills"]),
        "dawid_skene": lambda: dawid_skene(votes), "one_coin": lambda: one_coin(votes, smoothing=0, rounds=20),
        "dawid_skene with truth": lambda: dawid_skene(votes, truth=given["truth"]),
    }[method]()
    theirs = given["found"][method]
    assert list(votes.items) == sorted(theirs)
    expected = np.array([[theirs[item][label] for label in votes.labels] for item in votes.items])
    assert np.abs(ours.chances - expected).max() < 2e-6


# --- ties and rules --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rule", [Rule(max_votes=3), Rule(max_votes=2), Rule(max_votes=2, settle_at_maximum=True), Rule()])
def test_a_tie_asks_for_one_more_vote_and_then_for_the_requester(method: str, rule: Rule) -> None:
    found = METHODS[method](of_one(["OK", "BAD"]), rule).of("t")
    assert found.answer is None
    assert set(found.leaders) == {"OK", "BAD"}
    expected = (Outcome.NEEDS_REQUESTER, 0) if rule.max_votes == 2 else (Outcome.NEEDS_MORE_VOTES, 1)
    assert (found.outcome, found.more) == expected


@pytest.mark.parametrize("method", ["one coin", "dawid_skene"])
def test_what_is_usual_elsewhere_does_not_break_a_tie_against_a_person(method: str) -> None:
    rows = [(f"bad{number}", worker, "BAD") for number in range(30) for worker in ("ann", "bob")]
    found = METHODS[method](Votes.of([*rows, ("t", "ann", "OK"), ("t", "bob", "BAD")]), Rule(min_confidence=0.8))
    if method == "one coin":
        assert found.chances[found.votes.items.index("t"), found.votes.labels.index("BAD")] > 0.95
    assert found.of("t").outcome is Outcome.NEEDS_MORE_VOTES


@pytest.mark.parametrize(("said", "rule", "outcome", "more", "sentence"), [
    (["OK", "OK", "BAD", "OK"], Rule(), Outcome.DECIDED, 0, "3 of 4 people said “OK” and 1 “BAD”: “OK” with confidence 0.750."),
    (["OK", "OK", "BAD"], Rule(min_confidence=0.8, max_votes=5), Outcome.NEEDS_MORE_VOTES, 1,
     "2 of 3 people said “OK” and 1 “BAD”: confidence 0.666 is below the 0.8 wanted; one more vote is needed."),
    (["OK", "OK", "BAD"], Rule(min_confidence=0.8, max_votes=3), Outcome.NEEDS_REQUESTER, 0,
     "2 of 3 people said “OK” and 1 “BAD”: confidence 0.666 is below the 0.8 wanted; more than 3 people are not asked, so the requester "
     "decides."),
    (["OK", "OK", "BAD"], Rule(min_confidence=0.8, max_votes=3, settle_at_maximum=True), Outcome.DECIDED, 0,
     "2 of 3 people said “OK” and 1 “BAD”: “OK” with confidence 0.666, 0.8 wanted; with 3 people the leading answer is taken."),
    (["BAD"], Rule(min_votes=3), Outcome.NEEDS_MORE_VOTES, 2, "1 of 1 person said “BAD”; a decision takes 3: 2 more votes are needed."),
    (["OK", "BAD", "OK", "BAD"], Rule(max_votes=4), Outcome.NEEDS_REQUESTER, 0,
     "2 of 4 people said “BAD” and 2 “OK”: a tie, which decides nothing; more than 4 people are not asked, so the requester decides."),
    (["OK"] * 4 + ["BAD"], Rule(min_confidence=0.8), Outcome.DECIDED, 0,
     "4 of 5 people said “OK” and 1 “BAD”: “OK” with confidence 0.800, 0.8 wanted."),
])
def test_the_outcome_follows_the_rule_and_says_so(said: list[str], rule: Rule, outcome: Outcome, more: int, sentence: str) -> None:
    found = majority(of_one(said), rule).of("t")
    assert (found.outcome, found.more, found.sentence) == (outcome, more, sentence)


def test_the_sentence_tells_the_trust_behind_each_answer() -> None:
    assert by_skill([("OK", 0.7), ("BAD", 0.9), ("BAD", 0.8)], Rule(min_confidence=0.8)).sentence == (
        "2 of 3 people said “BAD” and 1 “OK” (weight 1.70 against 0.70): “BAD” with confidence 0.962, 0.8 wanted.")


@pytest.mark.parametrize("numbers", [
    {"min_votes": 0}, {"min_votes": 3, "max_votes": 2}, {"min_confidence": 1.1}, {"min_confidence": math.nan}])
def test_an_impossible_rule_is_refused(numbers: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        Rule(**numbers)


# --- ground truth ----------------------------------------------------------------------------------------------------
def _conspiracy(truths: int) -> tuple[Votes, dict[str, str], dict[str, str]]:
    """Two who are mostly right against three who say the opposite; some of 60 items have ground truth. Votes, truth, what is right."""
    dice = random.Random(5)
    right = {f"t{number:02}": dice.choice("YN") for number in range(60)}
    rows = []
    for number, (item, label) in enumerate(right.items()):
        wrong = "N" if label == "Y" else "Y"
        rows += [(item, liar, wrong) for liar in ("l1", "l2", "l3")]
        rows += [(item, "h1", wrong if number % 15 == 14 else label), (item, "h2", label)]
    return Votes.of(rows), {item: right[item] for item in list(right)[:truths]}, right


@pytest.mark.parametrize(("method", "truths"), [("one coin", 8), ("dawid_skene", 20)])
def test_a_little_ground_truth_shows_who_misleads(method: str, truths: int) -> None:
    votes, truth, right = _conspiracy(truths)
    assert sum(METHODS[method](votes).answers.get(item) == label for item, label in right.items()) < 10
    found = METHODS[method](votes, truth=truth)
    assert found.answers == right
    assert found.workers["h2"].low > 0.9 > 0.1 > found.workers["l1"].high
    assert (found.workers["l1"].checked, found.workers["l1"].checked_right) == (truths, 0)
    assert f"(0 of {truths} checked by ground truth are)" in found.workers["l1"].sentence


@pytest.mark.parametrize("method", METHODS)
def test_an_item_with_ground_truth_is_decided_by_it(method: str) -> None:
    votes = Votes.of([("gold", "ann", "BAD"), ("gold", "bob", "BAD"), ("t", "ann", "OK")], items=["gold", "silent"])
    found = METHODS[method](votes, Rule(min_votes=3), truth={"gold": "OK", "silent": "new", "elsewhere": "OK"})
    gold, silent = found.of("gold"), found.of("silent")
    assert (gold.outcome, gold.answer, gold.confidence, gold.by_truth) == (Outcome.DECIDED, "OK", 1.0, True)
    assert gold.sentence == "The ground truth says “OK”; 0 of 2 people said so."
    assert (silent.answer, silent.sentence) == ("new", "The ground truth says “new”; nobody has voted.")
    assert found.workers["bob"].checked_right == 0


# --- people ----------------------------------------------------------------------------------------------------------
def test_a_persons_own_vote_does_not_prove_him_right() -> None:
    rows = [("a", "ann", "OK"), ("a", "bob", "OK"), ("a", "eve", "BAD"), ("b", "ann", "OK"), ("c", "ann", "OK"), ("c", "bob", "BAD"),
            *(("d", worker, "OK") for worker in ("ann", "dan", "fay")), ("d", "eve", "BAD")]
    found = majority(Votes.of(rows)).workers
    assert {name: (one.right, one.counted) for name, one in found.items() if name < "f" and name != "dan"} == {
        "ann": (1, 2), "bob": (0, 1), "eve": (0, 2)}
    alone = majority(Votes.of([("b", "ann", "OK")])).workers["ann"]
    assert (alone.quality, alone.low, alone.high) == (None, 0.0, 1.0)
    assert alone.sentence == "1 vote, none of which could be compared with anybody's: the quality is unknown."
    assert found["ann"].sentence == ("Said what the others decided in 1 of 2 votes that could be compared: quality 0.500, with 95 % "
                                     "certainty between 0.094 and 0.905.")


def test_an_interval_is_wilsons() -> None:
    # Newcombe's tables: 81 of 263, 15 of 148.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)
    assert wilson(0, 0) == (0, 1)
    assert wilson(0, 20)[0] == 0 and wilson(20, 20)[1] == 1


def test_the_true_quality_lies_in_its_interval_for_nearly_everybody() -> None:
    dice = random.Random(3)
    skill = {f"w{number}": dice.uniform(0.55, 0.95) for number in range(40)}
    rows = []
    for number in range(600):
        right = dice.choice("YN")
        rows += [(number, worker, right if dice.random() < skill[worker] else ("N" if right == "Y" else "Y"))
                 for worker in dice.sample(sorted(skill), 5)]
    found = one_coin(Votes.of(rows)).workers
    assert sum(found[worker].low <= quality <= found[worker].high for worker, quality in skill.items()) >= 34


def test_dawid_and_skene_tell_what_somebody_confuses() -> None:
    rows = [(number, worker, label) for number, label in enumerate("YNYYNNYNYN") for worker in ("ann", "bob")]
    rows += [(number, "eve", "N" if label == "Y" else "Y") for number, label in enumerate("YNYYNNYNYN")]
    found = dawid_skene(Votes.of([*rows, ("alone", "eve", "Y")]))
    assert found.of("alone").answer == "N"
    assert found.confusion("eve")["N", "Y"] == pytest.approx(1, abs=1e-4)
    with pytest.raises(ValueError, match="Only Dawid-Skene"):
        one_coin(Votes.of(rows)).confusion("eve")


# --- odd input -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("method", METHODS)
def test_odd_input_has_a_defined_result(method: str) -> None:
    run = METHODS[method]
    assert list(run(Votes.of([]))) == [] and run(Votes.of([])).workers == {}
    silent = run(Votes.of([("t", "ann", None), ("t", "bob", math.nan)], labels=OPTIONS, items=["t"])).of("t")
    assert (silent.outcome, silent.confidence, silent.leaders) == (Outcome.NEEDS_MORE_VOTES, 0.0, ())
    assert silent.sentence == "Nobody has voted yet: one more vote is needed."
    alone = run(Votes.of([(number, "ann", "OK") for number in range(3)]))
    assert set(alone.answers.values()) == {"OK"}
    same = run(Votes.of([(item, worker, True) for item in range(4) for worker in range(3)]))
    assert all(one.answer is True and one.confidence == 1.0 for one in same)


def test_one_person_has_one_voice() -> None:
    votes = Votes.of([("t", "ann", "OK"), ("t", "ann", "OK"), ("t", "eve", "OK"), ("t", "eve", "BAD"), ("u", "eve", "BAD")])
    assert votes.contradictions == (("t", "eve"),)
    assert majority(votes).of("t").counts == {"OK": 1}
    assert majority(votes).of("u").counts == {"BAD": 1}


def test_an_answer_nobody_listed_counts_and_is_named() -> None:
    votes = Votes.of([("t", 1, "OK"), ("t", 2, "odd"), ("t", 3, 7)], labels=OPTIONS)
    assert votes.unlisted == (7, "odd")
    assert majority(votes).of("t").counts == {"OK": 1, "odd": 1, 7: 1}


def test_weights_of_nothing_decide_nothing() -> None:
    votes = of_one(["OK", "OK", "BAD"])
    found = majority(votes, weights={0: 0.0, 1: 0.0, 2: 0.0}).of("t")
    assert (found.outcome, found.confidence, found.leaders) == (Outcome.NEEDS_MORE_VOTES, 0.0, ())
    assert "no answer with any weight behind it" in found.sentence
    assert majority(votes, weights={0: 0.0, 1: 0.5}).of("t").answer == "BAD"


def test_too_large_a_table_is_refused_in_words() -> None:
    votes = Votes.of([(number, number, number) for number in range(5_000)])
    with pytest.raises(TooManyCells, match="aggregate them in parts"):
        majority(votes)
    with pytest.raises(TooManyCells, match="one coin"):
        dawid_skene(Votes.of([(number, number, number) for number in range(400)]))


# --- whatever the votes ----------------------------------------------------------------------------------------------
ROWS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.sampled_from("ABC")), max_size=30)


@pytest.mark.parametrize("method", METHODS)
@given(rows=ROWS, dice=st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_neither_order_nor_names_of_labels_change_anything(method: str, rows: list[Any], dice: random.Random) -> None:
    found = METHODS[method](Votes.of(rows, labels="ABC"), Rule(min_confidence=0.6))
    shuffled = list(rows)
    dice.shuffle(shuffled)
    again = METHODS[method](Votes.of(shuffled, labels="ABC"), Rule(min_confidence=0.6))
    assert list(again) == list(found) and np.array_equal(again.chances, found.chances)
    names = dict(zip("ABC", dice.sample("xyz", 3), strict=True))
    other = Votes.of([(item, worker, names[label]) for item, worker, label in rows], labels="zxy")
    renamed = METHODS[method](other, Rule(min_confidence=0.6))
    for before, after in zip(found, renamed, strict=True):
        assert after.outcome == before.outcome
        assert after.answer == names.get(before.answer)  # type: ignore[arg-type]
        assert after.confidence == pytest.approx(before.confidence, abs=1e-6)
    assert np.allclose(found.chances.sum(axis=1), 1)
    assert found.chances.min(initial=0) >= 0 and found.chances.max(initial=0) <= 1 + 1e-12


@pytest.mark.parametrize("method", ["majority", "weighted"])
@given(said=st.lists(st.sampled_from("ABC"), min_size=1, max_size=9), trust=st.integers(34, 100))
@settings(max_examples=40, deadline=None)
def test_one_more_vote_for_the_leader_never_makes_it_less_sure(method: str, said: list[str], trust: int) -> None:
    def confidence(votes: list[str]) -> Any:
        table = Votes.of([("t", number, label) for number, label in enumerate(votes)], labels="ABC")
        return (majority(table) if method == "majority" else weighted(table, skills=dict.fromkeys(range(10), trust))).of("t")

    before = confidence(said)
    for leader in before.leaders:
        after = confidence([*said, leader])
        assert after.answer == leader
        assert after.confidence >= before.confidence - 1e-9


@pytest.mark.parametrize("method", METHODS)
@given(people=st.integers(1, 4), rule=st.builds(Rule, max_votes=st.sampled_from([None, 8]), settle_at_maximum=st.booleans()))
@settings(max_examples=25, deadline=None)
def test_equally_many_for_each_answer_never_decide(method: str, people: int, rule: Rule) -> None:
    found = METHODS[method](of_one(["OK", "BAD"] * people), rule).of("t")
    assert found.answer is None
    assert found.outcome is (Outcome.NEEDS_REQUESTER if rule.max_votes == 2 * people else Outcome.NEEDS_MORE_VOTES)
