"""One answer out of many: the mathematics, and /v1/aggregated-solutions with toloka-kit."""
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
import toloka.client as toloka
from hypothesis import given, settings, strategies as st
from toloka.client.aggregation import AggregatedSolutionType, PoolAggregatedSolutionRequest
from toloka.client.exceptions import DoesNotExistApiError, IncorrectActionsApiError, ValidationApiError

from sandbox.engine import voting
from tests.sandbox.conftest import Shop, project_form, refused
from tests.stack.sandbox import TolokerAccount

OPTIONS = ["OK", "BAD", "404"]
FIELD = PoolAggregatedSolutionRequest.Field(name="result")
WEIGHTED = "WEIGHTED_DYNAMIC_OVERLAP"


@pytest.mark.unit
@pytest.mark.parametrize(("votes", "answer", "confidence"), [
    ([("OK", 0.7), ("OK", 0.9)], "OK", 0.977), ([("OK", 0.7), ("BAD", 0.9)], "BAD", 0.761),
    ([("OK", 0.7), ("BAD", 0.9), ("BAD", 0.8)], "BAD", 0.962), ([("OK", 0.5)], "OK", 0.5),
    # The sum of trust decides who wins, not the likelihood.
    ([("OK", 0.4), ("OK", 0.4), ("BAD", 0.7)], "OK", 0.16 * 0.15 / (0.16 * 0.15 + 0.09 * 0.7 + 0.09 * 0.15)),
    # Nobody is believed beyond doubt, so two who are always right may disagree.
    ([("OK", 1.0), ("BAD", 1.0)], "OK", 0.5), ([("OK", 1.0)], "OK", 1.0), ([("OK", 0.0)], "OK", 0.0),
])
def test_an_answer_is_as_sure_as_toloka_says(votes: list[Any], answer: str, confidence: float) -> None:
    found, sure = voting.weighted(votes, OPTIONS)
    assert found == answer
    assert sure == pytest.approx(confidence, abs=5e-4)


@pytest.mark.unit
def test_an_answer_without_an_alternative_is_certain_and_one_outside_the_list_counts() -> None:
    assert voting.weighted([("OK", 0.1)], ["OK"]) == ("OK", 1.0)
    answer, sure = voting.weighted([("new", 0.8)], ["OK"])
    assert answer == "new"
    assert sure == pytest.approx(0.8)


def _exactly(votes: list[tuple[str, Fraction]], options: list[str], winner: str) -> Fraction:
    """Toloka's formula with fractions, as it is written."""
    def likelihood(option: str) -> Fraction:
        return math.prod((q if answer == option else (1 - q) / (len(options) - 1) for answer, q in votes), start=Fraction(1))

    return likelihood(winner) / sum(likelihood(option) for option in options)


@pytest.mark.unit
@given(st.lists(st.tuples(st.sampled_from(OPTIONS), st.integers(1, 99)), min_size=1, max_size=12))
def test_the_confidence_is_that_of_the_formula_in_exact_numbers(votes: list[tuple[str, int]]) -> None:
    exact = [(answer, Fraction(percent, 100)) for answer, percent in votes]
    winner, sure = voting.weighted([(answer, float(trust)) for answer, trust in exact], OPTIONS)
    assert sure == pytest.approx(float(_exactly(exact, OPTIONS, winner)), abs=1e-9)


@pytest.mark.unit
@given(st.lists(st.tuples(st.sampled_from(OPTIONS), st.sampled_from([0.0, 1e-9, 0.5, 1.0])), min_size=1, max_size=2_000))
@settings(max_examples=30, deadline=None)
def test_no_trust_and_no_crowd_is_too_extreme(votes: list[tuple[str, float]]) -> None:
    _, sure = voting.weighted(votes, OPTIONS)
    assert 0 <= sure <= 1


@pytest.mark.unit
def test_somebody_unknown_is_trusted_half() -> None:
    assert voting.accuracy(0, 0) == 0.5
    assert voting.accuracy(3, 3) == 3.5 / 4
    assert voting.accuracy(0, 3) == 0.5 / 4


# What Crowd-Kit 1.4.2's DawidSkene(100) makes of these answers: a letter for each of five people, in their order.
CROWD = {"a": "BBB-O", "b": "NN---", "c": "B-BBB", "d": "BON-N", "e": "-N-BN", "f": "N-BBO", "g": "NBNNB", "h": "O----", "i": "NO-NN",
         "j": "--NNO"}
