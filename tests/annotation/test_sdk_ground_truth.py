"""CVAT's own client, unmodified: ground truth jobs, validation frames chosen at upload, honeypots, validation layouts."""
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cvat_sdk import models
from cvat_sdk.api_client import exceptions

from annotation.models import Frame, Job, Task
from tests.annotation.conftest import Fill
from tests.annotation.filling import stored_files
from tests.annotation.pictures import picture
from tests.annotation.test_sdk_backups import content_of

pytestmark = pytest.mark.django_db
RANDOM = {"sorting_method": "random"}


@pytest.fixture
def folder(tmp_path: Path) -> list[Path]:
    """Twelve pictures, no two alike."""
    paths = [tmp_path / f"{number:02}.jpg" for number in range(12)]
    for number, path in enumerate(paths):
        path.write_bytes(picture(100 + number, 80))
    return paths


def make(sdk: Any, project: Any, folder: list[Path], **params: Any) -> Any:
    spec = {"name": "Checked", "project_id": project.pk, "segment_size": 3}
    return sdk.tasks.create_from_data(spec, folder, data_params={"validation_params": params.pop("validation"), **params})


def told(refusal: Any) -> str:
    body = refusal.value.body
    return body.decode() if isinstance(body, bytes) else str(body)


def truth_job(task: Any) -> Any:
    return next(job for job in task.get_jobs() if job.type == "ground_truth")


def test_chosen_while_the_task_is_made(sdk: Any, project: Any, folder: list[Path]) -> None:
    task = make(sdk, project, folder, validation={"mode": "gt", "frame_selection_method": "manual", "frames": ["03.jpg", "10.jpg"]})
    assert (task.size, str(task.validation_mode), task.jobs.count) == (12, "gt", 4)
    jobs = task.get_jobs()
    assert sorted(str(job.type) for job in jobs) == ["annotation"] * 4 + ["ground_truth"]
    job = truth_job(task)
    assert (job.start_frame, job.stop_frame, job.frame_count) == (0, 11, 2)
    meta = job.get_meta()
    assert (meta.included_frames, meta.size) == ([3, 10], 2)
    assert [frame.name for frame in meta.frames] == [
        "03.jpg" if number == 3 else "10.jpg" if number == 10 else "placeholder.jpg" for number in range(12)]
    assert job.get_frame(10, quality="original").getbuffer() == folder[10].read_bytes()
    with pytest.raises(exceptions.NotFoundException):
        job.get_frame(4, quality="original")
    layout, _ = sdk.api_client.tasks_api.retrieve_validation_layout(task.id)
    assert (str(layout.mode), layout.validation_frames, layout.disabled_frames, layout.honeypot_count) == ("gt", [3, 10], [], 0)


def test_made_later_worked_on_and_deleted(sdk: Any, fill: Fill) -> None:
    task = sdk.tasks.retrieve(fill(count=8, segment_size=4).pk)
    job, _ = sdk.api_client.jobs_api.create(models.JobWriteRequest(
        type="ground_truth", task_id=task.id, frame_selection_method="random_uniform", frame_count=3, random_seed=7))
    again = Job.objects.get(pk=job.id)
    assert (str(job.type), job.frame_count, len(again.included_frames or [])) == ("ground_truth", 3, 3)
    truth = sdk.jobs.retrieve(job.id)
    label = next(label for label in task.get_labels() if label.name == "person")
    inside, outside = again.numbers[0], next(number for number in range(8) if not again.holds(number))

    def box(frame: int) -> models.LabeledShapeRequest:
        return models.LabeledShapeRequest(type="rectangle", frame=frame, label_id=label.id, points=[10.0, 10, 60, 50], attributes=[])

    truth.set_annotations(models.LabeledDataRequest(shapes=[box(inside)]))
    with pytest.raises(exceptions.ApiException) as refused:
        truth.set_annotations(models.LabeledDataRequest(shapes=[box(outside)]))
    assert refused.value.status == 400
    # It is read there only: the task's annotations are the other jobs'.
    assert [shape.frame for shape in truth.get_annotations().shapes] == [inside] and not task.get_annotations().shapes
    task.fetch()
    assert (task.jobs.count, str(task.validation_mode)) == (2, "gt")
    truth.update({"stage": "acceptance", "state": "completed"})
    task.fetch()
    assert (task.jobs.completed, str(task.status)) == (0, "annotation")
    listed, _ = sdk.api_client.jobs_api.list(task_id=task.id, type="ground_truth")
    assert [one.id for one in listed.results] == [job.id]
    tasks, _ = sdk.api_client.tasks_api.list(filter='{"==": [{"var": "validation_mode"}, "gt"]}')
    assert [one.id for one in tasks.results] == [task.id]
    truth.remove() if hasattr(truth, "remove") else sdk.api_client.jobs_api.destroy(job.id)
    task.fetch()
    assert task.validation_mode is None and len(task.get_jobs()) == 2


