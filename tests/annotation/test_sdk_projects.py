"""CVAT's own client, unmodified: projects, labels with attributes, lists."""
from typing import Any

import pytest
from cvat_sdk import models
from cvat_sdk.api_client import exceptions

from annotation.models import Project

pytestmark = pytest.mark.django_db

CAR = {"name": "car", "color": "#112233", "type": "rectangle", "attributes": [
    {"name": "parked", "mutable": False, "input_type": "checkbox", "values": ["true", "false"], "default_value": "true"},
    {"name": "doors", "mutable": False, "input_type": "number", "values": ["1", "5", "1"], "default_value": "2"},
    {"name": "make", "mutable": False, "input_type": "select", "values": ["VW", "Lada"], "default_value": "VW"},
    {"name": "side", "mutable": True, "input_type": "radio", "values": ["left", "right"], "default_value": "left"},
    {"name": "plate", "mutable": False, "input_type": "text", "values": [], "default_value": ""}]}


def test_the_life_of_a_project(sdk: Any) -> None:
    project = sdk.projects.create(models.ProjectWriteRequest(name="Streets", labels=[
        models.PatchedLabelRequest(**{**CAR, "attributes": [models.AttributeRequest(**one) for one in CAR["attributes"]]}),
        models.PatchedLabelRequest(name="person", attributes=[])]))
    assert (project.name, project.status, project.owner.username, project.organization) == ("Streets", "annotation", "alice", None)

    car, person = project.get_labels()
    assert (car.name, car.color, car.type, car.project_id) == ("car", "#112233", "rectangle", project.id)
    assert [(a.name, str(a.input_type), a.mutable, a.default_value) for a in car.attributes] == [
        (a["name"], a["input_type"], a["mutable"], a["default_value"]) for a in CAR["attributes"]]
    assert person.type == "any" and person.color.startswith("#")

    project.update(models.PatchedProjectWriteRequest(name="Roads", labels=[
        models.PatchedLabelRequest(id=car.id, name="vehicle"), models.PatchedLabelRequest(id=person.id, deleted=True),
        models.PatchedLabelRequest(name="tram", type="polygon")]))
    assert project.name == "Roads"
    assert [(label.id == car.id, label.name, len(label.attributes)) for label in project.get_labels()] == [
        (True, "vehicle", 5), (False, "tram", 0)]
    assert sdk.projects.retrieve(project.id).name == "Roads"
    assert project.get_tasks() == []

    project.remove()
    with pytest.raises(exceptions.NotFoundException):
        sdk.projects.retrieve(project.id)


def test_lists_go_through_every_page_and_take_filters(sdk: Any, alice: Any, bob: Any) -> None:
    Project.objects.bulk_create(Project(name=f"P{number}", owner=alice) for number in range(23))
    Project.objects.create(name="Bob's", owner=bob)
    assert len(sdk.projects.list()) == 23
    assert [project.name for project in sdk.projects.list(name="P7")] == ["P7"]
    assert [project.name for project in sdk.projects.list(search="P2", sort="name")] == ["P2", "P20", "P21", "P22"]
    assert len(sdk.projects.list(owner="alice")) == 23
    assert sdk.projects.list(owner="bob") == []
    sdk.projects.remove_by_ids([project.id for project in sdk.projects.list(search="P2")] + [2**40])
    assert len(sdk.projects.list()) == 19


def test_what_is_wrong_is_said_in_the_answer(sdk: Any) -> None:
    with pytest.raises(exceptions.ApiException) as refused:
        sdk.projects.create({"name": "x", "labels": [{"name": "a"}, {"name": "a"}]})
    assert refused.value.status == 400 and "labels" in refused.value.body
