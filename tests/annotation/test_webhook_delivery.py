"""Telling a real receiver: signature, retries, slow and hostile receivers, workers that die."""
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from annotation.models import Project, Webhook, WebhookDelivery
from annotation.services import tasks, webhooks
from annotation.webhooks import claims, telling
from annotation.webhooks.sending import Outcome
from tests.annotation.receiver import Receiver
from tests.stack.databases import url_of
from tests.stack.worker import CeleryWorker

pytestmark = pytest.mark.django_db
State = WebhookDelivery.State


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    started = Receiver().start()
    settings.WEBHOOKS_ALLOWED_PRIVATE_HOSTS = [started.host]
    yield started
    started.stop()


@pytest.fixture
def webhook(alice: Any, project: Project, receiver: Receiver) -> Webhook:
    return webhooks.create_webhook(actor=alice, place=project, target_url=receiver.url, events=["create:task"], secret="s3cret")


def happen(alice: Any, project: Project, count: int = 1) -> list[WebhookDelivery]:
    """So many tasks are made; their deliveries."""
    for number in range(count):
        tasks.create_task(actor=alice, project=project, name=f"Task {number}")
    return list(WebhookDelivery.objects.order_by("pk"))


def later(delivery: WebhookDelivery) -> None:
    """The time for its next try has come, and dead workers' claims have ended."""
    past = timezone.now() - timedelta(seconds=1)
    WebhookDelivery.objects.filter(pk=delivery.pk, claimed_until__isnull=False).update(claimed_until=past)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(next_attempt_at=past)


def test_the_receiver_can_verify_the_very_bytes(alice: Any, project: Project, webhook: Webhook, receiver: Receiver) -> None:
    delivery, = happen(alice, project)
    telling.tell()
    taken, = receiver.taken
    expected = "sha256=" + hmac.new(b"s3cret", taken.body, hashlib.sha256).hexdigest()
    assert taken.headers["x-signature-256"] == expected
    assert taken.headers["content-type"] == "application/json"
    assert taken.headers["user-agent"].startswith("cvatoloka")
    assert taken.headers["x-delivery-id"] == str(delivery.key)
    assert json.loads(taken.body)["task"]["name"] == "Task 0"
    delivery.refresh_from_db()
    assert (delivery.state, delivery.status_code, delivery.response, delivery.attempts) == (State.DELIVERED, 200, "thank you", 1)
    telling.tell()
    assert len(receiver.taken) == 1


def test_without_a_secret_nothing_is_signed(alice: Any, project: Project, webhook: Webhook, receiver: Receiver) -> None:
    webhooks.update_webhook(actor=alice, webhook=webhook, secret="")
    happen(alice, project)
    telling.tell()
    assert "x-signature-256" not in receiver.taken[0].headers


def test_an_unreadable_secret_is_not_told_unsigned(alice: Any, project: Project, webhook: Webhook, receiver: Receiver) -> None:
    Webhook.objects.update(secret=b"sealed under a key that is gone")
    delivery, = happen(alice, project)
    telling.tell()
    delivery.refresh_from_db()
    assert receiver.taken == []
    assert delivery.state == State.FAILED and "Enter it again" in delivery.response


def test_eight_retries_over_about_a_day_then_it_is_given_up(alice: Any, project: Project, webhook: Webhook, receiver: Receiver) -> None:
    receiver.answer = lambda taken: (503, {}, b"later")
    delivery, = happen(alice, project)
    waited = timedelta()
    for number in range(1, 10):
        telling.tell()
        delivery.refresh_from_db()
        assert (delivery.attempts, delivery.status_code) == (number, 503)
        if delivery.state == State.WAITING:
            waited += delivery.next_attempt_at - delivery.updated_date
            assert not claims.is_due()
            later(delivery)
    assert (delivery.state, delivery.next_attempt_at, len(receiver.taken)) == (State.FAILED, None, 9)
    assert timedelta(hours=16) < waited < timedelta(hours=28)
    assert len({taken.headers["x-delivery-id"] for taken in receiver.taken}) == 1


