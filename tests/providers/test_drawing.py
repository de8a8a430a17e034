"""The contract of crowdsourcing.providers.drawing, held against every provider: jobs that the platform shows by itself."""
import json
import uuid
from typing import Any

import pytest

from crowdsourcing.providers.base import RemoteAssignment
from crowdsourcing.providers.drawing import DrawingPage
from crowdsourcing.providers.errors import Refused
from tests.providers.stages import SandboxStage, Stage, again, drawing_project_spec, pool_spec

BOX = {"shape": "rectangle", "left": 0.1, "top": 0.2, "width": 0.3, "height": 0.4, "label": "car"}


def page(key: str, images: int) -> DrawingPage:
    return DrawingPage(key, tuple((number, f"https://app.example/{key}/{number}/street.jpg") for number in range(images)))


SINGLE = [page("job-1:aaaa", 1), page("job-2:bbbb", 1)]
SEVERAL = [page("job-1:aaaa", 3), page("job-2:bbbb", 1)]
KINDS = pytest.mark.parametrize(("pages", "together"), [(SINGLE, False), (SEVERAL, True)], ids=["single", "several"])


def published(stage: Stage, pages: list[DrawingPage], together: bool, **pool: Any) -> str:
    project = stage.provider.ensure_drawing_project(drawing_project_spec(f"mark-{uuid.uuid4().hex}"))
    made = stage.provider.ensure_pool(pool_spec(project.id, f"mark-{uuid.uuid4().hex}", together=together, **pool))
    stage.provider.ensure_drawings(made.id, pages, uuid.uuid4(), together=together)
    return made.id


def work(stage: Stage, pool_id: str) -> RemoteAssignment:
    [one] = [item for news in stage.provider.assignment_pages(pool_id) for item in news]
    return one


@pytest.mark.parametrize("after", [False, True])
def test_a_lost_answer_never_makes_two_projects(stage: Stage, after: bool) -> None:
    before = stage.projects()
    stage.break_line("ensure_drawing_project", after=after)
    made = again(lambda: stage.provider.ensure_drawing_project(drawing_project_spec()))
    assert stage.provider.update_drawing_project(made.id, drawing_project_spec(labels=())).id == made.id
    assert stage.projects() == before + 1


@KINDS
@pytest.mark.parametrize("after", [False, True])
def test_a_lost_answer_never_publishes_twice(stage: Stage, pages: list[DrawingPage], together: bool, after: bool) -> None:
    project = stage.provider.ensure_drawing_project(drawing_project_spec())
    pool = stage.provider.ensure_pool(pool_spec(project.id, together=together))
    operation = uuid.uuid4()
    stage.break_line("ensure_drawings", after=after)
    made = again(lambda: stage.provider.ensure_drawings(pool.id, pages, operation, together=together))
    assert [job.job_key for job in made] == [one.job_key for one in pages]
    assert [job.overlap for job in made] == [1, 1]
    repeated = stage.provider.ensure_drawings(pool.id, pages, operation, together=together)
    assert [job.id for job in repeated] == [job.id for job in made]
    assert len(stage.provider.drawings(pool.id, together=together)) == 2
    assert stage.provider.ensure_drawings(pool.id, pages, uuid.uuid4(), together=together)
    assert len(stage.provider.drawings(pool.id, together=together)) == 2


@KINDS
def test_work_comes_back_by_frame_under_the_job_that_was_published(stage: Stage, pages: list[DrawingPage], together: bool) -> None:
    pool_id = published(stage, pages[:1], together)
    [job] = stage.provider.drawings(pool_id, together=together)
    stage.provider.open_pool(pool_id)
    assignment_id = stage.take(pool_id, "wanda")
    regions = [[BOX], [], [BOX, {**BOX, "label": "bus"}]][:len(pages[0].images)]
    assert work(stage, pool_id).status == "ACTIVE"
    stage.draw(assignment_id, "wanda", *regions)
    found = work(stage, pool_id)
    assert (found.status, found.job_key) == ("SUBMITTED", pages[0].job_key)
    assert job.id in (found.task_id, found.suite_id)
    assert [(one["frame"], one["result"] or []) for one in found.solution["frames"]] == list(enumerate(regions))
    assert stage.provider.accept(assignment_id, "Good.").status == "ACCEPTED"


