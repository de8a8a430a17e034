"""A policy at work: real services, outbox and mirror on PostgreSQL, the platform in memory."""
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from annotation.errors import Forbidden
from annotation.models import Correction, GuideVersion
from crowdsourcing import tasks
from crowdsourcing.models import Assignment, BulkDecision, BulkItem, Pool, ProviderCommand, ReviewPolicy, TruthScore, Verdict, WorkMeasure
from crowdsourcing.quality import deciding
from crowdsourcing.quality.deciding import settle_pool
from crowdsourcing.quality.policies import with_defaults
from crowdsourcing.selectors.policies import policy_of
from crowdsourcing.services import assignments
from crowdsourcing.services.policies import resume_policy, set_policy
from crowdsourcing.services.retries import retry_command
from crowdsourcing.templatetags.policies import verdict_rows
from crowdsourcing.transitions import Refused
from tests.crowdsourcing import questions, scene

pytestmark = [pytest.mark.services, pytest.mark.django_db]
FAST = {"automatic": {"reject_below_seconds": 60, "ask_suspicion_from": None, "accept_rest": True}}


@pytest.fixture
def pool(alice: Any) -> Pool:
    return scene.pool(scene.task(scene.project(alice), jobs=4), status="OPEN")


def attempts(pool: Pool, *seconds: float) -> list[Assignment]:
    """Submitted and measured, oldest first."""
    made = [scene.assignment(job, age=timedelta(hours=9 - number))
            for number, (job, _) in enumerate(zip(pool.task.jobs.order_by("pk"), seconds, strict=False))]
    WorkMeasure.objects.bulk_create([
        WorkMeasure(assignment=row, with_work=True, frames=1, seconds=took) for row, took in zip(made, seconds, strict=True)])
    return made


def outcomes(pool: Pool) -> list[tuple[str, str]]:
    return list(Verdict.objects.filter(assignment__pool=pool).order_by("pk").values_list("outcome", "source"))


def asked(pool: Pool) -> list[str]:
    targets = pool.assignments.values_list("pk", flat=True)
    return list(ProviderCommand.objects.filter(target_type="assignment", target_id__in=targets).order_by("created_at").values_list(
        "kind", flat=True))


def test_decides_each_attempt_once_with_its_reason(pool: Pool, alice: Any) -> None:
    guide = GuideVersion.objects.create(project=pool.task.project, number=1, markdown="# Boxes")
    GuideVersion.objects.filter(pk=guide.pk).update(created_date=timezone.now() - timedelta(days=9))
    GuideVersion.objects.create(project=pool.task.project, number=2, markdown="# Newer than the work")
    quick, slow = attempts(pool, 5, 100)
    policy = set_policy(actor=alice, pool=pool, config=FAST)
    rung: list[Any] = []
    assert settle_pool(pool, rung.append) == 2
    assert settle_pool(pool, rung.append) == 0
    rejected, accepted = Verdict.objects.order_by("pk")
    assert (rejected.assignment_id, rejected.outcome, rejected.policy_id, rejected.guide_version_id) == (
        quick.pk, "reject", policy.pk, guide.pk)
    assert rejected.inputs["seconds"] == 5
    assert rejected.thresholds == {"reject_below_seconds": 60}
    assert rejected.command is not None
    assert rejected.command.payload["comment"] == rejected.explanation
    assert "5.0 seconds a frame" in rejected.explanation
    assert (accepted.assignment_id, accepted.outcome, accepted.actor) == (slow.pk, "accept", None)
    assert rung == [rejected.command_id, accepted.command_id]
    assert asked(pool) == ["reject_assignment", "accept_assignment"]


def test_a_broker_that_is_away_stops_no_decisions(pool: Pool, alice: Any, monkeypatch: Any) -> None:
    attempts(pool, 5, 100)
    set_policy(actor=alice, pool=pool, config=FAST)

    def away(*_: Any) -> None:
        raise OperationalError("Connection refused")

    monkeypatch.setattr(tasks.deliver, "delay", away)
    assert settle_pool(pool, tasks.wake) == 2
    assert {command.status for command in ProviderCommand.objects.all()} == {"pending"}