def test_the_same_seed_chooses_the_same_frames_and_of_every_job_some(sdk: Any, fill: Fill) -> None:
    chosen = []
    for _ in range(2):
        task = fill(count=9, segment_size=3)
        job, _ = sdk.api_client.jobs_api.create(models.JobWriteRequest(
            type="ground_truth", task_id=task.pk, frame_selection_method="random_per_job", frames_per_job_share=0.4, random_seed=1))
        chosen.append(Job.objects.get(pk=job.id).included_frames)
    assert chosen[0] == chosen[1] and [number // 3 for number in chosen[0] or []] == [0, 1, 2]


def test_honeypots(sdk: Any, project: Any, folder: list[Path]) -> None:
    task = make(sdk, project, folder, sorting_method="random", validation={
        "mode": "gt_pool", "frame_selection_method": "random_uniform", "frame_count": 3, "frames_per_job_count": 2, "random_seed": 5})
    # Nine frames are left for the jobs: three of three and two honeypots each, and the ground truth's three behind them.
    assert (task.size, str(task.validation_mode)) == (18, "gt_pool")
    work = [job for job in task.get_jobs() if job.type == "annotation"]
    assert [(job.start_frame, job.stop_frame) for job in work] == [(0, 4), (5, 9), (10, 14)]
    layout, _ = sdk.api_client.tasks_api.retrieve_validation_layout(task.id)
    assert (layout.validation_frames, layout.frames_per_job_count, layout.honeypot_count) == ([15, 16, 17], 2, 6)
    # Six places among three pictures: each twice.
    assert sorted(layout.honeypot_real_frames) == [15, 15, 16, 16, 17, 17]
    meta = task.get_meta()
    for number, real in zip(layout.honeypot_frames, layout.honeypot_real_frames, strict=True):
        assert meta.frames[number].name == meta.frames[real].name
        assert task.get_frame(number, quality="original").getbuffer() == task.get_frame(real, quality="original").getbuffer()
    for job in work:
        mine, _ = sdk.api_client.jobs_api.retrieve_validation_layout(job.id)
        assert mine.honeypot_count == 2 and len({frame.name for frame in job.get_meta().frames}) == 5
        assert set(mine.honeypot_frames) <= set(range(job.start_frame, job.stop_frame + 1))
    assert {frame.name for frame in meta.frames} == {path.name for path in folder}
    truth = truth_job(task)
    with pytest.raises(exceptions.ApiException) as kept:
        sdk.api_client.jobs_api.destroy(truth.id)
    assert kept.value.status == 409 and "mixed into" in told(kept)
    # No second file for a second picture; all go with the task.
    assert len([path for path in stored_files() if "thumbnail" not in path]) == 12
    task.remove()
    assert not stored_files()


def test_backups_keep_the_ground_truth_and_the_honeypots(sdk: Any, project: Any, folder: list[Path], tmp_path: Path) -> None:
    task = make(sdk, project, folder, **RANDOM, validation={
        "mode": "gt_pool", "frame_selection_method": "random_uniform", "frame_count": 3, "frames_per_job_count": 2})
    truth, work = truth_job(task), next(job for job in task.get_jobs() if job.type == "annotation")
    label = next(label for label in task.get_labels() if label.name == "person")
    for job, frame in ((truth, 16), (work, 0)):
        job.set_annotations(models.LabeledDataRequest(shapes=[models.LabeledShapeRequest(
            type="rectangle", frame=frame, label_id=label.id, points=[10.0, 10, 60, 50], attributes=[])]))
    truth.update({"state": "completed"})
    made = Task.objects.get(pk=sdk.tasks.create_from_backup(task.download_backup(tmp_path)).id)
    assert content_of(made) == content_of(Task.objects.get(pk=task.id))
    # The pictures of honeypots are no second files, and an export has each image once.
    assert len([path for path in stored_files(f"tasks/{made.pk}") if "thumbnail" not in path]) == 12
    sdk.tasks.retrieve(made.pk).export_dataset("COCO 1.0", tmp_path / "out.zip", include_images=True)
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        found = json.loads(archive.read("annotations/instances_default.json"))
    assert sorted(image["file_name"] for image in found["images"]) == [path.name for path in folder]
    names = [frame.name for frame in task.get_meta().frames]
    # Frame 0 may be a honeypot: what is drawn on it is no result.
    mixed = set(Frame.objects.filter(task=made, honeypot_of__isnull=False).values_list("number", flat=True))
    assert {next(image["file_name"] for image in found["images"] if image["id"] == one["image_id"]) for one in found["annotations"]} == {
        names[frame] for frame in (0, 16) if frame not in mixed}


def test_frames_are_disabled_and_honeypots_swapped(sdk: Any, project: Any, folder: list[Path]) -> None:
    task = make(sdk, project, folder, **RANDOM, validation={
        "mode": "gt_pool", "frame_selection_method": "manual", "frames": ["01.jpg", "02.jpg"], "frames_per_job_share": 0.34})
    # Ten for the jobs of three: four jobs with a honeypot each.
    assert task.size == 16

    def change(**fields: Any) -> Any:
        return sdk.api_client.tasks_api.partial_update_validation_layout(
            task.id, patched_task_validation_layout_write_request=models.PatchedTaskValidationLayoutWriteRequest(**fields))[0]

    layout = change(disabled_frames=[14])
    assert (layout.validation_frames, layout.disabled_frames) == ([14, 15], [14])
    assert change(honeypot_real_frames=layout.honeypot_real_frames).disabled_frames == [14]
    assert change(disabled_frames=[]).disabled_frames == []
    for fields, word in (({"disabled_frames": [3]}, "disabled_frames"), ({"honeypot_real_frames": [14, 14, 14, 3]}, "Frame 3 is not one"),
                         ({"honeypot_real_frames": [14]}, "Give 4 frames"), ({"frame_selection_method": "manual"}, "Name the frames"),
                         ({"frame_selection_method": "random_per_job"}, "frame_selection_method"),
                         ({"frame_selection_method": "random_uniform", "honeypot_real_frames": [14] * 4}, "manual only"),
                         ({"disabled_frames": [14], "honeypot_real_frames": [14, 14, 14, 15]}, "Frame 14 is not one")):
        with pytest.raises(exceptions.ApiException) as refused:
            change(**fields)
        assert refused.value.status == 400 and word in told(refused), fields
    assert change().disabled_frames == [], "what is refused changes nothing"
    pictures = {number: task.get_frame(number, quality="original").read() for number in (14, 15)}
    for wanted in ([14, 15, 14, 14], [15, 15, 15, 14]):
        layout = change(frame_selection_method="manual", honeypot_real_frames=wanted)
        assert layout.honeypot_real_frames == wanted
        assert [task.get_frame(number, quality="original").read() for number in layout.honeypot_frames] == [
            pictures[real] for real in wanted]
    # A frame that was found to be wrong is left out, and dealt no more.
    layout = change(disabled_frames=[15], frame_selection_method="random_uniform")
    assert (layout.disabled_frames, layout.honeypot_real_frames) == ([15], [14, 14, 14, 14])
    assert len([path for path in stored_files() if "thumbnail" not in path]) == 12, "no second file for a second picture"
    first = next(job for job in task.get_jobs() if job.type == "annotation")
    api = sdk.api_client.jobs_api
    body = models.PatchedJobValidationLayoutWriteRequest(frame_selection_method="manual", honeypot_real_frames=[15])
    with pytest.raises(exceptions.ApiException) as refused:
        api.partial_update_validation_layout(first.id, patched_job_validation_layout_write_request=body)
    assert refused.value.status == 400 and "not one of the ground truth" in told(refused)
    change(disabled_frames=[])
    mine, _ = api.partial_update_validation_layout(first.id, patched_job_validation_layout_write_request=body)
    assert mine.honeypot_real_frames == [15]
    mine, _ = api.partial_update_validation_layout(
        first.id, patched_job_validation_layout_write_request=models.PatchedJobValidationLayoutWriteRequest(
            frame_selection_method="random_uniform"))
    assert mine.honeypot_real_frames == [14], "another one, where there is one"


def test_a_job_that_was_begun_keeps_its_honeypots(sdk: Any, project: Any, folder: list[Path]) -> None:
    task = make(sdk, project, folder, **RANDOM, validation={
        "mode": "gt_pool", "frame_selection_method": "random_uniform", "frame_count": 3, "frames_per_job_count": 1})
    begun, fresh, *_ = [job for job in task.get_jobs() if job.type == "annotation"]
    before, _ = sdk.api_client.tasks_api.retrieve_validation_layout(task.id)
    label = next(label for label in task.get_labels() if label.name == "person")
    begun.set_annotations(models.LabeledDataRequest(shapes=[models.LabeledShapeRequest(
        type="rectangle", frame=begun.start_frame, label_id=label.id, points=[10.0, 10, 60, 50], attributes=[])]))
    others = [next(real for real in before.validation_frames if real != one) for one in before.honeypot_real_frames]
    api = sdk.api_client.tasks_api

    def change(**fields: Any) -> Any:
        return api.partial_update_validation_layout(
            task.id, patched_task_validation_layout_write_request=models.PatchedTaskValidationLayoutWriteRequest(**fields))[0]

    with pytest.raises(exceptions.ApiException) as refused:
        change(honeypot_real_frames=others)
    assert refused.value.status == 409 and f"Job #{begun.id} has been begun" in told(refused)
    with pytest.raises(exceptions.ApiException) as one:
        sdk.api_client.jobs_api.partial_update_validation_layout(
            begun.id, patched_job_validation_layout_write_request=models.PatchedJobValidationLayoutWriteRequest(
                frame_selection_method="random_uniform"))
    assert one.value.status == 409
    assert change().honeypot_real_frames == before.honeypot_real_frames, "all or nothing"
    after = change(honeypot_real_frames=[before.honeypot_real_frames[0], *others[1:]])
    assert after.honeypot_real_frames == [before.honeypot_real_frames[0], *others[1:]]
    disabled = change(disabled_frames=[before.honeypot_real_frames[0]], frame_selection_method="random_uniform").honeypot_real_frames
    assert disabled[0] == before.honeypot_real_frames[0] and before.honeypot_real_frames[0] not in disabled[1:]
    assert fresh.id


@pytest.mark.parametrize(("validation", "params", "word"), [
    ({"mode": "gt", "frame_selection_method": "manual", "frames": ["99.jpg"]}, {}, "no frame has this name"),
    ({"mode": "gt", "frame_selection_method": "random_uniform", "frame_count": 13}, {}, "more than the task's 12 frames"),
    ({"mode": "gt", "frame_selection_method": "random_per_job", "frames_per_job_count": 4}, {}, "more than a job's 3 frames"),
    ({"mode": "gt_pool", "frame_selection_method": "random_uniform", "frame_count": 12, "frames_per_job_count": 1},
     RANDOM, "none is left for the jobs"),
    ({"mode": "gt_pool", "frame_selection_method": "random_uniform", "frame_count": 2, "frames_per_job_count": 3},
     RANDOM, "need as many different pictures"),
], ids=["name", "many", "many-a-job", "all", "few"])
def test_what_does_not_go_together_with_the_images(sdk: Any, project: Any, folder: list[Path], validation: Any, params: Any,
                                                   word: str) -> None:
    with pytest.raises(Exception, match=word):
        make(sdk, project, folder, validation=validation, **params)
    task = Task.objects.get()
    assert task.size == 0 and not task.jobs.exists() and not Frame.objects.exists() and task.validation_mode == ""


@pytest.mark.parametrize(("validation", "params", "word"), [
    ({"mode": "gt", "frame_selection_method": "random_uniform"}, {}, "Give frame_count or frame_share."),
    ({"mode": "gt", "frame_selection_method": "random_uniform", "frame_count": 1, "frame_share": 0.5}, {}, "not both"),
    ({"mode": "gt", "frame_selection_method": "random_uniform", "frame_share": 1.5}, {}, "at most 1"),
    ({"mode": "gt", "frame_selection_method": "manual"}, {}, "names, each once"),
    ({"mode": "gt", "frame_selection_method": "manual", "frames": ["01.jpg", "01.jpg"]}, {}, "names, each once"),
    ({"mode": "gt_pool", "frame_selection_method": "random_per_job", "frames_per_job_count": 1}, RANDOM, "one of random_uniform"),
    ({"mode": "gt_pool", "frame_selection_method": "random_uniform", "frame_count": 2}, RANDOM, "frames_per_job_count"),
    ({"mode": "gt_pool", "frame_selection_method": "random_uniform", "frame_count": 2, "frames_per_job_count": 1}, {},
     "sorting method random"),
], ids=["nothing", "both", "share", "no-names", "twice", "method", "no-count", "order"])
def test_impossible_parameters_are_refused_at_once(sdk: Any, project: Any, folder: list[Path], validation: Any, params: Any,
                                                   word: str) -> None:
    task = sdk.tasks.create({"name": "No", "project_id": project.pk, "segment_size": 3})
    with pytest.raises(exceptions.ApiException) as refused:
        task.upload_data(folder, params={"validation_params": validation, **params})
    assert refused.value.status == 400 and word in told(refused)
    assert not Task.objects.get().requests.exists()


def test_later_too(sdk: Any, fill: Fill, bob: Any) -> None:
    api, task = sdk.api_client.jobs_api, fill(count=4, segment_size=2)

    def refused(status: int = 400, **body: Any) -> str:
        with pytest.raises(exceptions.ApiException) as found:
            api.create(models.JobWriteRequest(type="ground_truth", **{"task_id": task.pk, **body}))
        assert found.value.status == status
        return told(found)

    assert "more than the task's 4 frames" in refused(frame_selection_method="random_uniform", frame_count=5)
    assert "no frame 4: its frames are 0 to 3" in refused(frame_selection_method="manual", frames=[4])
    assert "a task of yours" in refused(frame_selection_method="manual", frames=[1], task_id=task.pk + 1)
    assert "Share the project" in refused(frame_selection_method="manual", frames=[1], assignee=bob.pk)
    api.create(models.JobWriteRequest(type="ground_truth", task_id=task.pk, frame_selection_method="manual", frames=[3, 1]))
    assert "takes one" in refused(frame_selection_method="manual", frames=[0])
    with pytest.raises(exceptions.ApiException) as other:
        api.create(models.JobWriteRequest(type="annotation", task_id=task.pk))
    assert other.value.status == 400
    with pytest.raises(exceptions.ApiException) as kept:
        api.destroy(task.annotation_jobs.first().pk)
    assert kept.value.status == 409 and task.jobs.count() == 3
