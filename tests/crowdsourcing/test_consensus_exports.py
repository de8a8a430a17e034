"""Exports of what people submitted where several do each job: the work of each, apart."""
import csv
import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from annotation.formats import EXPORT_FORMATS
from annotation.formats.registry import is_enabled
from annotation.formats.scope import Scope
from annotation.models import Snapshot, Task
from crowdsourcing.selectors.provenance import toloker_name
from tests.annotation.test_exports import coco, cvat, exported
from tests.crowdsourcing.crowd import Crowd
from tests.crowdsourcing.test_consensus import ASIDE, ELSEWHERE, RIGHT, hand_in, settle

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def three(crowd: Crowd) -> Crowd:
    """Of three jobs the first was done by three, of whom two agree and are accepted; the second by one; nobody came for the third."""
    crowd.make_frames()
    crowd.open_pool(overlap=2)
    for worker, box in (("ann", RIGHT), ("ben", ASIDE)):
        crowd.accept(hand_in(crowd, worker, box))
    hand_in(crowd, "cleo", ELSEWHERE, number=1)
    settle(crowd)
    return crowd


def places(crowd: Crowd, number: int = 0) -> list[int]:
    return list(crowd.job(number).replicas.order_by("pk").values_list("pk", flat=True))


def boxes(data: dict[str, Any]) -> dict[str, list[list[float]]]:
    names = {image["id"]: image["file_name"] for image in data["images"]}
    found: dict[str, list[list[float]]] = {name: [] for name in names.values()}
    for one in data["annotations"]:
        found[names[one["image_id"]]].append(one["bbox"])
    return found


def test_what_each_submitted_stands_in_the_file_for_itself(three: Crowd) -> None:
    (ann, ben), (cleo,) = places(three), places(three, 1)
    archive, request = exported(three.owner, three.task, "COCO 1.0", version="submitted", only_accepted=False, provenance=True)
    assert boxes(coco(archive)) == {
        f"job_{ann}/street/0.jpg": [[10, 10, 100, 80]], f"job_{ben}/street/0.jpg": [[12, 11, 99, 81]],
        f"job_{cleo}/street/1.jpg": [[300, 200, 40, 30]]}
    assert json.loads(archive.read("report.json"))["frames"] == 3
    assert any(sentence.startswith("1 job") and "nobody submitted" in sentence for sentence in request.warnings), request.warnings
    rows = list(csv.DictReader(io.StringIO(archive.read("provenance.csv").decode())))
    account = three.crowd_project.account_id
    assert [(row["image"], row["job_id"], row["toloker"], row["people"]) for row in rows] == [
        (f"job_{job}/street/{number}.jpg", str(job), toloker_name(account, worker), "1")
        for job, number, worker in ((ann, 0, "ann"), (ben, 0, "ben"), (cleo, 1, "cleo"))]
    now, _ = exported(three.owner, three.task, "COCO 1.0", only_accepted=True)
    assert list(boxes(coco(now))) == ["street/0.jpg"], "the merged work, once"


def test_only_accepted_goes_by_each_ones_own_work(three: Crowd) -> None:
    ann, ben = places(three)
    archive, _ = exported(three.owner, three.task, "COCO 1.0", version="submitted", only_accepted=True)
    assert list(boxes(coco(archive))) == [f"job_{ann}/street/0.jpg", f"job_{ben}/street/0.jpg"]


def test_one_job_gives_everybodys_work_and_a_replica_its_own(three: Crowd) -> None:
    ann, ben = places(three)
    scope = Scope(three.task, None, submitted=True, job=three.job())
    assert [image.path for image in scope.images()] == [f"job_{ann}/street/0.jpg", f"job_{ben}/street/0.jpg"]
    own = Scope(three.task, None, submitted=True, job=three.job().replicas.get(pk=ann))
    assert [(one.image.path, len(one.shapes)) for one in own.annotated()] == [("street/0.jpg", 1)] and own.frame_count == 1


