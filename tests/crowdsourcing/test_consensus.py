"""Several Tolokers a job: places, agreement, decisions, one more, and merged work. Real services, outbox and mirror on PostgreSQL."""
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from annotation.models import Job, Snapshot
from annotation.services import jobs, shapes
from crowdsourcing import quality, selectors
from crowdsourcing.models import Assignment, Consensus, Verdict
from crowdsourcing.quality.merging import merge_job
from crowdsourcing.selectors.provenance import provenance_of
from crowdsourcing.services import assignments, pools
from crowdsourcing.services.policies import set_policy
from crowdsourcing.transitions import Refused
from tests.crowdsourcing.crowd import Crowd

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
RIGHT, ASIDE, ELSEWHERE = [10, 10, 110, 90], [12, 11, 111, 92], [300, 200, 340, 230]


@pytest.fixture
def crowd(crowd: Crowd) -> Crowd:
    """With pictures."""
    crowd.make_frames()
    return crowd


@pytest.fixture
def three(crowd: Crowd) -> Crowd:
    crowd.open_pool(overlap=3)
    return crowd


def take(crowd: Crowd, worker: str, number: int = 0) -> Assignment:
    remote_id = crowd.take(number, worker)
    crowd.sync()
    return crowd.assignment(remote_id)


def hand_in(crowd: Crowd, worker: str, *boxes: list[int], number: int = 0) -> Assignment:
    """As the editor leaves it: shapes on the attempt's own job, a snapshot, then the platform's news."""
    row = take(crowd, worker, number)
    label = crowd.project.labels.get().pk
    content = {"shapes": [{"type": "rectangle", "points": box, "label_id": label} for box in boxes], "tags": []}
    job = Job.objects.get(pk=row.job_id)
    frames = {job.start_frame: content} if boxes else {}
    shapes.write_frames(job, shapes.validate_frames(job=job, frames={str(key): value for key, value in frames.items()}))
    Snapshot.objects.create(job=job, attempt=row.remote_id, worker=worker, reason="submitted", revision=1, digest="d" * 64,
                            data={"frames": shapes.frames_of(job=job)})
    crowd.platform.submit(row.remote_id, {"digest": "d" * 64})
    crowd.sync()
    return crowd.assignment(row.remote_id)


def settle(crowd: Crowd) -> None:
    """What the clock would do, and its commands delivered."""
    from crowdsourcing import tasks

    tasks.settle_policy(crowd.pool.pk)
    crowd.deliver_all()
    tasks.settle_policy(crowd.pool.pk)


def found(crowd: Crowd) -> Consensus:
    return Consensus.objects.get(task_suite=crowd.suite())


def drawn(crowd: Crowd) -> list[list[float]]:
    frames = shapes.frames_of(job=crowd.job())
    return sorted(shape["points"] for frame in frames.values() for shape in frame["shapes"])


def test_each_has_a_place_of_their_own_and_nobody_sees_the_others(three: Crowd) -> None:
    rows = [take(three, worker) for worker in ("ann", "ben", "cleo")]
    assert len({row.job_id for row in rows}) == 3
    places = Job.objects.filter(parent_job=three.job())
    assert {row.job_id for row in rows} == set(places.values_list("pk", flat=True))
    assert {(job.type, job.start_frame, job.stop_frame, job.state) for job in places} == {
        ("consensus_replica", three.job().start_frame, three.job().stop_frame, "in progress")}
    assert [three.suite(number).overlap for number in range(3)] == [3, 3, 3]
    assert three.state()[:2] == ("annotation", "in progress")
    with pytest.raises(AssertionError, match="No task is left"):
        three.take(0, "dora")


def test_money_is_set_aside_for_everybody(three: Crowd) -> None:
    jobs = three.task.jobs.filter(parent_job=None).count()
    assert three.money()["budget"] == jobs * 3 * three.pool.reward_per_assignment


def test_a_place_that_was_given_up_is_given_to_who_comes_next(three: Crowd) -> None:
    first, second = take(three, "ann"), take(three, "ben")
    three.platform.change(first.remote_id, "SKIPPED")
    three.sync()
    assert take(three, "cleo").job_id == first.job_id
    assert take(three, "dora").job_id not in (first.job_id, second.job_id)
    assert Job.objects.filter(parent_job=three.job()).count() == 3


