"""Bonuses: paid once, at once, with the fee, whole batches or nothing; through raw HTTP and through toloka-kit."""
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
import toloka.client as toloka
from toloka.client.exceptions import IncorrectActionsApiError, ValidationApiError

from tests.sandbox.conftest import Shop, refused
from tests.stack.sandbox import Refused, TolokerAccount

MESSAGE = {"public_title": {"EN": "Good job"}, "public_message": {"EN": "Ten pages without a fault"}}


def _bonus(toloker: TolokerAccount, amount: float = 1.5, **fields: Any) -> dict[str, Any]:
    return {"user_id": toloker.id, "amount": amount, **MESSAGE, **fields}


def _crowd(shop: Shop, count: int) -> list[TolokerAccount]:
    return [shop.toloker() for _ in range(count)]


def test_a_bonus_moves_money_at_once_and_the_toloker_reads_why(shop: Shop) -> None:
    toloker, key = shop.submitted(shop.open_pool())
    before = shop.balance()
    made = shop.ask("POST", "/user-bonuses", _bonus(toloker, private_comment="pool 1", assignment_id=key, id="mine"))
    assert made == {**_bonus(toloker, private_comment="pool 1", assignment_id=key), "without_message": False, "id": made["id"],
                    "created": made["created"]}
    assert shop.ask("GET", f"/user-bonuses/{made['id']}") == made
    assert before - shop.balance() == pytest.approx(1.95)
    account = toloker.account()
    assert account["balance"] == 1.5
    assert account["bonuses"] == [{**MESSAGE, "id": made["id"], "amount": 1.5, "assignment_id": key, "created": made["created"]}]
    second = shop.ask("POST", "/user-bonuses", {"user_id": toloker.id, "amount": 0.005, "without_message": True, "assignment_id": key})
    assert [item["id"] for item in toloker.account()["bonuses"]] == [second["id"], made["id"]]
    assert "public_title" not in toloker.account()["bonuses"][0]
    assert shop.assignment(key)["bonus_ids"] == [made["id"], second["id"]]


@pytest.mark.parametrize(("field", "value", "path", "code"), [
    ("amount", 0.004, "amount", "VALUE_LESS_THAN_MIN"), ("amount", 100.01, "amount", "VALUE_GREATER_THAN_MAX"),
    ("amount", None, "amount", "VALUE_REQUIRED"), ("amount", "1", "amount", "FLOAT_EXPECTED"), ("amount", True, "amount", "FLOAT_EXPECTED"),
    ("amount", 1.2345678, "amount", "INVALID_VALUE"), ("user_id", "f" * 32, "user_id", "ENTITY_DOES_NOT_EXIST"),
    ("user_id", None, "user_id", "VALUE_REQUIRED"), ("user_id", 7, "user_id", "STRING_EXPECTED"),
    ("user_id", "a\x00", "user_id", "ENTITY_DOES_NOT_EXIST"), ("public_title", None, "public_title", "VALUE_REQUIRED"),
    ("public_message", {}, "public_message", "EMPTY_OBJECT_NOT_ALLOWED"), ("public_message", "Hi", "public_message", "OBJECT_EXPECTED"),
    ("public_title", {"EN": 1}, "public_title.EN", "STRING_EXPECTED"), ("without_message", True, "public_title", "VALUE_NOT_ALLOWED"),
    ("without_message", "no", "without_message", "BOOLEAN_EXPECTED"), ("assignment_id", "x", "assignment_id", "ENTITY_DOES_NOT_EXIST"),
    ("assignment_id", ["x"], "assignment_id", "STRING_EXPECTED"), ("private_comment", 5, "private_comment", "STRING_EXPECTED"),
])
def test_a_wrong_field_of_a_bonus_is_named_by_its_path(shop: Shop, field: str, value: Any, path: str, code: str) -> None:
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.ask("POST", "/user-bonuses", {**_bonus(shop.toloker()), field: value})
    assert refusal.payload[path]["code"] == code
    assert shop.ask("GET", "/user-bonuses") == {"items": [], "has_more": False} and shop.balance() == 1000


def test_a_bonus_is_for_an_assignment_of_this_toloker_and_this_requester(shop: Shop, new_shop: Any) -> None:
    toloker, _ = shop.submitted(shop.open_pool())
    _, somebody_elses = shop.submitted(shop.open_pool())
    other = new_shop()
    _, elsewhere = other.submitted(other.open_pool())
    for key, code in ((somebody_elses, "INVALID_VALUE"), (elsewhere, "ENTITY_ACCESS_DENIED")):
        with refused("VALIDATION_ERROR", 400) as refusal:
            shop.ask("POST", "/user-bonuses", _bonus(toloker, assignment_id=key))
        assert refusal.payload["assignment_id"]["code"] == code
    made = shop.ask("POST", "/user-bonuses", _bonus(toloker))
    with refused("ACCESS_DENIED", 403):
        other.ask("GET", f"/user-bonuses/{made['id']}")
    for key in ("1", "x", "9" * 40):
        with refused("DOES_NOT_EXIST", 404):
            shop.ask("GET", f"/user-bonuses/{key}")


