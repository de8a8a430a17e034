"""What a look at the platform could miss or trip over, and does not."""
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotation.models import Frame
from crowdsourcing import mirror, selectors, tasks
from crowdsourcing.connections import connected
from crowdsourcing.models import Assignment, Pool
from crowdsourcing.providers.base import STREAMS, RemoteAssignment
from crowdsourcing.providers.errors import NotEnoughBalance, Unavailable
from crowdsourcing.providers.fake import FakeProvider
from crowdsourcing.providers.toloka.words import assignment_from
from crowdsourcing.services import assignments, pools
from crowdsourcing.statuses import CommandKind
from crowdsourcing.sync import sync_pool
from tests.crowdsourcing.crowd import Crowd

pytestmark = pytest.mark.django_db


def _while_reading(monkeypatch: pytest.MonkeyPatch, stream: str, happens: Callable[[], None]) -> None:
    """`happens` once, after the first page of `stream` was given."""
    original, done = FakeProvider.assignment_pages, []

    def paged(self: FakeProvider, pool_id: str, *, stream: str = "", since: datetime | None = None) -> Iterator[list[RemoteAssignment]]:
        first = True
        ids: set[str] = set()
        while True:
            # Asks anew for each page, as the real one does.
            pages = list(original(self, pool_id, stream=stream, since=since))
            page = next((page for page in ([item for item in page if item.id not in ids] for page in pages) if page), None)
            if page is None:
                return
            ids |= {item.id for item in page}
            yield page
            if first and stream == wanted and not done:
                done.append(1)
                happens()
            first = False

    wanted = stream
    monkeypatch.setattr(FakeProvider, "assignment_pages", paged)


def _three_taken(crowd: Crowd) -> list[str]:
    """The first so long before the others that the stream "created" does not bring it again."""
    first = crowd.take(0, "worker 0")
    crowd.platform.advance(hours=1)
    return [first, crowd.take(1, "worker 1"), crowd.take(2, "worker 2")]


