"""Looking at the platform by ourselves: what changed there arrives here, once, however often we look."""
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from crowdsourcing import selectors, tasks
from crowdsourcing.connections import connected
from crowdsourcing.models import Assignment, ProviderCommand
from crowdsourcing.providers.errors import Unavailable
from crowdsourcing.services import pools, projects
from crowdsourcing.sync import pools_in_use, sync_pool
from tests.crowdsourcing.crowd import Crowd

pytestmark = pytest.mark.django_db


def test_the_first_look_reads_everything_and_the_next_only_what_is_new(crowd: Crowd) -> None:
    crowd.open_pool()
    for number in range(3):
        crowd.platform.submit(crowd.take(number, f"worker {number}"))
    reports = []
    for _ in range(2):
        with connected(crowd.crowd_project.account) as provider:
            reports.append(sync_pool(crowd.pool, provider))
    assert [(report.full, report.made, report.changed) for report in reports] == [(True, 3, 0), (False, 0, 0)]
    pool = crowd.pool
    newest = max(a.submitted for a in crowd.platform.assignments.values() if a.submitted)
    assert datetime.fromisoformat(pool.cursors["submitted"]) == newest
    assert pool.synced_at is not None and pool.sync_error == ""


def test_what_is_decided_elsewhere_arrives(crowd: Crowd) -> None:
    crowd.open_pool()
    first, second = crowd.work(0), crowd.work(1, "walter")
    crowd.platform.change(first.remote_id, "ACCEPTED", public_comment="Fine.")
    crowd.platform.change(second.remote_id, "REJECTED", public_comment="No.")
    crowd.sync()
    assert crowd.changes(first)[-1] == ("SUBMITTED", "ACCEPTED", "platform")
    assert crowd.state(0)[:2] == ("acceptance", "completed")
    assert crowd.state(1)[:2] == ("validation", "rejected")
    assert crowd.assignment(second.remote_id).public_comment == "No."


def test_a_pool_closed_by_itself_says_why(crowd: Crowd) -> None:
    pool = crowd.open_pool()
    crowd.platform.pools[pool.remote_id] |= {"status": "CLOSED", "last_close_reason": "COMPLETED"}
    crowd.sync()
    assert (crowd.pool.status, crowd.pool.last_close_reason) == ("CLOSED", "COMPLETED")
    assert crowd.changes(crowd.pool)[-1] == ("OPEN", "CLOSED", "system")


def test_a_look_that_fails_is_shown_and_the_next_one_clears_it(crowd: Crowd) -> None:
    crowd.open_pool()
    cursors = crowd.pool.cursors
    crowd.platform.fail("assignment_pages", Unavailable("The platform is not available."))
    crowd.sync()
    assert crowd.pool.sync_error == "The platform is not available."
    assert crowd.pool.cursors == cursors
    crowd.sync()
    assert crowd.pool.sync_error == ""


def test_a_project_that_cannot_be_read_is_shown_on_its_pools_too(crowd: Crowd) -> None:
    crowd.open_pool()
    crowd.platform.fail("project", Unavailable("The platform is not available."))
    crowd.sync()
    assert crowd.crowd_project.sync_error == crowd.pool.sync_error == "The platform is not available."


def test_a_project_set_up_in_the_platforms_own_pages_to_archived_is_seen(crowd: Crowd) -> None:
    crowd.setup_project()
    crowd.platform.projects[crowd.crowd_project.remote_id]["status"] = "ARCHIVED"
    crowd.sync()
    assert crowd.crowd_project.status == "ARCHIVED"
    calls = len(crowd.platform.calls)
    tasks.sync_everything()
    assert len(crowd.platform.calls) == calls


def test_archived_pools_are_looked_at_once_more_and_then_left_alone(crowd: Crowd) -> None:
    pool = crowd.open_pool()
    assert list(pools_in_use(crowd.crowd_project)) == [pool]
    crowd.platform.pools[pool.remote_id]["status"] = "ARCHIVED"
    crowd.sync()
    assert list(pools_in_use(crowd.crowd_project)) == [pool]
    crowd.sync()
    assert list(pools_in_use(crowd.crowd_project)) == []


