"""Aggregation beside the plainest computations there are, on small random data: every pair, every assignment, every pixel, every vote."""
import itertools
import math
import random
from collections import Counter, defaultdict
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from annotation.shapes.geometry import clean_points
from crowdsourcing.quality.aggregation import ShapeRule, Votes, consensus, dawid_skene, majority, one_coin, weighted
from crowdsourcing.quality.aggregation.clusters import _likely
from crowdsourcing.quality.aggregation.drawings import Drawings
from tests.crowdsourcing.test_aggregation_shapes import box, mask, of_one, shape

pytestmark = pytest.mark.unit
PEOPLE = "abc"


def _number(dice: random.Random, least: float, most: float) -> float:
    return round(dice.uniform(least, most), 1)


def _drawn(dice: random.Random) -> dict[str, Any]:
    """Of any type, near one of two places, sometimes with a slip of the hand far away."""
    x, y = dice.choice([20, 60]) + _number(dice, -4, 4), dice.choice([20, 60]) + _number(dice, -4, 4)
    wide, high = _number(dice, 8, 20), _number(dice, 8, 20)
    far = [_number(dice, 90, 120), _number(dice, 90, 120)] if dice.random() < 0.3 else []
    kind = dice.choice(["rectangle", "turned", "ellipse", "polygon", "polyline", "points", "mask"])
    if kind == "mask":
        rows = ["".join(dice.choice("###.") for _ in range(6)) for _ in range(5)]
        if far:
            rows = [f"{row}{'.' * 30}" for row in rows] + ["." * 35 + "#"]
        rows[0] = "#" + rows[0][1:]
        return mask(*rows, left=round(x), top=round(y))
    if kind in ("rectangle", "turned"):
        return box(x, y, x + wide, y + high, rotation=_number(dice, 1, 359) if kind == "turned" else 0.0)
    if kind == "ellipse":
        return shape("ellipse", x, y, x + wide, y - high, rotation=dice.choice([0.0, _number(dice, 1, 359)]))
    corners = [x, y, x + wide, y + _number(dice, -1, 1), x + wide, y + high, x, y + high]
    return shape(kind, *corners, *([*far, *corners[-2:]] if far else []))


def _pictures(seed: int, each: int = 4) -> dict[str, list[dict[str, Any]]]:
    dice = random.Random(seed)
    return {person: [_drawn(dice) for _ in range(dice.randrange(each + 1))] for person in PEOPLE}


@given(st.integers(0, 10**9), st.sampled_from([0.3, 0.5, 0.7]))
@settings(max_examples=150, deadline=None)
def test_no_pair_of_any_type_is_overlooked(seed: int, least: float) -> None:
    drawings = Drawings.of({0: _pictures(seed)})
    i, j, measure = _likely(drawings, least)
    expected = {(a, b): drawings.likeness(a, b) for a, b in itertools.combinations(range(len(drawings)), 2)
                if drawings.group[a] == drawings.group[b] and drawings.person[a] != drawings.person[b] and drawings.likeness(a, b) >= least}
    assert dict(zip(zip(i.tolist(), j.tolist(), strict=True), measure.tolist(), strict=True)) == pytest.approx(expected)


@pytest.mark.parametrize("kind", ["mask", "polygon", "points"])
def test_a_slip_of_the_hand_far_away_does_not_make_two_objects_of_one(kind: str) -> None:
    """The shapes are alike, the boxes around them are not."""
    rows = ["####"] * 3
    square = [10, 10, 50, 10, 50, 50, 10, 50]
    with_slip = {
        "mask": (mask(*rows), mask(*(f"{row}{'.' * 40}" for row in rows), "." * 43 + "#")),
        "polygon": (shape("polygon", *square), shape("polygon", 10, 10, 50, 10, 50, 30, 400, 30.1, 50, 30.2, 50, 50, 10, 50)),
        "points": (shape("points", *square), shape("points", *square[:6], 400, 400)),
    }[kind]
    [one] = of_one(*([each] for each in with_slip)).objects
    assert len(one.persons) == 2 and one.mean_iou > 0.7


# --- shapes ---------------------------------------------------------------------------------------------------------------------------
def _best_sum(drawings: Drawings, least: float) -> float:
    """Of all ways to pair the shapes of two people, the largest sum of likenesses that are enough."""
    left = [number for number in range(len(drawings)) if drawings.person[number] == 0]
    right = [number for number in range(len(drawings)) if drawings.person[number] == 1]

    def best(rest: list[int], free: frozenset[int]) -> float:
        if not rest:
            return 0.0
        first, *others = rest
        gains = [(drawings.likeness(first, other), other) for other in free if drawings.group[first] == drawings.group[other]]
        return max([best(others, free)] + [gain + best(others, free - {other}) for gain, other in gains if gain >= least])

    return best(left, frozenset(right))


