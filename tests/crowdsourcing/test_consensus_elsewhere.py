"""Several Tolokers a job where other parts meet them: the platform's own pages, labels that go, the requester's last word."""
from typing import Any

import orjson
import pytest

from annotation.models import Label
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