def test_late_news_of_many_at_once_find_places_in_the_order_of_taking(three: Crowd) -> None:
    ids = [three.take(0, worker) for worker in ("ann", "ben", "cleo")]
    three.platform.change(ids[0], "EXPIRED")
    ids.append(three.take(0, "dora"))
    three.sync()
    places = [three.assignment(one).job_id for one in ids]
    assert len(set(places)) == 3 and places[1] != places[2]
    three.sync()
    assert [three.assignment(one).job_id for one in ids] == places


def test_who_agrees_is_accepted_who_does_not_is_rejected_and_the_work_is_merged(three: Crowd, client: Any) -> None:
    set_policy(actor=three.owner, pool=three.pool, config={"consensus": {}})
    hand_in(three, "ann", RIGHT)
    settle(three)
    assert not Verdict.objects.exists(), "one of three decides nothing"
    hand_in(three, "ben", ASIDE)
    spam = hand_in(three, "sid", ELSEWHERE)
    assert three.state()[:2] == ("validation", "completed")
    settle(three)
    verdicts = {row.assignment.toloker.user_id: row for row in Verdict.objects.select_related("assignment__toloker")}
    assert {name: row.outcome for name, row in verdicts.items()} == {"ann": "accept", "ben": "accept", "sid": "reject"}
    assert verdicts["sid"].source == "consensus" and verdicts["sid"].inputs["consensus"]["extra"] == 1
    assert "1 object that most marked is missing" in verdicts["sid"].explanation.replace("1 Object", "1 object")
    spam.refresh_from_db()
    assert spam.status == "REJECTED" and drawn(three) == [], "two of three are not enough"
    client.force_login(three.owner)
    page = client.get(f"/jobs/{three.job().pk}").content.decode()
    row = page[page.index(f'/crowdsourcing/workers/{spam.toloker_id}'):].split("</tr>")[0]
    assert ">0.00</span>" in row and row.count('<td class="number">1</td>') == 2, "how a rejected one agreed stays to be read"
    three.deliver(assignments.reissue_job(actor=three.owner, task_suite=three.suite()))
    assert hand_in(three, "cleo", RIGHT).job_id == spam.job_id
    settle(three)
    assert three.state()[:2] == ("acceptance", "completed")
    [box] = drawn(three)
    assert box == pytest.approx([10.7, 10.3, 110.3, 90.7], abs=1)
    [shape] = shapes.frames_of(job=three.job())[str(three.job().start_frame)]["shapes"]
    assert shape["source"] == "consensus"
    assert three.money()["spent"] == 3 * three.pool.reward_per_assignment
    assert selectors.obstacles(three.suite(), "reissue_job")


def test_two_spammers_do_not_throw_out_the_one_who_is_right(three: Crowd) -> None:
    set_policy(actor=three.owner, pool=three.pool, config={"consensus": {"max_people": 5}})
    hand_in(three, "sid", ELSEWHERE)
    hand_in(three, "sam", [400, 10, 420, 40])
    good = hand_in(three, "ann", RIGHT)
    settle(three)
    assert not Verdict.objects.exists() and found(three).outcome == "more"
    assert three.suite().overlap == 4, "one more is asked, once"
    settle(three)
    assert three.suite().overlap == 4
    hand_in(three, "ben", RIGHT)
    settle(three)
    assert not Verdict.objects.exclude(outcome="ask").exists() and three.suite().overlap == 5
    hand_in(three, "cleo", ASIDE)
    settle(three)
    good.refresh_from_db()
    assert good.status == "ACCEPTED"
    assert sorted(Assignment.objects.filter(status="REJECTED").values_list("toloker__user_id", flat=True)) == ["sam", "sid"]
    assert three.state()[:2] == ("acceptance", "completed") and len(drawn(three)) == 1


def test_those_who_never_agree_are_left_to_the_requester(three: Crowd) -> None:
    set_policy(actor=three.owner, pool=three.pool, config={"consensus": {"max_people": 3}})
    for number, worker in enumerate(("ann", "ben", "cleo")):
        hand_in(three, worker, [100 * number, 10, 100 * number + 50, 60])
    settle(three)
    assert found(three).outcome == "requester" and three.suite().overlap == 3
    assert list(Verdict.objects.values_list("outcome", flat=True)) == ["ask"] * 3
    assert "do not agree" in Verdict.objects.first().explanation


