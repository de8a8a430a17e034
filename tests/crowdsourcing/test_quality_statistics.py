"""The sums behind the pages of quality, against values that are known."""
import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from crowdsourcing.quality.statistics import (
    MOST_PERIODS,
    SCORE_EDGES,
    TIME_EDGES,
    Confusion,
    Quartiles,
    Share,
    alpha,
    histogram,
    pair_agreement,
    periods,
)

pytestmark = pytest.mark.unit
BERLIN = ZoneInfo("Europe/Berlin")
# Krippendorff's own example: three people, fifteen items, gaps; alpha for names is 0.691.
KRIPPENDORFF = [{1: 1}, {}, {2: 2}, {1: 2}, {3: 2}, {3: 2, 4: 1}, {4: 3}, {1: 1, 3: 1}, {2: 2}, {1: 2}, {1: 2}, {3: 2}, {3: 2}, {},
                {3: 1, 4: 1}]


# Wilson's interval: Brown, Cai and DasGupta's examples and any statistics package.
@pytest.mark.parametrize(("part", "whole", "value", "low", "high"), [
    (0, 0, None, 0, 1), (8, 10, 0.8, 0.4902, 0.9433), (0, 10, 0, 0, 0.2775), (10, 10, 1, 0.7225, 1), (81, 263, 0.3080, 0.2553, 0.3662)])
def test_a_share_with_its_interval(part: int, whole: int, value: float | None, low: float, high: float) -> None:
    share = Share(part, whole)
    assert share.value == (None if value is None else pytest.approx(value, abs=1e-4))
    assert (share.low, share.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_shares_add_up_and_a_mean_is_a_share_of_values() -> None:
    assert Share(3, 4) + Share(1, 6) == Share(4, 10)
    assert Share.mean([0.25, 0.75, 0.5]) == Share(1.5, 3) and Share.mean([]).value is None


@pytest.mark.parametrize(("values", "expected"), [
    ([], None), ([7.0], (7, 7, 7)), ([1, 2, 3, 4, 5], (2, 3, 4)), ([4, 1, 3, 2], (1.75, 2.5, 3.25))])
def test_quartiles(values: list[float], expected: tuple[float, ...] | None) -> None:
    found = Quartiles.of(values)
    assert (found and (found.low, found.median, found.high)) == expected
    assert found is None or found.number == len(values)


def test_a_histogram_counts_everything_once() -> None:
    assert histogram([0.0, 0.05, 0.1, 0.3, 0.1 + 0.2, 0.95, 1.0], SCORE_EDGES) == [2, 1, 0, 2, 0, 0, 0, 0, 0, 2]
    assert histogram([-1, 4.9, 5, 59, 60, 9_999], TIME_EDGES) == [2, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1]
    assert histogram([], SCORE_EDGES) == [0] * 10


def test_quartiles_and_bins_are_those_of_other_peoples_sums() -> None:
    dice = random.Random(5)
    for number in [*range(1, 30), 400]:
        values = [dice.choice([dice.uniform(-2, 4_000), dice.choice(TIME_EDGES), 7.5]) for _ in range(number)]
        found = Quartiles.of(values)
        assert found is not None and (found.low, found.median, found.high) == pytest.approx(
            tuple(np.percentile(values, [25, 50, 75])), rel=1e-12, abs=1e-9)
        for edges in (TIME_EDGES, SCORE_EDGES):
            counts = histogram(iter(values), edges)
            assert sum(counts) == number and counts[0] == sum(value < edges[1] for value in values)
            assert counts[1:-1] == [sum(low <= value < high for value in values) for low, high in pairwise(edges[1:-1])]


@pytest.mark.parametrize(("items", "expected"), [
    (KRIPPENDORFF, 0.691), ([{"OK": 3}, {"BAD": 3}], 1.0), ([{"OK": 1, "BAD": 1}] * 2, -0.5), ([{"OK": 2}], None), ([{"OK": 1}], None),
    ([], None)])
def test_agreement_beyond_chance(items: Any, expected: float | None) -> None:
    found = alpha(items)
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-3))


def test_pairs_that_agree() -> None:
    # 3 pairs of 3 equal; of 2 and 1 one pair of three; alone no pair.
    assert pair_agreement([{"OK": 3}, {"OK": 2, "BAD": 1}, {"BAD": 1}]) == Share(4, 6)


@pytest.mark.parametrize(("length", "unit", "number"), [
    (timedelta(0), "hour", 1), (timedelta(hours=30), "hour", 31), (timedelta(days=2), "day", 3), (timedelta(days=39), "day", 40),
    (timedelta(days=60), "week", 9), (timedelta(days=700), "month", 24)])
def test_the_unit_of_time_keeps_a_chart_readable(length: timedelta, unit: str, number: int) -> None:
    first = datetime(2026, 11, 2, 10, 30, tzinfo=UTC)
    found, starts = periods([first + length, first], UTC)
    assert (found, len(starts)) == (unit, number) and len(starts) <= MOST_PERIODS
    assert starts[0].start <= first and starts[-1].start <= first + length < starts[-1].end
    assert all(one.end == other.start for one, other in pairwise(starts))


def test_days_are_the_readers_days_also_where_the_clock_changes() -> None:
    # 25 October 2026 has 25 hours in Berlin.
    moments = [datetime(2026, 10, 23, 22, 30, tzinfo=UTC), datetime(2026, 10, 26, 22, 30, tzinfo=UTC)]
    unit, found = periods(moments, BERLIN)
    assert unit == "day"
    assert [period.start.strftime("%d %H:%M") for period in found] == ["24 00:00", "25 00:00", "26 00:00"]
    assert periods([], BERLIN) == ("day", [])


def test_a_confusion_says_what_was_found_swapped_missed_and_invented() -> None:
    found = Confusion({("car", "car"): 8, ("car", "van"): 2, ("van", None): 1, (None, "van"): 3})
    assert (found.same, found.swapped, found.missed, found.extra) == (8, 2, 1, 3)
    assert found.labels == Share(8, 10) and found.objects == Share(8, 14)
    assert found.labels_of() == ["car", "van"] and found.crowded(2, "rest") is found


def test_of_forty_labels_those_stay_that_are_confused() -> None:
    cells: dict[Any, int] = {(number, number): 100 - number for number in range(40)}
    cells |= {(38, 39): 5, (0, 38): 1, (7, 8): 1, (7, None): 2}
    found = Confusion(cells).crowded(4, "rest")
    assert {true for true, _ in found.cells if true is not None} == {38, 39, 0, 7, "rest"}
    assert found.cells[38, 39] == 5 and found.cells[7, "rest"] == 1 and found.cells[7, None] == 2
    # Nothing is lost but what the others confuse among each other.
    assert found.same == Confusion(cells).same
