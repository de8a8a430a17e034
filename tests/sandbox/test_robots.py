"""Simulated Tolokers, in their own process, over HTTP only."""
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.sandbox.conftest import FAR, Shop, project_form, refused
from tests.sandbox.editor_double import EditorDouble, editor_double
from tests.stack.sandbox import SandboxServer, sandbox_server
from tests.stack.waiting import comes_true

TRUTH = {"a.jpg": [{"type": "rectangle", "label": "face", "points": [20, 10, 120, 90]}],
         "b.jpg": [{"type": "rectangle", "label": "face", "points": [0, 0, 50, 50]},
                   {"type": "rectangle", "label": "outline", "points": [60, 20, 190, 80]},
                   {"type": "rectangle", "label": "day", "points": [0, 0, 200, 100]}]}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    """One of its own with a crew at work, so that robots do not take other tests' tasks."""
    with sandbox_server() as server, server.process("robots"):
        yield server


@pytest.fixture(autouse=True)
def _no_robots_left(sandbox: SandboxServer) -> Iterator[None]:
    yield
    sandbox.delete_robots()


@pytest.fixture()
def editor() -> Iterator[EditorDouble]:
    with editor_double() as double:
        yield double


def _editor_pool(new_shop: Callable[..., Shop], editor: EditorDouble, *keys: str, **fields: Any) -> tuple[Shop, str]:
    shop = new_shop(task_spec={
        "input_spec": {"job_key": {"type": "string"}},
        "output_spec": {"job_key": {"type": "string"}, "revision": {"type": "integer"}, "digest": {"type": "string"}},
        "view_spec": {"type": "classic", "markup": f'<div class="x" data-editor-base="{editor.url}"></div>', "script": "", "styles": ""}})
    pool = shop.pool(**fields)
    body = [{"pool_id": pool, "input_values": {"job_key": key}} for key in keys]
    shop.ask("POST", "/tasks?allow_defaults=true&open_pool=true", body)
    return shop, pool


def _done(shop: Shop, pool: str) -> list[dict[str, Any]]:
    comes_true(lambda: shop.status(pool) == "CLOSED", seconds=90)
    return shop.ask("GET", f"/assignments?pool_id={pool}&limit=100")["items"]


def test_careful_robots_draw_the_truth_in_an_external_editor(new_shop: Callable[..., Shop], editor: EditorDouble) -> None:
    shop, pool = _editor_pool(new_shop, editor, "a", "b", "c")
    shop.sandbox.robots(2, accuracy=1.0, truth=TRUTH, pools=[pool], seed=1)
    found = _done(shop, pool)
    assert Counter(item["status"] for item in found) == {"SUBMITTED": 3}
    for item in found:
        values = item["solutions"][0]["output_values"]
        job = editor.jobs[values["job_key"]]
        assert values["job_key"] == item["tasks"][0]["input_values"]["job_key"] and len(values["digest"]) == 64
        assert job["submitted"] and job["looked"] and job["assignments"] == [item["id"]] and values["revision"] == job["revision"]
    assert editor.problems == []
    (box,) = editor.jobs["a"]["frames"]["0"]["shapes"]
    assert box["points"] == pytest.approx([20, 10, 120, 90], abs=3)
    both = editor.jobs["b"]["frames"]["0"]
    assert [(shape["label_id"], shape["type"]) for shape in both["shapes"]] == [(3, "rectangle"), (4, "polygon")]
    assert [tag["label_id"] for tag in both["tags"]] == [5]
    assert editor.jobs["c"]["frames"]["0"]["shapes"]  # nobody told them, yet they drew something


def test_an_editor_that_is_away_for_a_moment_is_asked_again(new_shop: Callable[..., Shop], editor: EditorDouble) -> None:
    editor.refuse_open = 2
    shop, pool = _editor_pool(new_shop, editor, "a")
    shop.sandbox.robots(1, truth=TRUTH, pools=[pool])
    assert [item["status"] for item in _done(shop, pool)] == ["SUBMITTED"]


def test_a_job_that_the_editor_refuses_is_skipped(new_shop: Callable[..., Shop], editor: EditorDouble) -> None:
    shop, pool = _editor_pool(new_shop, editor, "forbidden")
    shop.sandbox.robots(1, pools=[pool])
    assert comes_true(lambda: [item["status"] for item in shop.ask("GET", f"/assignments?pool_id={pool}")["items"]] == ["SKIPPED"])


def test_the_same_seed_draws_the_same(new_shop: Callable[..., Shop]) -> None:
    drawings = []
    for _ in range(2):
        with editor_double() as editor:
            shop, pool = _editor_pool(new_shop, editor, "a", "b", "c", "d")
            shop.sandbox.robots(1, accuracy=0.4, truth=TRUTH, pools=[pool], seed=7)
            _done(shop, pool)
            shop.sandbox.delete_robots()
            drawings.append({key: job["frames"] for key, job in editor.jobs.items()})
            assert editor.problems == []
    assert drawings[0] == drawings[1]
    assert set(drawings[0]) == {"a", "b", "c", "d"}


