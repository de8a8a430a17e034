"""Subscriptions by toloka-kit, and their events as a requester's server receives them from a real ticker."""
import hashlib
import hmac
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
import pytest
from toloka.client.exceptions import ValidationApiError
from toloka.client.webhook_subscription import WebhookSubscription

from sandbox.webhooks.signing import signature
from tests.sandbox.conftest import Shop, project_form, refused
from tests.sandbox.receiver import Receiver, receiver
from tests.stack.sandbox import SandboxServer, free_port, sandbox_server
from tests.stack.waiting import comes_true

SECRET = "12345"
EVENTS = ["ASSIGNMENT_CREATED", "ASSIGNMENT_SUBMITTED", "ASSIGNMENT_SKIPPED", "ASSIGNMENT_EXPIRED", "ASSIGNMENT_APPROVED",
          "ASSIGNMENT_REJECTED", "POOL_CLOSED"]
# Where a test counts tries they have to come soon.
RETRIES = "0.2,0.4,0.6"


@pytest.fixture(scope="module")
def hooked() -> Iterator[SandboxServer]:
    """A sandbox of this module's own, with a ticker."""
    with sandbox_server(SANDBOX_WEBHOOK_RETRY_SECONDS=RETRIES) as server, server.process("ticker"):
        yield server


@pytest.fixture()
def hook_shop(hooked: SandboxServer) -> Shop:
    requester = hooked.create_requester()
    return Shop(hooked, requester, requester.call("POST", "/api/v1/projects", project_form()))


@pytest.fixture(scope="module")
def ears() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def subscribe(shop: Shop, url: str, pool_id: str, *events: str, secret: str = SECRET) -> list[str]:
    body = [{"event_type": kind, "webhook_url": url, "pool_id": pool_id, "secret_key": secret} for kind in events]
    items = shop.ask("PUT", "/webhook-subscriptions", body)["items"]
    return [items[str(index)]["id"] for index in range(len(events))]


def path_of(name: str) -> str:
    return f"/{name}-{time.monotonic_ns()}"