def test_the_same_bonus_twice_in_one_operation_is_a_mistake_another_one_is_not(shop: Shop) -> None:
    toloker = shop.toloker()
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.ask("POST", "/user-bonuses", [_bonus(toloker), _bonus(toloker, 2), _bonus(toloker)])
    assert refusal.payload == {"2": {"user_id": {"code": "ENTITY_CONFLICT", "message": refusal.payload["2"]["user_id"]["message"]}}}
    answer = shop.ask("POST", "/user-bonuses?skip_invalid_items=true", [_bonus(toloker), _bonus(toloker, 2), _bonus(toloker)])
    assert (sorted(answer["items"]), sorted(answer["validation_errors"])) == (["0", "1"], ["2"])
    assert toloker.account()["balance"] == 3.5


def test_a_batch_beyond_the_balance_pays_nobody(new_shop: Any) -> None:
    shop = new_shop(balance="4.00")
    crowd = _crowd(shop, 3)
    items = [{**_bonus(toloker, 1.1), "__item_idx": str(n)} for n, toloker in enumerate(crowd)]
    key = str(uuid.uuid4())
    with refused("NOT_ENOUGH_BALANCE"):
        shop.ask("POST", f"/user-bonuses?operation_id={key}", items)
    operation = shop.ask("POST", f"/user-bonuses?async_mode=true&operation_id={key}", items)
    assert operation["status"] == "FAIL" and operation["details"]["failed_count"] == 3 and operation["details"]["success_count"] == 0
    log = shop.ask("GET", f"/operations/{key}/log")
    assert [(line["success"], line["output"]["amount"]["code"]) for line in log] == [(False, "NOT_ENOUGH_BALANCE")] * 3
    assert shop.balance() == 4 and shop.ask("GET", "/user-bonuses")["items"] == []
    assert shop.ask("POST", "/user-bonuses?async_mode=true", items[:2])["status"] == "SUCCESS"
    assert shop.balance() == pytest.approx(1.14)


def test_what_is_promised_to_those_at_work_is_not_given_away(new_shop: Any) -> None:
    shop = new_shop(balance="1.00")
    pool = shop.open_pool(reward_per_assignment=0.5)
    worker = shop.toloker()
    page = worker.take(pool)
    with refused("NOT_ENOUGH_BALANCE"):
        shop.ask("POST", "/user-bonuses", _bonus(worker, 0.5))
    worker.submit(page["id"], {"result": "OK"})
    assert shop.review(page["id"], "ACCEPTED")["status"] == "ACCEPTED"


def test_bonuses_and_takers_at_the_same_moment_never_spend_the_same_dollar(new_shop: Any) -> None:
    shop = new_shop(balance="1.30")
    pool = shop.open_pool(20, reward_per_assignment=0.01)
    crowd = _crowd(shop, 8)

    def act(n: int) -> str:
        try:
            if n % 2:
                shop.ask("POST", "/user-bonuses", _bonus(crowd[n], 0.25))
            else:
                crowd[n].submit(crowd[n].take(pool)["id"], {"result": "OK"})
        except Refused as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(act, range(8)))
    assert set(answers) <= {"done", "NOT_ENOUGH_BALANCE", "NO_TASKS_AVAILABLE"}
    paid = len(shop.ask("GET", "/user-bonuses")["items"])
    worked = len(shop.ask("GET", f"/assignments?pool_id={pool}&status=SUBMITTED")["items"])
    assert paid >= 3
    assert shop.balance() == pytest.approx(1.3 - paid * 0.325 - worked * 0.013, abs=1e-9) and shop.balance() >= 0


def test_an_operation_pays_once_whatever_the_repeats(shop: Shop) -> None:
    crowd = _crowd(shop, 3)
    path = f"/user-bonuses?operation_id={uuid.uuid4()}"

    def post(n: int) -> str:
        try:
            return str(shop.ask("POST", path + ("&async_mode=true" if n % 2 else ""), [_bonus(toloker) for toloker in crowd]) and "paid")
        except Refused as refusal:
            return refusal.code

    with ThreadPoolExecutor(6) as threads:
        answers = sorted(threads.map(post, range(6)))
    assert answers == ["OPERATION_ALREADY_EXISTS"] * 5 + ["paid"]
    assert [toloker.account()["balance"] for toloker in crowd] == [1.5] * 3
    assert shop.balance() == pytest.approx(1000 - 3 * 1.95)


