"""The platform's own examples of numbers, through the whole engine."""
from collections.abc import Callable
from math import floor
from typing import Any

import pytest

from tests.sandbox.conftest import Shop, project_form
from tests.sandbox.rules import collector, control_tasks, new_skill, quality, rule, value_of, work
from tests.stack.sandbox import TolokerAccount

ANSWERS = ["OK", "BAD", "404"]
# Columns are Tolokers 1..5; the second and the fourth task have no majority of three.
VOTES = [["OK", "BAD", "OK", "BAD", "OK"], ["BAD", "OK", "OK", "BAD", "404"], ["404", "OK", "404", "OK", "OK"],
         ["OK", "BAD", "OK", "404", "404"], ["OK", "BAD", "OK", "404", "OK"]]
GOLDEN = [1, 0, 1, 1, 0, 1, 1, 0, 0, 0, 1, 1]
SKILL_FROM_THE_THIRD = [66, 75, 60, 66, 71, 62, 55, 50, 50, 60]
IN_ORDER = {"mix_tasks_in_creation_order": True, "shuffle_tasks_in_task_suite": False}
ONE_CONTROL_TASK = {"real_tasks_count": 0, "golden_tasks_count": 1}


@pytest.fixture()
def voters(new_shop: Callable[..., Shop]) -> Shop:
    """A shop whose answers are OK, BAD and 404."""
    spec = project_form()["task_spec"]
    return new_shop(task_spec={**spec, "output_spec": {"result": {"type": "string", "allowed_values": ANSWERS}}})


def _from_votes(skill: str, threshold: int, **parameters: Any) -> dict[str, Any]:
    return quality(collector("MAJORITY_VOTE", rule([("total_answers_count", "GTE", 1)], "SET_SKILL_FROM_OUTPUT_FIELD", skill_id=skill,
                                                   from_field="correct_answers_rate"), answer_threshold=threshold, **parameters))


def _vote(shop: Shop, pool: str, votes: list[list[str]]) -> list[TolokerAccount]:
    """One page of all tasks for each Toloker."""
    tolokers = [shop.toloker() for _ in votes[0]]
    for column, toloker in enumerate(tolokers):
        page = toloker.take(pool)
        assert len(page["tasks"]) == len(votes)
        toloker.submit(page["id"], *({"result": row[column]} for row in votes))
    return tolokers


def test_three_of_five_are_a_majority(voters: Shop) -> None:
    skill = new_skill(voters)
    pool = voters.open_pool(5, overlap=5, mixer_config={"real_tasks_count": 5, **IN_ORDER}, **_from_votes(skill, 3))
    tolokers = _vote(voters, pool, VOTES)
    assert [floor(value_of(voters, skill, toloker) or 0) for toloker in tolokers] == [66, 33, 66, 33, 100]


def test_two_answers_may_both_be_the_majority(voters: Shop) -> None:
    skill = new_skill(voters)
    pool = voters.open_pool(1, overlap=5, **_from_votes(skill, 2))
    tolokers = _vote(voters, pool, [["OK", "OK", "BAD", "BAD", "404"]])
    assert [value_of(voters, skill, toloker) for toloker in tolokers] == [100, 100, 100, 100, 0]


def test_nobody_is_asked_before_a_task_has_its_full_overlap(voters: Shop) -> None:
    skill = new_skill(voters)
    pool = voters.open_pool(1, overlap=3, **_from_votes(skill, 2))
    first, second, third = (voters.toloker() for _ in range(3))
    work(first, pool, "OK"), work(second, pool, "OK")
    assert value_of(voters, skill, first) is None
    work(third, pool, "BAD")
    assert [value_of(voters, skill, toloker) for toloker in (first, second, third)] == [100, 100, 0]


@pytest.mark.parametrize(("answers", "values"), [(["OK", "BAD", "404"], [None, None, None]), (["OK", "OK", "404"], [100, 100, 0])])
def test_without_a_majority_a_task_counts_for_nobody(voters: Shop, answers: list[str], values: list[float | None]) -> None:
    skill = new_skill(voters)
    pool = voters.open_pool(1, overlap=3, **_from_votes(skill, 2))
    tolokers = _vote(voters, pool, [answers])
    assert [value_of(voters, skill, toloker) for toloker in tolokers] == values


