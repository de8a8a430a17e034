"""The outbox: what a requester asked for is done once, or said in words why not, whatever breaks on the way."""
import logging
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from crowdsourcing import connections, delivery, mirror, selectors, tasks
from crowdsourcing.models import ProviderAccount, ProviderCommand
from crowdsourcing.providers.errors import NotEnoughBalance, RateLimited, Unavailable
from crowdsourcing.services import assignments, pools, projects
from crowdsourcing.transitions import Refused
from tests.crowdsourcing.crowd import Crowd

pytestmark = pytest.mark.django_db


def test_the_whole_road_from_key_to_archive(crowd: Crowd) -> None:
    crowd_project = crowd.setup_project()
    assert (crowd_project.status, bool(crowd_project.remote_id)) == ("ACTIVE", True)
    assert crowd_project.account.requester_name == "Fake requester"
    pool = crowd.setup_pool()
    assert pool.status == "CLOSED"
    assert not pool.task_suites.filter(remote_task_id="").exists()
    crowd.deliver(pools.start_pool(actor=crowd.owner, pool=pool))
    assert crowd.pool.status == "OPEN"
    for number in range(3):
        crowd.accept(crowd.work(number, f"worker {number}"))
        assert crowd.state(number)[:2] == ("acceptance", "completed")
    for verb, status in ((pools.stop_pool, "CLOSED"), (pools.archive_pool, "ARCHIVED")):
        assert crowd.deliver(verb(actor=crowd.owner, pool=crowd.pool)).status == "done"
        assert crowd.pool.status == status
    crowd.deliver(projects.archive_project(actor=crowd.owner, crowd_project=crowd.crowd_project))
    assert crowd.crowd_project.status == "ARCHIVED"
    assert crowd.money() == {
        "budget": Decimal("0.15"), "reserved": Decimal(0), "spent": Decimal("0.15"), "free": Decimal(0), "fee_estimate": Decimal("0.045")}


def test_a_bad_key_fails_with_a_sentence_and_a_second_try_replaces_it(crowd: Crowd) -> None:
    crowd_project = crowd.setup_project(api_key="wrong")
    command = selectors.latest_command(crowd_project)
    assert command is not None
    assert (command.status, command.error_code, command.attempts) == ("failed", "AUTHENTICATION_ERROR", 1)
    assert command.error.endswith(".")
    assert crowd_project.remote_id == ""
    assert crowd.setup_project().remote_id
    assert len(crowd.platform.projects) == 1


def test_a_second_click_is_told_that_the_first_is_on_its_way(crowd: Crowd) -> None:
    crowd.setup_project()
    pool = crowd.setup_pool()
    pools.start_pool(actor=crowd.owner, pool=pool)
    with pytest.raises(Refused) as caught:
        pools.start_pool(actor=crowd.owner, pool=pool)
    assert caught.value.code == "busy"
    assert "Start pool" in caught.value.sentence
    assert ProviderCommand.objects.filter(kind="start_pool").count() == 1


def test_the_database_allows_one_open_command_a_target(crowd: Crowd) -> None:
    from crowdsourcing.intents import insert_command
    from crowdsourcing.statuses import CommandKind

    crowd.setup_project()
    pool = crowd.setup_pool()
    insert_command(actor=None, target=pool, kind=CommandKind.SYNC_POOL, account=pool.crowd_project.account)
    with pytest.raises(Refused) as caught:
        insert_command(actor=None, target=pool, kind=CommandKind.START_POOL, account=pool.crowd_project.account)
    assert caught.value.code == "busy"


def test_an_answer_that_never_came_is_asked_again_and_done_once(crowd: Crowd) -> None:
    for method in ("requester", "ensure_project", "ensure_pool", "ensure_tasks"):
        for after in (False, True):
            crowd.platform.fail(method, Unavailable("No answer."), after=after)
    crowd.setup_project()
    crowd.deliver_all()
    crowd.setup_pool()
    crowd.deliver_all()
    assert (len(crowd.platform.projects), len(crowd.platform.pools), len(crowd.platform.tasks)) == (1, 1, 3)
    assert set(ProviderCommand.objects.values_list("status", flat=True)) == {"done"}
    assert crowd.money()["budget"] == Decimal("0.15")