@given(st.integers(0, 10**9))
@settings(max_examples=80, deadline=None)
def test_two_people_are_paired_as_well_as_can_be(seed: int) -> None:
    pictures = {person: mine for person, mine in _pictures(seed, 6).items() if person != "c"}
    drawings = Drawings.of({0: pictures})
    found = consensus({0: pictures})[0]
    paired = [one for one in found.objects if len(one.persons) == 2]
    number = {id(one): place for place, one in enumerate(drawings.shapes)}
    got = sum(drawings.likeness(number[id(one.shapes[0])], number[id(one.shapes[1])]) for one in paired)
    assert got == pytest.approx(_best_sum(drawings, 0.5))


@given(st.integers(0, 10**9), st.sampled_from([None, 1, 2, 3]))
@settings(max_examples=80, deadline=None)
def test_what_is_counted_follows_from_the_objects_by_heads(seed: int, quorum: int | None) -> None:
    found = consensus({0: _pictures(seed)}, ShapeRule(quorum=quorum))[0]
    needed = quorum or 2
    for person in PEOPLE:
        mine = [one for one in found.objects if person in one.persons]
        agreed = [one for one in found.objects if len(one.persons) >= needed]
        fits = sum(one.ious[one.persons.index(person)] for one in agreed if person in one.persons)
        counted = found.agreements[person]
        assert (counted.matched, counted.extra) == (sum(one in agreed for one in mine), sum(one not in agreed for one in mine))
        assert counted.missed == len(agreed) - counted.matched and counted.iou == pytest.approx(fits)
    for one in found.objects:
        assert one.score == pytest.approx(sum(one.ious) / 3) and len(set(one.persons)) == len(one.persons)


# --- votes ----------------------------------------------------------------------------------------------------------------------------
LABELS = ["good", "bad", "torn"]
ROWS = st.lists(st.tuples(st.integers(0, 4), st.sampled_from("vwxyz"), st.sampled_from(LABELS)), min_size=1, max_size=25)


def _clean(rows: list[Any]) -> dict[int, dict[str, str]]:
    """Item -> person -> the one thing that person said about it."""
    said: dict[tuple[int, str], set[str]] = defaultdict(set)
    for item, person, label in rows:
        said[item, person].add(label)
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for (item, person), labels in said.items():
        if len(labels) == 1:
            [found[item][person]] = labels
    return found


@given(ROWS, st.dictionaries(st.sampled_from("vwxyz"), st.integers(0, 100), max_size=5))
@settings(max_examples=80, deadline=None)
def test_counted_votes_are_what_counting_by_hand_gives(rows: list[Any], skills: dict[str, int]) -> None:
    votes = Votes.of(rows, labels=LABELS)
    plain, by_skill = majority(votes), weighted(votes, skills=skills)
    for item, said in _clean(rows).items():
        counts = Counter(said.values())
        top = max(counts.values())
        leaders = {label for label, count in counts.items() if count == top}
        one = plain.of(item)
        assert set(one.leaders) == leaders and one.confidence == pytest.approx(top / len(said))
        trust = {person: skills[person] / 100 if person in skills else 0.5 for person in said}
        behind = {label: sum(trust[person] for person in said if said[person] == label) for label in LABELS}
        sure = {person: min(max(value, 1e-6), 1 - 1e-6) for person, value in trust.items()}
        chances = {label: math.prod(sure[person] if said[person] == label else (1 - sure[person]) / 2 for person in said)
                   for label in LABELS}
        two = by_skill.of(item)
        best = max(behind.values())
        assert set(two.leaders) == {label for label in LABELS if best > 0 and behind[label] > best - 1e-9}
        if two.leaders:
            expected = min(chances[label] for label in two.leaders) / sum(chances.values())
            assert two.confidence == pytest.approx(expected, rel=1e-6)


def _learn(said: dict[int, dict[str, str]], truth: dict[int, str], tables: bool) -> dict[int, dict[str, float]]:
    """Expectation and maximization in plain words, a hundred rounds; `tables`: Dawid and Skene's, else one coin a person, no smoothing."""
    people = sorted({person for each in said.values() for person in each})

    def fixed(item: int, chances: dict[str, float]) -> dict[str, float]:
        return {label: float(label == truth[item]) for label in LABELS} if item in truth else chances

    shares = {item: fixed(item, {label: Counter(each.values())[label] / len(each) for label in LABELS}) for item, each in said.items()}
    for _ in range(100):
        usual = {label: sum(one[label] for one in shares.values()) / len(shares) for label in LABELS}
        tells: dict[Any, float] = {}
        for person in people:
            mine = [item for item in said if person in said[item]]
            for true in LABELS:
                counts = {label: max(sum(shares[item][true] for item in mine if said[item][person] == label), 1e-10) for label in LABELS}
                whole = sum(counts.values())
                tells |= {(person, true, label): counts[label] / whole for label in LABELS}
            if not tables:
                right = (0.5 + sum(shares[item][said[item][person]] for item in mine)) / (1 + len(mine))
                tells |= {(person, true, label): right if true == label else (1 - right) / 2 for true in LABELS for label in LABELS}
        for item, each in said.items():
            chances = {true: max(usual[true], 1e-10) * math.prod(tells[person, true, label] for person, label in each.items())
                       for true in LABELS}
            whole = sum(chances.values())
            shares[item] = fixed(item, {label: value / whole for label, value in chances.items()})
    return shares


