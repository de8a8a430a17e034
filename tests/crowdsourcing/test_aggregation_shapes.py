"""Several people's shapes made into one set: who drew the same object, the merged shape, quorum and ties, everybody's agreement."""
import itertools
import math
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from annotation.shapes.geometry import clean_points
from crowdsourcing.quality.aggregation import Agreement, FrameConsensus, Outcome, ShapeRule, Standing, agreements, consensus
from crowdsourcing.quality.aggregation.assignment import best_pairs
from crowdsourcing.quality.aggregation.clusters import _likely
from crowdsourcing.quality.aggregation.drawings import Drawings
from crowdsourcing.quality.aggregation.merging import weighted_median
from crowdsourcing.quality.agreeing import contents_of

pytestmark = pytest.mark.unit


def shape(kind: str, *points: float, rotation: float = 0.0, label: int = 1, **more: Any) -> dict[str, Any]:
    return {"type": kind, "points": [float(value) for value in points], "rotation": rotation, "label_id": label, **more}


def box(*points: float, **more: Any) -> dict[str, Any]:
    return shape("rectangle", *points, **more)


def of_one(*drawn: list[dict[str, Any]], rule: ShapeRule | None = None, **more: Any) -> FrameConsensus:
    return consensus({7: {f"p{number}": mine for number, mine in enumerate(drawn)}}, rule, **more)[7]


def mask(*rows: str, left: int = 0, top: int = 0) -> dict[str, Any]:
    """"#" is set."""
    runs = [(bit, len(list(run))) for bit, run in itertools.groupby("".join(rows), key=lambda cell: cell == "#")]
    lengths = [length for _, length in runs]
    return shape("mask", *([0] if runs[0][0] else []), *lengths, left, top, left + len(rows[0]) - 1, top + len(rows) - 1)


