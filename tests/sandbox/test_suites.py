"""Pages that the requester puts together: creating, listing, changing and issuing them; and the mixed ones as the API shows them."""
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import toloka.client as toloka
from toloka.client.exceptions import ValidationApiError
from toloka.client.task_suite import TaskSuiteOverlapPatch, TaskSuitePatch

from tests.sandbox.conftest import REISSUE, Shop, refused
from tests.stack.sandbox import Refused

IN_ORDER = {"issue_task_suites_in_creation_order": True}


def _task(name: str, **fields: Any) -> dict[str, Any]:
    return {"input_values": {"image": f"https://example.com/{name}.png"}, **fields}


def _suite(pool: str, *names: str, **fields: Any) -> dict[str, Any]:
    return {"pool_id": pool, "tasks": [_task(name) for name in names], **fields}


def _manual(shop: Shop, **fields: Any) -> str:
    return shop.pool(mixer_config=None, **fields)


def _create(shop: Shop, pool: str, count: int = 1, query: str = "allow_defaults=true&open_pool=true", **fields: Any) -> list[str]:
    """Ids of new pages of two tasks."""
    items = shop.ask("POST", f"/task-suites?{query}", [_suite(pool, f"{n}a", f"{n}b", **fields) for n in range(count)])["items"]
    return [items[str(n)]["id"] for n in range(count)]


def _taken(shop: Shop, pool: str, reserved: Any = None) -> str:
    """The page that a new Toloker is given."""
    page = (reserved or shop.toloker()).take(pool)
    return shop.assignment(page["id"])["task_suite_id"]


def test_one_page_comes_back_with_everything(shop: Shop) -> None:
    pool = _manual(shop)
    sent = {"pool_id": pool, "overlap": 3, "reserved_for": ["a"], "unavailable_for": ["b"], "issuing_order_override": 10.3,
            "traits_all_of": ["trait-1"], "tasks": [
                _task("a"), _task("b", known_solutions=[{"output_values": {"result": "OK"}, "correctness_weight": 0.7}],
                                  message_on_unknown_solution="It is fine")]}
    made = shop.ask("POST", "/task-suites", {**sent, "__item_idx": "0", "id": "mine", "mixed": True, "remaining_overlap": 9})
    assert made == {**sent, "tasks": [{**task, "id": made["tasks"][n]["id"]} for n, task in enumerate(sent["tasks"])], "id": made["id"],
                    "created": made["created"], "infinite_overlap": False, "remaining_overlap": 3, "mixed": False, "automerged": False}
    assert shop.ask("GET", f"/task-suites/{made['id']}") == made
    assert made["id"].startswith(f"{int(pool):010x}--") and len(made["id"]) == 36
    tasks = shop.ask("GET", f"/tasks?pool_id={pool}")["items"]
    assert [task["id"] for task in tasks] == [task["id"] for task in made["tasks"]]
    assert all((task["overlap"], task["pool_id"]) == (3, pool) for task in tasks)


@pytest.mark.parametrize(("field", "value", "path", "code"), [
    ("tasks", None, "tasks", "VALUE_REQUIRED"), ("tasks", [], "tasks", "ARRAY_SIZE_LESS_THAN_MIN"),
    ("tasks", {}, "tasks", "ARRAY_EXPECTED"), ("tasks", ["x"], "tasks.0", "OBJECT_EXPECTED"),
    ("tasks", [_task("a"), {"input_values": {}}], "tasks.1.input_values.image", "VALUE_REQUIRED"),
    ("tasks", [{"input_values": {"image": "https://a.b/c", "foo": 1}}], "tasks.0.input_values.foo", "VALUE_NOT_ALLOWED"),
    ("tasks", [_task("a", known_solutions=[{"output_values": {"result": "NO"}}])], "tasks.0.known_solutions.0.output_values.result",
     "VALUE_NOT_ALLOWED"),
    ("issuing_order_override", 100_000, "issuing_order_override", "VALUE_GREATER_THAN_MAX"),
    ("issuing_order_override", -99_999.999999, "issuing_order_override", "VALUE_LESS_THAN_MIN"),
    ("issuing_order_override", "1", "issuing_order_override", "FLOAT_EXPECTED"), ("overlap", 30_001, "overlap", "VALUE_GREATER_THAN_MAX"),
    ("overlap", None, "overlap", "VALUE_REQUIRED"), ("longitude", 3.5, "longitude", "VALUE_NOT_ALLOWED"),
    ("reserved_for", [7], "reserved_for", "STRING_EXPECTED"), ("pool_id", "7", "pool_id", "ENTITY_DOES_NOT_EXIST"),
])
def test_a_wrong_field_of_a_page_is_named_by_its_path(shop: Shop, field: str, value: Any, path: str, code: str) -> None:
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.ask("POST", "/task-suites", {**_suite(_manual(shop), "a", overlap=1), field: value})
    assert refusal.payload[path]["code"] == code


