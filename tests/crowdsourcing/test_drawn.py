"""Pools in the platform's own image annotation: set-up, work that comes back as regions, and what is no work."""
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from annotation.errors import Refused as OtherRefused
from annotation.models import Frame, FrameAnnotation, Label, Snapshot, Task
from annotation.services.honeypots import deal_honeypots
from crowdsourcing import mirror
from crowdsourcing.models import Assignment, DrawingProject, Pool
from crowdsourcing.providers.errors import Unavailable
from crowdsourcing.services import editor, pools, projects
from crowdsourcing.transitions import Refused
from tests.crowdsourcing.crowd import Crowd
from tests.crowdsourcing.verifying import later, newest

pytestmark = pytest.mark.django_db(transaction=True)
BOX = {"shape": "rectangle", "left": 0.1, "top": 0.2, "width": 0.3, "height": 0.4, "label": "car"}
TRIANGLE = {"shape": "polygon", "label": "bus", "points": [
    {"left": 0.1, "top": 0.1}, {"left": 0.123456, "top": 0.4}, {"left": 0.3, "top": 0.333333}]}
DRAWN = {"interface": "image_annotation", "interface_options": {"shapes": ["polygon", "rectangle"]}}


@pytest.fixture
def drawn(crowd: Crowd) -> Crowd:
    """Two labels, and jobs of one image each."""
    crowd.project.labels.update(type="any")
    Label.objects.create(project=crowd.project, name="bus", color="#c2185b", type="any", position=1)
    crowd.make_frames()
    return crowd


def solution(*regions: Any, frame: int = 0) -> dict[str, Any]:
    return {"frames": [{"frame": frame, "result": list(regions)}]}


def submit(crowd: Crowd, *regions: Any, worker: str = "wanda", sync: bool = True) -> str:
    """An attempt at the first job that is submitted, and seen."""
    remote_id = crowd.take(0, worker)
    crowd.platform.submit(remote_id, solution(*regions))
    if sync:
        crowd.sync()
    return remote_id


def shapes_on(crowd: Crowd, number: int = 0) -> list[tuple[str, str, list[float]]]:
    names = dict(crowd.project.labels.values_list("pk", "name"))
    rows = FrameAnnotation.objects.filter(job=crowd.job(number)).order_by("frame")
    return [(shape["type"], names[shape["label_id"]], shape["points"]) for row in rows for shape in row.shapes]


def test_setting_up_makes_a_project_beside_the_editors_and_a_page_an_image(drawn: Crowd) -> None:
    pool = drawn.open_pool(**DRAWN)
    assert pool.interface_options == {"shapes": ["rectangle", "polygon"], "needed": False}
    assert pool.status == "OPEN" and pool.drawing_project is not None
    beside = drawn.platform.projects[pool.drawing_project.remote_id]["spec"]
    assert (beside.labels, beside.shapes) == ((("car", "#3b82f6"), ("bus", "#c2185b")), ("rectangle", "polygon"))
    assert drawn.platform.pools[pool.remote_id]["spec"].project_id == pool.drawing_project.remote_id != drawn.crowd_project.remote_id
    assert pool.drawing_project.label_names == {label.name: label.pk for label in drawn.project.labels.all()}
    pages = list(drawn.platform.tasks.values())
    assert [[number for number, _ in page.images] for page in pages] == [[0], [1], [2]]
    assert all("/api/crowdsourcing/images/" in address for page in pages for _, address in page.images)
    assert len(drawn.platform.projects) == 2


def test_pools_with_the_same_choice_share_the_project(drawn: Crowd) -> None:
    drawn.open_pool(**DRAWN)
    from tests.crowdsourcing import scene

    other = Crowd.__new__(Crowd)
    other.__dict__ = {**drawn.__dict__, "task": scene.task(drawn.project, "Tuesday", jobs=1)}
    Frame.objects.create(task=other.task, number=0, name="a.jpg", width=10, height=10, media_type="image/jpeg", byte_size=1,
                         sha256="0" * 64, original="a.jpg")
    other.setup_pool(**DRAWN)
    assert DrawingProject.objects.count() == 1 and len(drawn.platform.projects) == 2
    scene_pool = other.pool
    assert scene_pool.drawing_project_id == drawn.pool.drawing_project_id


