"""Suspicion: what is counted, which numbers raise it, and that opinions are written down and follow the pool."""
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotation.models import Frame, Snapshot
from crowdsourcing import quality, tasks
from crowdsourcing.models import Assignment, Pool, Toloker, WorkMeasure
from crowdsourcing.quality.measures import Measure, measure
from crowdsourcing.quality.suspicion import ELSEWHERE, Peers, Record, judge
from tests.crowdsourcing import scene
from tests.crowdsourcing.crowd import Crowd

USUAL = Measure(with_work=True, frames=4, seconds=160, marks=12, areas=12, places="p", sizes="s")
PEERS = Peers.of([USUAL] * 5)
EMPTY_POOL = Peers.of([replace(USUAL, marks=0, areas=0, nothing_here_frames=4)] * 5)
TOO_FEW = Peers.of([USUAL] * 4)
NOBODY = Record()


def box(x1: float, y1: float, x2: float, y2: float) -> dict[str, Any]:
    return {"type": "rectangle", "points": [x1, y1, x2, y2], "label_id": 1}


@pytest.mark.parametrize(("job", "peers", "record", "code", "weight", "words"), [
    (USUAL, PEERS, NOBODY, "", 0, ""),
    (Measure(False, 4, 160), PEERS, NOBODY, "without_work", 0.8, "nothing that can be used came with it"),
    (replace(USUAL, seconds=30), PEERS, NOBODY, "too_fast", 0.5, "7.5 s a frame; the usual job of this pool takes 40 s a frame."),
    (replace(USUAL, seconds=50), PEERS, NOBODY, "too_fast", 0.3, "12 s a frame"),
    (replace(USUAL, seconds=60), PEERS, NOBODY, "", 0, ""),
    (replace(USUAL, seconds=2), TOO_FEW, NOBODY, "too_fast", 0.4, "0.5 s a frame: hardly time to look"),
    (replace(USUAL, seconds=30), TOO_FEW, NOBODY, "", 0, ""),
    (replace(USUAL, marks=3), PEERS, NOBODY, "few_shapes", 0.35, "3 shapes and tags on 4 frames; the usual job of this"),
    (replace(USUAL, marks=4), PEERS, NOBODY, "", 0, ""),
    (replace(USUAL, marks=0), PEERS, NOBODY, "few_shapes", 0.5, "No shape or tag at all"),
    (replace(USUAL, marks=0), EMPTY_POOL, NOBODY, "", 0, ""),
    (replace(USUAL, marks=0, nothing_here_frames=4), PEERS, NOBODY, "nothing_here", 0.5, "All 4 frames are marked “nothing here”; the"),
    (replace(USUAL, marks=0, nothing_here_frames=4), EMPTY_POOL, NOBODY, "", 0, ""),
    (replace(USUAL, frames=1, seconds=40, marks=0, nothing_here_frames=1), TOO_FEW, NOBODY, "nothing_here", 0.15, "The only frame is"),
    (replace(USUAL, untouched_frames=2), PEERS, NOBODY, "untouched", 0.25, "2 of 4 frames left untouched"),
    (replace(USUAL, untouched_frames=2), Peers.of([replace(USUAL, untouched_frames=2)] * 5), NOBODY, "", 0, ""),
    (USUAL, PEERS, Record(same_places=[12, 7, 9]), "same_places", 0.55, "in jobs 7, 9 and 1 more."),
    (replace(USUAL, frames=1, seconds=40, marks=1), PEERS, Record(same_places=[7]), "same_places", 0.3, "The only shape is exactly where"),
    (USUAL, PEERS, Record(same_places=[7, ELSEWHERE, ELSEWHERE]), "same_places", 0.55, "in job 7 and in 2 jobs of other projects."),
    (USUAL, PEERS, Record(same_places=[ELSEWHERE]), "same_places", 0.55, "put them in 1 job of another project."),
    (USUAL, PEERS, Record(same_sizes=[7, 8]), "same_sizes", 0.35, "as large as the same Toloker’s in jobs 7 and 8."),
    (USUAL, PEERS, Record(same_places=[7], same_sizes=[7]), "same_places", 0.55, "in job 7."),
    (USUAL, PEERS, Record(accepted=2, rejected=4), "often_rejected", 0.4, "4 of this Toloker’s 6 judged jobs were rejected."),
    (USUAL, PEERS, Record(accepted=0, rejected=2), "", 0, ""),
    (USUAL, PEERS, Record(truth=0.49, truth_frames=2), "misses_truth", 0.6, "Scores 0.49 of 1 against the ground truth of 2 frames."),
    (USUAL, PEERS, Record(truth=0.69, truth_frames=1), "misses_truth", 0.3, "the ground truth of 1 frame."),
    (USUAL, PEERS, Record(truth=0.7, truth_frames=1), "", 0, ""),
    (USUAL, PEERS, Record(accepted=8, rejected=2), "", 0, ""),
    (replace(USUAL, tiny=6), PEERS, NOBODY, "tiny_shapes", 0.35, "6 of 12 shapes smaller than 6 × 6 pixels."),
    (replace(USUAL, tiny=5), PEERS, NOBODY, "", 0, ""),
    (replace(USUAL, tiny=12), Peers.of([replace(USUAL, tiny=12)] * 5), NOBODY, "", 0, ""),
    (replace(USUAL, huge=12), PEERS, NOBODY, "huge_shapes", 0.3, "12 of 12 shapes as large as the whole frame."),
])
def test_each_signal_has_its_edge_its_weight_and_its_sentence(
        job: Measure, peers: Peers, record: Record, code: str, weight: float, words: str) -> None:
    opinion = judge(job, peers, record)
    assert [signal.code for signal in opinion.signals] == ([code] if code else [])
    assert opinion.score == weight
    assert not code or words in opinion.signals[0].text


