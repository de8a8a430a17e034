"""Creating tasks: one, many, at once or as an operation, and never twice; through raw HTTP and through toloka-kit."""
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.sandbox.conftest import Shop, refused
from tests.stack.sandbox import Refused


def _items(pool: str, *images: Any) -> list[dict[str, Any]]:
    return [{"pool_id": pool, "input_values": {"image": image}, "__item_idx": str(n)} for n, image in enumerate(images)]


def test_one_task_comes_back_with_everything(shop: Shop) -> None:
    pool = shop.pool()
    sent = {"pool_id": pool, "input_values": {"image": "https://example.com/a.png"}, "overlap": 3, "message_on_unknown_solution": "hint",
            "known_solutions": [{"output_values": {"result": "OK"}, "correctness_weight": 0.8}],
            "baseline_solutions": [{"output_values": {"result": "OK"}, "confidence_weight": 1}], "reserved_for": ["a"],
            "unavailable_for": ["b"]}
    made = shop.ask("POST", "/tasks", {**sent, "__item_idx": "0", "id": "mine"})
    assert made == {**sent, "id": made["id"], "created": made["created"], "infinite_overlap": False, "remaining_overlap": 3}
    assert shop.ask("GET", f"/tasks/{made['id']}") == made
    head, tail = made["id"].split("--")
    assert int(head, 16) == int(pool) and len(head) == 10 and len(tail) == 24


def test_an_infinite_overlap_has_no_number(shop: Shop) -> None:
    task = shop.ask("GET", f"/tasks/{shop.tasks(shop.pool(), 1, infinite_overlap=True)[0]}")
    assert task["infinite_overlap"] is True and "overlap" not in task


def test_defaults_apply_only_if_allowed_and_fall_back_to_the_suites_one(shop: Shop) -> None:
    pool = shop.pool(defaults={"default_overlap_for_new_task_suites": 4})
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.tasks(pool, 1, "")
    assert refusal.payload["0"]["overlap"]["code"] == "VALUE_REQUIRED"
    assert shop.ask("GET", f"/tasks/{shop.tasks(pool)[0]}")["overlap"] == 4
    both = shop.pool(defaults={"default_overlap_for_new_task_suites": 4, "default_overlap_for_new_tasks": 2})
    assert shop.ask("GET", f"/tasks/{shop.tasks(both)[0]}")["overlap"] == 2
    assert shop.ask("GET", f"/tasks/{shop.tasks(both, overlap=9)[0]}")["overlap"] == 9


def test_a_bad_item_stops_the_batch_unless_it_may_be_skipped(shop: Shop) -> None:
    pool = shop.pool()
    items = _items(pool, "https://example.com/1.png", "no address", "https://example.com/3.png")
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.ask("POST", "/tasks?allow_defaults=true", items)
    assert list(refusal.payload) == ["1"] and refusal.payload["1"]["input_values.image"]["code"] == "INVALID_URL_SYNTAX"
    assert shop.ask("GET", f"/tasks?pool_id={pool}")["items"] == []
    answer = shop.ask("POST", "/tasks?allow_defaults=true&skip_invalid_items=true", items)
    assert sorted(answer["items"]) == ["0", "2"] and sorted(answer["validation_errors"]) == ["1"]
    assert len(shop.ask("GET", f"/tasks?pool_id={pool}")["items"]) == 2


def test_the_log_of_a_failed_operation_names_the_bad_items_only(shop: Shop) -> None:
    pool = shop.pool()
    operation = shop.ask("POST", "/tasks?allow_defaults=true&async_mode=true", _items(pool, "https://example.com/1.png", None))
    assert (operation["status"], operation["progress"]) == ("FAIL", 100)
    assert operation["details"] == {"total_count": 2, "valid_count": 1, "not_valid_count": 1, "success_count": 0, "failed_count": 2}
    (line,) = shop.ask("GET", f"/operations/{operation['id']}/log")
    assert (line["type"], line["success"], line["input"]["__item_idx"]) == ("TASK_VALIDATE", False, "1")
    assert line["output"]["input_values.image"]["code"] == "VALUE_REQUIRED"


def test_a_repeated_operation_id_creates_nothing_and_finds_the_first(shop: Shop) -> None:
    pool, key = shop.pool(), str(uuid.uuid4())
    path = f"/tasks?allow_defaults=true&async_mode=true&operation_id={key}"
    first = shop.ask("POST", path, _items(pool, "https://example.com/1.png"))
    assert first["id"] == key
    with refused("OPERATION_ALREADY_EXISTS"):
        shop.ask("POST", path, _items(pool, "https://example.com/1.png"))
    assert shop.ask("GET", f"/operations/{key}") == first
    assert len(shop.ask("GET", f"/tasks?pool_id={pool}")["items"]) == 1
    with refused("OPERATION_ALREADY_EXISTS"):
        shop.ask("POST", f"/tasks?allow_defaults=true&operation_id={key}", _items(pool, "https://example.com/2.png"))


