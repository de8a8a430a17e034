"""Geometry and words of the charts on the pages of quality."""
import pytest

from crowdsourcing.charts import Axis, Columns, columns, interval, percent, trimmed
from crowdsourcing.quality.statistics import Share

pytestmark = pytest.mark.unit


def chart(stacks: dict[str, list[int]], **axis: object) -> Columns:
    names = [f"d{number}" for number in range(len(next(iter(stacks.values()))))]
    return columns("days", "Decisions", "Most.", stacks, Axis("Day", names=names, **axis))  # type: ignore[arg-type]


def test_columns_stack_from_the_ground_up_and_stay_inside() -> None:
    made = chart({"accepted": [4, 0, 2], "rejected": [0, 0, 2]})
    assert [(bar.kind, bar.title) for bar in made.bars] == [
        ("k-accepted", "d0: 4 accepted of 4"), ("k-accepted", "d2: 2 accepted of 4"), ("k-rejected", "d2: 2 rejected of 4")]
    whole, lower, upper = made.bars
    assert float(whole.y) == float(upper.y) == 12 and float(whole.y) + float(whole.height) == 195
    assert float(upper.y) + float(upper.height) < float(lower.y), "a gap between the parts"
    assert made.kinds == [("k-accepted", "accepted", 6), ("k-rejected", "rejected", 2)] and made.number == 8
    assert [(row.name, row.numbers) for row in made.rows] == [("d0", [4, 0]), ("d2", [2, 2])]


@pytest.mark.parametrize(("most", "words"), [
    (0, ["0", "1"]), (1, ["0", "1"]), (4, ["0", "1", "2", "3", "4"]), (5, ["0", "2", "4", "6"]), (17, ["0", "5", "10", "15", "20"]),
    (10_000, ["0", "5000", "10000"])])
def test_lines_stand_at_round_numbers(most: int, words: list[str]) -> None:
    assert [line.word for line in chart({"accepted": [most]}).lines] == words


def test_many_columns_have_few_names() -> None:
    assert len(chart({"accepted": [1] * 40}).names) == 10
    assert [name.word for name in chart({"accepted": [1] * 13}).names] == [f"d{number}" for number in range(13)]


def test_a_kind_of_which_there_is_none_is_not_named() -> None:
    made = chart({"accepted": [1], "waiting": [0]})
    assert [word for _, word, _ in made.kinds] == ["accepted"] and made.rows[0].numbers == [1]


def test_edges_stand_between_columns_and_a_marker_where_it_belongs() -> None:
    made = columns("t", "Time", "", {"accepted": [1, 3]}, Axis("Time", edges=["0", "5 s", "10 s"], marker=(0.5, "median")))
    assert [(mark.at, mark.word) for mark in made.names] == [("40", "0"), ("328", "5 s"), ("616", "10 s")]
    assert made.rows[1].name == "5 s – 10 s" and made.marker and made.marker.at == "184"


def test_empty_bins_at_the_ends_are_cut_off() -> None:
    assert trimmed({"a": [0, 1, 0, 2, 0], "b": [0, 0, 0, 0, 0]}, list("012345")) == ({"a": [1, 0, 2], "b": [0, 0, 0]}, list("1234"), 1)
    assert trimmed({"a": [0, 0]}, list("012")) == ({"a": [0, 0]}, list("012"), 0)


@pytest.mark.parametrize(("value", "words"), [
    (None, "–"), (0, "0 %"), (0.001, "< 1 %"), (0.824, "82 %"), (0.999, "> 99 %"), (1, "100 %")])
def test_per_cent_never_rounds_up_to_certainty(value: float | None, words: str) -> None:
    assert percent(value) == words


def test_an_interval_says_how_certain_it_is() -> None:
    made = interval(Share(8, 10))
    assert made is not None and made.at == "80" and made.words == "80 %, with 95 % certainty between 49 % and 94 %"
    assert interval(Share(0, 0)) is None