def test_without_a_policy_or_with_an_empty_one_nothing_is_decided(pool: Pool, alice: Any) -> None:
    attempts(pool, 5, 100)
    assert settle_pool(pool) == 0
    set_policy(actor=alice, pool=pool, config=FAST)
    set_policy(actor=alice, pool=pool, config={})
    assert settle_pool(pool) == 0
    assert not Verdict.objects.exists()


def test_versions_are_kept_and_equal_ones_are_not_written(pool: Pool, alice: Any, bob: Any) -> None:
    first = set_policy(actor=alice, pool=pool, config=FAST)
    assert set_policy(actor=alice, pool=pool, config=FAST) == first
    second = set_policy(actor=alice, pool=pool, config={})
    assert [(row.version, row.created_by) for row in pool.review_policies.all()] == [(1, alice), (2, alice)]
    assert policy_of(pool) == second
    with pytest.raises(Forbidden):
        set_policy(actor=bob, pool=pool, config={})
    with pytest.raises(ValidationError) as caught:
        set_policy(actor=alice, pool=pool, config={"verification": {"min_confidence": 0.8}})
    assert "Nobody votes yet" in caught.value.message_dict["verification"][0]
    Pool.objects.filter(pk=pool.pk).update(status="ARCHIVED")
    with pytest.raises(Refused):
        set_policy(actor=alice, pool=pool, config=FAST)


def test_a_person_is_asked_once_a_version_and_evidence(pool: Pool, alice: Any) -> None:
    [row] = attempts(pool, 100)
    ReviewPolicy.objects.create(pool=pool, version=1, config={"ground_truth": with_defaults("ground_truth", {})})
    score = TruthScore.objects.create(assignment=row, score=0.6, frames={"0": {"score": 0.6}}, truth="t")
    for _ in range(3):
        assert settle_pool(pool) == 0
    assert outcomes(pool) == [("ask", "ground_truth")]
    Assignment.objects.filter(pk=row.pk).update(suspicion=0.3, suspicion_at=timezone.now())
    settle_pool(pool)
    assert len(outcomes(pool)) == 1
    # The truth was corrected.
    score.score = 0.65
    score.save()
    settle_pool(pool)
    assert len(outcomes(pool)) == 2
    ReviewPolicy.objects.create(pool=pool, version=2, config={"ground_truth": with_defaults("ground_truth", {"accept_from": 0.9})})
    settle_pool(pool)
    assert len(outcomes(pool)) == 3
    assert asked(pool) == []


def test_votes_decide_and_a_tie_is_left_to_a_person(pool: Pool, alice: Any) -> None:
    good, bad, tie, waits = attempts(pool, 100, 100, 100, 100)
    questions.verification(pool)
    set_policy(actor=alice, pool=pool, config={"verification": {}})
    questions.ask(good, "OK", 0.95)
    questions.ask(bad, "BAD", 0.9)
    questions.ask(tie, "")
    questions.ask(waits, None)
    assert settle_pool(pool) == 2
    found = {row.assignment_id: row for row in Verdict.objects.all()}
    assert {pk: row.outcome for pk, row in found.items()} == {good.pk: "accept", bad.pk: "reject", tie.pk: "ask"}
    assert found[bad.pk].confidence == 0.9
    assert found[bad.pk].inputs["verification"][0]["answer"] == "BAD"


def test_a_bad_start_stops_it_until_somebody_lets_it_go_on(pool: Pool, alice: Any) -> None:
    attempts(pool, 5, 5, 100, 5)
    set_policy(actor=alice, pool=pool, config={**FAST, "stop": {"first": 2, "accepted_share": 0.5}})
    assert settle_pool(pool) == 2
    stopped = policy_of(pool)
    assert stopped is not None
    assert stopped.is_stopped
    assert stopped.stop_reason.startswith("Of the first 2 decided, 0 were accepted: less than 50 %.")
    assert settle_pool(pool) == 0
    assert resume_policy(actor=alice, pool=pool).resumed_by == alice
    assert settle_pool(pool) == 2
    with pytest.raises(Refused):
        resume_policy(actor=alice, pool=pool)


