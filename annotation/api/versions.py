"""Which version of the API an answer follows: `Accept: application/vnd.cvat+json; version=2.0`, the only one there is."""
from typing import Any

from rest_framework import exceptions
from rest_framework.utils.mediatypes import _MediaType
from rest_framework.versioning import BaseVersioning

VERSION = "2.0"


class AcceptedVersion(BaseVersioning):
    """CVAT's rule: 406 for another version than 2.0. Not REST framework's own class, with which the schema would repeat the version."""

    def determine_version(self, request: Any, *arguments: Any, **names: Any) -> str:
        """NotAcceptable."""
        asked = _MediaType(getattr(request, "accepted_media_type", "")).params.get("version", VERSION)
        if asked != VERSION:
            raise exceptions.NotAcceptable('Invalid version in "Accept" header. This server speaks version 2.0.')
        return VERSION
