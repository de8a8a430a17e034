"""Checking what a Toloker says of himself."""
from typing import Any

from sandbox.forms.checker import Checker


def people_form(check: Checker) -> tuple[dict[str, Any], dict[str, Any]]:
    """`profile` and `computed` of a registration, both optional; lists have to be lists of words."""
    profile, computed = check.part("profile"), check.part("computed")
    if profile:
        for name in ("languages", "verified_languages"):
            profile.ids(name)
    return profile.data if profile else {}, computed.data if computed else {}
