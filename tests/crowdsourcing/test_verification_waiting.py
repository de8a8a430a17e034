"""What the loop says it waits for, and that it goes on by itself when it can: nobody is paid or refused twice meanwhile."""
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from crowdsourcing import selectors, tasks
from crowdsourcing.models import Verification
from crowdsourcing.providers.errors import Unavailable
from crowdsourcing.quality.verification import carry_on
from crowdsourcing.selectors.verifications import OPENED, progress_of
from crowdsourcing.services import pools, verifications
from crowdsourcing.transitions import Refused
from tests.crowdsourcing.crowd import Crowd
from tests.crowdsourcing.verifying import GOOD, answer, of, set_up, statuses, turn, work

pytestmark = pytest.mark.django_db
OURS: dict[str, Any] = {"aggregation": "majority", "dynamic_overlap": False}


def far(crowd: Crowd) -> dict[str, Any]:
    """The verification pool at the platform."""
    return crowd.platform.pools[of(crowd).remote_pool_id]


def rested(crowd: Crowd, **since: float) -> None:
    """What was asked and opened was so long ago."""
    at = timezone.now() - timedelta(**since)
    of(crowd).tasks.update(sent_at=at)
    Verification.objects.update(cursors={**of(crowd).cursors, OPENED: at.isoformat()})


def finish(crowd: Crowd, job: Any) -> None:
    """Answers come, and the work is accepted once."""
    answer(crowd, {job: GOOD}, "vera", "victor")
    turn(crowd)
    assert statuses(crowd) == {job.remote_id: "ACCEPTED"} and crowd.platform.done("accept") == 1
    assert of(crowd).waiting_for == ""


def test_answers_are_waited_for(crowd: Crowd) -> None:
    set_up(crowd, **OURS)
    assert turn(crowd).open is False and of(crowd).waiting_for == ""
    job = work(crowd)
    assert turn(crowd).open
    assert of(crowd).waiting_for == "Waiting for answers: 1 question is open."
    finish(crowd, job)


def test_a_pool_closed_by_hand_stays_closed_until_somebody_opens_it(crowd: Crowd) -> None:
    set_up(crowd, **OURS)
    job = work(crowd)
    turn(crowd)
    far(crowd).update(status="CLOSED", last_close_reason="MANUAL")
    turn(crowd)
    turn(crowd)
    assert far(crowd)["status"] == "CLOSED", "not opened against somebody's will"
    assert "closed at the platform (by hand)" in of(crowd).waiting_for and "Open again" in of(crowd).waiting_for
    verifications.resume_verification(actor=crowd.owner, verification=of(crowd))
    turn(crowd)
    assert far(crowd)["status"] == "OPEN"
    finish(crowd, job)


def test_a_pool_opened_by_hand_goes_on_by_itself(crowd: Crowd) -> None:
    set_up(crowd, **OURS)
    job = work(crowd)
    turn(crowd)
    far(crowd).update(status="CLOSED", last_close_reason="MANUAL")
    turn(crowd)
    far(crowd).update(status="OPEN")
    turn(crowd)
    assert of(crowd).waiting_for.startswith("Waiting for answers")
    finish(crowd, job)


def test_an_archived_pool_is_replaced_on_demand_and_open_questions_are_asked_there(crowd: Crowd) -> None:
    set_up(crowd, **OURS)
    job = work(crowd)
    turn(crowd)
    before = of(crowd).remote_pool_id
    far(crowd).update(status="ARCHIVED")
    turn(crowd)
    assert "archived at the platform" in of(crowd).waiting_for
    with pytest.raises(Refused):
        verifications.resume_verification(actor=crowd.owner, verification=of(crowd))
    made = verifications.renew_verification(actor=crowd.owner, verification=of(crowd))
    crowd.deliver(selectors.latest_command(made))
    turn(crowd)
    assert of(crowd).remote_pool_id not in ("", before)
    finish(crowd, job)


