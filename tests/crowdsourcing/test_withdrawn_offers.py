"""Places that were offered and are taken back: their money."""
from decimal import Decimal

import pytest

from crowdsourcing import delivery, mirror
from crowdsourcing.delivery import claims
from crowdsourcing.models import LedgerEntry, Pool, ProviderCommand
from crowdsourcing.services import assignments
from tests.crowdsourcing.crowd import Crowd
from tests.crowdsourcing.dying import Killed, dies_in, revive
from tests.crowdsourcing.test_consensus import ELSEWHERE, RIGHT, hand_in, settle
from tests.crowdsourcing.test_consensus_offers import by_consensus

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
PRICE = Decimal("0.05")


@pytest.fixture
def crowd(crowd: Crowd) -> Crowd:
    """With pictures."""
    crowd.make_frames()
    return crowd


def test_money_of_a_place_that_is_taken_back_leaves_the_budget(crowd: Crowd) -> None:
    crowd.open_pool(overlap=2)
    by_consensus(crowd, 5)
    rows, before = [hand_in(crowd, "ann", RIGHT), hand_in(crowd, "ben", ELSEWHERE)], crowd.money()
    settle(crowd)
    assert crowd.suite().overlap == 3 and crowd.money()["budget"] == before["budget"] + PRICE
    for row in rows:
        crowd.accept(row)
    assert crowd.suite().overlap == 2
    money = crowd.money()
    assert (money["budget"], money["spent"], money["free"]) == (before["budget"], 2 * PRICE, before["free"])


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("line", ["renew", "mirror_assignments", "mirror_tasks", "settle_done"])
def test_a_worker_killed_while_an_offer_is_taken_back_takes_its_money_back_once(
        crowd: Crowd, monkeypatch: pytest.MonkeyPatch, line: str, after: bool) -> None:
    crowd.open_pool(overlap=2)
    by_consensus(crowd, 5)
    rows, budget = [hand_in(crowd, "ann", RIGHT), hand_in(crowd, "ben", ELSEWHERE)], crowd.money()["budget"]
    settle(crowd)
    crowd.accept(rows[0])
    with monkeypatch.context() as patch:
        dies_in({"renew": delivery.work, "settle_done": claims}.get(line, mirror), line, after=after)(patch)
        with pytest.raises(Killed):
            crowd.accept(rows[1])
    if ProviderCommand.objects.filter(status="in flight").exists():
        revive()
    crowd.deliver_all()
    crowd.sync()
    assert crowd.suite().overlap == 2 and crowd.money()["budget"] == budget
    assert LedgerEntry.objects.filter(kind="withdraw").count() == 1


def test_a_place_that_is_taken_back_elsewhere_leaves_the_budget_once(crowd: Crowd) -> None:
    crowd.open_pool()
    crowd.reject(crowd.work())
    crowd.deliver(assignments.reissue_job(actor=crowd.owner, task_suite=crowd.suite()))
    assert crowd.money()["budget"] == 4 * PRICE
    [task] = [task for task in crowd.platform.tasks.values() if task.overlap == 2]
    task.overlap = 1
    for _ in range(2):
        crowd.sync()
    money = crowd.money()
    assert (money["budget"], money["free"]) == (3 * PRICE, 3 * PRICE)


def test_places_that_cost_more_by_now_keep_what_they_need(crowd: Crowd) -> None:
    crowd.open_pool()
    crowd.reject(crowd.work())
    crowd.deliver(assignments.reissue_job(actor=crowd.owner, task_suite=crowd.suite()))
    Pool.objects.update(reward_per_assignment=Decimal("0.08"))
    [task] = [task for task in crowd.platform.tasks.values() if task.overlap == 2]
    task.overlap = 1
    crowd.sync()
    assert crowd.money()["budget"] == crowd.money()["free"] == Decimal("0.16"), "two jobs for the new price"
