"""Where one works: in everything one sees, in the personal space, or in one organization. Lists are narrowed to it, new things begin there.
"""
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from annotation.models import Organization


@dataclass(frozen=True)
class Space:
    """`organization` None: the personal space, or with `all` everything."""

    all: bool = False
    organization: Organization | None = None

    def narrow(self, rows: QuerySet[Any], *paths: str) -> QuerySet[Any]:
        """Rows of the space. `paths` lead to the organization; a row may have it at the end of any of them."""
        if self.all or not paths:
            return rows
        inside = Q()
        for path in paths:
            if self.organization is None:
                inside &= Q(**{f"{path}__isnull": True})
            else:
                inside |= Q(**{path: self.organization.pk})
        return rows.filter(inside)


EVERYTHING = Space(all=True)
PERSONAL = Space()
