"""What the platform says is written down as it is: late, repeated, shuffled, backwards or in unknown words."""
import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from annotation.models import EditorSession, Snapshot
from crowdsourcing import mirror, selectors
from crowdsourcing.job_keys import job_key_of
from crowdsourcing.mirror.ledger import movements
from crowdsourcing.models import Assignment, LedgerEntry, StatusChange, Toloker
from crowdsourcing.providers.base import RemoteAssignment
from crowdsourcing.selectors.money import balances
from crowdsourcing.services import assignments
from tests.crowdsourcing.crowd import Crowd

pytestmark = pytest.mark.django_db
_counter = itertools.count(1)
T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
PRICE = Decimal("0.05")


def news(crowd: Crowd, status: str, seen: float, *, remote_id: str = "a1", worker: str = "wanda", number: int = 0,
         **fields: Any) -> RemoteAssignment:
    """A reading at T0 + `seen` minutes."""
    suite = crowd.suite(number)
    values: dict[str, Any] = {
        "id": remote_id, "pool_id": crowd.pool.remote_id, "task_id": suite.remote_task_id, "job_key": job_key_of(suite), "user_id": worker,
        "status": status, "reward": PRICE, "created": T0, "seen_at": T0 + timedelta(minutes=seen)}
    return RemoteAssignment(**{**values, **fields})


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def test_each_status_moves_the_job_where_the_table_says(crowd: Crowd) -> None:
    crowd.open_pool()
    assert crowd.state() == ("annotation", "new", "")
    story = [
        (news(crowd, "ACTIVE", 1), ("annotation", "in progress", "wanda")),
        (news(crowd, "SUBMITTED", 2, submitted=at(2)), ("validation", "completed", "wanda")),
        (news(crowd, "REJECTED", 3, submitted=at(2), rejected=at(3), public_comment="No."), ("validation", "rejected", "wanda")),
        (news(crowd, "ACCEPTED", 4, submitted=at(2), rejected=at(3), accepted=at(4)), ("acceptance", "completed", "wanda")),
    ]
    for item, expected in story:
        mirror.mirror_assignments(crowd.pool, [item])
        assert crowd.state() == expected
    assignment = crowd.assignment("a1")
    assert crowd.changes(assignment) == [
        ("", "ACTIVE", "toloker"), ("ACTIVE", "SUBMITTED", "toloker"), ("SUBMITTED", "REJECTED", "platform"),
        ("REJECTED", "ACCEPTED", "platform")]
    assert StatusChange.objects.get(new="REJECTED").comment == "No."
    assert crowd.money()["spent"] == PRICE


@pytest.mark.parametrize(("status", "stamp", "cause"), [("SKIPPED", "skipped", "toloker"), ("EXPIRED", "expired", "system")])
def test_lost_work_frees_the_job_and_ends_its_sessions(crowd: Crowd, status: str, stamp: str, cause: str) -> None:
    from annotation.services.editor import open_session

    crowd.open_pool()
    mirror.mirror_assignments(crowd.pool, [news(crowd, "ACTIVE", 1)])
    open_session(job=crowd.job(), mode="toloker", attempt="a1", worker="wanda", expires_at=datetime.now(UTC) + timedelta(hours=1))
    mirror.mirror_assignments(crowd.pool, [news(crowd, status, 5, **{stamp: at(5)})])
    assert crowd.state() == ("annotation", "new", "")
    assert not EditorSession.objects.filter(revoked_at=None).exists()
    assert crowd.changes(crowd.assignment("a1"))[-1] == ("ACTIVE", status, cause)


def test_nothing_new_writes_nothing(crowd: Crowd, django_assert_num_queries: Any) -> None:
    crowd.open_pool()
    item = news(crowd, "SUBMITTED", 2, submitted=at(2), solution={"digest": "x"})
    Snapshot.objects.create(job=crowd.job(), attempt="a1", reason="submitted", revision=1, digest="d", data={"frames": {}})
    pool = crowd.pool
    mirror.mirror_assignments(pool, [item])
    before = crowd.assignment("a1").mirrored_at
    with django_assert_num_queries(1):
        page = mirror.mirror_assignments(pool, [replace(item, seen_at=at(50))])
    assert (page.made, page.changed) == (0, 0)
    assert crowd.assignment("a1").mirrored_at == before


def test_an_unknown_status_is_kept_and_the_job_left_alone(crowd: Crowd) -> None:
    crowd.open_pool()
    mirror.mirror_assignments(crowd.pool, [news(crowd, "ACTIVE", 1)])
    mirror.mirror_assignments(crowd.pool, [news(crowd, "FROZEN_BY_SOME_FUTURE_RULE_OF_THE_PLATFORM", 2)])
    assert crowd.assignment("a1").status == "FROZEN_BY_SOME_FUTURE_RULE_OF_THE_PLATFORM"[:32]
    assert crowd.state() == ("annotation", "in progress", "wanda")


