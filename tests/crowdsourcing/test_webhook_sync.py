"""News that the platform tells without being asked: subscribed at a start, believed only with a signature, a hint for one sync."""
import hashlib
import hmac
import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from crowdsourcing import selectors, tasks, webhook_keys
from crowdsourcing.mirror.locks import SYNC, only_one
from crowdsourcing.models import Pool, ProviderAccount, WebhookEvent
from crowdsourcing.providers.errors import BadCredentials, Unavailable
from crowdsourcing.providers.signatures import is_genuine
from crowdsourcing.services import pools
from tests.crowdsourcing.crowd import Crowd

pytestmark = pytest.mark.django_db(transaction=True)
VECTOR = (b'{"events":[{"event_time":"2000-01-01T12:00:00","project_id":"project-1","pool_id":"pool-1",'
          b'"uuid":"00000000-0000-0000-0000-000000000000","task_suite_id":"task-suite-1","assignment_id":"assignment-1",'
          b'"webhook_subscription_id":"subscription-1","type":"ASSIGNMENT_APPROVED"}]}')
SIGNED = "{v=1, ts=946728000000, sign=609af3eefd4c12b6afad30ab456efcd21fe82f4247d3340151a3ca0c97a6cbcb}"


@pytest.fixture(autouse=True)
def _here(settings: Any) -> None:
    settings.WEBHOOK_BASE_URL = settings.SANDBOX_WEBHOOK_BASE_URL = "https://app.example"


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Rings for a sync, kept instead of sent."""
    made: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks.sync_one_pool, "apply_async", lambda args, countdown: made.append({"args": args, "countdown": countdown}))
    return made


def event(pool: Pool, kind: str = "ASSIGNMENT_SUBMITTED", **fields: Any) -> dict[str, Any]:
    return {"uuid": str(uuid.uuid4()), "type": kind, "pool_id": pool.remote_id, "event_time": "2030-01-01T00:00:00", **fields}


def call(pool: Pool, body: Any, *, secret: str = "", late: float = 0, **headers: str) -> Any:
    """The platform's call, signed `late` seconds ago."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    milliseconds = int((time.time() - late) * 1000)
    key = secret or webhook_keys.secret_of(pool.crowd_project.account)
    sign = hmac.new(key.encode(), f"{milliseconds}.1.".encode() + raw, hashlib.sha256).hexdigest()
    headers = {"Toloka-Signature": f"{{v=1, ts={milliseconds}, sign={sign}}}", **headers}
    path = urlsplit(webhook_keys.address_of(pool)).path
    return Client(enforce_csrf_checks=True).post(path, raw, content_type="application/json", headers=headers)


def test_the_signature_of_the_documents_is_known() -> None:
    then = datetime(2000, 1, 1, 12, tzinfo=UTC)
    assert all(is_genuine(SIGNED, VECTOR, "12345", then + timedelta(minutes=minutes)) for minutes in (-5, 0, 5))
    assert not is_genuine(SIGNED, VECTOR, "12345", then + timedelta(minutes=5, seconds=1))
    assert not is_genuine(SIGNED, VECTOR, "12346", then) and not is_genuine(SIGNED, VECTOR + b" ", "12345", then)
    for broken in ("", "v=1", SIGNED.replace("v=1", "v=2"), SIGNED.replace("609a", "609A"), SIGNED.replace("946728000000", "x"), "ü" * 50):
        assert not is_genuine(broken, VECTOR, "12345", then)


def test_a_start_subscribes_and_the_archive_ends_it(crowd: Crowd) -> None:
    pool = crowd.open_pool()
    url = webhook_keys.address_of(pool)
    assert url.startswith("https://app.example/crowdsourcing/webhooks/")
    assert crowd.platform.subscriptions == {(pool.remote_id, url): webhook_keys.secret_of(pool.crowd_project.account)}
    assert (pool.webhook_on, pool.webhook_note) == (True, "")
    crowd.deliver(pools.stop_pool(actor=crowd.owner, pool=pool))
    assert crowd.pool.webhook_on and crowd.platform.subscriptions
    crowd.deliver(pools.archive_pool(actor=crowd.owner, pool=crowd.pool))
    assert (crowd.pool.status, crowd.pool.webhook_on, crowd.platform.subscriptions) == ("ARCHIVED", False, {})