@pytest.mark.parametrize("tables", [False, True], ids=["coin", "tables"])
@pytest.mark.parametrize("known", [0, 4])
@given(seed=st.integers(0, 10**9))
# Always the same data: of a thousand others one leaves it to the last digits which of two equal answers is learnt.
@settings(max_examples=15, deadline=None, derandomize=True)
def test_learning_ends_where_the_plain_loops_end(tables: bool, known: int, seed: int) -> None:
    dice = random.Random(seed)
    right = {item: dice.choice(LABELS) for item in range(12)}
    rows = [(item, person, right[item] if dice.random() < 0.8 else dice.choice(LABELS)) for item in right for person in "vwxyz"]
    votes = Votes.of(rows, labels=LABELS)
    truth = {item: right[item] for item in range(known)}
    found = dawid_skene(votes, tolerance=-math.inf, truth=truth) if tables else one_coin(votes, truth=truth)
    expected = _learn(_clean(rows), truth, tables)
    for place, item in enumerate(votes.items):
        for label, value in expected[item].items():
            assert found.chances[place, votes.labels.index(label)] == pytest.approx(value, abs=1e-3)


# Three people's outlines of one thing at the picture's left edge, each within it.
AT_THE_EDGE = {
    "rectangle": [([9.51, 149.45, 33.73, 260.5], 350.7), ([12.48, 137.77, 38.04, 270.76], 349.02), ([6, 129.44, 27.41, 266.19], 355.38)],
    "ellipse": [([21.38, 200.79, 35.0, 148.18], 342.5), ([17.73, 201.27, 31.44, 131.0], 351.18), ([23.37, 196.84, 35.73, 135.94], 341.15)],
}


@pytest.mark.parametrize("kind", AT_THE_EDGE)
def test_a_merged_turned_shape_stays_in_the_picture(kind: str) -> None:
    """The middles of their numbers would stick out, and the job could not be merged at all."""
    drawn = [shape(kind, *points, rotation=turn) for points, turn in AT_THE_EDGE[kind]]
    assert all(isinstance(clean_points(kind, each["points"], each["rotation"], 640, 480), list) for each in drawn)
    [one] = of_one(*([each] for each in drawn), sizes={7: (640, 480)}).objects
    assert len(one.persons) == 3
    assert isinstance(clean_points(kind, one.points, one.rotation, 640, 480), list)
    assert (one.points, one.rotation) in [(each["points"], each["rotation"]) for each in drawn], "the one most like the others"


def _odd(dice: random.Random) -> dict[str, Any]:
    """What a job may hold although nothing lies in it: no area, crossing outlines, a line of no length, one corner many times."""
    x, y = dice.choice([0.0, 20.0]), dice.choice([0.0, 20.0])
    return dice.choice([
        shape("polygon", x, y, x + 30, y, x + 60, y), shape("polygon", x, y, x + 30, y + 30, x + 60, y + 60), shape("polygon", *[x, y] * 4),
        shape("polygon", x, y, x + 30, y + 30, x + 30, y, x, y + 30), shape("polyline", *[x, y] * 3), shape("points", *[x, y] * 2),
        shape("polyline", x, y, x + 40, y), mask("#", left=int(x), top=int(y)), box(x, y, x + 1e-6, y + 1e-6),
        box(x, y, x + 30, y + 30, rotation=360.0), shape("ellipse", x + 10, y + 10, x + 10.001, y + 9.999, rotation=90.0)])


@given(st.integers(0, 10**9))
@settings(max_examples=100, deadline=None)
def test_whatever_is_drawn_has_one_result_in_any_order(seed: int) -> None:
    dice = random.Random(seed)
    people = {person: mine + [_odd(dice) for _ in range(dice.randrange(4))] for person, mine in _pictures(seed, 3).items()}
    names = dice.sample(PEOPLE, 3)
    shuffled = {name: dice.sample(people[name], len(people[name])) for name in names}
    told = []
    for each in (people, shuffled):
        one = consensus({0: each}, sizes={0: (640, 480)})[0]
        assert sum(len(each.persons) for each in one.objects) == sum(map(len, people.values()))
        assert all(math.isfinite(value) for each in one.objects for value in (*each.points, each.rotation, each.score, *each.ious))
        assert all(0 <= each.score <= 1 and 0 <= min(each.ious) <= max(each.ious) <= 1 for each in one.objects)
        told.append((sorted((each.type, each.points, each.rotation, each.persons, each.score) for each in one.objects), one.agreements))
    assert told[0] == told[1]