def test_ordinary_tasks_are_answered_from_their_output_spec(new_shop: Callable[..., Shop]) -> None:
    shop = new_shop(task_spec={
        "input_spec": {"image": {"type": "string"}}, "view_spec": {"type": "tb", "config": "{}"},
        "output_spec": {"verdict": {"type": "string", "allowed_values": ["OK", "BAD"]}, "code": {"type": "string", "pattern": "[A-Z]-?\\d"},
                        "count": {"type": "integer", "min_value": 3, "max_value": 5}, "share": {"type": "float", "max_value": 1},
                        "sure": {"type": "boolean"}, "where": {"type": "coordinates"}, "site": {"type": "url", "required": False},
                        "words": {"type": "array_string", "min_size": 2, "max_size": 2}, "long": {"type": "string", "min_length": 40},
                        "regions": {"type": "json"}}})
    pool = shop.pool(overlap=5, per_page=3)
    body = [{"pool_id": pool, "input_values": {"image": f"question {n}"}} for n in range(6)]
    shop.ask("POST", "/tasks?allow_defaults=true&open_pool=true", body)
    shop.sandbox.robots(5, accuracy=1.0, pools=[pool], truth={"question 0": {"verdict": "BAD"}})
    found = _done(shop, pool)
    assert {item["status"] for item in found} == {"SUBMITTED"}
    answers: dict[str, set[str]] = {}
    for item in found:
        for task, solution in zip(item["tasks"], item["solutions"], strict=True):
            answers.setdefault(task["input_values"]["image"], set()).add(solution["output_values"]["verdict"])
    assert all(len(verdicts) == 1 for verdicts in answers.values())  # careful robots agree
    assert answers["question 0"] == {"BAD"}


def test_spammers_and_skippers_do_as_told(new_shop: Callable[..., Shop], editor: EditorDouble) -> None:
    shop, pool = _editor_pool(new_shop, editor, "b", auto_close_after_complete_delay_seconds=0)
    shop.sandbox.robots(2, skip=1.0, pools=[pool])
    comes_true(lambda: len(shop.ask("GET", f"/assignments?pool_id={pool}")["items"]) == 2)
    shop.sandbox.delete_robots()
    shop.sandbox.robots(1, spam=1.0, truth=TRUTH, pools=[pool], seed=3)
    assert Counter(item["status"] for item in _done(shop, pool)) == {"SKIPPED": 2, "SUBMITTED": 1}
    points = [shape["points"] for shape in editor.jobs["b"]["frames"]["0"]["shapes"]]
    assert points != [shape["points"] for shape in TRUTH["b.jpg"][:2]]


def test_robots_stay_within_their_pools_and_go_when_deleted(new_shop: Callable[..., Shop]) -> None:
    shop = new_shop()
    mine, other = shop.open_pool(2), shop.open_pool(2)
    shop.sandbox.robots(1, pools=[mine])
    _done(shop, mine)
    assert shop.ask("GET", f"/assignments?pool_id={other}")["items"] == []
    shop.sandbox.delete_robots()
    shop.tasks(mine, 1, "allow_defaults=true&open_pool=true")
    time.sleep(2)
    assert shop.status(mine) == "OPEN"


@pytest.mark.parametrize("config", [
    {"count": 0}, {"count": 1_000}, {"accuracy": 1.5}, {"seconds": [5, 1]}, {"seconds": "fast"}, {"pools": 7}])
def test_a_crew_that_makes_no_sense_is_refused(sandbox: SandboxServer, config: dict[str, Any]) -> None:
    with refused("VALIDATION_ERROR", 400):
        sandbox.control.call("POST", "/control/v1/robots", {"count": 1, **config})


def test_a_crew_goes_on_after_its_process_was_restarted(new_shop: Callable[..., Shop]) -> None:
    with sandbox_server() as sandbox:
        requester = sandbox.create_requester()
        shop = Shop(sandbox, requester, requester.call("POST", "/api/v1/projects", project_form()))
        pool = shop.open_pool(2, will_expire=FAR)
        sandbox.robots(1, seconds=[3, 3])
        with sandbox.process("robots"):
            comes_true(lambda: shop.ask("GET", f"/assignments?pool_id={pool}")["items"])
        with sandbox.process("robots"):
            found = _done(shop, pool)
        assert [item["status"] for item in found] == ["SUBMITTED", "SUBMITTED"]
        assert len({item["user_id"] for item in found}) == 1


def test_a_robot_whose_taking_was_not_answered_finds_what_it_holds(new_shop: Callable[..., Shop]) -> None:
    shop = new_shop()
    pool = shop.open_pool(1)
    shop.sandbox.fault(f"^/worker/v1/pools/{pool}/take$", "drop_after")
    shop.sandbox.robots(1, pools=[pool])
    assert [item["status"] for item in _done(shop, pool)] == ["SUBMITTED"]


