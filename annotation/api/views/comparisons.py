"""/api/jobs/{id}/snapshots and /differences."""
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import ERROR, NOT_FOUND
from annotation.api.serializers.comparisons import (
    ComparisonSerializer,
    SnapshotSerializer,
    frame_answer,
    quality_answer,
    version_answer,
)
from annotation.services import comparisons
from annotation.shapes.difference import Agreement, sum_counts

_NAMES = ("the id of one of the job's snapshots, “current”, “ground-truth”, “merged” (of a replica: everybody's work put together) "
          "or “correction” (a reviewer's open draft)")
_SIDES = [OpenApiParameter(name, required=True, description=f"{which} side: {_NAMES}")
          for name, which in (("a", "first"), ("b", "second"))]


class ComparisonMixin:
    """Whoever sees the job may look."""

    @extend_schema(responses={200: SnapshotSerializer(many=True), **NOT_FOUND}, filters=False)
    def snapshots(self, request: Request, pk: int) -> Response:
        """What was submitted, given up, replaced or corrected, the newest first; without the shapes."""
        rows = self.get_object().snapshots.select_related("author").defer("data").order_by("-pk")  # type: ignore[attr-defined]
        page = self.paginate_queryset(rows)  # type: ignore[attr-defined]
        return self.get_paginated_response(SnapshotSerializer(page, many=True).data)  # type: ignore[attr-defined]

    @extend_schema(parameters=_SIDES, responses={200: ComparisonSerializer, 400: ERROR, **NOT_FOUND}, filters=False)
    def differences(self, request: Request, pk: int) -> Response:
        """What was added, removed, moved, relabelled or answered otherwise from `a` to `b`."""
        job = self.get_object()  # type: ignore[attr-defined]
        names = [request.query_params.get(name, "") for name in ("a", "b")]
        before, after = comparisons.versions_of(job=job, names=names, listed=comparisons.listed_snapshots(job=job, names=names))
        found = comparisons.differences(job=job, before=before, after=after)
        quality = comparisons.quality_of(before, after, sum((frame.agreement for frame in found), Agreement()))
        return Response({
            "a": version_answer(before), "b": version_answer(after), "counts": sum_counts([frame.counts for frame in found]),
            "quality": quality_answer(quality), "frames": [frame_answer(frame, before, after) for frame in found if frame.differs]})
