"""The life of an assignment: submit, accept, reject, take back, dispute, reissue, and the money that goes with it."""
from datetime import datetime, timedelta

import pytest

from tests.sandbox.conftest import Shop, refused

PRICE, FEE = 0.05, 0.015


def test_submitted_work_waits_and_its_money_is_held(shop: Shop) -> None:
    toloker, key = shop.submitted(shop.open_pool())
    assert shop.assignment(key)["status"] == "SUBMITTED"
    assert shop.balance() == pytest.approx(1000 - PRICE - FEE)
    assert (toloker.account()["balance"], toloker.account()["on_review"]) == (0, PRICE)


def test_accepted_work_is_paid_once(shop: Shop) -> None:
    toloker, key = shop.submitted(shop.open_pool())
    answer = shop.review(key, "ACCEPTED", "Well done")
    assert (answer["status"], answer["public_comment"]) == ("ACCEPTED", "Well done")
    assert answer["accepted"] >= answer["submitted"]
    with refused("INAPPROPRIATE_STATUS") as refusal:
        shop.review(key, "ACCEPTED")
    assert refusal.payload == {"appropriate_statuses": ["SUBMITTED", "REJECTED"]}
    assert (toloker.account()["balance"], toloker.account()["on_review"]) == (PRICE, 0)
    assert shop.balance() == pytest.approx(1000 - PRICE - FEE)


def test_rejected_work_costs_nothing_and_can_be_accepted_after_all(shop: Shop) -> None:
    toloker, key = shop.submitted(shop.open_pool())
    assert shop.review(key, "REJECTED", "Empty")["public_comment"] == "Empty"
    assert shop.balance() == 1000
    with refused("INAPPROPRIATE_STATUS"):
        shop.review(key, "REJECTED")
    answer = shop.review(key, "ACCEPTED", "I was wrong")
    assert answer["rejected"] and answer["accepted"]
    assert shop.balance() == pytest.approx(1000 - PRICE - FEE)
    assert toloker.account()["balance"] == PRICE


def test_a_rejection_is_final_after_nine_days(shop: Shop) -> None:
    _, key = shop.submitted(shop.open_pool())
    shop.review(key, "REJECTED")
    shop.sandbox.advance(days=9, minutes=1)
    with refused("CONFLICT_STATE"):
        shop.review(key, "ACCEPTED")
    assert shop.assignment(key)["status"] == "REJECTED"


def test_a_pool_that_accepts_by_itself_pays_on_submit(shop: Shop) -> None:
    toloker, key = shop.submitted(shop.open_pool(auto_accept_solutions=True))
    answer = shop.assignment(key)
    assert answer["status"] == "ACCEPTED" and answer["accepted"] == answer["submitted"]
    assert toloker.account()["balance"] == PRICE


def test_unreviewed_work_is_accepted_when_the_review_period_ends(shop: Shop) -> None:
    toloker, key = shop.submitted(shop.open_pool(auto_accept_period_day=3))
    shop.sandbox.advance(days=3, seconds=-60)
    assert shop.assignment(key)["status"] == "SUBMITTED"
    shop.sandbox.advance(seconds=120)
    answer = shop.assignment(key)
    assert answer["status"] == "ACCEPTED"
    assert answer["accepted"][:16] == _three_days_after(answer["submitted"])
    assert toloker.account()["balance"] == PRICE


def _three_days_after(moment: str) -> str:
    return (datetime.fromisoformat(moment) + timedelta(days=3)).isoformat()[:16]


@pytest.mark.parametrize("status", ["ACTIVE", "SKIPPED", "EXPIRED"])
def test_work_that_was_not_submitted_cannot_be_reviewed(shop: Shop, status: str) -> None:
    toloker = shop.toloker()
    key = toloker.take(shop.open_pool())["id"]
    if status == "SKIPPED":
        toloker.skip(key)
    elif status == "EXPIRED":
        shop.sandbox.advance(minutes=11)
    assert shop.assignment(key)["status"] == status
    for verdict in ("ACCEPTED", "REJECTED"):
        with refused("INAPPROPRIATE_STATUS"):
            shop.review(key, verdict)


@pytest.mark.parametrize("body", [{}, {"status": "SKIPPED"}, {"status": None}, {"status": "ACCEPTED", "public_comment": 5},
                                  {"status": "ACCEPTED", "public_comment": "x" * 2049}])
