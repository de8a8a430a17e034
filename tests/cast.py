"""The people of the tests. Alice and Bob are requesters who share nothing, Rita reviews, Ada administers, the stranger has no role."""
from typing import Any

import pytest

PASSWORD = "correct horse battery"


def person(username: str, **fields: Any) -> Any:
    """A saved user with the cast's password."""
    from django.contrib.auth import get_user_model

    return get_user_model().objects.create_user(username=username, email=f"{username}@example.org", password=PASSWORD, **fields)


def door(user: Any) -> Any:
    """Django's client, logged in as this person: REST, and pages without their scripts."""
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def alice(db: None) -> Any:
    """The requester who owns what the test makes."""
    return person("alice")


@pytest.fixture
def bob(db: None) -> Any:
    """Another requester: may not see Alice's work."""
    return person("bob")


@pytest.fixture
def rita(db: None) -> Any:
    """A reviewer, once a project is shared with her."""
    return person("rita")


@pytest.fixture
def ada(db: None) -> Any:
    """An admin: staff and superuser."""
    return person("ada", is_staff=True, is_superuser=True)


@pytest.fixture
def stranger(db: None) -> Any:
    """Logged in, with no business here: gets 404."""
    return person("stranger")
