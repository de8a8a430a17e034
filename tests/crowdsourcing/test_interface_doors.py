"""The choice of interface at the doors: the pool form, REST, admin, and what people are told of work that cannot be used."""
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from annotation.models import Frame, Label, Task
from crowdsourcing.models import Assignment, DrawingProject, Pool
from crowdsourcing.selectors.drawing import BadOptions, clean_options
from tests.crowdsourcing import scene
from tests.crowdsourcing.test_pages import POOL

pytestmark = [pytest.mark.services, pytest.mark.django_db]
DRAWN = {**POOL, "interface": "image_annotation", "shapes": ["rectangle", "polygon"], "needed": "on"}


@pytest.fixture
def task(alice: Any) -> Task:
    project = scene.project(alice)
    project.labels.update(type="any")
    scene.crowd_project(project)
    return scene.task(project)


def address(task: Task) -> str:
    return reverse("crowdsourcing:pool_setup", args=[task.pk])


def test_the_form_offers_both_and_begins_with_our_editor(signed_in: Client, task: Task) -> None:
    page = signed_in.get(address(task)).content.decode()
    assert "What Tolokers annotate in" in page and "Our editor" in page and "The platform&#x27;s own image annotation" in page
    assert 'data-when-chosen="interface=image_annotation"' in page
    answer = signed_in.post(address(task), POOL)
    assert answer.status_code == 302, answer.content
    pool = Pool.objects.get()
    assert (pool.interface, pool.interface_options, pool.drawing_project) == ("editor", {}, None)


def test_the_form_makes_a_pool_of_the_platforms_own(signed_in: Client, task: Task) -> None:
    answer = signed_in.post(address(task), DRAWN)
    assert answer.status_code == 302, answer.content
    pool = Pool.objects.get()
    assert pool.interface_options == {"shapes": ["rectangle", "polygon"], "needed": True}
    assert pool.drawing_project == DrawingProject.objects.get(shapes="rectangle polygon", needed=True)
    assert "The platform&#x27;s own image annotation: rectangle, polygon; every image has an object" in signed_in.get(
        address(task)).content.decode()


def test_the_form_says_what_does_not_fit_beside_the_choice(signed_in: Client, task: Task) -> None:
    Label.objects.create(project=task.project, name="road", color="#c2185b", type="mask")
    answer = signed_in.post(address(task), DRAWN)
    assert answer.status_code == 422 and not Pool.objects.exists()
    page = answer.content.decode()
    assert "“road” is for mask only" in page and "or choose our editor" in page
    bare = signed_in.post(address(task), {**DRAWN, "shapes": []})
    assert bare.status_code == 422 and "at least one shape" in bare.content.decode()
    # With our editor what was chosen for the other one does not matter.
    assert signed_in.post(address(task), {**DRAWN, "interface": "editor", "shapes": []}).status_code == 302


def test_a_pool_at_the_platform_shows_its_interface_and_offers_no_other(signed_in: Client, task: Task) -> None:
    drawing = DrawingProject.objects.create(crowd_project=task.project.crowd_project, shapes="rectangle", mark="d", remote_id="77")
    pool = scene.pool(task, interface="image_annotation", interface_options={"shapes": ["rectangle"], "needed": True},
                      drawing_project=drawing)
    update = reverse("crowdsourcing:pool_update", args=[task.pk])
    page = signed_in.get(update).content.decode()
    assert 'name="interface"' not in page and "The platform&#x27;s own image annotation: rectangle; every image has an object" in page
    assert f"/requester/project/77/pool/{pool.remote_id}" in page
    assert signed_in.post(update, DRAWN).status_code == 302
    Pool.objects.update(status="OPEN")
    assert "every image has an object" in signed_in.get(update).content.decode()


def test_rest_takes_shows_and_refuses_it(api: APIClient, task: Task) -> None:
    wanted = {"task": task.pk, "reward_per_assignment": "0.05", "interface": "image_annotation",
              "interface_options": {"shapes": ["point", "rectangle"]}}
    for change, field, words in (
            ({"interface": "crayons"}, "interface", "not a valid choice"), ({"interface_options": []}, "interface_options", "object"),
            ({"interface_options": {"shapes": ["mask"]}}, "interface_options", "rectangle, polygon or point"),
            ({"interface_options": {"shapes": [1]}}, "interface_options", "rectangle, polygon and point"),
            ({"interface_options": {"shapes": ["point"], "size": 3}}, "interface_options", "no option “size”"),
            ({"interface": "editor"}, "interface_options", "no options")):
        answer = api.post("/api/crowdsourcing/pools", {**wanted, **change}, format="json")
        assert answer.status_code == 400 and words in str(answer.json()[field]), (change, answer.json())
    assert not Pool.objects.exists() and not DrawingProject.objects.exists()
    assert api.post("/api/crowdsourcing/pools", wanted, format="json").status_code == 202
    pool = Pool.objects.get()
    shown = api.get(f"/api/crowdsourcing/pools/{pool.pk}").json()
    assert (shown["interface"], shown["interface_options"]) == ("image_annotation", {"shapes": ["rectangle", "point"], "needed": False})


def test_what_cannot_be_used_is_told_where_people_judge(signed_in: Client, api: APIClient, task: Task, ada: Any) -> None:
    scene.pool(task, status="OPEN", interface="image_annotation", interface_options={"shapes": ["rectangle"], "needed": False})
    job = task.jobs.first()
    Frame.objects.create(task=task, number=0, name="a.jpg", width=400, height=300, byte_size=1)
    work = scene.assignment(job, work=False, work_note="Image 0, region 2: the project has no label “tram”.")
    assert api.get(f"/api/crowdsourcing/assignments/{work.pk}").json()["work_note"] == work.work_note
    page = signed_in.get(reverse("annotation:job_detail", args=[job.pk])).content.decode()
    assert page.count("the project has no label “tram”") == 2
    Assignment.objects.update(work_note="")
    assert "reached the editor" not in signed_in.get(reverse("annotation:job_detail", args=[job.pk])).content.decode()
    signed_in.force_login(ada)
    for model in ("drawingproject", "pool", "assignment"):
        assert signed_in.get(f"/admin/crowdsourcing/{model}/").status_code == 200


@pytest.mark.parametrize("raw", [None, 5, "x", {"shapes": {"rectangle": True}}, {"shapes": [["point"]]}, {"shapes": ["point"], "needed": 1},
                                 {"shapes": [None]}])
def test_options_that_are_none_are_refused_and_never_crash(raw: Any) -> None:
    with pytest.raises(BadOptions, match=r"\.$"):
        clean_options("image_annotation", raw)