def test_a_review_that_makes_no_sense_is_refused_and_changes_nothing(shop: Shop, body: dict) -> None:
    _, key = shop.submitted(shop.open_pool())
    with refused("VALIDATION_ERROR", 400):
        shop.ask("PATCH", f"/assignments/{key}", body)
    assert shop.assignment(key)["status"] == "SUBMITTED"


def test_a_rejected_job_is_offered_to_another_toloker_by_the_rule(shop: Shop) -> None:
    pool = shop.open_pool(reject_gives_back=True)
    toloker, key = shop.submitted(pool)
    assert shop.status(pool) == "CLOSED"  # complete
    shop.review(key, "REJECTED")
    assert shop.status(pool) == "OPEN"
    assert pool not in toloker.pools()
    with refused("NO_TASKS_AVAILABLE"):
        toloker.take(pool)
    other, second = shop.submitted(pool)
    assert other.id != toloker.id
    assert shop.assignment(second)["tasks"][0]["id"] == shop.assignment(key)["tasks"][0]["id"]
    assert shop.assignment(second)["tasks"][0]["overlap"] == 2


def test_without_a_rule_a_rejected_job_stays_done_until_the_overlap_is_raised(shop: Shop) -> None:
    pool = shop.open_pool()
    _, key = shop.submitted(pool)
    task = shop.assignment(key)["tasks"][0]["id"]
    shop.review(key, "REJECTED")
    assert shop.status(pool) == "CLOSED"
    assert shop.ask("GET", f"/tasks/{task}")["remaining_overlap"] == 0
    assert shop.ask("PATCH", f"/tasks/{task}?open_pool=true", {"overlap": 2})["remaining_overlap"] == 1
    assert shop.status(pool) == "OPEN"
    shop.submitted(pool)


def test_the_rule_fires_for_a_rejection_only(shop: Shop) -> None:
    pool = shop.open_pool(reject_gives_back=True)
    _, key = shop.submitted(pool)
    assert shop.review(key, "ACCEPTED")["tasks"][0]["overlap"] == 1
    assert shop.status(pool) == "CLOSED"


def test_a_rejection_stands_although_the_pool_cannot_open_again(shop: Shop) -> None:
    pool = shop.open_pool(reject_gives_back=True, will_expire=_in_minutes(shop, 5))
    _, key = shop.submitted(pool)
    shop.sandbox.advance(minutes=6)
    assert shop.review(key, "REJECTED")["status"] == "REJECTED"
    assert shop.status(pool) == "CLOSED"


def _in_minutes(shop: Shop, minutes: int) -> str:
    return (datetime.fromisoformat(shop.sandbox.now()) + timedelta(minutes=minutes)).isoformat()


def test_an_appeal_is_possible_once_and_for_seven_days(shop: Shop) -> None:
    pool = shop.open_pool(2)
    toloker, key = shop.submitted(pool)
    with refused("INAPPROPRIATE_STATUS"):
        toloker.appeal(key, "But why?")
    shop.review(key, "REJECTED")
    assert toloker.appeal(key, "But why?")["id"]
    with refused("CONFLICT_STATE"):
        toloker.appeal(key, "Again")
    late, second = shop.submitted(pool)
    shop.review(second, "REJECTED")
    shop.sandbox.advance(days=8)
    with refused("CONFLICT_STATE"):
        late.appeal(second, "Sorry, I was away")


def test_nothing_is_issued_that_the_requester_cannot_pay(new_shop) -> None:
    shop = new_shop(balance="0.15")  # two pages of 0.065
    pool = shop.open_pool(3)
    first, second, third = shop.toloker(), shop.toloker(), shop.toloker()
    first.take(pool), second.take(pool)
    with refused("NO_TASKS_AVAILABLE"):
        third.take(pool)
    found = shop.ask("GET", f"/pools/{pool}")
    assert (found["status"], found["last_close_reason"]) == ("CLOSED", "NOT_ENOUGH_BALANCE")
    with refused("NOT_ENOUGH_BALANCE"):
        new_shop(balance="0").open_pool(1)


def test_a_rejection_cannot_be_taken_back_without_money(new_shop) -> None:
    shop = new_shop(balance="0.065")
    pool = shop.open_pool(2, auto_accept_period_day=1)
    _, first = shop.submitted(pool)
    shop.review(first, "REJECTED")
    shop.submitted(pool)
    with refused("NOT_ENOUGH_BALANCE"):
        shop.review(first, "ACCEPTED")
    assert shop.assignment(first)["status"] == "REJECTED"