def test_a_place_belongs_to_pages_on_a_map(new_shop: Any) -> None:
    shop = new_shop(assignments_issuing_type="MAP_SELECTOR", assignments_issuing_view_config={"title_template": "a",
                                                                                             "description_template": "b"})
    pool = _manual(shop)
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.ask("POST", "/task-suites", _suite(pool, "a", overlap=1, longitude=181))
    assert {path: error["code"] for path, error in refusal.payload.items()} == {
        "longitude": "VALUE_GREATER_THAN_MAX", "latitude": "VALUE_REQUIRED"}
    made = shop.ask("POST", "/task-suites", _suite(pool, "a", overlap=1, longitude=136.22, latitude=-58.588))
    assert (made["longitude"], made["latitude"]) == (136.22, -58.588)


def test_pages_and_single_tasks_do_not_mix_in_one_pool(shop: Shop) -> None:
    mixing, manual = shop.pool(), _manual(shop)
    with refused("POOL_TASK_TYPE_CONFLICT"):
        _create(shop, mixing)
    with refused("MIXER_CONFIG_REQUIRED"):
        shop.tasks(manual)
    _create(shop, manual, query="allow_defaults=true")
    form = shop.ask("GET", f"/pools/{manual}")
    with refused("POOL_TASK_TYPE_CONFLICT"):
        shop.ask("PUT", f"/pools/{manual}", {**form, "mixer_config": {"real_tasks_count": 1}})
    assert "mixer_config" not in shop.ask("PUT", f"/pools/{manual}", {**form, "priority": 7})
    (task, _) = shop.ask("GET", f"/tasks?pool_id={manual}")["items"]
    with refused("POOL_TASK_TYPE_CONFLICT"):
        shop.ask("PATCH", f"/tasks/{task['id']}", {"overlap": 5})
    assert shop.ask("PATCH", f"/tasks/{task['id']}", {"message_on_unknown_solution": "Look"})["message_on_unknown_solution"] == "Look"


def test_a_bad_page_stops_the_batch_unless_it_may_be_skipped(shop: Shop) -> None:
    pool = _manual(shop)
    items = [{**_suite(pool, "a"), "__item_idx": "0"}, {**_suite(pool), "__item_idx": "1"}, {**_suite(pool, "b", "c"), "__item_idx": "2"}]
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.ask("POST", "/task-suites?allow_defaults=true", items)
    assert list(refusal.payload) == ["1"]
    failed = shop.ask("POST", "/task-suites?allow_defaults=true&async_mode=true", items)
    assert (failed["type"], failed["status"]) == ("TASK_SUITE.BATCH_CREATE", "FAIL")
    (line,) = shop.ask("GET", f"/operations/{failed['id']}/log")
    assert (line["type"], line["success"], line["input"]["__item_idx"]) == ("TASK_SUITE_VALIDATE", False, "1")
    assert shop.ask("GET", f"/task-suites?pool_id={pool}")["items"] == shop.ask("GET", f"/tasks?pool_id={pool}")["items"] == []
    key = str(uuid.uuid4())
    path = f"/task-suites?allow_defaults=true&async_mode=true&skip_invalid_items=true&open_pool=true&operation_id={key}"
    done = shop.ask("POST", path, items)
    assert done["details"] == {"total_count": 3, "valid_count": 2, "not_valid_count": 1, "success_count": 2, "failed_count": 1}
    log = shop.ask("GET", f"/operations/{key}/log")
    assert [line["type"] for line in log] == ["TASK_SUITE_CREATE", "TASK_SUITE_VALIDATE", "TASK_SUITE_CREATE", "POOL_OPEN"]
    found = shop.ask("GET", f"/task-suites?pool_id={pool}")["items"]
    assert [line["output"]["task_suite_id"] for line in log if line["type"] == "TASK_SUITE_CREATE"] == [suite["id"] for suite in found]
    assert shop.status(pool) == "OPEN" and "__item_idx" not in found[0]
    with refused("OPERATION_ALREADY_EXISTS"):
        shop.ask("POST", path, items)


