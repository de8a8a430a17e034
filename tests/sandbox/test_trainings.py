"""Trainings: their life at the requester API, learning at the Toloker API, and the pools that ask for them."""
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from decimal import Decimal
from typing import Any

import psycopg2
import pytest
import toloka.client as toloka
from toloka.client import structure, unstructure
from toloka.client.exceptions import IncorrectActionsApiError, ValidationApiError

from tests.sandbox.conftest import Shop, project_form, refused
from tests.stack.sandbox import SandboxServer, TolokerAccount, sandbox_server

HINT = "Look at the ears"


def training_form(shop: Shop, **fields: Any) -> dict[str, Any]:
    return {"project_id": shop.project["id"], "private_name": "Cats for beginners", "may_contain_adult_content": False,
            "assignment_max_duration_seconds": 600, "mix_tasks_in_creation_order": True, "shuffle_tasks_in_task_suite": False,
            "training_tasks_in_task_suite_count": 2, "inherited_instructions": True, "public_instructions": "", **fields}


def lessons(shop: Shop, pool_id: str, count: int, **fields: Any) -> list[str]:
    """Ids of new tasks to which "OK" is the answer."""
    known = [{"output_values": {"result": "OK"}, "correctness_weight": 1}]
    return shop.tasks(pool_id, count, "", **{"known_solutions": known, "message_on_unknown_solution": HINT, **fields})


def open_training(shop: Shop, tasks: int = 4, **fields: Any) -> str:
    """Id of a new OPEN training, two tasks a page."""
    training_id = shop.ask("POST", "/trainings", training_form(shop, **fields))["id"]
    lessons(shop, training_id, tasks)
    shop.ask("POST", f"/trainings/{training_id}/open")
    return training_id


def guarded_pool(shop: Shop, training_id: str, value: int = 80, **fields: Any) -> str:
    """Id of a new OPEN pool for those who did well in the training."""
    requirement = {"training_pool_id": training_id, "training_passing_skill_value": value}
    return shop.open_pool(5, quality_control={"training_requirement": requirement, "configs": []}, overlap=5, **fields)


def learn(toloker: TolokerAccount, training_id: str, *results: str) -> dict[str, Any]:
    """Take a page and answer; after a refusal, answer right. The assignment."""
    page = toloker.take(training_id)
    answers = [{"result": result} for result in results]
    if "BAD" in results:
        with refused("VALIDATION_ERROR", 400):
            toloker.submit(page["id"], *answers)
        answers = [{"result": "OK"} for _ in answers]
    assert toloker.submit(page["id"], *answers)["status"] == "ACCEPTED"
    return page


def value_of(shop: Shop, toloker: TolokerAccount) -> float | None:
    """The only skill value that this Toloker has from the shop's requester."""
    items = shop.ask("GET", f"/user-skills?user_id={toloker.id}")["items"]
    return items[0]["exact_value"] if items else None


def test_the_kit_loses_nothing_of_a_training(shop: Shop) -> None:
    client = shop.requester.client()
    training = toloka.Training(
        project_id=shop.project["id"], private_name="Cats", may_contain_adult_content=False, assignment_max_duration_seconds=600,
        mix_tasks_in_creation_order=True, shuffle_tasks_in_task_suite=False, training_tasks_in_task_suite_count=3,
        task_suites_required_to_pass=2, retry_training_after_days=7, inherited_instructions=False, public_instructions="<b>Look</b>",
        metadata={"ours": ["yes"]})
    made = client.create_training(training)
    assert client.get_training(made.id) == made
    assert made.is_closed() and made.owner.myself
    assert {name: unstructure(made)[name] for name in unstructure(training)} == unstructure(training)
    raw = shop.ask("GET", f"/trainings/{made.id}")
    assert unstructure(structure(raw, toloka.Training)) == {**raw, "created": f"{raw['created']}000"}  # the kit writes microseconds
    made.private_name, made.retry_training_after_days = "Dogs", 3
    changed = client.update_training(made.id, made)
    assert (changed.private_name, changed.retry_training_after_days, changed.created) == ("Dogs", 3, made.created)
    assert [skill.name for skill in client.get_skills(name="Dogs")] == ["Dogs"]


