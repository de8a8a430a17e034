"""Bulk decisions: each job is asked once, whoever dies when; progress and results tell the truth; stop, go on and retry."""
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.utils import timezone

from crowdsourcing import bulk as engine, tasks
from crowdsourcing.models import Assignment, BulkDecision, BulkItem, Pool, ProviderCommand
from crowdsourcing.selectors.bulk import bulk_progress, items_of
from crowdsourcing.selectors.queue import QueueFilters
from crowdsourcing.services.bulk import NotConfirmed, decide_many, matching, resume_bulk, retry_bulk, stop_bulk
from crowdsourcing.transitions import Refused
from tests.cast import person
from tests.crowdsourcing import scene
from tests.crowdsourcing.crowd import Crowd

pytestmark = [pytest.mark.services, pytest.mark.django_db]
ACCEPT, REJECT = BulkDecision.Verb.ACCEPT, BulkDecision.Verb.REJECT


class Killed(BaseException):
    """What SIGKILL looks like from inside."""


@pytest.fixture(autouse=True)
def rings(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Any]]:
    """Bells are heard, not carried by a broker."""
    heard: list[tuple[Any, Any]] = []
    monkeypatch.setattr(tasks.carry_on_bulk, "apply_async", lambda args, countdown=0: heard.append((args[0], args[1])))
    monkeypatch.setattr(tasks.deliver, "delay", lambda command_id: None)
    return heard


@pytest.fixture
def pool(alice: Any) -> Pool:
    return scene.pool(scene.task(scene.project(alice), jobs=4), status="OPEN")


@pytest.fixture
def four(pool: Pool) -> list[Assignment]:
    return [scene.assignment(job, age=timedelta(hours=10 - number)) for number, job in enumerate(pool.task.jobs.all())]


def everything(alice: Any, verb: str = ACCEPT, **more: Any) -> BulkDecision:
    return decide_many(actor=alice, verb=verb, filters=QueueFilters(), **{"confirmed": scene.AGREED, **more})


def run(bulk: BulkDecision) -> None:
    bulk.refresh_from_db()
    tasks.carry_on_bulk(str(bulk.pk), bulk.moved_at.isoformat())
    bulk.refresh_from_db()


def outcomes(bulk: BulkDecision) -> list[str]:
    return [item.outcome for item in items_of(bulk)]


def test_all_that_match_are_asked_for_one_command_each(alice: Any, four: list[Assignment]) -> None:
    bulk = everything(alice, comment=" Fine. ")
    assert (bulk.count, bulk.amount, bulk.filters, bulk.comment) == (4, Decimal("0.20"), {}, "Fine.")
    assert outcomes(bulk) == ["waiting"] * 4 and not ProviderCommand.objects.exists(), "a person waits for nothing"
    run(bulk)
    commands = ProviderCommand.objects.order_by("created_at")
    assert [(command.kind, command.target_id, command.payload, command.actor_id) for command in commands] == [
        ("accept_assignment", row.pk, {"comment": "Fine."}, alice.pk) for row in four], "oldest first"
    assert outcomes(bulk) == ["asked"] * 4 and bulk.all_asked_at is not None
    assert bulk_progress(bulk).going_on


def test_from_click_to_the_platforms_answers(crowd: Crowd) -> None:
    crowd.open_pool()
    first, second = crowd.work(0), crowd.work(1, "walter")
    bulk = everything(crowd.owner)
    run(bulk)
    crowd.deliver_all()
    progress = bulk_progress(bulk)
    assert progress.counts["done"] == 2 and progress.amount == Decimal("0.10") and not progress.going_on
    assert {crowd.assignment(row.remote_id).status for row in (first, second)} == {"ACCEPTED"}
    assert crowd.platform.done("accept") == 2 and crowd.money()["spent"] == Decimal("0.10")


def test_a_rejection_needs_its_comment_and_sends_it_with_each(alice: Any, four: list[Assignment]) -> None:
    with pytest.raises(ValidationError, match="Say why"):
        everything(alice, REJECT, comment="  ")
    assert not BulkDecision.objects.exists()
    run(everything(alice, REJECT, comment="No boxes."))
    assert {(row.kind, row.payload["comment"]) for row in ProviderCommand.objects.all()} == {("reject_assignment", "No boxes.")}


def test_the_same_checks_as_for_single_ones_and_a_sentence_for_each(alice: Any, four: list[Assignment]) -> None:
    bulk = decide_many(actor=alice, verb=REJECT, comment="No.", assignments=[row.pk for row in four])
    Assignment.objects.filter(pk=four[0].pk).update(status="ACCEPTED")
    scene.command(four[1], "accept_assignment")
    run(bulk)
    found = list(items_of(bulk))
    assert [item.outcome for item in found] == ["refused", "refused", "asked", "asked"]
    assert "an accepted one cannot be rejected" in found[0].sentence and found[0].code == "not_possible"
    assert "still on its way" in found[1].sentence and found[1].code == "busy"