def test_what_changes_while_everything_is_read_is_seen_by_the_next_look(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd.open_pool()
    crowd.platform.page = 1
    taken = _three_taken(crowd)

    def happens() -> None:
        # The first was read as ACTIVE; a long time later the last one, not read yet, is submitted too.
        crowd.platform.submit(taken[0])
        crowd.platform.advance(minutes=30)
        crowd.platform.submit(taken[2])

    _while_reading(monkeypatch, "", happens)
    crowd.sync()
    assert [crowd.assignment(remote_id).status for remote_id in taken] == ["ACTIVE", "ACTIVE", "SUBMITTED"]
    crowd.sync()
    assert crowd.assignment(taken[0]).status == "SUBMITTED"


def test_what_changes_behind_a_stream_that_was_read_is_seen_by_the_next_look(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd.open_pool()
    crowd.platform.page = 1
    taken = _three_taken(crowd)
    crowd.platform.submit(taken[2])
    crowd.sync()
    crowd.platform.change(taken[2], "ACCEPTED")

    def happens() -> None:
        # The stream "submitted" is over; reading what was accepted takes long, and ends with something submitted after it.
        crowd.platform.submit(taken[0])
        crowd.platform.advance(minutes=30)
        crowd.platform.submit(taken[1])
        crowd.platform.change(taken[1], "ACCEPTED")

    _while_reading(monkeypatch, "accepted", happens)
    crowd.sync()
    assert [crowd.assignment(remote_id).status for remote_id in taken] == ["ACTIVE", "ACCEPTED", "ACCEPTED"]
    crowd.sync()
    assert crowd.assignment(taken[0]).status == "SUBMITTED"


def test_a_platform_that_tells_no_time_loses_nothing(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    original = FakeProvider._enter

    def silent(self: FakeProvider, *arguments: Any) -> None:
        original(self, *arguments)
        self.clock_offset = None

    monkeypatch.setattr(FakeProvider, "_enter", silent)
    crowd.platform.offset = timedelta(hours=-2)
    crowd.open_pool()
    taken = _three_taken(crowd)
    crowd.sync()
    crowd.platform.submit(taken[0])
    crowd.sync()
    assert crowd.assignment(taken[0]).status == "SUBMITTED"


@pytest.mark.parametrize("broken", ["tasks", "assignment_pages"])
def test_the_last_news_of_a_pool_archived_elsewhere_is_not_lost_with_a_bad_moment(crowd: Crowd, broken: str) -> None:
    pool = crowd.open_pool()
    first = crowd.work()
    crowd.platform.change(first.remote_id, "ACCEPTED")
    crowd.platform.pools[pool.remote_id]["status"] = "ARCHIVED"
    crowd.platform.projects[crowd.crowd_project.remote_id]["status"] = "ARCHIVED"
    crowd.platform.fail(broken, Unavailable("The platform is not available."))
    tasks.sync_everything()
    crowd.sync()
    crowd.sync()
    assert crowd.assignment(first.remote_id).status == "ACCEPTED"
    assert crowd.pool.status == "ARCHIVED"
    calls = len(crowd.platform.calls)
    crowd.sync()
    assert len(crowd.platform.calls) == calls


def test_the_last_news_of_a_pool_seen_archived_by_a_verb_arrives_too(crowd: Crowd) -> None:
    pool = crowd.open_pool()
    first = crowd.work()
    crowd.platform.change(first.remote_id, "ACCEPTED")
    crowd.platform.pools[pool.remote_id]["status"] = "ARCHIVED"
    crowd.platform.fail("close_pool", NotEnoughBalance("No."))
    crowd.deliver(pools.stop_pool(actor=crowd.owner, pool=crowd.pool))
    assert crowd.pool.status == "ARCHIVED"
    crowd.sync()
    assert crowd.assignment(first.remote_id).status == "ACCEPTED"


def test_an_offer_taken_back_on_the_platforms_side_is_seen(crowd: Crowd) -> None:
    crowd.open_pool()
    crowd.reject(crowd.work())
    crowd.deliver(assignments.reissue_job(actor=crowd.owner, task_suite=crowd.suite()))
    crowd.platform.tasks[crowd.suite().remote_task_id].overlap = 1
    crowd.sync()
    assert crowd.suite().overlap == 1
    assert crowd.state()[:2] == ("validation", "rejected")
    assert selectors.obstacles(crowd.suite(), CommandKind.REISSUE_JOB) == []


def test_a_refusal_is_told_although_looking_again_fails(crowd: Crowd, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    crowd.open_pool()
    crowd.platform.fail("close_pool", NotEnoughBalance("No."))
    monkeypatch.setattr(mirror, "mirror_pool", lambda *rest: 1 / 0)
    command = crowd.deliver(pools.stop_pool(actor=crowd.owner, pool=crowd.pool))
    assert (command.status, command.error) == ("failed", "No.")
    assert "ZeroDivisionError" in caplog.text


def test_a_mistake_of_ours_in_one_pool_does_not_keep_the_others_from_being_read(
        crowd: Crowd, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    from tests.crowdsourcing import scene

    crowd.open_pool()
    bad = crowd.pool
    crowd.task = scene.task(crowd.project, "Tuesday")
    crowd.setup_pool()
    crowd.deliver(pools.start_pool(actor=crowd.owner, pool=crowd.pool))
    crowd.platform.submit(crowd.take())
    original = mirror.mirror_pool
    monkeypatch.setattr(mirror, "mirror_pool", lambda pool, *rest: 1 / 0 if pool.pk == bad.pk else original(pool, *rest))
    crowd.sync()
    assert Assignment.objects.get().status == "SUBMITTED"
    assert "ZeroDivisionError" in caplog.text
    assert Pool.objects.get(pk=bad.pk).sync_error


def test_a_toloker_cannot_stop_the_sync_with_what_a_database_does_not_keep(crowd: Crowd) -> None:
    suite_pool = crowd.open_pool()
    assert suite_pool.remote_id
    taken = crowd.platform.submit(crowd.take())
    item = {
        "id": taken.id, "pool_id": taken.pool_id, "status": "SUBMITTED", "user_id": "wanda", "reward": 0.05,
        "created": "2026-03-01T12:00:00", "submitted": "2026-03-01T12:01:00", "public_comment": "nul \0 here",
        "tasks": [{"id": taken.task_id, "input_values": {"job_key": taken.job_key}}],
        "solutions": [{"output_values": {"digest": "a\0b", "more": {"deep\0": ["x\0", 1]}, "revision": 3}}]}
    mirror.mirror_assignments(crowd.pool, [assignment_from(item, datetime.now(UTC))])
    found = crowd.assignment(taken.id)
    assert found.public_comment == "nul  here"
    assert found.solution == {"digest": "ab", "more": {"deep": ["x", 1]}, "revision": 3}


# --- pages -----------------------------------------------------------------------------------------------------------------------


def test_pages_show_statuses_that_nobody_taught_us(crowd: Crowd) -> None:
    crowd.open_pool()
    first = crowd.work()
    mirror.mirror_assignments(crowd.pool, [replace(crowd.platform.assignments[first.remote_id], status="UNDER_APPEAL",
                                                   seen_at=timezone.now() + timedelta(seconds=1))])
    crowd.platform.pools[crowd.pool.remote_id]["status"] = "PREPARING"
    crowd.platform.projects[crowd.crowd_project.remote_id]["status"] = "PAUSED"
    crowd.sync()
    Frame.objects.create(task=crowd.task, number=0, name="0.jpg", width=100, height=80, media_type="image/jpeg", byte_size=1,
                         sha256="0" * 64, original="o.jpg", thumbnail="t.jpg")
    client = Client()
    client.force_login(crowd.owner)
    for address, word in ((reverse("annotation:project_detail", args=[crowd.project.pk]), "paused"),
                          (reverse("annotation:task_detail", args=[crowd.task.pk]), "preparing"),
                          (reverse("annotation:job_detail", args=[crowd.job().pk]), "under appeal")):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert word in answer.content.decode().lower()


def test_every_stream_has_its_own_cursor(crowd: Crowd) -> None:
    crowd.open_pool()
    crowd.accept(crowd.work())
    for _ in range(2):
        with connected(crowd.crowd_project.account) as provider:
            sync_pool(crowd.pool, provider)
    assert set(crowd.pool.cursors) <= {*STREAMS, "full"}
    assert {"created", "submitted", "accepted"} <= set(crowd.pool.cursors)
    assert crowd.money()["spent"] == Decimal("0.05")