@pytest.mark.parametrize("error", [Unavailable("The line broke."), BadCredentials("Not yours.", "ACCESS_DENIED")])
def test_a_start_that_cannot_subscribe_is_a_start_with_a_note(crowd: Crowd, error: Any, client: Client) -> None:
    crowd.platform.fail("subscribe", error)
    pool = crowd.open_pool()
    command = selectors.latest_command(pool)
    assert command is not None and (command.kind, command.status) == ("start_pool", "done")
    assert (pool.status, pool.webhook_on) == ("OPEN", False)
    assert "by schedule" in pool.webhook_note and error.sentence in pool.webhook_note
    client.force_login(crowd.owner)
    assert "by schedule" in client.get(f"/tasks/{crowd.task.pk}").content.decode()
    # The next start asks again.
    crowd.deliver(pools.stop_pool(actor=crowd.owner, pool=pool))
    crowd.deliver(pools.start_pool(actor=crowd.owner, pool=crowd.pool))
    assert (crowd.pool.webhook_on, crowd.pool.webhook_note) == (True, "")
    assert "News comes at once" in client.get(f"/tasks/{crowd.task.pk}").content.decode()


def test_an_archive_that_cannot_unsubscribe_is_an_archive(crowd: Crowd) -> None:
    pool = crowd.open_pool()
    crowd.deliver(pools.stop_pool(actor=crowd.owner, pool=pool))
    crowd.platform.fail("unsubscribe", Unavailable("The line broke."))
    command = crowd.deliver(pools.archive_pool(actor=crowd.owner, pool=crowd.pool))
    assert (command.status, crowd.pool.status) == ("done", "ARCHIVED")


def test_without_an_address_nobody_is_asked(crowd: Crowd, settings: Any) -> None:
    settings.WEBHOOK_BASE_URL = settings.SANDBOX_WEBHOOK_BASE_URL = ""
    pool = crowd.open_pool()
    assert crowd.platform.count("subscribe") == 0 and (pool.webhook_on, pool.webhook_note) == (False, "")


def test_a_platform_elsewhere_is_not_given_this_machines_own_address(crowd: Crowd, settings: Any) -> None:
    settings.WEBHOOK_BASE_URL = settings.SANDBOX_WEBHOOK_BASE_URL = "http://localhost:8000"
    crowd.setup_project()
    crowd.setup_pool()
    ProviderAccount.objects.update(base_url="https://toloka.dev")
    crowd.deliver(pools.start_pool(actor=crowd.owner, pool=crowd.pool))
    assert crowd.platform.count("subscribe") == 0
    assert crowd.pool.status == "OPEN" and "by schedule" in crowd.pool.webhook_note


def test_the_bundled_sandbox_may_call_by_a_nearer_name(crowd: Crowd, settings: Any) -> None:
    pool = crowd.open_pool()
    settings.SANDBOX_WEBHOOK_BASE_URL = "http://web:8000"
    assert webhook_keys.address_of(pool).startswith("http://web:8000/crowdsourcing/webhooks/")
    settings.SANDBOX_URL = "http://other:8090"
    assert webhook_keys.address_of(pool).startswith("https://app.example/")


def test_news_makes_one_sync_which_sees_what_happened(crowd: Crowd, rings: list[dict[str, Any]]) -> None:
    pool = crowd.open_pool()
    remote_id = crowd.take()
    answer = call(pool, {"events": [event(pool, "ASSIGNMENT_CREATED"), event(pool)]})
    assert (answer.status_code, answer.json()) == (200, {"new": 2})
    assert call(pool, {"events": [event(pool)]}).json() == {"new": 1}
    assert rings == [{"args": [pool.pk, 1], "countdown": 1.0}]
    tasks.sync_one_pool(pool.pk)
    assert crowd.assignment(remote_id).status == "ACTIVE"
    # The next news rings again.
    call(pool, {"events": [event(pool)]})
    assert len(rings) == 2
    assert set(WebhookEvent.objects.values_list("type", flat=True)) == {"ASSIGNMENT_CREATED", "ASSIGNMENT_SUBMITTED"}


def test_a_lost_ring_does_not_silence_the_pool(crowd: Crowd, rings: list[dict[str, Any]]) -> None:
    pool = crowd.open_pool()
    call(pool, {"events": [event(pool)]})
    Pool.objects.update(news_wanted_at=timezone.now() - timedelta(seconds=61))
    call(pool, {"events": [event(pool)]})
    assert len(rings) == 2


