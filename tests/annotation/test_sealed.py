"""Secrets at rest."""
from typing import Any

import pytest
from cryptography.fernet import Fernet

from annotation.sealed import Unreadable, seal, unseal


def test_what_is_sealed_is_not_readable_and_comes_back() -> None:
    sealed = seal("pa§word")
    assert b"pa" not in sealed and unseal(sealed) == "pa§word" and unseal(memoryview(sealed)) == "pa§word"


def test_nothing_stays_nothing() -> None:
    assert seal("") == b"" and unseal(b"") == ""


def test_an_older_key_still_opens_and_a_lost_one_is_told(settings: Any) -> None:
    sealed = seal("x")
    old = settings.CREDENTIALS_KEYS
    settings.CREDENTIALS_KEYS = [Fernet.generate_key().decode(), *old]
    assert unseal(sealed) == "x"
    settings.CREDENTIALS_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(Unreadable):
        unseal(sealed)