def test_by_hand_work_is_merged_when_enough_is_accepted_and_what_nobody_can_tell_waits(crowd: Crowd) -> None:
    crowd.open_pool(overlap=2)
    first, second = hand_in(crowd, "ann", RIGHT, ELSEWHERE), hand_in(crowd, "ben", ASIDE)
    crowd.accept(first)
    settle(crowd)
    assert drawn(crowd) == []
    crowd.accept(second)
    settle(crowd)
    assert len(drawn(crowd)) == 2, "what one of two drew is open, so it is kept"
    assert crowd.state()[:2] == ("validation", "new")
    assert found(crowd).merged_frames[str(crowd.job().start_frame)]["open"] == 1


def test_what_somebody_changed_by_hand_is_not_overwritten_until_they_say_so(crowd: Crowd) -> None:
    crowd.open_pool(overlap=2)
    rows = [hand_in(crowd, "ann", RIGHT), hand_in(crowd, "ben", ASIDE)]
    job, number = crowd.job(), str(crowd.job().start_frame)
    label = crowd.project.labels.get().pk
    jobs.reopen_job(actor=crowd.owner, job=job)
    shapes.save_frames(job=job, revision=job.revision, frames={number: {"shapes": [
        {"type": "rectangle", "points": ELSEWHERE, "label_id": label}], "tags": []}})
    for row in rows:
        crowd.accept(row)
    settle(crowd)
    assert drawn(crowd) == [ELSEWHERE] and "by hand" in found(crowd).note
    assert merge_job(crowd.suite(), by_hand=True)
    assert len(drawn(crowd)) == 1 and drawn(crowd) != [ELSEWHERE]
    kept = Snapshot.objects.get(job=crowd.job())
    assert kept.reason == "replaced" and kept.data["frames"][number]["shapes"][0]["points"] == ELSEWHERE
    assert found(crowd).note == "" and crowd.state()[:2] == ("acceptance", "completed")


def test_merging_again_without_news_changes_nothing(crowd: Crowd) -> None:
    crowd.open_pool(overlap=2)
    for worker in ("ann", "ben"):
        crowd.accept(hand_in(crowd, worker, RIGHT))
    settle(crowd)
    revision = crowd.job().revision
    assert quality.merge_pool(crowd.pool) == 0 and not merge_job(crowd.suite())
    assert crowd.job().revision == revision
    with pytest.raises(Refused, match="Nothing that was done"):
        merge_job(crowd.suite(1), by_hand=True)


def test_an_appeal_that_succeeds_takes_back_the_offer_it_made_needless(three: Crowd) -> None:
    rows = [hand_in(three, worker, RIGHT) for worker in ("ann", "ben", "cleo")]
    three.reject(rows[0])
    three.deliver(assignments.reissue_job(actor=three.owner, task_suite=three.suite()))
    assert three.suite().overlap == 4
    assert Job.objects.get(pk=rows[0].job_id).state == "new"
    three.accept(three.assignment(rows[0].remote_id))
    assert three.suite().overlap == 3
    for row in rows[1:]:
        three.accept(row)
    settle(three)
    assert three.state()[:2] == ("acceptance", "completed") and found(three).merged_people == 3


def test_a_rejected_place_stays_rejected_while_others_have_not_come(three: Crowd) -> None:
    row = hand_in(three, "ann", ELSEWHERE)
    three.reject(row)
    assert Job.objects.get(pk=row.job_id).state == "rejected"
    assert three.state()[:2] == ("annotation", "new")
    assert take(three, "ben").job_id != row.job_id


def test_the_number_of_people_is_fixed_once_the_jobs_are_published(crowd: Crowd) -> None:
    crowd.setup_project()
    with pytest.raises(ValidationError) as caught:
        crowd.setup_pool(overlap=11)
    assert "overlap" in caught.value.message_dict
    crowd.setup_pool(overlap=2)
    with pytest.raises(ValidationError) as caught:
        pools.update_pool(actor=crowd.owner, pool=crowd.pool, config={"overlap": 3})
    assert "2 Tolokers each" in str(caught.value.message_dict["overlap"])


@pytest.mark.parametrize(("people", "config", "path"), [
    (1, {}, "consensus"), (3, {"max_people": 2}, "consensus.max_people"), (3, {"quorum": 4}, "consensus.quorum"),
    (3, {"accept_from": 0.3}, "consensus.reject_below"), (3, {"min_iou": 0}, "consensus.min_iou"), (3, {"people": 3}, "consensus.people")])
def test_policies_that_cannot_be_are_refused_at_their_field(crowd: Crowd, people: int, config: dict[str, Any], path: str) -> None:
    crowd.setup_project()
    crowd.setup_pool(overlap=people)
    with pytest.raises(ValidationError) as caught:
        set_policy(actor=crowd.owner, pool=crowd.pool, config={"consensus": config or {"min_iou": 0.5}})
    assert path in caught.value.message_dict


