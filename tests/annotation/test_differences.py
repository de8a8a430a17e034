"""What differs between two versions of a job: the pure comparison, the page, the API."""
import random
import time
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st


def box(x: float, y: float, w: float = 20, h: float = 10, **fields: Any) -> dict[str, Any]:
    return {"id": 0, "type": "rectangle", "label_id": 1, "points": [x, y, x + w, y + h], "rotation": 0.0, "attributes": [], **fields}


def shape(kind: str, points: list[float], **fields: Any) -> dict[str, Any]:
    return box(0, 0, type=kind, points=points, **fields)


def compared(before: list[Any], after: list[Any], **tags: Any) -> Any:
    from annotation.shapes.difference import compare_frame

    return compare_frame(0, {"shapes": before, "tags": tags.get("old", [])}, {"shapes": after, "tags": tags.get("new", [])}, (1000, 800))


def told(frame: Any) -> dict[str, int]:
    return {kind: count for kind, count in frame.counts.items() if count}


def measure(one: dict[str, Any], other: dict[str, Any]) -> float:
    from annotation.shapes.measures import Place, likeness

    return likeness(Place.of(one, 20), Place.of(other, 20))


numbers = st.floats(0, 300, allow_nan=False)
sides = st.floats(1, 60)
boxes = st.builds(lambda x, y, w, h, label, turned: box(x, y, w, h, label_id=label, rotation=turned),
                  numbers, numbers, sides, sides, st.integers(1, 2), st.sampled_from([0.0, 30.0]))
ellipses = st.builds(lambda x, y, w, h, label: shape("ellipse", [x, y, x + w, y - h], label_id=label), numbers, numbers, sides, sides,
                     st.integers(1, 2))
