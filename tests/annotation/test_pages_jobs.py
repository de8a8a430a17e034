"""The job page, what it draws, the door to the editor, and the images behind it all."""
from datetime import timedelta

import pytest
from django.utils import timezone

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def job(fill):
    return fill(count=4, segment_size=2).jobs.first()


@pytest.fixture
def drawn(job, project):
    """The job with a car on frame 0 and a tag on frame 1."""
    from annotation.services import shapes

    car, night = project.labels.get(name="car"), project.labels.get(name="night")
    make = car.attributes.get(name="make")
    shape = {"type": "rectangle", "label_id": car.pk, "points": [10, 20, 50, 60], "attributes": [{"spec_id": make.pk, "value": "Lada"}]}
    shapes.save_frames(job=job, revision=0, frames={
        "0": {"shapes": [shape], "tags": []}, "1": {"shapes": [], "tags": [{"label_id": night.pk, "attributes": []}]}})
    return job


def html(client, address: str, **headers) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_frame_is_shown_with_its_shapes_and_their_answers(as_alice, drawn):
    page = html(as_alice, f"/jobs/{drawn.pk}")
    assert '<rect x="10" y="20" width="40" height="40" fill="#112233" stroke="#112233" data-shape="1"><title>car</title></rect>' in page
    assert "make: <strong>Lada</strong>" in page
    assert "night" not in page.split('class="object-list"')[1].split("viewer-legend")[0]


def test_the_next_frame_comes_as_a_fragment_for_htmx(as_alice, drawn):
    fragment = html(as_alice, f"/jobs/{drawn.pk}?frame=1", **{"HX-Request": "true"})
    assert "<html" not in fragment
    assert "2 / 2" in fragment
    assert "night" in fragment.split('class="object-tags"')[1].split("viewer-legend")[0]


@pytest.mark.parametrize("asked, shown", [("-5", "1 / 2"), ("99", "2 / 2"), ("x", "1 / 2"), ("", "1 / 2"), ("9" * 30, "2 / 2")])
def test_a_frame_outside_the_job_shows_the_nearest(as_alice, job, asked, shown):
    assert shown in html(as_alice, f"/jobs/{job.pk}?frame={asked}")


def test_an_earlier_attempt_shows_its_own_shapes_not_the_current_ones(as_alice, drawn):
    from annotation.models import Snapshot

    label = drawn.task.project.labels.get(name="person")
    data = {"frames": {"0": {"shapes": [{"id": 1, "type": "polygon", "label_id": label.pk, "points": [1, 1, 5, 1, 5, 5]}], "tags": []}}}
    snapshot = Snapshot.objects.create(
        job=drawn, attempt="first", worker="toloker", reason="submitted", revision=3, digest="0" * 64, data=data, shape_count=1)
    page = html(as_alice, f"/jobs/{drawn.pk}?snapshot={snapshot.pk}")
    assert '<polygon points="1,1 5,1 5,5"' in page
    assert "<rect x=" not in page.split('class="shapes"')[1]
    assert "not the current work" in page
    assert f"?snapshot={snapshot.pk}&amp;frame=1" in page  # going on stays in the attempt


def test_a_snapshot_of_another_job_or_none_is_404(as_alice, job):
    from annotation.models import Snapshot

    other = job.task.jobs.last()
    foreign = Snapshot.objects.create(job=other, reason="submitted", revision=1, digest="0" * 64, data={"frames": {}})
    for wanted in (foreign.pk, 10**12, "abc", "-1", "9" * 40):
        assert as_alice.get(f"/jobs/{job.pk}?snapshot={wanted}").status_code == 404


def test_names_of_labels_and_files_cannot_bring_markup_into_the_picture(as_alice, drawn, project):
    project.labels.filter(name="car").update(name="<script>x</script>")
    drawn.task.frames.update(name='"><script>y</script>')
    page = html(as_alice, f"/jobs/{drawn.pk}")
    assert "<script>x" not in page and "<script>y" not in page


@pytest.mark.parametrize("page", ["", "/editor"])
def test_a_stranger_gets_404_for_a_job(client, job, stranger, page):
    client.force_login(stranger)
    assert client.get(f"/jobs/{job.pk}{page}").status_code == 404


