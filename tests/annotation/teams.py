"""An organization with one person in every place, for tests of who may what."""
from typing import Any

import pytest


def place(organization: Any, user: Any, role: str) -> Any:
    """Put a user there without an invitation."""
    from annotation.models import OrganizationMember

    return OrganizationMember.objects.create(organization=organization, user=user, role=role)


@pytest.fixture
def team(alice: Any) -> Any:
    """The organization "vision" of Alice."""
    from annotation.services import organizations

    return organizations.create_organization(actor=alice, slug="vision", name="Vision team")


@pytest.fixture
def maya(team: Any) -> Any:
    """Its maintainer."""
    from tests.cast import person

    return place(team, person("maya"), "maintainer").user


@pytest.fixture
def sven(team: Any) -> Any:
    """Its supervisor."""
    from tests.cast import person

    return place(team, person("sven"), "supervisor").user


@pytest.fixture
def wanda(team: Any) -> Any:
    """Its worker."""
    from tests.cast import person

    return place(team, person("wanda"), "worker").user


@pytest.fixture
def team_task(team: Any, project: Any, fill: Any) -> Any:
    """Alice's project in the organization, with a task of four frames in two jobs."""
    project.organization = team
    project.save(update_fields=["organization"])
    return fill(count=4, segment_size=2)


@pytest.fixture
def given(team_task: Any, wanda: Any) -> Any:
    """The task's first job, given to the worker."""
    job = team_task.jobs.first()
    job.assignee = wanda
    job.save(update_fields=["assignee"])
    return job
