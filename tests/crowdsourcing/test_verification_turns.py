"""What a turn of the verification's loop does where something changed under it: pools replaced, policies that cannot be, skills gone."""
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.models import ImportedFrame, Snapshot
from crowdsourcing import selectors, tasks
from crowdsourcing.models import Pool, ReviewPolicy, TruthScore, Verdict
from crowdsourcing.providers.errors import Refused, Unavailable
from crowdsourcing.providers.fake import FakeProvider
from crowdsourcing.quality.policies import with_defaults
from crowdsourcing.quality.verification import Turn, asking, carry_on
from crowdsourcing.selectors.policies import policy_of
from crowdsourcing.services import policies, pools, verifications
from tests.crowdsourcing.crowd import Crowd
from tests.crowdsourcing.verifying import BAD, BOX, GOOD, answer, of, set_up, skilled, statuses, turn, work

pytestmark = pytest.mark.django_db
OURS: dict[str, Any] = {"aggregation": "majority", "dynamic_overlap": False}


def far(crowd: Crowd) -> dict[str, Any]:
    """The verification pool at the platform."""
    return crowd.platform.pools[of(crowd).remote_pool_id]


def test_a_person_is_not_asked_again_because_verifiers_proved_better_elsewhere(crowd: Crowd) -> None:
    set_up(crowd, **OURS, overlap=2, max_overlap=2)
    torn, clear = work(crowd, 0, "gina"), work(crowd, 1, "bob")
    turn(crowd)
    answer(crowd, {torn: GOOD}, "vera")
    answer(crowd, {torn: BAD}, "victor")
    turn(crowd)
    answer(crowd, {clear: GOOD}, "vera", "victor")
    turn(crowd)
    turn(crowd)
    assert list(Verdict.objects.filter(assignment=torn).values_list("outcome", flat=True)) == ["ask"]


def test_a_policy_that_cannot_take_the_crowd_in_is_said_and_taken_in_when_it_can(crowd: Crowd) -> None:
    set_up(crowd, **OURS)
    # Its ground truth was removed since.
    ReviewPolicy.objects.create(pool=crowd.pool, version=1, config={
        "ground_truth": with_defaults("ground_truth", {}), "max_rounds": 3, "stop": None})
    job = work(crowd)
    assert turn(crowd).open
    assert of(crowd).waiting_for.startswith("The review policy does not name the verification crowd yet: No job of this pool has a frame")
    assert "Review policy" in of(crowd).waiting_for and of(crowd).tasks.exclude(remote_task_id="").count() == 1, "asked all the same"
    answer(crowd, {job: GOOD}, "vera", "victor")
    turn(crowd)
    assert statuses(crowd) == {job.remote_id: "SUBMITTED"}
    policies.set_policy(actor=crowd.owner, pool=crowd.pool, config={})
    turn(crowd)
    assert statuses(crowd) == {job.remote_id: "ACCEPTED"} and of(crowd).waiting_for == ""