def test_exports_say_whose_work_was_merged_and_how_they_agree(crowd: Crowd) -> None:
    crowd.open_pool(overlap=2)
    for worker in ("ann", "ben"):
        crowd.accept(hand_in(crowd, worker, RIGHT))
    settle(crowd)
    told = provenance_of([crowd.job().pk])[crowd.job().pk]
    assert told["people"] == "2" and told["status"] == "ACCEPTED" and told["agreement"] == "1.000"
    assert len(told["assignment_id"].split("; ")) == 2 == len(set(told["toloker"].split("; ")))


def test_a_replica_is_compared_with_the_merged_work(crowd: Crowd, client: Any) -> None:
    crowd.open_pool(overlap=2)
    rows = [hand_in(crowd, "ann", RIGHT), hand_in(crowd, "ben", ASIDE)]
    for row in rows:
        crowd.accept(row)
    settle(crowd)
    client.force_login(crowd.owner)
    answer = client.get(f"/jobs/{rows[0].job_id}/compare?a={rows[0].snapshot_id}&b=merged")
    assert answer.status_code == 200 and "Merged work of all who did the job" in answer.content.decode()
    assert client.get(f"/api/jobs/{crowd.job().pk}/differences?a=current&b=merged").status_code == 400, "it has no parent"


def test_pages_and_rest_show_who_agrees_and_merge_when_asked(crowd: Crowd, client: Any) -> None:
    crowd.open_pool(overlap=3)
    for worker in ("ann", "ben"):
        crowd.accept(hand_in(crowd, worker, RIGHT))
    settle(crowd)
    client.force_login(crowd.owner)
    page = client.get(f"/jobs/{crowd.job().pk}").content.decode()
    assert "2 of 3 Tolokers handed in, 2 accepted" in page and "Merge now" in page and "agreement 1.00" in page
    assert "2 of 3 Tolokers" in client.get(f"/tasks/{crowd.task.pk}").content.decode()
    assert f"of job #{crowd.job().pk}" in client.get(f"/jobs/{Job.objects.filter(parent_job=crowd.job()).first().pk}").content.decode()
    suite = crowd.suite()
    assert "2 of 3 people are accepted so far" in client.get(f"/task-suites/{suite.pk}/merge").content.decode()
    assert client.post(f"/task-suites/{suite.pk}/merge").status_code == 302
    assert len(drawn(crowd)) == 1 and crowd.state()[:2] == ("validation", "new"), "one is still to come"
    told = client.get(f"/api/crowdsourcing/task-suites/{suite.pk}").json()["consensus"]
    assert (told["people"], told["outcome"], told["merged_people"]) == (2, "more", 2)
    [listed] = client.get(f"/api/jobs?task_id={crowd.task.pk}&type=annotation&id={crowd.job().pk}").json()["results"]
    assert listed["parent_job_id"] is None
    attempts = client.get(f"/api/crowdsourcing/assignments?job={crowd.job().pk}").json()["results"]
    assert len(attempts) == 2 and {one["job"] for one in attempts} == set(
        Job.objects.filter(parent_job=crowd.job()).values_list("pk", flat=True))
    crowd.accept(hand_in(crowd, "cleo", ASIDE))
    settle(crowd)
    assert crowd.state()[:2] == ("acceptance", "completed") and found(crowd).merged_people == 3
    assert client.post(f"/api/crowdsourcing/task-suites/{crowd.suite(1).pk}/merge").status_code == 409


def test_a_pool_s_page_of_quality_shows_how_those_who_did_one_job_agree(crowd: Crowd, client: Any) -> None:
    crowd.open_pool(overlap=2)
    for number in range(2):
        hand_in(crowd, "ann", RIGHT, number=number)
        hand_in(crowd, "ben", RIGHT if number else ELSEWHERE, number=number)
    settle(crowd)
    client.force_login(crowd.owner)
    page = client.get(f"/pools/{crowd.pool.pk}/quality").content.decode()
    assert "Those who did it agree on 1 of 2 jobs, 50 %" in page and "mean of 2 jobs, 2 Tolokers each" in page
    told = client.get(f"/api/crowdsourcing/pools/{crowd.pool.pk}/quality").json()["distributions"]["agreement"]["counts"]
    assert (sum(told["agreed"]), sum(told["not agreed yet"])) == (1, 1)