@pytest.mark.parametrize("noun", ["task-suites", "user-bonuses"])
@pytest.mark.parametrize("item", [1, None, "x", [], {"pool_id": 5, "user_id": 5}, {"tasks": 7, "amount": 1e300},
                                  {"tasks": [{"input_values": 3}]},
                                  {"pool_id": None, "issuing_order_override": 1e308, "public_title": {"EN": None}}])
def test_nonsense_in_a_batch_is_an_error_of_that_item(shop: Shop, noun: str, item: Any) -> None:
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.ask("POST", f"/{noun}", [item])
    assert list(refusal.payload) == ["0"] and all(error["code"] for error in refusal.payload["0"].values())
    operation = shop.ask("POST", f"/{noun}?async_mode=true&skip_invalid_items=true", [item])
    assert operation["details"]["not_valid_count"] == 1
    for body in ("x", 5):
        with refused("VALIDATION_ERROR", 400):
            shop.ask("POST", f"/{noun}", body)


def test_thousands_of_pages_go_into_one_operation(shop: Shop) -> None:
    pool = _manual(shop)
    items = [_suite(pool, str(n)) for n in range(6_000)]
    with refused("CONTENT_TOO_LARGE", 413):
        shop.ask("POST", "/task-suites?allow_defaults=true", items)
    with refused("CONTENT_TOO_LARGE", 413):
        shop.ask("POST", "/task-suites?async_mode=true", [_suite(pool, *("x" * 1000 for _ in range(50))) for _ in range(22)])
    assert shop.ask("POST", "/task-suites?async_mode=true&allow_defaults=true", items)["details"]["success_count"] == 6_000
    page = shop.ask("GET", f"/task-suites?pool_id={pool}&limit=100000")
    assert len(page["items"]) == 6_000 and not page["has_more"]
    keys = [item["id"] for item in page["items"]]
    assert keys == sorted(set(keys))


def test_pages_are_found_by_pool_task_overlap_and_range(shop: Shop, new_shop: Any) -> None:
    pool = _manual(shop)
    keys = _create(shop, pool, 4, overlap=2) + _create(shop, pool, 1, overlap=5)

    def found(query: str) -> list[str]:
        return [item["id"] for item in shop.ask("GET", f"/task-suites?{query}")["items"]]

    task = shop.ask("GET", f"/task-suites/{keys[2]}")["tasks"][1]["id"]
    assert found(f"pool_id={pool}&sort=-id") == keys[::-1] and found(f"task_id={task}") == [keys[2]]
    assert found(f"pool_id={pool}&overlap=5") == found(f"pool_id={pool}&overlap_gt=2") == keys[4:]
    assert found(f"pool_id={pool}&id_gt={keys[0]}&id_lte={keys[2]}&limit=1") == keys[1:2]
    for query, code, status in (("", "VALIDATION_ERROR", 400), (f"pool_id={pool}&overlap=x", "VALIDATION_ERROR", 400),
                                ("task_id=x", "DOES_NOT_EXIST", 404), (f"pool_id={new_shop().pool()}", "ACCESS_DENIED", 403)):
        with refused(code, status):
            found(query)


def test_what_was_mixed_is_shown_as_pages_too(shop: Shop) -> None:
    pool = shop.open_pool(4, per_page=2, overlap=3)
    page = shop.toloker().take(pool)
    assignment = shop.assignment(page["id"])
    assert assignment["mixed"] is True and assignment["bonus_ids"] == []
    (suite,) = shop.ask("GET", f"/task-suites?task_id={page['tasks'][0]['id']}")["items"]
    assert (suite["id"], suite["mixed"], suite["overlap"], suite["remaining_overlap"]) == (assignment["task_suite_id"], True, 1, 0)
    assert [task["id"] for task in suite["tasks"]] == [task["id"] for task in page["tasks"]]
    assert shop.ask("GET", f"/task-suites?pool_id={pool}")["items"] == [suite] == [shop.ask("GET", f"/task-suites/{suite['id']}")]
    with refused("POOL_TASK_TYPE_CONFLICT"):
        shop.ask("PATCH", f"/task-suites/{suite['id']}", {"overlap": 2})


