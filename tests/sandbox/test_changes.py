"""The log of what happened to assignments: for counting, whatever died meanwhile."""
import pytest

from tests.sandbox import books
from tests.sandbox.conftest import Shop, refused
from tests.stack.sandbox import Refused


def moves(shop: Shop, key: str) -> list[tuple[str, str, str]]:
    return [(change["before"], change["after"], change["by"]) for change in shop.sandbox.changes(assignment_id=key)]


def test_each_change_names_who_made_it(shop: Shop) -> None:
    toloker, accepted = shop.submitted(shop.open_pool())
    shop.review(accepted, "ACCEPTED")
    _, rejected = shop.submitted(shop.open_pool())
    shop.review(rejected, "REJECTED")
    shop.review(rejected, "ACCEPTED")
    _, by_itself = shop.submitted(shop.open_pool(auto_accept_solutions=True))
    skipped = toloker.take(shop.open_pool())["id"]
    toloker.skip(skipped)
    handed_in = ("ACTIVE", "SUBMITTED", "TOLOKER")
    assert moves(shop, accepted) == [handed_in, ("SUBMITTED", "ACCEPTED", "REQUESTER")]
    assert moves(shop, rejected) == [handed_in, ("SUBMITTED", "REJECTED", "REQUESTER"), ("REJECTED", "ACCEPTED", "REQUESTER")]
    assert moves(shop, by_itself) == [handed_in, ("SUBMITTED", "ACCEPTED", "POOL")]
    assert moves(shop, skipped) == [("ACTIVE", "SKIPPED", "TOLOKER")]
    books.check(shop.sandbox)


def test_what_the_clock_does_is_its_own(shop: Shop) -> None:
    _, waits = shop.submitted(shop.open_pool(auto_accept_period_day=3))
    late = shop.toloker().take(shop.open_pool())["id"]
    shop.sandbox.advance(days=3, minutes=1)
    shop.assignment(waits)
    assert moves(shop, waits)[-1] == ("SUBMITTED", "ACCEPTED", "PERIOD")
    assert moves(shop, late) == [("ACTIVE", "EXPIRED", "DEADLINE")]


def test_a_decision_that_was_refused_or_whose_answer_was_lost_is_counted_as_it_happened(shop: Shop) -> None:
    _, key = shop.submitted(shop.open_pool())
    shop.sandbox.fault(f"^/api/v1/assignments/{key}", "drop_after", method="PATCH")
    with pytest.raises(OSError):
        shop.review(key, "ACCEPTED")
    with refused("INAPPROPRIATE_STATUS"):
        shop.review(key, "ACCEPTED")
    assert [change[1] for change in moves(shop, key)] == ["SUBMITTED", "ACCEPTED"]


def test_a_pools_changes_come_in_order_and_page_by_page(shop: Shop) -> None:
    pool = shop.open_pool(2)
    keys = [shop.submitted(pool)[1] for _ in range(2)]
    found = shop.sandbox.changes(pool_id=pool)
    assert [change["assignment_id"] for change in found] == keys and {change["pool_id"] for change in found} == {pool}
    rest = shop.sandbox.control.call("GET", f"/control/v1/assignment-changes?pool_id={pool}&id_gt={found[0]['id']}")["items"]
    assert rest == found[1:]


@pytest.mark.parametrize("query", ["pool_id=x", "id_gt=-1", "id_gt=9999999999999999999"])
def test_a_number_that_is_none_is_refused(shop: Shop, query: str) -> None:
    with pytest.raises(Refused) as refusal:
        shop.sandbox.control.call("GET", f"/control/v1/assignment-changes?{query}")
    assert refusal.value.status == 400