# --- geometry --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("shape, tag, geometry", [
    ({"type": "rectangle", "points": [0, 0, 10, 4], "rotation": 90}, "rect",
     {"x": "0", "y": "0", "width": "10", "height": "4", "transform": "rotate(90 5 2)"}),
    ({"type": "ellipse", "points": [50, 40, 70, 30]}, "ellipse", {"cx": "50", "cy": "40", "rx": "20", "ry": "10"}),
    ({"type": "polyline", "points": [0, 0.005, 1.234, 2]}, "polyline", {"points": "0,0.01 1.23,2"}),
    ({"type": "points", "points": [1, 2, 3, 4]}, "path", {"d": "M1 2h0M3 4h0", "class": "dots"}),
])
def test_shapes_become_svg_in_image_pixels(shape, tag, geometry):
    from annotation.views.drawing import draw

    drawn = draw({"shapes": [{"label_id": 1, **shape}], "tags": []}, []).shapes[0]
    assert (drawn.tag, drawn.geometry) == (tag, geometry)


def test_a_mask_covers_exactly_its_pixels():
    from annotation.views.drawing import mask_path

    # 3 x 2 box at (10, 5): the first pixel is empty, then four are set (over the line's end), then one is empty.
    assert mask_path([1, 4, 1, 10, 5, 12, 6]) == "M11 5h2v1h-2zM10 6h2v1h-2z"


def test_shapes_are_drawn_from_the_back_to_the_front():
    from annotation.views.drawing import draw

    shapes = [{"id": n, "label_id": 1, "type": "points", "points": [0, 0], "z_order": z} for n, z in ((1, 2), (2, 0), (3, 1))]
    assert [shape.id for shape in draw({"shapes": shapes, "tags": []}, []).shapes] == [2, 3, 1]


# --- editor ----------------------------------------------------------------------------------------------------------

def token_in(answer) -> str:
    return answer.content.decode().split('data-token="')[1].split('"')[0]


def test_the_editor_page_carries_a_key_that_opens_this_job_only(as_alice, job):
    answer = as_alice.get(f"/jobs/{job.pk}/editor")
    bearer = {"Authorization": f"Editor {token_in(answer)}"}
    opened = as_alice.get("/api/editor/job", headers=bearer).json()
    assert opened["job"]["id"] == job.pk
    assert opened["context"]["mode"] == "requester"
    assert answer["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_a_reviewer_and_a_finished_job_open_for_looking(as_alice, client, job, alice, rita):
    from annotation.models import EditorSession, Job
    from annotation.services import members

    members.share_project(actor=alice, project=job.task.project, user=rita, role="reviewer")
    client.force_login(rita)
    client.get(f"/jobs/{job.pk}/editor")
    client.force_login(alice)
    Job.objects.filter(pk=job.pk).update(stage="validation", state="completed", attempt="a1")
    client.get(f"/jobs/{job.pk}/editor")
    assert list(EditorSession.objects.values_list("mode", flat=True)) == ["review", "review"]


def test_the_key_of_the_editor_ends(as_alice, job):
    from annotation.models import EditorSession

    as_alice.get(f"/jobs/{job.pk}/editor")
    left = EditorSession.objects.get().expires_at - timezone.now()
    assert timedelta(hours=11) < left <= timedelta(hours=12)


# --- images ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("quality", ["work", "original", "thumbnail"])
def test_a_frame_comes_privately_with_a_tag_and_is_not_sent_twice(as_alice, job, quality):
    frame = job.task.frames.first()
    answer = as_alice.get(f"/frames/{frame.pk}/{quality}")
    content = b"".join(answer.streaming_content)
    assert answer["Content-Type"].startswith("image/")
    assert answer["Cache-Control"].startswith("private")
    assert (content == frame.original.open("rb").read()) is (quality != "thumbnail")
    again = as_alice.get(f"/frames/{frame.pk}/{quality}", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    assert again["Cache-Control"].startswith("private")


def test_frames_are_for_those_who_see_the_project(client, job, stranger, alice, rita):
    from annotation.services import members

    address = f"/frames/{job.task.frames.first().pk}/work"
    assert client.get(address).status_code == 302
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    assert client.get(address, headers={"If-None-Match": "*"}).status_code == 404
    members.share_project(actor=alice, project=job.task.project, user=rita, role="reviewer")
    client.force_login(rita)
    assert client.get(address).status_code == 200


def test_an_unknown_quality_or_a_lost_file_is_404(as_alice, job):
    frame = job.task.frames.first()
    assert as_alice.get(f"/frames/{frame.pk}/huge").status_code == 404
    frame.original.storage.delete(frame.original.name)
    assert as_alice.get(f"/frames/{frame.pk}/original").status_code == 404