def test_a_good_start_does_not_stop_it(pool: Pool, alice: Any) -> None:
    attempts(pool, 100, 5, 5, 5)
    set_policy(actor=alice, pool=pool, config={**FAST, "stop": {"first": 2, "accepted_share": 0.5}})
    assert settle_pool(pool) == 4


def test_after_so_many_rejections_a_person_decides(pool: Pool, alice: Any) -> None:
    job = pool.task.jobs.order_by("pk")[0]
    earlier = scene.assignment(job, "REJECTED", age=timedelta(days=2))
    [row] = attempts(pool, 5)
    set_policy(actor=alice, pool=pool, config={**FAST, "max_rounds": 1})
    assert settle_pool(pool) == 0
    verdict = Verdict.objects.get()
    assert (verdict.assignment_id, verdict.outcome) == (row.pk, "ask")
    assert verdict.inputs["rejected_before"] == 1
    assert verdict.thresholds["max_rounds"] == 1
    assert earlier.verdicts.count() == 0


def test_a_person_who_was_first_is_not_overruled_and_has_a_verdict_of_their_own(pool: Pool, alice: Any) -> None:
    [row] = attempts(pool, 5)
    set_policy(actor=alice, pool=pool, config=FAST)
    command = assignments.accept_assignment(actor=alice, assignment=row, comment="Fine.")
    assert settle_pool(pool) == 0
    # The platform refuses it: still a person's matter.
    ProviderCommand.objects.filter(pk=command.pk).update(status="failed")
    assert settle_pool(pool) == 0
    verdict = Verdict.objects.get()
    assert (verdict.outcome, verdict.source, verdict.actor, verdict.command) == ("accept", "hand", alice, command)
    assert verdict.explanation == "Accepted by alice: Fine."


def test_what_the_platform_refuses_is_left_to_a_person(pool: Pool, alice: Any) -> None:
    [row] = attempts(pool, 5)
    set_policy(actor=alice, pool=pool, config=FAST)
    assert settle_pool(pool) == 1
    ProviderCommand.objects.update(status="failed", error="The platform says no.")
    set_policy(actor=alice, pool=pool, config={**FAST, "max_rounds": 2})
    assert settle_pool(pool) == 0
    assignments.accept_assignment(actor=alice, assignment=row)
    assert outcomes(pool) == [("reject", "automatic"), ("accept", "hand")]


def test_whoever_tries_a_refused_decision_again_decides_it(pool: Pool, alice: Any) -> None:
    attempts(pool, 5)
    set_policy(actor=alice, pool=pool, config=FAST)
    settle_pool(pool)
    ProviderCommand.objects.update(status="failed", error="The platform says no.")
    again = retry_command(actor=alice, command=ProviderCommand.objects.get())
    by_policy, by_hand = Verdict.objects.order_by("pk")
    assert (by_hand.outcome, by_hand.source, by_hand.actor, by_hand.command) == ("reject", "hand", alice, again)
    # With the reason that the Toloker was to read.
    assert by_hand.explanation == f"Rejected by alice: {by_policy.explanation}"


def test_what_a_reviewer_has_in_hand_is_left_alone(pool: Pool, alice: Any) -> None:
    held, planned, free = attempts(pool, 5, 5, 5)
    set_policy(actor=alice, pool=pool, config=FAST)
    correction = Correction.objects.create(job=held.job, attempt=held.remote_id, owner=alice, base_digest="d")
    bulk = BulkDecision.objects.create(actor=alice, verb="accept_assignment", count=1, amount=Decimal("0.05"))
    BulkItem.objects.create(bulk=bulk, assignment=planned)
    assert settle_pool(pool) == 1
    assert Verdict.objects.get().assignment_id == free.pk
    Correction.objects.filter(pk=correction.pk).update(open=False)
    BulkDecision.objects.update(stopped_at=timezone.now())
    assert settle_pool(pool) == 2