EXPECTED = {"a": ("B", 0.999325), "b": ("N", 0.87306), "c": ("B", 0.998596), "d": ("O", 0.702071), "e": ("N", 0.919331),
            "f": ("B", 0.996652), "g": ("N", 0.999759), "h": ("O", 1.0), "i": ("N", 0.813492), "j": ("O", 0.722892)}


def _answers(crowd: dict[str, str]) -> list[voting.Answer]:
    return [voting.Answer(task, f"w{place}", label) for task, said in crowd.items() for place, label in enumerate(said) if label != "-"]


@pytest.mark.unit
def test_dawid_and_skene_agree_with_crowd_kit() -> None:
    found = {task: voting.most_likely(chances) for task, chances in voting.dawid_skene(_answers(CROWD)).items()}
    assert {task: label for task, (label, _) in found.items()} == {task: label for task, (label, _) in EXPECTED.items()}
    assert {task: chance for task, (_, chance) in found.items()} == pytest.approx(
        {task: chance for task, (_, chance) in EXPECTED.items()}, abs=1e-6)


@pytest.mark.unit
def test_dawid_and_skene_see_through_one_who_always_says_the_opposite() -> None:
    truth = "YNYYNNYNYN"
    crowd = {f"t{place}": right + right + ("N" if right == "Y" else "Y") for place, right in enumerate(truth)}
    crowd["alone"] = "--Y"
    found = voting.dawid_skene(_answers(crowd))
    assert [voting.most_likely(found[f"t{place}"])[0] for place in range(len(truth))] == list(truth)
    assert voting.most_likely(found["alone"])[0] == "N"


@pytest.mark.unit
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.sampled_from([True, False, "x"])), max_size=40))
@settings(max_examples=60, deadline=None)
def test_the_chances_of_a_task_are_chances(rows: list[tuple[int, int, Any]]) -> None:
    found = voting.dawid_skene([voting.Answer(str(task), str(worker), label) for task, worker, label in rows])
    assert set(found) == {str(task) for task, _, _ in rows}
    for chances in found.values():
        assert sum(chances.values()) == pytest.approx(1)
        assert all(0 <= chance <= 1 for chance in chances.values())


@pytest.mark.unit
@pytest.mark.parametrize(("entry", "found"), [
    ({"type": "boolean"}, [True, False]), ({"type": "string", "allowed_values": ["a", "b", "a"]}, ["a", "b"]), ({"type": "string"}, None),
    ({"type": "float", "allowed_values": [0.5, 1]}, [0.5, 1]), ({"type": "float", "min_value": 0, "max_value": 1}, None),
    ({"type": "integer", "min_value": -1, "max_value": 2}, [-1, 0, 1, 2]), ({"type": "integer", "min_value": 0}, None),
    ({"type": "integer", "min_value": 0, "max_value": 33}, None), ({"type": "integer", "min_value": 0, "max_value": 32}, list(range(33))),
    ({"type": "json"}, None), ({"type": "file"}, None), ({"type": "coordinates"}, None), ({"type": "url", "allowed_values": ["a"]}, None),
    ({"type": "array_string", "allowed_values": ["a"]}, None), ({"type": "array_boolean"}, None),
])
def test_some_fields_can_be_aggregated(entry: dict[str, Any], found: list[Any] | None) -> None:
    assert voting.options(entry) == found


OUTPUT = {"result": {"type": "string", "allowed_values": OPTIONS}, "sure": {"type": "boolean", "required": False},
          "text": {"type": "string", "required": False}}


@pytest.fixture()
def survey(new_shop: Callable[..., Shop]) -> Shop:
    return new_shop(task_spec={**project_form()["task_spec"], "output_spec": OUTPUT})


def _skill(shop: Shop) -> str:
    return str(shop.ask("POST", "/skills", {"name": "quality"})["id"])


