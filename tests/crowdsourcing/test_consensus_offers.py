"""Several Tolokers a job where it costs money or loses work: offers that nobody needs, work that never came, what was drawn by hand."""
from datetime import timedelta
from typing import Any

import pytest

from annotation.models import Snapshot
from annotation.services import jobs, shapes
from crowdsourcing import quality, selectors
from crowdsourcing.models import Assignment
from crowdsourcing.quality import deciding
from crowdsourcing.quality.merging import merge_job
from crowdsourcing.services import assignments
from crowdsourcing.services.policies import set_policy
from tests.crowdsourcing.crowd import Crowd
from tests.crowdsourcing.test_consensus import ASIDE, ELSEWHERE, RIGHT, drawn, found, hand_in, settle, take

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def crowd(crowd: Crowd) -> Crowd:
    """With pictures."""
    crowd.make_frames()
    return crowd


def by_consensus(crowd: Crowd, most: int) -> None:
    set_policy(actor=crowd.owner, pool=crowd.pool, config={"consensus": {"max_people": most}})


def test_when_all_work_was_rejected_by_hand_nobody_is_asked_to_settle_an_old_quarrel(crowd: Crowd) -> None:
    crowd.open_pool(overlap=2)
    rows = [hand_in(crowd, "ann", RIGHT), hand_in(crowd, "ben", ELSEWHERE)]
    assert found(crowd).outcome == "more"
    for row in rows:
        crowd.reject(row)
    by_consensus(crowd, 5)
    for _ in range(3):
        settle(crowd)
    assert crowd.suite().overlap == 2 and found(crowd).people == 0
    assert selectors.obstacles(crowd.suite(), "reissue_job") == [], "the requester may"


def test_enough_was_accepted_so_nobody_is_asked_by_itself_although_they_do_not_agree(crowd: Crowd) -> None:
    crowd.open_pool(overlap=2)
    by_consensus(crowd, 5)
    rows = [hand_in(crowd, "ann", RIGHT), hand_in(crowd, "ben", ELSEWHERE)]
    for row in rows:
        crowd.accept(row)
    for _ in range(2):
        settle(crowd)
    assert crowd.suite().overlap == 2
    assert selectors.obstacles(crowd.suite(), "reissue_job") == [], "the requester may"


def test_an_offer_to_one_more_is_taken_back_when_enough_is_accepted(crowd: Crowd) -> None:
    crowd.open_pool(overlap=2)
    by_consensus(crowd, 5)
    rows = [hand_in(crowd, "ann", RIGHT), hand_in(crowd, "ben", ELSEWHERE)]
    settle(crowd)
    assert crowd.suite().overlap == 3
    crowd.accept(rows[0])
    assert crowd.suite().overlap == 3
    crowd.accept(rows[1])
    assert crowd.suite().overlap == 2


def test_what_the_platforms_own_rule_offers_beyond_what_is_wanted_is_taken_back(crowd: Crowd) -> None:
    crowd.open_pool(overlap=2, reissue_policy="at_once")
    by_consensus(crowd, 5)
    hand_in(crowd, "sid", ELSEWHERE)
    hand_in(crowd, "ann", RIGHT)
    settle(crowd)
    hand_in(crowd, "ben", ASIDE)
    settle(crowd)
    assert sorted(Assignment.objects.values_list("toloker__user_id", "status")) == [
        ("ann", "ACCEPTED"), ("ben", "ACCEPTED"), ("sid", "REJECTED")]
    assert crowd.suite().overlap == 3
    with pytest.raises(AssertionError, match="No task is left"):
        crowd.take(0, "dora")


def test_those_who_are_torn_are_no_reason_to_give_a_rejected_place_again_and_again(crowd: Crowd) -> None:
    crowd.open_pool(overlap=2, reissue_policy="after_dispute")
    by_consensus(crowd, 2)
    first = hand_in(crowd, "sid", ELSEWHERE)
    crowd.reject(first)
    crowd.platform.change(first.remote_id, "REJECTED", rejected=crowd.assignment(first.remote_id).created - timedelta(days=40))
    hand_in(crowd, "ann", RIGHT)
    assert len(quality.reissue_after_dispute()) == 1
    crowd.deliver_all()
    hand_in(crowd, "ben", [400, 10, 450, 60])
    settle(crowd)
    assert found(crowd).outcome == "requester" and crowd.suite().overlap == 3
    assert quality.reissue_after_dispute() == []


def test_work_that_never_came_does_not_keep_what_did_from_being_merged(crowd: Crowd) -> None:
    crowd.open_pool(overlap=2)
    crowd.accept(hand_in(crowd, "ann", RIGHT))
    row = take(crowd, "ben")
    crowd.platform.submit(row.remote_id, {})
    crowd.sync()
    crowd.accept(crowd.assignment(row.remote_id))
    settle(crowd)
    assert crowd.state()[:2] == ("acceptance", "completed") and len(drawn(crowd)) == 1
    assert quality.merge_pool(crowd.pool) == 0


