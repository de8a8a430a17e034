"""The schedule of periodic tasks: rooms declare, admins decide."""
import socket
import sys
import types
from typing import Any

import pytest
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from cvatoloka import heartbeat
from cvatoloka.beat import Scheduler, declared_schedule
from cvatoloka.celery import app

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]  # beat closes and opens its connection


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Replace what the rooms declare."""
    def put(entries: dict[str, dict[str, Any]]) -> None:
        monkeypatch.setattr("cvatoloka.beat.declared_schedule", lambda: entries)

    return put


def start_beat() -> Scheduler:
    return Scheduler(app=app, lazy=False)


def test_beat_makes_a_row_for_each_declared_task(declare: Any) -> None:
    declare({"sweep": {"task": "rooms.sweep", "schedule": 30}})
    start_beat()
    row = PeriodicTask.objects.get(name="sweep")
    assert (row.task, row.interval.every, row.interval.period, row.enabled) == ("rooms.sweep", 30, "seconds", True)


def test_an_interval_changed_by_an_admin_outlives_a_restart_of_beat(declare: Any) -> None:
    declare({"sweep": {"task": "rooms.sweep", "schedule": 30}})
    start_beat()
    slower, _ = IntervalSchedule.objects.get_or_create(every=5, period=IntervalSchedule.MINUTES)
    PeriodicTask.objects.filter(name="sweep").update(interval=slower, enabled=False)
    start_beat()
    row = PeriodicTask.objects.get(name="sweep")
    assert (row.interval.every, row.interval.period, row.enabled) == (5, "minutes", False)


def test_a_task_that_moved_in_the_code_is_found_again(declare: Any) -> None:
    declare({"sweep": {"task": "rooms.sweep", "schedule": 30}})
    start_beat()
    declare({"sweep": {"task": "rooms.tasks.sweep", "schedule": 60}})
    start_beat()
    row = PeriodicTask.objects.get(name="sweep")
    assert (row.task, row.interval.every) == ("rooms.tasks.sweep", 30)


def test_every_task_that_a_room_declares_exists() -> None:
    app.loader.import_default_modules()
    declared = declared_schedule()
    assert {entry["task"] for entry in declared.values()} <= set(app.tasks)


def test_two_rooms_cannot_declare_the_same_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("annotation", "cvatoloka"):
        module = types.ModuleType(f"{room}.tasks")
        module.SCHEDULE = {"sweep": {"task": "x", "schedule": 1}}  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, f"{room}.tasks", module)
    monkeypatch.setattr("cvatoloka.beat.module_has_submodule", lambda package, name: package.__name__ in ("annotation", "cvatoloka"))
    with pytest.raises(ValueError, match="sweep"):
        declared_schedule()


def test_a_running_beat_gives_a_sign_of_life(declare: Any, redis_url: str) -> None:
    declare({})
    scheduler = start_beat()
    assert heartbeat.alive(heartbeat.SCHEDULER) == []
    assert scheduler.tick() <= heartbeat.INTERVAL_SECONDS
    assert heartbeat.alive(heartbeat.SCHEDULER) == [f"beat@{socket.gethostname()}"]
    assert heartbeat.alive() == []
