"""Workers that die at any line: what they began is finished by another, once."""
from decimal import Decimal
from typing import Any

import pytest

from crowdsourcing import delivery, mirror
from crowdsourcing.delivery import claims
from crowdsourcing.models import ProviderCommand
from crowdsourcing.services import pools
from tests.crowdsourcing.crowd import Crowd
from tests.crowdsourcing.dying import Killed, dies_in, revive

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("line", ["renew", "mirror_account", "mirror_project", "mirror_pool", "mirror_tasks", "settle_done"])
def test_a_worker_killed_while_publishing_leaves_one_of_everything(
        crowd: Crowd, monkeypatch: pytest.MonkeyPatch, line: str, after: bool) -> None:
    def publish() -> None:
        if not getattr(crowd, "asked", False):
            crowd.asked = True  # type: ignore[attr-defined]
            crowd.setup_project()
        crowd.deliver_all()

    # The first steps may die in the project's or in the pool's command.
    module = delivery.work if line == "renew" else claims if line == "settle_done" else mirror
    deaths = 0
    for arrange_at in ("project", "pool"):
        with monkeypatch.context() as patch:
            dies_in(module, line, after=after)(patch)
            try:
                publish() if arrange_at == "project" else crowd.setup_pool()
            except Killed:
                deaths += 1
                # settle_done may have been written before the death: then nothing is stuck.
                if ProviderCommand.objects.filter(status="in flight").exists():
                    revive()
            crowd.deliver_all()
    assert deaths
    assert (len(crowd.platform.projects), len(crowd.platform.pools), len(crowd.platform.tasks)) == (1, 1, 3)
    assert set(ProviderCommand.objects.values_list("status", flat=True)) == {"done"}
    assert not crowd.pool.task_suites.filter(remote_task_id="").exists()
    assert crowd.money()["budget"] == Decimal("0.15")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("line", ["renew", "mirror_assignments", "settle_done"])
def test_a_worker_killed_while_accepting_pays_once(crowd: Crowd, monkeypatch: pytest.MonkeyPatch, line: str, after: bool) -> None:
    crowd.open_pool()
    assignment = crowd.work()
    module = delivery.work if line == "renew" else claims if line == "settle_done" else mirror
    with monkeypatch.context() as patch:
        dies_in(module, line, after=after)(patch)
        with pytest.raises(Killed):
            crowd.accept(assignment)
    if ProviderCommand.objects.filter(status="in flight").exists():
        revive()
    crowd.deliver_all()
    assert crowd.platform.done("accept") == 1
    assert crowd.assignment(assignment.remote_id).status == "ACCEPTED"
    assert crowd.state()[:2] == ("acceptance", "completed")
    assert crowd.money()["spent"] == Decimal("0.05")
    assert [new for _, new, _ in crowd.changes(assignment)] == ["ACTIVE", "SUBMITTED", "ACCEPTED"]


def test_a_worker_given_up_for_dead_cannot_settle_what_another_took(crowd: Crowd) -> None:
    crowd.setup_project()
    pool = crowd.setup_pool()
    command = pools.start_pool(actor=crowd.owner, pool=pool)
    first = claims.claim(command.pk)
    assert first is not None
    assert claims.claim(command.pk) is None
    revive()
    second = claims.claim(command.pk)
    assert second is not None
    for settle in (lambda: claims.settle_done(first), lambda: claims.renew(first, "Late"), lambda: claims.settle_failed(first, "x", "x")):
        with pytest.raises(claims.Superseded):
            settle()
    claims.settle_done(second)
    command.refresh_from_db()
    assert command.status == "done"


def test_a_command_that_kills_its_workers_is_given_up(crowd: Crowd, settings: Any) -> None:
    settings.COMMAND_MAX_ATTEMPTS = 2
    crowd.setup_project()
    command = pools.start_pool(actor=crowd.owner, pool=crowd.setup_pool())
    for _ in range(2):
        assert claims.claim(command.pk) is not None
        revive()
    command.refresh_from_db()
    assert (command.status, command.error_code) == ("failed", "worker_died")