def test_an_accept_whose_answer_is_lost_pays_once(crowd: Crowd) -> None:
    crowd.open_pool()
    assignment = crowd.work()
    crowd.platform.fail("accept", Unavailable("No answer."), after=True)
    command = crowd.accept(assignment)
    assert command.status == "pending"
    assert command.error == "No answer."
    crowd.sync()
    assert crowd.assignment(assignment.remote_id).status == "ACCEPTED"
    crowd.deliver_all()
    command.refresh_from_db()
    assert command.status == "done"
    assert crowd.platform.done("accept") == 1
    assert crowd.changes(assignment)[-1] == ("SUBMITTED", "ACCEPTED", "requester")
    assert crowd.money()["spent"] == Decimal("0.05")


def test_the_platform_asks_to_slow_down_and_is_obeyed(crowd: Crowd) -> None:
    crowd.platform.fail("ensure_project", RateLimited("Slower.", retry_after=3600))
    command = selectors.latest_command(crowd.setup_project())
    assert command is not None and command.status == "pending"
    assert timedelta(minutes=59) < command.next_try_at - timezone.now() < timedelta(minutes=61)
    tasks.sweep_commands()
    command.refresh_from_db()
    assert (command.status, command.attempts) == ("pending", 1)


def test_waits_grow_and_end_with_a_sentence(crowd: Crowd, settings: Any) -> None:
    settings.COMMAND_MAX_ATTEMPTS = 3
    crowd.platform.fail("requester", Unavailable("The platform is not available."), times=99)
    command = selectors.latest_command(crowd.setup_project())
    crowd.deliver_all()
    assert command is not None
    command.refresh_from_db()
    assert (command.status, command.attempts) == ("failed", 3)
    assert "3 times" in command.error
    waits = [delivery.run.back_off(attempt) for attempt in (1, 4, 30)]
    assert 1 <= waits[0] <= 3 and 12 <= waits[1] <= 20 and 450 <= waits[2] <= 750


def test_no_money_is_said_and_not_tried_again(crowd: Crowd) -> None:
    crowd.setup_project()
    pool = crowd.setup_pool()
    crowd.platform.fail("open_pool", NotEnoughBalance("There is not enough money on the account. Top it up.", "NOT_ENOUGH_BALANCE"))
    command = crowd.deliver(pools.start_pool(actor=crowd.owner, pool=pool))
    assert (command.status, command.error_code) == ("failed", "NOT_ENOUGH_BALANCE")
    assert crowd.pool.status == "CLOSED"


def test_a_pool_archived_behind_our_back_is_noticed_when_a_verb_fails(crowd: Crowd) -> None:
    pool = crowd.open_pool()
    crowd.deliver(pools.stop_pool(actor=crowd.owner, pool=crowd.pool))
    crowd.platform.pools[pool.remote_id]["status"] = "ARCHIVED"
    command = crowd.deliver(pools.start_pool(actor=crowd.owner, pool=crowd.pool))
    assert command.status == "failed"
    assert crowd.pool.status == "ARCHIVED"
    assert crowd.changes(crowd.pool)[-1] == ("CLOSED", "ARCHIVED", "platform")


def test_a_changed_price_is_sent_before_the_pool_opens_and_set_aside(crowd: Crowd) -> None:
    crowd.setup_project()
    pool = crowd.setup_pool()
    crowd.platform.fail("update_pool", NotEnoughBalance("Not now."))
    dearer = {"reward_per_assignment": Decimal("0.10")}
    assert crowd.deliver(pools.update_pool(actor=crowd.owner, pool=pool, config=dearer)).status == "failed"
    assert crowd.money()["budget"] == Decimal("0.15")
    crowd.deliver(pools.start_pool(actor=crowd.owner, pool=crowd.pool))
    assert crowd.platform.pools[pool.remote_id]["spec"].reward_per_assignment == Decimal("0.10")
    assert crowd.money()["budget"] == Decimal("0.30")


