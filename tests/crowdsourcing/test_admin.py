"""The admin: everything can be looked at, verbs go through the services, keys never come back."""
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from crowdsourcing import credentials
from crowdsourcing.models import Ban, BulkDecision, Pool, ProviderAccount, ProviderCommand, Skill, TolokerSkill, WorkMeasure
from tests.crowdsourcing import questions, scene

pytestmark = [pytest.mark.services, pytest.mark.django_db]
MODELS = ("provideraccount", "toloker", "crowdproject", "pool", "tasksuite", "assignment", "ledgerentry", "providercommand", "statuschange",
          "bulkdecision", "bulkitem", "workmeasure", "skill", "tolokerskill", "ban")


@pytest.fixture
def browser(client: Any, ada: Any) -> Any:
    client.force_login(ada)
    return client


@pytest.fixture
def pool(alice: Any) -> Pool:
    pool = scene.pool(scene.task(scene.project(alice)))
    assignment = scene.assignment(pool.task.jobs.first())
    scene.command(assignment, "accept_assignment", "done")
    WorkMeasure.objects.create(assignment=assignment, with_work=True, frames=1, seconds=60)
    now, toloker = timezone.now(), assignment.toloker
    skill = Skill.objects.create(account=toloker.account, remote_id="12", name="Signs")
    TolokerSkill.objects.create(toloker=toloker, skill=skill, value=12.5, modified=now, mirrored_at=now)
    Ban.objects.create(toloker=toloker, remote_id="12", scope="POOL", created=now, mirrored_at=now)
    bulk = BulkDecision.objects.create(actor=alice, verb=BulkDecision.Verb.ACCEPT, count=1, amount=assignment.reward)
    bulk.items.create(assignment=assignment)
    return pool


def act(browser: Any, model: str, action: str, *rows: Any, **more: str) -> str:
    response = browser.post(reverse(f"admin:crowdsourcing_{model}_changelist"),
                            {"action": action, "_selected_action": [row.pk for row in rows], **more}, follow=True)
    return response.content.decode()


@pytest.mark.parametrize("model", MODELS)
def test_every_model_can_be_listed_searched_and_opened(browser: Any, pool: Pool, model: str) -> None:
    from django.apps import apps

    address = reverse(f"admin:crowdsourcing_{model}_changelist")
    assert browser.get(address).status_code == 200
    assert browser.get(address, {"q": "12"}).status_code == 200
    row = apps.get_model("crowdsourcing", model).objects.first()
    response = browser.get(reverse(f"admin:crowdsourcing_{model}_change", args=[row.pk]))
    page = response.content.decode()
    assert response.status_code == 200
    assert scene.KEY not in page and "encrypted_key" not in page and "key_nonce" not in page and "Key nonce" not in page
    assert browser.get(reverse(f"admin:crowdsourcing_{model}_add")).status_code == 403
    assert browser.get(reverse(f"admin:crowdsourcing_{model}_delete", args=[row.pk])).status_code == 403


@pytest.mark.parametrize(("action", "status", "kind"), [
    ("start_pool", "CLOSED", "start_pool"), ("stop_pool", "OPEN", "stop_pool"), ("sync_pool", "OPEN", "sync_pool")])
def test_pool_verbs_are_actions(browser: Any, pool: Pool, ada: Any, action: str, status: str, kind: str) -> None:
    Pool.objects.update(status=status)
    assert "The platform is being asked: 1 command." in act(browser, "pool", action, pool)
    command = ProviderCommand.objects.get(target_type="pool")
    assert (command.kind, command.actor) == (kind, ada)


def test_a_paused_verification_says_so_and_names_no_command(browser: Any, pool: Pool) -> None:
    row, before = questions.verification(pool), ProviderCommand.objects.count()
    assert "Paused: 1 verification." in act(browser, "verification", "pause", row)
    row.refresh_from_db()
    assert row.stopped_at is not None and ProviderCommand.objects.count() == before
    assert "1 verification will go on" in act(browser, "verification", "go_on", row)


def test_an_obstacle_is_said_for_its_row_and_the_others_go_on(browser: Any, pool: Pool) -> None:
    other = scene.pool(scene.task(pool.task.project, "Tuesday"), status="OPEN")
    page = act(browser, "pool", "start_pool", pool, other)
    assert "The pool is open already." in page and "1 command." in page


def test_project_verbs_are_actions(browser: Any, pool: Pool) -> None:
    assert "All pools must be archived first" in act(browser, "crowdproject", "archive_project", pool.crowd_project)
    act(browser, "crowdproject", "sync_project", pool.crowd_project)
    assert ProviderCommand.objects.filter(kind="sync_project").count() == 1


def test_accept_and_reject_take_the_comment_of_the_action_bar(browser: Any, pool: Pool) -> None:
    _, second, third = (scene.assignment(job) if number else None for number, job in enumerate(pool.task.jobs.all()))
    act(browser, "assignment", "accept_assignment", second, comment="Fine.")
    assert "Say why the work is rejected" in act(browser, "assignment", "reject_assignment", third)
    act(browser, "assignment", "reject_assignment", third, comment="Empty.")
    assert dict(ProviderCommand.objects.filter(status="pending").values_list("kind", "payload")) == {
        "accept_assignment": {"comment": "Fine."}, "reject_assignment": {"comment": "Empty."}}


def test_a_rejected_job_is_reissued(browser: Any, pool: Pool) -> None:
    assignment = scene.assignment(pool.task.jobs.last(), "REJECTED")
    act(browser, "tasksuite", "reissue_job", assignment.task_suite)
    assert ProviderCommand.objects.get(kind="reissue_job").payload == {"overlap": 2}


def test_a_failed_command_is_tried_again(browser: Any, pool: Pool) -> None:
    failed = scene.command(pool, "start_pool", "failed")
    act(browser, "providercommand", "retry", failed)
    assert ProviderCommand.objects.filter(kind="start_pool", status="pending").count() == 1
    assert "was asked for since" in act(browser, "providercommand", "retry", failed)


def test_a_key_can_be_written_but_not_read(browser: Any, pool: Pool) -> None:
    account = pool.crowd_project.account
    address = reverse("admin:crowdsourcing_provideraccount_change", args=[account.pk])
    assert 'type="password"' in browser.get(address).content.decode()
    browser.post(address, {"new_api_key": "a-new-key"})
    stored = ProviderAccount.objects.get(pk=account.pk)
    assert credentials.decrypt(stored.encrypted_key).reveal() == "a-new-key"
    assert "a-new-key" not in browser.get(address, follow=True).content.decode()
    refused = browser.post(address, {"new_api_key": "two words"}).content.decode()
    assert "one word, no spaces" in refused and "two words" not in refused
    browser.post(address, {"new_api_key": ""})
    assert credentials.decrypt(ProviderAccount.objects.get(pk=account.pk).encrypted_key).reveal() == "a-new-key"


def test_staff_without_the_change_permission_get_no_verbs(client: Any, pool: Pool) -> None:
    from django.contrib.auth.models import Permission

    from tests.cast import person

    clerk = person("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_pool"))
    client.force_login(clerk)
    page = client.get(reverse("admin:crowdsourcing_pool_changelist")).content.decode()
    assert "Start Toloka pool" not in page
    act(client, "pool", "start_pool", pool)
    assert not ProviderCommand.objects.filter(kind="start_pool").exists()


def test_the_schedule_of_the_periodic_work_is_there(browser: Any) -> None:
    assert browser.get(reverse("admin:django_celery_beat_periodictask_changelist")).status_code == 200
