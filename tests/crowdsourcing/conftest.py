"""The crowd of this room's tests: the fake platform instead of Toloka."""
from typing import Any

import pytest

from crowdsourcing.providers.fake import FakePlatform, FakeProvider


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> FakePlatform:
    # A conftest is imported before the applications are ready.
    from crowdsourcing import connections

    made = FakePlatform()
    monkeypatch.setitem(connections.FACTORIES, "toloka", lambda account, key, timeout: FakeProvider(made, key.reveal()))
    return made


@pytest.fixture
def crowd(alice: Any, platform: FakePlatform) -> Any:
    from tests.crowdsourcing.crowd import Crowd

    return Crowd(alice, platform)


@pytest.fixture
def signed_in(client: Any, alice: Any) -> Any:
    """Django's client, logged in as Alice: pages without their scripts."""
    client.force_login(alice)
    return client


@pytest.fixture
def api(alice: Any) -> Any:
    """REST's own client, as Alice."""
    from rest_framework.test import APIClient

    made = APIClient()
    made.force_authenticate(alice)
    return made
