"""Skills' values and bans of our Tolokers: read in pages, by cursors, whole now and then; never half believed."""
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from redis.exceptions import ConnectionError

from crowdsourcing import connections, sync, tasks
from crowdsourcing.mirror.locks import PEOPLE, only_one
from crowdsourcing.models import Assignment, Ban, ProviderAccount, Toloker, TolokerSkill
from crowdsourcing.providers.base import SkillSpec
from crowdsourcing.providers.errors import Unavailable
from crowdsourcing.providers.fake import FakeProvider
from crowdsourcing.services import pools
from tests.crowdsourcing.crowd import Crowd

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def account(crowd: Crowd) -> ProviderAccount:
    crowd.open_pool()
    crowd.work(0, "wanda")
    return crowd.crowd_project.account


@pytest.fixture
def skill(crowd: Crowd, account: ProviderAccount) -> str:
    return FakeProvider(crowd.platform).ensure_skill(SkillSpec("Road signs")).id


def look(account: ProviderAccount) -> bool:
    with connections.connected(account) as provider:
        return sync.sync_people(account, provider)


def values() -> dict[str, float]:
    return dict(TolokerSkill.objects.filter(gone_at=None).values_list("toloker__user_id", "value"))


def test_only_tolokers_and_skills_of_ours_are_kept(crowd: Crowd, account: ProviderAccount, skill: str) -> None:
    for worker, value in (("wanda", 83.25), ("stranger", 10), ("another", 20)):
        crowd.platform.give_skill(skill, worker, value)
    crowd.platform.give_skill("of-a-training", "wanda", 7)
    crowd.platform.ban("wanda", comment="Too fast", until=timezone.now() + timedelta(days=10))
    crowd.platform.ban("stranger")
    tasks.sync_people()
    assert values() == {"wanda": 83.25} and Toloker.objects.count() == 1
    ban = Ban.objects.get()
    assert (ban.toloker.user_id, ban.scope, ban.private_comment, ban.gone_at) == ("wanda", "ALL_PROJECTS", "Too fast", None)
    account.refresh_from_db()
    assert account.people_read_at is not None and account.people_error == ""


def test_a_second_look_asks_only_for_what_changed_and_writes_nothing_else(crowd: Crowd, account: ProviderAccount, skill: str) -> None:
    crowd.platform.give_skill(skill, "wanda", 50)
    crowd.platform.ban("wanda")
    look(account)
    before = (TolokerSkill.objects.get().mirrored_at, Ban.objects.get().mirrored_at)
    crowd.platform.calls.clear()
    look(account)
    asked = [call for call in crowd.platform.calls if call[0] in ("user_skill_pages", "ban_pages")]
    assert [call[0] for call in asked if call[1] is not None] == ["user_skill_pages", "ban_pages"], asked
    assert (TolokerSkill.objects.get().mirrored_at, Ban.objects.get().mirrored_at) == before
    crowd.platform.give_skill(skill, "wanda", 60)
    look(account)
    assert values() == {"wanda": 60.0}


def test_what_was_taken_away_is_gone_once_everything_was_read_and_back_when_it_is_back(
        crowd: Crowd, account: ProviderAccount, skill: str) -> None:
    crowd.platform.give_skill(skill, "wanda", 50)
    ban = crowd.platform.ban("wanda")
    look(account)
    del crowd.platform.bans[ban], crowd.platform.user_skills[skill]["wanda"]
    Toloker.objects.update(first_seen_at=timezone.now() - timedelta(days=9))
    look(account)
    assert values() == {"wanda": 50.0}, "a look at what changed does not see it"
    # A day later everything is read.
    ProviderAccount.objects.update(people_cursors={name: text and (datetime.fromisoformat(text) - timedelta(days=2)).isoformat()
                                                   for name, text in ProviderAccount.objects.get().people_cursors.items()})
    look(account)
    assert values() == {} and Ban.objects.get().gone_at is not None and TolokerSkill.objects.get().gone_at is not None
    crowd.platform.give_skill(skill, "wanda", 51)
    look(account)
    assert values() == {"wanda": 51.0}