@pytest.mark.parametrize("verb", ["pool", "project"])
def test_a_look_by_hand_is_a_command_with_its_error(crowd: Crowd, verb: str) -> None:
    crowd.open_pool()
    crowd.platform.submit(crowd.take())

    def ask() -> ProviderCommand:
        if verb == "pool":
            return pools.sync_pool(actor=crowd.owner, pool=crowd.pool)
        return projects.sync_project(actor=crowd.owner, crowd_project=crowd.crowd_project)

    assert crowd.deliver(ask()).status == "done"
    assert Assignment.objects.get().status == "SUBMITTED"
    crowd.platform.fail("assignment_pages", Unavailable("The platform is not available."))
    command = crowd.deliver(ask())
    assert (command.status, command.error) == ("pending", "The platform is not available.")


def test_the_platforms_clock_is_learnt_and_used(crowd: Crowd) -> None:
    crowd.setup_project()
    crowd.platform.advance(days=3)
    crowd.sync()
    account = crowd.crowd_project.account
    assert abs(selectors.platform_now(account) - timezone.now() - timedelta(days=3)) < timedelta(seconds=10)


def test_a_rejected_job_goes_to_somebody_else_when_the_dispute_is_over(crowd: Crowd, monkeypatch: Any) -> None:
    rung: list[Any] = []
    monkeypatch.setattr(tasks, "wake", rung.append)
    crowd.open_pool()
    crowd.reject(crowd.work())
    for days, expected in ((8, 0), (2, 1), (0, 1)):
        crowd.platform.advance(days=days)
        crowd.sync()
        tasks.reissue_after_dispute()
        assert len(rung) == expected
    crowd.deliver_all()
    assert crowd.state() == ("annotation", "new", "")
    assert crowd.suite().overlap == 2
    assert selectors.latest_command(crowd.suite()).actor is None  # type: ignore[union-attr]
    tasks.reissue_after_dispute()
    assert len(rung) == 1


def test_rejected_jobs_are_not_looked_at_one_by_one_before_their_time(
        crowd: Crowd, monkeypatch: Any, django_assert_num_queries: Any) -> None:
    rung: list[Any] = []
    monkeypatch.setattr(tasks, "wake", rung.append)
    crowd.open_pool()
    for number in range(3):
        crowd.reject(crowd.work(number))
    with django_assert_num_queries(1):
        tasks.reissue_after_dispute()
    crowd.platform.advance(days=10)
    crowd.sync()
    tasks.reissue_after_dispute()
    assert len(rung) == 3


@pytest.mark.parametrize("policy", ["by_hand", "at_once"])
def test_only_the_policy_after_dispute_waits_for_the_clock(crowd: Crowd, monkeypatch: Any, policy: str) -> None:
    monkeypatch.setattr(tasks, "wake", lambda command_id: pytest.fail("No command was wanted."))
    crowd.open_pool(reissue_policy=policy)
    crowd.reject(crowd.work())
    crowd.platform.advance(days=30)
    crowd.sync()
    tasks.reissue_after_dispute()
    assert crowd.suite().overlap == (2 if policy == "at_once" else 1)


@pytest.mark.django_db(transaction=True)
def test_one_sync_of_a_pool_at_a_time(crowd: Crowd) -> None:
    from django.db import connections

    crowd.open_pool()
    pool = crowd.pool
    other = connections["default"].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [0x7379, pool.pk])
        with connected(crowd.crowd_project.account) as provider:
            assert sync_pool(pool, provider).busy
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [0x7379, pool.pk])
            assert not sync_pool(pool, provider).busy
    finally:
        other.close()


def test_what_was_switched_on_in_the_platforms_own_pages_is_seen_and_set_back_by_a_start(crowd: Crowd) -> None:
    pool = crowd.open_pool()
    crowd.sync()
    assert crowd.pool.remote_auto_accept is False
    there = crowd.platform.pools[pool.remote_id]
    there["spec"] = replace(there["spec"], auto_accept_solutions=True)
    crowd.sync()
    assert crowd.pool.remote_auto_accept is True and crowd.pool.auto_accept_solutions is False
    crowd.deliver(pools.stop_pool(actor=crowd.owner, pool=crowd.pool))
    crowd.deliver(pools.start_pool(actor=crowd.owner, pool=crowd.pool))
    assert crowd.pool.remote_auto_accept is False
