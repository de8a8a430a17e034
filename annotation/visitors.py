"""What every page needs to know of whoever looks at it, in one query a request: their time zone and their places in organizations."""
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.http import HttpRequest

from annotation.models import Organization, OrganizationMember


@dataclass(frozen=True)
class Place:
    """A user's place in an organization, which knows its id, slug and name only."""

    organization: Organization
    role: str


@dataclass(frozen=True)
class Visitor:
    """`timezone` is an IANA name, or "" for the browser's; `places` are ordered by short name."""

    timezone: str = ""
    places: tuple[Place, ...] = ()


def visitor_of(request: HttpRequest) -> Visitor:
    """Read once a request; somebody without an account has neither."""
    found: Visitor | None = getattr(request, "_visitor", None)
    if found is None:
        found = _read(request.user) if request.user.is_authenticated else Visitor()
        request._visitor = found  # type: ignore[attr-defined]
    return found


def forget_visitor(request: HttpRequest) -> None:
    """To be read anew: their places changed within the request."""
    request._visitor = None  # type: ignore[attr-defined]


def _read(user: Any) -> Visitor:
    places = OrganizationMember.objects.filter(user=OuterRef("pk")).order_by("organization__slug").values(
        json=JSONObject(id="organization", slug="organization__slug", name="organization__name", role="role"))
    row = get_user_model().objects.filter(pk=user.pk).values_list("profile__timezone", ArraySubquery(places)).first()
    timezone, found = row or ("", [])
    return Visitor(timezone or "", tuple(
        Place(Organization(pk=place["id"], slug=place["slug"], name=place["name"]), place["role"]) for place in found))
