"""Places that were offered and are taken back: their money, and offers that nobody needs which only a look can notice."""
from decimal import Decimal
from typing import Any

import pytest

from crowdsourcing import delivery, mirror, quality, selectors
from crowdsourcing.delivery import claims
from crowdsourcing.models import LedgerEntry, Pool, ProviderCommand
from crowdsourcing.providers.errors import Refused as RefusedThere
from crowdsourcing.services import assignments
from tests.crowdsourcing.crowd import Crowd
from tests.crowdsourcing.dying import Killed, dies_in, revive
from tests.crowdsourcing.test_consensus import ASIDE, ELSEWHERE, RIGHT, hand_in, settle
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


def test_jobs_that_were_done_again_cost_a_look_one_query_in_all(crowd: Crowd, django_assert_num_queries: Any) -> None:
    crowd.open_pool()
    crowd.reject(crowd.work())
    crowd.deliver(assignments.reissue_job(actor=crowd.owner, task_suite=crowd.suite()))
    crowd.accept(crowd.work(worker="ben"))
    assert crowd.suite().overlap == 2
    pool = crowd.pool
    with django_assert_num_queries(1):
        assert quality.withdraw_spare(pool) == []


def test_places_that_cost_more_by_now_keep_what_they_need(crowd: Crowd) -> None:
    crowd.open_pool()
    crowd.reject(crowd.work())
    crowd.deliver(assignments.reissue_job(actor=crowd.owner, task_suite=crowd.suite()))
    Pool.objects.update(reward_per_assignment=Decimal("0.08"))
    [task] = [task for task in crowd.platform.tasks.values() if task.overlap == 2]
    task.overlap = 1
    crowd.sync()
    assert crowd.money()["budget"] == crowd.money()["free"] == Decimal("0.16"), "two jobs for the new price"


# --- offers that nobody needs ---------------------------------------------------------------------------------------------------------


def rejected_with_a_late_rule(crowd: Crowd) -> Any:
    """Two of three agree and are accepted, the third is rejected; the platform's rule offers the job again only now."""
    crowd.open_pool(overlap=2, reissue_policy="at_once")
    by_consensus(crowd, 5)
    hand_in(crowd, "sid", ELSEWHERE)
    hand_in(crowd, "ann", RIGHT)
    settle(crowd)
    hand_in(crowd, "ben", ASIDE)
    settle(crowd)
    assert crowd.suite().overlap == 3
    task = crowd.platform.tasks[crowd.suite().remote_task_id]
    task.overlap = 4
    return task


def kinds() -> list[str]:
    return list(ProviderCommand.objects.filter(kind="withdraw_offer").values_list("status", flat=True))


def test_what_the_platforms_rule_offers_after_we_looked_is_taken_back_once(crowd: Crowd) -> None:
    task, budget = rejected_with_a_late_rule(crowd), crowd.money()["budget"]
    for _ in range(3):
        crowd.sync()
        crowd.deliver_all()
    assert (task.overlap, crowd.suite().overlap, kinds()) == (3, 3, ["done"])
    assert crowd.money()["budget"] == budget
    assert crowd.changes(crowd.suite())[-2:] == [("", "REISSUED", "system"), ("", "WITHDRAWN", "system")]
    with pytest.raises(AssertionError, match="No task is left"):
        crowd.take(0, "dora")
    crowd.sync()
    assert crowd.state()[:2] == ("acceptance", "completed")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("line", ["renew", "mirror_tasks", "settle_done"])
def test_a_worker_killed_while_taking_back_what_is_too_much_leaves_it_to_the_next(
        crowd: Crowd, monkeypatch: pytest.MonkeyPatch, line: str, after: bool) -> None:
    task, budget = rejected_with_a_late_rule(crowd), crowd.money()["budget"]
    crowd.sync()
    with monkeypatch.context() as patch:
        dies_in({"renew": delivery.work, "settle_done": claims}.get(line, mirror), line, after=after)(patch)
        with pytest.raises(Killed):
            crowd.deliver_all()
    if ProviderCommand.objects.filter(status="in flight").exists():
        revive()
    for _ in range(2):
        crowd.deliver_all()
        crowd.sync()
    assert (task.overlap, crowd.suite().overlap, crowd.money()["budget"], kinds()) == (3, 3, budget, ["done"])


