"""Every contract test runs once with each provider."""
from collections.abc import Iterator

import pytest

from tests.providers.stages import FakeStage, SandboxStage, Stage


@pytest.fixture(params=["fake", "toloka"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    made: Stage = FakeStage() if request.param == "fake" else SandboxStage(request.getfixturevalue("sandbox"))
    yield made
    made.close()
