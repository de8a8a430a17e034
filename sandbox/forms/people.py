"""Checking what a Toloker says of himself."""
from typing import Any

from sandbox.engine.filters import PLACES
from sandbox.engine.regions import whole
from sandbox.forms.checker import Checker


def people_form(check: Checker) -> tuple[dict[str, Any], dict[str, Any]]:
    """`profile` and `computed` of a registration, both optional; lists have to be lists of words.

    A region (city, region_by_phone, region_by_ip) is an id, or a list of ids.
    """
    profile, computed = check.part("profile"), check.part("computed")
    if profile:
        for name in ("languages", "verified_languages"):
            profile.ids(name)
    for part in (profile, computed):
        for name in PLACES:
            _check_place(part, name)
    return profile.data if profile else {}, computed.data if computed else {}


def _check_place(part: Checker | None, name: str) -> None:
    value = part.data.get(name) if part else None
    values = value if isinstance(value, list) else [] if value is None else [value]
    if part and any(whole(item) is None for item in values):
        part.fail(name, "INTEGER_EXPECTED", "The id of a region, or a list of them, is expected")