def test_an_offer_that_changed_on_the_way_is_judged_by_the_next_look(crowd: Crowd) -> None:
    task = rejected_with_a_late_rule(crowd)
    crowd.sync()
    task.overlap = 5
    crowd.deliver_all()
    assert task.overlap == 5 and kinds() == ["done"]
    crowd.sync()
    crowd.deliver_all()
    assert task.overlap == 5, "more than rejections and our own asking explain is somebody's wish"
    assert kinds() == ["done"]


def test_a_rejected_job_accepted_after_all_in_the_platforms_pages_is_not_done_twice(crowd: Crowd) -> None:
    crowd.open_pool(reissue_policy="at_once")
    row = crowd.work()
    crowd.reject(row)
    task = crowd.platform.tasks[crowd.suite().remote_task_id]
    assert task.overlap == 2
    crowd.sync()
    assert kinds() == [], "somebody else is wanted"
    crowd.platform.change(row.remote_id, "ACCEPTED", rejected=crowd.assignment(row.remote_id).rejected)
    crowd.sync()
    crowd.deliver_all()
    assert (task.overlap, crowd.suite().overlap, kinds()) == (1, 1, ["done"])
    assert crowd.state()[:2] == ("acceptance", "completed")


def test_what_somebody_offers_to_more_in_the_platforms_pages_is_left_alone(crowd: Crowd) -> None:
    crowd.open_pool()
    crowd.accept(crowd.work())
    crowd.platform.tasks[crowd.suite().remote_task_id].overlap = 2
    crowd.sync()
    assert crowd.suite().overlap == 2 and kinds() == []


def test_one_more_whom_the_requester_asked_for_is_not_sent_away(crowd: Crowd) -> None:
    crowd.open_pool(overlap=2)
    for worker, box in (("ann", RIGHT), ("ben", ELSEWHERE)):
        crowd.accept(hand_in(crowd, worker, box))
    settle(crowd)
    crowd.deliver(assignments.reissue_job(actor=crowd.owner, task_suite=crowd.suite()))
    for _ in range(2):
        crowd.sync()
    assert crowd.suite().overlap == 3 and kinds() == []
    assert crowd.take(0, "dora")


def test_a_refusal_of_the_platform_is_not_asked_again_by_itself_and_can_be_by_hand(crowd: Crowd, client: Any) -> None:
    rejected_with_a_late_rule(crowd)
    crowd.platform.fail("withdraw", RefusedThere("The pool is locked.", "LOCKED"))
    for _ in range(2):
        crowd.sync()
        crowd.deliver_all()
    assert kinds() == ["failed"] and crowd.suite().overlap == 4
    client.force_login(crowd.owner)
    assert "The pool is locked." in client.get(f"/jobs/{crowd.job().pk}").content.decode()
    failed = ProviderCommand.objects.get(kind="withdraw_offer")
    assert client.post(f"/commands/{failed.pk}/retry").status_code == 302
    crowd.deliver_all()
    assert crowd.suite().overlap == 3
    assert selectors.obstacles(crowd.suite(), "withdraw_offer") == ["This job is offered to no more Tolokers than are wanted."]


def test_one_more_whom_the_requester_asked_for_is_not_sent_away_by_a_decision(crowd: Crowd) -> None:
    """Who decides about the first two does not take back what a person asked for before."""
    crowd.open_pool(overlap=2)
    rows = [hand_in(crowd, worker, box) for worker, box in (("ann", RIGHT), ("ben", ELSEWHERE))]
    settle(crowd)
    crowd.deliver(assignments.reissue_job(actor=crowd.owner, task_suite=crowd.suite()))
    for row in rows:
        crowd.accept(row)
    crowd.sync()
    assert crowd.suite().overlap == 3 and kinds() == []
    assert crowd.take(0, "dora")


def test_what_the_policy_asks_for_later_is_not_kept_because_a_person_once_asked(crowd: Crowd) -> None:
    crowd.open_pool(overlap=2)
    first = hand_in(crowd, "sid", ELSEWHERE)
    crowd.reject(first)
    crowd.deliver(assignments.reissue_job(actor=crowd.owner, task_suite=crowd.suite()))
    by_consensus(crowd, 5)
    rows = [hand_in(crowd, worker, box) for worker, box in (("ann", RIGHT), ("ben", ELSEWHERE))]
    settle(crowd)
    assert crowd.suite().overlap == 4, "the policy asks one more"
    for row in rows:
        crowd.accept(row)
    crowd.sync()
    crowd.deliver_all()
    assert crowd.suite().overlap == 3