def test_submitted_regions_become_the_jobs_shapes_once(drawn: Crowd) -> None:
    drawn.open_pool(**DRAWN)
    remote_id = drawn.take(0, "wanda")
    drawn.sync()
    assert drawn.state() == ("annotation", "in progress", "wanda")
    drawn.platform.submit(remote_id, solution(BOX, TRIANGLE))
    drawn.sync()
    assert drawn.state() == ("validation", "completed", "wanda")
    assert shapes_on(drawn) == [("rectangle", "car", [64.1, 95.8, 256.4, 287.4]),
                                ("polygon", "bus", [64.1, 47.9, 0.123456 * 641, 191.6, 192.3, 0.333333 * 479])]
    work = drawn.assignment(remote_id)
    assert work.snapshot is not None and (work.snapshot.shape_count, work.work_note) == (2, "")
    assert work.snapshot.data["frames"]["0"]["shapes"] == FrameAnnotation.objects.get().shapes
    for _ in range(2):
        Pool.objects.update(cursors={})
        drawn.sync()
    assert Snapshot.objects.count() == 1 and shapes_on(drawn)[0][0] == "rectangle"
    drawn.accept(work)
    assert drawn.state() == ("acceptance", "completed", "wanda")


def test_work_seen_only_when_it_was_accepted_counts_the_same(drawn: Crowd) -> None:
    drawn.open_pool(**DRAWN, auto_accept_solutions=True)
    remote_id = submit(drawn, BOX)
    assert drawn.assignment(remote_id).status == "ACCEPTED"
    assert drawn.state() == ("acceptance", "completed", "wanda") and len(shapes_on(drawn)) == 1


def test_rejected_and_redone_work_are_two_snapshots_and_the_job_has_the_second(drawn: Crowd) -> None:
    drawn.open_pool(**DRAWN, reissue_policy="at_once")
    first = submit(drawn, BOX)
    drawn.reject(drawn.assignment(first))
    drawn.sync()
    assert drawn.state() == ("annotation", "new", "") and shapes_on(drawn) == []
    second = submit(drawn, TRIANGLE, worker="wilma")
    assert [shape[0] for shape in shapes_on(drawn)] == ["polygon"]
    assert drawn.state() == ("validation", "completed", "wilma")
    kept = {one.attempt: one for one in Snapshot.objects.filter(reason="submitted")}
    assert set(kept) == {first, second} and kept[first].shape_count == 1
    # Accepted after all, once the second was taken back: the first one's work is on the job again.
    drawn.reject(drawn.assignment(second))
    drawn.accept(drawn.assignment(first))
    drawn.sync()
    assert drawn.state()[:2] == ("acceptance", "completed") and [shape[0] for shape in shapes_on(drawn)] == ["rectangle"]
    assert Snapshot.objects.filter(reason="submitted").count() == 2


def test_late_news_of_an_older_attempt_keep_its_work_and_leave_the_job_alone(drawn: Crowd) -> None:
    drawn.open_pool(**DRAWN, reissue_policy="at_once")
    first = submit(drawn, BOX, sync=False)
    seen = drawn.platform.assignments[first]
    drawn.platform.change(first, "REJECTED")
    drawn.platform.tasks[seen.task_id].overlap = 2
    second = submit(drawn, TRIANGLE, worker="wilma", sync=False)
    # The newer one is seen before the older one.
    for key in (second, first):
        mirror.mirror_assignments(drawn.pool, [drawn.platform.assignments[key]])
    assert drawn.state() == ("validation", "completed", "wilma")
    assert [shape[0] for shape in shapes_on(drawn)] == ["polygon"]
    assert {one.attempt for one in Snapshot.objects.filter(reason="submitted")} == {first, second}
    assert drawn.assignment(first).snapshot is not None