def test_a_training_lives_as_a_pool_does(shop: Shop) -> None:
    client = shop.requester.client()
    training = client.create_training(structure(training_form(shop), toloka.Training))
    with pytest.raises(IncorrectActionsApiError) as refusal:
        client.open_training(training.id)
    assert refusal.value.code == "EMPTY_POOL"
    lessons(shop, training.id, 2)
    opened = client.open_training_async(training.id)
    assert (opened.type.value, opened.parameters.training_id) == ("TRAINING.OPEN", training.id)
    assert client.open_training_async(training.id) is None
    with refused("INAPPROPRIATE_STATUS") as refused_edit:
        shop.ask("PUT", f"/trainings/{training.id}", training_form(shop))
    assert refused_edit.payload == {"appropriate_statuses": ["CLOSED"]}
    assert shop.ask("POST", f"/trainings/{training.id}/close-for-update")["type"] == "TRAINING.CLOSE"
    assert client.get_training(training.id).last_close_reason.value == "FOR_UPDATE"
    assert client.open_training(training.id).is_open()
    assert client.close_training(training.id).is_closed()
    assert client.archive_training(training.id).is_archived()
    assert client.archive_training_async(training.id) is None
    kinds = [operation.type.value for operation in client.get_operations(type="TRAINING.CLOSE")]
    assert kinds == ["TRAINING.CLOSE", "TRAINING.CLOSE"]


def test_pools_and_trainings_are_listed_apart_and_share_one_space_of_ids(shop: Shop, new_shop: Callable[..., Shop]) -> None:
    client = shop.requester.client()
    training_id, pool_id, other = open_training(shop), shop.pool(), shop.ask("POST", "/trainings", training_form(shop))["id"]
    assert [found.id for found in client.get_pools()] == [pool_id]
    assert [found.id for found in client.get_trainings(project_id=shop.project["id"])] == [training_id, other]
    assert [found.id for found in client.get_trainings(status="OPEN")] == [training_id]
    assert [found.id for found in client.find_trainings(sort=["-id"], limit=1).items] == [other]
    assert [found.id for found in client.get_trainings(id_gt=training_id)] == [other]
    assert len({training_id, pool_id, other}) == 3
    for method, path in (("GET", ""), ("PUT", ""), ("PATCH", ""), ("POST", "/open"), ("POST", "/clone"), ("POST", "/archive")):
        with refused("POOL_IS_TRAINING"):
            shop.ask(method, f"/pools/{training_id}{path}", {"priority": 1} if method in ("PUT", "PATCH") else None)
    with refused("DOES_NOT_EXIST", 404):
        shop.ask("GET", f"/trainings/{pool_id}")
    with refused("ACCESS_DENIED", 403):
        new_shop().ask("GET", f"/trainings/{training_id}")


@pytest.mark.parametrize(("fields", "path", "code"), [
    ({"private_name": None}, "private_name", "VALUE_REQUIRED"),
    ({"inherited_instructions": None}, "inherited_instructions", "VALUE_REQUIRED"),
    ({"inherited_instructions": "yes"}, "inherited_instructions", "BOOLEAN_EXPECTED"),
    ({"assignment_max_duration_seconds": 4}, "assignment_max_duration_seconds", "VALUE_LESS_THAN_MIN"),
    ({"training_tasks_in_task_suite_count": None}, "training_tasks_in_task_suite_count", "VALUE_REQUIRED"),
    ({"training_tasks_in_task_suite_count": 501}, "training_tasks_in_task_suite_count", "VALUE_GREATER_THAN_MAX"),
    ({"task_suites_required_to_pass": 1.5}, "task_suites_required_to_pass", "INTEGER_EXPECTED"),
    ({"retry_training_after_days": 0}, "retry_training_after_days", "VALUE_LESS_THAN_MIN"),
    ({"retry_training_after_days": 10**17}, "retry_training_after_days", "VALUE_GREATER_THAN_MAX"),
    ({"project_id": "999999"}, "project_id", "ENTITY_DOES_NOT_EXIST"),
    ({"metadata": []}, "metadata", "OBJECT_EXPECTED"),
])
def test_a_wrong_field_is_named(shop: Shop, fields: dict[str, Any], path: str, code: str) -> None:
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.ask("POST", "/trainings", training_form(shop, **fields))
    assert refusal.payload[path]["code"] == code