def _answer(shop: Shop, pool: str, skill: str | None, value: float | None, *answers: str, accept: bool = True) -> TolokerAccount:
    """A new Toloker with this skill who takes a page and answers its tasks in the order in which they were created."""
    toloker = shop.toloker()
    if skill and value is not None:
        shop.ask("PUT", "/user-skills", {"skill_id": skill, "user_id": toloker.id, "value": value})
    page = toloker.take(pool)
    toloker.submit(page["id"], *({"result": answer} for answer in answers))
    if accept:
        shop.review(page["id"], "ACCEPTED")
    return toloker


def _pool(shop: Shop, **fields: Any) -> str:
    mixer = {"real_tasks_count": 2, "mix_tasks_in_creation_order": True, "shuffle_tasks_in_task_suite": False}
    return shop.pool(overlap=3, mixer_config=fields.pop("mixer_config", mixer), **fields)


def _answered(shop: Shop) -> tuple[str, list[str], str]:
    """Toloka's own example as a pool: its id, its two tasks, the skill."""
    pool, skill = _pool(shop), _skill(shop)
    tasks = shop.tasks(pool, 2, "allow_defaults=true&open_pool=true")
    _answer(shop, pool, skill, 70, "OK", "OK")
    _answer(shop, pool, skill, 90, "OK", "BAD")
    _answer(shop, pool, skill, 100, "404", "404", accept=False)
    return pool, tasks, skill


def test_the_kit_aggregates_a_pool_and_reads_it_page_by_page(survey: Shop) -> None:
    pool, tasks, skill = _answered(survey)
    client: toloka.TolokaClient = survey.requester.client()
    operation = client.aggregate_solutions_by_pool(
        type=AggregatedSolutionType.WEIGHTED_DYNAMIC_OVERLAP, pool_id=pool, answer_weight_skill_id=skill, fields=[FIELD])
    operation = client.wait_operation(operation)
    assert operation.status == operation.Status.SUCCESS
    assert operation.parameters.pool_id == pool
    found = list(client.get_aggregated_solutions(operation.id, batch_size=1))
    assert [(one.pool_id, one.task_id, one.output_values) for one in found] == [
        (pool, tasks[0], {"result": "OK"}), (pool, tasks[1], {"result": "BAD"})]
    assert [float(one.confidence) for one in found] == pytest.approx([0.977, 0.761], abs=5e-4)
    first = client.find_aggregated_solutions(operation.id, limit=1)
    assert (first.items[0].task_id, first.has_more) == (tasks[0], True)
    last = client.find_aggregated_solutions(operation.id, sort=["-task_id"], task_id_gte=tasks[0])
    assert [one.task_id for one in last.items] == tasks[::-1]


def test_the_kit_aggregates_one_task_again_and_again(survey: Shop) -> None:
    pool, tasks, skill = _answered(survey)
    client: toloka.TolokaClient = survey.requester.client()

    def ask() -> tuple[str, float]:
        one = client.aggregate_solutions_by_task(pool_id=pool, task_id=tasks[1], answer_weight_skill_id=skill, fields=[FIELD])
        return one.output_values["result"], float(one.confidence)

    assert ask() == ("BAD", pytest.approx(0.761, abs=5e-4))
    waiting = survey.ask("GET", f"/assignments?pool_id={pool}&status=SUBMITTED")["items"]
    survey.review(waiting[0]["id"], "ACCEPTED")
    assert ask() == ("404", pytest.approx(1, abs=1e-3))


def test_the_kit_runs_dawid_and_skene_over_a_pool(survey: Shop) -> None:
    pool, tasks, _ = _answered(survey)
    client: toloka.TolokaClient = survey.requester.client()
    operation = client.wait_operation(client.aggregate_solutions_by_pool(type="DAWID_SKENE", pool_id=pool, fields=[FIELD]))
    found = {one.task_id: one.output_values["result"] for one in client.get_aggregated_solutions(operation.id)}
    assert set(found) == set(tasks)
    assert found[tasks[0]] == "OK"
    assert survey.ask("GET", f"/operations/{operation.id}")["parameters"]["aggregated_output_fields"] == ["result"]