def test_what_was_told_before_is_told_in_vain(crowd: Crowd, rings: list[dict[str, Any]]) -> None:
    pool = crowd.open_pool()
    news = event(pool)
    call(pool, {"events": [news, news]})
    tasks.sync_one_pool(pool.pk)
    assert call(pool, {"events": [news]}).json() == {"new": 0}
    assert (len(rings), WebhookEvent.objects.count()) == (1, 1)


def test_a_test_call_and_other_pools_news_ring_for_nothing(crowd: Crowd, rings: list[dict[str, Any]]) -> None:
    pool = crowd.open_pool()
    assert call(pool, {"events": [event(pool, "TEST_EVENT")]}).json() == {"new": 1}
    assert call(pool, {"events": [event(pool, pool_id="999")]}).json() == {"new": 0}
    assert call(pool, {"events": []}).json() == {"new": 0}
    assert rings == []


def test_nobody_is_believed_without_a_fresh_signature(crowd: Crowd, rings: list[dict[str, Any]]) -> None:
    pool = crowd.open_pool()
    body = {"events": [event(pool)]}
    assert call(pool, body, secret="guess").status_code == 403
    assert call(pool, body, late=301).status_code == 403 and call(pool, body, late=-301).status_code == 403
    assert call(pool, body, late=290).status_code == 200
    assert call(pool, body, **{"Toloka-Signature": ""}).status_code == 403
    path = urlsplit(webhook_keys.address_of(pool)).path
    assert Client().get(path).status_code == 405
    for token in (path[:-1] + ("a" if path[-1] != "a" else "b"), "/crowdsourcing/webhooks/1", f"/crowdsourcing/webhooks/{pool.pk}:x"):
        assert Client().post(token, b"{}", content_type="application/json").status_code == 404
    assert len(rings) == 1


@pytest.mark.parametrize("body", [
    b"", b"not json", b"[]", b"5", b'{"events": 5}', b'{"events": [5]}', b'{"events": [{}]}', b'{"events": [{"uuid": "x", "type": "y"}]}',
    b'{"events": [{"uuid": null, "type": "y"}]}', b"\xff\xfe", b"[" * 100_000, json.dumps({"events": [{}] * 1_001}).encode()])
def test_a_signed_nonsense_is_refused(crowd: Crowd, rings: list[dict[str, Any]], body: bytes) -> None:
    assert call(crowd.open_pool(), body).status_code == 400
    assert rings == [] and not WebhookEvent.objects.exists()


def test_a_megabyte_is_too_much(crowd: Crowd) -> None:
    assert call(crowd.open_pool(), b" " * (1024 * 1024 + 1)).status_code == 413


def test_news_during_a_sync_is_looked_at_after_it(crowd: Crowd, rings: list[dict[str, Any]]) -> None:
    pool = crowd.open_pool()
    with _held_elsewhere(pool.pk):
        tasks.sync_one_pool(pool.pk)
    assert rings == [{"args": [pool.pk, 2], "countdown": 3.0}]
    assert crowd.pool.synced_at is None
    tasks.sync_one_pool(*rings[0]["args"])
    assert crowd.pool.synced_at is not None and len(rings) == 1


@contextmanager
def _held_elsewhere(pool_id: int) -> Iterator[None]:
    """Another worker's look at the pool: the same lock on a connection of its own."""
    taken, over = threading.Event(), threading.Event()

    def hold() -> None:
        with only_one(SYNC, pool_id) as got:
            assert got
            taken.set()
            over.wait(10)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    assert taken.wait(10)
    yield
    over.set()
    other.join()


def test_trouble_at_the_platform_after_news_is_said_on_the_pool(crowd: Crowd) -> None:
    pool = crowd.open_pool()
    crowd.platform.fail("pool", Unavailable("The line broke."))
    tasks.sync_one_pool(pool.pk)
    assert crowd.pool.sync_error == "The line broke."


def test_old_events_are_forgotten(crowd: Crowd, rings: list[dict[str, Any]]) -> None:
    pool = crowd.open_pool()
    call(pool, {"events": [event(pool), event(pool)]})
    WebhookEvent.objects.filter(pk=WebhookEvent.objects.values("pk")[:1]).update(received_at=timezone.now() - timedelta(days=8))
    tasks.forget_webhook_events()
    assert WebhookEvent.objects.count() == 1