def test_a_mistake_of_ours_is_tried_again_and_logged(crowd: Crowd, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(mirror, "mirror_account", lambda *args: 1 / 0)
        with caplog.at_level(logging.ERROR):
            command = selectors.latest_command(crowd.setup_project())
    assert command is not None and (command.status, command.error_code) == ("pending", "internal")
    assert "ZeroDivisionError" in caplog.text
    crowd.deliver_all()
    assert crowd.crowd_project.status == "ACTIVE"


# --- the guard, the key ----------------------------------------------------------------------------------------------------------


def test_no_call_to_a_platform_gets_through_inside_a_transaction(crowd: Crowd) -> None:
    account = crowd.setup_project().account
    before = len(crowd.platform.calls)
    with pytest.raises(RuntimeError), transaction.atomic(), connections.connected(account):
        pass
    with connections.connected(account) as provider:
        provider.requester()
        with pytest.raises(RuntimeError), transaction.atomic():
            provider.requester()
        pages = provider.assignment_pages("1")
        with pytest.raises(RuntimeError), transaction.atomic():
            next(pages)
    assert len(crowd.platform.calls) == before + 1


def test_the_key_is_stored_encrypted_and_shown_nowhere(crowd: Crowd, caplog: Any) -> None:
    key = "AQAD-secret-0123456789"
    crowd.platform.key = key
    with caplog.at_level(logging.DEBUG):
        crowd.setup_project(api_key=key)
        crowd.platform.fail("project", Unavailable("No."))
        crowd.sync()
    account = ProviderAccount.objects.get()
    assert key not in bytes(account.encrypted_key).decode()
    assert key not in caplog.text + repr(account) + str(account) + repr(account.__dict__)
    assert key not in repr([command.__dict__ for command in ProviderCommand.objects.all()])
    from crowdsourcing import credentials

    secret = credentials.decrypt(account.encrypted_key)
    assert key not in f"{secret} {secret!r} {[secret]}"
    assert secret.reveal() == key


def test_keys_rotate_and_a_lost_one_is_asked_for_again(crowd: Crowd, settings: Any) -> None:
    from cryptography.fernet import Fernet

    from crowdsourcing import credentials

    crowd.setup_project()
    settings.CREDENTIALS_KEYS = [Fernet.generate_key().decode(), *settings.CREDENTIALS_KEYS]
    account = ProviderAccount.objects.get()
    account.encrypted_key = credentials.rotate(account.encrypted_key)
    account.save()
    settings.CREDENTIALS_KEYS = settings.CREDENTIALS_KEYS[:1]
    assert credentials.decrypt(account.encrypted_key).reveal() == "good-key"
    settings.CREDENTIALS_KEYS = [Fernet.generate_key().decode()]
    command = crowd.deliver(projects.sync_project(actor=crowd.owner, crowd_project=crowd.crowd_project))
    assert (command.status, command.error_code) == ("failed", "UNREADABLE_KEY")
    assert "Enter the key again" in command.error


def test_a_new_key_must_belong_to_the_same_requester(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd.setup_project()
    ProviderAccount.objects.update(requester_id="somebody else")
    command = crowd.deliver(projects.update_project(
        actor=crowd.owner, crowd_project=crowd.crowd_project, description="Cars and vans", api_key="good-key"))
    assert (command.status, command.error_code) == ("failed", "another_requester")
    assert ProviderAccount.objects.count() == 1
    ProviderAccount.objects.update(requester_id="requester-1")
    crowd.platform.key = "new-key"
    command = crowd.deliver(projects.update_project(
        actor=crowd.owner, crowd_project=crowd.crowd_project, description="Cars and vans", api_key="new-key"))
    assert command.status == "done"
    assert crowd.platform.projects[crowd.crowd_project.remote_id]["spec"].description == "Cars and vans"
    assert ProviderAccount.objects.count() == 1


def test_a_stranger_may_ask_for_nothing(crowd: Crowd, stranger: Any) -> None:
    from annotation.errors import Forbidden

    pool = crowd.open_pool()
    assignment = crowd.work()
    for ask in (
            lambda: pools.stop_pool(actor=stranger, pool=pool),
            lambda: assignments.accept_assignment(actor=stranger, assignment=assignment),
            lambda: projects.sync_project(actor=stranger, crowd_project=crowd.crowd_project)):
        with pytest.raises(Forbidden):
            ask()