def test_a_lost_answer_about_bonuses_is_repaired_by_asking_again(shop: Shop) -> None:
    toloker, key = shop.toloker(), str(uuid.uuid4())
    path = f"/user-bonuses?async_mode=true&operation_id={key}"
    shop.sandbox.fault("^/api/v1/user-bonuses$", "drop_after", method="POST")
    with pytest.raises(OSError):
        shop.ask("POST", path, [_bonus(toloker)])
    with refused("OPERATION_ALREADY_EXISTS"):
        shop.ask("POST", path, [_bonus(toloker)])
    assert shop.ask("GET", f"/operations/{key}")["details"]["success_count"] == 1
    assert toloker.account()["balance"] == 1.5


def test_at_most_a_hundred_bonuses_go_into_a_request_that_waits(shop: Shop) -> None:
    toloker = shop.toloker()
    items = [_bonus(toloker, round(0.01 + n / 1000, 3)) for n in range(101)]
    with refused("CONTENT_TOO_LARGE", 413):
        shop.ask("POST", "/user-bonuses", items)
    assert shop.ask("POST", "/user-bonuses?async_mode=true", items)["details"]["success_count"] == 101
    assert len(shop.ask("POST", "/user-bonuses", items[:100])["items"]) == 100


def test_bonuses_are_listed_by_toloker_assignment_and_range(shop: Shop) -> None:
    toloker, key = shop.submitted(shop.open_pool())
    made = [shop.ask("POST", "/user-bonuses", _bonus(toloker, n, private_comment=f"bonus {n}", assignment_id=key if n == 3 else None))["id"]
            for n in (1, 2, 3)]
    shop.ask("POST", "/user-bonuses", _bonus(shop.toloker()))

    def found(query: str) -> list[str]:
        return [item["id"] for item in shop.ask("GET", f"/user-bonuses?{query}")["items"]]

    assert found(f"user_id={toloker.id}") == made and found(f"assignment_id={key}") == made[2:]
    assert found(f"user_id={toloker.id}&sort=-created,id") == made[::-1]
    assert found("private_comment=bonus%202") == made[1:2] and found("private_comment=bonus") == []
    assert found(f"user_id={toloker.id}&id_gt={made[0]}&limit=1") == made[1:2]
    with refused("VALIDATION_ERROR", 400):
        found("id_gt=abc")


def _kit_bonuses(crowd: list[TolokerAccount]) -> list[toloka.UserBonus]:
    return [toloka.UserBonus(user_id=toloker.id, amount=Decimal("0.50"), **MESSAGE) for toloker in crowd]


@pytest.mark.parametrize("async_mode", [True, False])
def test_toloka_kit_pays_a_dozen_bonuses_and_finds_each(shop: Shop, async_mode: bool) -> None:
    client = shop.requester.client()
    crowd = _crowd(shop, 12)
    result = client.create_user_bonuses(_kit_bonuses(crowd), async_mode=async_mode)
    assert [result.items[str(n)].user_id for n in range(12)] == [toloker.id for toloker in crowd]
    assert not result.validation_errors
    ids = [bonus.id for bonus in client.get_user_bonuses()]
    assert len(ids) == 12 and {len(key) for key in ids} == {10} and ids == sorted(ids)
    one = client.create_user_bonus(_kit_bonuses(crowd)[0], async_mode=async_mode)
    assert client.get_user_bonus(one.id) == one and one.amount == Decimal("0.5")
    assert [bonus.id for bonus in client.find_user_bonuses(user_id=crowd[0].id, sort=["-id"]).items] == [one.id, ids[0]]


def test_toloka_kit_hears_of_bad_bonuses_and_of_an_empty_purse(shop: Shop, new_shop: Any) -> None:
    client = shop.requester.client()
    wrong = toloka.UserBonus(user_id="0" * 32, amount=Decimal(1), without_message=True)
    for async_mode in (True, False):
        with pytest.raises(ValidationApiError) as refusal:
            client.create_user_bonuses([wrong], async_mode=async_mode)
        assert refusal.value.payload["0"]["user_id"]["code"] == "ENTITY_DOES_NOT_EXIST"
    good = _kit_bonuses(_crowd(shop, 2))
    mixed = client.create_user_bonuses([good[0], wrong, good[1]], skip_invalid_items=True)
    assert (sorted(mixed.items), sorted(mixed.validation_errors)) == (["0", "2"], ["1"])
    poor = new_shop(balance="0.50").requester.client()
    with pytest.raises(ValidationApiError) as refusal:
        poor.create_user_bonuses(good)
    assert refusal.value.payload["1"]["amount"]["code"] == "NOT_ENOUGH_BALANCE"
    with pytest.raises(IncorrectActionsApiError, match="NOT_ENOUGH_BALANCE"):
        poor.create_user_bonus(good[0], async_mode=False)
    operation = client.wait_operation(client.create_user_bonuses_async(_kit_bonuses(_crowd(shop, 2))))
    assert operation.is_completed() and operation.details.success_count == 2