def test_nothing_is_decided_in_an_archived_pool(pool: Pool, alice: Any) -> None:
    attempts(pool, 5)
    set_policy(actor=alice, pool=pool, config=FAST)
    Pool.objects.filter(pk=pool.pk).update(status="ARCHIVED")
    pool.refresh_from_db()
    assert settle_pool(pool) == 0


def test_a_round_of_many_asks_the_database_as_often_as_one_of_few(pool: Pool, alice: Any, django_assert_max_num_queries: Any) -> None:
    for row in attempts(pool, 100, 100, 100, 100):
        Assignment.objects.filter(pk=row.pk).update(suspicion_at=None)
    set_policy(actor=alice, pool=pool, config={"automatic": {"ask_suspicion_from": 0.5}})
    # All wait for their suspicion.
    with django_assert_max_num_queries(12):
        assert settle_pool(pool) == 0


def test_verdicts_of_people_whose_account_goes_stay(pool: Pool, alice: Any, bob: Any) -> None:
    [row] = attempts(pool, 5)
    set_policy(actor=alice, pool=pool, config=FAST)
    settle_pool(pool)
    Verdict.objects.create(assignment=row, outcome="accept", source="hand", actor=bob)
    bob.delete()
    assert outcomes(pool) == [("reject", "automatic"), ("accept", "hand")]
    with pytest.raises(IntegrityError), transaction.atomic():
        Verdict.objects.create(assignment=row, outcome="accept", source="verification")


def test_one_attempts_trouble_does_not_keep_the_others(pool: Pool, alice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = attempts(pool, 5, 100)
    set_policy(actor=alice, pool=pool, config=FAST)
    original = deciding.guide_of

    def fails_once(assignment: Assignment) -> Any:
        if assignment.pk == first.pk:
            raise KeyError("no guide")
        return original(assignment)

    with monkeypatch.context() as patch:
        patch.setattr(deciding, "guide_of", fails_once)
        assert settle_pool(pool) == 1
    assert outcomes(pool) == [("accept", "automatic")]
    assert asked(pool) == ["accept_assignment"]
    assert settle_pool(pool) == 1
    assert second.verdicts.count() == 1


def test_a_verdict_keeps_all_that_it_was_made_of(pool: Pool, alice: Any) -> None:
    [row, first, second, other] = attempts(pool, 100, 100, 100, 100)
    Assignment.objects.filter(pk__in=[first.pk, second.pk]).update(toloker=row.toloker_id, status="ACCEPTED")
    Assignment.objects.filter(pk=other.pk).update(toloker=row.toloker_id, status="REJECTED")
    GuideVersion.objects.create(project=pool.task.project, number=1, markdown="# Boxes")
    GuideVersion.objects.update(created_date=timezone.now() - timedelta(days=9))
    questions.verification(pool)
    questions.ask(row, "OK", 0.9, votes=("OK", "BAD", "OK"))
    policy = ReviewPolicy.objects.create(pool=pool, version=1, config={
        **{block: with_defaults(block, {}) for block in ("ground_truth", "verification")}, "max_rounds": 3, "stop": None})
    TruthScore.objects.create(assignment=row, score=0.6, frames={"0": {"score": 0.6}}, truth="t")
    assert settle_pool(pool) == 1
    verdict = Verdict.objects.get()
    assert (verdict.policy, verdict.guide_version is not None, verdict.confidence) == (policy, True, 0.9)
    inputs = verdict.inputs
    assert inputs["ground_truth"] == {"score": 0.6, "frames": {"1": 0.6}} and inputs["seconds"] == 100
    assert [(vote["answer"], vote["weight"]) for vote in inputs["verification"][0]["votes"]] == [("OK", 0.75), ("BAD", 0.25), ("OK", 0.75)]
    assert inputs["worker"] == {"accepted": 2, "judged": 3, "estimate": 0.625, "low": 0.2077, "high": 0.9385}
    assert verdict.thresholds == {"min_confidence": 0.8, "ok_share": 1, "min_frames": 1}
    assert ("The Toloker before", "2 of 3 accepted; with 95 % certainty 21 to 94 % of their work is good") in verdict_rows(verdict)
    assert verdict.command is not None and verdict.command.payload["comment"] == verdict.explanation, "whoever is accepted reads why, too"