def verify(call: Any, secret: str = SECRET) -> None:
    """The signature as the documents describe it, over the raw bytes, and of now."""
    found = re.fullmatch(r"\{v=1, ts=(\d+), sign=([0-9a-f]{64})\}", call.headers["Toloka-Signature"])
    assert found
    expected = hmac.new(secret.encode(), f"{found[1]}.1.".encode() + call.body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(found[2], expected)
    assert abs(int(found[1]) / 1000 - time.time()) < 60


def test_the_signature_is_that_of_the_documents() -> None:
    body = (b'{"events":[{"event_time":"2000-01-01T12:00:00","project_id":"project-1","pool_id":"pool-1",'
            b'"uuid":"00000000-0000-0000-0000-000000000000","task_suite_id":"task-suite-1","assignment_id":"assignment-1",'
            b'"webhook_subscription_id":"subscription-1","type":"ASSIGNMENT_APPROVED"}]}')
    assert signature("12345", 946728000000, body) == (
        "{v=1, ts=946728000000, sign=609af3eefd4c12b6afad30ab456efcd21fe82f4247d3340151a3ca0c97a6cbcb}")


def test_the_kit_keeps_subscriptions_and_never_reads_the_secret(shop: Shop) -> None:
    client, pool_id, other = shop.requester.client(), shop.pool(), shop.pool()
    made = client.upsert_webhook_subscriptions([
        {"webhook_url": "https://example.com/hook", "event_type": kind, "pool_id": pool_id, "secret_key": SECRET} for kind in EVENTS])
    assert list(made.items) == [str(n) for n in range(len(EVENTS))] and made.validation_errors == {}
    ids = [made.items[str(n)].id for n in range(len(EVENTS))]
    assert all(re.fullmatch(r"[0-9a-f]{24}", key) for key in ids)
    # One request makes several, and the kit pages by `created`: none of them may share it.
    assert [row.id for row in client.get_webhook_subscriptions(pool_id=pool_id, batch_size=2)] == ids
    assert list(client.get_webhook_subscriptions(pool_id=other)) == []
    again = client.upsert_webhook_subscriptions([WebhookSubscription(
        webhook_url="https://example.com/hook", event_type="POOL_CLOSED", pool_id=pool_id, secret_key="other")])
    assert again.items["0"].id == ids[-1] and again.items["0"].secret_key is None
    assert "secret_key" not in shop.ask("GET", f"/webhook-subscriptions/{ids[0]}")
    found = client.find_webhook_subscriptions(event_type="POOL_CLOSED", pool_id=pool_id)
    assert [row.id for row in found.items] == ids[-1:] and not found.has_more
    client.delete_webhook_subscription(ids[0])
    with refused("DOES_NOT_EXIST", 404):
        shop.ask("GET", f"/webhook-subscriptions/{ids[0]}")


@pytest.mark.parametrize(("fields", "path", "code"), [
    ({"webhook_url": None}, "webhook_url", "VALUE_REQUIRED"), ({"webhook_url": "ftp://example.com"}, "webhook_url", "INVALID_URL_SYNTAX"),
    ({"webhook_url": "https://"}, "webhook_url", "INVALID_URL_SYNTAX"),
    ({"webhook_url": "http://a:b/"}, "webhook_url", "INVALID_URL_SYNTAX"),
    ({"webhook_url": "http://a\r\nb"}, "webhook_url", "INVALID_URL_SYNTAX"), ({"webhook_url": 5}, "webhook_url", "STRING_EXPECTED"),
    ({"webhook_url": "http://a/" + "b" * 2_000}, "webhook_url", "STRING_LENGTH_GREATER_THAN_MAX"),
    ({"event_type": "POOL_OPENED"}, "event_type", "UNKNOWN_ENUM_VALUE"), ({"event_type": []}, "event_type", "UNKNOWN_ENUM_VALUE"),
    ({"pool_id": "1"}, "pool_id", "ENTITY_DOES_NOT_EXIST"), ({"pool_id": None}, "pool_id", "VALUE_REQUIRED"),
    ({"secret_key": "x" * 1_025}, "secret_key", "STRING_LENGTH_GREATER_THAN_MAX"),
])
def test_a_wrong_subscription_is_refused_beside_right_ones(shop: Shop, fields: dict[str, Any], path: str, code: str) -> None:
    good = {"event_type": "POOL_CLOSED", "webhook_url": "https://example.com/hook", "pool_id": shop.pool()}
    answer = shop.ask("PUT", "/webhook-subscriptions", [{**good, **fields}, good])
    assert answer["validation_errors"]["0"][path]["code"] == code and list(answer["items"]) == ["1"]
    with refused("VALIDATION_ERROR", 400) as refusal:
        shop.ask("PUT", "/webhook-subscriptions", [{**good, **fields}])
    assert refusal.payload["0"][path]["code"] == code


def test_other_peoples_pools_and_subscriptions_are_closed(shop: Shop, new_shop: Any) -> None:
    pool_id, other = shop.pool(), new_shop()
    (key,) = subscribe(shop, "https://example.com/hook", pool_id, "POOL_CLOSED")
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/test")):
        with refused("ACCESS_DENIED", 403):
            other.ask(method, f"/webhook-subscriptions/{key}{path}")
    with refused("ACCESS_DENIED", 403):
        other.ask("GET", f"/webhook-subscriptions?pool_id={pool_id}")
    with pytest.raises(ValidationApiError) as error:
        other.requester.client().upsert_webhook_subscriptions(
            [WebhookSubscription(webhook_url="https://example.com/hook", event_type="POOL_CLOSED", pool_id=pool_id)])
    assert error.value.payload["0"]["pool_id"]["code"] == "ENTITY_ACCESS_DENIED"


def test_events_arrive_signed_and_as_documented(hook_shop: Shop, ears: Receiver) -> None:
    shop, path = hook_shop, path_of("life")
    pool_id = shop.open_pool(3)
    keys = dict(zip(EVENTS, subscribe(shop, ears.url + path, pool_id, *EVENTS), strict=True))
    (_, accepted), (_, rejected) = shop.submitted(pool_id), shop.submitted(pool_id)
    skipper = shop.toloker()
    skipped = skipper.take(pool_id)["id"]
    skipper.skip(skipped)
    shop.review(accepted, "ACCEPTED")
    shop.review(rejected, "REJECTED")
    shop.ask("POST", f"/pools/{pool_id}/close")

    events = ears.wait(path, 9)
    by_kind = {kind: [event for event in events if event["type"] == kind] for kind in EVENTS}
    assert {kind: len(found) for kind, found in by_kind.items()} == {
        "ASSIGNMENT_CREATED": 3, "ASSIGNMENT_SUBMITTED": 2, "ASSIGNMENT_SKIPPED": 1, "ASSIGNMENT_EXPIRED": 0, "ASSIGNMENT_APPROVED": 1,
        "ASSIGNMENT_REJECTED": 1, "POOL_CLOSED": 1}
    assert [event["assignment_id"] for event in by_kind["ASSIGNMENT_CREATED"]] == [accepted, rejected, skipped]
    (approved,), (closed,) = by_kind["ASSIGNMENT_APPROVED"], by_kind["POOL_CLOSED"]
    seen = shop.assignment(accepted)
    assert approved == {
        "event_time": seen["accepted"], "project_id": shop.project["id"], "pool_id": pool_id, "uuid": approved["uuid"],
        "task_suite_id": seen["task_suite_id"], "assignment_id": accepted, "webhook_subscription_id": keys["ASSIGNMENT_APPROVED"],
        "type": "ASSIGNMENT_APPROVED"}
    assert closed["close_reason"] == "MANUAL" and not {"assignment_id", "task_suite_id"} & set(closed)
    assert len({event["uuid"] for event in events}) == 9
    for call in ears.at(path):
        assert call.headers["Content-Type"] == "application/json"
        verify(call)


def test_a_deadline_is_told_by_the_calendar(hook_shop: Shop, ears: Receiver) -> None:
    path, pool_id = path_of("late"), hook_shop.open_pool(assignment_max_duration_seconds=5)
    subscribe(hook_shop, ears.url + path, pool_id, "ASSIGNMENT_EXPIRED", secret="")
    page = hook_shop.toloker().take(pool_id)
    hook_shop.sandbox.advance(6)
    (event,) = ears.wait(path, 1)
    assert (event["assignment_id"], event["event_time"]) == (page["id"], page["expires"])
    assert "Toloka-Signature" not in ears.at(path)[0].headers


def test_an_answer_that_is_sure_is_told_with_what_it_is(hook_shop: Shop, ears: Receiver) -> None:
    shop, path = hook_shop, path_of("sure")
    skill = shop.ask("POST", "/skills", {"name": "quality"})["id"]
    pool_id = shop.pool(overlap=1, auto_accept_solutions=True, auto_close_after_complete_delay_seconds=60, dynamic_overlap_config={
        "type": "BASIC", "max_overlap": 3, "min_confidence": 0.9, "answer_weight_skill_id": skill, "fields": [{"name": "result"}]})
    subscribe(shop, ears.url + path, pool_id, "DYNAMIC_OVERLAP_COMPLETED")
    (task,) = shop.tasks(pool_id, query="allow_defaults=true&open_pool=true")
    toloker = shop.toloker()
    shop.ask("PUT", "/user-skills", {"skill_id": skill, "user_id": toloker.id, "value": 95})
    page = toloker.take(pool_id)
    toloker.submit(page["id"], {"result": "OK"})
    (event,) = ears.wait(path, 1)
    assert (event["task_id"], event["assignment_ids"], event["output_values"]) == (task, [page["id"]], {"result": "OK"})
    assert event["confidence"] == pytest.approx(0.95) and "assignment_id" not in event


def test_what_is_not_taken_is_tried_again_in_order_then_given_up(hook_shop: Shop, ears: Receiver) -> None:
    path, pool_id = path_of("moody"), hook_shop.open_pool(3)
    subscribe(hook_shop, ears.url + path, pool_id, "ASSIGNMENT_SUBMITTED")
    # The first event is refused as often as it is tried (a redirect is a refusal too); then the server is well again.
    ears.answers[path] = [500, 302, 404, 503]
    first = hook_shop.submitted(pool_id)[1]
    comes_true(lambda: len(ears.at(path)) >= 4)
    assert [call.events[0]["assignment_id"] for call in ears.at(path)] == [first] * 4
    assert len({call.events[0]["uuid"] for call in ears.at(path)}) == 1
    assert ears.at(path)[3].at - ears.at(path)[0].at >= 1.2
    comes_true(lambda: _stored(hook_shop.sandbox, "next_try IS NULL AND delivered IS NULL") == [(4, "WRONG_STATUS_CODE 503")])
    second, third = hook_shop.submitted(pool_id)[1], hook_shop.submitted(pool_id)[1]
    assert [event["assignment_id"] for event in ears.wait(path, 6)[4:]] == [second, third]
    time.sleep(0.5)
    assert len(ears.events(path)) == 6 and not ears.at("/elsewhere")


def test_later_events_wait_behind_one_that_is_tried_again(hook_shop: Shop, ears: Receiver) -> None:
    path, pool_id = path_of("queue"), hook_shop.open_pool(3)
    subscribe(hook_shop, ears.url + path, pool_id, "ASSIGNMENT_SUBMITTED")
    tolokers = [hook_shop.toloker() for _ in range(3)]
    keys = [toloker.take(pool_id)["id"] for toloker in tolokers]
    ears.answers[path], ears.held[path] = [500, 500], threading.Event()
    tolokers[0].submit(keys[0], {"result": "OK"})
    ears.wait(path, 1)
    # The first event's call is under way, and will fail: the next two gather.
    for toloker, key in zip(tolokers[1:], keys[1:], strict=True):
        toloker.submit(key, {"result": "OK"})
    ears.held[path].set()
    ears.wait(path, 7)
    comes_true(lambda: _waiting(hook_shop.sandbox, pool_id) == 0)
    # Nothing passed the first one, and what had gathered came behind it in one body.
    assert [[event["assignment_id"] for event in call.events] for call in ears.at(path)] == [keys[:1], keys, keys]


def test_a_slow_receiver_and_a_dead_one_hold_up_nobody(hook_shop: Shop, ears: Receiver) -> None:
    pool_id, slow, quick = hook_shop.open_pool(2), path_of("slow"), path_of("quick")
    ears.slow[slow] = 8
    for url in (ears.url + slow, f"http://127.0.0.1:{free_port()}/dead", ears.url + quick):
        subscribe(hook_shop, url, pool_id, "ASSIGNMENT_CREATED", "ASSIGNMENT_SUBMITTED")
    hook_shop.submitted(pool_id)
    ears.wait(quick, 2)
    ears.wait(slow, 1)
    # Sent off together; nobody waited for the slow one's answer. Both ends are measured by the receiver, however busy the machine is.
    assert ears.at(quick)[0].at - ears.at(slow)[0].at < ears.slow[slow]
    hook_shop.submitted(pool_id)
    ears.wait(quick, 4)


def test_a_killed_ticker_loses_nothing(ears: Receiver) -> None:
    """Its own sandbox: killed in the middle of a call, the same event comes again with the same uuid."""
    path = path_of("killed")
    with sandbox_server() as server:
        requester = server.create_requester()
        shop = Shop(server, requester, requester.call("POST", "/api/v1/projects", project_form()))
        pool_id = shop.open_pool(2)
        subscribe(shop, ears.url + path, pool_id, "ASSIGNMENT_SUBMITTED")
        waiting = shop.submitted(pool_id)[1]
        ears.slow[path] = 3
        with server.process("ticker") as ticker:
            ears.wait(path, 1)
            ticker.send_signal(signal.SIGKILL)
            ticker.wait()
        ears.slow[path] = 0
        _let_claims_run_out(server)
        later = shop.submitted(pool_id)[1]
        with server.process("ticker"):
            events = ears.wait(path, 3)
        assert [event["assignment_id"] for event in events] == [waiting, waiting, later]
        assert events[0]["uuid"] == events[1]["uuid"]


def _let_claims_run_out(server: SandboxServer) -> None:
    """A minute passes for the outbox: its clock is the machine's, which no test can advance."""
    with _database(server) as cursor:
        cursor.execute("UPDATE sandbox_webhookevent SET next_try = next_try - interval '60 seconds' WHERE next_try IS NOT NULL")
        assert cursor.rowcount == 1


def _stored(server: SandboxServer, condition: str) -> list[Any]:
    with _database(server) as cursor:
        cursor.execute(f"SELECT tries, last_error FROM sandbox_webhookevent WHERE {condition} ORDER BY id")
        return cursor.fetchall()


def _waiting(server: SandboxServer, pool_id: str) -> int:
    """How many events of a pool are still to be delivered."""
    with _database(server) as cursor:
        cursor.execute("SELECT count(*) FROM sandbox_webhookevent e JOIN sandbox_webhooksubscription s ON s.id = e.subscription_id "
                       "WHERE s.pool_id = %s AND e.next_try IS NOT NULL", [int(pool_id)])
        return cursor.fetchone()[0]


@contextmanager
def _database(server: SandboxServer) -> Iterator[Any]:
    with closing(psycopg2.connect(server.environment["SANDBOX_DATABASE_URL"])) as connection, connection, connection.cursor() as cursor:
        yield cursor


def test_a_test_call_tells_what_came_of_it(shop: Shop, ears: Receiver) -> None:
    path = path_of("test")
    (key,) = subscribe(shop, ears.url + path, shop.pool(), "POOL_CLOSED")
    answer = shop.ask("POST", f"/webhook-subscriptions/{key}/test")
    (event,) = ears.events(path)
    assert answer["success"] is True and answer["uuids"] == [event["uuid"]] and answer["responseReceivedAt"]
    assert (event["type"], event["webhook_subscription_id"]) == ("TEST_EVENT", key)
    verify(ears.at(path)[0])
    ears.answers[path] = [301]
    answer = shop.ask("POST", f"/webhook-subscriptions/{key}/test")
    assert (answer["success"], answer["errorType"], answer["originalStatusCode"]) == (False, "WRONG_STATUS_CODE", 301)


def test_a_test_call_names_a_broken_line(shop: Shop) -> None:
    (dead,) = subscribe(shop, f"http://127.0.0.1:{free_port()}/", shop.pool(), "POOL_CLOSED")
    answer = shop.ask("POST", f"/webhook-subscriptions/{dead}/test")
    assert (answer["success"], answer["errorType"]) == (False, "CONNECTION_ERROR") and len(answer["uuids"]) == 1
    with socket.socket() as deaf:
        # Connections are taken, and nothing is ever said.
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(8)
        (silent,) = subscribe(shop, f"http://127.0.0.1:{deaf.getsockname()[1]}/", shop.pool(), "POOL_CLOSED")
        answer = shop.ask("POST", f"/webhook-subscriptions/{silent}/test")
    assert answer["errorType"] == "REQUEST_TIMEOUT" and "originalStatusCode" not in answer


def test_a_deleted_subscription_is_not_called_any_more(hook_shop: Shop, ears: Receiver) -> None:
    path, pool_id = path_of("gone"), hook_shop.open_pool(2)
    kept, gone = (subscribe(hook_shop, ears.url + path + name, pool_id, "ASSIGNMENT_SUBMITTED")[0] for name in ("-kept", "-gone"))
    hook_shop.ask("DELETE", f"/webhook-subscriptions/{gone}")
    hook_shop.submitted(pool_id)
    assert [event["webhook_subscription_id"] for event in ears.wait(path + "-kept", 1)] == [kept]
    time.sleep(0.5)
    assert ears.at(path + "-gone") == []