def test_the_same_operation_id_at_the_same_moment_creates_one_batch(shop: Shop) -> None:
    pool, key = shop.pool(), str(uuid.uuid4())

    def post(_: int) -> str:
        try:
            return shop.ask("POST", f"/tasks?allow_defaults=true&async_mode=true&operation_id={key}",
                            _items(pool, *(f"https://example.com/{n}.png" for n in range(50))))["status"]
        except Refused as refusal:
            return refusal.code

    with ThreadPoolExecutor(8) as threads:
        answers = sorted(threads.map(post, range(8)))
    assert answers == ["OPERATION_ALREADY_EXISTS"] * 7 + ["SUCCESS"]
    assert len(shop.ask("GET", f"/tasks?pool_id={pool}&limit=1000")["items"]) == 50


@pytest.mark.parametrize("effect", ["drop_after", "drop_before"])
def test_a_lost_answer_is_repaired_by_asking_again(shop: Shop, effect: str) -> None:
    pool, key = shop.pool(), str(uuid.uuid4())
    shop.sandbox.fault("^/api/v1/tasks$", effect, method="POST")
    path = f"/tasks?allow_defaults=true&async_mode=true&operation_id={key}"
    with pytest.raises(OSError):
        shop.ask("POST", path, _items(pool, "https://example.com/1.png"))
    if effect == "drop_after":
        with refused("OPERATION_ALREADY_EXISTS"):
            shop.ask("POST", path, _items(pool, "https://example.com/1.png"))
    else:
        shop.ask("POST", path, _items(pool, "https://example.com/1.png"))
    assert shop.ask("GET", f"/operations/{key}")["status"] == "SUCCESS"
    assert len(shop.ask("GET", f"/tasks?pool_id={pool}")["items"]) == 1


@pytest.mark.parametrize(("field", "value", "path"), [
    ("overlap", 30_001, "overlap"), ("overlap", -1, "overlap"), ("overlap", 0, "overlap"), ("overlap", "3", "overlap"),
    ("infinite_overlap", "yes", "infinite_overlap"),
    ("reserved_for", "a", "reserved_for"), ("reserved_for", [1], "reserved_for"), ("unavailable_for", ["x" * 65], "unavailable_for"),
    ("message_on_unknown_solution", "a\x00", ""), ("known_solutions", [{"output_values": {"result": "NO"}}],
                                                   "known_solutions.0.output_values.result"),
    ("known_solutions", [{"output_values": {"result": "OK"}, "correctness_weight": 2}], "known_solutions.0.correctness_weight"),
    ("input_values", None, "input_values"), ("input_values", {"image": ["https://example.com"]}, "input_values.image"),
    ("pool_id", 7, "pool_id"), ("pool_id", "7", "pool_id"),
])
def test_a_wrong_field_of_a_task_is_named_by_its_path(shop: Shop, field: str, value: Any, path: str) -> None:
    body = {"pool_id": shop.pool(), "input_values": {"image": "https://example.com/a.png"}, field: value}
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.ask("POST", "/tasks?allow_defaults=true", body)
    assert path in refusal.payload


def test_single_tasks_need_a_pool_that_mixes(shop: Shop) -> None:
    with refused("MIXER_CONFIG_REQUIRED"):
        shop.tasks(shop.pool(mixer_config=None))


def test_a_batch_into_somebody_elses_pool_is_refused(shop: Shop, new_shop: Any) -> None:
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.tasks(new_shop().pool())
    assert refusal.payload["0"]["pool_id"]["code"] == "ENTITY_ACCESS_DENIED"


def test_limits_on_one_request_are_kept(shop: Shop) -> None:
    pool = shop.pool()
    with refused("CONTENT_TOO_LARGE", 413):
        shop.tasks(pool, 5_001)
    with refused("CONTENT_TOO_LARGE", 413):
        shop.ask("POST", "/tasks?async_mode=true", _items(pool, *(f"https://example.com/{'x' * 1000}" for _ in range(1_100))))
    many = _items(pool, *(f"https://example.com/{n}" for n in range(6_000)))
    assert shop.ask("POST", "/tasks?async_mode=true&allow_defaults=true", many)["details"]["success_count"] == 6_000
    page = shop.ask("GET", f"/tasks?pool_id={pool}&limit=100000")
    assert (len(page["items"]), page["has_more"]) == (6_000, False)
    keys = [item["id"] for item in page["items"]]
    assert keys == sorted(set(keys))


def test_no_tasks_at_all_is_a_batch_too(shop: Shop) -> None:
    assert shop.ask("POST", "/tasks") == {"items": {}, "validation_errors": {}}
    assert shop.ask("POST", "/tasks?async_mode=true")["status"] == "SUCCESS"


def test_tasks_are_found_by_range(shop: Shop) -> None:
    pool = shop.pool()
    keys = shop.tasks(pool, 5)
    found = shop.ask("GET", f"/tasks?pool_id={pool}&id_gte={keys[1]}&id_lte={keys[3]}&sort=-id")["items"]
    assert [item["id"] for item in found] == keys[3:0:-1]
    created = found[0]["created"]
    assert keys[3] in [item["id"] for item in shop.ask("GET", f"/tasks?pool_id={pool}&created_gte={created}")["items"]]
    assert shop.ask("GET", f"/tasks?pool_id={pool}&overlap_gt=1")["items"] == []
    with refused("VALIDATION_ERROR", 400):
        shop.ask("GET", "/tasks")