def test_whoever_lacks_the_skill_is_trusted_by_his_control_answers(survey: Shop) -> None:
    pool = _pool(survey, mixer_config={"real_tasks_count": 1, "golden_tasks_count": 2, "shuffle_tasks_in_task_suite": False})
    skill = _skill(survey)
    survey.tasks(pool, 2, "allow_defaults=true", known_solutions=[{"output_values": {"result": "OK"}}])
    task = survey.tasks(pool, 1, "allow_defaults=true&open_pool=true")[0]
    for general, *control in (("OK", "OK", "OK"), ("BAD", "BAD", "BAD")):
        toloker = survey.toloker()
        page = toloker.take(pool)
        answers = iter(control)
        toloker.submit(page["id"], *({"result": general if one["id"] == task else next(answers)} for one in page["tasks"]))
        survey.review(page["id"], "ACCEPTED")
    body = {"type": WEIGHTED, "pool_id": pool, "task_id": task, "answer_weight_skill_id": skill, "fields": [{"name": "result"}]}
    one = survey.ask("POST", "/aggregated-solutions/aggregate-by-task", body)
    expected = voting.weighted([("OK", 2.5 / 3), ("BAD", 0.5 / 3)], OPTIONS)
    assert (one["output_values"], one["confidence"]) == ({"result": "OK"}, pytest.approx(expected[1]))


def test_baseline_solutions_are_further_answers(survey: Shop) -> None:
    pool, skill = _pool(survey, mixer_config={"real_tasks_count": 1}), _skill(survey)
    base = [{"output_values": {"result": "BAD"}, "confidence_weight": 0.9}]
    task = survey.tasks(pool, 1, "allow_defaults=true&open_pool=true", baseline_solutions=base)[0]
    body = {"type": WEIGHTED, "pool_id": pool, "task_id": task, "answer_weight_skill_id": skill, "fields": [{"name": "result"}]}
    with refused("ASSIGNMENTS_AGGREGATION_DENIED"):
        survey.ask("POST", "/aggregated-solutions/aggregate-by-task", body)
    _answer(survey, pool, skill, 70, "OK")
    one = survey.ask("POST", "/aggregated-solutions/aggregate-by-task", body)
    assert (one["output_values"], one["confidence"]) == ({"result": "BAD"}, pytest.approx(0.761, abs=5e-4))


def test_several_fields_are_as_sure_as_all_of_them_together(survey: Shop) -> None:
    pool, skill = _pool(survey, mixer_config={"real_tasks_count": 1}), _skill(survey)
    survey.tasks(pool, 1, "allow_defaults=true&open_pool=true")
    for value, result, sure in ((70, "OK", True), (90, "BAD", None)):
        toloker = survey.toloker()
        survey.ask("PUT", "/user-skills", {"skill_id": skill, "user_id": toloker.id, "value": value})
        page = toloker.take(pool)
        toloker.submit(page["id"], {"result": result} if sure is None else {"result": result, "sure": sure})
        survey.review(page["id"], "ACCEPTED")
    operation = survey.ask("POST", "/aggregated-solutions/aggregate-by-pool", {
        "type": WEIGHTED, "pool_id": int(pool), "answer_weight_skill_id": int(skill), "fields": [{"name": "result"}, {"name": "sure"}]})
    found = survey.ask("GET", f"/aggregated-solutions/{operation['id']}")["items"]
    assert found[0]["output_values"] == {"result": "BAD", "sure": True}
    assert found[0]["confidence"] == pytest.approx(0.7605634 * 0.7)


def test_a_pool_without_accepted_answers_gives_an_empty_list(survey: Shop) -> None:
    pool = _pool(survey)
    survey.tasks(pool)
    operation = survey.ask("POST", "/aggregated-solutions/aggregate-by-pool", {"type": "DAWID_SKENE", "pool_id": pool, "fields": []})
    assert operation["status"] == "SUCCESS"
    assert survey.ask("GET", f"/aggregated-solutions/{operation['id']}") == {"items": [], "has_more": False}