def test_frames_that_somebody_never_looked_at_are_left_out_of_that_ones_work_only(three: Crowd) -> None:
    ann, ben = places(three)
    snapshot = Snapshot.objects.get(job=ann, reason="submitted")
    snapshot.data["frames"]["0"]["starting_point"] = True
    snapshot.save()
    scope = Scope(three.task, False, submitted=True, skip_unchecked=True)
    assert [image.replica for image in scope.images()] == [ben, *places(three, 1)]
    assert (scope.skipped_frames, scope.frame_count) == (1, 2)


def test_jobs_that_share_frames_and_names_that_two_tasks_share_stay_apart(three: Crowd) -> None:
    other = Task.objects.create(project=three.project, owner=three.owner, name="Tuesday", size=1)
    other.frames.create(number=0, name="street/0.jpg", width=641, height=479, media_type="image/jpeg", byte_size=1, sha256="0" * 64,
                        original="0.jpg")
    alone = other.jobs.create(start_frame=0, stop_frame=0, attempt="x1")
    Snapshot.objects.create(job=alone, attempt="x1", worker="w", reason="submitted", revision=1, digest="d" * 64, data={"frames": {}})
    three.task.jobs.filter(parent_job=three.job(1)).update(start_frame=0)
    found = [image.path for image in Scope(three.project, False, submitted=True).images()]
    (ann, ben), (cleo,) = places(three), places(three, 1)
    assert found == [*(f"job_{job}/street/0.jpg" for job in (ann, ben, cleo)), f"job_{cleo}/street/1.jpg", f"task_{other.pk}/street/0.jpg"]


@pytest.mark.parametrize("format", [name for name, known in EXPORT_FORMATS.items() if known.module != "bridged"])
def test_every_format_keeps_them_apart(three: Crowd, format: str) -> None:
    stored = [default_storage.save(frame.original.name, ContentFile(b"picture")) for frame in three.task.frames.all()]
    try:
        for frame, name in zip(three.task.frames.all(), stored, strict=True):
            three.task.frames.filter(pk=frame.pk).update(original=name)
        assert is_enabled(EXPORT_FORMATS[format])
        archive, _ = exported(three.owner, three.task, format, version="submitted", only_accepted=False, save_images=True)
    finally:
        for name in stored:
            default_storage.delete(name)
    names = archive.namelist()
    assert len(names) == len(set(names))
    pictures = [name for name in names if name.endswith(".jpg")]
    assert len(pictures) == 3 and all("job_" in name for name in pictures), names


def test_cvats_own_ids_of_images_are_not_given_twice(three: Crowd) -> None:
    archive, _ = exported(three.owner, three.task, "CVAT for images 1.1", version="submitted", only_accepted=False)
    images = cvat(archive).findall("image")
    assert [image.get("id") for image in images] == ["0", "1", "2"] and [len(image.findall("box")) for image in images] == [1, 1, 1]


def test_the_form_says_what_submitted_means_where_several_do_a_job(three: Crowd, client: Any) -> None:
    client.force_login(three.owner)
    page = f"/tasks/{three.task.pk}/export"
    assert "once for each person" in client.get(page).content.decode()
    other = Task.objects.create(project=three.project, owner=three.owner, name="Tuesday", size=1)
    other.jobs.create(start_frame=0, stop_frame=0)
    assert "once for each person" not in client.get(f"/tasks/{other.pk}/export").content.decode()


def test_programs_ask_for_it_with_version(three: Crowd, client: Any) -> None:
    from annotation import runner

    client.force_login(three.owner)
    answer = client.post(f"/api/tasks/{three.task.pk}/dataset/export?format=COCO+1.0&version=submitted&only_accepted=false")
    assert answer.status_code == 202, answer.content
    runner.run(answer.json()["rq_id"])
    done = client.get(f"/api/requests/{answer.json()['rq_id']}").json()
    file = client.get(done["result_url"])
    content = b"".join(file.streaming_content) if file.streaming else file.content
    assert len(coco(zipfile.ZipFile(io.BytesIO(content)))["images"]) == 3
