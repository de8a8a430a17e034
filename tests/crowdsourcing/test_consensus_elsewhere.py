"""Several Tolokers a job where other parts meet them: the platform's own pages, labels that go, the requester's last word."""
import io
from typing import Any

import orjson
import pytest
from django.contrib.auth import get_user_model

from annotation.formats import cvat
from annotation.formats.losses import Losses
from annotation.formats.scope import Scope
from annotation.models import Correction, Label, ProjectMember, Snapshot
from annotation.services import shapes
from crowdsourcing import selectors
from crowdsourcing.models import Consensus
from crowdsourcing.quality.merging import merge_job
from tests.crowdsourcing.crowd import Crowd
from tests.crowdsourcing.test_consensus import ELSEWHERE, RIGHT, hand_in, settle
from tests.crowdsourcing.test_drawn import BOX, DRAWN, drawn, solution  # noqa: F401

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def framed(crowd: Crowd) -> Crowd:
    crowd.make_frames()
    return crowd


def test_work_on_the_platforms_own_page_lies_apart_and_is_merged(drawn: Crowd) -> None:  # noqa: F811
    drawn.open_pool(overlap=2, **DRAWN)
    assert {task.overlap for task in drawn.platform.tasks.values()} == {2}
    rows = []
    for worker in ("ann", "ben"):
        remote_id = drawn.take(0, worker)
        drawn.platform.submit(remote_id, solution(BOX))
        drawn.sync()
        rows.append(drawn.assignment(remote_id))
    assert rows[0].job_id != rows[1].job_id and all(row.snapshot_id for row in rows)
    for row in rows:
        drawn.accept(row)
    settle(drawn)
    [[shape]] = [frame["shapes"] for frame in shapes.frames_of(job=drawn.job()).values()]
    assert shape["type"] == "rectangle" and drawn.state()[:2] == ("acceptance", "completed")


def test_nobody_can_tell_and_the_requester_may_still_ask_one_more(framed: Crowd) -> None:
    framed.open_pool(overlap=2)
    hand_in(framed, "ann", RIGHT)
    hand_in(framed, "ben", ELSEWHERE)
    settle(framed)
    Consensus.objects.update(outcome="requester")
    assert selectors.obstacles(framed.suite(), "reissue_job") == []
    assert selectors.obstacles(framed.suite(1), "reissue_job") != [], "nobody came for that one yet"


def test_a_label_that_is_gone_is_said_not_merged(framed: Crowd) -> None:
    framed.open_pool(overlap=2)
    rows = [hand_in(framed, worker, RIGHT) for worker in ("ann", "ben")]
    kept = Label.objects.create(project=framed.project, name="bus", color="#c2185b", position=1)
    for row in rows:
        row.snapshot.data = orjson.loads(orjson.dumps(row.snapshot.data).replace(
            b'"label_id":%d' % framed.project.labels.exclude(pk=kept.pk).get().pk, b'"label_id":%d' % (kept.pk + 999)))
        row.snapshot.save()
        framed.accept(row)
    settle(framed)
    assert "labels are others now" in Consensus.objects.get(task_suite=framed.suite()).note
    assert not merge_job(framed.suite()) and shapes.frames_of(job=framed.job()) == {}


def test_pictures_of_a_pool_begin_with_the_merged_work(framed: Crowd, client: Any) -> None:
    framed.open_pool(overlap=2)
    rows = [hand_in(framed, worker, RIGHT) for worker in ("ann", "ben")]
    client.force_login(framed.owner)
    address = f"/pools/{framed.pool.pk}/results"
    assert "merged from" not in client.get(address).content.decode()
    for row in rows:
        framed.accept(row)
    settle(framed)
    page = client.get(address).content.decode()
    assert "merged from 2" in page and f"Job {framed.job().pk}<" in page and "1 picture" in page
    page = client.get(f"{address}?show=accepted").content.decode()
    assert f"Job {rows[0].job_id}<" in page and "2 pictures" in page