@pytest.mark.parametrize(("change", "path", "code"), [
    ({"fields": [{"name": "result"}, {"name": "text"}]}, "fields.1.name", "VALUE_NOT_ALLOWED"),
    ({"fields": [{"name": "nothing"}]}, "fields.0.name", "VALUE_NOT_ALLOWED"),
    ({"fields": [{"name": "result"}, {"name": "result"}]}, "fields.1.name", "DUPLICATE_VALUE_IN_ARRAY"),
    ({"fields": [{}]}, "fields.0.name", "VALUE_REQUIRED"), ({"fields": ["result"]}, "fields.0", "OBJECT_EXPECTED"),
    ({"fields": []}, "fields", "VALUES_REQUIRED"), ({"fields": {"name": "result"}}, "fields", "ARRAY_EXPECTED"),
    ({"type": "DAWID_SKENE", "fields": [{"name": "result"}, {"name": "sure"}]}, "fields", "ARRAY_SIZE_GREATER_THAN_MAX"),
    ({"type": "MAJORITY"}, "type", "UNKNOWN_ENUM_VALUE"), ({"type": None}, "type", "VALUE_REQUIRED"),
    ({"pool_id": None}, "pool_id", "VALUE_REQUIRED"), ({"answer_weight_skill_id": "7"}, "answer_weight_skill_id", "ENTITY_DOES_NOT_EXIST"),
    ({"answer_weight_skill_id": [1]}, "answer_weight_skill_id", "STRING_EXPECTED"),
])
def test_what_cannot_be_aggregated_is_refused_with_its_place(survey: Shop, change: dict[str, Any], path: str, code: str) -> None:
    body = {"type": WEIGHTED, "pool_id": _pool(survey), "fields": [{"name": "result"}], **change}
    with refused("VALIDATION_ERROR", 400) as refusal:
        survey.ask("POST", "/aggregated-solutions/aggregate-by-pool", body)
    assert refusal.payload[path]["code"] == code


def test_aggregating_what_is_not_there_or_not_mine_is_refused(survey: Shop, new_shop: Callable[..., Shop]) -> None:
    client, other = survey.requester.client(), new_shop()
    pool = _pool(survey)
    body = {"type": WEIGHTED, "pool_id": pool, "fields": [{"name": "result"}]}
    with refused("ACCESS_DENIED", 403):
        other.ask("POST", "/aggregated-solutions/aggregate-by-pool", body)
    with pytest.raises(DoesNotExistApiError):
        client.aggregate_solutions_by_pool(type=WEIGHTED, pool_id="39999999", fields=[FIELD])
    with pytest.raises(ValidationApiError):
        client.aggregate_solutions_by_task(pool_id=pool, fields=[FIELD])
    with refused("DOES_NOT_EXIST", 404):
        survey.ask("POST", "/aggregated-solutions/aggregate-by-task", {**body, "task_id": "000--1"})
    elsewhere = survey.tasks(_pool(survey), 1)[0]
    with refused("VALIDATION_ERROR", 400) as refusal:
        survey.ask("POST", "/aggregated-solutions/aggregate-by-task", {**body, "task_id": elsewhere})
    assert refusal.payload["task_id"]["code"] == "VALUE_NOT_ALLOWED"
    operation = survey.ask("POST", "/aggregated-solutions/aggregate-by-pool", body)
    with refused("ACCESS_DENIED", 403):
        other.ask("GET", f"/aggregated-solutions/{operation['id']}")
    for unknown in ("00000000-0000-4000-8000-000000000000", "not-an-id"):
        with refused("DOES_NOT_EXIST", 404):
            survey.ask("GET", f"/aggregated-solutions/{unknown}")
    survey.tasks(pool, 1, "allow_defaults=true&open_pool=true")
    opened = survey.ask("POST", f"/pools/{pool}/close")
    with refused("CONFLICT_STATE"):
        survey.ask("GET", f"/aggregated-solutions/{opened['id']}")
    with refused("VALIDATION_ERROR", 400):
        survey.ask("GET", f"/aggregated-solutions/{operation['id']}?sort=confidence")


def test_aggregation_by_skill_needs_smart_mixing_and_a_field(survey: Shop, new_shop: Callable[..., Shop]) -> None:
    manual = _pool(survey, mixer_config=None)
    with refused("ONLY_FOR_POOL_WITH_MIXER"):
        survey.ask("POST", "/aggregated-solutions/aggregate-by-pool", {"type": WEIGHTED, "pool_id": manual, "fields": [{"name": "result"}]})
    boxes = new_shop(task_spec={**project_form()["task_spec"], "output_spec": {"boxes": {"type": "json"}}})
    with pytest.raises(IncorrectActionsApiError) as caught:
        boxes.requester.client().aggregate_solutions_by_pool(type="DAWID_SKENE", pool_id=_pool(boxes), fields=[])
    assert caught.value.code == "ASSIGNMENTS_AGGREGATION_DENIED"