def drawn_of(points: list[float]) -> set[tuple[int, int]]:
    """Set pixels of a mask's numbers."""
    *runs, left, top, right, _bottom = (int(value) for value in points)
    cells = [bit for number, run in enumerate(runs) for bit in [number % 2] * run]
    width = right - left + 1
    return {(left + at % width, top + at // width) for at, bit in enumerate(cells) if bit}


# --- the mathematics -------------------------------------------------------------------------------------------------
@given(st.integers(1, 4), st.integers(1, 4), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_pairs_have_the_largest_sum_there_is(rows: int, columns: int, dice: random.Random) -> None:
    gain = np.array([[dice.choice([0, 0, 0.5, 0.7, 0.9, 1.0]) for _ in range(columns)] for _ in range(rows)])
    found = best_pairs(gain)
    small, large = sorted((rows, columns))
    table = gain if rows <= columns else gain.T
    best = max(sum(table[row, column] for row, column in enumerate(order)) for order in itertools.permutations(range(large), small))
    assert sum(gain[pair] for pair in found) == pytest.approx(best)
    assert len({row for row, _ in found}) == len({column for _, column in found}) == len(found)
    assert all(gain[pair] > 0 for pair in found)


@pytest.mark.parametrize(("values", "weights", "median"), [
    ([1, 5, 9], [1, 1, 1], 5), ([1, 5], [1, 1], 3), ([1, 5, 9, 9], [1, 1, 1, 1], 7), ([9, 1, 5], [3, 1, 1], 9), ([1, 5, 9], [0, 1, 0], 5),
    ([1, 5, 9], [2, 1, 1], 3), ([4], [0.1], 4),
])
def test_the_median_follows_the_weights(values: list[float], weights: list[float], median: float) -> None:
    assert weighted_median(np.array(values, dtype=float)[:, None], np.array(weights, dtype=float)).tolist() == [median]


BOXES = st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(1, 20), st.integers(1, 20)).map(
    lambda b: box(b[0], b[1], b[0] + b[2], b[1] + b[3], label=1 + b[2] % 2))
PEOPLE = st.dictionaries(st.sampled_from("abcd"), st.lists(BOXES, max_size=5), max_size=4)


@given(PEOPLE)
@settings(max_examples=40, deadline=None)
def test_no_likely_pair_is_overlooked(people: dict[str, list[Any]]) -> None:
    drawings = Drawings.of({0: people})
    i, j, measure = _likely(drawings, 0.4)
    expected = {(a, b): drawings.likeness(a, b) for a, b in itertools.combinations(range(len(drawings)), 2)
                if drawings.group[a] == drawings.group[b] and drawings.person[a] != drawings.person[b] and drawings.likeness(a, b) >= 0.4}
    assert dict(zip(zip(i.tolist(), j.tolist(), strict=True), measure.tolist(), strict=True)) == pytest.approx(expected)


# --- one object or several -------------------------------------------------------------------------------------------
def test_three_boxes_become_their_median_and_its_score_is_what_they_share() -> None:
    found = of_one([box(10, 10, 50, 50)], [box(12, 10, 50, 54)], [box(10, 14, 52, 50), box(200, 200, 220, 220)])
    one, alone = found.objects
    assert (one.points, one.standing, sorted(one.persons)) == ([10, 10, 50, 50], Standing.AGREED, ["p0", "p1", "p2"])
    fits = sorted([1.0, 1520 / (1600 + 1672 - 1520), 1440 / (1600 + 1512 - 1440)])
    assert sorted(one.ious) == pytest.approx(fits)
    assert one.score == pytest.approx(sum(fits) / 3)
    assert (alone.standing, alone.persons, alone.score) == (Standing.DROPPED, ("p2",), pytest.approx(1 / 3))
    assert found.outcome is Outcome.DECIDED
    assert found.sentence == "3 people looked: 1 object agreed, 1 drawn by too few, 0 undecided."
    assert alone.sentence == "1 of 3 people drew it, with a mean IoU of 1.000: score 0.333; 2 are needed, so it is left out."


def test_labels_types_and_frames_keep_objects_apart() -> None:
    found = of_one([box(0, 0, 9, 9)], [box(0, 0, 9, 9, label=2)], [shape("polygon", 0, 0, 9, 0, 9, 9, 0, 9)])
    assert [one.standing for one in found.objects] == [Standing.DROPPED] * 3
    both = consensus({1: {"a": [box(0, 0, 9, 9)]}, 2: {"b": [box(0, 0, 9, 9)]}})
    assert [len(one.objects) for one in both.values()] == [1, 1]


def test_neighbours_are_shared_out_so_that_all_fit_best() -> None:
    """Best pair first would pair the middle ones and leave two shapes alone."""
    found = of_one([box(0, 0, 100, 10), box(24, 0, 124, 10)], [box(20, 0, 120, 10), box(44, 0, 144, 10)])
    assert [one.points[0] for one in found.objects] == [10, 34]
    assert all(len(one.persons) == 2 for one in found.objects)


def test_a_chain_of_half_fitting_boxes_is_not_one_object() -> None:
    steps = [box(0 + 30 * number, 0, 100 + 30 * number, 10) for number in range(5)]
    found = of_one(*([one] for one in steps))
    assert max(len(one.persons) for one in found.objects) == 2
    near = of_one([box(0, 0, 100, 10)], [box(10, 0, 110, 10)], [box(38, 0, 138, 10)])
    assert [len(one.persons) for one in near.objects] == [3], "the outer two share 0.449, all three 0.58 on average"


def test_nobody_has_two_shapes_in_one_object() -> None:
    found = of_one([box(0, 0, 100, 10), box(2, 0, 102, 10)], [box(1, 0, 101, 10)], [box(0, 0, 101, 10)])
    assert sorted(len(one.persons) for one in found.objects) == [1, 3]


def test_a_heap_of_boxes_on_one_place_ends() -> None:
    heap = [box(0, 0, 10 + number / 1000, 10) for number in range(400)]
    found = of_one(heap, heap)
    assert sum(len(one.persons) for one in found.objects) == 800
    assert sum(len(one.persons) == 2 for one in found.objects) >= 300


# --- quorum and ties -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("people", "support", "rule", "standing", "outcome", "more"), [
    (2, 1, ShapeRule(max_people=3), Standing.OPEN, Outcome.NEEDS_MORE_VOTES, 1),
    (2, 1, ShapeRule(max_people=2), Standing.OPEN, Outcome.NEEDS_REQUESTER, 0),
    (2, 2, ShapeRule(), Standing.AGREED, Outcome.DECIDED, 0), (3, 1, ShapeRule(), Standing.DROPPED, Outcome.DECIDED, 0),
    (4, 2, ShapeRule(), Standing.OPEN, Outcome.NEEDS_MORE_VOTES, 1), (4, 2, ShapeRule(quorum=2), Standing.AGREED, Outcome.DECIDED, 0),
    (3, 2, ShapeRule(quorum=3), Standing.DROPPED, Outcome.DECIDED, 0),
    (2, 2, ShapeRule(quorum=3), Standing.OPEN, Outcome.NEEDS_MORE_VOTES, 1),
    (1, 1, ShapeRule(), Standing.OPEN, Outcome.NEEDS_MORE_VOTES, 1), (1, 1, ShapeRule(min_people=1), Standing.AGREED, Outcome.DECIDED, 0),
    (1, 1, ShapeRule(min_people=5, max_people=5), Standing.OPEN, Outcome.NEEDS_MORE_VOTES, 4),
])
def test_an_object_counts_when_enough_people_drew_it(
        people: int, support: int, rule: ShapeRule, standing: Standing, outcome: Outcome, more: int) -> None:
    found = of_one(*([box(0, 0, 9, 9)] if number < support else [] for number in range(people)), rule=rule)
    assert found.objects[0].standing is standing
    assert (found.outcome, found.more) == (outcome, more)