def test_signals_add_up_without_passing_one_and_the_strongest_is_first() -> None:
    job = replace(USUAL, seconds=10, marks=0, areas=0, untouched_frames=4)
    opinion = judge(job, PEERS, Record(accepted=0, rejected=10))
    assert [signal.code for signal in opinion.signals] == ["too_fast", "few_shapes", "untouched", "often_rejected"]
    assert opinion.score == round(1 - 0.5 ** 4, 2)


def test_work_is_counted_by_frame() -> None:
    frames = {
        "3": {"shapes": [box(0, 0, 100, 80), box(1, 1, 4, 5), box(10, 10, 30, 30)], "tags": [{"label_id": 1}]},
        "4": {"shapes": [], "tags": [], "nothing_here": True},
        "5": {"shapes": [box(1, 1, 2, 2)], "tags": [], "starting_point": True},
        "9": {"shapes": [box(1, 1, 2, 2)], "tags": []}}
    found = measure(frames, range(3, 7), {3: (100, 80)}, 12.0)
    assert replace(found, places="", sizes="") == Measure(
        with_work=True, frames=4, seconds=12.0, marks=4, nothing_here_frames=1, untouched_frames=2, areas=3, tiny=1, huge=1)
    assert found.places and not found.sizes, "two sizes beside the huge one are chance"
    assert measure(None, range(3), {}, 5.0) == Measure(with_work=False, frames=3, seconds=5.0)
    assert measure({}, range(2), {}, 5.0).untouched_frames == 2


@pytest.mark.parametrize(("shape", "tiny", "huge"), [
    ({"type": "ellipse", "points": [50, 40, 98, -8]}, 0, 1), ({"type": "ellipse", "points": [50, 40, 52, 38]}, 1, 0),
    ({"type": "mask", "points": [0, 9, 10, 10, 12, 12]}, 1, 0), ({"type": "polygon", "points": [0, 0, 100, 0, 100, 80]}, 0, 1)])
def test_sizes_of_every_shape_with_an_area(shape: dict[str, Any], tiny: int, huge: int) -> None:
    found = measure({"0": {"shapes": [shape]}}, range(1), {0: (100, 80)}, 1.0)
    assert (found.areas, found.tiny, found.huge) == (1, tiny, huge)


def test_lines_points_and_the_unreadable_have_no_area() -> None:
    shapes = [{"type": "points", "points": [1, 1, 2, 2]}, {"type": "polyline", "points": [1, 1, 9, 9]}, {"type": "rectangle"}, {}]
    assert measure({"0": {"shapes": shapes}}, range(1), {0: (100, 80)}, 1.0).areas == 0


def test_places_are_alike_to_the_pixel_whatever_the_frame_and_the_order() -> None:
    boxes = [box(10, 10, 30, 30), box(40, 40, 70, 60), box(5, 50, 25, 70)]
    first = measure({"0": {"shapes": boxes}}, range(1), {}, 1.0)
    again = measure({"8": {"shapes": [box(40.2, 40, 70, 60), boxes[2]]}, "9": {"shapes": [boxes[0]]}}, range(8, 10), {}, 1.0)
    moved = measure({"0": {"shapes": [box(x + 3, 10, x + 23, 30) if x == 10 else boxes[number] for number, x in enumerate((10, 0, 0))]}},
                    range(1), {}, 1.0)
    assert first.places == again.places != moved.places
    assert first.sizes == again.sizes == moved.sizes != ""


# --- written down ---------------------------------------------------------------------------------------------------
@pytest.fixture
def pool(alice: Any) -> Pool:
    task = scene.task(scene.project(alice), jobs=8)
    Frame.objects.bulk_create([
        Frame(task=task, number=number, name=f"{number}.jpg", width=400, height=300, byte_size=1) for number in range(8)])
    return scene.pool(task, status="OPEN")