def test_pages_go_out_by_override_then_in_order_of_creation(shop: Shop) -> None:
    pool = _manual(shop, assignments_issuing_config=IN_ORDER)
    keys = _create(shop, pool, 4)
    late = _create(shop, pool, 1, issuing_order_override=0.5)
    moved = shop.ask("PATCH", f"/task-suites/{keys[2]}", {"issuing_order_override": 99_999.99999})
    assert moved["issuing_order_override"] == 99_999.99999 and moved["overlap"] == 1
    assert [_taken(shop, pool) for _ in range(5)] == [keys[2], *late, keys[0], keys[1], keys[3]]
    assert shop.toloker().pools().count(pool) == 0


def test_without_that_order_pages_of_equal_override_go_out_at_random(shop: Shop) -> None:
    pool = _manual(shop)
    keys = _create(shop, pool, 30)
    taken = [_taken(shop, pool) for _ in range(12)]
    assert len(set(taken)) == 12 and set(taken) <= set(keys)
    # One order of 30 * 29 * ... * 19.
    assert taken != sorted(taken)


def test_overlap_is_counted_on_the_page(shop: Shop) -> None:
    pool = _manual(shop, overlap=2)
    (key,) = _create(shop, pool)
    first, second, third = (shop.toloker() for _ in range(3))
    page = first.take(pool)
    assert len(page["tasks"]) == 2 and shop.assignment(page["id"])["mixed"] is False
    first.submit(page["id"], {"result": "OK"}, {"result": "BAD"})
    with refused("NO_TASKS_AVAILABLE"):
        first.take(pool)
    other = second.take(pool)
    with refused("NO_TASKS_AVAILABLE"):
        third.take(pool)
    second.skip(other["id"])
    with refused("NO_TASKS_AVAILABLE"):
        second.take(pool)
    assert shop.ask("GET", f"/task-suites/{key}")["remaining_overlap"] == 1
    assert _taken(shop, pool, third) == key
    task = shop.ask("GET", f"/tasks?pool_id={pool}")["items"][0]
    assert (task["overlap"], task["remaining_overlap"]) == (2, 0)


def test_a_rejected_page_is_given_to_another_toloker_only_by_rule(shop: Shop) -> None:
    for configs, overlap in ([], 1), ([REISSUE], 2):
        pool = _manual(shop, quality_control={"configs": configs})
        (key,) = _create(shop, pool)
        worker = shop.toloker()
        page = worker.take(pool)
        worker.submit(page["id"], {"result": "OK"}, {"result": "OK"})
        assert shop.status(pool) == "CLOSED"
        shop.review(page["id"], "REJECTED")
        assert shop.ask("GET", f"/task-suites/{key}")["overlap"] == overlap
        assert {task["overlap"] for task in shop.ask("GET", f"/tasks?pool_id={pool}")["items"]} == {overlap}
        assert shop.status(pool) == ("OPEN" if configs else "CLOSED")
    with refused("NO_TASKS_AVAILABLE"):
        worker.take(pool)
    assert _taken(shop, pool) == key


def test_reserved_and_unavailable_pages(shop: Shop) -> None:
    pool = _manual(shop)
    wanted, unwanted = shop.toloker(), shop.toloker()
    (key,) = _create(shop, pool, reserved_for=[wanted.id])
    (other,) = _create(shop, pool, unavailable_for=[unwanted.id])
    assert _taken(shop, pool, shop.toloker()) == other
    with refused("NO_TASKS_AVAILABLE"):
        unwanted.take(pool)
    assert pool not in unwanted.pools() and pool in wanted.pools()
    assert _taken(shop, pool, wanted) == key


