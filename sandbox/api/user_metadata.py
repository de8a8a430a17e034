"""/v1/user-metadata."""
from typing import Any

from sandbox.api.listing import without_nothing
from sandbox.engine import regions
from sandbox.errors import ApiError
from sandbox.http import Call
from sandbox.models import Toloker

_WORDS = ("client_type", "user_agent_type", "device_category", "os_family")
_WHOLE = ("os_version_major", "os_version_minor", "os_version_bugfix")


def one(call: Call, key: str) -> Any:
    """`{id, country, languages, adult_allowed, attributes}`. Any Toloker's: who knows the id has met him. 404.

    What a Toloker said of himself at registration is given only where it has the documented type: toloka-kit parses it.
    """
    toloker = Toloker.objects.filter(pk=key).first()
    if toloker is None:
        raise ApiError("DOES_NOT_EXIST")
    profile, computed = toloker.profile, toloker.computed
    languages = profile.get("languages")
    return without_nothing({
        "id": toloker.id, "country": _word(profile.get("country")), "adult_allowed": bool(profile.get("adult_allowed")),
        "languages": [word for word in languages if isinstance(word, str)] if isinstance(languages, list) else [],
        "attributes": _attributes(computed)})


def _attributes(computed: dict[str, Any]) -> dict[str, Any]:
    return without_nothing({
        "country_by_phone": _country(computed.get("region_by_phone")), "country_by_ip": _country(computed.get("region_by_ip")),
        **{name: _word(computed.get(name)) for name in _WORDS},
        "os_version": _number(computed.get("os_version")),
        **{name: _whole(computed.get(name)) for name in _WHOLE}})


def _country(place: Any) -> str | None:
    """The country of a region, or of the first of a list of them that has one."""
    return next((code for region in regions.chain(place) if (code := regions.country_of(region))), None)


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Any) -> int | float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