flat = st.lists(numbers, min_size=6, max_size=12).map(lambda points: points[:len(points) // 2 * 2])
outlines = st.builds(lambda kind, points: shape(kind, points), st.sampled_from(["polygon", "polyline", "points"]), flat)
masks = st.builds(lambda x, y, runs: shape("mask", [0, *runs, x, y, x + sum(runs) - 1, y]), st.integers(0, 90), st.integers(0, 90),
                  st.lists(st.integers(1, 9), min_size=1, max_size=5))
everything = st.lists(st.one_of(boxes, ellipses, outlines, masks), max_size=8)


@settings(deadline=None, max_examples=60)
@given(everything)
def test_a_frame_does_not_differ_from_itself(shapes):
    frame = compared(shapes, [dict(one) for one in shapes])
    assert told(frame) == ({"unchanged": len(shapes)} if shapes else {})
    assert not frame.differs
    assert not compared(shapes, shapes[::-1]).differs


@settings(deadline=None, max_examples=60)
@given(everything, everything)
def test_exchanging_the_sides_exchanges_added_and_removed(before, after):
    there, back = compared(before, after).counts, compared(after, before).counts
    assert (there["added"], there["removed"]) == (back["removed"], back["added"])
    assert {kind: there[kind] for kind in ("moved", "unchanged")} == {kind: back[kind] for kind in ("moved", "unchanged")}
    assert there["removed"] <= len(before) and len(before) - there["removed"] == len(after) - there["added"]


@settings(deadline=None, max_examples=80)
@given(st.one_of(boxes, ellipses, outlines, masks), st.one_of(boxes, ellipses, outlines, masks))
def test_a_measure_lies_between_0_and_1_and_knows_no_side(one, other):
    assert 0 <= measure(one, other) <= 1
    assert measure(one, other) == pytest.approx(measure(other, one))
    assert measure(one, dict(one)) == 1


@pytest.mark.parametrize("before, after, expected", [
    (box(0, 0), box(10, 0), 1 / 3),
    (box(0, 0), box(0, 0, 20, 5), 1 / 2),
    (box(0, 0, rotation=90.0), box(5, -5, 10, 20), 1),  # the same box, turned or drawn upright
    (box(0, 0, 20, 20), box(0, 0, 20, 20, rotation=45.0), 0.7071),
    (shape("polygon", [0, 0, 40, 0, 40, 10, 10, 10, 10, 40, 0, 40]), shape("polygon", [0, 0, 40, 0, 40, 40, 0, 40]), 700 / 1600),
    (shape("ellipse", [50, 50, 90, 30]), shape("ellipse", [50, 50, 70, 30]), 1 / 2),
    (shape("mask", [0, 4, 10, 10, 11, 11]), shape("mask", [2, 2, 10, 10, 11, 11]), 1 / 2),
    (shape("mask", [0, 4, 10, 10, 11, 11]), shape("mask", [0, 4, 11, 10, 12, 11]), 1 / 3),
    (shape("polyline", [0, 0, 50, 0, 100, 0]), shape("polyline", [100, 10, 0, 10]), 1 / 2),  # drawn from the other end, 10 of 20 px away
    (shape("points", [0, 0, 50, 50]), shape("points", [50, 50, 5, 0]), (1 + 0.75) / 2),
    (shape("points", [0, 0, 50, 50]), shape("points", [0, 0]), 1 / 2),
    (box(0, 0), shape("polygon", [0, 0, 20, 0, 20, 10, 0, 10]), 0),
])
def test_every_type_has_its_measure(before, after, expected):
    assert measure(before, after) == pytest.approx(expected, abs=0.02)


def test_moved_relabelled_answered_and_gone_are_told_apart():
    answer = [{"spec_id": 5, "value": "VW"}]
    before = [box(0, 0), box(100, 0), box(200, 0, attributes=answer), box(300, 0), box(400, 0), box(500, 0, occluded=True)]
    after = [box(2, 0), box(100, 0, label_id=2), box(200, 0, attributes=[{"spec_id": 5, "value": "Lada"}]), box(300, 300),
             box(401, 0, label_id=2), box(500, 0)]
    frame = compared(before, after)
    assert told(frame) == {"moved": 2, "relabelled": 2, "changed": 2, "added": 1, "removed": 1}
    assert [one.kinds for one in frame.shapes] == [
        ("moved",), ("relabelled",), ("changed",), ("added",), ("relabelled", "moved"), ("changed",), ("removed",)]
    assert frame.shapes[0].measure == pytest.approx(18 / 22)
    assert [(a.spec_id, a.before, a.after) for a in frame.shapes[2].answers] == [(5, "VW", "Lada")]


def test_the_nearest_pairs_win_and_of_two_equals_the_one_with_the_same_label():
    frame = compared([box(0, 0), box(8, 0)], [box(6, 0), box(1, 0)])
    assert sorted((one.before["points"][0], one.after["points"][0]) for one in frame.shapes) == [(0, 1), (8, 6)]
    frame = compared([box(0, 0)], [box(2, 0, label_id=2), box(2, 0)])
    assert [one.kind for one in frame.shapes] == ["added", "moved"]


@pytest.mark.parametrize("kind", ["mask", "polygon", "points"])
def test_a_slip_of_the_hand_far_away_does_not_make_another_shape(kind):
    """The shapes are alike, the boxes around them are not: who slips is not told that the object is missing and another one too much."""
    square = [10, 10, 50, 10, 50, 50, 10, 50]
    clean, slipped = {
        "mask": ([0, 12, 0, 0, 3, 2], [0, 4, 40, 4, 40, 4, 83, 1, 0, 0, 43, 3]),
        "polygon": (square, [10, 10, 50, 10, 50, 30, 400, 30.1, 50, 30.2, 50, 50, 10, 50]),
        "points": (square, [*square[:6], 400, 400]),
    }[kind]
    assert told(compared([shape(kind, clean)], [shape(kind, slipped)])) == {"moved": 1}
    assert told(compared([shape(kind, slipped)], [shape(kind, clean)])) == {"moved": 1}


def test_a_correction_by_id_is_one_shape_also_where_little_is_in_common():
    assert told(compared([box(0, 0, id=7)], [box(15, 0, id=7)])) == {"moved": 1}
    assert told(compared([box(0, 0, id=7)], [box(15, 0, id=8)])) == {"added": 1, "removed": 1}
    assert told(compared([box(0, 0, id=7)], [box(500, 0, id=7)])) == {"added": 1, "removed": 1}


def test_an_outline_begun_elsewhere_is_unchanged():
    points = [0, 0, 40, 0, 40, 30]
    assert told(compared([shape("polygon", points)], [shape("polygon", [40, 30, 40, 0, 0, 0])])) == {"unchanged": 1}
    assert told(compared([shape("polyline", points)], [shape("polyline", [40, 30, 40, 0, 0, 0])])) == {"unchanged": 1}


def test_tags_and_the_mark_nothing_here_are_compared():
    from annotation.shapes.difference import compare_frames

    def tag(label: int, *answers: tuple[int, str]) -> dict[str, Any]:
        return {"id": 0, "label_id": label, "attributes": [{"spec_id": spec, "value": value} for spec, value in answers]}

    frame = compared([], [], old=[tag(1), tag(2, (5, "a")), tag(3)], new=[tag(2, (5, "b")), tag(1), tag(4)])
    assert told(frame) == {"unchanged": 1, "changed": 1, "added": 1, "removed": 1}
    empty: dict[str, Any] = {"shapes": [], "tags": []}
    marked, same = compare_frames({"0": {**empty, "nothing_here": True}, "1": empty}, {"0": empty, "1": empty}, {})
    assert marked.differs and marked.nothing_here == (True, False) and not same.differs


@pytest.mark.parametrize("spread", [1800, 9])
def test_two_thousand_shapes_take_seconds_also_on_one_heap(spread):
    chance = random.Random(7)
    before = [box(chance.uniform(0, spread), chance.uniform(0, spread), 40, 30) for _ in range(2000)]
    after = [box(one["points"][0] + chance.uniform(-2, 2), one["points"][1], 40, 30) for one in before]
    began = time.process_time()
    frame = compared(before, after)
    assert time.process_time() - began < 20
    assert sum(frame.counts.values()) - frame.counts["removed"] == 2000
    assert spread == 9 or frame.counts["removed"] < 20


# --- page and API ----------------------------------------------------------------------------------------------------

@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def attempted(fill, project):
    """A job of three frames: one attempt submitted, then corrected by hand. Frame 0: a box moved and relabelled, one answered
    otherwise; frame 2: one removed, a tag added. (job, snapshot)"""
    from annotation.models import Snapshot
    from annotation.services import jobs, shapes

    job = fill(count=3).jobs.get()
    car, person, night = (project.labels.get(name=name) for name in ("car", "person", "night"))
    make = car.attributes.get(name="make")

    def made(label: Any, x: float, value: str = "") -> dict[str, Any]:
        return {"type": "rectangle", "label_id": label.pk, "points": [x, 10, x + 20, 30],
                "attributes": [{"spec_id": make.pk, "value": value}] if value else []}

    shapes.save_frames(job=job, revision=0, frames={
        "0": {"shapes": [made(car, 10), made(car, 60, "VW")], "tags": []}, "1": {"shapes": [made(person, 5)], "tags": []},
        "2": {"shapes": [made(person, 40)], "tags": []}})
    frames = shapes.frames_of(job=job)
    snapshot = Snapshot.objects.create(job=job, attempt="one", worker="w-1", reason="submitted", revision=1, digest="1" * 64,
                                       data={"frames": frames}, shape_count=4)
    shapes.save_frames(job=job, revision=job.revision, frames={
        "0": {"shapes": [made(person, 12), made(car, 60, "Lada")], "tags": []}, "2": {"shapes": [], "tags": [{"label_id": night.pk}]}})
    assert jobs.submitted_snapshot(job=job, attempt="one") == snapshot
    return job, snapshot


@pytest.mark.django_db
def test_the_page_shows_both_sides_with_counts_and_the_way_on(as_alice, attempted, django_assert_max_num_queries):
    job, snapshot = attempted
    address = f"/jobs/{job.pk}/compare?a={snapshot.pk}&b=current"
    assert f'href="{address.replace("&", "&amp;")}"' in as_alice.get(f"/jobs/{job.pk}").content.decode()
    assert as_alice.get(f"/jobs/{job.pk}/compare").url == address
    with django_assert_max_num_queries(10):
        page = as_alice.get(address).content.decode()
    assert f'value="{snapshot.pk}" selected' in page and 'value="current" selected' in page
    picture = page.split('class="viewer-stage"')[1].split("</svg>")[0]
    assert '<rect x="10" y="10" width="20" height="20" class="was"/>' in picture.replace("\n", "")
    assert '<rect x="12" y="10" width="20" height="20" class="is"/>' in picture.replace("\n", "")
    assert "car → person, moved, IoU 82 %" in page and "make: VW → Lada" in page
    assert page.count("data-frame-link") == 2 and 'data-frame-link="1"' not in page
    assert ">Frame 1<" in page and ">Frame 3<" in page and ">Frame 0<" not in page, "numbered as in the editor and in a rejection"
    fragment = as_alice.get(f"/jobs/{job.pk}/compare?a={snapshot.pk}&b=current&frame=2", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment and "night" in fragment and f"a={snapshot.pk}&amp;b=current&amp;frame=0" in fragment


@pytest.mark.django_db
def test_the_same_on_both_sides_and_no_attempt_at_all_are_said_in_words(as_alice, attempted, fill):
    job, snapshot = attempted
    assert "No differences." in as_alice.get(f"/jobs/{job.pk}/compare?a={snapshot.pk}&b={snapshot.pk}").content.decode()
    fresh = fill(count=1).jobs.get()
    assert "Nothing to compare yet" in as_alice.get(f"/jobs/{fresh.pk}/compare").content.decode()
    assert "/compare" not in as_alice.get(f"/jobs/{fresh.pk}").content.decode()


@pytest.mark.django_db
def test_counts_that_were_kept_follow_a_change_of_the_current_work(as_alice, attempted):
    from annotation.services import shapes

    job, _snapshot = attempted
    assert "2 of 3" in as_alice.get(f"/jobs/{job.pk}/compare", follow=True).content.decode()
    job.refresh_from_db()
    shapes.save_frames(job=job, revision=job.revision, frames={"1": {"shapes": [], "tags": []}})
    assert "3 of 3" in as_alice.get(f"/jobs/{job.pk}/compare", follow=True).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", ["0", "abc", "-1", "9" * 40, "²", "current; --"])
def test_a_version_that_is_none_is_404_on_the_page_and_400_in_the_api(as_alice, attempted, wanted):
    job, _ = attempted
    assert as_alice.get(f"/jobs/{job.pk}/compare", {"a": wanted, "b": "current"}).status_code == 404
    answer = as_alice.get(f"/api/jobs/{job.pk}/differences", {"a": wanted, "b": "current"})
    assert answer.status_code == 400 and answer.json()["code"] == "no_such_version" and "snapshots" in answer.json()["detail"]


@pytest.mark.django_db
def test_another_jobs_snapshot_and_another_persons_job_stay_closed(client, as_alice, attempted, fill, stranger):
    job, snapshot = attempted
    other = fill(count=1).jobs.get()
    assert as_alice.get(f"/api/jobs/{other.pk}/differences?a={snapshot.pk}&b=current").status_code == 400
    client.force_login(stranger)
    for address in (f"/jobs/{job.pk}/compare", f"/api/jobs/{job.pk}/differences?a=current&b=current", f"/api/jobs/{job.pk}/snapshots"):
        assert client.get(address).status_code == 404
    client.logout()
    assert client.get(f"/jobs/{job.pk}/compare").status_code == 302
    assert client.get(f"/api/jobs/{job.pk}/differences?a=current&b=current").status_code == 401


@pytest.mark.django_db
def test_the_api_tells_snapshots_and_differences(as_alice, attempted):
    job, snapshot = attempted
    listed = as_alice.get(f"/api/jobs/{job.pk}/snapshots").json()
    assert [(one["id"], one["reason"], one["shape_count"]) for one in listed["results"]] == [(snapshot.pk, "submitted", 4)]
    answer = as_alice.get(f"/api/jobs/{job.pk}/differences?a={snapshot.pk}&b=current").json()
    assert answer["counts"] == {"added": 1, "removed": 1, "relabelled": 1, "moved": 1, "changed": 1, "unchanged": 1}
    assert [frame["frame"] for frame in answer["frames"]] == [0, 2]
    moved, answered = answer["frames"][0]["shapes"]
    assert moved["kinds"] == ["relabelled", "moved"] and moved["measure"] == pytest.approx(18 / 22, abs=1e-4)
    assert (answered["answers"][0]["before"], answered["answers"][0]["after"]) == ("VW", "Lada")
    removed, tag = answer["frames"][1]["shapes"][0], answer["frames"][1]["tags"][0]
    assert removed["after"] is None and tag["before"] is None
    assert (answer["a"]["snapshot"]["id"], answer["b"]["snapshot"]) == (snapshot.pk, None)


@pytest.mark.django_db
def test_names_of_labels_bring_no_markup_into_the_comparison(as_alice, attempted, project):
    job, _ = attempted
    project.labels.filter(name="car").update(name="<script>x</script>")
    job.task.frames.update(name='"><script>y</script>')
    page = as_alice.get(f"/jobs/{job.pk}/compare", follow=True).content.decode()
    assert "<script>x" not in page and "<script>y" not in page