def test_who_came_later_brings_the_values_they_had_before(crowd: Crowd, account: ProviderAccount, skill: str) -> None:
    crowd.platform.user_skills[skill] = {"walter": 77.0}
    crowd.platform.give_skill(skill, "wanda", 50)
    look(account)
    assert values() == {"wanda": 50.0}
    crowd.work(1, "walter")
    look(account)
    assert values() == {"wanda": 50.0, "walter": 77.0}


def test_a_whole_crowd_of_newcomers_is_read_at_once(crowd: Crowd, account: ProviderAccount, skill: str) -> None:
    look(account)
    Toloker.objects.bulk_create([Toloker(account=account, user_id=f"w{number}") for number in range(60)])
    crowd.platform.user_skills[skill] = {f"w{number}": float(number) for number in range(60)}
    crowd.platform.calls.clear()
    look(account)
    assert len(values()) == 60 and crowd.platform.count("user_skill_pages") == 1


def test_a_look_that_breaks_says_so_and_the_next_one_begins_where_it_did(crowd: Crowd, account: ProviderAccount, skill: str) -> None:
    crowd.platform.give_skill(skill, "wanda", 50)
    look(account)
    account.refresh_from_db()
    read_at, cursors = account.people_read_at, account.people_cursors
    crowd.platform.give_skill(skill, "wanda", 60)
    crowd.platform.ban("wanda")
    crowd.platform.fail("ban_pages", Unavailable("The platform is not available."))
    tasks.sync_people()
    account.refresh_from_db()
    assert values() == {"wanda": 60.0}, "what was read is kept"
    assert (account.people_read_at, account.people_cursors) == (read_at, cursors)
    assert account.people_error == "The platform is not available."
    tasks.sync_people()
    account.refresh_from_db()
    assert Ban.objects.count() == 1 and account.people_error == "" and account.people_read_at > read_at


def test_half_of_a_whole_reading_forgets_nothing(crowd: Crowd, account: ProviderAccount, skill: str, monkeypatch: Any) -> None:
    crowd.platform.give_skill(skill, "wanda", 50)
    look(account)
    ProviderAccount.objects.update(people_cursors={})
    crowd.platform.user_skills[skill].clear()
    monkeypatch.setattr(FakeProvider, "ban_pages", lambda self, since=None: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        look(account)
    assert values() == {"wanda": 50.0}
    monkeypatch.undo()


def test_only_one_looks_at_a_time(account: ProviderAccount) -> None:
    with ThreadPoolExecutor(1) as another, only_one(PEOPLE, account.pk):
        assert another.submit(_in_a_thread, account).result() is False
    assert look(account) is True


def _in_a_thread(account: ProviderAccount) -> bool:
    try:
        return look(account)
    finally:
        connection.close()


def test_work_that_came_in_rings_once_a_minute(crowd: Crowd, account: ProviderAccount, monkeypatch: Any) -> None:
    from django.core.cache import cache

    rung: list[Any] = []
    monkeypatch.setattr(tasks.sync_people_of, "apply_async", lambda args, countdown: rung.append((args, countdown)))
    cache.delete(f"people-rung-{account.pk}")
    crowd.work(1, "walter")
    crowd.work(2, "willy")
    assert rung == [([account.pk], 60)]


def test_a_decision_and_a_look_by_hand_ring_too(crowd: Crowd, account: ProviderAccount, monkeypatch: Any) -> None:
    rung: list[int] = []
    monkeypatch.setattr(tasks, "ring_for_people", rung.append)
    crowd.accept(Assignment.objects.select_related("pool__crowd_project__account", "toloker").get())
    crowd.deliver(pools.sync_pool(actor=crowd.owner, pool=crowd.pool))
    crowd.deliver(pools.stop_pool(actor=crowd.owner, pool=crowd.pool))
    assert rung == [account.pk] * 2


def test_a_bell_that_nobody_hears_stops_nothing(account: ProviderAccount, monkeypatch: Any) -> None:
    from django.core.cache import cache

    def away(*args: Any, **kwargs: Any) -> bool:
        raise ConnectionError("Redis is away.")

    monkeypatch.setattr(cache, "add", away)
    tasks.ring_for_people(account.pk)
