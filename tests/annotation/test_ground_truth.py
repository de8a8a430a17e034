"""Versions measured by the ground truth: precision, recall, mean IoU; and drawings that are made to be slow."""
import math
import time
from typing import Any

import pytest

from tests.annotation.test_differences import as_alice, attempted, box, compared, measure, shape

__all__ = ["as_alice", "attempted"]


@pytest.fixture
def measured(attempted: Any) -> Any:
    """`attempted` with a ground truth of the frames 0 and 1. Ids of an import count from 1 within a frame: they name nothing of the job.

    Frame 0: the first car lies 2 pixels further, the second is as it was drawn; frame 1: nothing is there. Of frame 2 nothing is known.
    """
    from annotation.models import ImportedFrame

    job, snapshot = attempted
    drawn = snapshot.data["frames"]["0"]["shapes"]
    ids = [one["id"] for one in drawn]
    truth = [{**drawn[0], "id": ids[1], "points": [12, 10, 32, 30]}, {**drawn[1], "id": ids[0]}]
    ImportedFrame.objects.create(task=job.task, kind="ground truth", frame=0, shapes=truth)
    ImportedFrame.objects.create(task=job.task, kind="ground truth", frame=1)
    return job, snapshot


@pytest.mark.django_db
def test_an_attempt_is_measured_by_the_ground_truth_where_that_knows_the_frame(as_alice: Any, measured: Any) -> None:
    job, snapshot = measured
    answer = as_alice.get(f"/api/jobs/{job.pk}/differences?a=ground-truth&b={snapshot.pk}").json()
    # The snapshot has two cars on frame 0 and a person on frame 1, where nothing is; frame 2 does not count.
    iou = 18 / 22
    assert answer["quality"] == {"precision": round(2 / 3, 4), "recall": 1.0, "mean_iou": round((iou + 1) / 2, 4), "matched": 2, "found": 3,
                                 "truth": 2}
    assert [frame["frame"] for frame in answer["frames"]] == [0, 1]
    assert answer["frames"][0]["quality"]["precision"] == 1 and answer["frames"][1]["quality"]["recall"] is None
    turned = as_alice.get(f"/api/jobs/{job.pk}/differences?b=ground-truth&a={snapshot.pk}").json()
    assert turned["quality"] == answer["quality"]
    assert as_alice.get(f"/api/jobs/{job.pk}/differences?b=current&a={snapshot.pk}").json()["quality"] is None


@pytest.mark.django_db
def test_a_relabelled_object_is_neither_found_nor_right(as_alice: Any, measured: Any) -> None:
    job, _snapshot = measured
    quality = as_alice.get(f"/api/jobs/{job.pk}/differences?a=ground-truth&b=current").json()["quality"]
    assert (quality["matched"], quality["found"], quality["truth"]) == (1, 3, 2)


@pytest.mark.django_db
def test_the_page_says_how_good_it_is_in_few_queries(as_alice: Any, measured: Any, django_assert_max_num_queries: Any) -> None:
    job, snapshot = measured
    address = f"/jobs/{job.pk}/compare?a=ground-truth&b={snapshot.pk}"
    assert f'href="/jobs/{job.pk}/compare?a=ground-truth&amp;b={snapshot.pk}"' in as_alice.get(
        f"/jobs/{job.pk}?snapshot={snapshot.pk}").content.decode()
    with django_assert_max_num_queries(10):
        page = as_alice.get(address).content.decode()
    assert "Measured by the ground truth" in page and "67 %" in page and "2 of 3 objects are in the ground truth" in page
    assert 'value="ground-truth" selected' in page


@pytest.mark.django_db
def test_only_a_ground_truth_is_enough_to_compare_and_a_missing_one_is_said(as_alice: Any, attempted: Any, fill: Any) -> None:
    from annotation.models import ImportedFrame

    job, _snapshot = attempted
    refused = as_alice.get(f"/api/jobs/{job.pk}/differences?a=ground-truth&b=current")
    assert refused.status_code == 400 and "import one" in refused.json()["detail"]
    assert as_alice.get(f"/jobs/{job.pk}/compare?a=ground-truth&b=current").status_code == 404
    fresh = fill(count=1).jobs.get()
    ImportedFrame.objects.create(task=fresh.task, kind="ground truth", frame=0)
    assert as_alice.get(f"/jobs/{fresh.pk}/compare").url.endswith("a=ground-truth&b=current")
    assert "No differences." in as_alice.get(f"/jobs/{fresh.pk}/compare", follow=True).content.decode()


def zigzag(teeth: int, left: float) -> dict[str, Any]:
    points: list[float] = []
    for tooth in range(teeth):
        points += [left + tooth * 10 / teeth, 800.0 * (tooth % 2)]
    return shape("polygon", points)


def test_drawings_made_to_be_slow_are_compared_by_their_boxes():
    began = time.process_time()
    frame = compared([zigzag(20_000, x) for x in range(0, 200, 20)], [zigzag(20_000, x + 1) for x in range(0, 200, 20)])
    assert time.process_time() - began < 10
    assert frame.counts["moved"] == 10 and all(math.isclose(one.measure, 9 / 11, abs_tol=0.01) for one in frame.shapes)
    began = time.process_time()
    assert 0 < measure(shape("ellipse", [500, 400, 501, 0]), shape("ellipse", [500, 400, 500.001, 399.999])) < 0.001
    assert time.process_time() - began < 1


def test_a_thousand_shapes_a_frame_of_every_type_are_paired_fast_and_always_alike():
    def drawn(shift: float) -> list[dict[str, Any]]:
        makers = [lambda x, y: box(x, y, rotation=30.0), lambda x, y: shape("polygon", [x, y, x + 20, y, x + 10, y + 20]),
                  lambda x, y: shape("ellipse", [x + 10, y + 10, x + 20, y]), lambda x, y: shape("polyline", [x, y, x + 20, y + 5]),
                  lambda x, y: shape("points", [x, y]), lambda x, y: shape("mask", [0, 400, int(x), int(y), int(x) + 19, int(y) + 19])]
        return [makers[n % 6](n % 40 * 24 + shift, n // 40 * 24 + shift) for n in range(1000)]

    began = time.process_time()
    once = compared(drawn(0), drawn(2))
    assert time.process_time() - began < 10
    assert once.counts == {"added": 0, "removed": 0, "relabelled": 0, "moved": 1000, "changed": 0, "unchanged": 0}
    assert once == compared(drawn(0), drawn(2))