def test_redirects_are_not_followed(alice: Any, project: Project, webhook: Webhook, receiver: Receiver) -> None:
    receiver.answer = lambda taken: (302, {"Location": receiver.url + "/elsewhere"}, b"")
    delivery, = happen(alice, project)
    telling.tell()
    delivery.refresh_from_db()
    assert [taken.path for taken in receiver.taken] == ["/hook"]
    assert (delivery.state, delivery.status_code) == (State.WAITING, 302)


def test_two_kilobytes_of_an_endless_answer_are_kept(alice: Any, project: Project, webhook: Webhook, receiver: Receiver) -> None:
    receiver.answer = lambda taken: (200, {}, b"\x00" + b"x" * 3_000_000)
    delivery, = happen(alice, project)
    telling.tell()
    delivery.refresh_from_db()
    assert delivery.state == State.DELIVERED
    assert len(delivery.response.encode()) <= 2052 and "\x00" not in delivery.response


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/", "http://[::1]:9/", "http://169.254.169.254/", "http://localhost:9/"])
def test_private_addresses_are_refused_and_not_tried_again(alice: Any, project: Project, webhook: Webhook, address: str) -> None:
    webhooks.update_webhook(actor=alice, webhook=webhook, target_url=address)
    delivery, = happen(alice, project)
    telling.tell()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.status_code) == (State.FAILED, None)
    assert "private network" in delivery.response


def test_a_receiver_that_never_ends_its_answer_is_left_in_time(
        alice: Any, project: Project, webhook: Webhook, receiver: Receiver, settings: Any) -> None:
    settings.WEBHOOKS_TIMEOUT_SECONDS = 0.5
    over = threading.Event()
    receiver.answer = lambda taken: (200 if over.wait(20) else 500, {}, b"")
    delivery, = happen(alice, project)
    began = time.monotonic()
    telling.tell()
    over.set()
    delivery.refresh_from_db()
    assert time.monotonic() - began < 10
    assert (delivery.state, delivery.status_code) == (State.WAITING, None)
    assert "within 0.5 seconds" in delivery.response


def test_a_slow_receiver_holds_up_no_other(alice: Any, project: Project, webhook: Webhook, receiver: Receiver) -> None:
    """The slow one answers only when the quick one was told everything: with all places its own, both would wait for ever."""
    quick = webhooks.create_webhook(actor=alice, place=project, target_url=receiver.url + "/quick", events=["create:task"])
    all_told = threading.Event()

    def answer(taken: Any) -> tuple[int, dict[str, str], bytes]:
        if taken.path.endswith("/quick"):
            if sum(other.path.endswith("/quick") for other in receiver.taken) == 5:
                all_told.set()
        elif not all_told.wait(8):
            return 500, {}, b"nobody came"
        return 200, {}, b""
    receiver.answer = answer
    happen(alice, project, 5)
    telling.tell()
    assert WebhookDelivery.objects.filter(webhook=quick, state=State.DELIVERED).count() == 5
    assert WebhookDelivery.objects.filter(webhook=webhook, state=State.DELIVERED, attempts=1).count() == 5


def test_no_more_are_told_at_once_than_allowed(alice: Any, project: Project, webhook: Webhook, settings: Any) -> None:
    settings.WEBHOOKS_PARALLEL = 3
    for number in range(3):
        webhooks.create_webhook(actor=alice, place=project, target_url=f"https://example.org/{number}", events=["create:task"])
    happen(alice, project, 5)
    first = claims.claim(10)
    assert len(first) == 3 and max([row.webhook_id for row in first].count(row.webhook_id) for row in first) <= claims.MOST_OF_ONE
    assert claims.claim(10) == []
    assert claims.settle(first[0], Outcome(200, "", 1, again=True))
    assert len(claims.claim(10)) == 1


def test_a_death_between_claim_and_sending_costs_a_repeat(alice: Any, project: Project, webhook: Webhook, receiver: Receiver) -> None:
    delivery, = happen(alice, project)
    dead, = claims.claim(8)
    telling.tell()
    assert receiver.taken == []
    later(delivery)
    telling.tell()
    assert [taken.headers["x-delivery-id"] for taken in receiver.taken] == [str(delivery.key)]
    assert not claims.settle(dead, Outcome(500, "late news of the dead", 1, again=True))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.DELIVERED, 2)