def test_every_task_of_a_training_has_a_known_answer_and_is_for_everybody(shop: Shop) -> None:
    client = shop.requester.client()
    training = client.create_training(structure(training_form(shop), toloka.Training))
    plain = toloka.Task(pool_id=training.id, input_values={"image": "https://example.com/1.png"})
    with pytest.raises(ValidationApiError) as refusal:
        client.create_tasks([plain])
    assert refusal.value.payload["0"]["known_solutions"].code == "VALUES_REQUIRED"
    plain.known_solutions = [toloka.task.BaseTask.KnownSolution(output_values={"result": "OK"})]
    made = client.create_tasks([plain], allow_defaults=True).items["0"]
    assert (made.infinite_overlap, made.overlap) == (True, None)
    with refused("VALIDATION_ERROR", 400) as refused_edit:
        shop.ask("PATCH", f"/tasks/{made.id}", {"known_solutions": []})
    assert refused_edit.payload["known_solutions"]["code"] == "VALUES_REQUIRED"


def test_the_first_wrong_answers_are_declined_with_hints_and_the_next_taken_as_they_are(shop: Shop) -> None:
    training_id, toloker = open_training(shop), shop.toloker()
    card = next(card for card in toloker.call("GET", "/worker/v1/pools")["items"] if card["pool_id"] == training_id)
    assert (card["type"], card["reward"], card["public_name"]) == ("TRAINING", 0, "Boxes")
    page = toloker.take(training_id)
    assert [set(task) for task in page["tasks"]] == [{"id", "input_values"}] * 2
    assert page["instructions"] == "<p>Draw</p>"
    with refused("VALIDATION_ERROR", 400) as refusal:
        toloker.submit(page["id"], {"result": "OK"}, {"result": "perhaps"})
    assert refusal.payload["solutions.1.output_values.result"]["code"] == "VALUE_NOT_ALLOWED"  # not an attempt
    with refused("VALIDATION_ERROR", 400) as refusal:
        toloker.submit(page["id"], {"result": "OK"}, {"result": "BAD"})
    assert refusal.payload == {"solutions.1": {"code": "INVALID_VALUE", "message": HINT}}
    again = toloker.call("GET", f"/worker/v1/assignments/{page['id']}")
    assert again["status"] == "ACTIVE" and [task.get("hint") for task in again["tasks"]] == [None, HINT]
    assert toloker.submit(page["id"], {"result": "BAD"}, {"result": "BAD"}) == {"id": page["id"], "status": "ACCEPTED"}
    done = shop.requester.client().get_assignment(page["id"])
    assert [answer.output_values for answer in done.first_declined_solution_attempt] == [{"result": "OK"}, {"result": "BAD"}]
    assert [answer.output_values for answer in done.solutions] == [{"result": "BAD"}, {"result": "BAD"}]
    assert (done.reward, done.accepted, shop.balance()) == (0, done.submitted, 1000)
    assert [found["id"] for found in shop.ask("GET", f"/assignments?task_id={page['tasks'][0]['id']}")["items"]] == [page["id"]]


def test_right_answers_are_taken_at_once(shop: Shop) -> None:
    training_id, toloker = open_training(shop, inherited_instructions=False, public_instructions="Ears"), shop.toloker()
    page = learn(toloker, training_id, "OK", "OK")
    assert page["instructions"] == "Ears"
    assert "first_declined_solution_attempt" not in shop.assignment(page["id"])


