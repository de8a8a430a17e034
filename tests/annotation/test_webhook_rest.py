"""/api/webhooks: CVAT's shapes, who may, bad input; and the unmodified SDK over it."""
from typing import Any

import pytest
from cvat_sdk.api_client import models
from cvat_sdk.core.client import Client as SdkClient
from django.test import Client

from annotation.models import Organization, OrganizationMember, Project, ProjectMember, Webhook, WebhookDelivery
from annotation.sealed import unseal
from annotation.services import members, tasks, webhooks
from annotation.webhooks import telling
from annotation.webhooks.events import events_for
from tests.annotation.receiver import Receiver
from tests.cast import door

pytestmark = pytest.mark.django_db
JSON = "application/json"
URL = "https://example.org/hook"


def body(project: Project, **changes: Any) -> dict[str, Any]:
    return {"type": "project", "project_id": project.pk, "target_url": URL, "events": ["update:job"], **changes}


def post(client: Client, data: dict[str, Any], path: str = "/api/webhooks") -> Any:
    return client.post(path, data, content_type=JSON)


def test_made_listed_changed_and_deleted(alice: Any, project: Project) -> None:
    client = door(alice)
    made = post(client, body(project, secret="hidden words", description="warehouse", enable_ssl=False))
    assert made.status_code == 201
    shown = made.json()
    assert (shown["owner"]["username"], shown["project_id"], shown["organization"]) == ("alice", project.pk, None)
    assert (shown["content_type"], shown["is_active"], shown["enable_ssl"], shown["is_signed"]) == (JSON, True, False, True)
    assert "secret" not in shown and "last_status" not in shown
    webhook = Webhook.objects.get()
    assert unseal(webhook.secret) == "hidden words" and b"hidden" not in bytes(webhook.secret)
    path = f"/api/webhooks/{webhook.pk}"
    changed = client.patch(path, {"is_active": False}, content_type=JSON).json()
    assert (changed["is_active"], changed["description"], changed["is_signed"]) == (False, "warehouse", True)
    put = client.put(path, body(project, events=["create:issue"], target_url=URL + "/2", secret=""), content_type=JSON).json()
    assert (put["events"], put["target_url"], put["is_signed"]) == (["create:issue"], URL + "/2", False)
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(("field", "value"), [
    ("target_url", "ftp://example.org"), ("target_url", "http://"), ("target_url", "https://me:word@example.org/"), ("target_url", ""),
    ("target_url", "https://example.org/#part"), ("events", []), ("events", ["update:nothing"]), ("events", ["delete:project"]),
    ("events", "update:job"), ("secret", "x" * 65), ("description", "x" * 129), ("type", "server"), ("project_id", 999_999),
    ("project_id", "one"), ("content_type", "text/xml"), ("is_active", "perhaps")])
def test_bad_values_are_400_under_their_name_and_nothing_is_made(alice: Any, project: Project, field: str, value: Any) -> None:
    answer = post(door(alice), body(project, **{field: value}))
    assert answer.status_code == 400 and field in answer.json()
    assert not Webhook.objects.exists()


def test_only_whoever_looks_after_the_project_sees_its_webhooks(alice: Any, bob: Any, rita: Any, project: Project) -> None:
    webhook = webhooks.create_webhook(actor=alice, place=project, target_url=URL, events=["update:job"])
    for role, user in ((ProjectMember.Role.REVIEWER, rita), (ProjectMember.Role.REQUESTER, bob)):
        members.share_project(actor=alice, project=project, user=user, role=role)
        client = door(user)
        assert client.get("/api/webhooks").json()["count"] == 0
        assert client.get(f"/api/webhooks/{webhook.pk}").status_code == 404
        assert client.get(f"/api/webhooks/{webhook.pk}/deliveries").status_code == 404
        assert post(client, {}, f"/api/webhooks/{webhook.pk}/ping").status_code == 404
        assert post(client, body(project)).status_code == 403
    assert Client().get("/api/webhooks").status_code == 401


def test_a_maintainer_looks_after_the_team_s_webhooks(alice: Any, bob: Any, rita: Any) -> None:
    team = Organization.objects.create(slug="team", owner=alice)
    for user, role in ((alice, "owner"), (bob, "maintainer"), (rita, "supervisor")):
        OrganizationMember.objects.create(organization=team, user=user, role=role)
    data = {"type": "organization", "target_url": URL, "events": ["create:project"]}
    made = post(door(bob), data, "/api/webhooks?org=team")
    assert (made.status_code, made.json()["organization"], made.json()["project_id"]) == (201, team.pk, None)
    assert post(door(bob), data, f"/api/webhooks?org_id={team.pk}").status_code == 201
    assert door(bob).post("/api/webhooks", data, content_type=JSON, headers={"X-Organization": "team"}).status_code == 201
    assert post(door(rita), data, "/api/webhooks?org=team").status_code == 400
    assert post(door(bob), data, "/api/webhooks?org_id=9" + "9" * 30).status_code == 400
    assert [client.get("/api/webhooks").json()["count"] for client in (door(alice), door(rita))] == [3, 0]