def test_a_step_backwards_is_believed(crowd: Crowd) -> None:
    crowd.open_pool()
    mirror.mirror_assignments(crowd.pool, [news(crowd, "ACCEPTED", 3, submitted=at(2), accepted=at(3))])
    mirror.mirror_assignments(crowd.pool, [news(crowd, "REJECTED", 9, submitted=at(2), rejected=at(8))])
    assert crowd.assignment("a1").status == "REJECTED"
    assert crowd.state()[:2] == ("validation", "rejected")
    assert crowd.money()["spent"] == PRICE


def test_old_news_does_not_overwrite_newer(crowd: Crowd) -> None:
    crowd.open_pool()
    mirror.mirror_assignments(crowd.pool, [news(crowd, "ACCEPTED", 9, submitted=at(2), accepted=at(8))])
    mirror.mirror_assignments(crowd.pool, [news(crowd, "SUBMITTED", 5, submitted=at(2)), news(crowd, "ACTIVE", 1)])
    assert crowd.assignment("a1").status == "ACCEPTED"
    assert crowd.state()[:2] == ("acceptance", "completed")


def test_late_news_of_an_earlier_attempt_leaves_the_job_to_the_newer_one(crowd: Crowd) -> None:
    crowd.open_pool()
    mirror.mirror_assignments(crowd.pool, [news(crowd, "ACTIVE", 1)])
    mirror.mirror_assignments(crowd.pool, [news(crowd, "ACTIVE", 20, remote_id="a2", worker="walter", created=at(15))])
    assert crowd.state() == ("annotation", "in progress", "walter")
    mirror.mirror_assignments(crowd.pool, [news(crowd, "EXPIRED", 30, expired=at(10))])
    assert crowd.state() == ("annotation", "in progress", "walter")
    assert crowd.assignment("a1").status == "EXPIRED"


def test_assignments_of_tasks_that_are_not_ours_are_passed_over(crowd: Crowd, caplog: Any) -> None:
    crowd.open_pool()
    page = mirror.mirror_assignments(crowd.pool, [news(crowd, "ACTIVE", 1, task_id="by hand", job_key="by hand")])
    assert page.foreign == 1
    assert not Assignment.objects.exists()
    assert "not ours" in caplog.text


def test_the_work_of_an_attempt_is_attached_even_when_it_comes_late(crowd: Crowd) -> None:
    crowd.open_pool()
    item = news(crowd, "SUBMITTED", 2, submitted=at(2))
    mirror.mirror_assignments(crowd.pool, [item])
    assert crowd.assignment("a1").snapshot is None
    Snapshot.objects.create(job=crowd.job(1), attempt="a1", reason="submitted", revision=1, digest="other job", data={"frames": {}})
    mine = Snapshot.objects.create(job=crowd.job(), attempt="a1", reason="submitted", revision=1, digest="d", data={"frames": {}})
    mirror.mirror_assignments(crowd.pool, [replace(item, seen_at=at(3))])
    assert crowd.assignment("a1").snapshot == mine


def test_the_platform_accepting_by_itself_is_told_from_somebody_accepting_there(crowd: Crowd) -> None:
    crowd.open_pool(auto_accept_period_day=3)
    three_days = 3 * 24 * 60
    mirror.mirror_assignments(crowd.pool, [
        news(crowd, "ACCEPTED", 9000, submitted=at(2), accepted=at(2 + three_days)),
        news(crowd, "ACCEPTED", 9000, remote_id="a2", number=1, submitted=at(2), accepted=at(60))])
    assert crowd.changes(crowd.assignment("a1"))[-1] == ("SUBMITTED", "ACCEPTED", "system")
    assert crowd.changes(crowd.assignment("a2"))[-1] == ("SUBMITTED", "ACCEPTED", "platform")


def test_a_rejected_job_is_offered_to_another_toloker_and_the_first_work_stays(crowd: Crowd) -> None:
    crowd.open_pool()
    first = crowd.work()
    crowd.reject(first)
    assert crowd.state()[:2] == ("validation", "rejected")
    crowd.deliver(assignments.reissue_job(actor=crowd.owner, task_suite=crowd.suite()))
    assert crowd.state() == ("annotation", "new", "")
    assert crowd.suite().overlap == 2
    second = crowd.work(worker="walter")
    assert crowd.state() == ("validation", "completed", "walter")
    assert crowd.assignment(first.remote_id).snapshot is not None
    assert crowd.assignment(first.remote_id).snapshot != second.snapshot
    crowd.accept(second)
    assert crowd.money() == {"budget": Decimal("0.20"), "reserved": Decimal(0), "spent": PRICE, "free": Decimal("0.15"),
                             "fee_estimate": Decimal("0.015")}
    assert [change.new for change in selectors.timeline_of(crowd.job()) if change.target_type == "task_suite"] == ["REISSUED"]


