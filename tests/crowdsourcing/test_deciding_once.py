"""However many run at once, and wherever they die: each attempt is decided once, by one of them, and asked for once."""
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from crowdsourcing import intents, tasks
from crowdsourcing.models import Assignment, Pool, ProviderCommand, ReviewPolicy, Verdict
from crowdsourcing.providers.errors import Refused as PlatformRefused
from crowdsourcing.quality import deciding
from crowdsourcing.services import assignments, policies
from crowdsourcing.transitions import Refused
from tests.crowdsourcing import scene
from tests.crowdsourcing.crowd import Crowd
from tests.crowdsourcing.test_deciding import FAST, asked, attempts, outcomes

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


class Killed(BaseException):
    """What SIGKILL looks like from inside."""


@pytest.fixture
def pool(alice: Any) -> Pool:
    made = scene.pool(scene.task(scene.project(alice), jobs=4), status="OPEN")
    ReviewPolicy.objects.create(pool=made, version=1, config={**FAST, "max_rounds": 3, "stop": None, "automatic": {
        "reject_without_work": True, "reject_untouched_from": None, **FAST["automatic"]}})
    return made


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """All of them in threads of their own, begun together; what each answered, or the Refused it raised."""
    gate, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        try:
            gate.wait(timeout=30)
            answers[place] = call()
        except Refused as refusal:
            answers[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, call)) for place, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()
    return answers


def test_two_runs_at_once_decide_each_attempt_once(pool: Pool) -> None:
    attempts(pool, 5, 100, 5, 100)
    made = at_once(*[lambda: deciding.settle_pool(pool)] * 3)
    assert sum(made) == 4
    assert sorted(outcomes(pool)) == [("accept", "automatic")] * 2 + [("reject", "automatic")] * 2
    assert len(asked(pool)) == 4


def test_a_person_and_a_policy_at_the_same_moment_are_one_decision(pool: Pool, alice: Any) -> None:
    rows = attempts(pool, 5, 5, 5, 5)
    for row in rows:
        at_once(lambda: deciding.settle_pool(pool), lambda row=row: assignments.accept_assignment(actor=alice, assignment=row))
    assert len(asked(pool)) == 4
    assert sorted(row.assignment_id for row in Verdict.objects.all()) == sorted(row.pk for row in rows)
    for verdict in Verdict.objects.select_related("command"):
        assert verdict.command is not None
        assert verdict.command.kind == f"{verdict.outcome}_assignment"
        assert (verdict.source == "hand") == (verdict.outcome == "accept")


def test_once_it_is_off_nothing_more_is_decided(pool: Pool, alice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts(pool, 5, 5, 5)
    original = deciding.insert_decision

    def turned_off_after_it(**values: Any) -> ProviderCommand:
        made = original(**values)
        # Waits for this decision's lock, and is through before the next one.
        threading.Thread(target=off).start()
        return made

    done = threading.Event()

    def off() -> None:
        try:
            policies.set_policy(actor=alice, pool=pool, config={})
        finally:
            connection.close()
            done.set()

    asked_for: list[Any] = []

    def ring(command: Any) -> None:
        asked_for.append(command)
        assert done.wait(timeout=30)

    monkeypatch.setattr(deciding, "insert_decision", turned_off_after_it)
    assert deciding.settle_pool(pool, ring) == 1
    assert len(asked_for) == 1


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("module", "line"), [
    (deciding, "policy_of"), (deciding, "evidence_of"), (deciding, "judge"), (deciding, "insert_decision"), (intents, "insert_command"),
    (deciding, "guide_of"), (Verdict.objects, "create"), (deciding, "_stop_after_bad_start"), (deciding, "_settle"), (tasks, "wake")],
    ids=lambda value: value if isinstance(value, str) else "")
def test_a_run_that_dies_at_any_line_decides_nothing_by_half_and_nothing_twice(
        crowd: Crowd, monkeypatch: pytest.MonkeyPatch, module: Any, line: str, after: bool) -> None:
    crowd.open_pool()
    for number, worker in enumerate(("wanda", "viktor", "xenia")):
        crowd.work(number, worker)
    policies.set_policy(actor=crowd.owner, pool=crowd.pool, config={"automatic": {"accept_rest": True, "ask_suspicion_from": None}})
    original, calls = getattr(module, line), []

    def dying(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        # Not in the first call: something was decided before.
        if len(calls) != 2:
            return original(*args, **kwargs)
        if after:
            original(*args, **kwargs)
        raise Killed(line)

    with monkeypatch.context() as patch:
        patch.setattr(module, line, dying)
        with pytest.raises(Killed):
            deciding.settle_pool(crowd.pool, tasks.wake)
    decided = set(Verdict.objects.filter(outcome="accept").values_list("command", flat=True))
    assert decided == set(ProviderCommand.objects.filter(kind="accept_assignment").values_list("pk", flat=True))
    deciding.settle_pool(crowd.pool)
    crowd.deliver_all()
    assert deciding.settle_pool(crowd.pool) == 0
    assert crowd.platform.done("accept") == 3
    assert Verdict.objects.filter(outcome="accept").count() == 3
    assert set(Assignment.objects.values_list("status", flat=True)) == {"ACCEPTED"}


def test_what_the_platform_refuses_is_said_and_left_to_a_person(crowd: Crowd) -> None:
    crowd.open_pool()
    crowd.work()
    policies.set_policy(actor=crowd.owner, pool=crowd.pool, config={"automatic": {"accept_rest": True, "ask_suspicion_from": None}})
    crowd.platform.fail("accept", PlatformRefused("The platform does not take it.", "NOT_ALLOWED"))
    assert deciding.settle_pool(crowd.pool) == 1
    crowd.deliver_all()
    verdict = Verdict.objects.get()
    assert verdict.command is not None
    assert verdict.command.status == "failed"
    assert verdict.command.error == "The platform does not take it."
    assert deciding.settle_pool(crowd.pool) == 0
    assert not Verdict.objects.exclude(pk=verdict.pk).exists()
