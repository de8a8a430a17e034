"""What tests of this room share: a project with labels, filled tasks, jobs.

This file is read before Django is set up: rooms are imported inside the fixtures.
"""
from collections.abc import Callable
from typing import Any

import pytest

from tests.annotation.pictures import picture

LABELS = [
    {"name": "car", "color": "#112233", "type": "any", "attributes": [
        {"name": "parked", "input_type": "checkbox", "default_value": "false"},
        {"name": "doors", "input_type": "number", "values": ["1", "5", "1"]},
        {"name": "make", "input_type": "select", "values": ["VW", "Lada"]},
        {"name": "plate", "input_type": "text"}]},
    {"name": "person", "type": "rectangle"},
    {"name": "night", "type": "tag"},
]


@pytest.fixture(autouse=True)
def _clean_media() -> Any:
    """Each test finds an empty storage."""
    from annotation.services.files import remove_tree

    for folder in ("tasks", "exports", "guides", "partial"):
        remove_tree(folder)
    yield


@pytest.fixture
def project(alice: Any) -> Any:
    from annotation.services import projects

    return projects.create_project(actor=alice, name="Streets", labels=LABELS, guide="# Boxes")


Fill = Callable[..., Any]


@pytest.fixture
def fill(alice: Any, project: Any) -> Fill:
    """fill(files={name: content} or count=n, **create_task arguments) -> task with frames and jobs."""
    from annotation.services import tasks
    from tests.annotation.filling import ingest

    def filled(files: dict[str, bytes] | None = None, *, count: int = 3, name: str = "Monday", **arguments: Any) -> Any:
        task = tasks.create_task(actor=alice, project=arguments.pop("project", project), name=name, **arguments)
        request = ingest(alice, task, files or {f"{number}.jpg": picture(100, 80) for number in range(count)})
        assert request.status == "finished", (request.message, request.errors)
        task.refresh_from_db()
        return task

    return filled


@pytest.fixture
def sdk_server(live_server: Any) -> Any:
    """Address of the application for CVAT's own programs. Background work is done before the answer: they look every few seconds only."""
    from cvatoloka.celery import app

    app.conf.task_always_eager = True
    yield str(live_server.url)
    app.conf.task_always_eager = False


@pytest.fixture
def sdk(sdk_server: str, alice: Any) -> Any:
    """cvat-sdk's client, logged in as Alice by her password."""
    from cvat_sdk import make_client

    from tests.cast import PASSWORD

    with make_client(sdk_server, credentials=(alice.username, PASSWORD)) as client:
        yield client