def submitted(pool: Pool, number: int, boxes: list[dict[str, Any]], seconds: int = 60, toloker: Toloker | None = None) -> Assignment:
    job = pool.task.jobs.all()[number]
    made = scene.assignment(job)
    data = {"frames": {str(number): {"shapes": boxes, "tags": []}}}
    Snapshot.objects.filter(pk=made.snapshot_id).update(data=data, shape_count=len(boxes))
    made.submitted = made.created + timedelta(seconds=seconds)
    made.toloker = toloker or made.toloker
    made.save(update_fields=["submitted", "toloker"])
    return made


def drawn(shift: int) -> list[dict[str, Any]]:
    return [box(10 + shift, 10, 60 + 3 * shift, 50 + shift), box(90, 20 + shift, 140, 90 + 2 * shift), box(200, 30, 260 + shift, 70)]


@pytest.mark.django_db
@pytest.mark.services
def test_a_pools_work_is_judged_and_stored_with_reasons(pool: Pool) -> None:
    good = [submitted(pool, number, drawn(number)) for number in range(5)]
    hasty = submitted(pool, 5, drawn(5), seconds=4)
    copied = submitted(pool, 6, drawn(2), toloker=good[2].toloker)
    lost = scene.assignment(pool.task.jobs.all()[7], work=False)
    assert quality.judge_pool(pool) == 8
    for row in (*good, hasty, copied, lost):
        row.refresh_from_db()
    codes = {row.pk: [signal["code"] for signal in row.suspicion_signals] for row in (*good, hasty, copied, lost)}
    assert codes[good[0].pk] == [] and good[0].suspicion == 0 and good[0].suspicion_at is not None
    assert codes[hasty.pk] == ["too_fast"] and hasty.suspicion == 0.5
    assert codes[copied.pk] == codes[good[2].pk] == ["same_places"]
    assert f"job {good[2].job_id}." in copied.suspicion_signals[0]["text"]
    assert codes[lost.pk] == ["without_work"] and lost.suspicion == 0.8
    assert quality.judge_pool(pool) == 0, "nothing changed, nothing written"
    assert not quality.pools_unread().exists()


@pytest.mark.django_db
@pytest.mark.services
def test_opinions_follow_the_pool_the_tolokers_record_and_work_that_arrives_late(pool: Pool) -> None:
    first = submitted(pool, 0, drawn(0), seconds=10)
    lost = scene.assignment(pool.task.jobs.all()[1], work=False)
    quality.judge_pool(pool)
    first.refresh_from_db()
    assert first.suspicion == 0, "nobody to compare with"
    for number in range(2, 7):
        submitted(pool, number, drawn(number))
    late = Snapshot.objects.create(job=lost.job, attempt=lost.remote_id, reason="submitted", revision=1, digest="d" * 64,
                                   shape_count=3, data={"frames": {"1": {"shapes": drawn(1), "tags": []}}})
    Assignment.objects.filter(pk=lost.pk).update(snapshot=late, submitted=lost.created + timedelta(seconds=60))
    other = scene.pool(scene.task(pool.task.project, "Tuesday"), pool.crowd_project)
    for job in other.task.jobs.all():
        Assignment.objects.filter(pk=scene.assignment(job, "REJECTED").pk).update(toloker=lost.toloker)
    quality.judge_pool(pool)
    first.refresh_from_db()
    lost.refresh_from_db()
    assert [signal["code"] for signal in first.suspicion_signals] == ["too_fast"]
    assert [signal["code"] for signal in lost.suspicion_signals] == ["often_rejected"]
    assert WorkMeasure.objects.get(assignment=lost).with_work


@pytest.mark.django_db
@pytest.mark.services
def test_a_measured_round_is_followed_by_the_next(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crowdsourcing.quality.judging.ROUND", 2)
    for number in range(5):
        submitted(pool, number, drawn(number))
    assert quality.judge_pool(pool) == 5


@pytest.mark.django_db
def test_what_a_look_brings_is_judged_at_once_and_what_it_missed_by_the_clock(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd.open_pool()
    seen = crowd.work(snapshot=False)
    assert seen.suspicion == 0.8 and seen.suspicion_signals[0]["code"] == "without_work"
    with monkeypatch.context() as patch:
        patch.setattr("crowdsourcing.quality.rounds.judge_pool", lambda pool: 1 / 0)
        missed = crowd.work(1, snapshot=False)
    assert missed.suspicion_at is None and crowd.pool.sync_error == "", "judging is no part of reading"
    tasks.judge_unread()
    missed.refresh_from_db()
    assert missed.suspicion == 0.8 and missed.suspicion_at <= timezone.now()
