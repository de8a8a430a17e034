"""Decisions of a policy that never got through to the platform: asked for again when it can be reached, once, and nobody else's."""
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from crowdsourcing.models import Assignment, Pool, ProviderCommand, Verdict
from crowdsourcing.providers.errors import BadCredentials, NotEnoughBalance, ProviderError, Refused, Unavailable
from crowdsourcing.quality.rounds import settle_round
from crowdsourcing.services import assignments, policies
from tests.crowdsourcing.crowd import Crowd

pytestmark = pytest.mark.django_db
AWAY = Unavailable("The platform does not answer.")


@pytest.fixture
def given_up(crowd: Crowd, settings: Any) -> Any:
    """Work that a policy accepted, and whose acceptance came back with this error for good, an hour ago."""
    settings.COMMAND_MAX_ATTEMPTS = 1

    def make(error: ProviderError) -> Assignment:
        crowd.open_pool()
        job = crowd.work()
        policies.set_policy(actor=crowd.owner, pool=crowd.pool, config={"automatic": {"accept_rest": True, "ask_suspicion_from": None}})
        crowd.platform.fail("accept", error)
        settle(crowd)
        command = ProviderCommand.objects.get(kind="accept_assignment")
        assert (command.status, crowd.platform.done("accept")) == ("failed", 0)
        ProviderCommand.objects.filter(pk=command.pk).update(finished_at=timezone.now() - timedelta(hours=1))
        return job

    return make


def settle(crowd: Crowd) -> None:
    settle_round(crowd.pool, lambda command: None)
    crowd.deliver_all()


def status_of(job: Assignment) -> str:
    return Assignment.objects.get(pk=job.pk).status


@pytest.mark.parametrize("error", [AWAY, BadCredentials("No such key.", "AUTHENTICATION_ERROR"), NotEnoughBalance("Nothing left.",
                                   "NOT_ENOUGH_BALANCE")], ids=["away", "key", "money"])
def test_what_never_got_through_is_asked_again_once_the_platform_was_reached(crowd: Crowd, given_up: Any, error: ProviderError) -> None:
    job = given_up(error)
    crowd.sync()
    settle(crowd)
    settle(crowd)
    crowd.sync()
    assert status_of(job) == "ACCEPTED" and crowd.platform.done("accept") == 1
    assert Verdict.objects.count() == 1 and ProviderCommand.objects.filter(kind="accept_assignment").count() == 1


def test_not_before_a_look_that_worked_nor_at_once(crowd: Crowd, given_up: Any) -> None:
    job = given_up(AWAY)
    Pool.objects.update(synced_at=timezone.now() - timedelta(hours=2))
    settle(crowd)
    Pool.objects.update(synced_at=timezone.now(), sync_error="The platform does not answer.")
    settle(crowd)
    Pool.objects.update(sync_error="")
    ProviderCommand.objects.filter(kind="accept_assignment").update(finished_at=timezone.now() - timedelta(minutes=1))
    settle(crowd)
    assert status_of(job) == "SUBMITTED" and crowd.platform.count("accept") == 1


def test_what_the_platform_refused_is_not(crowd: Crowd, given_up: Any) -> None:
    job = given_up(Refused("The platform does not take it.", "NOT_ALLOWED"))
    # Refused at the first try, however few are allowed.
    ProviderCommand.objects.filter(kind="accept_assignment").update(attempts=0)
    crowd.sync()
    settle(crowd)
    assert status_of(job) == "SUBMITTED" and crowd.platform.count("accept") == 1


def test_neither_what_a_person_took_up_nor_what_no_policy_wants_any_more(crowd: Crowd, given_up: Any) -> None:
    job = given_up(AWAY)
    crowd.sync()
    policies.set_policy(actor=crowd.owner, pool=crowd.pool, config={})
    settle(crowd)
    assert status_of(job) == "SUBMITTED" and crowd.platform.count("accept") == 1
    policies.set_policy(actor=crowd.owner, pool=crowd.pool, config={"automatic": {"accept_rest": True, "ask_suspicion_from": None}})
    assignments.reject_assignment(actor=crowd.owner, assignment=crowd.assignment(job.remote_id), comment="Nothing is marked.")
    settle(crowd)
    settle(crowd)
    assert status_of(job) == "REJECTED" and crowd.platform.count("accept") == 1