@KINDS
def test_a_rejected_job_is_offered_again_and_the_offer_withdrawn(stage: Stage, pages: list[DrawingPage], together: bool) -> None:
    pool_id = published(stage, pages[:1], together)
    [job] = stage.provider.drawings(pool_id, together=together)
    stage.provider.open_pool(pool_id)
    assignment_id = stage.take(pool_id, "wanda")
    stage.draw(assignment_id, "wanda", *[[BOX]] * len(pages[0].images))
    stage.provider.reject(assignment_id, "No.")
    stage.break_line("reissue_drawing", after=True)
    again(lambda: stage.provider.reissue_drawing(job.id, overlap=2, together=together))
    assert [(one.id, one.overlap) for one in stage.provider.drawings(pool_id, together=together, overlap_from=2)] == [(job.id, 2)]
    assert stage.provider.withdraw_drawing(job.id, overlap=1, together=together).overlap == 1
    assert not stage.provider.drawings(pool_id, together=together, overlap_from=2)
    stage.provider.reissue_drawing(job.id, overlap=2, together=together)
    assert stage.take(pool_id, "wilma") != assignment_id


@KINDS
def test_the_platforms_own_rule_offers_a_rejected_job_again(stage: Stage, pages: list[DrawingPage], together: bool) -> None:
    pool_id = published(stage, pages[:1], together, reissue_at_once=True)
    stage.provider.open_pool(pool_id)
    assignment_id = stage.take(pool_id, "wanda")
    stage.draw(assignment_id, "wanda", *[[BOX]] * len(pages[0].images))
    stage.provider.reject(assignment_id, "No.")
    assert [one.overlap for one in stage.provider.drawings(pool_id, together=together, overlap_from=2)] == [2]
    assert stage.take(pool_id, "wilma") != assignment_id


@KINDS
def test_a_pool_is_changed_as_any_other(stage: Stage, pages: list[DrawingPage], together: bool) -> None:
    project = stage.provider.ensure_drawing_project(drawing_project_spec())
    spec = pool_spec(project.id, together=together)
    made = stage.provider.ensure_pool(spec)
    stage.provider.ensure_drawings(made.id, pages, uuid.uuid4(), together=together)
    assert not stage.provider.differs(made.id, spec)
    changed = pool_spec(project.id, together=together, name="Another name")
    assert stage.provider.differs(made.id, changed)
    stage.provider.update_pool(made.id, changed)
    assert not stage.provider.differs(made.id, changed)


def test_jobs_that_the_pool_is_not_made_for_are_refused(stage: Stage) -> None:
    project = stage.provider.ensure_drawing_project(drawing_project_spec())
    made = stage.provider.ensure_pool(pool_spec(project.id))
    with pytest.raises(Refused):
        stage.provider.ensure_drawings(made.id, SEVERAL, uuid.uuid4(), together=True)
    assert not stage.provider.drawings(made.id, together=True)


def test_what_toloka_is_told_of_the_page(sandbox: Any) -> None:
    stage = SandboxStage(sandbox)
    made = stage.provider.ensure_drawing_project(drawing_project_spec(needed=True))
    spec = stage.requester.client().get_project(made.id).task_spec
    assert (spec.input_spec["image"].type.value, spec.input_spec["image"].hidden) == ("url", False)
    assert all(spec.input_spec[name].hidden for name in ("job_key", "frame"))
    provider: Any = stage.provider
    config = json.loads(provider.call("get", f"/v1/projects/{made.id}")["task_spec"]["view_spec"]["config"])
    [picture] = config["view"]["items"]
    assert picture["shapes"] == {"rectangle": True, "polygon": True}
    assert [label["value"] for label in picture["labels"]] == ["car", "bus"]
    assert picture["validation"]["type"] == "condition.required"
    stage.close()