@pytest.mark.parametrize(("pages", "value", "enters"), [
    ((("OK", "OK"), ("OK", "OK")), 100, True),
    ((("OK", "OK"), ("BAD", "OK")), 75, True),
    ((("BAD", "OK"), ("BAD", "OK")), 50, False),
    ((("BAD", "BAD"), ("BAD", "BAD")), 0, False),
])
def test_a_pool_lets_in_who_was_right_often_enough_at_the_first_attempt(
        shop: Shop, pages: tuple[tuple[str, ...], ...], value: int, enters: bool) -> None:
    training_id, toloker = open_training(shop, task_suites_required_to_pass=2, tasks=6), shop.toloker()
    pool_id = guarded_pool(shop, training_id, value=75)
    assert training_id in toloker.pools() and pool_id not in toloker.pools()
    with refused("ACCESS_DENIED", 403):
        toloker.take(pool_id)
    for results in pages:
        assert value_of(shop, toloker) is None
        learn(toloker, training_id, *results)
    assert value_of(shop, toloker) == value
    assert training_id not in toloker.pools()
    with refused("NO_TASKS_AVAILABLE"):
        toloker.take(training_id)
    assert (pool_id in toloker.pools()) is enters
    if enters:
        assert toloker.take(pool_id)["type"] == "REGULAR"


def test_without_a_number_of_pages_all_have_to_be_done_and_the_last_may_be_short(shop: Shop) -> None:
    training_id, toloker = open_training(shop, tasks=3), shop.toloker()
    assert len(learn(toloker, training_id, "OK", "BAD")["tasks"]) == 2
    assert value_of(shop, toloker) is None
    assert len(learn(toloker, training_id, "OK")["tasks"]) == 1
    assert value_of(shop, toloker) == pytest.approx(66.666667)


def test_partly_right_answers_count_in_part(shop: Shop) -> None:
    training_id = shop.ask("POST", "/trainings", training_form(shop))["id"]
    lessons(shop, training_id, 2, known_solutions=[{"output_values": {"result": "OK"}, "correctness_weight": 1},
                                                  {"output_values": {"result": "BAD"}, "correctness_weight": 0.5}])
    shop.ask("POST", f"/trainings/{training_id}/open")
    toloker = shop.toloker()
    page = toloker.take(training_id)
    assert toloker.submit(page["id"], {"result": "OK"}, {"result": "BAD"})["status"] == "ACCEPTED"
    assert value_of(shop, toloker) == 75


def test_the_skill_of_a_training_is_only_set_by_it(shop: Shop) -> None:
    training_id, toloker = open_training(shop, tasks=2), shop.toloker()
    client = shop.requester.client()
    skill = next(client.get_skills(name="Cats for beginners"))
    assert skill.training and skill.hidden
    assert not client.create_skill(name="mine").training
    learn(toloker, training_id, "OK", "OK")
    value = next(client.get_user_skills(user_id=toloker.id))
    assert (value.skill_id, value.exact_value) == (skill.id, Decimal(100))
    assert toloker.account()["skills"] == []  # hidden
    with refused("SKILL_IS_TRAINING"):
        shop.ask("PUT", "/user-skills", {"skill_id": skill.id, "user_id": toloker.id, "value": 1})
    with refused("SKILL_IS_TRAINING"):
        shop.ask("DELETE", f"/user-skills/{value.id}")
    with refused("SKILL_IS_TRAINING"):
        shop.ask("PUT", f"/skills/{skill.id}", {"name": "other"})


def test_a_skipped_page_comes_again_unless_it_had_been_answered(shop: Shop) -> None:
    training_id, toloker = open_training(shop, tasks=2), shop.toloker()
    toloker.skip(toloker.take(training_id)["id"])
    assert training_id in toloker.pools()
    page = toloker.take(training_id)
    with refused("VALIDATION_ERROR", 400):
        toloker.submit(page["id"], {"result": "BAD"}, {"result": "OK"})
    toloker.skip(page["id"])
    assert value_of(shop, toloker) == 50
    assert training_id not in toloker.pools()


