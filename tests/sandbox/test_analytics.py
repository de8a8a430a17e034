"""Numbers about a pool, as toloka-kit asks for them."""
from decimal import Decimal
from typing import Any

import pytest
from toloka.client import analytics_request as ask

from tests.sandbox.conftest import Shop, refused

PLAIN = {ask.RealTasksCountPoolAnalytics: 4, ask.SubmittedAssignmentsCountPoolAnalytics: 3, ask.SkippedAssignmentsCountPoolAnalytics: 1,
         ask.RejectedAssignmentsCountPoolAnalytics: 1, ask.ApprovedAssignmentsCountPoolAnalytics: 1,
         ask.SpentBudgetPoolAnalytics: Decimal("0.05"), ask.UniqueWorkersCountPoolAnalytics: 5, ask.UniqueSubmittersCountPoolAnalytics: 3}


@pytest.fixture()
def busy(shop: Shop) -> str:
    """Four tasks for two people each; one page accepted, one rejected, one waiting, one skipped, one in work."""
    pool = shop.open_pool(4, overlap=2)
    for verdict in ("ACCEPTED", "REJECTED", None):
        _, key = shop.submitted(pool)
        if verdict:
            shop.review(key, verdict)
    skipper = shop.toloker()
    skipper.skip(skipper.take(pool)["id"])
    shop.toloker().take(pool)
    return pool


def _asked(shop: Shop, *requests: Any) -> list[Any]:
    client = shop.requester.client()
    operation = client.wait_operation(client.get_analytics(list(requests)), disable_progress=True)
    assert operation.is_completed() and operation.type.value == "ANALYTICS"
    found = operation.details["value"]
    assert client.get_operation(operation.id).unstructure()["parameters"] == {"value": [item["request"] for item in found]}
    return found


def test_every_number_of_toloka_kit_is_right(shop: Shop, busy: str) -> None:
    found = _asked(shop, *(kind(subject_id=busy) for kind in PLAIN))
    assert [item["result"] for item in found] == list(PLAIN.values())
    assert [item["request"]["name"] for item in found] == [kind(subject_id=busy).name.value for kind in PLAIN]
    (average,) = _asked(shop, ask.AvgSubmitAssignmentMillisPoolAnalytics(subject_id=busy))
    assert 0 < average["result"] < 60_000 and average["finished"]


def test_completion_counts_answers_that_came_and_pages_still_wanted(shop: Shop, busy: str) -> None:
    completion, estimate = _asked(shop, ask.CompletionPercentagePoolAnalytics(subject_id=busy),
                                  ask.EstimatedAssignmentsCountPoolAnalytics(subject_id=busy))
    assert completion["result"] == {"type": "NORMAL", "value": 37, "infinite": False, "approximate": False}
    assert estimate["result"] == {"type": "NORMAL", "value": 8, "infinite": False, "approximate": True}
    done = shop.open_pool(2, per_page=2)
    assert _completion(shop, done) == 0
    shop.submitted(done)
    assert _completion(shop, done) == 100
    assert _completion(shop, shop.pool()) == 0


def _completion(shop: Shop, pool: str) -> int:
    return _asked(shop, ask.CompletionPercentagePoolAnalytics(subject_id=pool))[0]["result"]["value"]


def test_control_tasks_and_infinite_overlap_are_no_part_of_completion(shop: Shop) -> None:
    pool = shop.pool(mixer_config={"real_tasks_count": 1, "golden_tasks_count": 1})
    shop.tasks(pool, 2, "", infinite_overlap=True, known_solutions=[{"output_values": {"result": "OK"}}])
    shop.tasks(pool, 1, "allow_defaults=true&open_pool=true")
    shop.submitted(pool)
    assert _completion(shop, pool) == 100
    shop.tasks(pool, 1, "", infinite_overlap=True)
    (estimate,) = _asked(shop, ask.EstimatedAssignmentsCountPoolAnalytics(subject_id=pool))
    assert estimate["result"]["infinite"] is True


def test_active_workers_are_those_whom_the_filter_lets_in(shop: Shop, new_shop: Any) -> None:
    """Others work on this sandbox too: what is compared is the difference that three Tolokers make."""
    country = "TV"
    pools = {code: shop.pool(filter={"and": [{"category": "profile", "key": "country", "operator": "EQ", "value": code}]})
             for code in (country, "NR")}

    def active(code: str) -> int:
        return _asked(shop, ask.ActiveWorkersByFilterCountPoolAnalytics(subject_id=pools[code], interval_hours=3))[0]["result"]

    before = {code: active(code) for code in pools}
    elsewhere = new_shop().open_pool(1, overlap=9)
    for _ in range(2):
        shop.toloker(country=country).take(elsewhere)
    shop.toloker(country=country)
    assert {code: active(code) - before[code] for code in pools} == {country: 2, "NR": 0}
    (everybody,) = _asked(shop, ask.ActiveWorkersByFilterCountPoolAnalytics(subject_id=shop.pool(), interval_hours=3))
    assert everybody["result"] >= 2


def test_an_empty_pool_has_zeros(shop: Shop) -> None:
    pool = shop.pool()
    found = _asked(shop, *(kind(subject_id=pool) for kind in PLAIN), ask.AvgSubmitAssignmentMillisPoolAnalytics(subject_id=pool))
    assert [item["result"] for item in found] == [0] * 9


def _request(**fields: Any) -> dict[str, Any]:
    return {"name": "real_tasks_count", "subject": "POOL", "subject_id": "1", **fields}


@pytest.mark.parametrize(("body", "path", "code"), [
    (None, "", "ARRAY_EXPECTED"), ({}, "", "ARRAY_EXPECTED"), ([], "", "ARRAY_SIZE_OUT_OF_BOUNDS"),
    ([_request()] * 11, "", "ARRAY_SIZE_OUT_OF_BOUNDS"), ([5], "0", "OBJECT_EXPECTED"),
    ([_request(subject_id="99999999")], "0.subject_id", "ENTITY_DOES_NOT_EXIST"),
    ([_request(subject_id=7)], "0.subject_id", "STRING_EXPECTED"), ([_request(subject_id="x")], "0.subject_id", "ENTITY_DOES_NOT_EXIST"),
    ([_request(name="nonsense")], "0.name", "UNKNOWN_ENUM_VALUE"), ([_request(subject="USER")], "0.subject", "UNKNOWN_ENUM_VALUE"),
    ([_request(name="active_workers_by_filter_count")], "0.interval_hours", "VALUE_REQUIRED"),
    ([_request(name="active_workers_by_filter_count", interval_hours=0)], "0.interval_hours", "VALUE_LESS_THAN_MIN"),
    ([_request(name="active_workers_by_filter_count", interval_hours=1e30)], "0.interval_hours", "VALUE_GREATER_THAN_MAX"),
])
def test_a_request_that_makes_no_sense_is_refused_at_its_path(shop: Shop, body: Any, path: str, code: str) -> None:
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.requester.call("POST", "/api/staging/analytics-2", body)
    assert refusal.payload[path]["code"] == code


def test_another_requesters_pool_stays_dark(shop: Shop, new_shop: Any) -> None:
    pool = new_shop().pool()
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.requester.call("POST", "/api/staging/analytics-2", [_request(subject_id=shop.pool()), _request(subject_id=pool)])
    assert refusal.payload == {"1.subject_id": {"code": "ENTITY_ACCESS_DENIED", "message": "There is no such pool of yours"}}