def test_nothing_drawn_is_work_that_says_nothing_is_there(drawn: Crowd) -> None:
    drawn.open_pool(**DRAWN)
    remote_id = drawn.take(0, "wanda")
    drawn.platform.submit(remote_id, {"frames": [{"frame": 0, "result": None}]})
    drawn.sync()
    work = drawn.assignment(remote_id)
    assert work.snapshot is not None and work.snapshot.shape_count == 0 and drawn.state()[0] == "validation"


@pytest.mark.parametrize(("regions", "words"), [
    ([BOX, {**BOX, "label": "tram"}], "no label “tram”"), ([{**BOX, "label": 7}], "no label “7”"),
    ([{key: value for key, value in BOX.items() if key != "label"}], "it has no label"),
    ([BOX, {"shape": "circle", "label": "car"}], "“circle” is not a rectangle"), ([BOX, 5], "it is not an object"),
    ([{**BOX, "left": "0.1"}], "not fractions of the image"), ([{**BOX, "left": 7}], "not fractions of the image"),
    ([{**TRIANGLE, "points": 5}], "its points are not a list")])
def test_bad_work_is_told_and_nothing_of_it_is_written(drawn: Crowd, regions: list[Any], words: str) -> None:
    drawn.open_pool(**DRAWN)
    work = drawn.assignment(submit(drawn, *regions))
    assert work.snapshot is None and words in work.work_note
    assert not Snapshot.objects.exists() and not FrameAnnotation.objects.exists()
    assert drawn.state() == ("validation", "completed", "wanda")
    drawn.reject(work, "These are no regions.")
    assert drawn.assignment(work.remote_id).status == "REJECTED"


@pytest.mark.parametrize("answer", [
    {}, {"frames": 5}, {"frames": [5]}, {"frames": [{"frame": 2, "result": []}]}, {"frames": [{"frame": True, "result": []}]},
    {"frames": [{"frame": 0, "result": "x"}]}, {"frames": [{"frame": 0, "result": []}] * 2}, {"result": [BOX]}])
def test_solutions_that_are_none_are_told(drawn: Crowd, answer: dict[str, Any]) -> None:
    drawn.open_pool(**DRAWN)
    remote_id = drawn.take(0, "wanda")
    drawn.platform.submit(remote_id, answer)
    drawn.sync()
    work = drawn.assignment(remote_id)
    assert work.snapshot is None and work.work_note.endswith(".")


def test_regions_that_mark_nothing_are_left_out_and_counted(drawn: Crowd) -> None:
    drawn.open_pool(**DRAWN)
    work = drawn.assignment(submit(drawn, BOX, {**BOX, "width": 0.0}, {**TRIANGLE, "points": TRIANGLE["points"][:2]}))
    assert work.snapshot is not None and work.snapshot.shape_count == 1
    assert work.work_note == "2 regions that mark nothing (no area) were left out."


def test_a_label_that_was_renamed_meanwhile_is_still_understood_and_one_that_comes_back_brings_its_work(drawn: Crowd) -> None:
    drawn.open_pool(**DRAWN)
    drawn.project.labels.filter(name="car").update(name="automobile")
    assert drawn.assignment(submit(drawn, BOX)).work_note == ""
    assert shapes_on(drawn)[0][1] == "automobile"
    second = drawn.take(1, "wilma")
    drawn.platform.submit(second, solution({**BOX, "label": "tram"}, frame=1))
    drawn.sync()
    assert drawn.assignment(second).snapshot is None
    Label.objects.create(project=drawn.project, name="tram", color="#00796b", type="any", position=2)
    Pool.objects.update(cursors={})
    drawn.sync()
    assert drawn.assignment(second).snapshot is not None and drawn.assignment(second).work_note == ""
    assert drawn.state(1) == ("validation", "completed", "wilma") and shapes_on(drawn, 1)[0][1] == "tram"


