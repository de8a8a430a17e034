"""When an answer to a control or training task is right."""
from typing import Any

import pytest

from sandbox.engine.known import score


def _known(values: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"output_values": values, **more}


@pytest.mark.parametrize(("known", "answer", "points"), [
    ([_known({"result": "OK"})], {"result": "OK"}, 1),
    ([_known({"result": "OK"})], {"result": "BAD"}, 0),
    ([_known({"result": "OK"})], {"result": "OK", "why": "because"}, 1),
    ([_known({"result": "OK", "color": "red"})], {"result": "OK"}, 0),
    ([_known({"result": "OK"}), _known({"result": "FINE"})], {"result": "FINE"}, 1),
    ([_known({"result": "OK"}, correctness_weight=0.5)], {"result": "OK"}, 0.5),
    ([_known({"result": "OK"}, correctness_weight=0.5), _known({"result": "OK"}, correctness_weight=0.8)], {"result": "OK"}, 0.8),
    ([_known({"result": "OK"}, correctness_weight=0)], {"result": "OK"}, 0),
    ([_known({"n": 1})], {"n": 1.0}, 1),
    ([_known({"n": 1})], {"n": True}, 0),
    ([_known({"box": {"a": [1, 2], "b": None}})], {"box": {"b": None, "a": [1, 2]}}, 1),
    ([_known({"box": [{"a": 1}]})], {"box": [{"a": True}]}, 0),
    ([_known({"tags": ["a", "b"]})], {"tags": ["b", "a"]}, 0),
    ([_known({"why": None})], {}, 1),
    ([], {"result": "OK"}, 0),
    (None, None, 0),
])
def test_an_answer_is_right_if_one_known_solution_agrees_in_all_it_names(known: Any, answer: Any, points: float) -> None:
    assert score(known, answer) == points