def test_robots_pass_trainings_upload_files_and_know_control_tasks(new_shop: Callable[..., Shop]) -> None:
    shop = new_shop(task_spec={
        "input_spec": {"n": {"type": "integer"}}, "output_spec": {"word": {"type": "string"}, "photo": {"type": "file", "required": False}},
        "view_spec": {"type": "classic", "markup": "{{field type=\"file-img\" name=\"photo\"}}", "script": "", "styles": ""}})
    training = shop.ask("POST", "/trainings", {
        "project_id": shop.project["id"], "private_name": "lesson", "may_contain_adult_content": False,
        "assignment_max_duration_seconds": 600, "mix_tasks_in_creation_order": True, "shuffle_tasks_in_task_suite": False,
        "training_tasks_in_task_suite_count": 2, "inherited_instructions": True})["id"]
    lesson = [{"pool_id": training, "input_values": {"n": n}, "infinite_overlap": True, "message_on_unknown_solution": "No",
               "known_solutions": [{"output_values": {"word": f"lesson {n}"}}]} for n in range(4)]
    shop.ask("POST", "/tasks?allow_defaults=true", lesson)
    pool = shop.pool(mixer_config={"real_tasks_count": 1, "golden_tasks_count": 1}, quality_control={
        "training_requirement": {"training_pool_id": training, "training_passing_skill_value": 100}, "configs": []})
    tasks: list[dict[str, Any]] = [{"pool_id": pool, "input_values": {"n": 10 + n}} for n in range(2)]
    tasks += [{"pool_id": pool, "input_values": {"n": 20 + n}, "infinite_overlap": True,
               "known_solutions": [{"output_values": {"word": f"known {n}"}}]} for n in range(2)]
    shop.ask("POST", "/tasks?allow_defaults=true", tasks)
    shop.ask("POST", f"/trainings/{training}/open")
    shop.ask("POST", f"/pools/{pool}/open")
    shop.sandbox.robots(1, pools=[training, pool])
    careless = shop.sandbox.robots(1, pools=[training], accuracy=0.0, name="Careless")
    assert len(careless) == 1
    pages = _done(shop, pool)
    assert {item["status"] for item in pages} == {"SUBMITTED"}
    values = {task["input_values"]["n"]: solution["output_values"] for item in pages
              for task, solution in zip(item["tasks"], item["solutions"], strict=True)}
    assert [values[n]["word"] for n in (20, 21)] == ["known 0", "known 1"]
    attachment = shop.ask("GET", f"/attachments/{values[10]['photo']}")
    assert (attachment["media_type"], attachment["details"]["pool_id"]) == ("image/png", pool)
    lessons = comes_true(lambda: (found := shop.ask("GET", f"/assignments?pool_id={training}&status=ACCEPTED")["items"])
                    and len(found) == 4 and found)
    corrected = [item for item in lessons if item.get("first_declined_solution_attempt")]
    # The careless one was told what is right, twice, and answered so.
    assert len(corrected) == 2
    assert {item["solutions"][0]["output_values"]["word"] for item in corrected} == {"lesson 0", "lesson 2"}


def test_known_solutions_are_told_where_there_are_some(new_shop: Callable[..., Shop]) -> None:
    shop = new_shop()
    pool = shop.pool(mixer_config={"real_tasks_count": 1, "golden_tasks_count": 1})
    known = [{"output_values": {"result": "OK"}, "correctness_weight": 1}]
    golden, = shop.tasks(pool, 1, known_solutions=known, infinite_overlap=True)
    real, = shop.tasks(pool)
    found = shop.sandbox.control.call("GET", f"/control/v1/known-solutions?task_id={golden},{real},nonsense")["items"]
    assert found == [{"task_id": golden, "known_solutions": known}]
    assert shop.sandbox.control.call("GET", "/control/v1/known-solutions")["items"] == []


def test_robots_leave_a_pool_alone_whose_tasks_they_cannot_do(new_shop: Callable[..., Shop]) -> None:
    shop = new_shop(task_spec={
        "input_spec": {"image": {"type": "url"}}, "output_spec": {"code": {"type": "string", "pattern": "§{77}"}},
        "view_spec": {"type": "classic", "markup": "", "script": "", "styles": ""}})
    pool = shop.open_pool(30)
    shop.sandbox.robots(1, pools=[pool])
    comes_true(lambda: shop.ask("GET", f"/assignments?pool_id={pool}")["items"])
    time.sleep(6)
    found = shop.ask("GET", f"/assignments?pool_id={pool}")["items"]
    assert {item["status"] for item in found} <= {"SKIPPED", "ACTIVE"}
    assert len(found) <= 2


def test_several_kinds_of_robots_are_asked_for_at_once(sandbox: SandboxServer) -> None:
    made = sandbox.control.call("POST", "/control/v1/robots", [{"count": 2, "pools": ["1"]}, {"name": "Ann", "pools": ["1"]}])
    assert len(made["ids"]) == 3
    for body in ([{"count": 1}, {"count": 0}], [7], [{"pools": ["1"]}] * 201):
        with refused("VALIDATION_ERROR", 400):
            sandbox.control.call("POST", "/control/v1/robots", body)