def test_the_pool_completes_when_every_page_is_done(shop: Shop) -> None:
    pool = _manual(shop)
    with refused("EMPTY_POOL"):
        shop.ask("POST", f"/pools/{pool}/open")
    keys = _create(shop, pool, 2)
    for _ in keys:
        assert shop.status(pool) == "OPEN"
        worker = shop.toloker()
        worker.submit(worker.take(pool)["id"], {"result": "OK"}, {"result": "OK"})
    answer = shop.ask("GET", f"/pools/{pool}")
    assert (answer["status"], answer["last_close_reason"]) == ("CLOSED", "COMPLETED")
    shop.ask("PATCH", f"/task-suites/{keys[0]}?open_pool=true", {"overlap": 2})
    assert shop.status(pool) == "OPEN"
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.ask("PATCH", f"/task-suites/{keys[0]}", {"overlap": 0})
    assert refusal.payload["overlap"]["params"] == {"min": 1}
    cut = shop.ask("PATCH", f"/task-suites/{keys[0]}/set-overlap-or-min", {"overlap": 0})
    assert (cut["overlap"], cut["remaining_overlap"]) == (1, 0)
    assert shop.status(pool) == "CLOSED"


def test_an_infinite_page_goes_to_everybody_once(shop: Shop) -> None:
    pool = _manual(shop)
    (key,) = _create(shop, pool, infinite_overlap=True)
    suite = shop.ask("GET", f"/task-suites/{key}")
    assert suite["infinite_overlap"] is True and "overlap" not in suite and "remaining_overlap" not in suite
    crowd = [shop.toloker() for _ in range(3)]
    for worker in crowd:
        worker.submit(worker.take(pool)["id"], {"result": "OK"}, {"result": "OK"})
        with refused("NO_TASKS_AVAILABLE"):
            worker.take(pool)
    assert shop.status(pool) == "OPEN"


def test_twenty_takers_at_once_share_the_pages_exactly(shop: Shop) -> None:
    pool = _manual(shop, overlap=3)
    keys = _create(shop, pool, 5)
    crowd = [shop.toloker() for _ in range(20)]

    def act(n: int) -> str:
        try:
            return crowd[n].take(pool)["id"]
        except Refused as refusal:
            return refusal.code

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(act, range(20)))
    assert answers.count("NO_TASKS_AVAILABLE") == 5
    rows = shop.ask("GET", f"/assignments?pool_id={pool}")["items"]
    assert sorted(row["task_suite_id"] for row in rows) == sorted(keys * 3)


@pytest.mark.parametrize("async_mode", [True, False])
def test_toloka_kit_creates_finds_and_changes_pages(shop: Shop, async_mode: bool) -> None:
    client, pool = shop.requester.client(), _manual(shop)
    suites = [toloka.TaskSuite(pool_id=pool, overlap=2, tasks=[toloka.Task(input_values=_task(str(n))["input_values"])]) for n in range(12)]
    result = client.create_task_suites(suites, async_mode=async_mode)
    assert sorted(result.items, key=int) == [str(n) for n in range(12)]
    assert result.items["7"].tasks[0].input_values == suites[7].tasks[0].input_values and result.items["7"].mixed is False
    one = client.create_task_suite(suites[0], open_pool=True, async_mode=async_mode)
    assert client.get_task_suite(one.id) == one and client.get_pool(pool).is_open()
    assert len(list(client.get_task_suites(pool_id=pool, batch_size=5))) == 13
    assert client.patch_task_suite(one.id, TaskSuitePatch(issuing_order_override=10.5)).issuing_order_override == 10.5
    assert client.patch_task_suite(one.id, TaskSuitePatch(infinite_overlap=True, open_pool=True)).infinite_overlap is True
    assert client.patch_task_suite_overlap_or_min(one.id, TaskSuiteOverlapPatch(overlap=0)).remaining_overlap == 0
    wrong = toloka.TaskSuite(pool_id=pool, overlap=1, tasks=[toloka.Task(input_values={"image": "no address"})])
    with pytest.raises(ValidationApiError) as refusal:
        client.create_task_suites([wrong, suites[1]], async_mode=async_mode)
    assert refusal.value.payload["0"]["tasks.0.input_values.image"]
    some = client.create_task_suites([wrong, suites[1]], skip_invalid_items=True, async_mode=async_mode)
    assert (list(some.items), list(some.validation_errors)) == (["1"], ["0"])