def test_a_reviewer_whose_role_ended_meanwhile_decides_nothing(rita: Any, pool: Pool, four: list[Assignment]) -> None:
    member = pool.task.project.members.create(user=rita, role="reviewer")
    bulk = everything(rita)
    member.delete()
    run(bulk)
    assert outcomes(bulk) == ["refused"] * 4 and not ProviderCommand.objects.exists()


def test_a_decision_of_somebody_who_is_gone_is_not_the_houses_own(pool: Pool, four: list[Assignment]) -> None:
    gone = person("gone")
    pool.task.project.members.create(user=gone, role="reviewer")
    bulk = everything(gone)
    gone.delete()
    run(bulk)
    assert outcomes(bulk) == ["refused"] * 4 and not ProviderCommand.objects.exists()


@pytest.mark.parametrize("line", ["insert_decision", "_settle", "commit"])
@pytest.mark.parametrize("after", [False, True])
def test_a_process_killed_at_any_line_leaves_one_command_a_job(
        alice: Any, four: list[Assignment], monkeypatch: pytest.MonkeyPatch, line: str, after: bool) -> None:
    bulk = everything(alice)
    with monkeypatch.context() as patch:
        # The death comes at the second job; "commit" is the bell between two transactions.
        module, name = (tasks, "wake") if line == "commit" else (engine, line)
        original, calls = getattr(module, name), []

        def dying(*args: Any, **kwargs: Any) -> Any:
            calls.append(1)
            done = original(*args, **kwargs) if after or len(calls) != 2 else None
            if len(calls) == 2:
                raise Killed
            return done

        patch.setattr(module, name, dying)
        with pytest.raises(Killed):
            run(bulk)
    asked = ProviderCommand.objects.count()
    assert asked == BulkItem.objects.filter(state="asked").count() == (2 if line == "commit" else 1)
    assert engine.resting() == [], "it may still be alive"
    BulkDecision.objects.update(moved_at=timezone.now() - timedelta(minutes=1))
    ((bulk_id, moved_at),) = engine.resting()
    tasks.carry_on_bulk(str(bulk_id), moved_at.isoformat())
    assert outcomes(bulk) == ["asked"] * 4
    assert sorted(ProviderCommand.objects.values_list("target_id", flat=True)) == [row.pk for row in four]


def test_of_several_bells_one_is_heard(alice: Any, four: list[Assignment], rings: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "WINDOW", 2)
    bulk = everything(alice)
    bell = str(bulk.pk), bulk.moved_at.isoformat()
    tasks.carry_on_bulk(*bell)
    tasks.carry_on_bulk(*bell)
    assert len(rings) == 1 and ProviderCommand.objects.count() == 2, "the window is full, and one chain goes on"
    tasks.carry_on_bulk(*rings[0])
    assert ProviderCommand.objects.count() == 2 and len(rings) == 2
    ProviderCommand.objects.update(status="done")
    tasks.carry_on_bulk(*rings[1])
    assert ProviderCommand.objects.count() == 4


def test_the_sweep_rings_for_what_nobody_carries_on(alice: Any, four: list[Assignment], rings: list[Any]) -> None:
    bulk = everything(alice)
    tasks.sweep_commands()
    assert rings == []
    BulkDecision.objects.update(moved_at=timezone.now() - timedelta(minutes=1))
    tasks.sweep_commands()
    assert [bell[0] for bell in rings] == [str(bulk.pk)]
    tasks.carry_on_bulk(*rings[0])
    BulkDecision.objects.update(moved_at=timezone.now() - timedelta(minutes=1))
    assert engine.resting() == [], "all asked"


def test_stop_leaves_what_was_not_asked_and_go_on_asks_it_after_all(
        alice: Any, four: list[Assignment], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "WINDOW", 1)
    bulk = everything(alice)
    run(bulk)
    bulk = stop_bulk(actor=alice, bulk=bulk)
    run(bulk)
    assert outcomes(bulk) == ["asked", "left", "left", "left"] and bulk.stopped_by == alice
    with pytest.raises(Refused, match="stopped"):
        retry_bulk(actor=alice, bulk=bulk)
    ProviderCommand.objects.update(status="done")
    assert not bulk_progress(bulk).going_on
    monkeypatch.setattr(engine, "WINDOW", 9)
    run(resume_bulk(actor=alice, bulk=bulk))
    assert outcomes(bulk) == ["done", "asked", "asked", "asked"]
    with pytest.raises(Refused, match="nothing is left to stop"):
        stop_bulk(actor=alice, bulk=bulk)