def test_a_death_between_any_two_writes_leaves_nothing_or_everything(drawn: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn.open_pool(**DRAWN)
    remote_id = submit(drawn, BOX, TRIANGLE, sync=False)
    for place in ("annotation.services.submissions.write_frames", "annotation.services.submissions.take_snapshot",
                  "crowdsourcing.mirror.drawn.update_rows", "crowdsourcing.mirror.assignments.drive_jobs",
                  "crowdsourcing.mirror.assignments._tell"):
        with monkeypatch.context() as patch:
            patch.setattr(place, lambda *arguments, **options: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                mirror.mirror_assignments(drawn.pool, [drawn.platform.assignments[remote_id]])
        assert not Snapshot.objects.exists() and not FrameAnnotation.objects.exists() and not Assignment.objects.exists(), place
        assert drawn.state() == ("annotation", "new", "")
    drawn.sync()
    assert Snapshot.objects.count() == 1 and len(shapes_on(drawn)) == 2


@pytest.mark.parametrize("method", ["ensure_drawing_project", "ensure_pool", "ensure_drawings"])
@pytest.mark.parametrize("after", [False, True])
def test_a_lost_answer_while_setting_up_makes_nothing_twice(drawn: Crowd, method: str, after: bool) -> None:
    drawn.setup_project()
    drawn.platform.fail(method, Unavailable("The line broke."), after=after)
    drawn.setup_pool(**DRAWN)
    drawn.deliver_all()
    assert drawn.platform.done("ensure_drawing_project") == drawn.platform.done("ensure_pool") == 1
    assert len(drawn.platform.tasks) == 3 and not drawn.pool.task_suites.filter(remote_task_id="").exists()


def test_changed_labels_reach_the_page_at_the_next_start_and_with_the_project(drawn: Crowd) -> None:
    pool = drawn.open_pool(**DRAWN)
    drawn.deliver(pools.stop_pool(actor=drawn.owner, pool=pool))
    drawn.project.labels.filter(name="bus").update(name="coach")
    drawn.deliver(pools.start_pool(actor=drawn.owner, pool=pool))
    page = drawn.platform.projects[drawn.pool.drawing_project.remote_id]
    assert [name for name, _ in page["spec"].labels] == ["car", "coach"]
    assert set(drawn.pool.drawing_project.label_names) == {"car", "bus", "coach"}
    drawn.deliver(projects.update_project(actor=drawn.owner, crowd_project=drawn.crowd_project, description="Other words"))
    assert page["spec"].description == "Other words"
    drawn.deliver(pools.stop_pool(actor=drawn.owner, pool=pool))
    drawn.deliver(pools.archive_pool(actor=drawn.owner, pool=drawn.pool))
    drawn.deliver(projects.archive_project(actor=drawn.owner, crowd_project=drawn.crowd_project))
    assert {found["status"] for found in drawn.platform.projects.values()} == {"ARCHIVED"}


def test_a_pool_with_labels_that_became_unfit_is_not_started(drawn: Crowd) -> None:
    drawn.setup_project()
    drawn.setup_pool(**DRAWN)
    drawn.project.labels.filter(name="bus").update(type="mask")
    with pytest.raises(Refused, match="“bus” is for mask only"):
        pools.start_pool(actor=drawn.owner, pool=drawn.pool)


@pytest.mark.parametrize(("change", "options", "field", "words"), [
    ({"type": "mask"}, ["rectangle"], "interface", "is for mask only, which"),
    ({"type": "tag"}, ["rectangle"], "interface", "is for tag only"),
    ({"type": "rectangle"}, ["rectangle", "polygon"], "interface", "could draw it as a polygon, too"),
    ({}, [], "interface_options", "at least one shape"), ({}, ["circle"], "interface_options", "at least one shape"),
    ({}, "rectangle", "interface_options", "at least one shape")])
def test_what_does_not_fit_is_refused_in_words(drawn: Crowd, change: dict[str, str], options: Any, field: str, words: str) -> None:
    drawn.setup_project()
    drawn.project.labels.filter(name="bus").update(**change or {"type": "any"})
    with pytest.raises(ValidationError) as refused:
        drawn.setup_pool(interface="image_annotation", interface_options={"shapes": options})
    assert words in " ".join(refused.value.message_dict[field])
    assert not Pool.objects.exists() and not DrawingProject.objects.exists()


def test_long_jobs_attributes_and_preannotations_are_refused_in_words(drawn: Crowd) -> None:
    from annotation.models import Attribute

    drawn.setup_project()
    job = drawn.job(2)
    job.stop_frame += 50
    job.save()
    drawn.task.show_preannotations = True
    drawn.task.save()
    Attribute.objects.create(label=drawn.project.labels.first(), name="colour", input_type="text", values=[])
    with pytest.raises(ValidationError) as refused:
        drawn.setup_pool(**DRAWN)
    told = " ".join(refused.value.message_dict["interface"])
    assert all(words in told for words in (f"Job {job.pk} has 51 images", "start with pre-annotations", "asks for “colour”"))


def test_the_interface_is_chosen_once_and_our_editor_stays_closed(drawn: Crowd) -> None:
    drawn.setup_project()
    pool = drawn.setup_pool(**DRAWN)
    with pytest.raises(ValidationError, match="chosen when the pool is made"):
        pools.update_pool(actor=drawn.owner, pool=pool, config={"interface": "editor"})
    with pytest.raises(ValidationError, match="chosen when the pool is made"):
        pools.update_pool(actor=drawn.owner, pool=pool, config={"interface_options": {"shapes": ["point"]}})
    drawn.deliver(pools.update_pool(actor=drawn.owner, pool=pool, config={"interface": "image_annotation", "auto_accept_period_day": 3}))
    from crowdsourcing.job_keys import job_key_of

    with pytest.raises(editor.NotYours, match="platform's own page"):
        editor.task_suite_of(job_key_of(drawn.suite()))


def test_several_images_are_a_page_of_the_job_and_its_clock_is_the_platforms(drawn: Crowd) -> None:
    job = drawn.job(2)
    drawn.task.jobs.exclude(pk=job.pk).delete()
    type(job).objects.filter(pk=job.pk).update(start_frame=0, stop_frame=2)
    pool = drawn.open_pool(**DRAWN)
    assert drawn.platform.pools[pool.remote_id]["spec"].together
    [page] = drawn.platform.tasks.values()
    assert [number for number, _ in page.images] == [0, 1, 2]
    remote_id = drawn.take(0, "wanda")
    drawn.platform.advance(minutes=5)
    drawn.platform.submit(remote_id, {"frames": [
        {"frame": 0, "result": [BOX]}, {"frame": 1, "result": []}, {"frame": 2, "result": [TRIANGLE, BOX]}]})
    drawn.sync()
    work = drawn.assignment(remote_id)
    assert work.snapshot is not None and set(work.snapshot.data["frames"]) == {"0", "2"}
    assert [row.frame for row in FrameAnnotation.objects.order_by("frame")] == [0, 2]
    assert work.submitted is not None and work.submitted - work.created >= timedelta(minutes=4)


def test_jobs_whose_images_the_platform_has_get_no_other_honeypots(drawn: Crowd) -> None:
    drawn.open_pool(**DRAWN)
    drawn.task.jobs.create(type="ground_truth", included_frames=[2], start_frame=0, stop_frame=2)
    Frame.objects.filter(task=drawn.task, number=0).update(honeypot_of=2)
    drawn.task.validation_mode = "gt_pool"
    drawn.task.save(update_fields=["validation_mode"])
    with pytest.raises(OtherRefused, match="is annotated at the platform, which has the addresses of its images"):
        deal_honeypots(actor=drawn.owner, task=drawn.task, job=drawn.job(0))


# --- its project is archived at the platform by hand --------------------------------------------------------------------
def archived_by_hand(crowd: Crowd) -> str:
    """The pool's project at the platform is archived there; its id."""
    assert crowd.pool.drawing_project is not None
    crowd.platform.projects[crowd.pool.drawing_project.remote_id]["status"] = "ARCHIVED"
    return crowd.pool.drawing_project.remote_id


def test_an_archived_page_is_seen_and_said_and_the_pool_not_started(drawn: Crowd, client: Any) -> None:
    drawn.open_pool(**DRAWN)
    drawn.deliver(pools.stop_pool(actor=drawn.owner, pool=drawn.pool))
    client.force_login(drawn.owner)
    page = f"/tasks/{drawn.task.pk}"
    assert "archived there by hand" not in client.get(page).content.decode()
    gone = archived_by_hand(drawn)
    # Not seen yet: the start sees it, before anything is sent.
    command = drawn.deliver(pools.start_pool(actor=drawn.owner, pool=drawn.pool))
    assert command.status == "failed" and f"({gone}) was archived there by hand, which is final" in command.error
    assert drawn.platform.pools[drawn.pool.remote_id]["status"] == "CLOSED"
    shown = client.get(page).content.decode()
    assert "its pool gets a project of its own" in shown and "Not visible to Tolokers until started.</strong>" not in shown
    with pytest.raises(Refused, match="archived there by hand"):
        pools.start_pool(actor=drawn.owner, pool=drawn.pool)


def test_the_schedules_look_sees_it_too_and_other_changes_go_on(drawn: Crowd) -> None:
    drawn.open_pool(**DRAWN)
    archived_by_hand(drawn)
    assert drawn.deliver(projects.sync_project(actor=drawn.owner, crowd_project=drawn.crowd_project)).status == "done"
    assert drawn.pool.drawing_project is not None and drawn.pool.drawing_project.status == "ARCHIVED"
    changed = projects.update_project(actor=drawn.owner, crowd_project=drawn.crowd_project, description="New words")
    assert drawn.deliver(changed).status == "done", "the guide of a project that is gone is nobody's concern"


def test_a_pool_that_is_not_there_yet_gets_a_project_of_its_own(drawn: Crowd) -> None:
    drawn.open_pool(**DRAWN)
    gone = archived_by_hand(drawn)
    first = drawn.pool
    second = Task.objects.create(project=drawn.project, name="Tuesday", owner=drawn.owner, segment_size=1, size=1)
    Frame.objects.create(task=second, number=0, name="0.jpg", width=641, height=479, media_type="image/jpeg", byte_size=1,
                         sha256="0" * 64, original="0.jpg")
    second.jobs.create(start_frame=0, stop_frame=0)
    drawn.platform.fail("ensure_drawing_project", Unavailable("The line broke."), after=True)
    pools.setup_pool(actor=drawn.owner, task=second, config={"reward_per_assignment": "0.05", **DRAWN})
    command = drawn.deliver(newest())
    assert command.status == "pending"
    later(drawn)
    assert drawn.deliver(command).status == "done"
    made = Pool.objects.get(task=second)
    assert made.drawing_project is not None and made.drawing_project.remote_id not in ("", gone)
    assert drawn.platform.pools[made.remote_id]["spec"].project_id == made.drawing_project.remote_id
    assert Pool.objects.get(pk=first.pk).drawing_project_id != made.drawing_project_id, "the earlier pool stays with its own"
    assert DrawingProject.objects.count() == 2 and sum(found["spec"].mark == made.drawing_project.mark
                                                       for found in drawn.platform.projects.values()) == 1