def test_a_page_is_not_short_because_somebody_else_takes_the_same_tasks_just_now(shop: Shop) -> None:
    training_id = shop.ask("POST", "/trainings", training_form(shop))["id"]
    first, _ = lessons(shop, training_id, 2)
    shop.ask("POST", f"/trainings/{training_id}/open")
    other = psycopg2.connect(shop.sandbox.environment["SANDBOX_DATABASE_URL"])
    with closing(other), ThreadPoolExecutor(1) as thread:
        other.cursor().execute("SELECT 1 FROM sandbox_task WHERE id = %s FOR UPDATE", [first])
        taking = thread.submit(shop.toloker().take, training_id)
        with pytest.raises(TimeoutError):
            taking.result(timeout=1)
        other.rollback()
        assert len(taking.result(timeout=30)["tasks"]) == 2


@pytest.mark.parametrize(("requirement", "path", "code"), [
    ({"training_pool_id": "99999999", "training_passing_skill_value": 80}, "training_pool_id", "ENTITY_DOES_NOT_EXIST"),
    ({"training_pool_id": "regular", "training_passing_skill_value": 80}, "training_pool_id", "ENTITY_DOES_NOT_EXIST"),
    ({"training_passing_skill_value": 80}, "training_pool_id", "VALUE_REQUIRED"),
    ({"training_pool_id": "mine"}, "training_passing_skill_value", "VALUE_REQUIRED"),
    ({"training_pool_id": "mine", "training_passing_skill_value": 101}, "training_passing_skill_value", "VALUE_GREATER_THAN_MAX"),
])
def test_a_training_requirement_names_a_training_of_mine(shop: Shop, requirement: dict[str, Any], path: str, code: str) -> None:
    ids = {"mine": lambda: shop.ask("POST", "/trainings", training_form(shop))["id"], "regular": shop.pool}
    named = requirement.get("training_pool_id")
    if named in ids:
        requirement = {**requirement, "training_pool_id": ids[named]()}
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.pool(quality_control={"training_requirement": requirement})
    assert refusal.payload[f"quality_control.training_requirement.{path}"]["code"] == code


def test_somebody_elses_training_is_no_requirement(shop: Shop, new_shop: Callable[..., Shop]) -> None:
    training_id = open_training(new_shop())
    with refused("VALIDATION_ERROR", 400) as refusal:
        guarded_pool(shop, training_id)
    assert refusal.payload["quality_control.training_requirement.training_pool_id"]["code"] == "ENTITY_ACCESS_DENIED"


def test_a_training_is_archived_after_its_pools_and_before_its_project(shop: Shop) -> None:
    training_id = open_training(shop)
    pool_id = guarded_pool(shop, training_id)
    with refused("INAPPROPRIATE_STATUS"):
        shop.ask("POST", f"/trainings/{training_id}/archive")
    shop.ask("POST", f"/trainings/{training_id}/close")
    shop.ask("POST", f"/pools/{pool_id}/close")
    with refused("TRAINING_ARCHIVE_CONFLICT"):
        shop.ask("POST", f"/trainings/{training_id}/archive")
    shop.ask("POST", f"/pools/{pool_id}/archive")
    with refused("UNARCHIVED_POOLS_CONFLICT"):
        shop.ask("POST", f"/projects/{shop.project['id']}/archive")
    assert shop.ask("POST", f"/trainings/{training_id}/archive")["status"] == "SUCCESS"
    late = shop.pool(quality_control={"training_requirement": {"training_pool_id": training_id, "training_passing_skill_value": 1}})
    shop.tasks(late)
    with refused("CONFLICT_STATE"):
        shop.ask("POST", f"/pools/{late}/open")
    shop.ask("POST", f"/pools/{late}/archive")
    assert shop.ask("POST", f"/projects/{shop.project['id']}/archive")["status"] == "SUCCESS"
    with refused("PROJECT_INAPPROPRIATE_STATUS"):
        shop.ask("POST", "/trainings", training_form(shop))


