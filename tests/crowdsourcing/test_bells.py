"""Bells that nobody hears: what was asked for stands in the rows, and whoever asked is answered."""
from typing import Any
from uuid import uuid4

import pytest
from celery.app.task import Task
from django.core.cache import cache
from django.utils import timezone
from kombu.exceptions import OperationalError

from crowdsourcing import tasks
from crowdsourcing.models import Verification
from crowdsourcing.verification_wishes import clean
from tests.crowdsourcing import scene


@pytest.fixture(autouse=True)
def _broker_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("Connection refused")

    monkeypatch.setattr(Task, "apply_async", away)


@pytest.mark.services
@pytest.mark.parametrize("ring", [
    lambda: tasks.wake(uuid4()), lambda: tasks.ring_for_bulk(uuid4(), timezone.now()), lambda: tasks.ring_for_news(1),
    lambda: tasks.ring_for_confusions(1), lambda: tasks.ring_for_verification(1)],
    ids=["command", "bulk", "news", "confusions", "verification"])
def test_a_bell_that_nobody_hears_stops_nobody(ring: Any, caplog: pytest.LogCaptureFixture) -> None:
    cache.clear()
    ring()
    assert "A bell was not heard: Connection refused" in caplog.text


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_verification_is_paused_and_goes_on_while_the_broker_is_away(client: Any, alice: Any) -> None:
    pool = scene.pool(scene.task(scene.project(alice), jobs=1), status="OPEN")
    Verification.objects.create(pool=pool, config=clean({}), mark="m", remote_project_id="7", remote_pool_id="8", status="OPEN")
    client.force_login(alice)
    for verb in ("pause", "resume", "look"):
        answer = client.post(f"/pools/{pool.pk}/verification/{verb}")
        assert answer.status_code in (204, 302), verb
    assert Verification.objects.get().stopped_at is None
