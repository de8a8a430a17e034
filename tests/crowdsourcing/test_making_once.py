"""Skills have neither operation id nor mark at the platform: who wants a name takes turns with others, so that never two are made."""
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from crowdsourcing.making import make_skill
from crowdsourcing.models import ProviderAccount, Skill
from crowdsourcing.providers.base import SkillSpec
from crowdsourcing.providers.errors import NotFound, Unavailable
from crowdsourcing.providers.fake import FakePlatform, FakeProvider
from crowdsourcing.services import pools, rules, verifications
from tests.crowdsourcing.crowd import Crowd
from tests.crowdsourcing.verifying import later, newest

pytestmark = pytest.mark.django_db(transaction=True)
SPEC = SkillSpec("Road signs")


class Slow(FakeProvider):
    """Looks for the name, and makes the skill only when it is let go on: what the real platform's two calls leave room for."""

    def __init__(self, platform: FakePlatform) -> None:
        super().__init__(platform)
        self.looked, self.go_on = threading.Event(), threading.Event()

    def ensure_skill(self, spec: SkillSpec) -> Any:
        there = [skill for skill in self.platform.skills.values() if skill.name == spec.name]
        self.looked.set()
        assert self.go_on.wait(10)
        if there:
            return there[0]
        made = super().ensure_skill(SkillSpec(f"{spec.name} {len(self.platform.skills)}"))
        self.platform.skills[made.id] = type(made)(made.id, spec.name, made.hidden, {}, made.seen_at)
        return self.platform.skills[made.id]


@contextmanager
def making(account: ProviderAccount, provider: FakeProvider, ends: list[Any]) -> Iterator[threading.Thread]:
    """Another worker that makes the skill, on a connection of its own."""
    def run() -> None:
        try:
            ends.append(make_skill(account, provider, SPEC))
        except Exception as problem:
            ends.append(problem)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield thread
    finally:
        thread.join(10)


def test_two_who_want_one_name_at_the_same_moment_make_one_skill(crowd: Crowd) -> None:
    crowd.setup_project()
    account, platform = crowd.crowd_project.account, crowd.platform
    # The same requester, connected by a colleague.
    twin = ProviderAccount.objects.create(
        owner=crowd.owner, base_url=account.base_url, requester_id=account.requester_id, encrypted_key=b"")
    first, second, ends = Slow(platform), Slow(platform), []
    second.go_on.set()
    with making(account, first, ends):
        assert first.looked.wait(10)
        with pytest.raises(Unavailable, match="is being made by another command") as busy:
            make_skill(twin, second, SPEC)
        assert busy.value.retry and not second.looked.is_set(), "it did not even look: it would not have found it"
        make_skill(twin, FakeProvider(platform), SkillSpec("Another name"))
        first.go_on.set()
    assert isinstance(ends[0], Skill)
    assert make_skill(twin, second, SPEC).remote_id == ends[0].remote_id
    assert [skill.name for skill in platform.skills.values()].count(SPEC.name) == 1


def test_whoever_fails_leaves_the_turn_to_the_next(crowd: Crowd) -> None:
    crowd.setup_project()
    account, provider = crowd.crowd_project.account, FakeProvider(crowd.platform)
    crowd.platform.fail("ensure_skill", NotFound("Gone.", "DOES_NOT_EXIST"))
    ends: list[Any] = []
    with making(account, provider, ends):
        pass
    assert isinstance(ends[0], NotFound)
    assert make_skill(account, provider, SPEC).name == SPEC.name


def _asked(crowd: Crowd) -> Any:
    return rules.make_skill(actor=crowd.owner, crowd_project=crowd.crowd_project, name=SPEC.name)


def _example(crowd: Crowd) -> Any:
    pools.setup_example_pool(actor=crowd.owner, task=crowd.task, skill_name=SPEC.name)
    return newest()


def _verification(crowd: Crowd) -> Any:
    crowd.setup_pool()
    verifications.setup_verification(actor=crowd.owner, pool=crowd.pool, config={})
    return newest()


@pytest.mark.parametrize("road", [_asked, _example, _verification])
def test_every_road_waits_for_its_turn_and_goes_on_by_itself(crowd: Crowd, road: Callable[[Crowd], Any],
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    crowd.make_frames()
    crowd.setup_project()
    with monkeypatch.context() as busy:
        busy.setattr("crowdsourcing.making.only_one", _taken)
        command = crowd.deliver(road(crowd))
    assert command.status == "pending" and "is being made by another command" in command.error
    assert not crowd.platform.skills
    later(crowd)
    assert crowd.deliver(command).status == "done"
    assert Skill.objects.exists()


@contextmanager
def _taken(kind: int, number: int) -> Iterator[bool]:
    yield False