def test_lessons_among_a_pools_own_tasks_give_their_hint_once(shop: Shop) -> None:
    pool_id = shop.pool(mixer_config={"real_tasks_count": 1, "training_tasks_count": 1, "shuffle_tasks_in_task_suite": False})
    lessons(shop, pool_id, 2, infinite_overlap=True)
    shop.tasks(pool_id, 2, "allow_defaults=true&open_pool=true")
    toloker = shop.toloker()
    page = toloker.take(pool_id)
    wrong = next(index for index, task in enumerate(page["tasks"]) if "known_solutions" in shop.ask("GET", f"/tasks/{task['id']}"))
    answers = [{"result": "BAD"}, {"result": "BAD"}]
    with refused("VALIDATION_ERROR", 400) as refusal:
        toloker.submit(page["id"], *answers)
    assert refusal.payload == {f"solutions.{wrong}": {"code": "INVALID_VALUE", "message": HINT}}
    assert shop.balance() == 1000
    assert toloker.submit(page["id"], *answers)["status"] == "SUBMITTED"
    assert len(shop.assignment(page["id"])["first_declined_solution_attempt"]) == 2


@pytest.fixture(scope="module", name="later")
def _later() -> Iterator[SandboxServer]:
    """A sandbox whose clock may jump."""
    with sandbox_server() as server:
        yield server


@pytest.fixture(name="late_shop")
def _late_shop(later: SandboxServer) -> Shop:
    requester = later.create_requester()
    return Shop(later, requester, requester.call("POST", "/api/v1/projects", project_form()))


def test_a_value_fades_after_its_days_and_the_training_may_be_done_again(late_shop: Shop) -> None:
    shop = late_shop
    training_id, toloker = open_training(shop, tasks=2, retry_training_after_days=3), shop.toloker()
    pool_id = guarded_pool(shop, training_id)
    first = learn(toloker, training_id, "BAD", "OK")
    assert value_of(shop, toloker) == 50
    shop.sandbox.advance(days=2)
    assert training_id not in toloker.pools()
    shop.sandbox.advance(days=1)
    assert value_of(shop, toloker) is None and training_id in toloker.pools()
    second = learn(toloker, training_id, "OK", "OK")
    assert value_of(shop, toloker) == 100  # of the second time alone
    assert pool_id in toloker.pools()
    found = shop.ask("GET", f"/assignments?task_id={first['tasks'][0]['id']}")["items"]
    assert [item["id"] for item in found] == [first["id"], second["id"]]


def test_an_edit_of_the_days_reaches_values_that_are_there(late_shop: Shop) -> None:
    shop = late_shop
    training_id, toloker = open_training(shop, tasks=2, retry_training_after_days=10), shop.toloker()
    learn(toloker, training_id, "OK", "OK")
    shop.ask("POST", f"/trainings/{training_id}/close")
    shop.ask("PUT", f"/trainings/{training_id}", training_form(shop, retry_training_after_days=1))
    shop.sandbox.advance(days=1.1)
    assert value_of(shop, toloker) is None
    shop.ask("PUT", f"/trainings/{training_id}", training_form(shop, retry_training_after_days=2))
    shop.ask("POST", f"/trainings/{training_id}/open")
    learn(toloker, training_id, "OK", "OK")
    shop.ask("POST", f"/trainings/{training_id}/close")
    shop.ask("PUT", f"/trainings/{training_id}", training_form(shop))
    shop.sandbox.advance(days=4)
    assert value_of(shop, toloker) == 100


def test_a_page_that_ran_out_of_time_comes_again_and_a_training_opens_again_by_itself(late_shop: Shop) -> None:
    shop = late_shop
    training_id, toloker = open_training(shop, tasks=2), shop.toloker()
    page = toloker.take(training_id)
    shop.ask("POST", f"/trainings/{training_id}/close-for-update")
    shop.sandbox.advance(minutes=16)
    assert shop.assignment(page["id"])["status"] == "EXPIRED"
    assert shop.ask("GET", f"/trainings/{training_id}")["status"] == "OPEN"
    learn(toloker, training_id, "OK", "OK")
    assert value_of(shop, toloker) == 100