def test_what_is_undecided_counts_against_nobody() -> None:
    found = of_one([box(0, 0, 9, 9), box(50, 50, 60, 60)], [box(0, 0, 9, 9)], rule=ShapeRule(max_people=2))
    assert [one.score for one in found.agreements.values()] == [1.0, 1.0]
    assert [one["points"] for one in found.agreed] == [[0, 0, 9, 9]]
    assert found.sentence == ("2 people looked: 1 object agreed, 0 drawn by too few, 1 undecided; more than 2 people are not asked, so "
                              "the requester decides.")


@pytest.mark.parametrize(("numbers", "words"), [
    ({"min_iou": 0}, "more than 0"), ({"min_iou": math.nan}, "more than 0"), ({"min_people": 0}, "at least 1"),
    ({"quorum": 0}, "at least 1"),
    ({"quorum": 4, "max_people": 3}, "cannot be fewer"), ({"max_people": 1}, "cannot be fewer"),
])
def test_an_impossible_rule_is_refused(numbers: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ShapeRule(**numbers)


def test_frames_on_which_nobody_drew_and_nobody_looked() -> None:
    found = consensus({"empty": {"a": [], "b": []}, "unseen": {}, "one": {"a": []}})
    assert [one.outcome for one in found.values()] == [Outcome.DECIDED, Outcome.NEEDS_MORE_VOTES, Outcome.NEEDS_MORE_VOTES]
    assert [one.score for one in found.values()] == [1.0, None, None]
    assert found["empty"].agreements["a"].score == 1.0
    assert found["one"].agreements["a"].score is None
    assert found["unseen"].more == 2
    assert consensus({}) == {}


# --- people ----------------------------------------------------------------------------------------------------------
def test_everybodys_agreement_counts_what_he_drew_missed_and_invented() -> None:
    good = [box(0, 0, 10, 10), box(50, 0, 60, 10)]
    frames = {number: {"ann": good, "bob": good, "eve": [box(0, 0, 10, 8), box(90, 90, 99, 99)]} for number in range(2)}
    found = agreements(consensus(frames).values())
    assert found["ann"] == Agreement(frames=2, matched=4, iou=4.0)
    assert found["eve"] == Agreement(frames=2, matched=2, missed=2, extra=2, iou=pytest.approx(1.6))  # type: ignore[arg-type]
    assert found["eve"].score == pytest.approx(0.8 / 2)
    assert found["eve"].low < 0.4 < found["eve"].high
    assert found["eve"].sentence.startswith(
        "Drew 2 of 4 agreed objects with a mean IoU of 0.800, and 2 that others did not: agreement 0.400,")


def test_weights_move_the_merged_shape_but_not_the_quorum() -> None:
    drawn = ([box(0, 0, 10, 10)], [box(2, 0, 12, 10)], [box(2, 0, 12, 10), box(50, 50, 60, 60)])
    found = of_one(*drawn, weights={"p0": 5.0, "p1": 1, "p2": math.nan})
    assert found.objects[0].points == [0, 0, 10, 10]
    assert found.objects[0].score == pytest.approx((5 + 2 * 80 / 120) / 7)
    assert found.objects[1].standing is Standing.DROPPED
    nothing = of_one(*drawn, weights={"p0": 0, "p1": 0, "p2": 0})
    assert nothing.objects[0].points == [2, 0, 12, 10]
    assert 0 < nothing.objects[0].score < 1
    with pytest.raises(ValueError, match="from 0 on"):
        of_one(*drawn, weights={"p0": -1})


def test_what_is_ticked_and_chosen_is_what_most_people_say() -> None:
    def car(left: int, colour: str, occluded: bool) -> dict[str, Any]:
        return box(left, 0, 20, 20, id=left, occluded=occluded, attributes=[{"spec_id": 3, "value": colour}])

    found = of_one([car(0, "red", True)], [car(1, "blue", True)], [car(2, "blue", False)]).agreed
    assert found == [box(1, 0, 20, 20, occluded=True, attributes=[{"spec_id": 3, "value": "blue"}])]


# --- other shapes ----------------------------------------------------------------------------------------------------
def test_turned_boxes_are_merged_however_they_are_described() -> None:
    wide, same = box(40, 45, 80, 55, rotation=350), box(55, 30, 65, 70, rotation=100)
    one = of_one([wide], [box(41, 45, 81, 55, rotation=10)], [same], [box(40, 45, 80, 55)], [box(40, 45, 80, 55, rotation=181)]).objects[0]
    assert len(one.persons) == 5
    assert one.rotation % 180 == pytest.approx(1)
    assert one.points == pytest.approx([40, 45, 80, 55])
    assert isinstance(clean_points("rectangle", one.points, one.rotation, 200, 200), list)


def test_ellipses_are_merged_number_by_number() -> None:
    one = of_one([shape("ellipse", 50, 50, 70, 40)], [shape("ellipse", 52, 50, 70, 40)], [shape("ellipse", 51, 50, 73, 39)]).objects[0]
    assert (one.points, one.rotation) == ([51, 50, 70, 40], 0.0)
    turned = of_one(*([shape("ellipse", 50, 50, 70, 40, rotation=angle)] for angle in (20, 24, 28))).objects[0]
    assert turned.points == pytest.approx([50, 50, 70, 40])
    assert turned.rotation == pytest.approx(24)


def test_masks_are_voted_pixel_by_pixel() -> None:
    found = of_one([mask("###.", "####")], [mask("###", "###")], [mask(".##.", ".###", "..#.")]).objects[0]
    assert drawn_of(found.points) == {(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1), (3, 1)}
    assert clean_points("mask", found.points, 0, 10, 10) == found.points
    apart = of_one([mask("##", "##", left=5, top=3)], [mask("##", "##", left=5, top=3)]).objects[0]
    assert apart.points == mask("##", "##", left=5, top=3)["points"]


def test_a_pixel_on_which_people_are_split_is_as_the_best_fitting_mask_has_it() -> None:
    found = of_one([mask("####.")], [mask("#####")]).objects[0]
    assert len(drawn_of(found.points)) == 4, "equally like each other: the first in an order of their own"
    found = of_one([mask("####..")], [mask("#####.")], [mask("######")], [mask("####..")]).objects[0]
    assert len(drawn_of(found.points)) == 4, "four pixels are most like the others"
    found = of_one([mask("####..")], [mask("#####.")], [mask("######")], [mask("###...")]).objects[0]
    assert len(drawn_of(found.points)) == 5, "here five are"


@given(st.lists(st.lists(st.text("#.", min_size=4, max_size=4), min_size=3, max_size=3), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_a_voted_mask_is_a_valid_one_with_every_pixel_of_the_majority(pictures: list[list[str]]) -> None:
    masks = [mask("####", "####", *rows) for rows in pictures]
    one = max(of_one(*([each] for each in masks)).objects, key=lambda each: len(each.persons))
    votes = [drawn_of(list(each["points"])) for each in one.shapes]
    for pixel in set().union(*votes):
        count = sum(pixel in each for each in votes)
        if 2 * count != len(votes):
            assert (pixel in drawn_of(one.points)) == (2 * count > len(votes))
    assert clean_points("mask", one.points, 0, 10, 10) == one.points


def test_of_polygons_the_one_most_like_the_others_is_taken() -> None:
    small, middle, large = (shape("polygon", 0, 0, side, 0, side, side, 0, side) for side in (80, 88, 97))
    found = of_one([large], [small], [middle]).objects[0]
    assert found.points == middle["points"]
    assert len(found.persons) == 3
    assert found.score == pytest.approx((1 + 80**2 / 88**2 + 88**2 / 97**2) / 3, abs=0.02)
    assert of_one([large], [small], [middle], weights={"p0": 9}).objects[0].points == large["points"]


@pytest.mark.parametrize("kind", ["polyline", "points"])
def test_lines_and_points_are_one_object_within_reach_of_the_picture(kind: str) -> None:
    drawn = [[shape(kind, 10, 10 + away, 500, 10 + away)] for away in (0, 4, 8)]
    assert len(of_one(*drawn, sizes={7: (1600, 1200)}).objects) == 1
    assert len(of_one(*drawn).objects) == 3, "without its size a picture is taken for small"


# --- whatever is drawn -----------------------------------------------------------------------------------------------
def _plain(found: FrameConsensus) -> Any:
    objects = sorted((one.points, one.label_id, one.score, one.standing, sorted(one.persons)) for one in found.objects)
    return objects, dict(found.agreements), found.outcome, found.sentence


@given(people=PEOPLE, dice=st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_people_and_shapes_changes_nothing(people: dict[str, list[Any]], dice: random.Random) -> None:
    names = sorted(people, key=lambda _: dice.random())
    shuffled = {name: sorted(people[name], key=lambda _: dice.random()) for name in names}
    assert _plain(consensus({0: shuffled})[0]) == _plain(consensus({0: people})[0])


@given(people=PEOPLE)
@settings(max_examples=40, deadline=None)
def test_every_shape_is_in_one_object_and_scores_are_shares(people: dict[str, list[Any]]) -> None:
    found = consensus({0: people})[0]
    assert sum(len(one.persons) for one in found.objects) == sum(map(len, people.values()))
    for one in found.objects:
        assert len(set(one.persons)) == len(one.persons)
        assert 0 <= one.score <= 1
        assert one.points[0] < one.points[2] and one.points[1] < one.points[3]
    for each in found.agreements.values():
        assert each.score is None or 0 <= each.score <= 1
        assert each.low <= each.high


@given(people=PEOPLE.filter(lambda people: len(people) > 1))
@settings(max_examples=40, deadline=None)
def test_one_more_person_who_draws_what_is_agreed_only_confirms_it(people: dict[str, list[Any]]) -> None:
    before = consensus({0: people})[0]
    if not before.agreed:
        return
    after = consensus({0: {**people, "z": before.agreed}})[0]
    kept = [one for one in after.objects if one.standing is Standing.AGREED and "z" in one.persons]
    assert len(kept) >= sum(one.standing is Standing.AGREED and one.mean_iou > 0.9 for one in before.objects)


# --- what is put on a job --------------------------------------------------------------------------------------------
def _put(*drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
    [content] = contents_of({0: of_one(*drawn)}).values()
    return sorted(content["shapes"], key=lambda one: one["points"])


def test_groups_are_of_those_whom_most_put_together_whatever_each_calls_them() -> None:
    """A group's number is each person's own: one's first group has nothing to do with another's."""
    car, plate, bike, man = (box(left, 0, left + 50, 50) for left in (0, 100, 200, 300))

    def grouped(*groups: int) -> list[dict[str, Any]]:
        return [{**each, "group": group} for each, group in zip((car, plate, bike, man), groups, strict=True)]

    assert [one["group"] for one in _put(grouped(1, 1, 2, 2), grouped(2, 2, 1, 1), grouped(0, 0, 0, 0))] == [1, 1, 2, 2]
    assert [one["group"] for one in _put(grouped(1, 1, 0, 0), grouped(0, 0, 1, 1), grouped(0, 1, 1, 0))] == [0, 0, 0, 0]
    assert [one["group"] for one in _put(grouped(3, 3, 0, 0)[:2], grouped(5, 0, 5, 5)[2:])] == [1, 1, 2, 2], "each seen by one alone"
    crowded = [box(10 * number, 0, 10 * number + 9, 9, group=4) for number in range(400)]
    assert {one["group"] for one in _put(crowded, crowded)} == {1}


def test_no_two_merged_objects_have_one_name_among_programs() -> None:
    """Everybody began with the same pre-annotation; one moved it away, the other did not."""
    names = [one.get("client_id") for one in _put([box(0, 0, 9, 9, client_id="p1")], [box(50, 50, 90, 90, client_id="p1")])]
    assert len(names) == 2 and sorted(name for name in names if name) == ["p1"]
