"""The space of a browser: which projects its lists show and where a new project begins. Kept in the session, chosen in the top menu."""
from typing import Any

from django.http import HttpRequest

from annotation.models import Organization
from annotation.spaces import EVERYTHING, PERSONAL, Space
from annotation.visitors import Place, forget_visitor, visitor_of

KEY = "space"


def places_of(request: HttpRequest) -> tuple[Place, ...]:
    """The user's places, by short name."""
    return visitor_of(request).places


def current_space(request: HttpRequest) -> Space:
    """What was chosen; everything once one is not in that organization any more."""
    wanted = request.session.get(KEY)
    if wanted is None:
        return EVERYTHING
    if wanted == "personal":
        return PERSONAL
    organization = next((place.organization for place in places_of(request) if place.organization.pk == wanted), None)
    return Space(organization=organization) if organization is not None else EVERYTHING


def choose_space(request: HttpRequest, wanted: str) -> bool:
    """"all", "personal" or the id of an organization; whether there is such a place."""
    if wanted in ("all", "personal"):
        request.session[KEY] = None if wanted == "all" else wanted
        return True
    forget_visitor(request)
    if wanted not in {str(place.organization.pk) for place in places_of(request)}:
        return False
    request.session[KEY] = int(wanted)
    return True


def homes_of(request: HttpRequest) -> list[Organization]:
    """Organizations where the user may have projects."""
    return [place.organization for place in places_of(request) if place.role != "worker"]


def home_named(request: HttpRequest, wanted: str) -> tuple[bool, Organization | None]:
    """Whether `wanted` ("" for the personal space, or an id) is a place for projects of the user, and which."""
    if not wanted:
        return True, None
    found = next((home for home in homes_of(request) if str(home.pk) == wanted), None)
    return found is not None, found


def space_context(request: HttpRequest) -> dict[str, Any]:
    """For templates: the space, its name, the places to choose from."""
    space = current_space(request)
    if space.all:
        name = "All spaces"
    else:
        name = space.organization.slug if space.organization else "Personal space"
    return {"space": space, "space_name": name, "places": places_of(request)}


def is_worker_in(request: HttpRequest, space: Space) -> bool:
    """Whether the user has the place of a worker there; everywhere, should the space be everything."""
    roles = {place.role for place in places_of(request) if space.all or place.organization == space.organization}
    return roles == {"worker"}
