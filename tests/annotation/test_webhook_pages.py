"""Webhooks for people: the list, the form, what was told, and telling it again."""
from typing import Any

import pytest
from django.test import Client

from annotation.models import Organization, OrganizationMember, Project, ProjectMember, Webhook, WebhookDelivery
from annotation.sealed import unseal
from annotation.services import members, tasks, webhooks
from annotation.webhooks import telling
from tests.annotation.receiver import Receiver

pytestmark = pytest.mark.django_db
URL = "https://example.org/hook"


@pytest.fixture
def client(alice: Any) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def form(**changes: Any) -> dict[str, Any]:
    return {"target_url": URL, "events": ["update:job"], "is_active": "on", "enable_ssl": "on", "secret": "", **changes}


def test_an_empty_list_says_what_webhooks_are_for(client: Client, project: Project) -> None:
    page = client.get(f"/projects/{project.pk}/webhooks").content.decode()
    assert "No webhooks yet" in page and f"/projects/{project.pk}/webhooks/create" in page
    assert f"/projects/{project.pk}/webhooks" in client.get(f"/projects/{project.pk}").content.decode()


def test_made_by_the_form_and_kept_secret(client: Client, project: Project) -> None:
    answer = client.post(f"/projects/{project.pk}/webhooks/create", form(secret="hidden words", events=["update:job", "create:issue"]))
    webhook = Webhook.objects.get()
    assert answer.status_code == 302 and answer.url == f"/webhooks/{webhook.pk}"
    assert (webhook.events, webhook.enable_ssl, webhook.is_active) == (["update:job", "create:issue"], True, True)
    edit = f"/webhooks/{webhook.pk}/edit"
    assert "hidden words" not in client.get(edit).content.decode()
    client.post(edit, form(target_url=URL + "/2"))
    webhook.refresh_from_db()
    assert (webhook.target_url, unseal(webhook.secret)) == (URL + "/2", "hidden words")
    client.post(edit, form(no_secret="on"))
    webhook.refresh_from_db()
    assert bytes(webhook.secret) == b""
    assert URL in client.get(f"/projects/{project.pk}/webhooks").content.decode()
    client.post(f"/webhooks/{webhook.pk}/delete")
    assert not Webhook.objects.exists()


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"target_url": "ftp://x"}, "does not start with http"), ({"events": []}, "Choose at least one event."),
    ({"events": ["no:such"]}, "Select a valid choice")], ids=["address", "no event", "unknown event"])
def test_a_bad_form_comes_back_with_its_words(client: Client, project: Project, changes: dict[str, Any], sentence: str) -> None:
    answer = client.post(f"/projects/{project.pk}/webhooks/create", form(description="kept words", **changes))
    page = answer.content.decode()
    assert answer.status_code == 422 and sentence in page and "kept words" in page
    assert not Webhook.objects.exists()


def test_what_was_told_is_shown_with_the_answer_and_told_again(client: Client, alice: Any, project: Project, settings: Any) -> None:
    receiver = Receiver(answer=lambda taken: (500, {}, b"<script>out of order</script>")).start()
    settings.WEBHOOKS_ALLOWED_PRIVATE_HOSTS = [receiver.host]
    webhook = webhooks.create_webhook(actor=alice, place=project, target_url=receiver.url, events=["create:task"])
    tasks.create_task(actor=alice, project=project, name="<b>Monday</b>")
    path = f"/webhooks/{webhook.pk}"
    assert "every 1500ms" in client.get(path).content.decode()
    telling.tell()
    listed = client.get(path).content.decode()
    assert "HTTP 500" in listed and "1 of 9" in listed and "every 1500ms" not in listed
    delivery = WebhookDelivery.objects.get()
    page = client.get(f"{path}/deliveries/{delivery.pk}").content.decode()
    assert "&lt;script&gt;out of order" in page and "&lt;b&gt;Monday" in page and "Try now" in page
    receiver.answer = lambda taken: (200, {}, b"")
    assert client.post(f"{path}/deliveries/{delivery.pk}/redeliver").status_code == 302
    telling.tell()
    assert "Delivered" in client.get(f"{path}/deliveries/{delivery.pk}", headers={"HX-Request": "true"}).content.decode()
    client.post(f"{path}/ping")
    telling.tell()
    assert len(receiver.taken) == 3
    receiver.stop()


def test_pages_are_for_whoever_looks_after_the_place(alice: Any, bob: Any, rita: Any, project: Project) -> None:
    webhook = webhooks.create_webhook(actor=alice, place=project, target_url=URL, events=["update:job"])
    members.share_project(actor=alice, project=project, user=rita, role=ProjectMember.Role.REVIEWER)
    for user, status in ((rita, 403), (bob, 404)):
        client = Client()
        client.force_login(user)
        assert client.get(f"/projects/{project.pk}/webhooks").status_code == status
        assert client.post(f"/projects/{project.pk}/webhooks/create", form()).status_code == status
        for page in ("", "/edit"):
            assert client.get(f"/webhooks/{webhook.pk}{page}").status_code == 404
        for verb in ("ping", "delete"):
            assert client.post(f"/webhooks/{webhook.pk}/{verb}").status_code == 404
    assert Webhook.objects.filter(pk=webhook.pk).exists()


def test_a_maintainer_looks_after_the_organization_s(client: Client, alice: Any, bob: Any) -> None:
    team = Organization.objects.create(slug="team", owner=alice)
    OrganizationMember.objects.create(organization=team, user=alice, role="owner")
    OrganizationMember.objects.create(organization=team, user=bob, role="worker")
    assert client.post(f"/organizations/{team.pk}/webhooks/create", form(events=["create:project"])).status_code == 302
    assert "1 event" in client.get(f"/organizations/{team.pk}/webhooks").content.decode()
    worker = Client()
    worker.force_login(bob)
    assert worker.get(f"/organizations/{team.pk}/webhooks").status_code == 403


def test_pages_take_few_queries_at_any_size(client: Client, alice: Any, project: Project, django_assert_max_num_queries: Any) -> None:
    made = [webhooks.create_webhook(actor=alice, place=project, target_url=f"{URL}/{number}", events=["update:job"])
            for number in range(12)]
    WebhookDelivery.objects.bulk_create([
        WebhookDelivery(webhook=webhook, event="update:job", payload={}) for webhook in made for _ in range(40)])
    client.get("/projects")
    with django_assert_max_num_queries(10):
        client.get(f"/projects/{project.pk}/webhooks")
    with django_assert_max_num_queries(10):
        client.get(f"/webhooks/{made[0].pk}")


def test_the_admin_shows_no_secret(ada: Any, alice: Any, project: Project) -> None:
    webhook = webhooks.create_webhook(actor=alice, place=project, target_url=URL, events=["create:task"], secret="hidden words")
    tasks.create_task(actor=alice, project=project, name="Monday")
    client = Client()
    client.force_login(ada)
    for page in ("webhook/", f"webhook/{webhook.pk}/change/", "webhookdelivery/"):
        answer = client.get(f"/admin/annotation/{page}", follow=True)
        assert answer.status_code == 200 and "hidden words" not in answer.content.decode()