def test_events_of_ours_are_beside_cvat_s_and_survive_its_programs(alice: Any, project: Project) -> None:
    client = door(alice)
    made = post(client, body(project, more_events=["completed:request[import:annotations]"])).json()
    assert (made["events"], made["more_events"]) == (["update:job"], ["completed:request[import:annotations]"])
    patched = client.patch(f"/api/webhooks/{made['id']}", {"events": ["create:job"]}, content_type=JSON).json()
    assert (patched["events"], patched["more_events"]) == (["create:job"], made["more_events"])
    listed = client.get("/api/webhooks/events?type=project").json()
    assert {event["key"] for event in listed["events"]} == {event.name for event in events_for("project")}
    assert client.get("/api/webhooks/events?type=server").status_code == 400


def test_deliveries_are_listed_shown_and_sent_again(alice: Any, project: Project, settings: Any) -> None:
    receiver = Receiver(answer=lambda taken: (418, {}, b'{"short": "stout"}')).start()
    settings.WEBHOOKS_ALLOWED_PRIVATE_HOSTS = [receiver.host]
    client = door(alice)
    webhook = post(client, body(project, target_url=receiver.url, events=["create:task"])).json()
    tasks.create_task(actor=alice, project=project, name="Monday")
    telling.tell()
    path = f"/api/webhooks/{webhook['id']}/deliveries"
    shown, = client.get(path).json()["results"]
    assert (shown["event"], shown["status_code"], shown["attempt"], shown["state"]) == ("create:task", 418, 1, "waiting")
    assert (shown["response"], shown["changed_fields"], shown["redelivery"]) == ({"short": "stout"}, "", False)
    assert shown["request"]["task"]["name"] == "Monday"
    assert client.get(f"/api/webhooks/{webhook['id']}").json()["last_status"] == 418
    receiver.answer = lambda taken: (204, {}, b"")
    assert client.post(f"{path}/{shown['id']}/redelivery").status_code == 200
    telling.tell()
    assert client.get(f"{path}/{shown['id']}").json()["state"] == "delivered"
    assert client.get(f"{path}?state=delivered").json()["count"] == 1
    assert client.get(f"{path}/{shown['id'] + 100}").status_code == 404
    receiver.stop()


def test_a_redelivery_of_what_is_on_its_way_is_409(alice: Any, project: Project) -> None:
    client = door(alice)
    webhook = post(client, body(project)).json()
    ping = post(client, {}, f"/api/webhooks/{webhook['id']}/ping").json()
    assert (ping["event"], ping["status_code"], ping["state"]) == ("ping", None, "waiting")
    again = client.post(f"/api/webhooks/{webhook['id']}/deliveries/{ping['id']}/redelivery")
    assert (again.status_code, again.json()["code"]) == (409, "waiting")


def test_twenty_webhooks_of_a_project_are_enough(alice: Any, project: Project) -> None:
    for number in range(20):
        webhooks.create_webhook(actor=alice, place=project, target_url=f"{URL}/{number}", events=["update:job"])
    answer = post(door(alice), body(project))
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many")


def test_lists_take_few_queries_at_any_size(alice: Any, project: Project, django_assert_max_num_queries: Any) -> None:
    made = [webhooks.create_webhook(actor=alice, place=project, target_url=f"{URL}/{number}", events=["update:job"])
            for number in range(15)]
    WebhookDelivery.objects.bulk_create([WebhookDelivery(webhook=made[0], event="update:job", payload={}) for _ in range(120)])
    client = door(alice)
    with django_assert_max_num_queries(10):
        assert len(client.get("/api/webhooks?page_size=100&sort=-id&search=example").json()["results"]) == 15
    with django_assert_max_num_queries(10):
        assert client.get(f"/api/webhooks/{made[0].pk}/deliveries?page_size=100").json()["count"] == 120


@pytest.mark.django_db(transaction=True)
def test_the_unmodified_sdk_looks_after_webhooks(alice: Any, project: Project, sdk: SdkClient, settings: Any) -> None:
    receiver = Receiver().start()
    settings.WEBHOOKS_ALLOWED_PRIVATE_HOSTS = [receiver.host]
    api = sdk.api_client.webhooks_api
    made, _ = api.create(models.WebhookWriteRequest(
        target_url=receiver.url, type="project", project_id=project.pk, events=["update:task", "create:task"], secret="s", enable_ssl=True))
    listed, _ = api.list()
    assert [str(event) for event in listed.results[0].events] == ["create:task", "update:task"]
    api.partial_update(made.id, patched_webhook_write_request=models.PatchedWebhookWriteRequest(description="from the SDK"))
    assert api.retrieve(made.id)[0].description == "from the SDK"
    ping, _ = api.create_ping(made.id)
    telling.tell()
    shown, _ = api.retrieve_deliveries(str(ping.id), made.id)
    assert (shown.event, shown.status_code, shown.attempt) == ("ping", 200, 1)
    api.create_deliveries_redelivery(str(ping.id), made.id)
    assert api.list_deliveries(made.id)[0].count == 2
    assert "update:job" in {event.key for event in api.retrieve_events(type="project")[0].events}
    api.destroy(made.id)
    assert not Webhook.objects.exists()
    receiver.stop()