@pytest.mark.parametrize("call", ["pool", "questions"])
def test_a_turn_that_began_before_the_pool_was_replaced_writes_nothing_of_the_old_one(
        crowd: Crowd, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    set_up(crowd, **OURS)
    job = work(crowd)
    turn(crowd)
    answer(crowd, {job: GOOD}, "vera")
    old = of(crowd).remote_pool_id
    crowd.platform.pools[old].update(status="ARCHIVED")
    if call == "questions":
        turn(crowd)
    original = getattr(FakeProvider, call)

    def slow(provider: Any, pool_id: str) -> Any:
        found = original(provider, pool_id)
        if pool_id == old and of(crowd).remote_pool_id == old:
            ready = of(crowd)
            ready.status = "ARCHIVED"
            ready.save(update_fields=["status"])
            monkeypatch.setattr(FakeProvider, call, original)
            verifications.renew_verification(actor=crowd.owner, verification=of(crowd))
        return found

    monkeypatch.setattr(FakeProvider, call, slow)
    carry_on(of(crowd).pk)
    assert (of(crowd).remote_pool_id, of(crowd).status) == ("", "")
    assert list(of(crowd).tasks.values_list("remote_task_id", flat=True)) == [""]
    assert crowd.deliver(selectors.latest_command(of(crowd))).status == "done"
    turn(crowd)
    answer(crowd, {job: GOOD}, "victor", "viola")
    turn(crowd)
    assert statuses(crowd) == {job.remote_id: "ACCEPTED"}


def test_questions_are_asked_anew_in_batches_that_stay_the_same(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "BATCH", 2)
    set_up(crowd, **OURS)
    for number, worker in enumerate(("gina", "bob", "hugo")):
        work(crowd, number, worker)
    turn(crowd)
    far(crowd).update(status="ARCHIVED")
    turn(crowd)
    verifications.renew_verification(actor=crowd.owner, verification=of(crowd))
    batches = [list(of(crowd).tasks.values_list("operation_id", flat=True)).count(one)
               for one in set(of(crowd).tasks.values_list("operation_id", flat=True))]
    assert sorted(batches) == [1, 2], "an operation is all of its questions or none: whoever falls out of it moves nobody into another"


def test_of_work_on_many_frames_only_the_frames_asked_about_are_read_and_at_once(crowd: Crowd) -> None:
    set_up(crowd, **OURS)
    for number, worker in enumerate(("gina", "bob", "hugo")):
        work(crowd, number, worker)
    with CaptureQueriesContext(connection) as asked:
        turn(crowd)
    statements = [one["sql"] for one in asked.captured_queries]
    read = [one for one in statements if '"data"' in one.replace('jsonb_extract_path("annotation_snapshot"."data", \'frames\'', "")]
    assert read == [], "a snapshot holds all frames of its job: read for each of its questions it would be there as often"
    suites = [one for one in statements if 'FROM "crowdsourcing_tasksuite" WHERE "crowdsourcing_tasksuite"."id" =' in one]
    assert suites == []
    (found,) = [call[2] for call in crowd.platform.calls if call[0] == "ensure_questions"]
    assert [len(question.regions) for question in found] == [1, 1, 1]


def test_nobody_is_asked_about_work_that_nobody_can_judge_any_more(crowd: Crowd) -> None:
    set_up(crowd, **OURS)
    job = work(crowd)
    turn(crowd)
    # Archived at the platform by hand, with work waiting.
    crowd.platform.pools[crowd.pool.remote_id].update(status="ARCHIVED")
    crowd.sync()
    assert Pool.objects.get(pk=crowd.pool.pk).status == "ARCHIVED"
    done = carry_on(of(crowd).pk)
    assert not done.open and of(crowd).waiting_for.startswith("The pool is archived")
    assert crowd.platform.tasks[of(crowd).tasks.get().remote_task_id].overlap == 0, "its picture is not shown any more: nobody is paid"
    assert statuses(crowd) == {job.remote_id: "SUBMITTED"}


def test_a_requester_who_tries_again_without_decisions_gets_none(crowd: Crowd) -> None:
    set_up_failed = Unavailable("The platform does not answer.")
    crowd.setup_project()
    crowd.setup_pool()
    crowd.platform.fail("ensure_asking_project", set_up_failed)
    made = verifications.setup_verification(actor=crowd.owner, pool=crowd.pool, config={}, decide=True)
    failed = crowd.deliver(selectors.latest_command(made))
    type(failed).objects.filter(pk=failed.pk).update(status="failed")
    made = verifications.setup_verification(actor=crowd.owner, pool=crowd.pool, config={}, decide=False)
    assert crowd.deliver(selectors.latest_command(made)).status == "done"
    turn(crowd)
    assert policy_of(crowd.pool) is None


def test_a_tie_does_not_open_the_pool_to_those_whose_skill_was_deleted(crowd: Crowd) -> None:
    made = set_up(crowd, **OURS)
    job = work(crowd)
    turn(crowd)
    assert made.annotated_skill is not None
    del crowd.platform.skills[made.annotated_skill.remote_id]
    answer(crowd, {job: GOOD}, "vera")
    answer(crowd, {job: BAD}, "victor")
    assert far(crowd)["status"] == "CLOSED"
    turn(crowd)
    turn(crowd)
    assert far(crowd)["status"] == "CLOSED" and "was deleted at the platform" in of(crowd).waiting_for


def test_without_the_skill_that_weighs_the_loop_says_so_and_goes_on_when_it_is_made_again(crowd: Crowd) -> None:
    made = set_up(crowd)
    job = work(crowd)
    turn(crowd)
    assert made.verifier_skill is not None
    del crowd.platform.skills[made.verifier_skill.remote_id]
    answer(crowd, {job: GOOD}, "vera", "victor")
    turn(crowd)
    turn(crowd)
    assert "was deleted at the platform: without it nothing weighs the answers" in of(crowd).waiting_for
    crowd.deliver(pools.stop_pool(actor=crowd.owner, pool=crowd.pool))
    assert crowd.deliver(verifications.update_verification(actor=crowd.owner, verification=of(crowd), config={})).status == "done"
    skilled(crowd, vera=90, victor=90)
    turn(crowd)
    assert statuses(crowd) == {job.remote_id: "ACCEPTED"}


def test_after_a_deleted_skill_was_made_again_the_pool_can_be_started(crowd: Crowd) -> None:
    made = set_up(crowd, **OURS)
    assert made.annotated_skill is not None
    del crowd.platform.skills[made.annotated_skill.remote_id]
    work(crowd)
    turn(crowd)
    crowd.deliver(pools.stop_pool(actor=crowd.owner, pool=crowd.pool))
    crowd.deliver(verifications.update_verification(actor=crowd.owner, verification=of(crowd), config={}))
    assert selectors.obstacles(crowd.pool, "start_pool") == []
    assert crowd.deliver(pools.start_pool(actor=crowd.owner, pool=crowd.pool)).status == "done"
    (rule,) = [config for config in far_rules(crowd) if config["collector_config"]["type"] == "ANSWER_COUNT"]
    assert rule["rules"][0]["action"]["parameters"]["skill_id"] == of(crowd).annotated_skill.remote_id  # type: ignore[union-attr]


def far_rules(crowd: Crowd) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = crowd.platform.pools[crowd.pool.remote_id]["spec"].quality_rules
    return found


def test_questions_about_decided_work_are_withdrawn_even_if_a_withdrawal_fails_once(crowd: Crowd) -> None:
    from crowdsourcing.services import assignments

    set_up(crowd, **OURS)
    jobs = [work(crowd, number, worker) for number, worker in enumerate(("gina", "bob", "hugo"))]
    turn(crowd)
    for job in jobs:
        crowd.deliver(assignments.accept_assignment(actor=crowd.owner, assignment=job))
    crowd.platform.fail("withdraw", Unavailable("The platform does not answer."))
    turn(crowd)
    turn(crowd)
    assert {crowd.platform.tasks[one.remote_task_id].overlap for one in of(crowd).tasks.all()} == {0}, "an open question costs an answer"
    assert not of(crowd).tasks.filter(decided_at=None).exists()


def test_a_turn_decides_by_the_truth_of_now(crowd: Crowd) -> None:
    set_up(crowd, decide=False, **OURS)
    job = work(crowd)
    label = crowd.project.labels.get()
    ImportedFrame.objects.create(task=crowd.task, kind=ImportedFrame.Kind.GROUND_TRUTH, frame=0, shapes=[
        {"type": "rectangle", "points": BOX, "label_id": label.pk, "rotation": 0, "attributes": []}], tags=[])
    policies.set_policy(actor=crowd.owner, pool=crowd.pool, config={"ground_truth": {}})
    # Counted against what was taken for right before it was mended.
    TruthScore.objects.update_or_create(assignment=job, defaults={"score": 0.1, "frames": {"0": {"score": 0.1}}, "truth": "before"})
    turn(crowd)
    assert statuses(crowd) == {job.remote_id: "ACCEPTED"}


def test_while_a_policy_is_stopped_for_its_start_nothing_more_is_asked(crowd: Crowd) -> None:
    """A person is to look first: until then each question would cost, and decide nothing."""
    set_up(crowd, decide=False, **OURS)
    policies.set_policy(actor=crowd.owner, pool=crowd.pool, config={"verification": {}, "stop": {"first": 1, "accepted_share": 0.5}})
    bad = work(crowd, 0, "bob")
    turn(crowd)
    answer(crowd, {bad: BAD}, "vera", "victor")
    turn(crowd)
    assert policies.policy_of(crowd.pool).is_stopped and statuses(crowd) == {bad.remote_id: "REJECTED"}  # type: ignore[union-attr]
    good = work(crowd, 1, "gina")
    turn(crowd)
    assert of(crowd).tasks.count() == 1 and crowd.platform.count("ensure_questions") == 1
    assert of(crowd).waiting_for.startswith("The review policy has stopped, so nothing more is asked. Of the first 1 decided, 0 were")
    policies.resume_policy(actor=crowd.owner, pool=crowd.pool)
    turn(crowd)
    answer(crowd, {good: GOOD}, "vera", "victor")
    turn(crowd)
    assert statuses(crowd)[good.remote_id] == "ACCEPTED"


def test_however_many_ring_during_a_turn_one_more_follows_it(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each bell a turn of its own would be more turns than time, where news comes faster than a turn goes."""
    set_up(crowd, **OURS)
    pk, rung = of(crowd).pk, []
    cache.clear()
    monkeypatch.setattr(tasks.carry_on_verification, "apply_async", lambda *_, **how: rung.append(how["countdown"]))
    with monkeypatch.context() as going_on:
        going_on.setattr(tasks.verification, "carry_on", lambda *_: Turn(busy=True))
        for _ in range(5):
            tasks.carry_on_verification(pk)
    assert len(rung) == 1 and rung[0] > 0
    cache.clear()
    with monkeypatch.context() as going_on:
        going_on.setattr(tasks.verification, "carry_on", lambda *_: Turn(busy=True))
        tasks.carry_on_verification(pk)
    assert len(rung) == 2, "the one that follows finds another turn going on"


def outline(crowd: Crowd, number: int, worker: str, corners: int) -> Any:
    """Work on the job: one polygon of so many corners, each about forty bytes at the platform."""
    job = work(crowd, number, worker)
    shape = {"type": "polygon", "label_id": crowd.project.labels.get().pk, "rotation": 0,
             "points": [round(5 + place / corners * 90, 3) for place in range(2 * corners)]}
    Snapshot.objects.filter(pk=job.snapshot_id).update(data={"frames": {str(number): {"shapes": [shape], "tags": []}}})
    return job


def test_questions_with_long_outlines_are_sent_in_requests_that_the_platform_takes(crowd: Crowd) -> None:
    """It counts the bytes of a whole request: what one Toloker drew must not keep everybody's work from being checked."""
    set_up(crowd, **OURS)
    jobs = [outline(crowd, number, worker, corners) for number, worker, corners in (
        (0, "gina", 12_000), (1, "bob", 12_000), (2, "hugo", 60_000))]
    turn(crowd)
    assert of(crowd).sync_error == "" and of(crowd).tasks.exclude(remote_task_id="").count() == 3
    sizes = {question.key: len(question.regions[0]["points"]) for call in crowd.platform.calls if call[0] == "ensure_questions"
             for question in call[2]}
    assert [sizes[f"{job.remote_id}:{number}"] for number, job in enumerate(jobs)] == [12_000, 12_000, 15_000], "coarser, but whole"
    turn(crowd)
    asked = [task for task in crowd.platform.tasks.values() if task.pool_id == of(crowd).remote_pool_id]
    assert len(asked) == 3, "each once"
    answer(crowd, dict.fromkeys(jobs, GOOD), "vera", "victor")
    turn(crowd)
    assert set(statuses(crowd).values()) == {"ACCEPTED"}


def test_a_worker_killed_between_cutting_and_sending_asks_each_question_once(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        """What SIGKILL looks like from inside."""

    set_up(crowd, **OURS)
    for number, worker in enumerate(("gina", "bob", "hugo")):
        outline(crowd, number, worker, 12_000)
    original, calls = FakeProvider.ensure_questions, []

    def dying(*args: Any, **how: Any) -> Any:
        calls.append(1)
        found = original(*args, **how)
        if len(calls) == 1:
            raise Killed
        return found

    monkeypatch.setattr(FakeProvider, "ensure_questions", dying)
    with pytest.raises(Killed):
        turn(crowd)
    turn(crowd)
    asked = [task.job_key for task in crowd.platform.tasks.values() if task.pool_id == of(crowd).remote_pool_id]
    assert len(asked) == len(set(asked)) == 3 and len(crowd.platform.operations) >= 2


def test_a_question_that_the_platform_refuses_does_not_keep_answers_from_being_decided(crowd: Crowd) -> None:
    set_up(crowd, **OURS)
    first = work(crowd, 0, "gina")
    turn(crowd)
    answer(crowd, {first: GOOD}, "vera", "victor")
    second = work(crowd, 1, "bob")
    crowd.platform.fail("ensure_questions", Refused("The platform does not take this question.", "VALIDATION_ERROR"))
    turn(crowd)
    assert statuses(crowd) == {first.remote_id: "ACCEPTED", second.remote_id: "SUBMITTED"}
    assert of(crowd).waiting_for == of(crowd).sync_error == "The platform does not take this question."
    turn(crowd)
    assert of(crowd).sync_error == "" and of(crowd).waiting_for.startswith("Waiting for answers")
