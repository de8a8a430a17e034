"""/api/cloudstorages and /api/server/share: places outside where images lie."""
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import buckets
from annotation.api.base import CONFLICT_ERRORS, ERROR, NOT_FOUND, WRITE_ERRORS, ApiView
from annotation.api.lists import CLOUD_STORAGES
from annotation.api.serializers.cloudstorages import (
    CloudStorageContentSerializer,
    CloudStorageSerializer,
    CloudStorageWriteSerializer,
    FileInfoSerializer,
)
from annotation.api.spaces import organization_of
from annotation.ingest import share
from annotation.models import CloudStorage
from annotation.services import storages

_EXAMPLE = OpenApiExample("a server of one's own", {
    "provider_type": "AWS_S3_BUCKET", "resource": "photos", "display_name": "Photos", "credentials_type": "KEY_SECRET_KEY_PAIR",
    "key": "reader", "secret_key": "…", "specific_attributes": "endpoint_url=https%3A%2F%2Fs3.example.org"}, request_only=True)
_CONTENT = [OpenApiParameter("prefix", OpenApiTypes.STR, description="a folder, with a slash at its end; empty: the whole bucket"),
            OpenApiParameter("next_token", OpenApiTypes.STR), OpenApiParameter("page_size", OpenApiTypes.INT, description="1 to 1000")]


class CloudStorageView(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiView):
    """Buckets that the caller may make tasks from. Their secrets are never answered."""

    serializer_class = CloudStorageSerializer
    terms = CLOUD_STORAGES
    space_paths = ("organization",)
    search_fields = ("display_name", "resource", "owner__username", "description")
    sort_fields = {"id": "id", "name": "display_name", "display_name": "display_name", "resource": "resource",
                   "provider_type": "provider_type", "credentials_type": "credentials_type", "owner": "owner__username",
                   "created_date": "created_date", "updated_date": "updated_date"}

    def get_queryset(self) -> QuerySet[CloudStorage]:
        return storages.storages_for(self.request.user).select_related("owner")

    @extend_schema(request={"application/json": CloudStorageWriteSerializer, "multipart/form-data": CloudStorageWriteSerializer},
                   examples=[_EXAMPLE], responses={201: CloudStorageSerializer, **WRITE_ERRORS})
    def create(self, request: Request) -> Response:
        """Register a bucket; it is asked at once whether it answers with this key."""
        body = CloudStorageWriteSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        storage = storages.create_storage(actor=request.user, organization=organization_of(request), **_fields(body))
        return Response(self.answer(storage), status=201)

    @extend_schema(request={"application/json": CloudStorageWriteSerializer, "multipart/form-data": CloudStorageWriteSerializer},
                   responses={200: CloudStorageSerializer, **WRITE_ERRORS})
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change it; a key that is not given stays."""
        storage = self.get_object()
        body = CloudStorageWriteSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        return Response(self.answer(storages.update_storage(actor=request.user, storage=storage, **_fields(body))))

    @extend_schema(responses={204: None, **CONFLICT_ERRORS})
    def destroy(self, request: Request, pk: int) -> Response:
        """Forget it; nothing in the bucket changes, and tasks made from it keep their images."""
        storages.delete_storage(actor=request.user, storage=self.get_object())
        return Response(status=204)

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.STR, **NOT_FOUND})
    def status(self, request: Request, pk: int) -> Response:
        """AVAILABLE, FORBIDDEN or NOT_FOUND, asked now."""
        try:
            return Response(buckets.Bucket(buckets.place_of(self.get_object())).status())
        except buckets.BucketProblem as problem:
            return Response(problem.status)

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.STR, **NOT_FOUND})
    def actions(self, request: Request, pk: int) -> Response:
        """What may be done with it, as CVAT's programs ask: buckets are only read."""
        self.get_object()
        return Response("read")

    @extend_schema(parameters=_CONTENT, responses={200: CloudStorageContentSerializer, 400: ERROR, **NOT_FOUND})
    def content(self, request: Request, pk: int) -> Response:
        """One page of a folder, as it is now."""
        storage = self.get_object()
        size = request.query_params.get("page_size", "500")
        if not (size.isascii() and size.isdigit() and 0 < int(size[:5]) <= buckets.PAGE):
            raise ValidationError({"page_size": [f"Give a whole number from 1 to {buckets.PAGE}."]})
        prefix = request.query_params.get("prefix", "") or storage.specific_attributes.get("prefix", "")
        try:
            rows, following = buckets.Bucket(buckets.place_of(storage)).page(
                prefix.lstrip("/"), request.query_params.get("next_token", ""), int(size))
        except buckets.BucketProblem as problem:
            raise ValidationError(problem.sentence) from problem
        return Response({"content": rows, "next": following or None})


class ShareView(ApiView):
    """The server's share."""

    filter_backends = []
    pagination_class = None

    @extend_schema(tags=["server"], operation_id="server_share", responses={200: FileInfoSerializer(many=True), 400: ERROR}, parameters=[
        OpenApiParameter("directory", OpenApiTypes.STR, default="/"),
        OpenApiParameter("search", OpenApiTypes.STR, description="names that begin so")])
    def share(self, request: Request) -> Response:
        """One folder of it; nothing where the server has none."""
        if not share.is_on():
            return Response([])
        directory = request.query_params.get("directory", "/")
        try:
            return Response(share.listing(directory, request.query_params.get("search", "")))
        except share.NotShared as refusal:
            raise ValidationError({"directory": [f"“{directory[:200]}” {refusal}"]}) from refusal


def _fields(body: Any) -> dict[str, Any]:
    return {name: value for name, value in body.validated_data.items() if name != "manifests"}
