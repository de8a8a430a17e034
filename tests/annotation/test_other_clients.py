"""Programs that speak CVAT's API without CVAT's SDK."""
from typing import Any

import pytest

from tests.annotation.conftest import Fill

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["tasks", "jobs"])
def test_annotations_are_found_without_the_slash_and_not_by_a_redirect_that_loses_the_body(
        client: Any, alice: Any, project: Any, fill: Fill, kind: str) -> None:
    """FiftyOne's CVAT backend writes them so; `requests` repeats a redirected PUT without its body, which would empty the task."""
    client.force_login(alice)
    task = fill()
    number = task.pk if kind == "tasks" else task.jobs.first().pk
    label = project.labels.first().pk
    box = {"type": "rectangle", "frame": 0, "label_id": label, "points": [1, 2, 30, 40], "attributes": []}
    answer = client.put(f"/api/{kind}/{number}/annotations", {"version": 0, "tags": [], "shapes": [box], "tracks": []}, "application/json")
    assert answer.status_code == 200 and len(answer.json()["shapes"]) == 1
    assert len(client.get(f"/api/{kind}/{number}/annotations").json()["shapes"]) == 1