def test_a_rejected_place_of_a_job_that_has_all_its_people_is_not_counted_as_waiting(crowd: Crowd) -> None:
    crowd.open_pool(overlap=2)
    by_consensus(crowd, 3)
    hand_in(crowd, "ann", RIGHT)
    hand_in(crowd, "sid", ELSEWHERE)
    settle(crowd)
    hand_in(crowd, "ben", ASIDE)
    settle(crowd)
    assert crowd.state()[:2] == ("acceptance", "completed") and Assignment.objects.filter(status="REJECTED").count() == 1
    assert selectors.pool_counts(crowd.pool)["rejected_jobs"] == 0
    crowd.reject(hand_in(crowd, "sam", ELSEWHERE, number=1))
    assert selectors.pool_counts(crowd.pool)["rejected_jobs"] == 1


def test_merged_work_that_somebody_moved_is_kept_when_it_is_merged_again(crowd: Crowd) -> None:
    crowd.open_pool(overlap=2)
    for worker in ("ann", "ben"):
        crowd.accept(hand_in(crowd, worker, RIGHT))
    settle(crowd)
    job, number = jobs.reopen_job(actor=crowd.owner, job=crowd.job()), str(crowd.job().start_frame)
    content = shapes.frames_of(job=job)[number]
    content["shapes"][0]["points"] = ELSEWHERE
    shapes.save_frames(job=job, revision=job.revision, frames={number: content})
    merge_job(crowd.suite(), by_hand=True)
    [kept] = Snapshot.objects.filter(job=crowd.job(), reason="replaced")
    assert kept.data["frames"][number]["shapes"][0]["points"] == ELSEWHERE and drawn(crowd) == [RIGHT]
    merge_job(crowd.suite(), by_hand=True)
    assert Snapshot.objects.filter(job=crowd.job()).count() == 1, "what merging left is no record"


def test_merged_work_that_somebody_took_off_does_not_come_back_by_itself(crowd: Crowd) -> None:
    crowd.open_pool(overlap=2)
    rows = [hand_in(crowd, worker, RIGHT) for worker in ("ann", "ben")]
    crowd.accept(rows[0])
    merge_job(crowd.suite(), by_hand=True)
    job = crowd.job()
    shapes.save_frames(job=job, revision=job.revision, frames={str(job.start_frame): {"shapes": [], "tags": []}})
    crowd.accept(rows[1])
    settle(crowd)
    assert drawn(crowd) == [] and "by hand" in found(crowd).note


def test_a_job_without_anything_on_it_is_agreed_on(crowd: Crowd) -> None:
    crowd.open_pool(overlap=2)
    by_consensus(crowd, 5)
    for worker in ("ann", "ben"):
        hand_in(crowd, worker)
    settle(crowd)
    assert crowd.suite().overlap == 2 and crowd.state()[:2] == ("acceptance", "completed") and drawn(crowd) == []


def test_the_page_says_one_more_is_asked_only_when_somebody_is(crowd: Crowd, client: Any) -> None:
    crowd.open_pool(overlap=2)
    hand_in(crowd, "ann", RIGHT)
    hand_in(crowd, "ben", ELSEWHERE)
    client.force_login(crowd.owner)
    page = client.get(f"/jobs/{crowd.job().pk}").content.decode()
    assert "2 of 2 Tolokers handed in" in page and "One more is needed to tell who is right" in page
    by_consensus(crowd, 5)
    settle(crowd)
    page = client.get(f"/jobs/{crowd.job().pk}").content.decode()
    assert "2 of 3 Tolokers handed in" in page and "One more Toloker is asked" in page


def test_who_came_beyond_what_is_wanted_is_among_those_who_are_waited_for(crowd: Crowd, client: Any) -> None:
    crowd.open_pool(overlap=2)
    for worker, box in (("ann", RIGHT), ("sid", ELSEWHERE)):
        crowd.accept(hand_in(crowd, worker, box))
    settle(crowd)
    crowd.deliver(assignments.reissue_job(actor=crowd.owner, task_suite=crowd.suite()))
    last = hand_in(crowd, "ben", ASIDE)
    assert found(crowd).outcome == "decided"
    client.force_login(crowd.owner)
    assert "3 of 3 Tolokers handed in, 2 accepted" in client.get(f"/jobs/{crowd.job().pk}").content.decode()
    asked = client.get(f"/task-suites/{crowd.suite().pk}/merge").content.decode()
    assert "2 of 3 people are accepted" in asked and "The job waits" not in asked, "two are enough to complete it"
    crowd.accept(last)
    assert "3 of 3 Tolokers" in client.get(f"/tasks/{crowd.task.pk}").content.decode()


def test_who_agrees_is_accepted_before_who_does_not_is_rejected_so_that_a_death_between_leaves_nobody_waiting(
        crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd.open_pool(overlap=3)
    for worker, box in (("sid", ELSEWHERE), ("ann", RIGHT), ("ben", ASIDE)):
        hand_in(crowd, worker, box)
    by_consensus(crowd, 5)
    quality.agree_pool(crowd.pool)
    settled, decided = deciding._settled, []

    def dying(pool: int, pk: int) -> Any:
        if decided:
            raise SystemExit
        decided.append(pk)
        return settled(pool, pk)

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(deciding, "_settled", dying)
        quality.settle_pool(crowd.pool)
    crowd.deliver_all()
    settle(crowd)
    assert dict(Assignment.objects.values_list("toloker__user_id", "status")) == {
        "sid": "REJECTED", "ann": "ACCEPTED", "ben": "ACCEPTED"}