def test_a_death_between_sending_and_record_tells_again_with_the_same_id(
        alice: Any, project: Project, webhook: Webhook, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    delivery, = happen(alice, project)

    def die(*_: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(claims, "settle", die)
        telling.tell()
    later(delivery)
    telling.tell()
    assert [taken.headers["x-delivery-id"] for taken in receiver.taken] == [str(delivery.key)] * 2
    delivery.refresh_from_db()
    assert delivery.state == State.DELIVERED


def test_a_delivery_whose_workers_always_die_is_given_up(alice: Any, project: Project, webhook: Webhook, receiver: Receiver) -> None:
    delivery, = happen(alice, project)
    for _ in range(claims.MAX_TRIES):
        assert len(claims.claim(8)) == 1
        later(delivery)
    telling.tell()
    delivery.refresh_from_db()
    assert (delivery.state, receiver.taken) == (State.FAILED, [])
    assert "Redeliver" in delivery.response


def test_a_webhook_that_is_off_waits_and_pings_anyway(alice: Any, project: Project, webhook: Webhook, receiver: Receiver) -> None:
    happen(alice, project)
    webhooks.update_webhook(actor=alice, webhook=webhook, is_active=False)
    webhooks.ping(actor=alice, webhook=webhook)
    telling.tell()
    assert [json.loads(taken.body)["event"] for taken in receiver.taken] == ["ping"]
    assert json.loads(receiver.taken[0].body)["webhook"]["id"] == webhook.pk
    webhooks.update_webhook(actor=alice, webhook=webhook, is_active=True)
    telling.tell()
    assert len(receiver.taken) == 2


def test_redelivery_sends_the_same_body_under_a_new_id(alice: Any, project: Project, webhook: Webhook, receiver: Receiver) -> None:
    delivery, = happen(alice, project)
    telling.tell()
    delivery.refresh_from_db()
    again = webhooks.redeliver(actor=alice, delivery=delivery)
    telling.tell()
    first, second = receiver.taken
    assert (first.body, again.redelivery) == (second.body, True)
    assert first.headers["x-delivery-id"] != second.headers["x-delivery-id"]


def test_redelivery_of_what_waits_for_its_next_try_brings_that_forward(
        alice: Any, project: Project, webhook: Webhook, receiver: Receiver) -> None:
    receiver.answer = lambda taken: (500, {}, b"")
    delivery, = happen(alice, project)
    telling.tell()
    delivery.refresh_from_db()
    assert webhooks.redeliver(actor=alice, delivery=delivery).pk == delivery.pk
    telling.tell()
    assert len(receiver.taken) == 2 and WebhookDelivery.objects.count() == 1


def test_old_deliveries_go(alice: Any, project: Project, webhook: Webhook, settings: Any) -> None:
    old, new = happen(alice, project, 2)
    WebhookDelivery.objects.filter(pk=old.pk).update(created_date=timezone.now() - timedelta(days=settings.WEBHOOKS_KEEP_DAYS, minutes=1))
    assert claims.forget_old() == 1
    assert list(WebhookDelivery.objects.all()) == [new]


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_is_killed_while_it_tells(
        alice: Any, project: Project, receiver: Receiver, transactional_db: None, redis_url: str, tmp_path: Path) -> None:
    """Its lock goes with it, its claim ends, and another process tells the same delivery again."""
    reached, killed = threading.Event(), threading.Event()

    def answer(taken: Any) -> tuple[int, dict[str, str], bytes]:
        reached.set()
        killed.wait(30)
        return 200, {}, b""
    receiver.answer = answer
    worker = CeleryWorker({"DATABASE_URL": url_of(connection.settings_dict), "WEBHOOKS_ALLOWED_PRIVATE_HOSTS": receiver.host},
                          tmp_path / "worker.log")
    try:
        worker.start()
        webhooks.create_webhook(actor=alice, place=project, target_url=receiver.url, events=["create:task"])
        delivery, = happen(alice, project)
        assert reached.wait(30)
        telling.tell()
        assert len(receiver.taken) == 1
    finally:
        worker.kill()
        killed.set()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.WAITING, 1)
    later(delivery)
    telling.tell()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.DELIVERED, 2)
    assert [taken.headers["x-delivery-id"] for taken in receiver.taken] == [str(delivery.key)] * 2
