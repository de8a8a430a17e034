"""A policy tried on past work says what it then really does; what nobody was asked about to the end is unknown, not undecided."""
from decimal import Decimal
from typing import Any

import pytest

from crowdsourcing.models import Assignment, Pool, Verdict
from crowdsourcing.quality.deciding import settle_pool
from crowdsourcing.quality.policies import with_defaults
from crowdsourcing.quality.replaying import replay
from crowdsourcing.rules import catalogue, presets
from crowdsourcing.selectors.rule_previews import previews
from crowdsourcing.services.policies import set_policy
from tests.crowdsourcing import questions, scene
from tests.crowdsourcing.crowd import Crowd
from tests.crowdsourcing.test_deciding import attempts
from tests.crowdsourcing.verifying import GOOD, answer, of, set_up, turn, work

pytestmark = pytest.mark.django_db
CROWD = {"verification": with_defaults("verification", {"min_confidence": 0.5}), "max_rounds": 3, "stop": None}


@pytest.fixture
def pool(alice: Any) -> Pool:
    return scene.pool(scene.task(scene.project(alice), jobs=8), status="OPEN")


def test_what_was_decided_by_hand_before_the_crowd_answered_is_unknown_to_it(crowd: Crowd) -> None:
    from crowdsourcing.services import assignments

    set_up(crowd, decide=False, aggregation="majority", dynamic_overlap=False)
    by_hand, answered = work(crowd, 0, "gina"), work(crowd, 1, "bob")
    turn(crowd)
    crowd.deliver(assignments.accept_assignment(actor=crowd.owner, assignment=by_hand))
    answer(crowd, {answered: GOOD}, "vera", "victor")
    turn(crowd)
    assert not of(crowd).tasks.filter(decided_at=None).exists()
    tried = replay(crowd.pool, CROWD)
    assert (tried.unknown, tried.before, tried.after) == (1, {"open": 1}, {"accept": 1})
    assert (tried.more_accepted, tried.more_paid) == (1, Decimal("0.05"))
    assert [change.assignment.pk for change in tried.changes] == [answered.pk]


@pytest.mark.parametrize("least", [0.5, 0.8, 1], ids=["half", "most", "wholly"])
def test_what_a_replay_says_is_what_the_policy_then_decides_and_pays(pool: Pool, alice: Any, least: float) -> None:
    rows = attempts(pool, *[100.0] * 8)
    questions.verification(pool)
    said: list[tuple[str | None, float | None]] = [
        ("OK", 1.0), ("OK", 0.8), ("OK", 0.5), ("BAD", 1.0), ("BAD", 0.8), ("BAD", 0.4999), ("", 0.5), (None, None)]
    for row, (word, confidence) in zip(rows, said, strict=True):
        questions.ask(row, word, confidence, votes=("OK", "BAD"))
    config = {"verification": {"min_confidence": least}, "stop": None}
    tried = replay(pool, set_policy(actor=alice, pool=pool, config={}).config | {**CROWD, "verification": with_defaults(
        "verification", {"min_confidence": least})})
    assert Verdict.objects.count() == 0
    set_policy(actor=alice, pool=pool, config=config)
    settle_pool(pool)
    decided: dict[str, int] = {}
    for outcome in Verdict.objects.values_list("outcome", flat=True):
        decided[outcome] = decided.get(outcome, 0) + 1
    assert tried.after == decided and tried.unknown == 1
    paid = sum((row.reward for row in Assignment.objects.filter(verdicts__outcome="accept")), Decimal(0))
    assert tried.more_paid == paid and tried.more_accepted == decided.get("accept", 0)


def test_a_rule_about_a_job_counts_everybody_who_did_it(alice: Any) -> None:
    """Each of several has a replica of the job; of several images the platform has one page for all of them, of one a page each."""
    from annotation.services.replicas import add_replica

    made = scene.pool(scene.task(scene.project(alice), jobs=1), status="OPEN", overlap=2, interface="image_annotation")
    job = made.task.jobs.get()
    first = scene.assignment(job, "REJECTED")
    second = scene.assignment(job, "REJECTED")
    Assignment.objects.filter(pk=second.pk).update(job=add_replica(job=job))
    twice = catalogue.config_of("ASSIGNMENTS_ASSESSMENT", {}, [{"key": "rejected_assignments_count", "operator": "GTE", "value": 2}],
                                presets.reissue()["rules"][0]["action"])
    [found, each] = previews(made, [twice, presets.reissue()])
    assert (found.jobs, each.jobs, each.hits[0].hit.suite, each.hits[0].hit.times) == (0, 1, job.pk, 2)
    type(job).objects.filter(task=made.task).update(stop_frame=1)
    [found, each] = previews(made, [twice, presets.reissue()])
    assert (found.jobs, found.hits[0].hit.suite, each.jobs) == (1, job.pk, 1) and first.job_id == job.pk