def test_lists_find_replicas_and_what_goes_out_knows_the_parents_only(framed: Crowd, client: Any) -> None:
    framed.open_pool(overlap=2)
    rows = [hand_in(framed, worker, RIGHT) for worker in ("ann", "ben")]
    jobs, parent = framed.task.annotation_jobs.count(), framed.job()
    for row in rows:
        framed.accept(row)
    settle(framed)
    client.force_login(framed.owner)
    for query in ("type=consensus_replica", f"parent_job_id={parent.pk}"):
        answer = client.get(f"/api/jobs?{query}")
        assert answer.status_code == 200, answer.content
        assert {job["id"] for job in answer.json()["results"]} == {row.job_id for row in rows}
    [told] = [task for task in client.get("/api/tasks").json()["results"] if task["id"] == framed.task.pk]
    assert (told["jobs"]["count"], told["jobs"]["completed"]) == (jobs, 1)
    assert ("job", jobs) in client.get(f"/projects/{framed.project.pk}/delete").context["losses"]
    file = io.BytesIO()
    cvat.write(Scope(framed.task, None), file, Losses(), lambda done: None)
    written = file.getvalue()
    assert written.count(b"<segment>") == jobs and written.count(b"<box") == 1


def test_strangers_see_nothing_of_replicas_and_reviewers_do_not_merge(framed: Crowd, client: Any) -> None:
    framed.open_pool(overlap=2)
    row = hand_in(framed, "ann", RIGHT)
    framed.accept(row)
    suite, users = framed.suite(), get_user_model().objects
    rita = users.create_user("rita")
    ProjectMember.objects.create(project=framed.project, user=rita, role="reviewer")
    pages = (f"/jobs/{row.job_id}", f"/jobs/{framed.job().pk}", f"/task-suites/{suite.pk}/merge",
             f"/api/crowdsourcing/task-suites/{suite.pk}", f"/api/jobs/{row.job_id}")
    client.force_login(users.create_user("stranger"))
    assert [client.get(page).status_code for page in pages] == [404] * 5
    assert client.post(f"/api/crowdsourcing/task-suites/{suite.pk}/merge").status_code == 404
    client.force_login(rita)
    assert [client.get(page).status_code for page in pages] == [200, 200, 403, 200, 200]
    assert client.post(f"/task-suites/{suite.pk}/merge").status_code == 403
    assert client.post(f"/api/crowdsourcing/task-suites/{suite.pk}/merge").status_code == 403
    assert "Merge now" not in client.get(f"/jobs/{framed.job().pk}").content.decode()
    assert shapes.frames_of(job=framed.job()) == {}


def test_a_correction_that_came_after_the_merging_is_merged_too(framed: Crowd) -> None:
    framed.open_pool(overlap=2)
    rows = [hand_in(framed, worker, RIGHT) for worker in ("ann", "ben")]
    for row in rows:
        framed.accept(row)
    settle(framed)
    before = framed.job().revision
    frame = str(framed.job().start_frame)
    box = {**rows[0].snapshot.data["frames"][frame]["shapes"][0], "points": [20, 20, 120, 100]}
    kept = Snapshot.objects.create(job=rows[0].job, attempt=rows[0].remote_id, worker="ann", reason="corrected", revision=2,
                                   digest="e" * 64, data={"frames": {frame: {"shapes": [box], "tags": []}}})
    Correction.objects.create(job=rows[0].job, attempt=rows[0].remote_id, owner=framed.owner, base_digest="d", snapshot=kept, open=False)
    settle(framed)
    assert framed.job().revision == before + 1
    [[shape]] = [each["shapes"] for each in shapes.frames_of(job=framed.job()).values()]
    assert shape["points"][0] == pytest.approx(15, abs=1)
    settle(framed)
    assert framed.job().revision == before + 1
