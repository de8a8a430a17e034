"""What the crowd's room tells an export about each job."""
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from annotation.models import Job
from crowdsourcing.models import ReviewPolicy, StatusChange, Verdict
from crowdsourcing.selectors.provenance import COLUMNS, provenance_of, toloker_name
from tests.crowdsourcing import scene

pytestmark = pytest.mark.django_db


def held(job: Job, status: str, **fields: Any) -> Any:
    made = scene.assignment(job, status, **fields)
    Job.objects.filter(pk=job.pk).update(attempt=made.remote_id)
    return made


def test_each_job_tells_of_the_attempt_that_holds_it(alice: Any, django_assert_num_queries: Any) -> None:
    task = scene.task(scene.project(alice), jobs=5)
    scene.pool(task, reward_per_assignment=Decimal("0.05"))
    first, second, third, fourth, fifth = task.jobs.all()
    scene.assignment(first, "REJECTED")
    person, policy, platform = held(first, "ACCEPTED"), held(second, "ACCEPTED"), held(third, "ACCEPTED")
    held(fourth, "SUBMITTED", suspicion=0.25, suspicion_at=timezone.now())
    command = scene.command(policy, "accept_assignment", "done")
    StatusChange.objects.filter(target_id=person.pk, new="ACCEPTED").update(command=scene.command(person, "accept_assignment", "done"))
    StatusChange.objects.filter(target_id=policy.pk, new="ACCEPTED").update(cause="system", actor=None, command=command)
    StatusChange.objects.filter(target_id=platform.pk, new="ACCEPTED").update(cause="system", actor=None)
    chosen = ReviewPolicy.objects.create(pool=policy.pool, version=4, config={})
    Verdict.objects.create(assignment=policy, outcome="reject", source="automatic", policy=chosen)
    Verdict.objects.create(assignment=policy, outcome="accept", source="hand", policy=chosen)
    with django_assert_num_queries(3):
        told = provenance_of([job.pk for job in (first, second, third, fourth, fifth)])
    assert set(told) == {first.pk, second.pk, third.pk, fourth.pk}
    assert [(told[job.pk].get("verdict_by"), told[job.pk].get("verdict_person")) for job in (first, second, third, fourth)] == [
        ("person", "alice"), ("policy", ""), ("automatic acceptance", ""), (None, None)]
    # The rejection does not stand.
    assert (told[second.pk]["verdict_source"], told[second.pk]["policy_version"]) == ("hand", "4")
    assert "verdict_source" not in told[first.pk]
    assert (told[first.pk]["assignment_id"], told[first.pk]["price"], told[first.pk]["status"]) == (person.remote_id, "0.050", "ACCEPTED")
    assert (told[fourth.pk]["suspicion"], told[fourth.pk]["accepted"]) == ("0.250", "")
    assert all(set(entry) <= set(COLUMNS) for entry in told.values())
    assert person.toloker.user_id not in str(told)


def test_a_toloker_has_one_name_here_and_another_elsewhere(settings: Any) -> None:
    name = toloker_name(1, "person")
    assert name == toloker_name(1, "person") != toloker_name(2, "person") and len(name) == 20
    settings.SECRET_KEY = "another installation's"
    assert toloker_name(1, "person") != name


def test_a_verdict_that_was_turned_tells_the_last_one(alice: Any) -> None:
    task = scene.task(scene.project(alice), jobs=1)
    scene.pool(task)
    job = task.jobs.get()
    made = held(job, "ACCEPTED")
    StatusChange.objects.create(target_type="assignment", target_id=made.pk, old="SUBMITTED", new="REJECTED", cause="requester",
                                actor=alice, at=timezone.now() - timedelta(days=1))
    StatusChange.objects.filter(target_id=made.pk, new="ACCEPTED").update(cause="platform", actor=None)
    assert provenance_of([job.pk])[job.pk]["verdict_by"] == "platform"