def test_a_job_reissued_in_vain_and_accepted_after_all_is_complete_with_its_shapes(crowd: Crowd) -> None:
    crowd.open_pool()
    remote_id = crowd.take()
    crowd.sync()
    frame = {"shapes": [{"id": 1, "type": "rectangle", "points": [1, 2, 3, 4]}], "tags": []}
    Snapshot.objects.create(job=crowd.job(), attempt=remote_id, worker="wanda", reason="submitted", revision=1, digest="d",
                            data={"frames": {"0": frame}})
    crowd.platform.submit(remote_id)
    crowd.sync()
    assignment = crowd.assignment(remote_id)
    crowd.reject(assignment)
    crowd.deliver(assignments.reissue_job(actor=crowd.owner, task_suite=crowd.suite()))
    crowd.accept(crowd.assignment(remote_id))
    assert crowd.suite().overlap == 1
    assert crowd.state() == ("acceptance", "completed", "wanda")
    assert crowd.job().frame_annotations.get().shapes == frame["shapes"]


def test_the_rule_at_once_frees_the_job_with_the_rejection(crowd: Crowd) -> None:
    crowd.open_pool(reissue_policy="at_once")
    crowd.reject(crowd.work())
    assert crowd.state() == ("annotation", "new", "")
    assert crowd.work(worker="walter").status == "SUBMITTED"


# --- any order ---------------------------------------------------------------------------------------------------------------------

HISTORIES = {
    "accepted": [("ACTIVE", {}), ("SUBMITTED", {"submitted": 2}), ("ACCEPTED", {"submitted": 2, "accepted": 4})],
    "rejected": [("ACTIVE", {}), ("SUBMITTED", {"submitted": 2}), ("REJECTED", {"submitted": 2, "rejected": 4})],
    "late": [("SUBMITTED", {"submitted": 2}), ("REJECTED", {"submitted": 2, "rejected": 4}),
             ("ACCEPTED", {"submitted": 2, "rejected": 4, "accepted": 6})],
    "skipped": [("ACTIVE", {}), ("SKIPPED", {"skipped": 3})],
    "expired": [("ACTIVE", {}), ("EXPIRED", {"expired": 3})],
    "backwards": [("SUBMITTED", {"submitted": 2}), ("ACCEPTED", {"submitted": 2, "accepted": 4}), ("SUBMITTED", {"submitted": 2})],
}


def _told(crowd: Crowd, name: str, remote_id: str, start: int, number: int) -> list[RemoteAssignment]:
    return [news(crowd, status, start + 10 + index, remote_id=remote_id, worker=remote_id, number=number, created=at(start),
                 **{field: at(start + minutes) for field, minutes in stamps.items()})
            for index, (status, stamps) in enumerate(HISTORIES[name])]


def _outcome(crowd: Crowd) -> Any:
    rows = [(row.remote_id, row.status, row.submitted, row.accepted, row.rejected) for row in Assignment.objects.order_by("remote_id")]
    money = crowd.money()
    return rows, crowd.state(), {key: money[key] for key in ("budget", "reserved", "spent", "free")}


@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_news_in_any_order_and_repeated_end_in_the_same_state(crowd: Crowd, data: st.DataObject) -> None:
    if not crowd.task.jobs.filter(task_suite__isnull=False).exists():
        crowd.open_pool()
    ended = sorted(set(HISTORIES) - {"backwards"})
    stories = [data.draw(st.sampled_from(ended)) for _ in range(data.draw(st.integers(1, 2)))]
    told = [item for index, name in enumerate(stories) for item in _told(crowd, name, f"a{index}", index * 100, 0)]
    _replay(crowd, told)
    expected = _outcome(crowd)
    shuffled = data.draw(st.permutations(told + data.draw(st.lists(st.sampled_from(told), max_size=4))))
    _replay(crowd, shuffled)
    assert _outcome(crowd) == expected


def _replay(crowd: Crowd, told: list[RemoteAssignment]) -> None:
    LedgerEntry.objects.filter(assignment__isnull=False).delete()
    Assignment.objects.all().delete()
    Toloker.objects.all().delete()
    StatusChange.objects.filter(target_type="assignment").delete()
    Snapshot.objects.all().delete()
    crowd.task.jobs.update(stage="annotation", state="new", attempt="", worker="", revision=0)
    pool = crowd.pool
    for item in told:
        mirror.mirror_assignments(pool, [item])
        crowd.money()


WORDS = st.sampled_from(["ACTIVE", "SUBMITTED", "ACCEPTED", "REJECTED", "SKIPPED", "EXPIRED", "ODD"])


@given(statuses=st.lists(st.tuples(WORDS, st.booleans())),
       price=st.decimals("0.005", "100", places=3))
@hypothesis_settings(max_examples=300, deadline=None)
def test_reserved_spent_and_free_always_add_up_to_the_budget(statuses: list[tuple[str, bool]], price: Decimal) -> None:
    booked: list[str] = []
    for status, rejected_before in statuses:
        booked += movements(status, rejected_before, set(booked))
        assert len(booked) == len(set(booked))
        money = balances({"budget": 2 * price, "withdraw": price, **dict.fromkeys(booked, price)})
        assert money["reserved"] + money["spent"] + money["free"] == money["budget"]
        assert money["reserved"] >= 0
        assert money["spent"] in (0, price)
        assert money["free"] in (0, price)