def test_what_failed_is_tried_again_and_what_happened_all_the_same_is_not(alice: Any, four: list[Assignment]) -> None:
    bulk = everything(alice)
    run(bulk)
    ProviderCommand.objects.update(status="failed", error="Not enough money on the account.")
    ProviderCommand.objects.filter(target_id=four[0].pk).update(status="done")
    Assignment.objects.filter(pk__in=[four[0].pk, four[1].pk]).update(status="ACCEPTED")
    assert outcomes(bulk) == ["done", "done", "failed", "failed"]
    one = items_of(bulk)[2]
    run(retry_bulk(actor=alice, bulk=bulk, items=[one.pk]))
    assert outcomes(bulk) == ["done", "done", "asked", "failed"]
    run(retry_bulk(actor=alice, bulk=bulk))
    assert outcomes(bulk) == ["done", "done", "asked", "asked"]
    assert ProviderCommand.objects.count() == 6
    with pytest.raises(Refused, match="Nothing of it"):
        retry_bulk(actor=alice, bulk=bulk)


def test_our_own_fault_in_one_job_stops_none_of_the_others(
        alice: Any, four: list[Assignment], monkeypatch: pytest.MonkeyPatch) -> None:
    original = engine.insert_decision

    def faulty(*, assignment: Assignment, **rest: Any) -> ProviderCommand:
        if assignment.pk == four[1].pk:
            raise ZeroDivisionError
        return original(assignment=assignment, **rest)

    monkeypatch.setattr(engine, "insert_decision", faulty)
    bulk = everything(alice)
    run(bulk)
    assert outcomes(bulk) == ["asked", "refused", "asked", "asked"]
    assert "written in the log" in items_of(bulk)[1].sentence


def test_the_databases_trouble_is_nobodys_verdict(alice: Any, four: list[Assignment], monkeypatch: pytest.MonkeyPatch) -> None:
    def away(**rest: Any) -> None:
        raise OperationalError("deadlock detected")

    bulk = everything(alice)
    with monkeypatch.context() as patch:
        patch.setattr(engine, "insert_decision", away)
        with pytest.raises(OperationalError):
            run(bulk)
    assert outcomes(bulk) == ["waiting"] * 4


def test_what_is_decided_already_or_waits_in_another_decision_does_not_match_again(alice: Any, four: list[Assignment]) -> None:
    scene.command(four[0], "accept_assignment")
    bulk = decide_many(actor=alice, verb=ACCEPT, assignments=[four[1].pk])
    assert [pk for pk, _ in matching(actor=alice, filters=QueueFilters())] == [four[2].pk, four[3].pk]
    stop_bulk(actor=alice, bulk=bulk)
    assert len(matching(actor=alice, filters=QueueFilters())) == 3


def test_more_than_was_confirmed_is_refused_and_less_is_not(alice: Any, four: list[Assignment]) -> None:
    with pytest.raises(Refused, match="4 instead of 3"):
        everything(alice, confirmed=(3, Decimal("9")))
    with pytest.raises(Refused, match="costs more than was confirmed"):
        everything(alice, confirmed=(4, Decimal("0.19")))
    assert everything(alice, confirmed=(5, Decimal("0.25"))).count == 4
    with pytest.raises(Refused, match="Nothing is left"):
        everything(alice, confirmed=None)


def test_filters_alone_decide_nothing_but_say_what_they_would(alice: Any, four: list[Assignment]) -> None:
    with pytest.raises(NotConfirmed, match=r"4 jobs match, for 0\.20\d? USD") as refused:
        everything(alice, confirmed=None)
    assert (refused.value.code, refused.value.count, refused.value.amount) == ("unconfirmed", 4, Decimal("0.20"))
    assert not BulkDecision.objects.exists()
    number = uuid.uuid4()
    bulk = everything(alice, id=number, confirmed=(refused.value.count, refused.value.amount))
    assert everything(alice, id=number, confirmed=None) == bulk, "a repeat asks for nothing new"
    assert decide_many(actor=alice, verb=ACCEPT, assignments=[four[0].pk]).count == 1, "ids say what is meant"


def test_the_same_question_sent_twice_is_one_decision_and_nobody_takes_anothers(alice: Any, bob: Any, four: list[Assignment]) -> None:
    number = uuid.uuid4()
    bulk = everything(alice, id=number)
    assert everything(alice, id=number) == bulk and BulkItem.objects.count() == 4
    with pytest.raises(Refused, match="taken"):
        everything(bob, id=number)


@pytest.mark.parametrize("wanted", [{"assignments": [0]}, {}, {"assignments": [], "filters": QueueFilters()}])
def test_strangers_rows_and_contradictions_are_named(alice: Any, bob: Any, four: list[Assignment], wanted: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        decide_many(actor=alice, verb=ACCEPT, **wanted)
    with pytest.raises(ValidationError, match="not yours"):
        decide_many(actor=bob, verb=ACCEPT, assignments=[four[0].pk])
    with pytest.raises(Refused, match="Nothing is left"):
        everything(bob)
    with pytest.raises(ValidationError, match="not one of"):
        decide_many(actor=alice, verb="reissue_job", filters=QueueFilters(), confirmed=scene.AGREED)
    assert not BulkDecision.objects.exists()
