"""/api/server, and what is at no other address."""
from django.urls import Resolver404, resolve
from django.utils.encoding import iri_to_uri
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import ApiView
from annotation.formats import EXPORT_FORMATS, IMPORT_FORMATS
from annotation.formats.registry import is_enabled

# The level of CVAT's API that the answers follow; programs compare it with theirs.
API_LEVEL = "2.80.0"


class ServerView(ApiView):
    """What this server is."""

    permission_classes = [AllowAny]
    filter_backends = []

    @extend_schema(tags=["server"], operation_id="server_about", auth=[], responses={200: OpenApiTypes.OBJECT})
    def about(self, request: Request) -> Response:
        """Name and the level of CVAT's API."""
        return Response({
            "name": "cvatoloka", "description": "Image annotation by a crowd", "version": API_LEVEL, "logo_url": "", "subtitle": ""})

    @extend_schema(tags=["server"], operation_id="server_annotation_formats", auth=[], responses={200: OpenApiTypes.OBJECT})
    def formats(self, request: Request) -> Response:
        """What can be exported and imported."""
        exporters = [{"name": name, "ext": "ZIP", "version": known.version, "enabled": is_enabled(known), "dimension": "2d"}
                     for name, known in EXPORT_FORMATS.items()]
        importers = [{"name": name, "ext": known.ext, "version": known.version, "enabled": is_enabled(known), "dimension": "2d"}
                     for name, known in IMPORT_FORMATS.items()]
        return Response({"importers": importers, "exporters": exporters})


class NowhereView(ApiView):
    """Every address below /api/ that has no door."""

    permission_classes = [AllowAny]
    authentication_classes = []
    filter_backends = []

    @extend_schema(exclude=True)
    def nowhere(self, request: Request, path: str = "") -> Response:
        """404; a GET that only lacks its slash is sent on."""
        slashed = f"{request.path_info}/"
        try:
            door = None if request.path_info.endswith("/") else resolve(slashed)
        except Resolver404:
            door = None
        if door is None or getattr(door.func, "cls", None) is NowhereView:
            raise NotFound("There is nothing at this address. All addresses are described at /api/schema/.")
        if request.method not in ("GET", "HEAD"):
            raise NotFound(f"Write this address with a slash at the end: {slashed}")
        query = request.META.get("QUERY_STRING", "")
        return Response(status=301, headers={"Location": iri_to_uri(slashed + (f"?{query}" if query else ""))})