def test_only_required_fields_must_coincide(new_shop: Callable[..., Shop]) -> None:
    spec = project_form()["task_spec"]
    fields = {"result": {"type": "string"}, "boxes": {"type": "json"}, "remark": {"type": "string", "required": False}}
    shop = new_shop(task_spec={**spec, "output_spec": fields})
    skill = new_skill(shop)
    pool = shop.open_pool(1, overlap=3, **_from_votes(skill, 2))
    said: list[dict[str, Any]] = [
        {"result": "a", "boxes": [{"x": 1, "y": 2}], "remark": "hm"}, {"result": "a", "boxes": [{"y": 2.0, "x": 1}]},
        {"result": "a", "boxes": [{"x": 1, "y": 3}]}]
    tolokers = [shop.toloker() for _ in said]
    for toloker, values in zip(tolokers, said, strict=True):
        toloker.submit(toloker.take(pool)["id"], values)
    assert [value_of(shop, skill, toloker) for toloker in tolokers] == [100, 100, 0]


def test_control_tasks_have_no_vote(shop: Shop) -> None:
    skill = new_skill(shop)
    pool = shop.pool(overlap=2, mixer_config={"real_tasks_count": 1, "golden_tasks_count": 1}, **_from_votes(skill, 2))
    shop.tasks(pool)
    shop.tasks(pool, overlap=2, known_solutions=[{"output_values": {"result": "OK"}}], query="open_pool=true")
    first, second = shop.toloker(), shop.toloker()
    for toloker, control in ((first, "OK"), (second, "BAD")):
        page = toloker.take(pool)
        known = {task["id"] for task in shop.ask("GET", f"/tasks?pool_id={pool}")["items"] if task.get("known_solutions")}
        toloker.submit(page["id"], *({"result": control if task["id"] in known else "OK"} for task in page["tasks"]))
    assert [value_of(shop, skill, toloker) for toloker in (first, second)] == [100, 100]


def _from_control(skill: str, **parameters: Any) -> dict[str, Any]:
    return quality(collector("GOLDEN_SET", rule([("golden_set_answers_count", "GTE", 3)], "SET_SKILL_FROM_OUTPUT_FIELD", skill_id=skill,
                                                from_field="golden_set_correct_answers_rate"), **parameters))


def test_control_tasks_with_a_history_of_ten(shop: Shop) -> None:
    skill = new_skill(shop)
    pool = shop.pool(mixer_config=ONE_CONTROL_TASK, **_from_control(skill, history_size=10))
    control_tasks(shop, pool, len(GOLDEN))
    toloker, values = shop.toloker(), []
    for right in GOLDEN:
        work(toloker, pool, "OK" if right else "BAD")
        values.append(value_of(shop, skill, toloker))
    assert values[:2] == [None, None]
    assert [floor(value or 0) for value in values[2:]] == SKILL_FROM_THE_THIRD


def test_a_history_goes_on_in_a_clone_with_another_size(shop: Shop) -> None:
    skill = new_skill(shop)
    pool = shop.pool(mixer_config=ONE_CONTROL_TASK, **_from_control(skill, history_size=50))
    control_tasks(shop, pool, 7)
    toloker = shop.toloker()
    work(toloker, pool, *("OK" if right else "BAD" for right in GOLDEN[:7]))
    found = shop.ask("GET", f"/pools/{pool}")
    found["quality_control"]["configs"][0]["collector_config"]["parameters"]["history_size"] = 10
    clone = shop.ask("POST", "/pools", found)["id"]
    control_tasks(shop, clone, 5)
    work(toloker, clone, *("OK" if right else "BAD" for right in GOLDEN[7:]))
    assert value_of(shop, skill, toloker) == SKILL_FROM_THE_THIRD[-1]


def test_without_a_history_each_pool_counts_for_itself(shop: Shop) -> None:
    skill = new_skill(shop)
    first, second = (shop.pool(mixer_config=ONE_CONTROL_TASK, **_from_control(skill)) for _ in range(2))
    toloker = shop.toloker()
    for pool, result in ((first, "OK"), (second, "BAD")):
        control_tasks(shop, pool, 3)
        work(toloker, pool, result, result, result)
        assert value_of(shop, skill, toloker) == (100 if result == "OK" else 0)


def test_a_partly_right_answer_counts_in_part(shop: Shop) -> None:
    skill = new_skill(shop)
    pool = shop.pool(mixer_config=ONE_CONTROL_TASK, **quality(collector("GOLDEN_SET", rule(
        [], "SET_SKILL_FROM_OUTPUT_FIELD", skill_id=skill, from_field="wrong_answers_rate"))))
    shop.tasks(pool, 2, "open_pool=true", infinite_overlap=True, known_solutions=[
        {"output_values": {"result": "OK"}, "correctness_weight": 1}, {"output_values": {"result": "BAD"}, "correctness_weight": 0.4}])
    toloker = shop.toloker()
    work(toloker, pool, "BAD")
    assert value_of(shop, skill, toloker) == 60
    work(toloker, pool, "OK")
    assert value_of(shop, skill, toloker) == 30