def test_a_deleted_skill_keeps_the_pool_closed_until_it_is_made_again(crowd: Crowd) -> None:
    made = set_up(crowd, **OURS)
    assert made.annotated_skill is not None
    del crowd.platform.skills[made.annotated_skill.remote_id]
    job = work(crowd)
    turn(crowd)
    assert far(crowd)["status"] == "CLOSED", "those who annotate would be let in"
    assert "was deleted at the platform" in of(crowd).waiting_for and "Save changes" in of(crowd).waiting_for
    crowd.deliver(pools.stop_pool(actor=crowd.owner, pool=crowd.pool))
    assert crowd.deliver(verifications.update_verification(actor=crowd.owner, verification=of(crowd), config={})).status == "done"
    turn(crowd)
    assert far(crowd)["spec"].filter["and"][1]["or"][0]["key"] in crowd.platform.skills
    finish(crowd, job)


def test_no_money_is_said_and_tried_again(crowd: Crowd) -> None:
    set_up(crowd, **OURS)
    job = work(crowd)
    crowd.platform.balance, before = crowd.platform.balance * 0, crowd.platform.balance
    turn(crowd)
    assert of(crowd).waiting_for == (
        "There is not enough money on the platform’s account, and 1 question is open. Top it up: the verification then goes on by itself. "
        "What is answered is decided meanwhile.")
    crowd.platform.balance = before
    turn(crowd)
    finish(crowd, job)


def test_without_money_what_is_answered_is_decided(crowd: Crowd) -> None:
    set_up(crowd, **OURS)
    first = work(crowd)
    turn(crowd)
    answer(crowd, {first: GOOD}, "vera", "victor")
    far(crowd).update(status="CLOSED", last_close_reason="NOT_ENOUGH_BALANCE")
    second = work(crowd, 1, "hugo")
    before, crowd.platform.balance = crowd.platform.balance, crowd.platform.balance * 0
    for _ in range(2):
        turn(crowd)
        assert statuses(crowd) == {first.remote_id: "ACCEPTED", second.remote_id: "SUBMITTED"}
        assert "not enough money" in of(crowd).waiting_for and "1 question is open" in of(crowd).waiting_for
    crowd.platform.balance = before
    turn(crowd)
    answer(crowd, {second: GOOD}, "vera", "victor")
    turn(crowd)
    assert statuses(crowd)[second.remote_id] == "ACCEPTED" and of(crowd).waiting_for == ""


def test_while_a_change_is_on_its_way_nothing_is_opened_and_no_hand_suspected(crowd: Crowd) -> None:
    set_up(crowd, **OURS)
    job = work(crowd)
    turn(crowd)
    command = verifications.update_verification(actor=crowd.owner, verification=of(crowd), config={"reward_per_assignment": "0.02"})
    # The change died between closing the pool and sending it: whose next try is to come finds it closed.
    far(crowd).update(status="CLOSED", last_close_reason="MANUAL")
    done = carry_on(of(crowd).pk)
    assert done.open and far(crowd)["status"] == "CLOSED"
    assert of(crowd).waiting_for.startswith("Your changes are on their way to the platform")
    assert crowd.deliver(command).status == "done"
    turn(crowd)
    assert far(crowd)["status"] == "OPEN" and str(far(crowd)["spec"].reward_per_assignment) == "0.02"
    finish(crowd, job)


