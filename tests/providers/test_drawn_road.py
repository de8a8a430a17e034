"""A pool in the platform's own image annotation against a real sandbox: robots load the images, draw, redo, and are paid."""
import io
import json
import time
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from annotation import runner
from annotation.models import FrameAnnotation, Label, Snapshot
from annotation.services import exports
from annotation.shapes.measures import box_iou
from crowdsourcing import selectors, tasks
from crowdsourcing.models import Assignment, Pool, ProviderCommand
from crowdsourcing.services import assignments, pools, projects
from tests.annotation.filling import ingest
from tests.annotation.pictures import picture
from tests.crowdsourcing import scene
from tests.providers.test_road import deliver_all
from tests.stack.sandbox import SandboxServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.http]
NAMES = ("a.png", "b street.png", "c.png")
TRUTH = {name: [{"type": "rectangle", "label": "car", "points": [10 + 20 * number, 10, 60 + 20 * number, 50]},
                {"type": "polygon", "label": "bus", "points": [80, 60, 150, 60, 115, 110]}] for number, name in enumerate(NAMES)}


def until(happened: Callable[[], Any], pool: Pool, seconds: float = 60.0) -> Any:
    """Look at the platform until something happened there."""
    end = time.monotonic() + seconds
    while not (found := happened()):
        assert time.monotonic() < end, list(Assignment.objects.values_list("status", "work_note"))
        time.sleep(0.2)
        tasks.sync_crowd_project(pool.crowd_project_id)
    return found


def submitted() -> list[Assignment]:
    return list(Assignment.objects.filter(status="SUBMITTED").select_related("task_suite").order_by("task_suite"))


@pytest.mark.parametrize("together", [True, False], ids=["pages", "single"])
def test_from_set_up_to_accepted_work_and_its_export(alice: Any, sandbox: SandboxServer, live_server: Any, settings: Any,
                                                     together: bool) -> None:
    settings.SANDBOX_URL, settings.PUBLIC_URL = sandbox.url, live_server.url
    project = scene.project(alice)
    project.labels.update(type="any")
    Label.objects.create(project=project, name="bus", color="#c2185b", type="any", position=1)
    task = scene.task(project, jobs=0)
    task.segment_size = 2 if together else 1
    task.save()
    ingest(alice, task, {name: picture(200, 150, form="PNG") for name in NAMES})
    task.refresh_from_db()
    jobs = task.jobs.count()
    projects.setup_project(actor=alice, project=project, environment="sandbox", api_key=sandbox.create_requester().token, description="C")
    deliver_all()
    pools.setup_pool(actor=alice, task=task, config={
        "reward_per_assignment": Decimal("0.05"), "interface": "image_annotation", "reissue_policy": "at_once",
        "interface_options": {"shapes": ["rectangle", "polygon"], "needed": True}})
    deliver_all()
    pool = Pool.objects.get(task=task)
    pools.start_pool(actor=alice, pool=pool)
    deliver_all()
    pool.refresh_from_db()
    assert pool.status == "OPEN", list(ProviderCommand.objects.values_list("kind", "error"))
    sandbox.robots(3, truth=TRUTH, pools=[pool.remote_id], seed=4)
    with sandbox.process("robots"):
        waiting = until(lambda: len(found := submitted()) == jobs and found, pool)
        assert all(work.snapshot_id for work in waiting), [work.work_note for work in waiting]
        # One is rejected: somebody else does it again, and the first one's work is kept.
        assignments.reject_assignment(actor=alice, assignment=waiting[0], comment="Once more.")
        deliver_all()
        again = until(lambda: [work for work in submitted() if work.task_suite_id == waiting[0].task_suite_id], pool)
    sandbox.delete_robots()
    assert again[0].toloker_id != waiting[0].toloker_id
    assert Snapshot.objects.filter(reason="submitted").count() == jobs + 1
    for work in submitted():
        assignments.accept_assignment(actor=alice, assignment=work)
    deliver_all()
    assert all((job.stage, job.state) == ("acceptance", "completed") for job in task.jobs.all())
    assert selectors.pool_money(pool)["spent"] == Decimal("0.05") * jobs
    names = dict(project.labels.values_list("pk", "name"))
    for row in FrameAnnotation.objects.filter(job__task=task):
        car, bus = sorted(row.shapes, key=lambda shape: shape["type"], reverse=True)
        assert (car["type"], names[car["label_id"]], bus["type"], names[bus["label_id"]]) == ("rectangle", "car", "polygon", "bus")
        assert box_iou(tuple(car["points"]), tuple(TRUTH[NAMES[row.frame]][0]["points"])) > 0.7
    assert sorted(FrameAnnotation.objects.values_list("frame", flat=True)) == [0, 1, 2]
    request = exports.start_export(actor=alice, project_or_task=task, format="Toloka image annotation 1.0", save_images=False,
                                   only_accepted=True)
    runner.run(str(request.pk))
    request.refresh_from_db()
    drawn = json.loads(zipfile.ZipFile(io.BytesIO(request.result.read())).read("image_annotation.json"))
    # The very numbers that the robots wrote.
    given = [answer["result"] for work in Assignment.objects.filter(status="ACCEPTED").order_by("job__start_frame")
             for answer in work.solution["frames"]]
    assert [one["result"] for one in drawn] == given