def test_a_change_waits_for_the_turn_that_is_going_on(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(crowd, **OURS)
    job = work(crowd)
    turn(crowd)
    command = verifications.update_verification(actor=crowd.owner, verification=of(crowd), config={"reward_per_assignment": "0.02"})

    @contextmanager
    def taken(kind: int, number: int) -> Iterator[bool]:
        yield False

    with monkeypatch.context() as busy:
        busy.setattr("crowdsourcing.delivery.verifications.only_one", taken)
        command = crowd.deliver(command)
    assert command.status == "pending" and "just reading answers" in command.error
    assert far(crowd)["status"] == "OPEN", "not even closed"
    assert crowd.deliver(command).status == "done"
    turn(crowd)
    finish(crowd, job)


def test_pages_are_paid_at_the_price_of_their_time(crowd: Crowd, settings: Any) -> None:
    settings.PLATFORM_FEE_PERCENT = 0
    set_up(crowd, **OURS)
    first = work(crowd)
    turn(crowd)
    answer(crowd, {first: GOOD}, "vera", "victor")
    turn(crowd)
    crowd.deliver(verifications.update_verification(actor=crowd.owner, verification=of(crowd), config={"reward_per_assignment": "0.05"}))
    assert progress_of(of(crowd))["spent"] == Decimal("0.020")
    second = work(crowd, 1, "hugo")
    turn(crowd)
    answer(crowd, {second: GOOD}, "vera")
    turn(crowd)
    assert progress_of(of(crowd))["spent"] == Decimal("0.070"), "two pages of one cent, one of five"


def test_a_change_is_given_time_before_it_is_said_that_nobody_answers(crowd: Crowd) -> None:
    set_up(crowd, **OURS)
    job = work(crowd)
    turn(crowd)
    rested(crowd, hours=7)
    turn(crowd)
    assert "for 7 hours" in of(crowd).waiting_for
    crowd.deliver(verifications.update_verification(actor=crowd.owner, verification=of(crowd), config={"reward_per_assignment": "0.02"}))
    turn(crowd)
    assert of(crowd).waiting_for == "Waiting for answers: 1 question is open."
    finish(crowd, job)


def test_a_platform_out_of_reach_is_said_and_tried_again(crowd: Crowd) -> None:
    set_up(crowd, **OURS)
    job = work(crowd)
    crowd.platform.fail("ensure_questions", Unavailable("The platform does not answer."), after=True)
    turn(crowd)
    assert of(crowd).waiting_for == "The platform does not answer."
    turn(crowd)
    assert of(crowd).sync_error == ""
    finish(crowd, job)


def test_nobody_who_answers_for_hours_is_said(crowd: Crowd) -> None:
    set_up(crowd, **OURS)
    job = work(crowd)
    turn(crowd)
    rested(crowd, hours=7, minutes=5)
    turn(crowd)
    assert "No verifier has answered for 7 hours" in of(crowd).waiting_for and "raise the price" in of(crowd).waiting_for
    finish(crowd, job)


def test_that_everybody_who_verifies_has_answered_is_said_with_the_way_out(crowd: Crowd) -> None:
    set_up(crowd, **OURS, overlap=3)
    job = work(crowd)
    turn(crowd)
    answer(crowd, {job: GOOD}, "vera")
    turn(crowd)
    assert "The only person who verified so far answered it already, or made the work: somebody new has to come." in of(crowd).waiting_for
    answer(crowd, {job: GOOD}, "victor")
    turn(crowd)
    assert of(crowd).waiting_for == (
        "Waiting for answers: 1 question is open. All 2 people who verified so far answered it already, or made the work: somebody new has "
        "to come. If nobody does, raise the price a page, choose another language, or review these jobs yourself.")
    answer(crowd, {job: GOOD}, "viola")
    turn(crowd)
    assert of(crowd).waiting_for == "" and statuses(crowd) == {job.remote_id: "ACCEPTED"}


def test_who_made_the_work_is_nobody_to_wait_for(crowd: Crowd) -> None:
    """Until their first job is accepted those who annotate have no skill that keeps them out."""
    set_up(crowd, **OURS)
    first, second = work(crowd, 0, "wanda"), work(crowd, 1, "hugo")
    turn(crowd)
    answer(crowd, {second: GOOD}, "wanda")
    answer(crowd, {first: GOOD}, "vera")
    turn(crowd)
    # Wanda is left for nothing: she made the first and answered the second. Vera is left for the second.
    assert "The" not in of(crowd).waiting_for and "All 2 people who verified so far answered 1 of them already" in of(crowd).waiting_for
    answer(crowd, {second: GOOD}, "vera")
    answer(crowd, {first: GOOD}, "victor")
    turn(crowd)
    assert set(statuses(crowd).values()) == {"ACCEPTED"}


def test_what_may_be_too_few_for_a_page_is_named_where_it_is_wanted_so(crowd: Crowd) -> None:
    set_up(crowd, **OURS, min_tasks_per_page=4)
    work(crowd)
    turn(crowd)
    rested(crowd, hours=7)
    turn(crowd)
    assert "lower “Fewest questions a page” (it is 4)" in of(crowd).waiting_for


def test_one_set_up_before_there_was_a_fewest_gets_it_with_its_next_change(crowd: Crowd) -> None:
    made = set_up(crowd, **OURS)
    old = {name: value for name, value in made.config.items() if name not in ("min_tasks_per_page", "last_page_delay_seconds")}
    Verification.objects.update(config=old)
    work(crowd)
    turn(crowd)
    assert of(crowd).waiting_for.startswith("Waiting for answers")
    command = verifications.update_verification(actor=crowd.owner, verification=of(crowd), config={"last_page_delay_seconds": 60})
    assert crowd.deliver(command).status == "done"
    assert (far(crowd)["spec"].min_tasks_per_page, far(crowd)["spec"].last_page_delay_seconds) == (1, 60)


def test_a_pause_asks_nothing_and_still_reads(crowd: Crowd) -> None:
    set_up(crowd, **OURS)
    first = work(crowd)
    turn(crowd)
    verifications.pause_verification(actor=crowd.owner, verification=of(crowd))
    second = work(crowd, 1, "hugo")
    answer(crowd, {first: GOOD}, "vera", "victor")
    turn(crowd)
    assert statuses(crowd) == {first.remote_id: "ACCEPTED", second.remote_id: "SUBMITTED"}
    assert of(crowd).tasks.count() == 1 and "paused" in of(crowd).waiting_for
    verifications.resume_verification(actor=crowd.owner, verification=of(crowd))
    turn(crowd)
    answer(crowd, {second: GOOD}, "vera", "victor")
    turn(crowd)
    assert statuses(crowd)[second.remote_id] == "ACCEPTED"


def test_a_change_closes_the_pool_for_a_moment_only(crowd: Crowd) -> None:
    set_up(crowd, **OURS)
    job = work(crowd)
    turn(crowd)
    command = verifications.update_verification(actor=crowd.owner, verification=of(crowd), config={"reward_per_assignment": "0.02"})
    assert crowd.deliver(command).status == "done"
    assert far(crowd)["status"] == "CLOSED"
    turn(crowd)
    assert far(crowd)["status"] == "OPEN" and str(far(crowd)["spec"].reward_per_assignment) == "0.02"
    finish(crowd, job)


def test_setting_up_is_refused_in_words_where_it_cannot_work(crowd: Crowd) -> None:
    crowd.open_pool(auto_accept_solutions=True)
    with pytest.raises(Refused) as caught:
        verifications.setup_verification(actor=crowd.owner, pool=crowd.pool, config={})
    assert "accepts everything by itself" in caught.value.sentence and "Stop it first" in caught.value.sentence
    assert not Verification.objects.exists()


def test_one_turn_at_a_time_and_one_bell_for_the_next(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(crowd, **OURS)
    work(crowd)
    rung: list[tuple[int, float, Any]] = []
    monkeypatch.setattr(tasks, "ring_for_verification", lambda pk, wait=0, moved_at=None: rung.append((pk, wait, moved_at)))
    pk = of(crowd).pk
    tasks.carry_on_verification(pk)
    (bell,) = rung
    assert bell[0] == pk and bell[1] > 0 and bell[2] is not None
    carry_on(pk)
    rung.clear()
    tasks.carry_on_verification(pk, bell[2].isoformat())
    assert rung == [], "a bell that is older than the last turn is not heard"


def test_the_sweep_rings_for_what_nobody_looked_at(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(crowd, **OURS)
    rung: list[int] = []
    monkeypatch.setattr(tasks, "ring_for_verification", lambda pk, wait=0, moved_at=None: rung.append(pk))
    Verification.objects.update(moved_at=None)
    tasks.sweep_verifications()
    carry_on(of(crowd).pk)
    tasks.sweep_verifications()
    assert rung == [of(crowd).pk]
